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
import io.github.flinkkvs.client.media.FragmentPage;
import io.github.flinkkvs.client.media.TimeRange;
import io.github.flinkkvs.mkv.FragmentNumber;
import io.github.flinkkvs.source.GetMediaBytes;

import org.junit.jupiter.api.Test;
import org.openjdk.jol.info.GraphLayout;

import javax.annotation.Nullable;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** What is asked, and what is certain, over media of any density. */
class FragmentListingTest {

    private static final long NOW = 1_700_000_000_000L;
    private static final long SECOND = 1_000;
    private static final long MINUTE = 60 * SECOND;
    private static final long HOUR = 60 * MINUTE;
    private static final long DAY = 24 * HOUR;
    private static final long LAG = FragmentListing.LAG_MILLIS;

    private final List<ArchivedFragment> stored = new ArrayList<>();
    private final Random random = new Random(0);
    private long now = NOW;
    private int pageSize = 1_000;
    private int calls;
    private FragmentListing listing;

    private void begin(long from) {
        begin(from, null, Long.MAX_VALUE, DAY);
    }

    private void begin(long from, @Nullable Long readUpTo, long stop, long retention) {
        listing = new FragmentListing(from, readUpTo, stop, retention);
    }

    private void store(long from, long to, long every) {
        for (long millis = from; millis <= to; millis += every) {
            stored.add(fragment(millis));
        }
    }

    private static ArchivedFragment fragment(long millis) {
        return new ArchivedFragment(
                FragmentNumber.of(GetMediaBytes.number(millis, 0)), millis, millis, 100);
    }

    /** Asks for all pages of a window. */
    private TimeRange askWindow() {
        TimeRange window = listing.window(now);
        assertThat(window.toMillis()).as("never in the future").isLessThanOrEqualTo(now);
        List<ArchivedFragment> found =
                stored.stream()
                        .filter(each -> each.serverTimestampMillis() >= window.fromMillis())
                        .filter(each -> each.serverTimestampMillis() <= window.toMillis())
                        .collect(Collectors.toList());
        Collections.shuffle(found, random);
        int from = 0;
        do {
            calls++;
            int to = Math.min(from + pageSize, found.size());
            String token = to < found.size() ? "token" : null;
            listing.onPage(new FragmentPage(found.subList(from, to), token, now));
            from = to;
        } while (listing.nextToken() != null);
        return window;
    }

    private List<ArchivedFragment> takeCertain() {
        List<ArchivedFragment> taken = new ArrayList<>();
        while (listing.peekCertain() != null) {
            taken.add(listing.peekCertain());
            listing.poll();
        }
        return taken;
    }

    private List<ArchivedFragment> takeAll() {
        List<ArchivedFragment> taken = new ArrayList<>();
        while (listing.wantsMore(now)) {
            askWindow();
            taken.addAll(takeCertain());
        }
        return taken;
    }

    private List<ArchivedFragment> storedUntil(long millis) {
        return stored.stream()
                .filter(each -> each.serverTimestampMillis() <= millis)
                .collect(Collectors.toList());
    }

    @Test
    void listsEachFragmentOnceInOrderUpToTheLag() {
        store(NOW - 10 * HOUR, NOW, 2 * SECOND);
        begin(NOW - 10 * HOUR);
        assertThat(takeAll()).isEqualTo(storedUntil(NOW - LAG));
        assertThat(listing.isAtEnd(now)).isTrue();
        assertThat(listing.certainMillis()).isEqualTo(NOW - LAG);
        assertThat(listing.peek()).as("a successor").isNotNull();
        // About 500 for each, with those that are listed again.
        assertThat(calls).isLessThan(40);
    }

    @Test
    void tenEmptyYearsTakeFewCalls() {
        stored.add(fragment(NOW - HOUR));
        begin(NOW - 3650 * DAY, null, Long.MAX_VALUE, 4000 * DAY);
        assertThat(takeAll()).hasSize(1);
        assertThat(calls).isLessThan(12);
    }

    @Test
    void aDenseDayAfterEmptyYearsTakesShorterWindows() {
        store(NOW - DAY, NOW, SECOND);
        begin(NOW - 3650 * DAY, null, Long.MAX_VALUE, 4000 * DAY);
        assertThat(takeAll()).isEqualTo(storedUntil(NOW - LAG));
        // 86,400 fragments.
        assertThat(calls).isLessThan(300);
    }

