/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.testing.internal.store;

import io.github.flinkkvs.testing.behavior.Behavior;
import io.github.flinkkvs.testing.behavior.ExpiredPosition;
import io.github.flinkkvs.testing.behavior.NowStart;
import io.github.flinkkvs.testing.behavior.TimestampMatch;

import javax.annotation.Nullable;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;

/**
 * Finds where a GetMedia body starts among the fragments that are stored at a moment. Used under
 * the lock of their store.
 */
final class StartPositions {
    /** Before every fragment number. */
    static final BigInteger BEFORE_ALL = BigInteger.ZERO;

    private final NavigableMap<BigInteger, StoredDocument> stored;
    @Nullable private final StoredDocument open;
    private final BigInteger lastExpired;
    private final long now;
    private final Behavior behavior;

    /**
     * @param open the one that is being ingested; null if there is none
     * @param lastExpired the last number that left retention
     * @param now the service's time in epoch milliseconds
     */
    StartPositions(
            NavigableMap<BigInteger, StoredDocument> stored,
            @Nullable StoredDocument open,
            BigInteger lastExpired,
            long now,
            Behavior behavior) {
        this.stored = stored;
        this.open = open;
        this.lastExpired = lastExpired;
        this.now = now;
        this.behavior = behavior;
    }

    /** Where a body starts, or the in-band error that it consists of. */
    MediaStart find(StartSelector selector) {
        switch (selector.type) {
            case NOW:
                return MediaStart.after(newest());
            case EARLIEST:
                return MediaStart.after(BEFORE_ALL);
            case CONTINUATION_TOKEN:
                return behavior.continuationTokenInclusive() && stored.containsKey(selector.number)
                        ? MediaStart.after(selector.number.subtract(BigInteger.ONE))
                        : after(selector.number);
            case FRAGMENT_NUMBER:
                return after(selector.number);
            case SERVER_TIMESTAMP:
                return at(selector.millis, false);
            default:
                return at(selector.millis, true);
        }
    }

    /** The in-band error for a position that left retention, or the start after it. */
    static MediaStart expired(BigInteger number, ExpiredPosition rule) {
        switch (rule) {
            case IN_BAND_ERROR_4000:
                return MediaStart.error(4000, number);
            case IN_BAND_ERROR_3000:
                return MediaStart.error(3000, number);
            default:
                return MediaStart.after(number);
        }
    }

    private BigInteger newest() {
        BigInteger last =
                open != null
                        ? stored.lowerKey(open.sequence())
                        : stored.isEmpty() ? null : stored.lastKey();
        if (last == null) {
            return lastExpired;
        }
        return open == null && behavior.nowStart() == NowStart.NEWEST_FRAGMENT
                ? last.subtract(BigInteger.ONE)
                : last;
    }

    private MediaStart after(BigInteger number) {
        if (stored.containsKey(number)) {
            return MediaStart.after(number);
        }
        boolean beforeStored = !stored.isEmpty() && number.compareTo(stored.firstKey()) < 0;
        if (number.compareTo(lastExpired) <= 0 || beforeStored) {
            return expired(number, behavior.expiredPosition());
        }
        boolean future = stored.isEmpty() || number.compareTo(stored.lastKey()) > 0;
        switch (future ? behavior.futurePosition() : behavior.unknownPosition()) {
            case IN_BAND_ERROR_4000:
                return MediaStart.error(4000, number);
            case IN_BAND_ERROR_3000:
                return MediaStart.error(3000, number);
            case NEXT_INGESTED:
                return MediaStart.after(last());
            default:
                return MediaStart.after(number);
        }
    }

    private MediaStart at(long millis, boolean producerTime) {
        TimestampMatch match = behavior.timestampMatch();
        List<StoredDocument> all = new ArrayList<>(stored.values());
        long reached = now;
        if (producerTime && !all.isEmpty()) {
            // The producer's clock may be ahead of ours.
            reached = Math.max(reached, end(all, all.size() - 1, true) - 1);
        }
        if (millis > reached) {
            return inFuture(millis, producerTime);
        }
        StoredDocument found = null;
        for (int i = 0; i < all.size(); i++) {
            StoredDocument fragment = all.get(i);
            long start = time(fragment, producerTime);
            if (match == TimestampMatch.AT_OR_BEFORE) {
                if (start <= millis) {
                    found = fragment;
                }
            } else if (start >= millis
                    || match == TimestampMatch.COVERING && millis < end(all, i, producerTime)) {
                found = fragment;
                break;
            }
        }
        if (found == null && match == TimestampMatch.AT_OR_BEFORE && !all.isEmpty()) {
            found = all.get(0);
        }
        return found == null
                ? firstFrom(millis, producerTime)
                : MediaStart.after(found.sequence().subtract(BigInteger.ONE));
    }

    private MediaStart inFuture(long millis, boolean producerTime) {
        switch (behavior.futureTimestamp()) {
            case AS_NOW:
                return MediaStart.after(newest());
            case INVALID_ARGUMENT:
                return MediaStart.refused("StartTimestamp is in the future");
            default:
                return firstFrom(millis, producerTime);
        }
    }

    /** A start at a fragment that is yet to come. */
    private MediaStart firstFrom(long millis, boolean producerTime) {
        return MediaStart.from(last(), fragment -> time(fragment, producerTime) >= millis);
    }

    private BigInteger last() {
        return stored.isEmpty() ? lastExpired : stored.lastKey();
    }

    /**
     * Where the time that a fragment covers ends, exclusive: with its media, or with its upload if
     * that took longer, but before the next fragment begins. An open one covers the present. One of
     * a single frame, whose duration nothing tells, covers the time up to the next fragment.
     */
    private long end(List<StoredDocument> all, int index, boolean producerTime) {
        StoredDocument fragment = all.get(index);
        long start = time(fragment, producerTime);
        if (fragment == open) {
            return start + Math.max(0, now - fragment.serverTimestampMillis()) + 1;
        }
        long next = index + 1 < all.size() ? time(all.get(index + 1), producerTime) : start;
        long covered = Math.max(1, fragment.durationMillis());
        if (next <= start) {
            return start + covered;
        }
        if (fragment.durationMillis() == 0) {
            return next;
        }
        if (!producerTime) {
            covered = Math.max(covered, fragment.completedAtMillis() - start);
        }
        return Math.min(next, start + covered);
    }

    private static long time(StoredDocument fragment, boolean producerTime) {
        return producerTime ? fragment.producerTimestampMillis() : fragment.serverTimestampMillis();
    }
}
