/**
 * Flink's side of reading: a reader for each subtask, a {@code Handover} from the I/O threads to
 * Flink's fetcher thread, and the record emitter, which alone moves a position.
 */
package io.github.flinkkvs.source.reader;
