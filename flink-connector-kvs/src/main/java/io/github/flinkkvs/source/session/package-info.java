/**
 * How a stream is read, one fetch after the other. {@code StreamSession} moves from phase to phase,
 * {@code Recovery} and {@code PositionSearch} say where to, {@code ReadCursor} knows how far the
 * stream was read, {@code EventQueue} keeps what was read until it is taken.
 */
package io.github.flinkkvs.source.session;
