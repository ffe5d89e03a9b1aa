/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.media.clip;

import io.github.flinkkvs.client.media.ArchivedFragment;
import io.github.flinkkvs.client.media.TimeRange;

import javax.annotation.Nullable;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Selects the fragments of a clip from a list of the fragments around its range. Immutable. */
final class ClipSelection {

    /** The service's limit. */
    private static final Duration LONGEST_FRAGMENT = Duration.ofSeconds(20);

    /** A fragment is listed within about a second after its end. */
    private static final Duration LISTING_LAG = Duration.ofSeconds(5);

    private final List<ArchivedFragment> chosen;
    @Nullable private final ArchivedFragment next;
    private final long settledAtMillis;

    private ClipSelection(
            List<ArchivedFragment> chosen, @Nullable ArchivedFragment next, long settledAtMillis) {
        this.chosen = chosen;
        this.next = next;
        this.settledAtMillis = settledAtMillis;
    }

    /**
     * What to list for a clip. It begins earlier, since a list only has fragments that begin in its
     * range, and the clip begins with one that may have begun before; and it ends later, for the
     * fragment that follows the clip's last one.
     *
     * @param oldestMillis the server timestamp before which the service has deleted everything
     */
    static TimeRange listed(ClipRequest request, long oldestMillis) {
        long longest = LONGEST_FRAGMENT.toMillis();
        // Before the epoch there is nothing: producers that do not send the time of day count
        // from 0.
        long from = Math.max(request.fromMillis() - longest, 0);
        long to = Math.max(request.toMillis() + longest, 0);
        return request.clock() == ClipRequest.Clock.SERVER
                // The service lists nothing for a range that begins much too early.
                ? new TimeRange(
                        TimeRange.Clock.SERVER, Math.min(Math.max(from, oldestMillis), to), to)
                : new TimeRange(TimeRange.Clock.PRODUCER, from, to);
    }

    /** How much media of a list begins in a range, as far as the list says. */
    static long bytesInRange(ClipRequest request, List<ArchivedFragment> listed) {
        long bytes = 0;
        for (ArchivedFragment fragment : listed) {
            long time = millis(request, fragment);
            if (time >= request.fromMillis() && time <= request.toMillis()) {
                bytes += fragment.sizeBytes();
            }
        }
        return bytes;
    }

    /** When the media of a range is listed at the latest, by the service's clock: epoch millis. */
    static long listedAtMillis(ClipRequest request) {
        return request.toMillis() + LONGEST_FRAGMENT.toMillis() + LISTING_LAG.toMillis();
    }

    /**
     * @param listed in any order
     */
    static ClipSelection of(ClipRequest request, List<ArchivedFragment> listed) {
        List<ArchivedFragment> inOrder = new ArrayList<>(listed);
        inOrder.sort(Comparator.comparing(ArchivedFragment::number));
        ArchivedFragment lastBefore = null;
        List<ArchivedFragment> chosen = new ArrayList<>();
        for (ArchivedFragment fragment : inOrder) {
            long time = millis(request, fragment);
            if (time < request.fromMillis()) {
                lastBefore =
                        lastBefore == null || time >= millis(request, lastBefore)
                                ? fragment
                                : lastBefore;
            } else if (time <= request.toMillis()) {
                chosen.add(fragment);
            }
        }
        boolean beginsWithRange =
                chosen.stream().anyMatch(each -> millis(request, each) == request.fromMillis());
        if (lastBefore != null && !beginsWithRange) {
            // It may last into the range: its frames will tell.
            chosen.add(lastBefore);
            chosen.sort(Comparator.comparing(ArchivedFragment::number));
        }
        return new ClipSelection(chosen, next(request, inOrder, chosen), listedAtMillis(request));
    }

    /** The first fragment that begins after the range and follows those that were chosen. */
    @Nullable
    private static ArchivedFragment next(
            ClipRequest request, List<ArchivedFragment> inOrder, List<ArchivedFragment> chosen) {
        for (ArchivedFragment fragment : inOrder) {
            boolean follows =
                    chosen.isEmpty()
                            || fragment.number().compareTo(chosen.get(chosen.size() - 1).number())
                                    > 0;
            if (follows && millis(request, fragment) > request.toMillis()) {
                return fragment;
            }
        }
        return null;
    }

    private static long millis(ClipRequest request, ArchivedFragment fragment) {
        return request.clock() == ClipRequest.Clock.SERVER
                ? fragment.serverTimestampMillis()
                : fragment.producerTimestampMillis();
    }

    /** In the order of their numbers; the first may end before the range. */
    List<ArchivedFragment> chosen() {
        return chosen;
    }

    /** The fragment that follows the last of them; null if none is listed. */
    @Nullable
    ArchivedFragment next() {
        return next;
    }

    /** How much media they have, as far as the list says. */
    long bytes() {
        return chosen.stream().mapToLong(ArchivedFragment::sizeBytes).sum();
    }

    /**
     * Whether nothing of the range can be missing any more: something that follows it is listed, or
     * it ended long enough ago.
     *
     * @param serviceTimeMillis when the list was made
     */
    boolean isSettled(long serviceTimeMillis) {
        return next != null || serviceTimeMillis >= settledAtMillis;
    }
}
