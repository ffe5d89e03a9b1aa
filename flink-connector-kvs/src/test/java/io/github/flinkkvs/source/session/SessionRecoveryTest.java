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
import io.github.flinkkvs.source.GetMediaBytes;
import io.github.flinkkvs.source.KvsSourceOptions;
import io.github.flinkkvs.source.KvsSourceOptions.BadFragmentPolicy;
import io.github.flinkkvs.source.KvsSourceOptions.ExpiredPositionPolicy;
import io.github.flinkkvs.source.StartingPosition;
import io.github.flinkkvs.source.StoppingPosition;

import org.apache.flink.configuration.MemorySize;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;

import static io.github.flinkkvs.source.GetMediaBytes.beginning;
import static io.github.flinkkvs.source.GetMediaBytes.error;
import static io.github.flinkkvs.source.GetMediaBytes.fragment;
import static io.github.flinkkvs.source.GetMediaBytes.malformed;
import static io.github.flinkkvs.source.session.SessionRig.ARN;
import static io.github.flinkkvs.source.session.SessionRig.T0;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * How a session handles ends, errors and bad fragments; {@link RecoveryTest} tests the rules alone.
 */
class SessionRecoveryTest {

    private static final long HOUR = Duration.ofHours(1).toMillis();

    private final SessionRig rig = new SessionRig();

    // ---- ends that prove nothing ----------------------------------------------------------------

    @Test
    void aCallThatEndsEarlyDoesNotMeanThatThereIsNothing() throws Exception {
        rig.start(
                StartingPosition.earliest(),
                StoppingPosition.atServerTimestamp(Instant.ofEpochMilli(T0)));
        for (int i = 0; i < 20; i++) {
            rig.call().respond(T0 + 10_000).endEarly();
            // Not as soon as after progress, and not later than for a quiet stream.
            rig.nextCall(5000);
        }
        rig.call().respond(T0 + 10_000).bytes(fragment(1, T0, 1)).end();
        assertThat(rig.take()).containsExactly("1");
        assertThat(rig.metrics.count("cause.empty.reconnects")).isEqualTo(20);
    }

    @Test
    void warnsOnceOfAServiceThatAnswersWithNothing() throws Exception {
        rig.start(StartingPosition.earliest());
        try (Warnings warnings = new Warnings("io.github.flinkkvs.source.session")) {
            for (int spell = 1; spell <= 2; spell++) {
                for (int i = 0; i < 100; i++) {
                    rig.call().respond().endEarly();
                    rig.nextCall(5000);
                }
                assertThat(warnings.texts).hasSize(spell);
                assertThat(rig.metrics.count("cause.empty.reconnects")).isEqualTo(100 * spell);
                // A stream of which nothing is known does not count as healthy.
                assertThat(rig.metrics.gauge("maxMillisBehindNow")).isGreaterThan(400_000);
                // A wait before the end of the call means that there is no media.
                rig.call().respond().end();
                assertThat(rig.metrics.gauge("maxMillisBehindNow")).isZero();
                rig.nextCall(5000);
            }
            assertThat(warnings.texts.get(0))
                    .startsWith("camera: for 6")
                    .contains("ended at once without new media", "request r-1");
        }
    }

    /** As in a job that begins in the future, if the service delivers present media meanwhile. */
    @Test
    void readingWhatIsTooEarlyIsNotFailing() throws Exception {
        rig.start(StartingPosition.atServerTimestamp(Instant.ofEpochMilli(T0 + HOUR)));
        try (Warnings warnings = new Warnings("io.github.flinkkvs.source.session")) {
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
    void aNowThatIsAnsweredLateIsAskedForAsTheTimeItWas() {
        rig.start(StartingPosition.now().resolved(T0));
        assertThat(rig.call().start()).isEqualTo("NOW");
        rig.call().respond(T0 + 2000);
        assertThat(rig.nextCall(250).start()).isEqualTo("SERVER_TIMESTAMP " + T0);
        rig.call().respond(T0 + 2000).bytes(fragment(1, T0 + 1000, 1));
    }

    // ---- errors ---------------------------------------------------------------------------------

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
        try (Warnings warnings = new Warnings("io.github.flinkkvs.source.session")) {
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
                // It has a connection: the next minute is counted from here.
                rig.call().respond().end();
                rig.nextCall(5_000);
            }
            assertThat(warnings.texts.get(0))
                    .startsWith("camera: other consumers have held all connections")
                    .contains("told so");
        }
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
        // This time there is not even an answer.
        rig.nextCall(300);
        rig.timer.advanceMillis(15_000);
        assertThat(rig.service.forgotten).containsExactly(ARN);
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

    // ---- error tags -----------------------------------------------------------------------------

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
        // Fragments before the start may fill more than one call.
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

    /** Otherwise a server that sends a byte now and then would hold the stream for ever. */
    @Test
    void aConnectionThatTricklesIsGivenUp() throws Exception {
        rig.start(StartingPosition.earliest());
        SessionRig.Call slow = rig.call().respond();
        byte[] fragment = fragment(1, T0, 100);
        int sent = 0;
        while (!slow.cancelled) {
            assertThat(sent).isLessThan(31);
            rig.timer.advanceMillis(10_000);
            slow.bytes(Arrays.copyOfRange(fragment, sent, sent + 1));
            sent++;
        }
        assertThat(sent).isEqualTo(30);
        assertThat(rig.metrics.count("class.retry.errors")).isEqualTo(1);
        assertThat(rig.nextCall(300).start()).isEqualTo("EARLIEST");
        rig.call().respond().bytes(fragment);
        assertThat(rig.take()).containsExactly("1");
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

    // ---- bad fragments --------------------------------------------------------------------------

    @Test
    void skipsAFragmentThatIsBadThreeTimes() throws Exception {
        rig.set(KvsSourceOptions.BAD_FRAGMENT, BadFragmentPolicy.SKIP);
        rig.start(StartingPosition.earliest());
        for (int bad = 1; bad <= 50; bad++) {
            for (int i = 0; i < 3; i++) {
                rig.call().respond().bytes(malformed(GetMediaBytes.number(T0, bad), T0));
                // Skipping is progress: the delay starts over with each fragment.
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
        // Its number contains no time, and it is the first: still nothing has expired.
        rig.call().respond(T0 + 60_000).bytes(fragment(8, T0, 1));
        assertThat(rig.take()).containsExactly("FragmentOver", "8");
        assertThat(rig.directory.asked).isEmpty();
    }

    @Test
    void aFragmentThatIsTooLargeIsBad() throws Exception {
        rig.set(KvsSourceOptions.FRAGMENT_MAX_SIZE, new MemorySize(5000));
        rig.set(KvsSourceOptions.BAD_FRAGMENT, BadFragmentPolicy.SKIP);
        rig.start(StartingPosition.earliest());
        for (int i = 0; i < 3; i++) {
            // Whether it arrives whole or in parts.
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

    /** Once the awaited bytes have arrived, a call is like any other. */
    @Test
    void aCutLongAfterAHoldUpIsAnError() throws Exception {
        rig.start(StartingPosition.earliest());
        SessionRig.Call call = rig.call().respond();
        rig.pause();
        while (call.requested > 0) {
            call.bytes();
        }
        rig.timer.advance(Duration.ofMinutes(1));
        rig.resume();
        for (int i = 0; i < 60; i++) {
            rig.timer.advanceMillis(1000);
            call.bytes();
        }
        call.fail(new IOException("reset"));
        assertThat(rig.metrics.count("class.retry.errors")).isEqualTo(1);
    }
}
