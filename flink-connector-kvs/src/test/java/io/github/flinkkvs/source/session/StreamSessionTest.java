/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.source.session;

import io.github.flinkkvs.mkv.Arrival;
import io.github.flinkkvs.source.GetMediaBytes;
import io.github.flinkkvs.source.ManualTimer;
import io.github.flinkkvs.source.StartingPosition;
import io.github.flinkkvs.source.StoppingPosition;
import io.github.flinkkvs.source.split.KvsSplit;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.function.Consumer;
import java.util.stream.Stream;

import static io.github.flinkkvs.source.GetMediaBytes.beginning;
import static io.github.flinkkvs.source.GetMediaBytes.error;
import static io.github.flinkkvs.source.GetMediaBytes.fragment;
import static io.github.flinkkvs.source.GetMediaBytes.malformed;
import static io.github.flinkkvs.source.session.Demand.PIECES_AHEAD;
import static io.github.flinkkvs.source.session.SessionRig.ARN;
import static io.github.flinkkvs.source.session.SessionRig.T0;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

/** How a session moves from phase to phase, and how it behaves as a whole. */
class StreamSessionTest {

    private static final long HOUR = Duration.ofHours(1).toMillis();

    private final SessionRig rig = new SessionRig();

    // ---- reading --------------------------------------------------------------------------------

    @Test
    void readsOneFragmentAfterTheOther() throws Exception {
        rig.start(StartingPosition.earliest());
        SessionRig.Call call = rig.call().respond();
        assertThat(call.start()).isEqualTo("EARLIEST");
        byte[] two = GetMediaBytes.concat(fragment(1, T0, 10), fragment(2, T0 + 1, 10));
        for (byte b : two) {
            call.bytes(new byte[] {b});
        }
        assertThat(rig.take()).containsExactly("1", "2");
        assertThat(rig.state.toSplit().position()).isEqualTo(SessionRig.at(2, T0 + 1));
        assertThat(rig.budget.held()).isZero();
        assertThat(rig.metrics.count("fragments")).isEqualTo(2);
        assertThat(rig.metrics.gauge("connections")).isEqualTo(1);
    }

    @Test
    void goesOnAtOnceAfterTheLastFragmentWhenACallEnds() throws Exception {
        rig.start(StartingPosition.earliest());
        rig.call().respond().bytes(fragment(1, T0, 10)).end();
        assertThat(rig.nextCall(250).start()).isEqualTo("FRAGMENT_NUMBER 1");
        assertThat(rig.metrics.count("cause.end.reconnects")).isEqualTo(1);
    }

    @Test
    void dropsWhatItReadBefore() throws Exception {
        rig.resumeAfter(5, T0);
        assertThat(rig.call().start()).isEqualTo("FRAGMENT_NUMBER 5");
        rig.call().respond().bytes(fragment(4, T0, 1), fragment(5, T0, 1), fragment(6, T0, 1));
        assertThat(rig.take()).containsExactly("6");
        assertThat(rig.metrics.count("duplicateFragments")).isEqualTo(2);
    }

    @Test
    void dropsAFragmentThatWasCutAndReadsItAgain() throws Exception {
        rig.start(StartingPosition.earliest());
        rig.call().respond().bytes(fragment(1, T0, 10), beginning(2, T0, 10)).end();
        assertThat(rig.metrics.count("discardedPartialFragments")).isEqualTo(1);
        assertThat(rig.nextCall(250).start()).isEqualTo("FRAGMENT_NUMBER 1");
        rig.call().respond().bytes(fragment(2, T0, 10));
        assertThat(rig.take()).containsExactly("1", "2");
        assertThat(rig.metrics.count("cause.cut.reconnects")).isEqualTo(1);
        assertThat(rig.budget.held()).isZero();
    }

