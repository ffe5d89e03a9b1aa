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
import io.github.flinkkvs.source.KvsSourceOptions;
import io.github.flinkkvs.source.KvsSourceOptions.DeletedStreamPolicy;
import io.github.flinkkvs.source.KvsSourceOptions.ExpiredPositionPolicy;
import io.github.flinkkvs.source.KvsSourceOptions.RecreatedStreamPolicy;
import io.github.flinkkvs.source.StartingPosition;
import io.github.flinkkvs.source.StoppingPosition;
import io.github.flinkkvs.source.split.KvsSplit;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;

import static io.github.flinkkvs.source.GetMediaBytes.error;
import static io.github.flinkkvs.source.GetMediaBytes.fragment;
import static io.github.flinkkvs.source.session.SessionRig.ARN;
import static io.github.flinkkvs.source.session.SessionRig.T0;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

/** Expired positions and deleted streams; {@link PositionSearchTest} tests the rules alone. */
class SessionPositionsTest {

    private static final long HOUR = Duration.ofHours(1).toMillis();

    private final SessionRig rig = new SessionRig();

    // ---- expired positions ----------------------------------------------------------------------

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
                                seen)),
                arguments(
                        firstSeen(
                                StartingPosition.atFragment(GetMediaBytes.number(seen, 1)), seen)));
    }

    /** Nothing was emitted yet, and the wanted fragments existed when the job began. */
    @ParameterizedTest
    @MethodSource("startsThatWereThere")
    void aStartThatHasLeftTheRetentionIsAGap(KvsSplit split) throws Exception {
        rig.directory.answer(ARN.toString(), ARN, 24, T0);
        rig.start(split);
        SessionRig.Call call = rig.call().respond(T0);
        if (call.start().equals("NOW")) {
            // The request is immediate, the answer late.
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
                        // Expires a moment later.
                        StartingPosition.atServerTimestamp(
                                Instant.ofEpochMilli(T0 - 24 * HOUR + 1000)))) {
            SessionRig lenient = new SessionRig();
            lenient.start(firstSeen(start, T0));
            lenient.call().respond(T0 + 60_000).bytes(fragment(1, T0 - HOUR, 1));
            assertThat(lenient.take()).containsExactly("1");
            assertThat(lenient.directory.asked).isEmpty();
        }
    }

    /** A stream read without a pause has been read, even if nothing in it is wanted yet. */
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

    /** As in a job that begins in the future: a quiet present does not move its start back. */
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
        // The wanted fragments may be an hour old.
        assertThat(rig.nextCall(300).start()).isEqualTo("EARLIEST");
    }

    @Test
    void aGapThatOpensOnAWayAroundIsOneToo() {
        rig.directory.answer(ARN.toString(), ARN, 24, T0);
        rig.resumeAfter(5, T0);
        rig.call().respond(T0).bytes(error(4000, "FRAGMENT_NOT_FOUND"));
        assertThat(rig.nextCall(250).start()).isEqualTo("SERVER_TIMESTAMP " + T0);
        // The detour passes fragments that were read, and takes more than one call.
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

    // ---- streams that are gone ------------------------------------------------------------------

    private void streamIsGone() {
        rig.call().fail(SessionRig.error("ResourceNotFoundException", 404));
        rig.timer.runDue();
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

    /** Otherwise it would be further behind live for ever, though there is nothing to read. */
    @Test
    void isNotBehindAStreamThatDoesNotExistIfToldToIgnoreThat() {
        rig.set(KvsSourceOptions.DELETED_STREAM, DeletedStreamPolicy.IGNORE);
        rig.directory.fail("camera", SessionRig.error("ResourceNotFoundException", 404));
        rig.start(StartingPosition.earliest());
        for (int i = 0; i < 20; i++) {
            streamIsGone();
            assertThat(rig.metrics.gauge("maxMillisBehindNow")).isZero();
            rig.nextCall(30_000);
        }
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
        // It is dropped before it is taken: the new stream is read from its beginning again.
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
    void asksAgainWhenTheDescriptionFails() {
        rig.directory.fail("camera", new IOException("reset"));
        rig.start(StartingPosition.earliest());
        streamIsGone();
        rig.nextCall(300);
    }
}
