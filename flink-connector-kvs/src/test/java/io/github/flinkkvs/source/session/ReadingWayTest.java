/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.source.session;

import io.github.flinkkvs.client.streams.StreamArn;
import io.github.flinkkvs.client.streams.StreamDescription;
import io.github.flinkkvs.source.GetMediaBytes;
import io.github.flinkkvs.source.KvsSourceOptions.HistoryMode;
import io.github.flinkkvs.source.ManualTimer;
import io.github.flinkkvs.source.StartingPosition;
import io.github.flinkkvs.source.StoppingPosition;
import io.github.flinkkvs.source.fetch.ServiceClock;
import io.github.flinkkvs.source.session.ReadingWay.Way;
import io.github.flinkkvs.source.split.KvsSplit;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import javax.annotation.Nullable;

import java.time.Duration;
import java.time.Instant;

import static org.assertj.core.api.Assertions.assertThat;

/** Which way is chosen from each place, by each clock. */
class ReadingWayTest {

    /** The service's time; the clock of this machine agrees unless a test says otherwise. */
    private static final long NOW = ManualTimer.EPOCH_MILLIS;

    private static final long SECOND = 1_000;
    private static final long MINUTE = 60 * SECOND;
    private static final long HOUR = 60 * MINUTE;
    private static final long NO_LAG = Long.MAX_VALUE;

    private final ManualTimer timer = new ManualTimer();
    private final ServiceClock clock = new ServiceClock(timer);
    private StreamArn arn = SessionRig.arn("camera", 1);
    private ReadCursor cursor;
    private ReadingWay way;

    private void begin(HistoryMode history, long maxLag, KvsSplit split) {
        cursor = new ReadCursor(split);
        way = new ReadingWay(history, maxLag, cursor, clock, timer);
    }

    private void begin(HistoryMode history, StartingPosition start) {
        begin(history, NO_LAG, KvsSplit.unread(arn, start, StoppingPosition.never()));
    }

    private KvsSplit readUpTo(long position, @Nullable Long caughtUp) {
        return new KvsSplit(
                arn,
                StartingPosition.earliest(),
                StoppingPosition.never(),
                SessionRig.at(7, position),
                caughtUp);
    }

    private void beginAgo(HistoryMode history, long millis) {
        begin(history, NO_LAG, readUpTo(NOW - millis, null));
    }

    private void describe(int retentionHours) {
        way.onDescribed(new StreamDescription(arn, retentionHours, NOW));
    }

    private static StartingPosition atServerTime(long millis) {
        return StartingPosition.atServerTimestamp(Instant.ofEpochMilli(millis));
    }

    // ---- from each place -------------------------------------------------------------------

    @ParameterizedTest(name = "{0}, {1} s behind: {2}")
    @CsvSource({
        "LIVE,    86000, LIVE",
        "AUTO,        0, LIVE",
        "AUTO,      -60, LIVE",
        "AUTO,      120, LIVE",
        "AUTO,      121, ARCHIVE",
        "AUTO,    86000, ARCHIVE",
        "ARCHIVE,    60, LIVE",
        "ARCHIVE,    61, ARCHIVE",
        "ARCHIVE, 86000, ARCHIVE"
    })
    void theDistanceDecides(HistoryMode history, long secondsBehind, Way expected) {
        beginAgo(history, secondsBehind * SECOND);
        if (expected == Way.ARCHIVE) {
            assertThat(way.next()).as("not without a look").isEqualTo(Way.LOOK_UP);
            describe(24);
        }
        assertThat(way.next()).isEqualTo(expected);
        assertThat(way.isReadingArchive()).isEqualTo(expected == Way.ARCHIVE);
    }

    @Test
    void aroundAFragmentTheArchiveIsReadHoweverNearItIs() {
        beginAgo(HistoryMode.AUTO, 2 * SECOND);
        assertThat(way.next()).isEqualTo(Way.LIVE);
        assertThat(way.goAround()).isNull();
        for (int i = 0; i < 3; i++) {
            assertThat(way.next()).isEqualTo(Way.LOOK_UP);
            describe(24);
            assertThat(way.next()).isEqualTo(Way.ARCHIVE);
        }
        way.onPassed();
        assertThat(way.next()).isEqualTo(Way.LIVE);
    }

