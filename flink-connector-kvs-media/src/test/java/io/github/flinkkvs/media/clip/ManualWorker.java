/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.media.clip;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** A worker whose clock the test advances; actions run in the thread that advances it. */
final class ManualWorker implements ClipWorker {

    private static final class Entry {
        final Runnable action;
        final long dueNanos;

        Entry(Runnable action, long dueNanos) {
            this.action = action;
            this.dueNanos = dueNanos;
        }
    }

    /** Not 0, and close to overflow, as System.nanoTime() may be. */
    private long now = Long.MAX_VALUE - Duration.ofSeconds(7).toNanos();

    private final List<Entry> entries = new ArrayList<>();
    private boolean closed;

    @Override
    public long nanoTime() {
        return now;
    }

    @Override
    public Runnable schedule(Runnable action, long delayNanos) {
        Entry entry = new Entry(action, now + delayNanos);
        if (!closed) {
            entries.add(entry);
        }
        return () -> entries.remove(entry);
    }

    void runDue() {
        advance(Duration.ZERO);
    }

    /** Lets time pass, and runs what becomes due, each at its time. */
    void advance(Duration time) {
        long until = now + time.toNanos();
        while (true) {
            long from = now;
            Entry next =
                    entries.stream()
                            .filter(entry -> entry.dueNanos - until <= 0)
                            .min(Comparator.comparingLong(entry -> entry.dueNanos - from))
                            .orElse(null);
            if (next == null) {
                now = until;
                return;
            }
            entries.remove(next);
            now = next.dueNanos - now > 0 ? next.dueNanos : now;
            next.action.run();
        }
    }

    int scheduled() {
        return entries.size();
    }

    @Override
    public void close() {
        closed = true;
        entries.clear();
    }
}
