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
import io.github.flinkkvs.mkv.Arrival;
import io.github.flinkkvs.source.GetMediaBytes;
import io.github.flinkkvs.source.KvsSourceOptions;
import io.github.flinkkvs.source.KvsSourceOptions.BadFragmentPolicy;
import io.github.flinkkvs.source.KvsSourceOptions.DeletedStreamPolicy;
import io.github.flinkkvs.source.KvsSourceOptions.ExpiredPositionPolicy;
import io.github.flinkkvs.source.KvsSourceOptions.RecreatedStreamPolicy;
import io.github.flinkkvs.source.ManualTimer;
import io.github.flinkkvs.source.StartingPosition;
import io.github.flinkkvs.source.StoppingPosition;
import io.github.flinkkvs.source.reader.Handover;
import io.github.flinkkvs.source.split.FragmentPosition;
import io.github.flinkkvs.source.split.KvsSplit;

import org.apache.flink.configuration.MemorySize;

import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.core.LogEvent;
import org.apache.logging.log4j.core.Logger;
import org.apache.logging.log4j.core.appender.AbstractAppender;
import org.apache.logging.log4j.core.config.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.core.exception.SdkClientException;

import java.io.IOException;
import java.lang.ref.WeakReference;
import java.net.ConnectException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

import static io.github.flinkkvs.source.GetMediaBytes.beginning;
import static io.github.flinkkvs.source.GetMediaBytes.error;
import static io.github.flinkkvs.source.GetMediaBytes.fragment;
import static io.github.flinkkvs.source.GetMediaBytes.malformed;
import static io.github.flinkkvs.source.GetMediaBytes.malformedEarly;
import static io.github.flinkkvs.source.session.Demand.PIECES_AHEAD;
import static io.github.flinkkvs.source.session.SessionRig.ARN;
import static io.github.flinkkvs.source.session.SessionRig.T0;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

class MediaSessionTest {

    private static final long HOUR = Duration.ofHours(1).toMillis();

    private final SessionRig rig = new SessionRig();

    /** What is logged as a warning of a session. */
    private static final class Warnings implements AutoCloseable {

        final List<String> texts = new ArrayList<>();
        private final Logger log =
                (Logger) LogManager.getLogger(StreamSession.class.getPackageName());
        private final AbstractAppender appender =
                new AbstractAppender("warnings", null, null, true, Property.EMPTY_ARRAY) {
                    @Override
                    public void append(LogEvent event) {
                        if (event.getLevel() == Level.WARN) {
                            texts.add(event.getMessage().getFormattedMessage());
                        }
                    }
                };

        Warnings() {
            appender.start();
            log.addAppender(appender);
        }

        @Override
        public void close() {
            log.removeAppender(appender);
        }
    }

    // ---- reading ------------------------------------------------------------------------------

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

    // ---- demand -------------------------------------------------------------------------------

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

    // ---- calls that are given up --------------------------------------------------------------

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

    // ---- ends that prove nothing ----------------------------------------------------------------

    @Test
    void aCallThatEndsEarlyDoesNotMeanThatThereIsNothing() throws Exception {
        rig.start(
                StartingPosition.earliest(),
                StoppingPosition.atServerTimestamp(Instant.ofEpochMilli(T0)));
        for (int i = 0; i < 20; i++) {
            rig.call().respond(T0 + 10_000).endEarly();
            // Not as soon as after progress, and not later than a quiet stream is asked.
            rig.nextCall(5000);
        }
        rig.call().respond(T0 + 10_000).bytes(fragment(1, T0, 1)).end();
        assertThat(rig.take()).containsExactly("1");
        assertThat(rig.metrics.count("cause.empty.reconnects")).isEqualTo(20);
    }

    @Test
    void warnsOnceOfAServiceThatAnswersWithNothing() throws Exception {
        rig.start(StartingPosition.earliest());
        try (Warnings warnings = new Warnings()) {
            for (int spell = 1; spell <= 2; spell++) {
                for (int i = 0; i < 100; i++) {
                    rig.call().respond().endEarly();
                    rig.nextCall(5000);
                }
                assertThat(warnings.texts).hasSize(spell);
                assertThat(rig.metrics.count("cause.empty.reconnects")).isEqualTo(100 * spell);
                // What nothing is known of is not taken for healthy.
                assertThat(rig.metrics.gauge("maxMillisBehindNow")).isGreaterThan(400_000);
                // That it waits before it ends the call means that there is nothing.
                rig.call().respond().end();
                assertThat(rig.metrics.gauge("maxMillisBehindNow")).isZero();
                rig.nextCall(5000);
            }
            assertThat(warnings.texts.get(0))
                    .startsWith("camera: for 6")
                    .contains("ended at once without new media", "request r-1");
        }
    }

    /** As of a job that begins in the future, if the service delivers the present meanwhile. */
    @Test
    void readingWhatIsTooEarlyIsNotFailing() throws Exception {
        rig.start(StartingPosition.atServerTimestamp(Instant.ofEpochMilli(T0 + HOUR)));
        try (Warnings warnings = new Warnings()) {
            long millis = 0;
            for (int calls = 0; calls < 4; calls++) {
                rig.call().respond(T0 + millis);
                for (int i = 0; i < 80; i++) {
                    rig.timer.advanceMillis(10_000);
                    millis += 10_000;
                    rig.call().bytes(fragment(millis, T0 + millis, 1));
                }
                if (calls % 2 == 0) {
                    rig.call().fail(new IOException("reset"));
                } else {
                    rig.call().endEarly();
                }
                rig.nextCall(1000);
            }
            assertThat(warnings.texts).isEmpty();
        }
        rig.call().respond(T0 + HOUR).bytes(fragment(HOUR, T0 + HOUR, 1));
        assertThat(rig.take()).containsExactly(Long.toString(HOUR));
        assertThat(rig.metrics.count("cause.empty.reconnects")).isZero();
    }

    @Test
    void aServiceThatAnswersWithNothingIsNoTimeOfErrors() throws Exception {
        rig.start(StartingPosition.earliest());
        rig.call().fail(new IOException("reset"));
        rig.nextCall(1000);
        for (int i = 0; i < 200; i++) {
            rig.call().respond().endEarly();
            rig.nextCall(5000);
        }
        rig.call().fail(new IOException("reset"));
        assertThat(rig.take()).isEmpty();
    }

    @Test
    void aProducerThatStallsWithinAFragmentIsWaitedFor() throws Exception {
        rig.start(StartingPosition.earliest());
        for (int i = 0; i < 100; i++) {
            rig.call().respond().bytes(beginning(1, T0, 100));
            rig.timer.advanceMillis(3000);
            rig.call().endEarly();
            rig.nextCall(5000);
        }
        rig.call().respond().bytes(fragment(1, T0, 1));
        assertThat(rig.take()).containsExactly("1");
    }

    @Test
    void aStopDoesNotWaitForAFragmentThatIsNeverCompleted() throws Exception {
        rig.start(
                StartingPosition.earliest(),
                StoppingPosition.atServerTimestamp(Instant.ofEpochMilli(T0)));
        for (int second : new int[] {30, 60, 90, 95}) {
            assertThat(rig.take()).isEmpty();
            rig.call().respond(T0 + second * 1000L).bytes(beginning(1, T0, 100));
            rig.timer.advanceMillis(3000);
            rig.call().endEarly();
            rig.timer.advanceMillis(5000);
        }
        assertThat(rig.take()).containsExactly("finished");
    }

    @Test
    void aNowThatIsAnsweredLateIsAskedForAsTheTimeItWas() {
        rig.start(StartingPosition.now().resolved(T0));
        assertThat(rig.call().start()).isEqualTo("NOW");
        rig.call().respond(T0 + 2000);
        assertThat(rig.nextCall(250).start()).isEqualTo("SERVER_TIMESTAMP " + T0);
        rig.call().respond(T0 + 2000).bytes(fragment(1, T0 + 1000, 1));
    }

    // ---- pacing -------------------------------------------------------------------------------

