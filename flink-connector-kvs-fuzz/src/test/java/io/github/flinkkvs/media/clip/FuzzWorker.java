/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.media.clip;

import java.util.Comparator;
import java.util.PriorityQueue;

/** Runs everything in the thread that calls {@link #runAll}, and skips the time between. */
final class FuzzWorker implements ClipWorker {

    private record Entry(Runnable action, long due, long place) {}

    private final PriorityQueue<Entry> entries =
            new PriorityQueue<>(
                    Comparator.comparingLong(Entry::due).thenComparingLong(Entry::place));

    private long now;
    private long placed;

    @Override
    public long nanoTime() {
        return now;
    }

    @Override
    public Runnable schedule(Runnable action, long delayNanos) {
        Entry entry = new Entry(action, now + delayNanos, placed++);
        entries.add(entry);
        return () -> entries.remove(entry);
    }

    /** Returns when nothing is left to do. */
    void runAll() {
        for (Entry next = entries.poll(); next != null; next = entries.poll()) {
            now = next.due();
            next.action().run();
        }
    }

    @Override
    public void close() {
        entries.clear();
    }
}