    @Test
    void tellsWhenAFragmentArrived() throws Exception {
        rig.start(StartingPosition.earliest());
        byte[] whole = fragment(1, T0, 10);
        rig.call().respond().bytes(Arrays.copyOf(whole, 100));
        rig.timer.advanceMillis(70);
        rig.call().bytes(Arrays.copyOfRange(whole, 100, whole.length));
        StreamEvent event = SessionRig.eventsOf(rig.handover.take()).get(0);
        Arrival arrival = ((StreamEvent.FragmentArrived) event).fragment().arrival();
        assertThat(arrival.timestampMillis()).isEqualTo(ManualTimer.EPOCH_MILLIS + 70);
        assertThat(arrival.durationNanos()).isEqualTo(70_000_000);
    }

    @Test
    void takesBytesThatComeFromWithinTheRequest() throws Exception {
        rig.service.whileOpening =
                call -> {
                    call.respond();
                    for (int i = 1; i <= 1000; i++) {
                        call.ready.add(fragment(i, T0 + i, 10));
                    }
                };
        rig.budget = rig.newBudget(1 << 30);
        rig.start(StartingPosition.earliest());
        while (rig.take().size() < 1000) {
            assertThat(rig.taken).isNotEmpty();
        }
        assertThat(rig.call().requested).isPositive();
    }

    @Test
    void asksNowOnceAndThenForTheTimeThatNowWas() throws Exception {
        rig.start(StartingPosition.now().resolved(T0));
        assertThat(rig.call().start()).isEqualTo("NOW");
        rig.call().respond().end();
        assertThat(rig.nextCall(5000).start()).isEqualTo("SERVER_TIMESTAMP " + T0);
        rig.call().respond().bytes(fragment(1, T0 - 1, 1), fragment(2, T0, 1));
        assertThat(rig.take()).containsExactly("CaughtUp", "2");
    }

    @Test
    void startsWhereItIsTold() {
        rig.start(StartingPosition.atProducerTimestamp(Instant.ofEpochMilli(T0)));
        assertThat(rig.call().start()).isEqualTo("PRODUCER_TIMESTAMP " + T0);
        SessionRig other = new SessionRig().start(StartingPosition.afterFragment("17"));
        assertThat(other.call().start()).isEqualTo("FRAGMENT_NUMBER 17");
    }

    // ---- demand ---------------------------------------------------------------------------------

    @Test
    void asksForNothingWhilePausedAndGoesOnWhenResumed() throws Exception {
        rig.start(StartingPosition.earliest());
        SessionRig.Call call = rig.call().respond();
        rig.pause();
        call.bytes(fragment(1, T0, 1));
        while (call.requested > 0) {
            call.bytes();
        }
        assertThat(rig.take()).isEmpty();
        rig.timer.advance(Duration.ofHours(1));
        assertThat(rig.call()).isSameAs(call);
        rig.resume();
        assertThat(call.requested).isEqualTo(PIECES_AHEAD);
        assertThat(rig.take()).containsExactly("1");
    }

    @Test
    void asksAheadAndAgainWhenHalfOfItHasCome() {
        rig.start(StartingPosition.earliest());
        SessionRig.Call call = rig.call().respond();
        for (int left = PIECES_AHEAD; left > PIECES_AHEAD / 2; left--) {
            assertThat(call.requested).isEqualTo(left);
            call.bytes();
        }
        assertThat(call.requested).isEqualTo(PIECES_AHEAD);
    }

    @Test
    void asksPieceByPieceWhenMemoryIsShort() throws Exception {
        rig.budget = rig.newBudget(100_000);
        rig.start(StartingPosition.earliest());
        SessionRig.Call call = rig.call().respond();
        assertThat(call.requested).isEqualTo(1);
        call.bytes(fragment(1, T0, 1));
        assertThat(call.requested).isEqualTo(1);
        assertThat(rig.take()).containsExactly("1");
    }

    @Test
    void doesNotAskTwiceWhenResumedWithARequestOutstanding() {
        rig.start(StartingPosition.earliest());
        rig.pause();
        rig.pause();
        rig.resume();
        rig.resume();
        assertThat(rig.call().requested).isEqualTo(PIECES_AHEAD);
    }

