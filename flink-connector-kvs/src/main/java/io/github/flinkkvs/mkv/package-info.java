/**
 * The values that a job reads from a Kinesis video stream: {@link io.github.flinkkvs.mkv.Fragment},
 * {@link io.github.flinkkvs.mkv.FrameRecord}, {@link io.github.flinkkvs.mkv.Frame}, {@link
 * io.github.flinkkvs.mkv.Track}, {@link io.github.flinkkvs.mkv.Tag}. Nothing here or in the
 * packages below depends on Flink or AWS.
 *
 * <p>The values are in one package with the classes that read them from bytes, so that their
 * constructors are not public. Packages above this one: {@code assembler} assembles fragments and
 * frames from bytes that arrive in pieces, {@code bitstream} reads frames of H.264 and H.265.
 * Packages below: {@code document} shows a fragment as a tree of its elements, {@code parser} finds
 * the elements.
 */
package io.github.flinkkvs.mkv;
