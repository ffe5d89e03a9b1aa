/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.source.session;

import io.github.flinkkvs.Warnings;
import io.github.flinkkvs.client.streams.StreamDescription;
import io.github.flinkkvs.mkv.FragmentNumber;
import io.github.flinkkvs.source.FakeArchive;
import io.github.flinkkvs.source.GetMediaBytes;
import io.github.flinkkvs.source.KvsSourceOptions;
import io.github.flinkkvs.source.KvsSourceOptions.ExpiredPositionPolicy;
import io.github.flinkkvs.source.KvsSourceOptions.HistoryMode;
import io.github.flinkkvs.source.KvsSourceOptions.LostFragmentPolicy;
import io.github.flinkkvs.source.StartingPosition;
import io.github.flinkkvs.source.StoppingPosition;
import io.github.flinkkvs.source.session.StreamSession.Phase;
import io.github.flinkkvs.source.split.FragmentPosition;
import io.github.flinkkvs.source.split.KvsSplit;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import javax.annotation.Nullable;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

import static io.github.flinkkvs.source.session.SessionRig.ARN;
import static io.github.flinkkvs.source.session.SessionRig.T0;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** A session between the archive and GetMedia: when it changes, and that nothing is lost. */
class ArchiveSessionTest {

    private static final long MINUTE = 60_000;
    private static final long HOUR = 60 * MINUTE;

    private final SessionRig rig = new SessionRig();

    /** Numbers of the stored fragments. */
    private final List<String> stored = new ArrayList<>();

    @BeforeEach
    void begin() {
        rig.set(KvsSourceOptions.HISTORY, HistoryMode.AUTO);
        describe(24);
    }

    /** What the service says of the stream, from now on. */
    private void describe(int retentionHours) {
        rig.directory.answer(ARN.toString(), ARN, retentionHours, rig.serviceMillis());
    }

    private void store(long millis) {
        String number = GetMediaBytes.number(millis, 0);
        rig.archive.store(ARN, number, millis, GetMediaBytes.archived(number, millis, 100));
        stored.add(number);
    }

    private void storeEachSecond(long from, long to) {
        for (long millis = from; millis <= to; millis += 1_000) {
            store(millis);
        }
    }

    private static KvsSplit after(long millis, @Nullable Long caughtUp) {
        return new KvsSplit(
                ARN,
                StartingPosition.earliest(),
                StoppingPosition.never(),
                new FragmentPosition(FragmentNumber.of(GetMediaBytes.number(millis, 0)), millis),
                caughtUp);
    }

    /** The archive answers, until nothing more is read from it. */
    private void playArchive() {
        for (int i = 0; i < 2_000 && rig.metrics.gauge("streamsInHistory") > 0; i++) {
            new ArrayList<>(rig.archive.lists).forEach(FakeArchive.ListCall::answer);
            rig.archive.open().forEach(body -> body.play(500));
            rig.timer.advanceMillis(20);
        }
        assertThat(rig.archive.open()).isEmpty();
    }

    /** The call that follows. */
    private SessionRig.Call liveCall() {
        rig.timer.advanceMillis(300);
        return rig.call();
    }

    private byte[] live(long millis) {
        return GetMediaBytes.fragment(GetMediaBytes.number(millis, 0), millis, 10);
    }

    private List<String> takenNumbers() throws Exception {
        int before;
        do {
            before = rig.taken.size();
            rig.take();
        } while (rig.taken.size() > before);
        List<String> numbers = new ArrayList<>(rig.taken);
        numbers.removeIf("CaughtUp"::equals);
        return numbers;
    }

    // ---- around a fragment without a number --------------------------------------------------

