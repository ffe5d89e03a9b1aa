/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.source;

import io.github.flinkkvs.source.resources.Timer;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/** A timer whose clock the test advances; tasks run in the thread that advances it. */
public class ManualTimer implements Timer {

    /** The initial time of the wall clock. */
    public static final long EPOCH_MILLIS = 1_800_000_000_000L;

    /** Not 0, and close to overflow, as System.nanoTime() may be. */
    private static final long START = Long.MAX_VALUE - Duration.ofSeconds(7).toNanos();

    private static final class Entry {
        final Runnable action;
        final long dueNanos;

        Entry(Runnable action, long dueNanos) {
            this.action = action;
            this.dueNanos = dueNanos;
        }
    }

    private final List<Entry> entries = new ArrayList<>();

    /** How much time passes before each look at the clock, in nanoseconds. */
    public LongSupplier ticks = () -> 0;

    private long now = START;
    private final Random random = new Random(0);

    @Override
    public long nanoTime() {
        now += ticks.getAsLong();
        return now;
    }

    @Override
    public long epochMillis() {
        return EPOCH_MILLIS + TimeUnit.NANOSECONDS.toMillis(now - START);
    }

    /** The same numbers each time, so that failures are reproducible. */
    @Override
    public double jitter() {
        return random.nextDouble();
    }

    @Override
    public Task schedule(Runnable action, long delayNanos) {
        Entry entry = new Entry(action, now + delayNanos);
        entries.add(entry);
        return () -> entries.remove(entry);
    }

    /** Runs tasks that are due now, and tasks that those make due now. */
    public void runDue() {
        advance(Duration.ZERO);
    }

    public void advanceMillis(long millis) {
        advance(Duration.ofMillis(millis));
    }

    public void advance(Duration time) {
        long until = now + time.toNanos();
        while (true) {
            long from = now;
            Entry next =
                    entries.stream()
                            .filter(entry -> entry.dueNanos - until <= 0)
                            .min(Comparator.comparingLong(entry -> entry.dueNanos - from))
                            .orElse(null);
            if (next == null) {
                break;
            }
            entries.remove(next);
            now = next.dueNanos - now > 0 ? next.dueNanos : now;
            next.action.run();
        }
        now = until - now > 0 ? until : now;
    }

    /** Lets time pass without running tasks, as if the thread were busy. */
    public void turn(Duration time) {
        now += time.toNanos();
    }

    public int scheduled() {
        return entries.size();
    }
}
