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
import io.github.flinkkvs.source.StartingPosition;
import io.github.flinkkvs.source.StoppingPosition;
import io.github.flinkkvs.testing.EmbeddedStream;
import io.github.flinkkvs.testing.faults.Fault;

import org.apache.flink.runtime.highavailability.nonha.embedded.HaLeadershipControl;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.test.junit5.InjectMiniCluster;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import static org.assertj.core.api.Assertions.assertThat;

/** A job's JobManager fails and another takes over: nothing is lost or read twice. */
class JobManagerFailoverITCase extends KvsTestBase {

    /**
     * A TaskManager may hear of the loss before the JobManager does, and fail the job's tasks: a
     * job that may not restart would then be over, with its checkpoints.
     */
    private static final int RESTARTS = 10;

    private HaLeadershipControl leadership;

    @BeforeEach
    void leadership(@InjectMiniCluster MiniCluster cluster) {
        leadership = cluster.getHaLeadershipControl().orElseThrow();
    }

    private void revoke(Job<Fragment> job) throws Exception {
        await(leadership.revokeJobMasterLeadership(job.client.getJobID()));
    }

    private void grant(Job<Fragment> job) throws Exception {
        await(leadership.grantJobMasterLeadership(job.client.getJobID()));
    }

    private static void await(CompletableFuture<Void> done) throws Exception {
        done.get(TIME.toSeconds(), TimeUnit.SECONDS);
    }

    @Test
    void goesOnBehindTheLastCheckpoint() throws Exception {
        EmbeddedStream front = kvs.createStream("front");
        EmbeddedStream back = kvs.createStream("back");
        push(front, 3);
        push(back, 3);
        Job<Fragment> job = job(source(front, back)).parallelism(2).restarts(RESTARTS).start();
        job.results.awaitCommitted(6);
        for (int round = 1; round <= 3; round++) {
            // The old one reads some fragments, committed or not; some arrive while there is none.
            push(front, 1);
            revoke(job);
            push(back, 2);
            grant(job);
            push(front, 1);
            assertAll(job.results.awaitCommitted(6 + 4 * round), front, back);
        }
        assertThat(job.results.attempts()).isGreaterThanOrEqualTo(4);
        assertThat(kvs.log().calls("DescribeStream", null)).hasSize(2);
    }

    @Test
    void nowStaysWhatItWas() throws Exception {
        EmbeddedStream stream = kvs.createStream("stream");
        push(stream, 2);
        kvs.clock().shift(Duration.ofSeconds(5));
        Job<Fragment> job =
                job(source(stream).setStartingPosition(StartingPosition.now()))
                        .restarts(RESTARTS)
                        .start();
        awaitSession(stream, 1);
        job.results.awaitNewCheckpoint();
        revoke(job);
        push(stream, 2);
        kvs.clock().shift(Duration.ofSeconds(5));
        grant(job);
        assertExactly(job.results.awaitCommitted(2), stream.pushed().subList(2, 4));
    }

    @Test
    void whileStreamsAreLookedUp() throws Exception {
        EmbeddedStream stream = kvs.createStream("stream");
        push(stream, 3);
        stream.faults().nextCall("DescribeStream", Fault.silence());
        Job<Fragment> job = job(source(stream)).restarts(RESTARTS).start();
        kvs.log().awaitCalls("DescribeStream", "stream", 1, TIME);
        revoke(job);
        grant(job);
        assertAll(job.results.awaitCommitted(3), stream);
        assertThat(kvs.log().calls("DescribeStream", "stream")).hasSize(2);
    }

    @Test
    void boundedJobEnds() throws Exception {
        EmbeddedStream front = kvs.createStream("front");
        EmbeddedStream back = kvs.createStream("back");
        push(front, 3);
        Job<Fragment> job =
                job(source(front, back)
                                .setStoppingPosition(
                                        StoppingPosition.atServerTimestamp(
                                                kvs.clock().now().plusSeconds(60))))
                        .parallelism(3)
                        .restarts(RESTARTS)
                        .start();
        job.results.awaitCommitted(3);
        revoke(job);
        push(back, 1);
        grant(job);
        job.results.awaitCommitted(4);
        kvs.clock().shift(Duration.ofSeconds(120));
        assertAll(job.awaitFinished(), front, back);
    }
}