    /** GetMedia sends them up to the bad one, which has no number; the archive tells it. */
    @Test
    void goesAroundABadFragmentAtTheLiveEdge() throws Exception {
        rig.set(KvsSourceOptions.BAD_FRAGMENT, KvsSourceOptions.BadFragmentPolicy.SKIP);
        store(T0 - 3_000);
        store(T0 - 2_000);
        String bad = GetMediaBytes.number(T0 - 1_000, 0);
        rig.archive.store(ARN, bad, T0 - 1_000, GetMediaBytes.malformedEarly());
        store(T0);
        rig.start(after(T0 - 3_000, null));
        rig.call().respond(T0).bytes(live(T0 - 2_000), GetMediaBytes.malformedEarly());
        for (int i = 0; i < 3; i++) {
            rig.timer.advanceMillis(700);
            if (rig.archive.lists.isEmpty() && !rig.service.open().isEmpty()) {
                rig.call().respond(T0).bytes(GetMediaBytes.malformedEarly());
            }
        }
        assertThat(rig.service.open()).as("GetMedia does not get past it").isEmpty();
        int calls = rig.service.calls.size();
        for (int second = 0; second < 60 && rig.service.open().isEmpty(); second++) {
            describe(24);
            playArchive();
            rig.timer.advanceMillis(1_000);
        }
        assertThat(rig.service.calls).as("then GetMedia goes on").hasSize(calls + 1);
        assertThat(liveCall().start())
                .isIn("FRAGMENT_NUMBER " + bad, "FRAGMENT_NUMBER " + stored.get(2));
        rig.call().respond(rig.serviceMillis()).bytes(live(T0), live(T0 + 1_000));
        List<String> taken = takenNumbers();
        taken.removeIf("FragmentOver"::equals);
        assertThat(taken)
                .containsExactly(stored.get(1), stored.get(2), GetMediaBytes.number(T0 + 1_000, 0));
        assertThat(rig.metrics.count("skippedFragments")).isEqualTo(1);
    }

    /** What is before the start, and bad, is not in the way of what the archive lists. */
    @Test
    void goesAroundABadFragmentBeforeTheStart() throws Exception {
        rig.set(KvsSourceOptions.BAD_FRAGMENT, KvsSourceOptions.BadFragmentPolicy.SKIP);
        rig.archive.store(
                ARN,
                GetMediaBytes.number(T0 - 70_000, 0),
                T0 - 70_000,
                GetMediaBytes.malformedEarly());
        storeEachSecond(T0 - 60_000, T0);
        rig.start(StartingPosition.atServerTimestamp(Instant.ofEpochMilli(T0 - 65_000)));
        for (int i = 0; i < 3; i++) {
            rig.call().respond(T0).bytes(GetMediaBytes.malformedEarly());
            rig.timer.advanceMillis(700);
        }
        describe(24);
        playArchive();
        List<String> taken = takenNumbers();
        assertThat(taken).isNotEmpty().isEqualTo(stored.subList(0, taken.size()));
        assertThat(liveCall().start()).startsWith("FRAGMENT_NUMBER ");
        assertThat(rig.metrics.count("skippedFragments")).isZero();
    }

    // ---- joining the live edge -------------------------------------------------------------

    @Test
    void readsTheArchiveThenGoesOnLive() throws Exception {
        storeEachSecond(T0 - 10 * MINUTE, T0);
        rig.start(after(T0 - 9 * MINUTE, null));
        assertThat(rig.service.calls).isEmpty();
        assertThat(rig.metrics.gauge("streamsInHistory")).isEqualTo(1);
        playArchive();
        List<String> taken = takenNumbers();
        int next = 61 + taken.size();
        assertThat(taken).isEqualTo(stored.subList(61, next));
        assertThat(taken).hasSizeGreaterThan(500);
        SessionRig.Call call = liveCall();
        assertThat(call.start()).isEqualTo("FRAGMENT_NUMBER " + stored.get(next - 1));
        call.respond(rig.serviceMillis()).bytes(live(T0 - 20_000));
        assertThat(takenNumbers()).hasSize(taken.size() + 1);
        assertThat(rig.directory.asked).hasSize(1);
    }

