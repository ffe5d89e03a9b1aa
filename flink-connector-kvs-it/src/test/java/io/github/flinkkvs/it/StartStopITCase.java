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
import io.github.flinkkvs.source.StartingPosition;
import io.github.flinkkvs.source.StoppingPosition;
import io.github.flinkkvs.testing.Camera;
import io.github.flinkkvs.testing.EmbeddedStream;
import io.github.flinkkvs.testing.FragmentUpload;
import io.github.flinkkvs.testing.behavior.Behavior;
import io.github.flinkkvs.testing.behavior.MillisBehindNow;
import io.github.flinkkvs.testing.faults.Cut;
import io.github.flinkkvs.testing.faults.Fault;
import io.github.flinkkvs.testing.log.StoredFragment;
import io.github.flinkkvs.testing.media.MediaFragment;

import org.apache.flink.api.common.RuntimeExecutionMode;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.configuration.BatchExecutionOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.util.CloseableIterator;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

/** Bounded reads end, each at its stop, with everything before it. */
class StartStopITCase extends KvsTestBase {

    private KvsSourceBuilder<Fragment> to(StoppingPosition stop, EmbeddedStream... streams) {
        return source(streams).setStoppingPosition(stop);
    }

    @Test
    void upToNow() throws Exception {
        EmbeddedStream stream = kvs.createStream("stream");
        EmbeddedStream empty = kvs.createStream("empty");
        // The last one arrives within the second in which the job reads the clock.
        push(stream, 4);

        Job<Fragment> job = job(to(StoppingPosition.now(), stream, empty)).restarts(0).start();

        assertAll(job.awaitFinished(), stream, empty);
    }

    @Test
    void upToNowOfAStreamThatGoesOn() throws Exception {
        EmbeddedStream stream = kvs.createStream("stream");
        push(stream, 4);
        Job<Fragment> job = job(to(StoppingPosition.now(), stream)).restarts(0).start();
        awaitSession(stream, 1);
        kvs.clock().shift(Duration.ofSeconds(5));
        push(stream, 4);
        List<Fragment> read = job.awaitFinished();
        assertExactly(read, stream.pushed().subList(0, 4));
    }

    @ParameterizedTest
    @EnumSource(MillisBehindNow.class)
    void upToNowWhateverTheServiceSaysOfMillisBehindNow(MillisBehindNow rule) throws Exception {
        kvs.behavior(Behavior.likely().millisBehindNow(rule));
        EmbeddedStream stream = kvs.createStream("stream");
        push(stream, 4);
        Job<Fragment> job = job(to(StoppingPosition.now(), stream)).restarts(0).start();
        assertAll(job.awaitFinished(), stream);
    }

    @Test
    void serverTimestampIsInclusive() throws Exception {
        EmbeddedStream stream = kvs.createStream("stream");
        List<StoredFragment> pushed = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            kvs.clock().shift(Duration.ofSeconds(10));
            pushed.addAll(push(stream, 1));
        }
        Instant third = Instant.ofEpochMilli(pushed.get(2).serverTimestampMillis());

        Job<Fragment> job =
                job(to(StoppingPosition.atServerTimestamp(third), stream)).restarts(0).start();
        assertExactly(job.awaitFinished(), pushed.subList(0, 3));