    @Test
    void aStreamOfWhichNothingComesFallsBehind() throws Exception {
        rig.start(StartingPosition.earliest());
        SessionRig.Call call = rig.call().respond();
        rig.timer.advanceMillis(1_000);
        // Not even a first fragment.
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
        // Its gauge stays, but it is read no more.
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

    // ---- errors -------------------------------------------------------------------------------

    @Test
    void waitsLongerAfterEachErrorAndGivesUpInTheEnd() {
        rig.start(StartingPosition.earliest());
        long last = 0;
        long total = 0;
        while (total < Duration.ofMinutes(11).toMillis()) {
            int before = rig.service.calls.size();
            rig.call().fail(new IOException("reset " + before));
            if (rig.timer.scheduled() == 0) {
                break;
            }
            long waited = 0;
            while (rig.service.calls.size() == before) {
                rig.timer.advanceMillis(1);
                waited++;
            }
            assertThat(waited).isBetween(Math.min(150L << before - 1, 15_000L), 30_000L);
            last = waited;
            total += waited;
        }
        assertThat(last).isGreaterThanOrEqualTo(15_000);
        assertThat(total).isBetween(600_000L, 631_000L);
        assertThatThrownBy(rig::take)
                .isInstanceOf(KvsReadException.class)
                .hasMessageContaining(ARN.toString())
                .hasMessageContaining("reset")
                .hasMessageContaining("source.retry.budget");
    }

    @Test
    void startsCountingAnewAfterProgress() {
        rig.start(StartingPosition.earliest());
        for (int i = 0; i < 8; i++) {
            rig.call().fail(new IOException("reset"));
            rig.nextCall(31_000);
        }
        rig.call().respond().bytes(fragment(1, T0, 1));
        rig.call().fail(new IOException("reset"));
        rig.nextCall(300);
    }

    @Test
    void waitsASecondWhenThrottled() {
        rig.start(StartingPosition.earliest());
        rig.call().fail(SessionRig.error("ClientLimitExceededException", 400));
        rig.timer.advanceMillis(499);
        assertThat(rig.service.open()).isEmpty();
        rig.nextCall(501);
    }

    @Test
    void asksForTheEndpointAgain() {
        rig.start(StartingPosition.earliest());
        rig.call().fail(SessionRig.error(null, 403));
        assertThat(rig.service.forgotten).containsExactly(ARN);
        rig.nextCall(300);
        assertThat(rig.metrics.count("cause.endpoint.reconnects")).isEqualTo(1);
    }

    @Test
    void waitsForAConnectionForAsLongAsItTakes() throws Exception {
        rig.start(StartingPosition.earliest());
        for (int i = 0; i < 200; i++) {
            rig.call().fail(SessionRig.error("ConnectionLimitExceededException", 400));
            assertThat(rig.metrics.gauge("streamsAtConnectionLimit")).isEqualTo(1);
            rig.nextCall(31_000);
        }
        rig.call().respond().bytes(fragment(1, T0, 1));
        assertThat(rig.metrics.gauge("streamsAtConnectionLimit")).isZero();
        assertThat(rig.take()).containsExactly("1");
    }

    @Test
    void warnsOnceWhenOthersHoldAllConnectionsForAMinute() {
        try (Warnings warnings = new Warnings()) {
            rig.start(StartingPosition.earliest());
            for (int limited = 1; limited <= 2; limited++) {
                long from = rig.timer.nanoTime();
                while (rig.timer.nanoTime() - from <= Duration.ofMinutes(1).toNanos()) {
                    rig.call().fail(SessionRig.error("ConnectionLimitExceededException", 400));
                    assertThat(warnings.texts).hasSize(limited - 1);
                    rig.nextCall(31_000);
                }
                for (int i = 0; i < 10; i++) {
                    rig.call().fail(SessionRig.error("ConnectionLimitExceededException", 400));
                    assertThat(warnings.texts).hasSize(limited);
                    rig.nextCall(31_000);
                }
                // It has one: the next minute counts anew.
                rig.call().respond().end();
                rig.nextCall(5_000);
            }
            assertThat(warnings.texts.get(0))
                    .startsWith("camera: other consumers have held all connections")
                    .contains("told so");
        }
    }

    @Test
    void failsAtTheConnectionLimitIfToldTo() {
        rig.set(KvsSourceOptions.CONNECTION_LIMIT_FAIL_AFTER, Duration.ofMinutes(2));
        rig.start(StartingPosition.earliest());
        long from = rig.timer.nanoTime();
        while (rig.timer.nanoTime() - from <= Duration.ofMinutes(2).toNanos()) {
            rig.call().fail(SessionRig.error("ConnectionLimitExceededException", 400));
            rig.nextCall(31_000);
        }
        rig.call().fail(SessionRig.error("ConnectionLimitExceededException", 400));
        assertThatThrownBy(rig::take)
                .hasMessageContaining("ConnectionLimitExceeded")
                .hasMessageContaining("The service allows 3 connections for a stream");
    }

    /** Only that one was had means that. */
    @ParameterizedTest
    @MethodSource("errorsOfAllKinds")
    void anErrorDoesNotMeanThatThereIsAConnection(Throwable error) {
        rig.set(KvsSourceOptions.CONNECTION_LIMIT_FAIL_AFTER, Duration.ofMinutes(2));
        rig.start(StartingPosition.earliest());
        long from = rig.timer.nanoTime();
        while (rig.timer.nanoTime() - from <= Duration.ofMinutes(2).toNanos()) {
            rig.call().fail(SessionRig.error("ConnectionLimitExceededException", 400));
            rig.nextCall(31_000).fail(error);
            assertThat(rig.metrics.gauge("streamsAtConnectionLimit")).isEqualTo(1);
            rig.nextCall(31_000);
        }
        rig.call().fail(SessionRig.error("ConnectionLimitExceededException", 400));
        assertThatThrownBy(rig::take).hasMessageContaining("ConnectionLimitExceeded");
    }

    static Stream<Throwable> errorsOfAllKinds() {
        return Stream.of(
                new IOException("reset"),
                new ConnectException("refused"),
                SessionRig.error("ClientLimitExceededException", 400),
                SessionRig.error("InternalFailure", 500),
                SessionRig.error("InvalidEndpointException", 400),
                SessionRig.error("ExpiredTokenException", 403));
    }

    @Test
    void failsAtOnceWhereWaitingMendsNothing() {
        rig.resumeAfter(7, T0);
        rig.call().fail(SessionRig.error("AccessDeniedException", 403));
        assertThatThrownBy(rig::take)
                .isInstanceOf(KvsReadException.class)
                .hasMessage(
                        "Stream "
                                + ARN
                                + ", after fragment 7: AccessDeniedException: told so (request"
                                + " r-1).");
        assertThat(rig.timer.scheduled()).isZero();
    }

    @Test
    void aDeadConnectionIsReplaced() {
        rig.start(StartingPosition.earliest());
        SessionRig.Call dead = rig.call().respond();
        rig.timer.advanceMillis(14_999);
        assertThat(dead.cancelled).isFalse();
        rig.timer.advanceMillis(1);
        assertThat(dead.cancelled).isTrue();
        assertThat(rig.metrics.count("cause.silence.reconnects")).isEqualTo(1);
        assertThat(rig.service.forgotten).isEmpty();
        // Not even an answer.
        rig.nextCall(300);
        rig.timer.advanceMillis(15_000);
        assertThat(rig.service.forgotten).containsExactly(ARN);
    }

    @Test
    void bytesKeepAConnectionAlive() {
        rig.start(StartingPosition.earliest());
        SessionRig.Call call = rig.call().respond();
        byte[] bytes = fragment(1, T0, 100);
        for (int i = 0; i < 20; i++) {
            rig.timer.advanceMillis(14_000);
            call.bytes(new byte[] {bytes[i]});
        }
        assertThat(rig.call()).isSameAs(call);
    }

    @Test
    void silenceCountsOnlyFromTheRequest() {
        rig.start(StartingPosition.earliest());
        SessionRig.Call call = rig.call().respond();
        rig.pause();
        call.bytes(fragment(1, T0, 1));
        while (call.requested > 0) {
            call.bytes();
        }
        rig.timer.advance(Duration.ofHours(1));
        rig.resume();
        rig.timer.advanceMillis(14_999);
        assertThat(call.cancelled).isFalse();
        rig.timer.advanceMillis(15_000);
        assertThat(call.cancelled).isTrue();
    }

    @Test
    void silenceCountsOnlyFromTheTurn() {
        rig.service.whileOpening = call -> {};
        rig.start(StartingPosition.earliest());
        SessionRig.Call call = rig.call();
        rig.timer.advance(Duration.ofHours(1));
        assertThat(call.cancelled).isFalse();
        call.turn();
        rig.timer.advanceMillis(14_999);
        assertThat(call.cancelled).isFalse();
        rig.timer.advanceMillis(1);
        assertThat(call.cancelled).isTrue();
    }

    // ---- error tags ---------------------------------------------------------------------------

    @ParameterizedTest
    @ValueSource(ints = {3000, 4000})
    void aFragmentThatIsNotFoundIsReplacedByItsTime(int id) throws Exception {
        rig.directory.answer(ARN.toString(), ARN, 1, T0 + 1000);
        rig.resumeAfter(5, T0);
        rig.call().respond(T0 + 1000).bytes(error(id, "FRAGMENT_NOT_FOUND"));
        assertThat(rig.nextCall(250).start()).isEqualTo("SERVER_TIMESTAMP " + T0);
        rig.call().respond(T0 + 1000).bytes(error(id, "FRAGMENT_NOT_FOUND"));
        assertThat(rig.nextCall(300).start()).isEqualTo("EARLIEST");
        rig.call().respond(T0 + 1000).bytes(fragment(5, T0, 1), fragment(6, T0, 1)).end();
        assertThat(rig.take()).containsExactly("6");
        assertThat(rig.nextCall(250).start()).isEqualTo("FRAGMENT_NUMBER 6");
        assertThat(rig.metrics.count("gaps")).isZero();
    }

    @Test
    void aStartThatIsNotFoundIsLookedForFromTheOldestFragmentOn() throws Exception {
        rig.start(StartingPosition.atServerTimestamp(Instant.ofEpochMilli(T0)));
        rig.call().respond().bytes(error(4000, "FRAGMENT_NOT_FOUND"));
        assertThat(rig.nextCall(300).start()).isEqualTo("EARLIEST");
        // What is too early may fill more than one call.
        rig.call().respond().bytes(fragment(1, T0 - 2, 1), fragment(2, T0 - 1, 1)).endEarly();
        assertThat(rig.nextCall(250).start()).isEqualTo("FRAGMENT_NUMBER 2");
        rig.call().respond().bytes(fragment(3, T0, 1));
        assertThat(rig.take()).containsExactly("3");
    }

    @Test
    void withoutAnyFragmentAStartIsAQuietStream() throws Exception {
        rig.start(StartingPosition.earliest());
        rig.call().respond().bytes(error(4000, "FRAGMENT_NOT_FOUND"));
        rig.timer.advanceMillis(4_999);
        assertThat(rig.service.open()).isEmpty();
        assertThat(rig.nextCall(1).start()).isEqualTo("EARLIEST");
        assertThat(rig.take()).containsExactly("CaughtUp");
        assertThat(rig.metrics.gauge("maxMillisBehindNow")).isEqualTo(5_000);
    }

    @Test
    void waitingForConnectionsIsNoTimeOfErrors() throws Exception {
        rig.set(KvsSourceOptions.RETRY_BUDGET, Duration.ofMinutes(1));
        rig.start(StartingPosition.earliest());
        rig.call().fail(SessionRig.error("InternalFailure", 500));
        for (int i = 0; i < 20; i++) {
            rig.nextCall(30_000).fail(SessionRig.error("ConnectionLimitExceededException", 400));
        }
        rig.nextCall(30_000).fail(SessionRig.error("InternalFailure", 500));
        assertThat(rig.take()).isEmpty();
    }

    @Test
    void aLackOfCredentialsPassesIfThereWereSome() throws Exception {
        rig.start(StartingPosition.earliest());
        rig.call().respond().bytes(fragment(1, T0, 1)).endEarly();
        rig.nextCall(250)
                .fail(SdkClientException.create("Unable to load credentials from any provider"));
        rig.nextCall(300).respond().bytes(fragment(2, T0, 1));
        assertThat(rig.take()).containsExactly("1", "2");
    }

    @ParameterizedTest
    @CsvSource({"4500, KMS_KEY_ACCESS_DENIED", "4506, KMS_KEY_NOT_FOUND"})
    void anErrorOfTheKeyIsFinal(int id, String code) {
        rig.start(StartingPosition.earliest());
        rig.call().respond().bytes(error(id, code));
        assertThatThrownBy(rig::take)
                .hasMessageContaining("error " + id + " " + code)
                .hasMessageContaining("request r-1");
    }

    @ParameterizedTest
    @CsvSource({"4503, KMS_KEY_UNAVAILABLE", "5000, INTERNAL_ERROR", "1234, WHATEVER"})
    void otherErrorsPass(int id, String code) throws Exception {
        rig.start(StartingPosition.earliest());
        rig.call().respond().bytes(fragment(1, T0, 1), error(id, code));
        assertThat(rig.take()).containsExactly("1");
        assertThat(rig.nextCall(300).start()).isEqualTo("FRAGMENT_NUMBER 1");
        assertThat(rig.service.calls.get(0).cancelled).isTrue();
    }

    // ---- bad fragments ------------------------------------------------------------------------

    @Test
    void failsAtAFragmentThatIsBadThreeTimes() {
        rig.start(StartingPosition.earliest());
        for (int i = 0; i < 3; i++) {
            rig.call().respond().bytes(malformed(1, T0));
            rig.timer.advanceMillis(2000);
        }
        assertThat(rig.service.calls).hasSize(3);
        assertThatThrownBy(rig::take)
                .hasMessageContaining("Fragment 1 cannot be read")
                .hasMessageContaining("source.bad-fragment");
    }

    @Test
    void skipsAFragmentThatIsBadThreeTimes() throws Exception {
        rig.set(KvsSourceOptions.BAD_FRAGMENT, BadFragmentPolicy.SKIP);
        rig.start(StartingPosition.earliest());
        for (int bad = 1; bad <= 50; bad++) {
            for (int i = 0; i < 3; i++) {
                rig.call().respond().bytes(malformed(GetMediaBytes.number(T0, bad), T0));
                // Skipping is progress: the delay begins anew with each fragment.
                rig.nextCall(601);
            }
        }
        assertThat(rig.call().start()).isEqualTo("FRAGMENT_NUMBER " + GetMediaBytes.number(T0, 50));
        String last = GetMediaBytes.number(T0, 51);
        rig.call().respond().bytes(fragment(last, T0, 1));
        assertThat(rig.take()).hasSize(51).startsWith("FragmentOver").endsWith(last);
        assertThat(rig.metrics.count("skippedFragments")).isEqualTo(50);
        assertThat(rig.metrics.count("class.badFragment.errors")).isEqualTo(150);
    }

    @Test
    void aSkippedFragmentStandsWhereTheServiceReceivedIt() throws Exception {
        rig.set(KvsSourceOptions.BAD_FRAGMENT, BadFragmentPolicy.SKIP);
        rig.start(StartingPosition.earliest());
        for (int i = 0; i < 3; i++) {
            rig.call().respond().bytes(malformed(7, T0));
            rig.nextCall(601);
        }
        // Its number does not tell the time, and it is the first: still nothing has expired.
        rig.call().respond(T0 + 60_000).bytes(fragment(8, T0, 1));
        assertThat(rig.take()).containsExactly("FragmentOver", "8");
        assertThat(rig.directory.asked).isEmpty();
    }

    @Test
    void cannotSkipAFragmentWithoutNumber() {
        rig.set(KvsSourceOptions.BAD_FRAGMENT, BadFragmentPolicy.SKIP);
        rig.start(StartingPosition.earliest());
        for (int i = 0; i < 3; i++) {
            rig.call().respond().bytes(malformedEarly());
            rig.timer.advanceMillis(2000);
        }
        assertThatThrownBy(rig::take).hasMessageContaining("its number is not known");
    }

    @Test
    void aFragmentThatIsTooLargeIsBad() throws Exception {
        rig.set(KvsSourceOptions.FRAGMENT_MAX_SIZE, new MemorySize(5000));
        rig.set(KvsSourceOptions.BAD_FRAGMENT, BadFragmentPolicy.SKIP);
        rig.start(StartingPosition.earliest());
        for (int i = 0; i < 3; i++) {
            // Whether it comes as a whole or in parts.
            byte[] large = fragment(1, T0, 5000);
            rig.call().respond();
            if (i == 1) {
                rig.call().bytes(Arrays.copyOf(large, 1000));
                rig.call().bytes(Arrays.copyOfRange(large, 1000, large.length));
            } else {
                rig.call().bytes(large);
            }
            rig.timer.advanceMillis(2000);
        }
        assertThat(rig.take()).containsExactly("FragmentOver");
        assertThat(rig.call().start()).isEqualTo("FRAGMENT_NUMBER 1");
    }

    @Test
    void aFragmentThatAlwaysEndsAtTheSameByteIsBad() throws Exception {
        rig.set(KvsSourceOptions.BAD_FRAGMENT, BadFragmentPolicy.SKIP);
        rig.start(StartingPosition.earliest());
        for (int i = 0; i < 3; i++) {
            rig.call().respond().bytes(beginning(1, T0, 100)).end();
            rig.timer.advanceMillis(2000);
        }
        assertThat(rig.take()).containsExactly("FragmentOver");
    }

    @Test
    void aFragmentThatEndsHereAndThereIsNot() {
        rig.start(StartingPosition.earliest());
        for (int i = 0; i < 10; i++) {
            rig.call().respond().bytes(beginning(1, T0, 100 + i % 2)).end();
            rig.nextCall(31_000);
        }
    }

    @Test
    void aStreamThatIsBadInEverOtherPlacesEndsWithTheRetryBudget() {
        rig.start(StartingPosition.earliest());
        int tries = 0;
        while (!rig.service.open().isEmpty()) {
            assertThat(tries++).isLessThan(100);
            rig.call().respond().bytes(tries % 2 == 0 ? malformedEarly() : malformed(1, T0));
            if (rig.timer.scheduled() > 0) {
                rig.nextCall(31_000);
            }
        }
        assertThatThrownBy(rig::take).hasMessageContaining("source.retry.budget");
    }

    @Test
    void aBadFragmentBehindADetourIsSkippedOnce() throws Exception {
        rig.set(KvsSourceOptions.BAD_FRAGMENT, BadFragmentPolicy.SKIP);
        rig.set(KvsSourceOptions.EXPIRED_POSITION, ExpiredPositionPolicy.EARLIEST);
        rig.directory.answer(ARN.toString(), ARN, 1, T0);
        rig.resumeAfter(5, T0 - 2 * HOUR);
        rig.call().respond(T0);
        rig.timer.advanceMillis(250);
        for (int i = 0; i < 3; i++) {
            assertThat(rig.call().start()).isEqualTo("EARLIEST");
            rig.call().respond(T0).bytes(malformed(9, T0 - HOUR));
            rig.timer.advanceMillis(1000);
        }
        assertThat(rig.call().start()).isEqualTo("FRAGMENT_NUMBER 9");
        assertThat(rig.metrics.count("skippedFragments")).isEqualTo(1);
    }

    @Test
    void aBadFragmentThatWasReadBeforeDoesNotMoveThePositionBack() throws Exception {
        rig.set(KvsSourceOptions.BAD_FRAGMENT, BadFragmentPolicy.SKIP);
        rig.directory.answer(ARN.toString(), ARN, 1, T0);
        rig.resumeAfter(5, T0);
        rig.call().respond(T0).bytes(error(4000, "FRAGMENT_NOT_FOUND"));
        rig.timer.advanceMillis(250);
        for (int i = 0; i < 3; i++) {
            assertThat(rig.call().start()).isEqualTo("SERVER_TIMESTAMP " + T0);
            rig.call().respond(T0).bytes(malformed(4, T0));
            rig.timer.advanceMillis(2000);
        }
        assertThat(rig.call().start()).isEqualTo("FRAGMENT_NUMBER 4");
        rig.call().respond(T0).bytes(fragment(5, T0, 1), fragment(6, T0, 1));
        assertThat(rig.take()).containsExactly("6");
        assertThat(rig.metrics.count("skippedFragments")).isZero();
    }

    @ParameterizedTest
    @EnumSource(BadFragmentPolicy.class)
    void aBadFragmentBeforeTheStartIsNotWantedAndOpensNothing(BadFragmentPolicy policy)
            throws Exception {
        rig.set(KvsSourceOptions.BAD_FRAGMENT, policy);
        rig.start(StartingPosition.atServerTimestamp(Instant.ofEpochMilli(T0)));
        for (int i = 0; i < 3; i++) {
            rig.call().respond().bytes(malformed(5, T0 - 10_000));
            rig.nextCall(1000);
        }
        assertThat(rig.call().start()).isEqualTo("FRAGMENT_NUMBER 5");
        rig.call().respond().bytes(fragment(6, T0 - 5_000, 10), fragment(7, T0, 10));
        assertThat(rig.take()).containsExactly("7");
        assertThat(rig.metrics.count("skippedFragments")).isZero();
    }

    @ParameterizedTest
    @EnumSource(BadFragmentPolicy.class)
    void badFragmentsOnTheWayToTheStartOpenNothing(BadFragmentPolicy policy) throws Exception {
        rig.set(KvsSourceOptions.BAD_FRAGMENT, policy);
        rig.start(StartingPosition.atProducerTimestamp(Instant.ofEpochMilli(T0)));
        rig.call().respond().bytes(error(4000, "FRAGMENT_NOT_FOUND"));
        rig.nextCall(300);
        assertThat(rig.call().start()).isEqualTo("EARLIEST");
        // As many as would use up the budget for errors, if each counted.
        for (int bad = 1; bad <= 50; bad++) {
            for (int i = 0; i < 3; i++) {
                rig.call().respond().bytes(malformed(bad, T0 - HOUR));
                rig.nextCall(1201);
            }
        }
        assertThat(rig.call().start()).isEqualTo("FRAGMENT_NUMBER 50");
        rig.call().respond().bytes(fragment(51, T0 - HOUR, 10), fragment(52, T0 + 1000, 10));
        assertThat(rig.take()).containsExactly("CaughtUp", "52");
    }

    @Test
    void aWayAroundThatLeadsBackToABadFragmentEndsWithTheRetryBudget() {
        rig.directory.answer(ARN.toString(), ARN, 1, T0);
        rig.resumeAfter(5, T0);
        SessionRig.Call call = rig.call();
        for (int calls = 1; rig.timer.scheduled() > 0; calls++) {
            assertThat(calls).isLessThan(1000);
            call.respond();
            call.bytes(
                    call.start().startsWith("FRAGMENT_NUMBER")
                            ? error(4000, "FRAGMENT_NOT_FOUND")
                            : malformed(4, T0));
            call = rig.timer.scheduled() > 0 ? rig.nextCall(31_000) : call;
        }
        assertThatThrownBy(rig::take).hasMessageContaining("source.retry.budget");
    }

    @ParameterizedTest
    @EnumSource(BadFragmentPolicy.class)
    void aBadFragmentBeyondTheStopEndsTheStream(BadFragmentPolicy policy) throws Exception {
        rig.set(KvsSourceOptions.BAD_FRAGMENT, policy);
        rig.start(
                StartingPosition.earliest(),
                StoppingPosition.atServerTimestamp(Instant.ofEpochMilli(T0)));
        rig.call().respond().bytes(fragment(1, T0, 10), malformed(2, T0 + 5_000));
        assertThat(rig.take()).containsExactly("1", "finished");
        assertThat(rig.metrics.count("skippedFragments")).isZero();
    }

    @Test
    void aFragmentBeyondTheStopThatIsCutEndsTheStream() throws Exception {
        rig.start(
                StartingPosition.earliest(),
                StoppingPosition.atProducerTimestamp(Instant.ofEpochMilli(T0)));
        rig.call().respond().bytes(fragment(1, T0 + 1000, 10), beginning(2, T0 + 1001, 10)).end();
        assertThat(rig.take()).containsExactly("1", "finished");
    }

    // ---- our own holding back -----------------------------------------------------------------

    /**
     * Reads a stream that is ahead of another one, whose fragments fill the memory until the sink
     * takes them: in the middle of a fragment, at a byte that is always the same, it is not asked.
     */
    private SessionRig.Call heldUpWithin(SessionRig.Call ahead, SessionRig.Call behind, long first)
            throws Exception {
        behind.bytes(fragment(first, T0 + first, 1000));
        behind.bytes(fragment(first + 1, T0 + first + 1, 1000));
        ahead.bytes(Arrays.copyOf(fragment(3, T0 + 6000, 1000), 800));
        assertThat(ahead.requested).as("waits for memory").isZero();
        rig.timer.advance(Duration.ofMinutes(2));
        return ahead;
    }

    private void emitAll() throws Exception {
        rig.handover.wakeUp();
        Handover.Batch batch = rig.handover.take();
        SessionRig.eventsOf(batch).forEach(StreamEvent::onEmitted);
    }

    private SessionRig.Call callOf(String stream) {
        List<SessionRig.Call> open = rig.service.open();
        open.removeIf(call -> !call.arn.name().equals(stream));
        assertThat(open).hasSize(1);
        return open.get(0);
    }

    @ParameterizedTest
    @ValueSource(strings = {"end when asked again", "end unasked", "reset", "silence"})
    void whatBecomesOfAConnectionThatIsNotReadIsNoFaultOfTheService(String fate) throws Exception {
        // Nearly two fragments.
        int bytes = GetMediaBytes.parse("camera", true, fragment(1, T0, 1000)).retainedBytes();
        rig.budget = rig.newBudget(2 * bytes - 50);
        rig.resumeAfter(1, T0);
        SessionRig.Call behind = rig.call().respond();
        StreamSession other =
                rig.newSession(
                        new KvsSplit(
                                SessionRig.arn("other", 1),
                                StartingPosition.earliest(),
                                StoppingPosition.never(),
                                SessionRig.at(1, T0 + 5000),
                                null));
        rig.lock.lock();
        other.start();
        rig.lock.unlock();
        rig.timer.runDue();
        for (int i = 0; i < 10; i++) {
            SessionRig.Call ahead = callOf("other").respond(T0 + 5000);
            heldUpWithin(ahead, behind, 2 + 2 * i);
            if (fate.equals("end unasked")) {
                ahead.endEarly();
            }
            emitAll();
            switch (fate) {
                case "end when asked again":
                    assertThat(ahead.requested).as("asked again").isPositive();
                    ahead.endEarly();
                    break;
                case "reset":
                    ahead.fail(new IOException("reset"));
                    break;
                case "silence":
                    // The other one's connection lives.
                    rig.timer.advanceMillis(10_000);
                    behind.bytes(new byte[0]);
                    rig.timer.advanceMillis(5_000);
                    assertThat(ahead.cancelled).isTrue();
                    break;
                default:
            }
            // It goes on at once.
            rig.timer.advanceMillis(250);
            assertThat(callOf("other")).isNotSameAs(ahead);
        }
        emitAll();
        assertThat(rig.metrics.count("class.retry.errors")).isZero();
        assertThat(rig.metrics.count("class.badFragment.errors")).isZero();
        callOf("other").respond(T0 + 5000).bytes(fragment(3, T0 + 6000, 1000));
        assertThat(other.queue().events()).hasSize(1);
    }

    /** What came before the memory was spent may wait in a connection that is dead by now. */
    @Test
    void aConnectionThatWasNotReadProvesByItsEndNothing() throws Exception {
        rig.start(
                StartingPosition.earliest(),
                StoppingPosition.atServerTimestamp(Instant.ofEpochMilli(T0)));
        for (int i = 0; i < 4; i++) {
            rig.call().respond(T0 + 1000);
            rig.pause();
            while (rig.call().requested > 0) {
                rig.call().bytes();
            }
            rig.timer.advanceMillis(1001);
            rig.resume();
            rig.call().end();
            rig.nextCall(31_000);
        }
        rig.call().respond(T0 + 100_000).bytes(fragment(1, T0, 10));
        assertThat(rig.take()).containsExactly("1");
    }

    @Test
    void anOpeningThatTakesLongIsNotBeingHeldUp() {
        rig.service.whileOpening =
                call -> {
                    call.turn();
                    // As one that waits for credentials.
                    rig.timer.turn(Duration.ofMillis(1_500));
                };
        rig.start(StartingPosition.earliest());
        int failures = 0;
        while (rig.timer.scheduled() > 0) {
            assertThat(failures++).isLessThan(100);
            rig.call().fail(new IOException("Connect timed out"));
            if (rig.timer.scheduled() > 0) {
                rig.nextCall(31_000);
            }
        }
        assertThatThrownBy(rig::take).hasMessageContaining("Nothing but errors");
        assertThat(rig.metrics.count("class.retry.errors")).isEqualTo(failures);
    }

    // ---- expired positions --------------------------------------------------------------------

    @Test
    void checksAnOldPositionBeforeItReadsOn() throws Exception {
        rig.directory.answer(ARN.toString(), ARN, 24, T0);
        rig.resumeAfter(5, T0 - 2 * HOUR);
        SessionRig.Call first = rig.call().respond(T0);
        assertThat(first.cancelled).isTrue();
        SessionRig.Call second = rig.nextCall(250).respond(T0);
        assertThat(second.start()).isEqualTo("FRAGMENT_NUMBER 5");
        assertThat(second.cancelled).isFalse();
        assertThat(rig.directory.asked).containsExactly(ARN.toString());
    }

    @Test
    void aCheckDoesNotOutliveAPause() {
        rig.directory.answer(ARN.toString(), ARN, 24, T0);
        rig.resumeAfter(5, T0 - 2 * HOUR);
        rig.call().respond(T0);
        rig.pause();
        rig.timer.advance(Duration.ofHours(24));
        rig.directory.answer(ARN.toString(), ARN, 24, T0 + 24 * HOUR);
        rig.resume();
        rig.call().respond(T0 + 24 * HOUR);
        rig.timer.runDue();
        assertThatThrownBy(rig::take).hasMessageContaining("retention");
    }

    @Test
    void failsWhereAGapWouldBe() {
        rig.directory.answer(ARN.toString(), ARN, 1, T0);
        rig.resumeAfter(5, T0 - 2 * HOUR);
        rig.call().respond(T0);
        rig.timer.runDue();
        assertThatThrownBy(rig::take)
                .hasMessageContaining("retention")
                .hasMessageContaining("source.expired-position");
    }

    @Test
    void goesOnBehindTheGapAtTheEarliest() throws Exception {
        rig.set(KvsSourceOptions.EXPIRED_POSITION, ExpiredPositionPolicy.EARLIEST);
        rig.directory.answer(ARN.toString(), ARN, 1, T0);
        rig.resumeAfter(5, T0 - 2 * HOUR);
        rig.call().respond(T0);
        assertThat(rig.nextCall(250).start()).isEqualTo("EARLIEST");
        rig.call().respond(T0).bytes(fragment(9, T0 - HOUR, 1));
        assertThat(rig.take()).containsExactly("9");
        assertThat(rig.metrics.count("gaps")).isEqualTo(1);
    }

    @Test
    void goesOnBehindTheGapAtATime() throws Exception {
        long from = T0 - HOUR / 2;
        rig.set(KvsSourceOptions.EXPIRED_POSITION, ExpiredPositionPolicy.TIMESTAMP);
        rig.set(KvsSourceOptions.EXPIRED_POSITION_TIMESTAMP, Instant.ofEpochMilli(from).toString());
        rig.directory.answer(ARN.toString(), ARN, 1, T0);
        rig.resumeAfter(5, T0 - 2 * HOUR);
        rig.call().respond(T0);
        assertThat(rig.nextCall(250).start()).isEqualTo("SERVER_TIMESTAMP " + from);
        rig.call().respond(T0).bytes(fragment(8, from - 1, 1), fragment(9, from, 1));
        assertThat(rig.take()).containsExactly("9");
    }

    @Test
    void thereIsNoGapWhereNothingWasUnread() throws Exception {
        rig.directory.answer(ARN.toString(), ARN, 1, T0);
        rig.start(
                new KvsSplit(
                        ARN,
                        StartingPosition.earliest(),
                        StoppingPosition.never(),
                        SessionRig.at(5, T0 - 5 * HOUR),
                        T0 - HOUR / 2));
        rig.call().respond(T0);
        SessionRig.Call second = rig.nextCall(250);
        assertThat(second.start()).isEqualTo("FRAGMENT_NUMBER 5");
        second.respond(T0).bytes(error(3000, "FRAGMENT_NOT_FOUND"));
        assertThat(rig.nextCall(250).start()).isEqualTo("EARLIEST");
        rig.call().respond(T0).bytes(fragment(6, T0, 1));
        assertThat(rig.take()).containsExactly("6");
        assertThat(rig.metrics.count("gaps")).isZero();
    }

    /** A split as the enumerator makes it when it first sees the stream, a while ago. */
    private static KvsSplit firstSeen(StartingPosition start, long millis) {
        return KvsSplit.firstSeen(
                new StreamDescription(ARN, 24, millis), start, StoppingPosition.never());
    }

    static Stream<Arguments> startsThatWereThere() {
        long seen = T0 - 47 * HOUR;
        Instant before = Instant.ofEpochMilli(seen - HOUR);
        return Stream.of(
                arguments(firstSeen(StartingPosition.now(), seen)),
                arguments(firstSeen(StartingPosition.now(), seen).delayed()),
                arguments(firstSeen(StartingPosition.atServerTimestamp(before), seen)),
                arguments(firstSeen(StartingPosition.atProducerTimestamp(before), seen)),
                arguments(
                        firstSeen(
                                StartingPosition.afterFragment(GetMediaBytes.number(seen, 1)),
                                seen)));
    }

    /** Nothing was emitted yet, and what is wanted was there when the job began. */
    @ParameterizedTest
    @MethodSource("startsThatWereThere")
    void aStartThatHasLeftTheRetentionIsAGap(KvsSplit split) throws Exception {
        rig.directory.answer(ARN.toString(), ARN, 24, T0);
        rig.start(split);
        SessionRig.Call call = rig.call().respond(T0);
        if (call.start().equals("NOW")) {
            // Asked at once, and answered late.
            call = rig.nextCall(250).respond(T0);
        }
        assertThat(call.cancelled).isTrue();
        rig.timer.runDue();
        assertThatThrownBy(rig::take)
                .hasMessageContaining("retention")
                .hasMessageContaining("source.expired-position");

        SessionRig goingOn = new SessionRig();
        goingOn.set(KvsSourceOptions.EXPIRED_POSITION, ExpiredPositionPolicy.EARLIEST);
        goingOn.directory.answer(ARN.toString(), ARN, 24, T0);
        goingOn.start(split.delayed());
        goingOn.call().respond(T0);
        String number = GetMediaBytes.number(T0 - HOUR, 1);
        goingOn.nextCall(250).respond(T0).bytes(fragment(number, T0 - HOUR, 1));
        assertThat(goingOn.take()).containsExactly(number);
        assertThat(goingOn.metrics.count("gaps")).isEqualTo(1);
    }

    @Test
    void aStartThatHadLeftTheRetentionWhenTheJobBeganIsNoGap() throws Exception {
        rig.directory.answer(ARN.toString(), ARN, 24, T0);
        for (StartingPosition start :
                List.of(
                        StartingPosition.earliest(),
                        StartingPosition.atServerTimestamp(Instant.ofEpochMilli(T0 - 50 * HOUR)),
                        // A moment later it has.
                        StartingPosition.atServerTimestamp(
                                Instant.ofEpochMilli(T0 - 24 * HOUR + 1000)))) {
            SessionRig lenient = new SessionRig();
            lenient.start(firstSeen(start, T0));
            lenient.call().respond(T0 + 60_000).bytes(fragment(1, T0 - HOUR, 1));
            assertThat(lenient.take()).containsExactly("1");
            assertThat(lenient.directory.asked).isEmpty();
        }
    }

    /** Who reads a stream without a pause has read it, be it that nothing of it is wanted yet. */
    @Test
    void fragmentsOfAProducerWhoseClockIsSlowAreReadThoughTheyAreTooEarly() throws Exception {
        long start = T0 - HOUR / 2;
        long later = T0 + 3 * HOUR / 4;
        rig.directory.answer(ARN.toString(), ARN, 1, T0);
        rig.start(
                KvsSplit.firstSeen(
                        new StreamDescription(ARN, 1, T0),
                        StartingPosition.atProducerTimestamp(Instant.ofEpochMilli(start)),
                        StoppingPosition.never()));
        rig.call().respond(T0);
        SessionRig.Call call = rig.nextCall(250).respond(T0);
        call.bytes(fragment(1, T0, T0 - 2 * HOUR, 1));
        call.bytes(fragment(2, later, later - 2 * HOUR, 1)).endEarly();
        rig.directory.answer(ARN.toString(), ARN, 1, later + 1000);
        rig.nextCall(1000).respond(later + 1000);
        rig.timer.runDue();
        rig.take();
        assertThat(rig.state.toSplit().caughtUpMillis()).isEqualTo(later);
        rig.call().bytes(fragment(3, later + HOUR, start, 1));
        assertThat(rig.take()).endsWith("3");
    }

    /** As of a job that begins in the future: a quiet present does not take its start back. */
    @Test
    void whatIsNotWantedIsNoGapThoughTheStreamWasQuietBefore() throws Exception {
        rig.directory.answer(ARN.toString(), ARN, 1, T0);
        rig.start(
                KvsSplit.firstSeen(
                        new StreamDescription(ARN, 1, T0),
                        StartingPosition.atServerTimestamp(Instant.ofEpochMilli(T0 + 5 * HOUR)),
                        StoppingPosition.never()));
        rig.call().respond(T0).end();
        long later = T0 + 2 * HOUR;
        rig.nextCall(5000).respond(T0).bytes(fragment(1, later - 1, 1)).endEarly();
        rig.directory.answer(ARN.toString(), ARN, 1, later);
        rig.nextCall(250).respond(later);
        rig.timer.runDue();
        rig.take();
        assertThat(rig.state.toSplit().caughtUpMillis()).isEqualTo(T0 + 5 * HOUR);
        rig.call().bytes(fragment(2, T0 + 5 * HOUR, 1));
        assertThat(rig.take()).endsWith("2");
    }

    @Test
    void aStreamThatNeverHadAFragmentHasNoGap() throws Exception {
        StreamDescription seen = new StreamDescription(ARN, 1, T0);
        StartingPosition now = StartingPosition.now();
        rig.start(KvsSplit.firstSeen(seen, now, StoppingPosition.never()).delayed());
        rig.call().respond(T0).bytes(error(4000, "FRAGMENT_NOT_FOUND"));
        rig.nextCall(300).respond(T0).bytes(error(4000, "FRAGMENT_NOT_FOUND"));
        for (long later : new long[] {T0 + HOUR / 2, T0 + HOUR + HOUR / 4}) {
            rig.directory.answer(ARN.toString(), ARN, 1, later);
            rig.nextCall(5000).respond(later);
            rig.nextCall(250).respond(later).bytes(error(4000, "FRAGMENT_NOT_FOUND"));
            assertThat(rig.take()).endsWith("CaughtUp");
        }
    }

    /** The producer's clock says nothing about where the service has a fragment. */
    @Test
    void aWayAroundDoesNotTakeTheProducersClockForTheServices() {
        rig.directory.answer(ARN.toString(), ARN, 24, T0);
        rig.start(firstSeen(StartingPosition.atProducerTimestamp(Instant.ofEpochMilli(T0)), T0));
        rig.call().respond(T0).bytes(error(4000, "FRAGMENT_NOT_FOUND"));
        assertThat(rig.nextCall(300).start()).isEqualTo("EARLIEST");
        rig.call().respond(T0).bytes(fragment(1, T0 - 2 * HOUR, T0 - HOUR, 1)).endEarly();
        assertThat(rig.nextCall(250).start()).isEqualTo("FRAGMENT_NUMBER 1");
        rig.call().respond(T0).bytes(error(4000, "FRAGMENT_NOT_FOUND"));
        // What is wanted may have come an hour ago.
        assertThat(rig.nextCall(300).start()).isEqualTo("EARLIEST");
    }

    @Test
    void aGapThatOpensOnAWayAroundIsOneToo() {
        rig.directory.answer(ARN.toString(), ARN, 24, T0);
        rig.resumeAfter(5, T0);
        rig.call().respond(T0).bytes(error(4000, "FRAGMENT_NOT_FOUND"));
        assertThat(rig.nextCall(250).start()).isEqualTo("SERVER_TIMESTAMP " + T0);
        // The way leads over what was read, and goes on for longer than one call.
        rig.call().respond(T0).bytes(fragment(4, T0, 1)).endEarly();
        assertThat(rig.nextCall(250).start()).isEqualTo("FRAGMENT_NUMBER 4");
        rig.pause();
        rig.call().fail(new IOException("reset"));
        rig.timer.advance(Duration.ofHours(47));
        rig.directory.answer(ARN.toString(), ARN, 24, T0 + 47 * HOUR);
        rig.resume();
        rig.timer.advanceMillis(250);
        rig.call().respond(T0 + 47 * HOUR);
        rig.timer.runDue();
        assertThatThrownBy(rig::take).hasMessageContaining("retention");
    }

    @Test
    void aGapIsToldOfOnceHoweverManyCallsLeadOverIt() throws Exception {
        rig.set(KvsSourceOptions.EXPIRED_POSITION, ExpiredPositionPolicy.EARLIEST);
        rig.directory.answer(ARN.toString(), ARN, 1, T0);
        rig.resumeAfter(5, T0 - 2 * HOUR);
        rig.call().respond(T0);
        rig.nextCall(250);
        for (int i = 0; i < 5; i++) {
            rig.call().respond(T0 + i * 1000).endEarly();
            assertThat(rig.nextCall(5000).start()).isEqualTo("EARLIEST");
        }
        rig.call().respond(T0).bytes(fragment(9, T0 - HOUR, 1));
        assertThat(rig.take()).containsExactly("9");
        assertThat(rig.metrics.count("gaps")).isEqualTo(1);
        assertThat(rig.directory.asked).hasSize(1);
    }

    // ---- streams that are gone ----------------------------------------------------------------

    private void streamIsGone() {
        rig.call().fail(SessionRig.error("ResourceNotFoundException", 404));
        rig.timer.runDue();
    }

    @Test
    void failsWhenTheStreamWasDeleted() {
        rig.directory.fail("camera", SessionRig.error("ResourceNotFoundException", 404));
        rig.start(StartingPosition.earliest());
        streamIsGone();
        assertThatThrownBy(rig::take).hasMessageContaining("source.deleted-stream");
    }

    @Test
    void finishesWhenTheStreamWasDeletedIfToldTo() throws Exception {
        rig.set(KvsSourceOptions.DELETED_STREAM, DeletedStreamPolicy.FINISH);
        rig.directory.fail("camera", SessionRig.error("ResourceNotFoundException", 404));
        rig.start(StartingPosition.earliest());
        rig.call().respond().bytes(fragment(1, T0, 1));
        streamIsGone();
        assertThat(rig.take()).containsExactly("1", "finished");
        assertThat(rig.take()).containsExactly("1", "finished");
    }

    @Test
    void failsWhenTheStreamWasCreatedAnew() {
        rig.directory.answer("camera", SessionRig.arn("camera", 2), 1, T0);
        rig.start(StartingPosition.earliest());
        streamIsGone();
        assertThatThrownBy(rig::take).hasMessageContaining("source.recreated-stream");
    }

    @Test
    void readsTheNewStreamFromItsBeginning() throws Exception {
        StreamArn second = SessionRig.arn("camera", 2);
        rig.set(KvsSourceOptions.RECREATED_STREAM, RecreatedStreamPolicy.READ_NEW);
        rig.directory.answer("camera", second, 1, T0);
        rig.start(StartingPosition.atProducerTimestamp(Instant.ofEpochMilli(T0)));
        rig.call().respond().bytes(fragment(7, T0 + 1000, 1));
        streamIsGone();
        SessionRig.Call call = rig.nextCall(250);
        assertThat(call.arn).isEqualTo(second);
        assertThat(call.start()).isEqualTo("EARLIEST");
        call.respond().bytes(fragment(1, T0 - HOUR, 1));
        // Before it is taken, it is dropped: the new stream is read from its beginning again.
        rig.pause();
        rig.evict();
        rig.resume();
        rig.timer.advanceMillis(250);
        assertThat(rig.call().start()).isEqualTo("EARLIEST");
        rig.call().respond().bytes(fragment(1, T0 - HOUR, 1));
        assertThat(rig.take()).containsExactly("7", "StreamRecreated", "1");
        assertThat(rig.state.toSplit().arn()).isEqualTo(second);
        assertThat(rig.state.toSplit().position()).isEqualTo(SessionRig.at(1, T0 - HOUR));
    }

    @Test
    void waitsForAStreamThatExists() {
        rig.directory.answer("camera", ARN, 1, T0);
        rig.start(StartingPosition.earliest());
        streamIsGone();
        rig.nextCall(300);
    }

    @Test
    void asksAgainWhenTheDescriptionFails() {
        rig.directory.fail("camera", new IOException("reset"));
        rig.start(StartingPosition.earliest());
        streamIsGone();
        rig.nextCall(300);
    }

    // ---- stops --------------------------------------------------------------------------------

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

    /** A connection that is cut in a silence ends as the service ends a call. */
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
        // An error in between, or a cut, begins the count anew.
        rig.nextCall(5000).fail(new IOException("reset"));
        rig.nextCall(1000).respond(T0 + 2000).end();
        rig.nextCall(5000).respond(T0 + 3000).bytes(beginning(1, T0, 1)).end();
        rig.nextCall(1000).respond(T0 + 4000).end();
        assertThat(rig.take()).doesNotContain("finished");
        rig.nextCall(5000).respond(T0 + 5000).end();
        assertThat(rig.take()).endsWith("finished");
        assertThat(rig.timer.scheduled()).isZero();
    }

