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
 * Counts admitted calls within the last second, by operation. Thread-safe: guarded by its own
 * monitor.
 */
public final class CallRates {
    private static final long WINDOW_NANOS = 1_000_000_000;

    private final Map<String, Deque<Long>> admitted = new HashMap<>();

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
}