        Job<Fragment> between =
                job(to(StoppingPosition.atServerTimestamp(third.minusMillis(1)), stream))
                        .restarts(0)
                        .start();
        assertExactly(between.awaitFinished(), pushed.subList(0, 2));
    }

    @Test
    void serverTimestampInTheFutureOfAnIdleAndAnEmptyStream() throws Exception {
        EmbeddedStream idle = kvs.createStream("idle");
        EmbeddedStream empty = kvs.createStream("empty");
        push(idle, 2);
        Instant stop = kvs.clock().now().plusSeconds(60);

        Job<Fragment> job =
                job(to(StoppingPosition.atServerTimestamp(stop), idle, empty)).restarts(0).start();

        kvs.log().awaitEndedSessions("idle", 3, TIME);
        kvs.log().awaitEndedSessions("empty", 3, TIME);
        push(idle, 1);
        job.results.awaitCommitted(3);
        assertThat(job.status().isGloballyTerminalState()).isFalse();
        kvs.clock().shift(Duration.ofSeconds(120));
        assertAll(job.awaitFinished(), idle, empty);
    }

    @Test
    void producerTimestampEndsAtTheFirstFragmentBeyond() throws Exception {
        EmbeddedStream stream = kvs.createStream("stream");
        for (long producer : new long[] {1_000, 2_000, 3_000, 4_000, 2_500}) {
            pushAt(stream, producer);
        }
        Job<Fragment> job =
                job(to(StoppingPosition.atProducerTimestamp(Instant.ofEpochMilli(3_000)), stream))
                        .restarts(0)
                        .start();
        assertExactly(job.awaitFinished(), stream.pushed().subList(0, 3));
    }

    @Test
    void producerTimestampThatNeverComes() throws Exception {
        EmbeddedStream stream = kvs.createStream("stream");
        pushAt(stream, 1_000);
        pushAt(stream, 2_000);
        Job<Fragment> job =
                job(to(StoppingPosition.atProducerTimestamp(Instant.ofEpochMilli(3_000)), stream))
                        .restarts(0)
                        .start();
        assertAll(job.awaitFinished(), stream);
    }

    @Test
    void fragmentIsTheLast() throws Exception {
        EmbeddedStream stream = kvs.createStream("stream");
        List<StoredFragment> pushed = push(stream, 5);
        Job<Fragment> job =
                job(to(StoppingPosition.atFragment(pushed.get(2).number()), stream))
                        .restarts(0)
                        .start();
        assertExactly(job.awaitFinished(), pushed.subList(0, 3));
        assertThat(kvs.log().sessions("stream")).hasSize(1);
    }

    @Test
    void fragmentThatNeverComes() throws Exception {
        EmbeddedStream stream = kvs.createStream("stream");
        List<StoredFragment> pushed = push(stream, 3);
        String beyond = new BigInteger(pushed.get(2).number()).add(BigInteger.ONE).toString();
        Job<Fragment> job =
                job(to(StoppingPosition.atFragment(beyond), stream)).restarts(0).start();
        assertAll(job.awaitFinished(), stream);

        // A fragment beyond the stop ends it, too.
        push(stream, 2);
        Job<Fragment> again =
                job(to(StoppingPosition.atFragment(beyond), stream)).restarts(0).start();
        assertExactly(again.awaitFinished(), pushed);
    }

    @Test
    void fragmentOfALiveCameraWithStartAndRestart() throws Exception {
        EmbeddedStream stream = kvs.createStream("stream");
        try (Camera camera = Camera.builder(stream).unlimitedSpeed().fragments(30).start()) {
            camera.awaitDone(TIME);
        }
        List<StoredFragment> pushed = stream.pushed();
        Job<Fragment> job =
                job(to(StoppingPosition.atFragment(pushed.get(20).number()), stream)
                                .setStartingPosition(
                                        StartingPosition.afterFragment(pushed.get(4).number())))
                        .map(new FailOnce<>(3, 9, 14))
                        .start();
        assertExactly(job.awaitFinished(), pushed.subList(5, 21));
    }

    @Test
    void stopThatIsReachedAlreadyWhenRestored() throws Exception {
        EmbeddedStream stream = kvs.createStream("stream");
        List<StoredFragment> pushed = push(stream, 3);
        Job<Fragment> job = job(source(stream)).restarts(0).start();
        job.results.awaitCommitted(3);
        String savepoint = job.stopWithSavepoint();

        Job<Fragment> bounded =
                job(to(StoppingPosition.atFragment(pushed.get(1).number()), stream))
                        .from(savepoint)
                        .start();
        // The stop of a stream is fixed when it is first seen.
        bounded.results.awaitAttempts(1);
        push(stream, 1);
        assertAll(bounded.results.awaitCommitted(4), stream);
    }

    @Test
    void cutsBeforeTheStopDoNotEndIt() throws Exception {
        EmbeddedStream stream = kvs.createStream("stream");
        push(stream, 3);
        stream.faults()
                .nextConnection(Fault.internalFailure())
                .nextConnection(Fault.throttle())
                .nextConnection(Fault.cutAfter(700, Cut.FIN))
                .nextConnection(Fault.cutAfter(300, Cut.ABRUPT));
        Job<Fragment> job = job(to(StoppingPosition.now(), stream)).restarts(0).start();
        assertAll(job.awaitFinished(), stream);
    }

    @Test
    void fragmentThatIsOpenAtTheStopIsWaitedFor() throws Exception {
        EmbeddedStream stream = kvs.createStream("stream");
        push(stream, 2);
        FragmentUpload upload = stream.begin(MediaFragment.ofSize(30_000));
        kvs.clock().shift(Duration.ofSeconds(5));
        Job<Fragment> job = job(to(StoppingPosition.now(), stream)).restarts(0).start();
        job.results.awaitSeen(2);
        upload.complete();
        assertAll(job.awaitFinished(), stream);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void batchMode(boolean speculative) throws Exception {
        EmbeddedStream first = kvs.createStream("first");
        EmbeddedStream second = kvs.createStream("second");
        push(first, 4);
        push(second, 4);
        Configuration config = new Configuration();
        config.set(BatchExecutionOptions.SPECULATIVE_ENABLED, speculative);
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment(config);
        env.setRuntimeMode(RuntimeExecutionMode.BATCH);
        List<Fragment> read = new ArrayList<>();
        try (CloseableIterator<Fragment> fragments =
                env.fromSource(
                                to(StoppingPosition.now(), first, second).build(),
                                WatermarkStrategy.noWatermarks(),
                                "kvs")
                        .setParallelism(2)
                        .executeAndCollect()) {
            fragments.forEachRemaining(read::add);
        }
        assertAll(read, first, second);
    }
}