    // ---- memory -------------------------------------------------------------------------------

    @Test
    void aPausedStreamGivesUpWhatWasNotTakenAndReadsItAgain() throws Exception {
        rig.start(StartingPosition.earliest());
        rig.call().respond().bytes(fragment(1, T0, 1));
        rig.takeWithoutEmitting();
        rig.call().bytes(fragment(2, T0, 1), fragment(3, T0, 1)).end();
        rig.nextCall(250).respond(T0 + 1).end();
        rig.pause();
        rig.evict();
        assertThat(rig.metrics.count("evictions")).isEqualTo(1);
        // Only what was taken is held.
        assertThat(rig.budget.held()).isEqualTo(rig.unemitted.get(0).retainedBytes());
        rig.resume();
        rig.timer.advanceMillis(5000);
        assertThat(rig.call().start()).isEqualTo("FRAGMENT_NUMBER 1");
        rig.call().respond().bytes(fragment(2, T0, 1), fragment(3, T0, 1));
        assertThat(rig.take()).containsExactly("1", "2", "3");
        assertThat(rig.budget.held()).isZero();
    }

    @Test
    void aQuietStreamThatNobodyTakesFromHoldsOneEvent() throws Exception {
        rig.start(StartingPosition.earliest());
        for (int i = 0; i < 100; i++) {
            (i == 0 ? rig.call() : rig.nextCall(5000)).respond(T0 + i).end();
        }
        assertThat(rig.session.queue().events()).hasSize(1);
        assertThat(rig.budget.held())
                .isPositive()
                .isEqualTo(rig.session.queue().events().peek().retainedBytes());
        assertThat(rig.take()).containsExactly("CaughtUp");
        assertThat(rig.state.toSplit().caughtUpMillis()).isEqualTo(T0 + 99);
        assertThat(rig.budget.held()).isZero();
    }

