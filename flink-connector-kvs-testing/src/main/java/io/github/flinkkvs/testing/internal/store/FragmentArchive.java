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

import javax.annotation.Nullable;

import java.math.BigInteger;
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
        ListingPage page = new ListingPage(after, max, behavior);
        long completedUntil = clock.millis() - behavior.listingLag().toMillis();
        store.look(
                seen -> {
                    for (StoredDocument fragment : seen.archived()) {
                        if (fragment.completedAtMillis() <= completedUntil
                                && range.contains(fragment)) {
                            page.add(fragment);
                        }
                    }
                    return page;
                });
        List<StoredDocument> fragments = page.fragments();
        BigInteger last = page.more() ? fragments.get(max - 1).sequence() : null;
        fragments.removeIf(fragment -> flawed(unlisted, fragment.sequence()));
        return new Page(fragments, last);
    }

    /** The fragments that have media within a range, in the order in which they were ingested. */
    public List<StoredDocument> touching(FragmentRange range, ArchiveBehavior behavior) {
        long completedUntil = clock.millis() - behavior.readableLag().toMillis();
        return store.look(
                seen -> {
                    List<StoredDocument> found = seen.archived();
                    found.removeIf(
                            fragment ->
                                    fragment.completedAtMillis() > completedUntil
                                            || !range.touches(fragment));
                    return found;
                });
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
        long completedUntil = clock.millis() - behavior.readableLag().toMillis();
        return store.look(
                seen -> {
                    StoredDocument fragment = seen.archived(number);
                    return fragment == null || fragment.completedAtMillis() > completedUntil
                            ? null
                            : fragment;
                });
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
