/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.source.fetch;

import io.github.flinkkvs.client.media.ArchivedFragment;
import io.github.flinkkvs.client.media.FragmentArchive;
import io.github.flinkkvs.client.media.FragmentPage;
import io.github.flinkkvs.client.media.TimeRange;
import io.github.flinkkvs.mkv.FragmentNumber;

import org.apache.flink.annotation.Internal;

import javax.annotation.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * What ListFragments knows of a stream, in the order of fragment numbers. It is asked about one
 * window of server time after the other, some fragments ahead of what is read; all pages of a
 * window are read before any of its fragments is used, since pages have no order.
 *
 * <p>The list is eventually consistent, and clocks of the service may disagree. So a fragment is
 * certain, and can be read, only if it began {@link #LAG_MILLIS} before the end of what is listed:
 * then no fragment with a lower number is missing.
 *
 * <p>Only knows what to ask and what was answered. Guarded by the reader lock.
 */
@Internal
public final class FragmentListing {

    /** What is younger than this is not certain to be listed, and is left to GetMedia. */
    public static final long LAG_MILLIS = TimeUnit.SECONDS.toMillis(30);

    /** How much may be added to that before it is worth another call. */
    private static final long SLACK_MILLIS = TimeUnit.SECONDS.toMillis(10);

    /** More are listed while there are fewer than this. */
    private static final int AHEAD = 500;

    /** How many fragments a window should have. */
    private static final int TARGET = 500;

    /** A window with more fragments than this, or with more pages, begins anew, shorter. */
    private static final int MOST_FRAGMENTS = 2 * FragmentArchive.PAGE_SIZE;

    private static final int MOST_PAGES = 10;

    private static final long FIRST_WINDOW_MILLIS = TimeUnit.MINUTES.toMillis(10);

    /** Each window must end later than what the one before it made certain. */
    private static final long MIN_WINDOW_MILLIS = 2 * LAG_MILLIS;

    private static final long MAX_WINDOW_MILLIS = TimeUnit.DAYS.toMillis(100 * 365);

    /** How much longer or shorter a window may be than the one before. */
    private static final int STEP = 8;

    /**
     * No window of {@link #MIN_WINDOW_MILLIS} has so many pages or fragments, unless the pages
     * never end.
     */
    private static final int ENDLESS_PAGES = 1_000;

    private static final int ENDLESS_FRAGMENTS = 25 * MOST_FRAGMENTS;

    /** No two windows have so many. */
    private static final int MOST_LISTED = 2 * ENDLESS_FRAGMENTS;

    private final long stopMillis;
    private final long retentionMillis;

    /** Fragments in finished windows that were not taken. */
    private final TreeMap<FragmentNumber, ArchivedFragment> listed = new TreeMap<>();

    /** Where the open window begins, or else the next one. */
    private long fromMillis;

    /** From when on there may be unread media that is not listed; null if this does not matter. */
    @Nullable private Long unlistedMillis;

    private long windowMillis = FIRST_WINDOW_MILLIS;
    private long certainMillis = Long.MIN_VALUE;
    private boolean expired;

    // The open window.
    @Nullable private TimeRange window;
    private boolean reachesPresent;
    @Nullable private String nextToken;
    private int pages;
    private final List<ArchivedFragment> found = new ArrayList<>();

    /** No fragment up to this one comes again. */
    @Nullable private FragmentNumber taken;

    /**
     * All times are of the service's clock, in epoch millis.
     *
     * @param fromMillis where the first window begins
     * @param readUpToMillis everything before this was read; null if nothing was
     * @param stopMillis nothing is wanted that begins after this; {@link Long#MAX_VALUE} if there
     *     is no such time
     * @param retentionMillis how long the service keeps media
     */
    public FragmentListing(
            long fromMillis, @Nullable Long readUpToMillis, long stopMillis, long retentionMillis) {
        this.fromMillis = fromMillis;
        this.unlistedMillis = readUpToMillis;
        this.stopMillis = stopMillis;
        this.retentionMillis = retentionMillis;
    }

    /** Where the open window begins, or else the next one: epoch millis of the service's clock. */
    public long fromMillis() {
        return fromMillis;
    }

    // ---- asking ----------------------------------------------------------------------------

    /** Whether it is time for another call. */
    boolean wantsMore(long nowMillis) {
        // However many there are: nothing can be read before one of them is certain.
        boolean hasFew = listed.size() < AHEAD || peekCertain() == null;
        return !expired && hasFew && !isAtEnd(nowMillis);
    }

    /** The range to ask for. */
    TimeRange window(long nowMillis) {
        if (window == null) {
            long to = Math.min(fromMillis + windowMillis, endMillis(nowMillis));
            window = new TimeRange(TimeRange.Clock.SERVER, fromMillis, Math.max(to, fromMillis));
            reachesPresent = window.toMillis() >= nowMillis;
        }
        return window;
    }

    /** Leads to the next page of that range; null for the first. */
    @Nullable
    String nextToken() {
        return nextToken;
    }

    private long endMillis(long nowMillis) {
        // A fragment after the stop proves the one before it complete.
        return stopMillis > nowMillis - LAG_MILLIS ? nowMillis : stopMillis + LAG_MILLIS;
    }

    // ---- what is answered ------------------------------------------------------------------

    void onPage(FragmentPage page) {
        found.addAll(page.fragments());
        pages++;
        nextToken = page.nextToken();
        if (nextToken != null) {
            boolean tooLong = found.size() > MOST_FRAGMENTS || pages >= MOST_PAGES;
            if (tooLong && windowMillis > MIN_WINDOW_MILLIS) {
                windowMillis = Math.max(windowMillis / STEP, MIN_WINDOW_MILLIS);
                closeWindow();
            } else if (pages >= ENDLESS_PAGES || found.size() > ENDLESS_FRAGMENTS) {
                throw new IllegalStateException("The pages of ListFragments do not end: " + window);
            }
            return;
        }
        expired =
                unlistedMillis != null
                        && unlistedMillis < page.serviceTimeMillis() - retentionMillis;
        if (!expired) {
            finishWindow();
        }
        closeWindow();
    }

    private void finishWindow() {
        for (ArchivedFragment fragment : found) {
            if (taken == null || fragment.number().compareTo(taken) > 0) {
                listed.put(fragment.number(), fragment);
            }
        }
        if (listed.size() > MOST_LISTED) {
            throw new IllegalStateException(
                    "ListFragments lists fragments of a later time than was asked for, such as "
                            + peek()
                            + " in "
                            + window);
        }
        long length = window.toMillis() - window.fromMillis();
        if (length == windowMillis) {
            long suits = found.isEmpty() ? Long.MAX_VALUE : length / found.size() * TARGET;
            long longest = Math.min(length * STEP, MAX_WINDOW_MILLIS);
            windowMillis = Math.max(Math.min(suits, longest), MIN_WINDOW_MILLIS);
        }
        certainMillis = window.toMillis() - LAG_MILLIS;
        // What was not certain is listed again.
        fromMillis = Math.max(certainMillis, fromMillis);
        unlistedMillis = unlistedMillis == null ? fromMillis : Math.max(unlistedMillis, fromMillis);
    }

    private void closeWindow() {
        window = null;
        nextToken = null;
        pages = 0;
        found.clear();
    }

    /**
     * The service refused the window because it ends before the retention begins: nothing of it is
     * stored any more. The next window begins at its end, so there is progress, however long the
     * windows are.
     *
     * @return false if the window reaches the present, so that this cannot be
     */
    boolean leaveOutWindow(long nowMillis) {
        if (reachesPresent) {
            closeWindow();
            return false;
        }
        expired = unlistedMillis != null && unlistedMillis < nowMillis - retentionMillis;
        if (!expired) {
            certainMillis = Math.max(certainMillis, window.toMillis() - LAG_MILLIS);
            fromMillis = window.toMillis();
            windowMillis = Math.min(windowMillis * STEP, MAX_WINDOW_MILLIS);
        }
        closeWindow();
        return true;
    }

    // ---- what is known ---------------------------------------------------------------------

    /** Whether unread media may have left the retention before it was listed. */
    boolean hasExpired() {
        return expired;
    }

    /** Whether everything is certain up to the stop, or nearly up to now. */
    boolean isAtEnd(long nowMillis) {
        return certainMillis >= Math.min(stopMillis, nowMillis - LAG_MILLIS - SLACK_MILLIS);
    }

    /**
     * Up to this server timestamp, inclusive, no fragment is missing; {@link Long#MIN_VALUE} before
     * the first window is finished.
     */
    long certainMillis() {
        return certainMillis;
    }

    /** The next fragment, certain or not; null if there is none. */
    @Nullable
    ArchivedFragment peek() {
        return listed.isEmpty() ? null : listed.firstEntry().getValue();
    }

    /** The next fragment if it is certain; null otherwise. */
    @Nullable
    ArchivedFragment peekCertain() {
        ArchivedFragment next = peek();
        return next == null || next.serverTimestampMillis() > certainMillis ? null : next;
    }

    /** Takes the next fragment. */
    void poll() {
        taken = listed.pollFirstEntry().getKey();
    }
}
