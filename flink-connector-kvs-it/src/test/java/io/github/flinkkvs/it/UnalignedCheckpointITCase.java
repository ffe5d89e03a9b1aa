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
import io.github.flinkkvs.source.serialization.FragmentTypeInfo;
import io.github.flinkkvs.testing.EmbeddedStream;
import io.github.flinkkvs.testing.log.ServedMedia;

import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.functions.MapFunction;
import org.apache.flink.api.common.state.CheckpointListener;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.runtime.checkpoint.AbstractCheckpointStats;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.state.FunctionInitializationContext;
import org.apache.flink.runtime.state.FunctionSnapshotContext;
import org.apache.flink.streaming.api.checkpoint.CheckpointedFunction;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.test.junit5.InjectMiniCluster;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import static org.assertj.core.api.Assertions.assertThat;

/** In-flight fragments larger than a network buffer survive an unaligned checkpoint. */
class UnalignedCheckpointITCase extends KvsTestBase {

    private static final int FRAGMENTS = 20;

    /** A fragment of more than one network buffer, of 32 KiB. */
    private static final int BYTES = 50_000;

    /** Fewer than the buffers between the tasks and the gate hold. */
    private static final int IN_FLIGHT = 4;

    @BeforeEach
    void close() {
        Upstream.reset();
        Gate.reset();
    }

    @AfterEach
    void open() {
        Gate.open();
    }

    @Test
    void fragmentsInFlightAreNeitherLostNorReadAgain(@InjectMiniCluster MiniCluster cluster)
            throws Exception {
        EmbeddedStream stream = kvs.createStream("stream");
        for (int i = 0; i < FRAGMENTS; i++) {
            push(stream, BYTES, i);
        }
        StreamExecutionEnvironment env = environment(new Configuration(), 1);
        env.getCheckpointConfig().enableUnalignedCheckpoints();
        DataStream<Fragment> fragments =
                env.fromSource(source(stream).build(), WatermarkStrategy.noWatermarks(), "kvs")
                        .setParallelism(1)
                        .map(new Upstream())
                        .returns(FragmentTypeInfo.INSTANCE)
                        .setParallelism(1)
                        .rebalance()
                        .map(new Gate())
                        .returns(FragmentTypeInfo.INSTANCE)
                        .setParallelism(1);
        Job<Fragment> job = start(env, fragments);

        assertThat(Upstream.overtaken.await(TIME.toSeconds(), TimeUnit.SECONDS)).isTrue();
        AbstractCheckpointStats stats =
                cluster.getExecutionGraph(job.client.getJobID())
                        .get(TIME.toSeconds(), TimeUnit.SECONDS)
                        .getCheckpointStatsSnapshot()
                        .getHistory()
                        .getCheckpointById(Upstream.overtaking);
        assertThat(stats.isUnalignedCheckpoint()).isTrue();
        assertThat(stats.getPersistedData()).isGreaterThan(2L * BYTES);
        Gate.fail();

        assertAll(job.results.awaitCommitted(FRAGMENTS), stream);
        assertThat(job.results.attempts()).isEqualTo(2);
        // What was in flight came out of the checkpoint, not from the service.
        assertThat(Upstream.restored).isGreaterThanOrEqualTo(Upstream.overtaking);
        int emitted = Upstream.EMITTED.get(Upstream.restored);
        assertThat(kvs.log().sessions("stream"))
                .extracting(ServedMedia::startSelector)
                .contains("FRAGMENT_NUMBER " + stream.pushed().get(emitted - 1).number());
    }

    /**
     * Chained to the source, which snapshots after it has sent the barrier. Then the gate may let
     * one fragment through, so that it sees the barrier.
     */
    private static final class Upstream
            implements MapFunction<Fragment, Fragment>, CheckpointedFunction, CheckpointListener {

        private static final long serialVersionUID = 1L;

        /** What the source had emitted in all, by checkpoint. */
        static final Map<Long, Integer> EMITTED = new ConcurrentHashMap<>();

        /** Checkpoints that had enough fragments in flight. */
        static final Map<Long, Boolean> FULL = new ConcurrentHashMap<>();

        /** Down when one of these is complete. */
        static volatile CountDownLatch overtaken;

        static volatile long overtaking;
        static volatile long restored;

        private int emitted;

        static void reset() {
            EMITTED.clear();
            FULL.clear();
            overtaken = new CountDownLatch(1);
            restored = 0;
        }

        @Override
        public void initializeState(FunctionInitializationContext context) {
            if (context.isRestored()) {
                restored = context.getRestoredCheckpointId().orElseThrow();
            }
        }

        @Override
        public Fragment map(Fragment fragment) {
            emitted++;
            return fragment;
        }

        @Override
        public void snapshotState(FunctionSnapshotContext context) {
            if (restored == 0) {
                long checkpoint = context.getCheckpointId();
                EMITTED.put(checkpoint, emitted);
                FULL.put(checkpoint, emitted - Gate.PASSED.get() >= IN_FLIGHT);
                if (emitted > 0 && overtaken.getCount() > 0) {
                    Gate.pass();
                }
            }
        }

        @Override
        public void notifyCheckpointComplete(long checkpoint) {
            if (overtaken.getCount() > 0 && FULL.get(checkpoint)) {
                overtaking = checkpoint;
                overtaken.countDown();
            }
        }
    }

    /** Lets a fragment through for each checkpoint. */
    private static final class Gate implements MapFunction<Fragment, Fragment> {

        private static final long serialVersionUID = 1L;

        static final AtomicInteger PASSED = new AtomicInteger();
        private static volatile Semaphore permits;
        private static volatile boolean fails;

        static void reset() {
            PASSED.set(0);
            permits = new Semaphore(0);
        }

        static void pass() {
            PASSED.incrementAndGet();
            permits.release();
        }

        static void open() {
            permits.release(10 * FRAGMENTS);
        }

        /** Fails at the fragment that waits, then lets the others through. */
        static void fail() {
            fails = true;
            open();
        }

        @Override
        public Fragment map(Fragment fragment) throws InterruptedException {
            permits.acquire();
            if (fails) {
                fails = false;
                throw new IllegalStateException("Scripted failure");
            }
            return fragment;
        }
    }
}
