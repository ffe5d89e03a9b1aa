/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.testing.internal.body;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * How fast one connection may deliver, or take in: fragments within any second, and bytes within
 * the current one. Owned by the event loop of the connection.
 */
public final class Pacing {
    private static final long NANOS_PER_SECOND = 1_000_000_000;

    private final Deque<Long> fragmentStarts = new ArrayDeque<>();
    private long windowStartNanos = System.nanoTime();
    private long windowBytes;

    /**
     * Lets one more fragment start if it may.
     *
     * @param limit fragments per second; 0 means any number
     * @return 0 if it starts now, otherwise the nanoseconds until it may
     */
    public long startFragment(int limit) {
        if (limit <= 0) {
            return 0;
        }
        long now = System.nanoTime();
        while (!fragmentStarts.isEmpty() && now - fragmentStarts.peek() >= NANOS_PER_SECOND) {
            fragmentStarts.remove();
        }
        if (fragmentStarts.size() >= limit) {
            return fragmentStarts.peek() + NANOS_PER_SECOND - now;
        }
        fragmentStarts.add(now);
        return 0;
    }

    /**
     * How many bytes may go out now; if none, {@link #nanosToNextBytes()} says when some may.
     *
     * @param limit bytes per second; 0 means any number
     */
    public int bytesNow(long limit, int wanted) {
        if (limit <= 0) {
            return wanted;
        }
        long now = System.nanoTime();
        if (now - windowStartNanos >= NANOS_PER_SECOND) {
            windowStartNanos = now;
            windowBytes = 0;
        }
        return (int) Math.max(0, Math.min(wanted, limit - windowBytes));
    }

    public long nanosToNextBytes() {
        return Math.max(0, windowStartNanos + NANOS_PER_SECOND - System.nanoTime());
    }

    public void sent(int bytes) {
        windowBytes += bytes;
    }
}