    /** Then the list begins with the oldest fragment. */
    @Test
    void aroundAFragmentAtAnUnknownTime() {
        begin(HistoryMode.AUTO, StartingPosition.atProducerTimestamp(Instant.ofEpochMilli(NOW)));
        assertThat(way.goAround()).isNull();
        describe(24);
        assertThat(way.next()).isEqualTo(Way.ARCHIVE);
        assertThat(way.listing().fromMillis()).isEqualTo(NOW - 24 * HOUR);
    }

    @Test
    void withoutAnArchiveThereIsNoWayAround() {
        beginAgo(HistoryMode.AUTO, 2 * SECOND);
        assertThat(way.goAround()).isNull();
        describe(0);
        assertThat(way.next()).as("the retention has ended meanwhile").isEqualTo(Way.LIVE);
        assertThat(way.isGoingAround()).isFalse();
        assertThat(way.goAround()).contains("retention");
        beginAgo(HistoryMode.LIVE, 2 * SECOND);
        assertThat(way.goAround()).contains("source.history");
    }

    @Test
    void whatWasReadWithoutAPositionCounts() {
        begin(HistoryMode.AUTO, NO_LAG, readUpTo(NOW - 10 * HOUR, NOW - MINUTE));
        assertThat(way.next()).isEqualTo(Way.LIVE);
    }

    @Test
    void nowIsLive() {
        begin(HistoryMode.ARCHIVE, StartingPosition.now().resolved(NOW - HOUR));
        assertThat(way.next()).isEqualTo(Way.LIVE);
        assertThat(cursor.next().timestampMillis()).isEqualTo(NOW - HOUR);
        assertThat(way.next()).as("a now that has passed is a timestamp").isEqualTo(Way.LOOK_UP);
    }

    @Test
    void theProducersClockIsLiveUntilAFragmentTellsTheServices() {
        StartingPosition start =
                StartingPosition.atProducerTimestamp(Instant.ofEpochMilli(NOW - 10 * HOUR));
        begin(
                HistoryMode.ARCHIVE,
                NO_LAG,
                new KvsSplit(arn, start, StoppingPosition.never(), null, NOW - 10 * HOUR));
        assertThat(way.next()).isEqualTo(Way.LIVE);
        describe(24);
        assertThat(way.next()).as("even if described").isEqualTo(Way.LIVE);
        cursor.skip(SessionRig.at(7, NOW - 11 * HOUR));
        assertThat(way.next()).isEqualTo(Way.LOOK_UP);
        describe(24);
        assertThat(way.next()).isEqualTo(Way.ARCHIVE);
        // Not from the start on, since the producer's clock may be ahead.
        assertThat(way.listing().fromMillis()).isEqualTo(NOW - 11 * HOUR - 30 * SECOND);
    }

    @Test
    void aTimestampTellsTheDistance() {
        begin(HistoryMode.AUTO, atServerTime(NOW - MINUTE));
        assertThat(way.next()).isEqualTo(Way.LIVE);
        begin(HistoryMode.AUTO, atServerTime(NOW - HOUR));
        assertThat(way.next()).isEqualTo(Way.LOOK_UP);
    }

    @Test
    void aFragmentNumberTellsTheDistanceIfItContainsItsTime() {
        String recent = GetMediaBytes.number(NOW - MINUTE, 0);
        String old = GetMediaBytes.number(NOW - HOUR, 0);
        begin(HistoryMode.AUTO, StartingPosition.afterFragment(recent));
        assertThat(way.next()).isEqualTo(Way.LIVE);
        begin(HistoryMode.AUTO, StartingPosition.afterFragment(old));
        assertThat(way.next()).isEqualTo(Way.LOOK_UP);
        begin(HistoryMode.AUTO, StartingPosition.atFragment(old));
        assertThat(way.next()).isEqualTo(Way.LOOK_UP);
        begin(HistoryMode.AUTO, StartingPosition.afterFragment("7"));
        assertThat(way.next()).isEqualTo(Way.LIVE);
    }

    @Test
    void theOldestFragmentIsAsOldAsTheStreamOrItsRetention() {
        begin(HistoryMode.AUTO, StartingPosition.earliest());
        assertThat(way.next()).isEqualTo(Way.LOOK_UP);
        describe(24);
        assertThat(way.next()).isEqualTo(Way.ARCHIVE);
        assertThat(way.listing().fromMillis()).isEqualTo(NOW - 24 * HOUR);
        arn = SessionRig.arn("camera", NOW - MINUTE);
        begin(HistoryMode.AUTO, StartingPosition.earliest());
        assertThat(way.next()).as("a new stream").isEqualTo(Way.LIVE);
        arn = SessionRig.arn("camera", NOW - HOUR);
        begin(HistoryMode.AUTO, StartingPosition.earliest());
        assertThat(way.next()).isEqualTo(Way.LOOK_UP);
        describe(24);
        assertThat(way.next()).isEqualTo(Way.ARCHIVE);
        assertThat(way.listing().fromMillis()).isEqualTo(NOW - HOUR);
    }