    @Test
    void whatItTellsFlinkIsUpToTheEndOfHistory() throws Exception {
        storeEachSecond(T0 - 10 * MINUTE, T0 - 5 * MINUTE);
        rig.start(after(T0 - 9 * MINUTE, null));
        playArchive();
        rig.take();
        assertThat(rig.state.toSplit().caughtUpMillis()).isBetween(T0 - 40_000, T0);
        assertThat(rig.metrics.gauge("maxMillisBehindNow")).isBetween(30_000L, 45_000L);
        // A restart from here reads the archive no more.
        SessionRig again = new SessionRig();
        again.set(KvsSourceOptions.HISTORY, HistoryMode.AUTO);
        again.directory.answer(ARN.toString(), ARN, 24, T0);
        again.start(rig.state.toSplit());
        again.timer.advanceMillis(300);
        again.call();
        // The clock of this machine is ahead, so it looked first.
        assertThat(again.archive.lists).isEmpty();
    }

    @Test
    void howFarItIsBehindIsKnownWhileTheArchiveIsRead() {
        storeEachSecond(T0 - 2 * HOUR, T0);
        rig.start(after(T0 - 2 * HOUR, null));
        while (rig.archive.bodies.isEmpty()) {
            rig.archive.lists.get(0).answer();
            rig.timer.runDue();
        }
        rig.archive.bodies.get(0).play(500);
        assertThat(rig.metrics.gauge("maxMillisBehindNow")).isBetween(118 * MINUTE, 120 * MINUTE);
    }

    @Test
    void aCallThatFallsBehindMakesRoomForTheArchive() throws Exception {
        storeEachSecond(T0 - 20 * MINUTE, T0);
        rig.start(after(T0 - 30_000, null));
        SessionRig.Call call = rig.call();
        call.respond(T0).bytes(live(T0 - 25_000));
        assertThat(call.cancelled).isFalse();
        rig.timer.advance(Duration.ofMillis(1_000));
        describe(24);
        rig.pause();
        rig.timer.advance(Duration.ofMinutes(5));
        describe(24);
        rig.resume();
        call.bytes(live(T0 - 24_000));
        assertThat(call.cancelled).isTrue();
        rig.timer.runDue();
        assertThat(rig.metrics.gauge("streamsInHistory")).isEqualTo(1);
        playArchive();
        liveCall();
        assertThat(takenNumbers())
                .containsExactlyElementsOf(stored.subList(stored.size() - 26, stored.size()));
    }

    @Test
    void aStreamWithoutRetentionIsReadLive() {
        describe(0);
        rig.start(after(T0 - 4 * MINUTE, null));
        SessionRig.Call call = rig.call();
        call.respond(T0).bytes(live(T0 - 4 * MINUTE + 1_000));
        assertThat(call.cancelled).isFalse();
        assertThat(rig.archive.lists).isEmpty();
    }

    @Test
    void aLiveSourceNeverReadsTheArchive() {
        rig.set(KvsSourceOptions.HISTORY, HistoryMode.LIVE);
        rig.start(after(T0 - 20 * HOUR, null));
        rig.call().respond(T0);
        SessionRig.Call call = liveCall();
        assertThat(rig.directory.asked).as("only for what may have expired").hasSize(1);
        call.respond(T0).bytes(live(T0 - 19 * HOUR));
        assertThat(rig.archive.lists).isEmpty();
    }

    // ---- where it ends ---------------------------------------------------------------------

    @Test
    void aRangeInThePastEndsWithoutACall() throws Exception {
        storeEachSecond(T0 - 3 * HOUR, T0 - 2 * HOUR);
        rig.start(
                StartingPosition.atServerTimestamp(Instant.ofEpochMilli(T0 - 150 * MINUTE)),
                StoppingPosition.atServerTimestamp(Instant.ofEpochMilli(T0 - 140 * MINUTE)));
        playArchive();
        assertThat(rig.session.phase()).isEqualTo(Phase.DONE);
        List<String> taken = takenNumbers();
        assertThat(taken.get(taken.size() - 1)).isEqualTo("finished");
        assertThat(taken.subList(0, taken.size() - 1)).isEqualTo(stored.subList(1800, 2401));
        assertThat(rig.service.calls).isEmpty();
    }

