/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.media.clip;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * The calls of a subtask for one stream, within the stream's quotas: one call for media at a time,
 * and only so many fragments and lists a second. Owned by the worker of its {@link ClipFetcher}.
 */
final class StreamLane {

    private final Deque<Runnable> waiting = new ArrayDeque<>();
    private boolean taken;
    private long mediaNanos;
    private long listNanos;

    StreamLane(long nowNanos) {
        mediaNanos = nowNanos;
        listNanos = nowNanos;
    }

    /** Runs an action when the lane is free; it belongs to the action until {@link #leave}. */
    void enter(Runnable action) {
        if (taken) {
            waiting.add(action);
        } else {
            taken = true;
            action.run();
        }
    }

    /** An action that does not wait for the lane any more. */
    void forget(Runnable action) {
        waiting.remove(action);
    }

    /** Gives the lane to the next action. */
    void leave() {
        Runnable next = waiting.poll();
        taken = next != null;
        if (next != null) {
            next.run();
        }
    }

    /**
     * Takes part of the quota for media.
     *
     * @param costNanos how long the quota takes to allow that much again
     * @return how long to wait before using it, in nanoseconds
     */
    long takeMedia(long nowNanos, long costNanos) {
        long wait = Math.max(mediaNanos - nowNanos, 0);
        mediaNanos = nowNanos + wait + costNanos;
        return wait;
    }

    /** As {@link #takeMedia}, of the quota for lists. */
    long takeList(long nowNanos, long costNanos) {
        long wait = Math.max(listNanos - nowNanos, 0);
        listNanos = nowNanos + wait + costNanos;
        return wait;
    }

    /** Whether nothing is lost if it is made anew. */
    boolean isIdle(long nowNanos) {
        return !taken && mediaNanos - nowNanos <= 0 && listNanos - nowNanos <= 0;
    }
}