    @Test
    void anyDensityIsListedCompletely() {
        for (int seed = 0; seed < 50; seed++) {
            stored.clear();
            Random changes = new Random(seed);
            long millis = NOW - DAY + 1;
            while (millis < NOW) {
                // Between ten fragments a second and one in an hour.
                double density = changes.nextDouble() * changes.nextDouble();
                long every = (long) (100 + density * HOUR);
                for (int i = changes.nextInt(200); i >= 0 && millis < NOW; i--) {
                    stored.add(fragment(millis));
                    millis += 1 + (long) (changes.nextDouble() * every);
                }
            }
            pageSize = 100 + changes.nextInt(900);
            begin(NOW - DAY);
            assertThat(takeAll()).as("seed " + seed).isEqualTo(storedUntil(NOW - LAG));
        }
    }

    @Test
    void listsOnlyAFewAhead() {
        store(NOW - HOUR, NOW, SECOND);
        begin(NOW - HOUR);
        askWindow();
        assertThat(listing.wantsMore(now)).isFalse();
        for (int i = 0; i < 102; i++) {
            listing.poll();
        }
        assertThat(listing.wantsMore(now)).isTrue();
    }

    @Test
    void isNotCertainOfWhatIsYoung() {
        store(NOW - 5 * MINUTE, NOW, SECOND);
        begin(NOW - 5 * MINUTE);
        stored.removeIf(each -> each.serverTimestampMillis() == NOW - 10 * SECOND);
        askWindow();
        assertThat(takeCertain()).isEqualTo(storedUntil(NOW - LAG));
        // It appears later, and is not missed.
        stored.clear();
        store(NOW - 5 * MINUTE, NOW + MINUTE, SECOND);
        now = NOW + MINUTE;
        assertThat(listing.wantsMore(now)).isTrue();
        askWindow();
        assertThat(takeCertain())
                .isEqualTo(
                        stored.stream()
                                .filter(e -> e.serverTimestampMillis() > NOW - LAG)
                                .filter(e -> e.serverTimestampMillis() <= now - LAG)
                                .collect(Collectors.toList()));
    }

    /** Numbers say in which order media came; two hosts of the service may disagree on the time. */
    @Test
    void toleratesClocksThatDisagree() {
        for (long millis = NOW - HOUR; millis < NOW; millis += SECOND) {
            long skew = random.nextInt((int) LAG / 2);
            stored.add(
                    new ArchivedFragment(
                            FragmentNumber.of(GetMediaBytes.number(millis, 0)),
                            millis - skew,
                            millis,
                            1));
        }
        begin(NOW - HOUR - LAG);
        List<ArchivedFragment> taken = takeAll();
        assertThat(taken).isEqualTo(stored.subList(0, taken.size()));
        assertThat(taken).hasSizeGreaterThan(3_550);
    }

    @Test
    void isBrieflyAtTheEndWhenTimePasses() {
        begin(NOW - HOUR);
        takeAll();
        assertThat(listing.isAtEnd(now + 10 * SECOND)).isTrue();
        assertThat(listing.isAtEnd(now + 11 * SECOND)).isFalse();
    }

    @Test
    void listsALittleBeyondTheStop() {
        store(NOW - HOUR, NOW, SECOND);
        begin(NOW - HOUR, null, NOW - 50 * MINUTE, DAY);
        askWindow();
        assertThat(listing.isAtEnd(now)).isFalse();
        assertThat(askWindow().toMillis()).isEqualTo(NOW - 50 * MINUTE + LAG);
        assertThat(listing.isAtEnd(now)).isTrue();
        assertThat(listing.certainMillis()).isEqualTo(NOW - 50 * MINUTE);
        assertThat(takeCertain()).hasSize(601);
        assertThat(listing.peek().serverTimestampMillis()).isEqualTo(NOW - 50 * MINUTE + SECOND);
    }

    @Test
    void doesNotWaitForAStopInTheFuture() {
        begin(NOW - 5 * MINUTE, null, NOW - 10 * SECOND, DAY);
        assertThat(askWindow().toMillis()).isEqualTo(NOW);
        assertThat(listing.isAtEnd(now)).isTrue();
        assertThat(listing.certainMillis()).isEqualTo(NOW - LAG);
    }