    @Test
    void aRangeThatEndsWithTheMediaEndsWithoutACall() throws Exception {
        storeEachSecond(T0 - 3 * HOUR, T0 - 179 * MINUTE);
        rig.start(
                StartingPosition.atFragment(stored.get(10)),
                StoppingPosition.atFragment(stored.get(60)));
        playArchive();
        List<String> taken = takenNumbers();
        assertThat(taken.subList(0, taken.size() - 1)).isEqualTo(stored.subList(10, 61));
        assertThat(taken.get(taken.size() - 1)).isEqualTo("finished");
        assertThat(rig.service.calls).isEmpty();
    }

    @Test
    void aRangeWithoutMediaEndsWithoutACall() throws Exception {
        rig.start(
                StartingPosition.atServerTimestamp(Instant.ofEpochMilli(T0 - 150 * MINUTE)),
                StoppingPosition.atServerTimestamp(Instant.ofEpochMilli(T0 - 140 * MINUTE)));
        playArchive();
        assertThat(takenNumbers()).containsExactly("finished");
    }

    // ---- what goes wrong -------------------------------------------------------------------

    @Test
    void aFragmentThatIsLostForAMomentIsReadInTheEnd() throws Exception {
        storeEachSecond(T0 - 10 * MINUTE, T0 - 9 * MINUTE);
        rig.archive.lost.add(stored.get(20));
        rig.start(after(T0 - 11 * MINUTE, null));
        playArchive();
        assertThat(takenNumbers()).isEqualTo(stored.subList(0, 20));
        rig.archive.lost.clear();
        rig.timer.advanceMillis(400);
        playArchive();
        assertThat(takenNumbers()).isEqualTo(stored);
        assertThat(rig.metrics.count("lostFragments")).isZero();
    }

    private void loseForGood() {
        storeEachSecond(T0 - 10 * MINUTE, T0 - 9 * MINUTE);
        rig.archive.lost.add(stored.get(20));
        rig.start(after(T0 - 11 * MINUTE, null));
        for (int i = 0; i < 10; i++) {
            playArchive();
            rig.timer.advanceMillis(500);
        }
    }

    @Test
    void aLostFragmentFailsTheJob() {
        loseForGood();
        assertThatThrownBy(rig::take)
                .isInstanceOf(KvsReadException.class)
                .hasMessageContaining("Fragment " + stored.get(20) + " is lost")
                .hasMessageContaining("source.lost-fragment = SKIP");
    }

    @Test
    void aLostFragmentIsLeftOutIfTheUserChoseThat() throws Exception {
        rig.set(KvsSourceOptions.LOST_FRAGMENT, LostFragmentPolicy.SKIP);
        loseForGood();
        List<String> taken = takenNumbers();
        assertThat(taken.remove(20)).isEqualTo("FragmentOver");
        stored.remove(20);
        assertThat(taken).isEqualTo(stored);
        assertThat(rig.metrics.count("lostFragments")).isEqualTo(1);
    }

