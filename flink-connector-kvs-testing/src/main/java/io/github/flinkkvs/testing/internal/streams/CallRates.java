/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.testing.internal.streams;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;

/**
 * Counts admitted calls, and points that calls cost, within the last second. Thread-safe: guarded
 * by its own monitor.
 */
public final class CallRates {
    private static final long WINDOW_NANOS = 1_000_000_000;

    private final Map<String, Deque<Long>> admitted = new HashMap<>();
    private final Map<String, Points> points = new HashMap<>();

    /** True if a call may pass now; 0 means no limit. Refused calls do not count. */
    public synchronized boolean admit(String operation, int perSecond) {
        if (perSecond <= 0) {
            return true;
        }
        long now = System.nanoTime();
        Deque<Long> times = admitted.computeIfAbsent(operation, key -> new ArrayDeque<>());
        while (!times.isEmpty() && now - times.peek() >= WINDOW_NANOS) {
            times.remove();
        }
        if (times.size() >= perSecond) {
            return false;
        }
        times.add(now);
        return true;
    }

    /**
     * True if a call may pass that costs points; 0 means no limit. Refused calls cost nothing. A
     * call that costs more than a second has passes if no points are in use, unless it is refused
     * always, and keeps them in use for as many seconds as it costs.
     */
    public synchronized boolean admit(
            String kind, int cost, int perSecond, boolean refuseBeyondSecond) {
        if (perSecond <= 0) {
            return true;
        }
        Points used = points.computeIfAbsent(kind, key -> new Points());
        used.forget(System.nanoTime());
        boolean beyond = cost > perSecond;
        if (beyond ? refuseBeyondSecond || used.sum > 0 : used.sum + cost > perSecond) {
            return false;
        }
        used.add(cost, beyond ? (long) ((double) cost / perSecond * WINDOW_NANOS) : WINDOW_NANOS);
        return true;
    }

    /** The points in use. */
    private static final class Points {
        private final Deque<long[]> costsAndEnds = new ArrayDeque<>();
        private long sum;

        void forget(long now) {
            while (!costsAndEnds.isEmpty() && now - costsAndEnds.peek()[1] >= 0) {
                sum -= costsAndEnds.remove()[0];
            }
        }

        void add(int cost, long nanos) {
            costsAndEnds.add(new long[] {cost, System.nanoTime() + nanos});
            sum += cost;
        }
    }
}