    @Test
    void connectsAnewWhenTheCallEndedDuringThePause() throws Exception {
        rig.start(StartingPosition.earliest());
        rig.call().respond().bytes(fragment(1, T0, 1), beginning(2, T0, 1));
        rig.pause();
        rig.call().end();
        rig.timer.advance(Duration.ofHours(1));
        assertThat(rig.service.open()).isEmpty();
        rig.resume();
        assertThat(rig.call().start()).isEqualTo("FRAGMENT_NUMBER 1");
        assertThat(rig.call().requested).isEqualTo(PIECES_AHEAD);
    }

    @Test
    void ignoresAnErrorDuringThePause() throws Exception {
        rig.start(StartingPosition.earliest());
        rig.pause();
        rig.call().fail(SessionRig.error("AccessDeniedException", 403));
        assertThat(rig.take()).isEmpty();
        rig.resume();
        rig.timer.advanceMillis(250);
        rig.call();
    }

    @Test
    void aCutThatIsSeenOnlyAfterThePauseIsNoError() throws Exception {
        rig.start(StartingPosition.earliest());
        SessionRig.Call call = rig.call().respond();
        call.bytes(fragment(1, T0, 1));
        rig.pause();
        while (call.requested > 0) {
            call.bytes();
        }
        rig.timer.advance(Duration.ofMinutes(1));
        rig.resume();
        call.bytes(fragment(2, T0, 1), beginning(3, T0, 1));
        call.fail(new IOException("reset"));
        assertThat(rig.nextCall(1).start()).isEqualTo("FRAGMENT_NUMBER 2");
        assertThat(rig.metrics.count("class.retry.errors")).isZero();
        assertThat(rig.metrics.count("cause.cut.reconnects")).isEqualTo(1);
    }

    @Test
    void doesNotConnectWhilePaused() throws Exception {
        rig.start(StartingPosition.earliest());
        rig.call().fail(new IOException("reset"));
        rig.pause();
        rig.timer.advance(Duration.ofMinutes(5));
        assertThat(rig.service.calls).hasSize(1);
        rig.resume();
        rig.call().respond().bytes(fragment(1, T0, 1));
        assertThat(rig.take()).containsExactly("1");
    }

    @Test
    void aPauseThatEndsBeforeTheNextCallChangesNothing() {
        rig.start(StartingPosition.earliest());
        rig.call().respond().end();
        rig.pause();
        rig.timer.advanceMillis(1000);
        rig.resume();
        rig.timer.advanceMillis(1999);
        assertThat(rig.service.calls).hasSize(1);
        rig.nextCall(1000);
        assertThat(rig.timer.scheduled()).isEqualTo(1);
    }

    @Test
    void timePausedIsNoTimeOfErrors() throws Exception {
        rig.start(StartingPosition.earliest());
        rig.call().fail(new IOException("reset"));
        rig.pause();
        rig.timer.advance(Duration.ofHours(1));
        rig.resume();
        rig.call().fail(new IOException("reset"));
        assertThat(rig.take()).isEmpty();
        rig.nextCall(1000);
    }

    // ---- calls that are given up ----------------------------------------------------------------

    @Test
    void doesNotHearACallThatIsGivenUp() throws Exception {
        rig.start(StartingPosition.earliest());
        SessionRig.Call old = rig.call().respond();
        old.bytes(beginning(1, T0, 100));
        rig.evict();
        assertThat(old.cancelled).isTrue();
        assertThat(rig.budget.held()).isZero();
        old.respond();
        old.lateBytes(fragment(1, T0, 1));
        old.fail(new IOException("cancelled"));
        old.end();
        assertThat(rig.take()).isEmpty();
        assertThat(rig.budget.held()).isZero();
        assertThat(rig.service.calls).hasSize(1);
        rig.lock.lock();
        rig.session.proceed();
        rig.lock.unlock();
        rig.timer.advanceMillis(250);
        rig.call().respond().bytes(fragment(1, T0, 1));
        old.end();
        old.lateBytes(fragment(9, T0, 1));
        assertThat(rig.take()).containsExactly("1");
        assertThat(rig.metrics.gauge("connections")).isEqualTo(1);
    }