    @Test
    void aLostFragmentThatHasExpiredIsAGap() throws Exception {
        rig.set(KvsSourceOptions.EXPIRED_POSITION, ExpiredPositionPolicy.EARLIEST);
        storeEachSecond(T0 - 24 * HOUR + MINUTE, T0 - 24 * HOUR + 18 * MINUTE);
        rig.archive.oldestMillis = () -> rig.serviceMillis() - 24 * HOUR;
        rig.start(after(T0 - 24 * HOUR + 2 * MINUTE, null));
        while (rig.archive.bodies.isEmpty()) {
            rig.archive.lists.get(0).answer();
            rig.timer.runDue();
        }
        rig.pause();
        rig.timer.turn(Duration.ofMinutes(10));
        describe(24);
        rig.resume();
        for (int i = 0; i < 5; i++) {
            playArchive();
            rig.timer.advanceMillis(400);
        }
        assertThat(rig.metrics.count("gaps")).isEqualTo(1);
        assertThat(rig.metrics.count("lostFragments")).isZero();
        List<String> taken = takenNumbers();
        assertThat(stored).endsWith(taken.toArray(new String[0]));
        assertThat(taken).hasSizeGreaterThan(450);
    }

    @Test
    void anExpiredPositionFailsBeforeTheArchiveIsRead() {
        rig.start(after(T0 - 25 * HOUR, null));
        assertThatThrownBy(rig::take)
                .isInstanceOf(KvsReadException.class)
                .hasMessageContaining("has left the stream's retention");
        assertThat(rig.archive.lists).isEmpty();
    }

    @Test
    void theOldestFragmentIsNoExpiredPosition() throws Exception {
        storeEachSecond(T0 - 24 * HOUR, T0 - 24 * HOUR + 5 * MINUTE);
        rig.archive.oldestMillis = () -> rig.serviceMillis() - 24 * HOUR;
        rig.start(StartingPosition.earliest());
        playArchive();
        List<String> taken = takenNumbers();
        assertThat(stored).endsWith(taken.toArray(new String[0]));
        assertThat(taken).hasSizeGreaterThan(290);
    }

    /** As the enumerator finds it. */
    private KvsSplit firstSeen(StartingPosition start, StoppingPosition stop) {
        return KvsSplit.firstSeen(new StreamDescription(ARN, 24, rig.serviceMillis()), start, stop);
    }

    /** Nobody saw what expired before the job began. */
    @Test
    void aStartThatExpiredLongAgoIsTheOldestFragment() throws Exception {
        storeEachSecond(T0 - 24 * HOUR, T0 - 24 * HOUR + 10 * MINUTE);
        rig.archive.oldestMillis = () -> rig.serviceMillis() - 24 * HOUR;
        rig.start(
                firstSeen(
                        StartingPosition.atServerTimestamp(Instant.ofEpochMilli(T0 - 100 * HOUR)),
                        StoppingPosition.never()));
        playArchive();
        List<String> taken = takenNumbers();
        assertThat(stored).endsWith(taken.toArray(new String[0]));
        assertThat(taken).hasSizeGreaterThan(500);
        assertThat(rig.metrics.count("gaps")).isZero();
        assertThat(rig.directory.asked).hasSize(1);
    }

    @Test
    void aRangeThatExpiredLongAgoEnds() throws Exception {
        storeEachSecond(T0 - 10 * MINUTE, T0 - 9 * MINUTE);
        rig.archive.oldestMillis = () -> rig.serviceMillis() - 24 * HOUR;
        rig.start(
                firstSeen(
                        StartingPosition.atServerTimestamp(Instant.ofEpochMilli(T0 - 100 * HOUR)),
                        StoppingPosition.atServerTimestamp(Instant.ofEpochMilli(T0 - 99 * HOUR))));
        rig.timer.advanceMillis(10);
        playArchive();
        assertThat(takenNumbers()).containsExactly("finished");
    }

    @Test
    void aStreamThatIsHeldWhileItsMediaExpiresHasAGap() throws Exception {
        rig.set(KvsSourceOptions.EXPIRED_POSITION, ExpiredPositionPolicy.EARLIEST);
        storeEachSecond(T0 - 24 * HOUR + MINUTE, T0 - 21 * HOUR);
        rig.archive.oldestMillis = () -> rig.serviceMillis() - 24 * HOUR;
        rig.start(after(T0 - 24 * HOUR + 2 * MINUTE, null));
        rig.pause();
        rig.timer.turn(Duration.ofMinutes(30));
        describe(24);
        rig.resume();
        for (int i = 0; i < 20; i++) {
            playSome();
            takenNumbers();
        }
        assertThat(rig.metrics.count("gaps")).isEqualTo(1);
        List<String> taken = takenNumbers();
        int oldest = 29 * 60;
        assertThat(taken).hasSizeGreaterThan(500);
        assertThat(Collections.indexOfSubList(stored, taken)).isBetween(oldest, oldest + 20);
    }

