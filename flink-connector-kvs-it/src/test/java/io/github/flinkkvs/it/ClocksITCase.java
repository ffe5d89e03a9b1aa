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
import io.github.flinkkvs.source.StoppingPosition;
import io.github.flinkkvs.testing.EmbeddedKvs;
import io.github.flinkkvs.testing.EmbeddedStream;
import io.github.flinkkvs.testing.behavior.Behavior;
import io.github.flinkkvs.testing.behavior.ExpiredPosition;
import io.github.flinkkvs.testing.behavior.FutureTimestamp;
import io.github.flinkkvs.testing.behavior.StreamSettings;
import io.github.flinkkvs.testing.log.StoredFragment;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The service's clock is ahead of or behind ours, and may be set while a job runs. Also, streams
 * that the service keeps for minutes only.
 */
class ClocksITCase extends KvsTestBase {

    // ---- skew -----------------------------------------------------------------------------------

    private void startServiceAt(long secondsFromOurs) {
        startService(EmbeddedKvs.builder().clockOffset(Duration.ofSeconds(secondsFromOurs)));
    }

    @ParameterizedTest
    @ValueSource(longs = {-5, 5})
    void nowIsThatOfTheService(long seconds) throws Exception {
        startServiceAt(seconds);
        EmbeddedStream stream = kvs.createStream("stream");
        push(stream, 3);
        kvs.clock().shift(Duration.ofSeconds(1));
        Job<Fragment> job =
                job(source(stream).setStartingPosition(StartingPosition.now()))
                        .map(new FailOnce<>(2))
                        .start();
        awaitSession(stream, 1);
        List<StoredFragment> fresh = push(stream, 3);
        assertExactly(job.results.awaitCommitted(3), fresh);
    }

    @ParameterizedTest
    @ValueSource(longs = {-5, 5})
    void anEndAtNowIsThatOfTheService(long seconds) throws Exception {
        startServiceAt(seconds);
        EmbeddedStream stream = kvs.createStream("stream");
        EmbeddedStream empty = kvs.createStream("empty");
        push(stream, 3);
        KvsSourceBuilder<Fragment> source =
                source(stream, empty).setStoppingPosition(StoppingPosition.now());
        assertAll(job(source).restarts(0).start().awaitFinished(), stream, empty);
    }

