/**
 * Fragments and frames out of the bytes of a GetMedia body that arrive in pieces. Applications use
 * {@link io.github.flinkkvs.mkv.assembler.FragmentAssembler} with a {@link
 * io.github.flinkkvs.mkv.assembler.FragmentHandler} to read media of their own.
 */
package io.github.flinkkvs.mkv.assembler;
