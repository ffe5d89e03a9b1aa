/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.testing.internal.store;

import io.github.flinkkvs.testing.behavior.ServiceClock;
import io.github.flinkkvs.testing.behavior.archive.ArchiveBehavior;
import io.github.flinkkvs.testing.behavior.archive.ListingOrder;

import javax.annotation.Nullable;

import java.math.BigInteger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The archive of a stream: its complete fragments within retention, as they are listed and read by
 * number. Thread-safe: fragments are guarded by the lock of their store, flaws by their monitor.
 */
public final class FragmentArchive {
    private final FragmentStore store;
    private final ServiceClock clock;

    /** How often each of them is still left out of a listing, or not found. */
    private final Map<BigInteger, Integer> unlisted = new HashMap<>();

    private final Map<BigInteger, Integer> lost = new HashMap<>();

    public FragmentArchive(FragmentStore store, ServiceClock clock) {
        this.store = store;
        this.clock = clock;
    }

    /** A page of a listing. Immutable. */
    public static final class Page {
        public final List<StoredDocument> fragments;

        /** Where the next page continues; null after the last one. */
        @Nullable public final BigInteger last;

        private Page(List<StoredDocument> fragments, @Nullable BigInteger last) {
            this.fragments = fragments;
            this.last = last;
        }
    }

    // ------------------------------------------------------------------ reading

    /**
     * Whether retention covers a time.
     *
     * @param millis in epoch milliseconds
     */
    public boolean covers(long millis) {
        return store.look(seen -> seen.retention().covers(millis));
    }

    /**
     * Lists fragments.
     *
     * @param after {@link Page#last} of the page before; null for the first one
     */
    public Page list(
            FragmentRange range, @Nullable BigInteger after, int max, ArchiveBehavior behavior) {
        Comparator<BigInteger> order = order(behavior);
        List<StoredDocument> found =
                store.look(
                        seen -> {
                            List<StoredDocument> all = new ArrayList<>();
                            for (StoredDocument fragment : seen.archived()) {
                                if (range.contains(fragment)
                                        && visible(fragment, behavior.listingLag())
                                        && (after == null
                                                || order.compare(fragment.sequence(), after) > 0)) {
                                    all.add(fragment);
                                }
                            }
                            return all;
                        });
        found.sort(Comparator.comparing(StoredDocument::sequence, order));
        List<StoredDocument> page = new ArrayList<>(found.subList(0, Math.min(max, found.size())));
        BigInteger last = found.size() > max ? page.get(max - 1).sequence() : null;
        page.removeIf(fragment -> flawed(unlisted, fragment.sequence()));
        return new Page(page, last);
    }

    private static Comparator<BigInteger> order(ArchiveBehavior behavior) {
        if (behavior.listingOrder() == ListingOrder.BY_NUMBER) {
            return Comparator.naturalOrder();
        }
        if (behavior.listingOrder() == ListingOrder.REVERSED) {
            return Comparator.reverseOrder();
        }
        // The place of a number does not depend on the others, so it is the same on every page.
        return Comparator.<BigInteger>comparingLong(number -> mixed(number, behavior.seed()))
                .thenComparing(Comparator.naturalOrder());
    }

    /** The finalizer of SplitMix64: neighbours end up far from each other. */
    private static long mixed(BigInteger number, long seed) {
        long mixed = number.longValue() + (seed + 1) * 0x9E3779B97F4A7C15L;
        mixed = (mixed ^ mixed >>> 30) * 0xBF58476D1CE4E5B9L;
        mixed = (mixed ^ mixed >>> 27) * 0x94D049BB133111EBL;
        return mixed ^ mixed >>> 31;
    }

    /** Whether a number is that of a fragment of this stream, stored or not. */
    public boolean knows(BigInteger number) {
        return store.look(seen -> seen.knows(number));
    }

    /** The fragment with this number; null if it cannot be read, now or ever. */
    @Nullable
    public StoredDocument find(BigInteger number, ArchiveBehavior behavior) {
        if (flawed(lost, number)) {
            return null;
        }
        return store.look(
                seen -> {
                    StoredDocument fragment = seen.archived(number);
                    return fragment != null && visible(fragment, behavior.readableLag())
                            ? fragment
                            : null;
                });
    }

    private boolean visible(StoredDocument fragment, Duration lag) {
        return clock.millis() - fragment.completedAtMillis() >= lag.toMillis();
    }

    // ------------------------------------------------------------------ flaws

    /** Leaves a fragment out of the next listings that it belongs to. */
    public void unlist(BigInteger number, int listings) {
        synchronized (unlisted) {
            unlisted.put(number, listings);
        }
    }

    /** Does not find a fragment the next times that it is asked for. */
    public void lose(BigInteger number, int calls) {
        synchronized (lost) {
            lost.put(number, calls);
        }
    }

    private static boolean flawed(Map<BigInteger, Integer> flaws, BigInteger number) {
        synchronized (flaws) {
            Integer left = flaws.get(number);
            if (left == null || left <= 0) {
                return false;
            }
            if (left != Integer.MAX_VALUE) {
                flaws.put(number, left - 1);
            }
            return true;
        }
    }
}