    /** For so long every call fails, and if none is open, time passes. */
    private void failFor(Duration time) {
        for (int second = 0; second < time.toSeconds(); second++) {
            rig.service.open().forEach(call -> call.fail(new IOException("reset")));
            rig.timer.advanceMillis(1000);
        }
    }

    @Test
    void hasWaitedForMemoryOnlyUntilItsCallEnded() throws Exception {
        rig.set(KvsSourceOptions.RETRY_BUDGET, Duration.ofMinutes(10));
        rig.budget = rig.newBudget(1_000);
        rig.start(StartingPosition.earliest());
        rig.call().respond().bytes(fragment(1, T0, 2_000));
        assertThat(rig.call().requested).as("waits for memory").isZero();
        failFor(Duration.ofMinutes(6));
        while (rig.service.open().isEmpty()) {
            rig.timer.advanceMillis(1000);
        }
        rig.call().respond();
        assertThat(rig.call().requested).as("waits for memory again").isZero();
        rig.take();
        assertThat(rig.call().requested).isPositive();
        failFor(Duration.ofMinutes(3));
        rig.take();
        failFor(Duration.ofMinutes(2));
        assertThatThrownBy(() -> rig.take()).hasMessageContaining("source.retry.budget");
    }

    @Test
    void hasNotFailedWhileItWaitedForMemoryAfterItMadeWay() throws Exception {
        rig.set(KvsSourceOptions.RETRY_BUDGET, Duration.ofMinutes(10));
        rig.start(StartingPosition.earliest());
        rig.call().fail(new IOException("reset"));
        rig.nextCall(30_000).respond().bytes(beginning(1, T0, 1));
        rig.evict();
        rig.timer.advance(Duration.ofMinutes(11));
        rig.lock.lock();
        rig.session.proceed();
        rig.lock.unlock();
        rig.nextCall(1).fail(new IOException("reset"));
        assertThat(rig.take()).isEmpty();
        rig.nextCall(30_000);
    }