    @Test
    void aStopBeforeTheBeginningIsTheEnd() {
        begin(NOW - HOUR, null, NOW - 2 * HOUR, DAY);
        assertThat(listing.wantsMore(now)).isTrue();
        askWindow();
        assertThat(listing.isAtEnd(now)).isTrue();
        assertThat(listing.certainMillis()).isGreaterThanOrEqualTo(NOW - 2 * HOUR);
    }

    /** As the documentation of memory tells. */
    @Test
    void holdsAboutAFifthOfAMegabyte() {
        store(NOW - 2 * HOUR, NOW, SECOND);
        begin(NOW - HOUR);
        while (listing.wantsMore(now)) {
            askWindow();
        }
        while (!listing.wantsMore(now)) {
            listing.poll();
        }
        askWindow();
        assertThat(GraphLayout.parseInstance(listing).totalSize()).isBetween(150_000L, 220_000L);
    }

    // ---- what expires ----------------------------------------------------------------------

    @Test
    void noticesMediaThatMayHaveExpiredBeforeItWasListed() {
        store(NOW - DAY, NOW, 10 * SECOND);
        begin(NOW - DAY, NOW - DAY + MINUTE, Long.MAX_VALUE, DAY);
        askWindow();
        assertThat(listing.hasExpired()).isFalse();
        int certain = takeCertain().size();
        assertThat(certain).isPositive();
        // The reader was slow; the next window begins before what is still kept.
        now += HOUR;
        askWindow();
        assertThat(listing.hasExpired()).isTrue();
        assertThat(listing.wantsMore(now)).isFalse();
        assertThat(listing.peekCertain()).as("none of the new window").isNull();
    }

    @Test
    void theOldestFragmentMayBeAnyIfNothingWasRead() {
        begin(NOW - DAY);
        now += MINUTE;
        askWindow();
        assertThat(listing.hasExpired()).isFalse();
    }

    @Test
    void aPositionAtTheEdgeHasExpiredAMomentLater() {
        begin(NOW - DAY, NOW - DAY, Long.MAX_VALUE, DAY);
        now += SECOND;
        askWindow();
        assertThat(listing.hasExpired()).isTrue();
    }

    @Test
    void nothingIsStoredInARefusedWindow() {
        begin(NOW - DAY);
        TimeRange window = listing.window(now);
        assertThat(listing.leaveOutWindow(now)).isTrue();
        TimeRange next = listing.window(now);
        assertThat(next.fromMillis()).isEqualTo(window.toMillis());
        assertThat(next.toMillis() - next.fromMillis())
                .isEqualTo(8 * (window.toMillis() - window.fromMillis()));
        int refused = 1;
        while (listing.window(now).toMillis() < now) {
            assertThat(listing.leaveOutWindow(now)).isTrue();
            refused++;
        }
        assertThat(refused).isLessThan(5);
        assertThat(listing.leaveOutWindow(now)).as("not even the present").isFalse();
    }

    /** What ends before this is refused, as outside the retention. */
    private void askRefused(long oldest) {
        if (listing.window(now).toMillis() < oldest) {
            calls++;
            assertThat(listing.leaveOutWindow(now)).isTrue();
        } else {
            int before = calls;
            TimeRange window = listing.window(now);
            List<ArchivedFragment> found =
                    stored.stream()
                            .filter(each -> each.serverTimestampMillis() >= window.fromMillis())
                            .filter(each -> each.serverTimestampMillis() <= window.toMillis())
                            .collect(Collectors.toList());
            // As the service pages; the listing may begin another window in between.
            for (int from = 0; from == 0 || from < found.size(); from += pageSize) {
                calls++;
                int to = Math.min(from + pageSize, found.size());
                String token = to < found.size() ? "token" : null;
                listing.onPage(new FragmentPage(found.subList(from, to), token, now));
                if (listing.nextToken() == null) {
                    break;
                }
            }
            assertThat(calls).isGreaterThan(before);
        }
    }