    @Test
    void aStreamWithoutRetentionIsLive() {
        beginAgo(HistoryMode.ARCHIVE, HOUR);
        assertThat(way.next()).isEqualTo(Way.LOOK_UP);
        describe(0);
        assertThat(way.next()).isEqualTo(Way.LIVE);
        assertThat(way.next()).as("known by now").isEqualTo(Way.LIVE);
        describe(24);
        assertThat(way.next()).isEqualTo(Way.ARCHIVE);
    }

    @Test
    void afterAGapTheDetourTellsTheDistance() {
        beginAgo(HistoryMode.AUTO, 30 * HOUR);
        cursor.skipToServerTimestamp(NOW - MINUTE);
        assertThat(way.next()).isEqualTo(Way.LIVE);
        beginAgo(HistoryMode.AUTO, 30 * HOUR);
        cursor.skipToEarliest();
        describe(24);
        assertThat(way.next()).isEqualTo(Way.ARCHIVE);
        assertThat(way.listing().fromMillis()).isEqualTo(NOW - 24 * HOUR);
    }

    // ---- clocks ----------------------------------------------------------------------------

    @Test
    void aWrongClockOfThisMachineCostsACallAtMost() {
        // It is ahead.
        begin(HistoryMode.AUTO, NO_LAG, readUpTo(NOW - 5 * HOUR, null));
        assertThat(way.next()).isEqualTo(Way.LOOK_UP);
        way.onDescribed(new StreamDescription(arn, 24, NOW - 5 * HOUR));
        assertThat(way.next()).isEqualTo(Way.LIVE);
        // It is behind.
        begin(HistoryMode.AUTO, NO_LAG, readUpTo(NOW, null));
        assertThat(way.next()).isEqualTo(Way.LIVE);
        assertThat(way.onAnswered(NOW + 5 * HOUR)).as("a look is due").isTrue();
        way.onDescribed(new StreamDescription(arn, 24, NOW + 5 * HOUR));
        assertThat(way.next()).isEqualTo(Way.ARCHIVE);
    }

    @Test
    void noAnswerLeadsToASecondLook() {
        beginAgo(HistoryMode.ARCHIVE, HOUR);
        describe(0);
        way.next();
        assertThat(way.onAnswered(NOW)).isFalse();
        beginAgo(HistoryMode.ARCHIVE, 61 * SECOND);
        describe(24);
        way.next();
        assertThat(way.onAnswered(NOW)).isFalse();
    }

    @Test
    void aDescriptionIsForOneFetchAndSoon() {
        beginAgo(HistoryMode.AUTO, HOUR);
        describe(24);
        assertThat(way.next()).isEqualTo(Way.ARCHIVE);
        assertThat(way.next()).isEqualTo(Way.LOOK_UP);
        describe(24);
        timer.turn(Duration.ofSeconds(10));
        assertThat(way.next()).isEqualTo(Way.LOOK_UP);
        describe(24);
        way.forgetDescription();
        assertThat(way.next()).isEqualTo(Way.LOOK_UP);
    }

    // ---- while it is read ------------------------------------------------------------------

    private void live() {
        beginAgo(HistoryMode.AUTO, SECOND);
        assertThat(way.next()).isEqualTo(Way.LIVE);
        way.onAnswered(NOW);
    }

    @Test
    void aCallThatFallsBehindMakesRoom() {
        live();
        assertThat(way.hasFallenBehind()).as("nothing came").isFalse();
        way.onFragment(NOW - 3 * MINUTE);
        assertThat(way.hasFallenBehind()).isFalse();
        timer.turn(Duration.ofMillis(1));
        assertThat(way.hasFallenBehind()).isTrue();
    }

    @Test
    void whatTheArchiveLeftIsReadLive() {
        live();
        way.onHistoryRead();
        way.next();
        way.onFragment(NOW - HOUR);
        assertThat(way.hasFallenBehind()).isFalse();
        way.onFragment(NOW - MINUTE);
        way.onFragment(NOW - HOUR);
        assertThat(way.hasFallenBehind()).as("once it has caught up").isTrue();
        way.onHistoryRead();
        assertThat(way.hasFallenBehind()).isFalse();
        way.onCaughtUp();
        assertThat(way.hasFallenBehind()).isTrue();
    }

