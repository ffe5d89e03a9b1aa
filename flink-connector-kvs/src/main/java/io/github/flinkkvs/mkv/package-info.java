/**
 * The Matroska side of Kinesis video: an incremental parser for the bytes that GetMedia sends, and
 * what it makes of them. Knows neither Flink nor AWS.
 *
 * <p>Data flows one way: {@link io.github.flinkkvs.mkv.MkvParser} finds elements in whatever pieces
 * arrive, {@link io.github.flinkkvs.mkv.FragmentAssembler} puts fragments together from them, and a
 * {@link io.github.flinkkvs.mkv.Fragment} shows what is inside, as a {@link
 * io.github.flinkkvs.mkv.MkvDocument} down to the last element.
 */
package io.github.flinkkvs.mkv;