    @ParameterizedTest
    @ValueSource(longs = {-5, 5})
    void betweenServerTimestamps(long seconds) throws Exception {
        startServiceAt(seconds);
        EmbeddedStream stream = kvs.createStream("stream");
        List<StoredFragment> pushed = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            kvs.clock().shift(Duration.ofSeconds(2));
            pushed.addAll(push(stream, 1));
        }
        KvsSourceBuilder<Fragment> source =
                source(stream)
                        .setStartingPosition(StartingPosition.atServerTimestamp(at(pushed.get(1))))
                        .setStoppingPosition(StoppingPosition.atServerTimestamp(at(pushed.get(3))));
        assertExactly(job(source).restarts(0).start().awaitFinished(), pushed.subList(1, 4));
    }

    @ParameterizedTest
    @EnumSource(FutureTimestamp.class)
    void aStartInTheFuture(FutureTimestamp answer) throws Exception {
        kvs.behavior(Behavior.likely().futureTimestamp(answer));
        EmbeddedStream stream = kvs.createStream("stream");
        push(stream, 2);
        Instant start = kvs.clock().now().plusSeconds(60);
        Job<Fragment> job =
                job(source(stream).setStartingPosition(StartingPosition.atServerTimestamp(start)))
                        .restarts(0)
                        .start();
        if (answer == FutureTimestamp.INVALID_ARGUMENT) {
            assertThat(job.awaitFailure()).contains("StartTimestamp is in the future");
            return;
        }
        awaitSession(stream, 1);
        push(stream, 2);
        kvs.log().awaitEndedSessions("stream", 2, TIME);
        kvs.clock().shift(Duration.ofSeconds(120));
        List<StoredFragment> wanted = push(stream, 2);
        assertExactly(job.results.awaitCommitted(2), wanted);
    }

    private static Instant at(StoredFragment fragment) {
        return Instant.ofEpochMilli(fragment.serverTimestampMillis());
    }

    @ParameterizedTest
    @ValueSource(longs = {-5, 5})
    void aClockThatIsSetWhileTheJobRunsLosesNothing(long seconds) throws Exception {
        EmbeddedStream stream = kvs.createStream("stream");
        Job<Fragment> job =
                job(source(stream).setStartingPosition(StartingPosition.now()))
                        .map(new FailOnce<>(4, 8))
                        .start();
        awaitSession(stream, 1);
        push(stream, 3);
        job.results.awaitCommitted(3);
        // Numbers continue while timestamps jump: within a session, and from one to the next.
        kvs.clock().shift(Duration.ofSeconds(seconds));
        push(stream, 3);
        job.results.awaitCommitted(6);
        kvs.log().awaitEndedSessions("stream", 2, TIME);
        kvs.clock().shift(Duration.ofSeconds(seconds));
        push(stream, 3);
        assertAll(job.results.awaitCommitted(9), stream);
    }

    // ---- streams without retention --------------------------------------------------------------

    private EmbeddedStream createUnretained() {
        return kvs.createStream(StreamSettings.named("stream").retention(Duration.ZERO).build());
    }

    @Test
    void aStreamWithoutRetentionIsReadLive() throws Exception {
        EmbeddedStream stream = createUnretained();
        Job<Fragment> job = job(source(stream)).map(new FailOnce<>(2, 5)).start();
        for (int i = 0; i < 4; i++) {
            awaitSession(stream, i + 1);
            push(stream, 2);
            job.results.awaitCommitted(2 * i + 2);
        }
        assertAll(job.results.committed(), stream);
    }

    @Test
    void aStreamWithoutRetentionThatIsEmptyEnds() throws Exception {
        EmbeddedStream stream = createUnretained();
        KvsSourceBuilder<Fragment> source =
                source(stream).setStoppingPosition(StoppingPosition.now());
        assertThat(job(source).restarts(0).start().awaitFinished()).isEmpty();
    }

    @Test
    void minutesOfARestartLoseNothingOfAStreamWithoutRetention() throws Exception {
        EmbeddedStream stream = createUnretained();
        push(stream, 2);
        Job<Fragment> job = job(source(stream)).restarts(0).start();
        job.results.awaitCommitted(2);
        String savepoint = job.stopWithSavepoint();
        push(stream, 2);
        kvs.clock().shift(Duration.ofSeconds(200));
        Job<Fragment> restored = job(source(stream)).restarts(0).from(savepoint).start();
        assertAll(restored.results.awaitCommitted(4), stream);
        assertThat(metric(restored, "gaps")).isZero();
    }

    @ParameterizedTest
    @EnumSource(ExpiredPosition.class)
    void whatAStreamWithoutRetentionDidNotKeepIsAGap(ExpiredPosition answer) throws Exception {
        kvs.behavior(Behavior.likely().expiredPosition(answer));
        EmbeddedStream stream = createUnretained();
        List<StoredFragment> expected = new ArrayList<>(push(stream, 2));
        Job<Fragment> job = job(source(stream)).restarts(0).start();
        job.results.awaitCommitted(2);
        String savepoint = job.stopWithSavepoint();
        push(stream, 2);
        kvs.clock().shift(Duration.ofMinutes(6));
        expected.addAll(push(stream, 2));

        Job<Fragment> failing = job(source(stream)).restarts(0).from(savepoint).start();
        assertThat(failing.awaitFailure()).contains("has left the stream's retention");

        Job<Fragment> restored =
                job(source(stream)
                                .set(
                                        KvsSourceOptions.EXPIRED_POSITION,
                                        ExpiredPositionPolicy.EARLIEST))
                        .restarts(0)
                        .from(savepoint)
                        .start();
        assertExactly(restored.results.awaitCommitted(4), expected);
        assertThat(metric(restored, "gaps")).isEqualTo(1);
    }
}