    /** Or it would be looked up after each fragment. */
    @Test
    void mediaThatIsOlderThanItsStreamIsReadLive() {
        arn = SessionRig.arn("camera", NOW - MINUTE);
        begin(HistoryMode.AUTO, 10 * MINUTE, readUpTo(NOW - HOUR, null));
        assertThat(way.next()).isEqualTo(Way.LIVE);
        way.onAnswered(NOW);
        way.onFragment(NOW - HOUR);
        assertThat(way.hasFallenBehind()).isFalse();
    }

    @Test
    void aVainLookIsNotRepeated() {
        beginAgo(HistoryMode.AUTO, MINUTE);
        describe(24);
        assertThat(way.next()).isEqualTo(Way.LIVE);
        way.onAnswered(NOW);
        way.onFragment(NOW - HOUR);
        assertThat(way.hasFallenBehind()).isFalse();
    }

    @Test
    void aStreamThatIsNotArchivedStaysLive() {
        live();
        describe(0);
        way.next();
        way.onFragment(NOW - 4 * MINUTE);
        assertThat(way.hasFallenBehind()).isFalse();
    }

    @Test
    void theArchiveMayBeFarBehind() {
        beginAgo(HistoryMode.AUTO, HOUR);
        describe(24);
        way.next();
        way.onFragment(NOW - HOUR);
        assertThat(way.hasFallenBehind()).isFalse();
    }

    @Test
    void aReaderThatIsDeniedTheArchiveStaysLive() {
        beginAgo(HistoryMode.AUTO, HOUR);
        describe(24);
        assertThat(way.next()).isEqualTo(Way.ARCHIVE);
        way.onDenied();
        assertThat(way.next()).isEqualTo(Way.LIVE);
        describe(24);
        assertThat(way.next()).isEqualTo(Way.LIVE);
        way.onFragment(NOW - HOUR);
        assertThat(way.hasFallenBehind()).isFalse();
    }

    // ---- newest first ----------------------------------------------------------------------

    private void beginWithMaxLag(HistoryMode history, long millisBehind) {
        begin(history, 10 * MINUTE, readUpTo(NOW - millisBehind, null));
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({"LIVE", "AUTO", "ARCHIVE"})
    void aStreamIsTooFarBehindInEachWay(HistoryMode history) {
        beginWithMaxLag(history, 10 * MINUTE + 1);
        assertThat(way.next()).isEqualTo(Way.LOOK_UP);
        assertThat(way.isTooFarBehind(new StreamDescription(arn, 24, NOW))).isTrue();
        beginWithMaxLag(history, 10 * MINUTE);
        assertThat(way.isTooFarBehind(new StreamDescription(arn, 24, NOW))).isFalse();
        assertThat(way.next()).isEqualTo(history == HistoryMode.LIVE ? Way.LIVE : Way.LOOK_UP);
    }

    @Test
    void aNewStreamIsNotTooFarBehind() {
        arn = SessionRig.arn("camera", NOW - MINUTE);
        begin(
                HistoryMode.AUTO,
                10 * MINUTE,
                KvsSplit.unread(arn, StartingPosition.earliest(), StoppingPosition.never()));
        assertThat(way.isTooFarBehind(new StreamDescription(arn, 24, NOW))).isFalse();
        arn = SessionRig.arn("camera", NOW - HOUR);
        begin(
                HistoryMode.AUTO,
                10 * MINUTE,
                KvsSplit.unread(arn, StartingPosition.earliest(), StoppingPosition.never()));
        assertThat(way.isTooFarBehind(new StreamDescription(arn, 24, NOW))).isTrue();
    }

    @Test
    void aCallIsTooFarBehindOnceItSaysSoForASecond() {
        beginWithMaxLag(HistoryMode.LIVE, 0);
        way.next();
        way.onAnswered(NOW);
        way.onFragment(NOW - 10 * MINUTE - SECOND);
        assertThat(way.hasFallenBehind()).isFalse();
        timer.turn(Duration.ofMillis(1));
        assertThat(way.hasFallenBehind()).isTrue();
    }

    @Test
    void nothingIsTooFarBehindByDefault() {
        beginAgo(HistoryMode.LIVE, 1_000_000 * HOUR);
        assertThat(way.isTooFarBehind(new StreamDescription(arn, 24, NOW))).isFalse();
    }
}
