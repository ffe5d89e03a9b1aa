/**
 * The reading side of the source, one instance for each subtask: a {@code MediaSession} for each
 * stream turns GetMedia calls into events, a {@code Handover} takes them to Flink's fetcher thread,
 * a {@code MemoryBudget} bounds what they hold, and the record emitter moves the position.
 *
 * <p>All of it is guarded by one {@code ReaderLock} per reader.
 */
package io.github.flinkkvs.source.reader;