    @Test
    void aPausedStreamThatGivesUpLeavesItsDetourToo() throws Exception {
        rig.directory.answer(ARN.toString(), ARN, 1, T0);
        rig.start(StartingPosition.earliest());
        rig.call().respond().bytes(fragment(1, T0, 100)).endEarly();
        rig.nextCall(250).respond().bytes(error(4000, "FRAGMENT_NOT_FOUND"));
        // The way around the position passes over what waits for the fetcher.
        rig.nextCall(250).respond().bytes(fragment(1, T0, 100), beginning(2, T0, 100));
        rig.pause();
        rig.evict();
        rig.resume();
        rig.timer.advanceMillis(250);
        assertThat(rig.call().start()).isEqualTo("EARLIEST");
        rig.call().respond().bytes(fragment(1, T0, 100), fragment(2, T0, 100));
        assertThat(rig.take()).containsExactly("1", "2");
    }

    @Test
    void aPausedStreamThatWasReadToItsStopLosesNothing() throws Exception {
        rig.start(StartingPosition.earliest(), StoppingPosition.atFragment("2"));
        rig.call().respond().bytes(fragment(1, T0, 1));
        rig.pause();
        rig.resume();
        rig.take();
        SessionRig.Call call = rig.call();
        rig.pause();
        call.bytes(fragment(2, T0, 1));
        rig.evict();
        assertThat(rig.take()).containsExactly("1");
        rig.resume();
        rig.timer.advanceMillis(250);
        rig.call().respond().bytes(fragment(2, T0, 1));
        assertThat(rig.take()).containsExactly("1", "2", "finished");
    }