    /** The network may hold on to a call that was cancelled until its connection is closed. */
    @Test
    void aCallThatIsOverHoldsNothing() {
        rig.start(StartingPosition.earliest());
        SessionRig.Call old = rig.call().respond();
        WeakReference<byte[]> bytes = new WeakReference<>(beginning(1, T0, 20_000));
        old.bytes(bytes.get());
        System.gc();
        assertThat(bytes.get()).as("kept while the fragment is open").isNotNull();
        rig.evict();
        System.gc();
        assertThat(bytes.get()).isNull();
        assertThat(rig.service.calls).containsExactly(old);
    }

    @Test
    void hearsOnlyTheFirstEnd() {
        rig.start(StartingPosition.earliest());
        SessionRig.Call call = rig.call().respond();
        call.bytes(fragment(1, T0, 1)).endEarly();
        call.endEarly();
        call.fail(new IOException("again"));
        rig.nextCall(250);
        assertThat(rig.metrics.count("class.retry.errors")).isZero();
    }

    @Test
    void cancelsACallThatFailsWhileItIsOpened() {
        rig.service.whileOpening = call -> call.fail(new IOException("at once"));
        rig.start(StartingPosition.earliest());
        assertThat(rig.service.calls.get(0).cancelled).isTrue();
        assertThat(rig.service.calls.get(0).requested).isZero();
        rig.service.whileOpening = call -> {};
        assertThat(rig.nextCall(300).requested).isEqualTo(PIECES_AHEAD);
    }

    @Test
    void closesInEveryState() throws Exception {
        // Before the first call.
        SessionRig connecting = new SessionRig();
        connecting.session =
                connecting.newSession(
                        KvsSplit.unread(
                                ARN, StartingPosition.earliest(), StoppingPosition.never()));
        connecting.lock.lock();
        connecting.session.start();
        connecting.lock.unlock();
        connecting.close();
        // While receiving.
        SessionRig receiving = new SessionRig().start(StartingPosition.earliest());
        receiving.call().respond().bytes(fragment(1, T0, 1), beginning(2, T0, 1));
        SessionRig.Call call = receiving.call();
        receiving.close();
        assertThat(call.cancelled).isTrue();
        call.lateBytes(fragment(2, T0, 1));
        call.end();
        // Backing off.
        SessionRig backingOff = new SessionRig().start(StartingPosition.earliest());
        backingOff.call().fail(new IOException("reset"));
        backingOff.close();
        // Asking for a description.
        SessionRig looking = new SessionRig().start(StartingPosition.earliest());
        looking.call().fail(SessionRig.error("ResourceNotFoundException", 404));
        looking.timer.runDue();
        looking.close();
        looking.directory
                .answers
                .get("camera")
                .completeExceptionally(SessionRig.error("ResourceNotFoundException", 404));
        // Paused, and at the connection limit.
        SessionRig limited = new SessionRig().start(StartingPosition.earliest());
        limited.call().fail(SessionRig.error("ConnectionLimitExceededException", 400));
        limited.pause();
        assertThat(limited.metrics.gauge("streamsAtConnectionLimit")).isEqualTo(1);
        limited.close();
        assertThat(limited.metrics.gauge("streamsAtConnectionLimit")).isZero();
        for (SessionRig closed :
                Arrays.asList(connecting, receiving, backingOff, looking, limited)) {
            assertThat(closed.timer.scheduled()).isZero();
            assertThat(closed.service.open()).isEmpty();
            assertThat(closed.budget.used()).isZero();
            assertThat(closed.take()).isEmpty();
            assertThat(closed.metrics.gauge("connections")).isZero();
            closed.resume();
            closed.timer.advance(Duration.ofHours(1));
            assertThat(closed.service.open()).isEmpty();
        }
    }

    // ---- pacing ---------------------------------------------------------------------------------

