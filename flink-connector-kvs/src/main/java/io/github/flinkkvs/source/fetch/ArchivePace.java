/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.source.fetch;

import io.github.flinkkvs.client.media.FragmentArchive;

import org.apache.flink.annotation.Internal;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Spaces out the calls for archived media of a stream: the service counts points per second and
 * stream, for all consumers together. The service counts a call somewhere between the moment at
 * which it is made and its answer; so a second after the answer its points are free again, however
 * long calls take. Guarded by the reader lock.
 */
@Internal
public final class ArchivePace {

    /** What the service allows per second. */
    private static final int MEDIA_POINTS = 500;

    private static final int LIST_POINTS = 10_000;

    private static final long WINDOW_NANOS = TimeUnit.MILLISECONDS.toNanos(1_005);

    /** The points of one call. */
    static final class Spending {

        private final int points;

        /** When the call was answered or given up; before that, when it was last looked at. */
        private long nanos;

        private boolean settled;

        private Spending(int points) {
            this.points = points;
        }

        /** The call was answered or given up: the service has counted it by now. */
        void settle(long nowNanos) {
            if (!settled) {
                settled = true;
                nanos = nowNanos;
            }
        }
    }

    private final int limit;
    private final List<Spending> spendings = new ArrayList<>();
    private int spent;

    private ArchivePace(int limit) {
        this.limit = limit;
    }

    /**
     * For GetMediaForFragmentList: the service allows 500 points a second, one for each requested
     * fragment.
     */
    static ArchivePace ofMedia(int fragmentsPerSecond) {
        return new ArchivePace(fragmentsPerSecond);
    }

    /**
     * For ListFragments: the service allows 10,000 points a second, one for each fragment that a
     * page may have. Takes the same share of them, but at least a call a second.
     */
    static ArchivePace ofLists(int fragmentsPerSecond) {
        long share = (long) fragmentsPerSecond * LIST_POINTS / MEDIA_POINTS;
        return new ArchivePace(
                (int) Math.min(Math.max(share, FragmentArchive.PAGE_SIZE), Integer.MAX_VALUE));
    }

    /**
     * How many points each call may cost so that as few calls as possible use up a second.
     *
     * @param most what a call may cost at most
     */
    int pointsPerCall(int most) {
        int calls = (limit - 1) / most + 1;
        return limit / calls;
    }

    /**
     * How long to wait before a call; 0 if it can be made now. The time may change once a call is
     * settled.
     *
     * @param points what the call costs, at most the limit
     * @param nowNanos never goes back
     */
    long waitNanos(int points, long nowNanos) {
        for (Iterator<Spending> all = spendings.iterator(); all.hasNext(); ) {
            Spending each = all.next();
            if (!each.settled) {
                each.nanos = nowNanos;
            } else if (nowNanos - each.nanos >= WINDOW_NANOS) {
                spent -= each.points;
                all.remove();
            }
        }
        int excess = spent + points - limit;
        if (excess <= 0) {
            return 0;
        }
        spendings.sort((one, other) -> Long.signum(one.nanos - other.nanos));
        long until = nowNanos;
        for (Spending spending : spendings) {
            excess -= spending.points;
            until = spending.nanos + WINDOW_NANOS;
            if (excess <= 0) {
                break;
            }
        }
        return until - nowNanos;
    }

    /** A call is made; it must be settled. */
    Spending spend(int points) {
        Spending spending = new Spending(points);
        spendings.add(spending);
        spent += points;
        return spending;
    }
}
