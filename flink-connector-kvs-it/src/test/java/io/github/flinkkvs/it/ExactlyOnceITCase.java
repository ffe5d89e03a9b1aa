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
import io.github.flinkkvs.source.StoppingPosition;
import io.github.flinkkvs.source.serialization.FragmentTypeInfo;
import io.github.flinkkvs.testing.Camera;
import io.github.flinkkvs.testing.EmbeddedStream;
import io.github.flinkkvs.testing.faults.Cut;
import io.github.flinkkvs.testing.faults.Fault;

import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.test.junit5.InjectMiniCluster;
import org.apache.flink.util.CloseableIterator;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;

import static org.assertj.core.api.Assertions.assertThat;

/** Each fragment arrives once, in the order of its stream, despite failures of all parts. */
class ExactlyOnceITCase extends KvsTestBase {

    @Test
    void taskFailureAfterACheckpoint() throws Exception {
        EmbeddedStream front = kvs.createStream("front");
        EmbeddedStream back = kvs.createStream("back");
        push(front, 5);
        push(back, 5);

        Job<Fragment> job = job(source(front, back)).map(new FailOnce<>(15, 30)).start();

        job.results.awaitCommitted(10);
        push(front, 5);
        push(back, 5);
        job.results.awaitCommitted(20);
        push(front, 5);
        push(back, 5);
        assertAll(job.results.awaitCommitted(30), front, back);
        assertThat(job.results.attempts()).isEqualTo(3);
    }

    @Test
    void taskFailureBeforeTheFirstCheckpoint() throws Exception {
        EmbeddedStream stream = kvs.createStream("stream");
        push(stream, 10);
        Job<Fragment> job = job(source(stream)).map(new FailOnce<>(1, 4)).start();
        assertAll(job.results.awaitCommitted(10), stream);
    }

    @Test
    void taskFailuresOfTwoReadersWithFaultsOfTheNetwork() throws Exception {
        List<EmbeddedStream> streams = new ArrayList<>();
        Random random = new Random(7);
        for (int i = 0; i < 5; i++) {
            EmbeddedStream stream = kvs.createStream("stream-" + i);
            streams.add(stream);
            for (int k = 0; k < 6; k++) {
                Cut[] cuts = Cut.values();
                stream.faults()
                        .nextConnection(
                                Fault.cutAfter(
                                        random.nextInt(20_000), cuts[random.nextInt(cuts.length)]),
                                Fault.repeatFragment(1 + random.nextInt(3)));
            }
        }
        EmbeddedStream[] all = streams.toArray(new EmbeddedStream[0]);
        Job<Fragment> job =
                job(source(all)).parallelism(2).restarts(5).map(new FailOnce<>(7, 30, 55)).start();
        for (int round = 1; round <= 4; round++) {
            for (EmbeddedStream stream : all) {
                push(stream, 5);
            }
            job.results.awaitCommitted(25 * round);
        }
        assertAll(job.results.committed(), all);
        assertThat(job.results.attempts()).isEqualTo(4);
    }

    @Test
    void lossOfATaskManager(@InjectMiniCluster MiniCluster cluster) throws Exception {
        EmbeddedStream front = kvs.createStream("front");
        EmbeddedStream back = kvs.createStream("back");
        push(front, 3);
        push(back, 3);
        Job<Fragment> job = job(source(front, back)).parallelism(2).restarts(100).start();
        job.results.awaitCommitted(6);

        // One of the two TaskManagers runs tasks of the source; lose each in turn.
        for (int i = 0; i < 2; i++) {
            cluster.startTaskManager();
            cluster.terminateTaskManager(i).get(TIME.toSeconds(), TimeUnit.SECONDS);
            push(front, 2);
            push(back, 2);
            job.results.awaitCommitted(10 + 4 * i);
        }
        assertAll(job.results.committed(), front, back);
        assertThat(job.results.attempts()).isGreaterThan(1);
        assertThat(metric(job, "KinesisVideo.liveStreams")).isEqualTo(2);
        assertThat(metric(job, "KinesisVideo.fragments")).isGreaterThanOrEqualTo(14);
    }

    @Test
    void liveCamera() throws Exception {
        kvs.limits().sessionCap(Duration.ofMillis(900));
        EmbeddedStream stream = kvs.createStream("live");
        try (Camera camera = Camera.builder(stream).speed(8).fragments(20).start()) {
            Job<Fragment> job = job(source(stream)).map(new FailOnce<>(6, 13)).start();
            assertAll(job.results.awaitCommitted(20), stream);
        }
    }

    @Test
    void collectSinkOfFlink() throws Exception {
        EmbeddedStream front = kvs.createStream("front");
        EmbeddedStream back = kvs.createStream("back");
        push(front, 20);
        push(back, 20);
        StreamExecutionEnvironment env = environment(new Configuration(), 3);
        List<Fragment> read = new ArrayList<>();
        try (CloseableIterator<Fragment> fragments =
                env.fromSource(
                                source(front, back)
                                        .setStoppingPosition(StoppingPosition.now())
                                        .build(),
                                WatermarkStrategy.noWatermarks(),
                                "kvs")
                        .setParallelism(2)
                        .map(new FailOnce<>(11, 25))
                        .returns(FragmentTypeInfo.INSTANCE)
                        .setParallelism(2)
                        .executeAndCollect()) {
            fragments.forEachRemaining(read::add);
        }
        assertAll(read, front, back);
    }
}