    @Test
    void errorsOfTheArchiveAreRetried() throws Exception {
        storeEachSecond(T0 - 10 * MINUTE, T0 - 9 * MINUTE);
        rig.start(after(T0 - 11 * MINUTE, null));
        rig.archive.lists.get(0).fail(new IOException("reset"));
        assertThat(rig.session.phase()).isEqualTo(Phase.WAITING);
        rig.timer.advanceMillis(400);
        rig.archive.lists.get(0).fail(SessionRig.error("InvalidEndpointException", 400));
        assertThat(rig.archive.forgotten).containsExactly(ARN);
        rig.timer.advanceMillis(700);
        playArchive();
        assertThat(takenNumbers()).isEqualTo(stored);
        assertThat(rig.directory.asked).as("looked up each time").hasSize(3);
    }

    @Test
    void aJobThatMayNotReadTheArchiveGoesOnLive() {
        try (Warnings warnings = new Warnings("io.github.flinkkvs.source.session")) {
            rig.start(after(T0 - 10 * MINUTE, null));
            rig.archive.lists.get(0).fail(SessionRig.error("AccessDeniedException", 400));
            liveCall().respond(rig.serviceMillis());
            // Whether anything has expired.
            SessionRig.Call call = liveCall();
            call.respond(rig.serviceMillis()).bytes(live(T0 - 9 * MINUTE));
            assertThat(call.cancelled).isFalse();
            assertThat(warnings.texts)
                    .singleElement()
                    .asString()
                    .contains(
                            "allow this job kinesisvideo:ListFragments and"
                                    + " kinesisvideo:GetMediaForFragmentList",
                            "source.history = LIVE",
                            "AccessDeniedException: told so");
        }
    }

    @Test
    void aJobThatMustReadTheArchiveFailsIfItMayNot() {
        rig.set(KvsSourceOptions.HISTORY, HistoryMode.ARCHIVE);
        rig.start(after(T0 - 10 * MINUTE, null));
        rig.archive.lists.get(0).fail(SessionRig.error("AccessDeniedException", 400));
        assertThatThrownBy(rig::take).hasMessageContaining("AccessDeniedException");
    }

    // ---- pauses and memory -----------------------------------------------------------------

    @Test
    void aPausedStreamAsksForNothingAndGoesOn() throws Exception {
        storeEachSecond(T0 - 10 * MINUTE, T0 - 5 * MINUTE);
        rig.start(after(T0 - 11 * MINUTE, null));
        rig.archive.lists.get(0).answer();
        rig.pause();
        playSome();
        assertThat(rig.archive.lists).isEmpty();
        int bodies = rig.archive.bodies.size();
        rig.timer.advance(Duration.ofSeconds(30));
        assertThat(rig.archive.bodies).hasSize(bodies);
        rig.resume();
        playArchive();
        rig.timer.advanceMillis(500);
        playArchive();
        assertThat(takenNumbers()).isEqualTo(stored);
    }

    private void playSome() {
        for (int i = 0; i < 10; i++) {
            new ArrayList<>(rig.archive.lists).forEach(FakeArchive.ListCall::answer);
            rig.archive.open().forEach(body -> body.play(500));
            rig.timer.advanceMillis(20);
        }
    }