    @Test
    void aStreamOfWhichNothingComesFallsBehind() throws Exception {
        rig.start(StartingPosition.earliest());
        SessionRig.Call call = rig.call().respond();
        rig.timer.advanceMillis(1_000);
        // There is not even a first fragment.
        assertThat(rig.metrics.gauge("maxMillisBehindNow")).isEqualTo(1_000);
        assertThat(rig.metrics.gauge("stream.camera.lastFragmentAge")).isEqualTo(-1);
        call.bytes(fragment(1, T0, 1));
        assertThat(rig.metrics.gauge("maxMillisBehindNow")).isZero();
        rig.pause();
        rig.timer.advance(Duration.ofHours(1));
        assertThat(rig.metrics.gauge("maxMillisBehindNow")).isEqualTo(HOUR);
        assertThat(rig.metrics.gauge("stream.camera.millisBehindNow")).isEqualTo(HOUR);
        assertThat(rig.metrics.gauge("stream.camera.lastFragmentAge")).isEqualTo(HOUR);
        rig.close();
        rig.timer.advance(Duration.ofHours(1));
        assertThat(rig.metrics.gauge("maxMillisBehindNow")).isZero();
        // Its gauge stays, but the stream is no longer read.
        assertThat(rig.metrics.gauge("stream.camera.millisBehindNow")).isZero();
    }

    @Test
    void callsAtMostFourTimesASecond() {
        rig.start(StartingPosition.earliest());
        for (int i = 1; i <= 40; i++) {
            rig.call().respond().bytes(fragment(i, T0, 1)).endEarly();
            rig.timer.advanceMillis(249);
            assertThat(rig.service.open()).isEmpty();
            rig.timer.advanceMillis(1);
        }
    }

    @Test
    void asksAQuietStreamOnlyOnceInAWhile() throws Exception {
        rig.start(StartingPosition.earliest());
        rig.timer.advanceMillis(1000);
        rig.call().respond(T0 + 3000).end();
        rig.timer.advanceMillis(1999);
        assertThat(rig.service.open()).isEmpty();
        rig.nextCall(1);
        assertThat(rig.take()).containsExactly("CaughtUp");
        assertThat(rig.state.toSplit().caughtUpMillis()).isEqualTo(T0 + 3000);
        assertThat(rig.metrics.count("cause.idle.reconnects")).isEqualTo(1);
    }

    // ---- stops ----------------------------------------------------------------------------------

    @Test
    void endsAtTheFragmentOfTheStop() throws Exception {
        rig.start(StartingPosition.earliest(), StoppingPosition.atFragment("2"));
        rig.call().respond().bytes(fragment(1, T0, 1), fragment(2, T0, 1), fragment(3, T0, 1));
        assertThat(rig.take()).containsExactly("1", "2", "finished");
        assertThat(rig.service.calls.get(0).cancelled).isTrue();
        assertThat(rig.timer.scheduled()).isZero();
    }

    @Test
    void endsBeforeTheFirstFragmentBeyondTheStop() throws Exception {
        rig.start(
                StartingPosition.earliest(),
                StoppingPosition.atServerTimestamp(Instant.ofEpochMilli(T0)));
        rig.call().respond().bytes(fragment(1, T0, 1), fragment(2, T0 + 1, 1));
        assertThat(rig.take()).containsExactly("1", "finished");
    }

    /** A connection cut during silence looks like a call that the service ended. */
    @Test
    void oneEndAfterSilenceIsNotYetTheEnd() throws Exception {
        rig.start(
                StartingPosition.earliest(),
                StoppingPosition.atServerTimestamp(Instant.ofEpochMilli(T0)));
        SessionRig.Call call = rig.call();
        for (int i = 1; i <= 5; i++) {
            call.respond(T0 + 10_000 * i).end();
            call = rig.nextCall(5000).respond(T0 + 10_000 * i).bytes(fragment(i, T0 - 10 + i, 1));
            call.end();
            call = rig.nextCall(250);
        }
        assertThat(rig.take()).contains("5").doesNotContain("finished");
        call.respond(T0 + 100_000).end();
        rig.nextCall(5000).respond(T0 + 110_000).end();
        assertThat(rig.take()).endsWith("finished");
    }