    @Test
    void aPausedStreamThatEndedQuietlyEndsAgainAfterItsFragmentsWereDropped() throws Exception {
        rig.start(
                StartingPosition.earliest(),
                StoppingPosition.atServerTimestamp(Instant.ofEpochMilli(T0)));
        rig.call().respond(T0 + 1).bytes(fragment(1, T0, 1)).end();
        rig.nextCall(250).respond(T0 + 1000).end();
        rig.nextCall(5000).respond(T0 + 6000).end();
        rig.pause();
        rig.evict();
        rig.resume();
        rig.timer.advanceMillis(250);
        rig.call().respond(T0 + 7000).bytes(fragment(1, T0, 1)).end();
        rig.nextCall(250).respond(T0 + 8000).end();
        rig.nextCall(5000).respond(T0 + 13000).end();
        assertThat(rig.take()).contains("1").endsWith("finished");
    }

    @Test
    void aSkippedFragmentThatWasTakenIsNotReadAgain() throws Exception {
        rig.set(KvsSourceOptions.BAD_FRAGMENT, BadFragmentPolicy.SKIP);
        rig.start(StartingPosition.earliest());
        for (int i = 0; i < 3; i++) {
            rig.call().respond().bytes(malformed(1, T0));
            rig.timer.advanceMillis(2000);
        }
        rig.take();
        rig.call().respond().bytes(fragment(2, T0, 1));
        rig.pause();
        rig.evict();
        rig.resume();
        rig.timer.advanceMillis(250);
        assertThat(rig.call().start()).isEqualTo("FRAGMENT_NUMBER 1");
    }

