/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.it;

import io.github.flinkkvs.mkv.Fragment;
import io.github.flinkkvs.source.KvsSourceBuilder;
import io.github.flinkkvs.source.KvsSourceOptions;
import io.github.flinkkvs.source.KvsSourceOptions.ExpiredPositionPolicy;
import io.github.flinkkvs.source.StartingPosition;
import io.github.flinkkvs.testing.EmbeddedStream;
import io.github.flinkkvs.testing.behavior.Behavior;
import io.github.flinkkvs.testing.behavior.ExpiredPosition;
import io.github.flinkkvs.testing.behavior.NowStart;
import io.github.flinkkvs.testing.behavior.TimestampMatch;
import io.github.flinkkvs.testing.log.EndReason;
import io.github.flinkkvs.testing.log.StoredFragment;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

/** Where reading begins, and where it continues when its position has expired. */
class PositionsITCase extends KvsTestBase {

    private static final Duration STEP = Duration.ofSeconds(10);

    /** Fragments whose server timestamps are some seconds apart. */
    private List<StoredFragment> pushApart(EmbeddedStream stream, int count) {
        List<StoredFragment> pushed = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            kvs.clock().shift(STEP);
            pushed.addAll(push(stream, 1));
        }
        kvs.clock().shift(STEP);
        return pushed;
    }

    /** Reads from there; the result must end with all stored and all later fragments. */
    private void assertReads(KvsSourceBuilder<Fragment> source, EmbeddedStream stream, int from)
            throws Exception {
        Job<Fragment> job = job(source).restarts(0).start();
        job.results.awaitCommitted(stream.pushed().size() - from);
        push(stream, 1);
        List<StoredFragment> expected = stream.pushed();
        expected = expected.subList(from, expected.size());
        assertExactly(job.results.awaitCommitted(expected.size()), expected);
        job.cancel();
    }

    @Test
    void earliest() throws Exception {
        EmbeddedStream stream = kvs.createStream("stream");
        push(stream, 4);
        assertReads(source(stream), stream, 0);
    }

    @ParameterizedTest
    @EnumSource(TimestampMatch.class)
    void serverTimestamp(TimestampMatch match) throws Exception {
        kvs.behavior(Behavior.likely().timestampMatch(match));
        EmbeddedStream stream = kvs.createStream("stream");
        Instant third = Instant.ofEpochMilli(pushApart(stream, 5).get(2).serverTimestampMillis());

        assertReads(at(StartingPosition.atServerTimestamp(third), stream), stream, 2);
        assertReads(
                at(StartingPosition.atServerTimestamp(third.minusMillis(1)), stream), stream, 2);
        assertReads(at(StartingPosition.atServerTimestamp(third.plusMillis(1)), stream), stream, 3);
        assertReads(at(StartingPosition.atServerTimestamp(Instant.EPOCH), stream), stream, 0);
    }

    @ParameterizedTest
    @EnumSource(TimestampMatch.class)
    void producerTimestamp(TimestampMatch match) throws Exception {
        kvs.behavior(Behavior.likely().timestampMatch(match));
        EmbeddedStream stream = kvs.createStream("stream");
        long base = 1_700_000_000_000L;
        for (int i = 0; i < 5; i++) {
            pushAt(stream, base + i * 10_000);
        }
        Instant third = Instant.ofEpochMilli(base + 20_000);

        assertReads(at(StartingPosition.atProducerTimestamp(third), stream), stream, 2);
        assertReads(
                at(StartingPosition.atProducerTimestamp(third.minusMillis(1)), stream), stream, 2);
        assertReads(
                at(StartingPosition.atProducerTimestamp(third.plusMillis(1)), stream), stream, 3);
    }

    @Test
    void producerTimestampsThatGoBackBehindTheStart() throws Exception {
        EmbeddedStream stream = kvs.createStream("stream");
        pushAt(stream, 1_000_000);
        pushAt(stream, 2_000_000);
        pushAt(stream, 1_500_000);
        pushAt(stream, 0);
        assertReads(
                at(StartingPosition.atProducerTimestamp(Instant.ofEpochMilli(1_800_000)), stream),
                stream,
                1);
    }

    @Test
    void afterFragment() throws Exception {
        EmbeddedStream stream = kvs.createStream("stream");
        String second = push(stream, 4).get(1).number();
        assertReads(at(StartingPosition.afterFragment(second), stream), stream, 2);
    }

    /** However the service finds the time of a fragment; another one has the same time. */
    @ParameterizedTest
    @EnumSource(TimestampMatch.class)
    void atFragment(TimestampMatch match) throws Exception {
        kvs.behavior(Behavior.likely().timestampMatch(match));
        EmbeddedStream stream = kvs.createStream("stream");
        List<StoredFragment> pushed = pushApart(stream, 3);
        pushed.addAll(push(stream, 3));
        for (int from : new int[] {2, 4}) {
            StartingPosition start = StartingPosition.atFragment(pushed.get(from).number());
            assertReads(at(start, stream), stream, from);
        }
        // A number without a time.
        assertReads(at(StartingPosition.atFragment("7"), stream), stream, 0);
    }

    @Test
    void eachStreamFromItsOwn() throws Exception {
        EmbeddedStream first = kvs.createStream("first");
        EmbeddedStream second = kvs.createStream("second");
        List<StoredFragment> ofFirst = push(first, 3);
        List<StoredFragment> ofSecond = pushApart(second, 3);

        Job<Fragment> job =
                job(source(first, second)
                                .setStartingPosition(
                                        "first",
                                        StartingPosition.afterFragment(ofFirst.get(1).number()))
                                .setStartingPosition(
                                        "second",
                                        StartingPosition.atServerTimestamp(
                                                Instant.ofEpochMilli(
                                                        ofSecond.get(1).serverTimestampMillis()))))
                        .restarts(0)
                        .start();

        List<Fragment> read = job.results.awaitCommitted(3);
        assertExactly(of(first, read), ofFirst.subList(2, 3));
        assertExactly(of(second, read), ofSecond.subList(1, 3));
    }

    private KvsSourceBuilder<Fragment> at(StartingPosition start, EmbeddedStream... streams) {
        return source(streams).setStartingPosition(start);
    }

    @Test
    void timestampInTheFuture() throws Exception {
        EmbeddedStream stream = kvs.createStream("stream");
        push(stream, 2);
        Job<Fragment> job =
                job(at(
                                StartingPosition.atServerTimestamp(
                                        kvs.clock().now().plusSeconds(3600)),
                                stream))
                        .restarts(0)
                        .start();
        awaitSession(stream, 2);
        push(stream, 1);
        kvs.clock().shift(Duration.ofHours(2));
        List<StoredFragment> late = push(stream, 2);
        assertExactly(job.results.awaitCommitted(2), late);
    }

    // ---- now ------------------------------------------------------------------------------------

    @ParameterizedTest
    @EnumSource(NowStart.class)
    void now(NowStart start) throws Exception {
        kvs.behavior(Behavior.likely().nowStart(start));
        EmbeddedStream stream = kvs.createStream("stream");
        pushApart(stream, 3);

        Job<Fragment> job = job(at(StartingPosition.now(), stream)).restarts(0).start();

        awaitSession(stream, 1);
        List<StoredFragment> fresh = push(stream, 3);
        assertExactly(job.results.awaitCommitted(3), fresh);
        assertThat(kvs.log().sessions("stream").get(0).startSelector()).startsWith("NOW");
    }

    @Test
    void nowWithoutAFragmentSurvivesARestart() throws Exception {
        EmbeddedStream stream = kvs.createStream("stream");
        pushApart(stream, 3);
        Job<Fragment> job = job(at(StartingPosition.now(), stream)).restarts(0).start();
        awaitSession(stream, 1);
        String savepoint = job.stopWithSavepoint();

        List<StoredFragment> fresh = pushApart(stream, 3);
        Job<Fragment> restored = job(at(StartingPosition.now(), stream)).from(savepoint).start();

        assertExactly(restored.results.awaitCommitted(3), fresh);
    }

    @Test
    void nowLosesNothingWhenItsFirstFragmentFailsTheTask() throws Exception {
        EmbeddedStream stream = kvs.createStream("stream");
        pushApart(stream, 3);
        Job<Fragment> job =
                job(at(StartingPosition.now(), stream)).map(new FailOnce<>(1, 3)).start();
        awaitSession(stream, 1);
        List<StoredFragment> fresh = push(stream, 3);
        assertExactly(job.results.awaitCommitted(3), fresh);
        assertThat(job.results.attempts()).isEqualTo(3);
    }

    // ---- expired --------------------------------------------------------------------------------

    @ParameterizedTest
    @EnumSource(ExpiredPosition.class)
    void expiredPositionFailsTheJob(ExpiredPosition answer) throws Exception {
        EmbeddedStream stream = kvs.createStream("stream");
        String savepoint = savepointThatIsOvertaken(stream, answer);

        Job<Fragment> job = job(source(stream)).restarts(0).from(savepoint).start();

        assertThat(job.awaitFailure())
                .contains(stream.arn())
                .contains("has left the stream's retention")
                .contains("source.expired-position");
    }

    @ParameterizedTest
    @EnumSource(ExpiredPosition.class)
    void expiredPositionGoesOnFromTheEarliest(ExpiredPosition answer) throws Exception {
        EmbeddedStream stream = kvs.createStream("stream");
        String savepoint = savepointThatIsOvertaken(stream, answer);

        Job<Fragment> job =
                job(source(stream)
                                .set(
                                        KvsSourceOptions.EXPIRED_POSITION,
                                        ExpiredPositionPolicy.EARLIEST))
                        .from(savepoint)
                        .start();

        List<StoredFragment> expected = new ArrayList<>(stream.pushed().subList(0, 3));
        expected.addAll(stream.pushed().subList(6, 10));
        assertExactly(job.results.awaitCommitted(7), expected);
        assertThat(metric(job, "gaps")).isEqualTo(1);
        expected.addAll(push(stream, 1));
        assertExactly(job.results.awaitCommitted(8), expected);
    }

    @ParameterizedTest
    @EnumSource(ExpiredPosition.class)
    void expiredPositionGoesOnFromATimestamp(ExpiredPosition answer) throws Exception {
        EmbeddedStream stream = kvs.createStream("stream");
        String savepoint = savepointThatIsOvertaken(stream, answer);

        Job<Fragment> job =
                job(source(stream)
                                .set(
                                        KvsSourceOptions.EXPIRED_POSITION,
                                        ExpiredPositionPolicy.TIMESTAMP)
                                .set(
                                        KvsSourceOptions.EXPIRED_POSITION_TIMESTAMP,
                                        Instant.ofEpochMilli(
                                                        stream.pushed()
                                                                .get(8)
                                                                .serverTimestampMillis())
                                                .toString()))
                        .from(savepoint)
                        .start();

        List<StoredFragment> expected = new ArrayList<>(stream.pushed().subList(0, 3));
        expected.addAll(stream.pushed().subList(8, 10));
        assertExactly(job.results.awaitCommitted(5), expected);
        assertThat(metric(job, "gaps")).isEqualTo(1);
    }

    /** Three fragments were read, three left retention unread, four are stored. */
    private String savepointThatIsOvertaken(EmbeddedStream stream, ExpiredPosition answer)
            throws Exception {
        kvs.behavior(Behavior.likely().expiredPosition(answer));
        push(stream, 3);
        Job<Fragment> job = job(source(stream)).restarts(0).start();
        job.results.awaitCommitted(3);
        String savepoint = job.stopWithSavepoint();
        pushApart(stream, 3);
        kvs.clock().shift(Duration.ofHours(25));
        pushApart(stream, 4);
        assertThat(stream.fragments()).hasSize(4);
        return savepoint;
    }

    @ParameterizedTest
    @EnumSource(ExpiredPosition.class)
    void cameraThatIsOffForLongerThanTheRetentionLeavesNoGap(ExpiredPosition answer)
            throws Exception {
        kvs.behavior(Behavior.likely().expiredPosition(answer));
        EmbeddedStream stream = kvs.createStream("stream");
        push(stream, 3);
        Job<Fragment> job = job(source(stream)).restarts(0).start();
        job.results.awaitCommitted(3);
        // Days pass, while the stream is checked now and then.
        for (int i = 0; i < 3; i++) {
            awaitCaughtUp(stream);
            kvs.clock().shift(Duration.ofHours(12));
        }
        assertThat(stream.fragments()).isEmpty();
        push(stream, 2);
        assertAll(job.results.awaitCommitted(5), stream);
        assertThat(metric(job, "gaps")).isZero();
        job.results.awaitNewCheckpoint();

        // The same with a savepoint in between.
        awaitCaughtUp(stream);
        job.results.awaitNewCheckpoint();
        String savepoint = job.stopWithSavepoint();
        kvs.clock().shift(Duration.ofHours(12));
        Job<Fragment> restored = job(source(stream)).restarts(0).from(savepoint).start();
        int sessions = kvs.log().sessions("stream").size();
        for (int i = 0; i < 2; i++) {
            awaitCaughtUp(stream);
            kvs.clock().shift(Duration.ofHours(12));
        }
        push(stream, 2);
        assertAll(restored.results.awaitCommitted(7), stream);
        assertThat(metric(restored, "gaps")).isZero();
        assertThat(kvs.log().sessions("stream").size()).isGreaterThan(sessions);
    }

    /** Waits until a session that begins after now has ended without media, and one more began. */
    private void awaitCaughtUp(EmbeddedStream stream) {
        int sessions = kvs.log().sessions(stream.name()).size();
        kvs.log()
                .await(
                        seen ->
                                seen.sessions(stream.name()).stream()
                                                .skip(sessions)
                                                .filter(s -> s.endReason() == EndReason.IDLE)
                                                .count()
                                        >= 2,
                        "a session without media",
                        TIME);
    }

    @ParameterizedTest
    @EnumSource(ExpiredPosition.class)
    void readerThatIsOvertakenByRetentionAtItsPositionOnly(ExpiredPosition answer)
            throws Exception {
        // Read fragments are gone, unread ones are stored: no gap, whatever the service answers.
        kvs.behavior(Behavior.likely().expiredPosition(answer));
        EmbeddedStream stream = kvs.createStream("stream");
        push(stream, 3);
        Job<Fragment> job = job(source(stream)).restarts(0).start();
        job.results.awaitCommitted(3);
        String savepoint = job.stopWithSavepoint();
        stream.expireAll();
        push(stream, 3);

        Job<Fragment> restored = job(source(stream)).restarts(0).from(savepoint).start();

        assertAll(restored.results.awaitCommitted(6), stream);
        assertThat(metric(restored, "gaps")).isZero();
    }
}