    /** Where the retention begins need not be known: it may have been raised. */
    @Test
    void aDenseBeginningBehindRefusedWindowsIsReached() {
        for (long gap = 11 * MINUTE; gap < 2 * HOUR; gap += 35 * MINUTE) {
            stored.clear();
            calls = 0;
            long oldest = NOW - 2 * DAY + gap;
            store(oldest, oldest + 3 * HOUR, 200);
            begin(NOW - 2 * DAY, null, Long.MAX_VALUE, 2 * DAY);
            while (listing.peek() == null) {
                askRefused(oldest);
                assertThat(calls).as("gap " + gap).isLessThan(200);
            }
            assertThat(listing.peek()).isEqualTo(stored.get(0));
        }
    }

    @Test
    void aRefusedWindowOfUnreadMediaHasExpired() {
        begin(NOW - DAY, NOW - DAY + MINUTE, Long.MAX_VALUE, DAY);
        listing.window(now);
        now += 3 * HOUR;
        assertThat(listing.leaveOutWindow(now)).isTrue();
        assertThat(listing.hasExpired()).isTrue();
    }

    @Test
    void aRangeThatLeftTheRetentionIsReadToItsStop() {
        long stop = NOW - 2 * DAY;
        begin(NOW - DAY, null, stop, DAY);
        listing.window(now);
        assertThat(listing.leaveOutWindow(now)).isTrue();
        assertThat(listing.isAtEnd(now)).isTrue();
        assertThat(listing.certainMillis()).isGreaterThanOrEqualTo(stop);
    }

    @Test
    void manyThatBeganAtOnceAreListedUntilTheyAreCertain() {
        store(NOW - HOUR, NOW - HOUR + 700, 1);
        begin(NOW - HOUR + 10 * SECOND - 10 * MINUTE);
        assertThat(takeAll()).isEqualTo(stored);
    }

    // ---- answers that are not right --------------------------------------------------------

    @Test
    void pagesThatNeverEndFail() {
        begin(NOW - 10 * DAY, null, Long.MAX_VALUE, 20 * DAY);
        assertThatThrownBy(
                        () -> {
                            for (int i = 0; i < 2_000; i++) {
                                listing.window(now);
                                listing.onPage(new FragmentPage(List.of(), "more", now));
                            }
                        })
                .hasMessageContaining("The pages of ListFragments do not end");
    }

    @Test
    void pagesThatAreFullAndNeverEndFailBeforeTheyFillTheMemory() {
        begin(NOW - MINUTE);
        store(NOW - MINUTE, NOW, 61);
        List<ArchivedFragment> page = stored.subList(0, 900);
        AtomicInteger pages = new AtomicInteger();
        assertThatThrownBy(
                        () -> {
                            while (true) {
                                listing.window(now);
                                listing.onPage(new FragmentPage(page, "more", now));
                                pages.incrementAndGet();
                            }
                        })
                .hasMessageContaining("The pages of ListFragments do not end");
        assertThat(pages).hasValueLessThan(100);
    }

    @Test
    void fragmentsOfALaterTimeThanWasAskedForDoNotFillTheMemory() {
        begin(NOW - DAY);
        ArchivedFragment later =
                new ArchivedFragment(FragmentNumber.of("1"), NOW + DAY, NOW + DAY, 100);
        assertThatThrownBy(
                        () -> {
                            while (listing.wantsMore(now)) {
                                TimeRange window = listing.window(now);
                                List<ArchivedFragment> page = new ArrayList<>();
                                page.add(later);
                                for (int i = 0; i < 900; i++) {
                                    page.add(fragment(window.fromMillis() + 40_000 + i));
                                }
                                listing.onPage(new FragmentPage(page, null, now));
                            }
                        })
                .hasMessageContaining("of a later time than was asked for, such as fragment 1 in");
    }

    @Test
    void fragmentsThatWereTakenDoNotComeAgain() {
        store(NOW - 5 * MINUTE, NOW, SECOND);
        begin(NOW - 5 * MINUTE);
        askWindow();
        takeCertain();
        now += MINUTE;
        askWindow();
        assertThat(listing.peek().serverTimestampMillis()).isEqualTo(NOW - LAG + SECOND);
    }

    @Test
    void windowsNeverOverflow() {
        begin(0, null, Long.MAX_VALUE, Duration.ofDays(40_000).toMillis());
        assertThat(takeAll()).isEmpty();
        begin(Long.MIN_VALUE / 4, null, Long.MAX_VALUE, Long.MAX_VALUE / 4);
        assertThat(askWindow().toMillis()).isLessThan(now);
    }
}
