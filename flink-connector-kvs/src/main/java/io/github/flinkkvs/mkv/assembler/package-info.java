/**
 * Assembles fragments and frames from the bytes of a GetMedia body, which arrive in pieces.
 * Applications use {@link io.github.flinkkvs.mkv.assembler.FragmentAssembler} with a {@link
 * io.github.flinkkvs.mkv.assembler.FragmentHandler} to read media of their own.
 */
package io.github.flinkkvs.mkv.assembler;
