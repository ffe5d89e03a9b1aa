/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.source.fetch;

import org.apache.flink.annotation.Internal;

import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;

/**
 * Spaces out the calls for archived media of a stream: the service counts points per second and
 * stream, for all consumers together. Guarded by the reader lock.
 */
@Internal
public final class ArchivePace {

    /** A little more than a second, since calls do not all take equally long to arrive. */
    private static final long WINDOW_NANOS = TimeUnit.MILLISECONDS.toNanos(1_030);

    private static final class Spending {
        final long nanos;
        final int points;

        Spending(long nanos, int points) {
            this.nanos = nanos;
            this.points = points;
        }
    }

    private final int limit;
    private final ArrayDeque<Spending> spendings = new ArrayDeque<>();
    private int spent;

    private ArchivePace(int limit) {
        this.limit = limit;
    }

    /** For GetMediaForFragmentList: 500 points a second, one for each requested fragment. */
    public static ArchivePace ofMedia() {
        return new ArchivePace(475);
    }

    /** For ListFragments: 10,000 points a second, one for each fragment that a page may have. */
    public static ArchivePace ofLists() {
        return new ArchivePace(9_000);
    }

    /**
     * How long to wait before a call; 0 if it can be made now.
     *
     * @param points what the call costs, at most the limit
     * @param nowNanos never goes back
     */
    long waitNanos(int points, long nowNanos) {
        while (!spendings.isEmpty() && nowNanos - spendings.peek().nanos >= WINDOW_NANOS) {
            spent -= spendings.poll().points;
        }
        int excess = spent + points - limit;
        long until = nowNanos;
        for (Spending spending : spendings) {
            if (excess <= 0) {
                break;
            }
            excess -= spending.points;
            until = spending.nanos + WINDOW_NANOS;
        }
        return until - nowNanos;
    }

    /** A call is made. */
    void spend(int points, long nowNanos) {
        spendings.add(new Spending(nowNanos, points));
        spent += points;
    }
}
