/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.source.reader;

import io.github.flinkkvs.source.metrics.KvsReaderMetrics;
import io.github.flinkkvs.source.metrics.StreamMetrics;
import io.github.flinkkvs.source.resources.MemoryBudget;
import io.github.flinkkvs.source.resources.ReaderLock;
import io.github.flinkkvs.source.resources.ReaderResources;
import io.github.flinkkvs.source.resources.Timer;

import javax.annotation.Nullable;

import java.time.Duration;
import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * Logs the health of a reader at regular intervals: its state now, and what happened since the line
 * before. A reader without streams logs nothing.
 *
 * <p>The fetcher thread starts and closes it, the timer's thread logs. Guarded by the reader lock,
 * which is not held while a line is logged, since that may take its time. A slow log then holds up
 * this thread of the timer, and no connection.
 */
final class HealthLine {

    /** As in Flink's memory sizes. */
    private static final double MEGABYTE = 1 << 20;

    private static final double MINUTE_NANOS = TimeUnit.MINUTES.toNanos(1);
    private static final double SECOND_MILLIS = 1_000;

    private final ReaderLock lock;
    private final Timer timer;
    private final MemoryBudget budget;
    private final KvsReaderMetrics metrics;
    private final long intervalNanos;
    private final Consumer<String> log;

    /** Null before the start and after the end. */
    @Nullable private Timer.Task next;

    /** At the line before, or the start. */
    private Counts last;

    /**
     * @param interval 0 for no lines
     */
    HealthLine(ReaderResources resources, Duration interval, Consumer<String> log) {
        this.lock = resources.lock();
        this.timer = resources.timer();
        this.budget = resources.budget();
        this.metrics = resources.metrics();
        this.intervalNanos = interval.toNanos();
        this.log = log;
    }

    /** Goes on if it has started. */
    void start() {
        lock.assertHeld();
        if (intervalNanos > 0 && next == null) {
            last = new Counts();
            schedule();
        }
    }

    void close() {
        lock.assertHeld();
        if (next != null) {
            next.cancel();
            next = null;
        }
    }

    private void schedule() {
        next = timer.schedule(this::onDue, intervalNanos);
    }

    private void onDue() {
        String line = null;
        lock.lock();
        try {
            // It may have been closed while this thread waited for the lock.
            if (next != null) {
                schedule();
                Counts now = new Counts();
                if (!metrics.streams().isEmpty()) {
                    line = line(last, now);
                }
                last = now;
            }
        } finally {
            lock.unlock();
        }
        if (line != null) {
            try {
                log.accept(line);
            } catch (RuntimeException e) {
                // A log may throw if it cannot write, as on a full disk. That must not fail the
                // job.
            }
        }
    }

    private String line(Counts before, Counts now) {
        Collection<StreamMetrics> streams = metrics.streams();
        int inHistory = metrics.streamsInHistory();
        StreamMetrics furthestBehind =
                streams.stream()
                        .max(
                                Comparator.comparingLong(StreamMetrics::millisBehindNow)
                                        .thenComparing(StreamMetrics::name))
                        .orElseThrow();
        double minutes = (now.nanos - before.nanos) / MINUTE_NANOS;
        long passed = now.fragments - before.fragments + now.frames - before.frames;
        return String.format(
                Locale.ROOT,
                "%s: streams: %d (live %d, in history %d; silent %d, at the connection limit %d);"
                        + " furthest behind: %s by %.1f s; per minute: %s %.0f, MB %.1f;"
                        + " reconnects: %s; errors: %s; memory: %.1f of %.1f MB",
                metrics.readerName(),
                streams.size(),
                streams.size() - inHistory,
                inHistory,
                streams.stream().filter(stream -> stream.isSilentSince(before.nanos)).count(),
                metrics.streamsAtConnectionLimit(),
                furthestBehind.name(),
                furthestBehind.millisBehindNow() / SECOND_MILLIS,
                now.frames > 0 ? "frames" : "fragments",
                passed / minutes,
                (now.bytes - before.bytes) / MEGABYTE / minutes,
                increases(before.reconnects, now.reconnects),
                increases(before.errors, now.errors),
                budget.held() / MEGABYTE,
                budget.limit() / MEGABYTE);
    }

    /** What has grown, and by how much. */
    private static String increases(Map<String, Long> before, Map<String, Long> now) {
        String grown =
                now.entrySet().stream()
                        .filter(count -> count.getValue() > before.get(count.getKey()))
                        .map(
                                count ->
                                        count.getKey()
                                                + " "
                                                + (count.getValue() - before.get(count.getKey())))
                        .collect(Collectors.joining(", "));
        return grown.isEmpty() ? "none" : grown;
    }

    /** What was counted until now. */
    private final class Counts {

        final long nanos = timer.nanoTime();
        final long fragments = metrics.fragments();
        final long frames = metrics.frames();
        final long bytes = metrics.bytes();
        final Map<String, Long> reconnects = metrics.reconnects();
        final Map<String, Long> errors = metrics.errors();
    }
}