    /** Begins to read another stream behind a fragment. */
    private void startAnother(String name, FragmentPosition position) {
        StreamSession other =
                rig.newSession(
                        new KvsSplit(
                                SessionRig.arn(name, 1),
                                StartingPosition.earliest(),
                                StoppingPosition.never(),
                                position,
                                null));
        rig.lock.lock();
        other.start();
        rig.lock.unlock();
        rig.timer.runDue();
    }

    /** What a stream gives back may go to another one for which it has to make way at once. */
    @Test
    void whoMakesWayWhileItReceivesBeginsAnew() throws Exception {
        byte[] whole = fragment(2, T0 + 60_000, 20_000);
        int complete = GetMediaBytes.parse("camera", true, whole).retainedBytes() + 64;
        rig.budget = rig.newBudget(complete + 1_500);
        rig.resumeAfter(1, T0);
        startAnother("behind", SessionRig.at(1, T0 + 1_000));
        startAnother("ahead", SessionRig.at(5, T0 + 2_000));
        SessionRig.Call first = rig.service.calls.get(0).respond();
        SessionRig.Call behind = rig.service.calls.get(1).respond();
        SessionRig.Call ahead = rig.service.calls.get(2).respond();
        // It was read before, but that is told when it is complete.
        byte[] known = fragment(4, T0, 10_000);
        ahead.bytes(Arrays.copyOf(known, known.length - 10));
        first.bytes(Arrays.copyOf(whole, whole.length - 10));
        behind.bytes(beginning(2, T0 + 3_000, 500));
        assertThat(behind.requested).isZero();
        first.bytes(Arrays.copyOfRange(whole, whole.length - 10, whole.length));
        ahead.bytes(
                Arrays.copyOfRange(known, known.length - 10, known.length),
                beginning(5, T0, 3_000));
        assertThat(behind.requested).isPositive();
        assertThat(ahead.cancelled).isTrue();
        assertThat(rig.take()).containsExactly("2");
        rig.timer.advanceMillis(250);
        assertThat(rig.service.open()).extracting(call -> call.arn.name()).contains("ahead");
    }

    @Test
    void twoStreamsShareTheBudget() throws Exception {
        byte[] first = fragment(1, T0, 1000);
        rig.budget = rig.newBudget(first.length + 400);
        rig.start(StartingPosition.earliest());
        SessionRig.Call mine = rig.call().respond();
        startAnother("other", SessionRig.at(1, T0 + 5000));
        SessionRig.Call others = rig.service.calls.get(1).respond(T0 + 5000);
        others.bytes(beginning(2, T0 + 6000, 600));
        assertThat(others.requested).isPositive();
        // Together that is too much, but the one that is behind gets on; the other makes way.
        mine.bytes(Arrays.copyOf(first, 1000));
        assertThat(mine.requested).isPositive();
        others.bytes(new byte[0]);
        assertThat(others.cancelled).isTrue();
        mine.bytes(Arrays.copyOfRange(first, 1000, first.length)).end();
        assertThat(rig.service.calls).hasSize(2);
        rig.take();
        rig.timer.advanceMillis(250);
        // And is back when the first one's fragment is emitted.
        assertThat(rig.service.calls).hasSize(4);
        assertThat(rig.service.calls.get(3).arn.name() + rig.service.calls.get(2).arn.name())
                .contains("other", "camera");
    }
}
