/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.testing.internal.store;

import io.github.flinkkvs.testing.behavior.archive.ArchiveBehavior;
import io.github.flinkkvs.testing.behavior.archive.ListingOrder;

import javax.annotation.Nullable;

import java.math.BigInteger;
import java.util.Collections;
import java.util.List;
import java.util.PriorityQueue;
import java.util.stream.Collectors;

/**
 * Collects the first fragments, in the order of listings, behind the last one of the page before.
 * The place of a fragment depends on nothing but its number, so it is the same on every page. Not
 * thread-safe.
 */
final class ListingPage {
    private final ArchiveBehavior behavior;
    private final int max;
    @Nullable private final Place behind;

    /** One more than the page has; the last of them at its head. */
    private final PriorityQueue<Place> first = new PriorityQueue<>(Collections.reverseOrder());

    /**
     * @param after the last one of the page before; null for the first page
     */
    ListingPage(@Nullable BigInteger after, int max, ArchiveBehavior behavior) {
        this.behavior = behavior;
        this.max = max;
        behind = after == null ? null : new Place(after, null);
    }

    void add(StoredDocument fragment) {
        Place place = new Place(fragment.sequence(), fragment);
        if (behind != null && place.compareTo(behind) <= 0
                || first.size() > max && place.compareTo(first.element()) > 0) {
            return;
        }
        first.add(place);
        if (first.size() > max + 1) {
            first.remove();
        }
    }

    /** The fragments of the page. */
    List<StoredDocument> fragments() {
        return first.stream()
                .sorted()
                .limit(max)
                .map(place -> place.fragment)
                .collect(Collectors.toList());
    }

    /** Whether fragments are left for another page. */
    boolean more() {
        return first.size() > max;
    }

    private final class Place implements Comparable<Place> {
        private final BigInteger number;
        @Nullable private final StoredDocument fragment;
        private final long key;

        Place(BigInteger number, @Nullable StoredDocument fragment) {
            this.number = number;
            this.fragment = fragment;
            key = behavior.listingOrder() == ListingOrder.SHUFFLED ? mixed() : 0;
        }

        /** The finalizer of SplitMix64: neighbours end up far from each other. */
        private long mixed() {
            long mixed = number.longValue() + (behavior.seed() + 1) * 0x9E3779B97F4A7C15L;
            mixed = (mixed ^ mixed >>> 30) * 0xBF58476D1CE4E5B9L;
            mixed = (mixed ^ mixed >>> 27) * 0x94D049BB133111EBL;
            return mixed ^ mixed >>> 31;
        }

        @Override
        public int compareTo(Place other) {
            int byKey = Long.compare(key, other.key);
            int byNumber = number.compareTo(other.number);
            return byKey != 0
                    ? byKey
                    : behavior.listingOrder() == ListingOrder.REVERSED ? -byNumber : byNumber;
        }
    }
}