    @Test
    void isOverBeforeItBeginsWhenItStandsAtTheStop() throws Exception {
        rig.start(
                new KvsSplit(
                        ARN,
                        StartingPosition.earliest(),
                        StoppingPosition.atFragment("2"),
                        SessionRig.at(2, T0),
                        null));
        assertThat(rig.take()).containsExactly("finished");
        assertThat(rig.service.calls).isEmpty();
    }

    @Test
    void endsWhenNothingComesTwiceAfterTheStop() throws Exception {
        rig.start(
                StartingPosition.earliest(),
                StoppingPosition.atServerTimestamp(Instant.ofEpochMilli(T0)));
        // Not yet past the stop.
        rig.call().respond(T0).end();
        rig.nextCall(5000).respond(T0 + 1).end();
        // An error in between, or a cut, restarts the count.
        rig.nextCall(5000).fail(new IOException("reset"));
        rig.nextCall(1000).respond(T0 + 2000).end();
        rig.nextCall(5000).respond(T0 + 3000).bytes(beginning(1, T0, 1)).end();
        rig.nextCall(1000).respond(T0 + 4000).end();
        assertThat(rig.take()).doesNotContain("finished");
        rig.nextCall(5000).respond(T0 + 5000).end();
        assertThat(rig.take()).endsWith("finished");
        assertThat(rig.timer.scheduled()).isZero();
    }

    // ---- phases -------------------------------------------------------------------------------

    private void assertPhase(StreamSession.Phase phase) {
        assertThat(rig.session.phase()).isEqualTo(phase);
        boolean waiting = phase == StreamSession.Phase.WAITING;
        boolean reading = phase == StreamSession.Phase.READING;
        assertThat(rig.timer.scheduled()).as("timers").isEqualTo(waiting || reading ? 1 : 0);
        assertThat(rig.service.open()).as("calls").hasSize(reading ? 1 : 0);
    }

    @Test
    void waitsAndReads() {
        rig.start(StartingPosition.earliest());
        assertPhase(StreamSession.Phase.READING);
        rig.call().respond().end();
        assertPhase(StreamSession.Phase.WAITING);
        rig.timer.advanceMillis(5000);
        assertPhase(StreamSession.Phase.READING);
    }

    @Test
    void parksIfItsCallIsDueWhileAlignmentHoldsIt() {
        rig.start(StartingPosition.earliest());
        rig.call().respond().end();
        rig.pause();
        assertPhase(StreamSession.Phase.WAITING);
        rig.timer.advanceMillis(5000);
        assertPhase(StreamSession.Phase.PARKED);
        rig.resume();
        assertPhase(StreamSession.Phase.READING);
    }

    static Stream<Arguments> endsThatAreMadeAgain() {
        return Stream.of(
                ending("an end", SessionRig.Call::end),
                ending("an early end", SessionRig.Call::endEarly),
                ending("a failure", call -> call.fail(new IOException("reset"))),
                ending(
                        "a refusal",
                        call -> call.fail(SessionRig.error("AccessDeniedException", 403))),
                ending(
                        "a stream that is gone",
                        call -> call.fail(SessionRig.error("ResourceNotFoundException", 404))),
                ending("an error tag", call -> call.bytes(error(4500, "KMS_KEY_ACCESS_DENIED"))),
                ending("no position", call -> call.bytes(error(4000, "FRAGMENT_NOT_FOUND"))),
                ending("bad bytes", call -> call.bytes(malformed(1, T0))));
    }

    private static Arguments ending(String title, Consumer<SessionRig.Call> end) {
        return arguments(title, end);
    }