    @Test
    void anEvictedStreamReadsAgain() throws Exception {
        storeEachSecond(T0 - 10 * MINUTE, T0 - 5 * MINUTE);
        rig.start(after(T0 - 11 * MINUTE, null));
        rig.archive.lists.get(0).answer();
        rig.archive.open().get(0).deliver(3_000);
        rig.evict();
        assertThat(rig.archive.open()).isEmpty();
        assertThat(rig.metrics.gauge("streamsInHistory")).isZero();
        rig.lock.lock();
        rig.session.proceed();
        rig.lock.unlock();
        rig.timer.advanceMillis(300);
        playArchive();
        assertThat(takenNumbers()).isEqualTo(stored);
    }

    // ---- newest first ----------------------------------------------------------------------

    @Test
    void aStreamThatIsTooFarBehindSkipsToThePresent() throws Exception {
        rig.set(KvsSourceOptions.MAX_LAG, Duration.ofMinutes(10));
        try (Warnings warnings = new Warnings("io.github.flinkkvs.source.session")) {
            rig.start(after(T0 - 2 * HOUR, null));
            SessionRig.Call call = rig.call();
            assertThat(call.start()).isEqualTo("SERVER_TIMESTAMP " + T0);
            call.respond(T0).bytes(live(T0 - 1_000), live(T0 + 1_000));
            assertThat(takenNumbers()).containsExactly(GetMediaBytes.number(T0 + 1_000, 0));
            assertThat(rig.metrics.count("skipsToPresent")).isEqualTo(1);
            assertThat(rig.metrics.count("gaps")).isZero();
            assertThat(warnings.texts).hasSize(2);
            assertThat(warnings.texts.get(0))
                    .contains(
                            Instant.ofEpochMilli(T0 - 2 * HOUR).toString(),
                            "source.max-lag, 600 s");
            assertThat(warnings.texts.get(1))
                    .contains(
                            "were skipped (source.max-lag)", Instant.ofEpochMilli(T0 + 1_000) + "");
        }
        assertThat(rig.archive.lists).isEmpty();
    }

    @Test
    void aStreamThatExpiredIsSkippedToo() {
        rig.set(KvsSourceOptions.MAX_LAG, Duration.ofMinutes(10));
        rig.start(after(T0 - 100 * HOUR, null));
        assertThat(rig.call().start()).isEqualTo("SERVER_TIMESTAMP " + T0);
    }

    @Test
    void aSlowReaderOfTheArchiveSkips() {
        rig.set(KvsSourceOptions.MAX_LAG, Duration.ofMinutes(10));
        storeEachSecond(T0 - 9 * MINUTE, T0);
        rig.start(after(T0 - 9 * MINUTE, null));
        rig.archive.lists.get(0).answer();
        FakeArchive.Body body = rig.archive.open().get(0);
        body.deliver(2_000);
        assertThat(body.cancelled).isFalse();
        rig.timer.turn(Duration.ofMinutes(2));
        describe(24);
        body.deliver(2_000);
        assertThat(body.cancelled).isTrue();
        rig.timer.runDue();
        assertThat(rig.call().start()).isEqualTo("SERVER_TIMESTAMP " + (T0 + 2 * MINUTE));
        assertThat(rig.metrics.count("skipsToPresent")).isEqualTo(1);
    }

    @Test
    void aLiveStreamThatFallsTooFarBehindSkips() {
        rig.set(KvsSourceOptions.HISTORY, HistoryMode.LIVE);
        rig.set(KvsSourceOptions.MAX_LAG, Duration.ofMinutes(10));
        rig.start(after(T0 - MINUTE, null));
        SessionRig.Call call = rig.call().respond(T0);
        call.bytes(live(T0 - 50_000));
        rig.timer.turn(Duration.ofMinutes(10));
        describe(24);
        call.bytes(live(T0 - 49_000));
        assertThat(call.cancelled).isTrue();
        rig.timer.runDue();
        assertThat(rig.call().start()).isEqualTo("SERVER_TIMESTAMP " + (T0 + 10 * MINUTE));
    }
}