    /** Any trouble that is not transient occurs again. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("endsThatAreMadeAgain")
    void parksHoweverACallEndsWhileAlignmentHoldsIt(String title, Consumer<SessionRig.Call> end)
            throws Exception {
        rig.start(StartingPosition.afterFragment("7"));
        SessionRig.Call call = rig.call().respond();
        rig.pause();
        end.accept(call);
        assertPhase(StreamSession.Phase.PARKED);
        rig.timer.advance(Duration.ofHours(1));
        assertThat(rig.take()).isEmpty();
        assertThat(rig.directory.asked).isEmpty();
        rig.resume();
        assertPhase(StreamSession.Phase.READING);
        assertThat(rig.call().start()).isEqualTo("FRAGMENT_NUMBER 7");
    }

    @Test
    void reachesItsStopAlsoWhileAlignmentHoldsIt() throws Exception {
        rig.start(StartingPosition.earliest(), StoppingPosition.atFragment("2"));
        SessionRig.Call call = rig.call().respond();
        rig.pause();
        call.bytes(fragment(2, T0, 1));
        assertPhase(StreamSession.Phase.DONE);
        assertThat(rig.take()).isEmpty();
        rig.resume();
        assertPhase(StreamSession.Phase.DONE);
        assertThat(rig.take()).containsExactly("2", "finished");
    }

    @Test
    void looksUp() {
        rig.start(StartingPosition.earliest());
        rig.call().fail(SessionRig.error("ResourceNotFoundException", 404));
        rig.timer.runDue();
        assertPhase(StreamSession.Phase.LOOKING_UP);
        rig.directory.answers.get("camera").completeExceptionally(new IOException("reset"));
        assertPhase(StreamSession.Phase.WAITING);
    }

    @Test
    void doesNotHearALookUpThatIsGivenUp() throws Exception {
        rig.start(StartingPosition.earliest());
        rig.call().respond().bytes(fragment(1, T0, 1));
        rig.call().fail(SessionRig.error("ResourceNotFoundException", 404));
        rig.timer.runDue();
        rig.pause();
        rig.evict();
        assertPhase(StreamSession.Phase.PARKED);
        rig.directory
                .answers
                .get("camera")
                .completeExceptionally(SessionRig.error("ResourceNotFoundException", 404));
        assertPhase(StreamSession.Phase.PARKED);
        rig.resume();
        rig.timer.advanceMillis(250);
        assertPhase(StreamSession.Phase.READING);
        assertThat(rig.call().start()).isEqualTo("EARLIEST");
    }

    @Test
    void parksWhenItIsEvictedUntilThereIsMemory() {
        rig.start(StartingPosition.earliest());
        rig.call().respond().bytes(beginning(1, T0, 100));
        rig.evict();
        assertPhase(StreamSession.Phase.PARKED);
        rig.timer.advance(Duration.ofHours(1));
        rig.lock.lock();
        rig.session.proceed();
        rig.lock.unlock();
        assertPhase(StreamSession.Phase.WAITING);
        rig.timer.runDue();
        assertPhase(StreamSession.Phase.READING);
    }

    @Test
    void memoryDoesNotReleaseWhatAlignmentHolds() {
        rig.start(StartingPosition.earliest());
        rig.call().respond().bytes(beginning(1, T0, 100));
        rig.evict();
        rig.pause();
        rig.lock.lock();
        rig.session.proceed();
        rig.lock.unlock();
        assertPhase(StreamSession.Phase.PARKED);
        rig.resume();
        rig.timer.advanceMillis(250);
        assertPhase(StreamSession.Phase.READING);
    }

    @Test
    void readsAgainWhatItGaveBackThoughItWasDone() throws Exception {
        rig.start(StartingPosition.earliest(), StoppingPosition.atFragment("1"));
        SessionRig.Call call = rig.call().respond();
        rig.pause();
        call.bytes(fragment(1, T0, 1));
        assertPhase(StreamSession.Phase.DONE);
        rig.evict();
        assertPhase(StreamSession.Phase.PARKED);
        rig.resume();
        rig.timer.advanceMillis(250);
        rig.call().respond().bytes(fragment(1, T0, 1));
        assertPhase(StreamSession.Phase.DONE);
        assertThat(rig.take()).containsExactly("1", "finished");
    }

    @Test
    void isClosedByAFailure() {
        rig.start(StartingPosition.earliest());
        rig.call().fail(SessionRig.error("AccessDeniedException", 403));
        assertPhase(StreamSession.Phase.CLOSED);
        rig.pause();
        rig.resume();
        rig.timer.advance(Duration.ofHours(1));
        assertPhase(StreamSession.Phase.CLOSED);
    }
}
