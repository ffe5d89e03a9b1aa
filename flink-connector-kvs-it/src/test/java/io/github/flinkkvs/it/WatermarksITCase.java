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
import io.github.flinkkvs.source.StoppingPosition;
import io.github.flinkkvs.source.serialization.FragmentTypeInfo;
import io.github.flinkkvs.testing.EmbeddedStream;
import io.github.flinkkvs.testing.faults.Fault;
import io.github.flinkkvs.testing.log.StoredFragment;
import io.github.flinkkvs.testing.media.MediaFragment;

import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;

import static org.assertj.core.api.Assertions.assertThat;

/** The watermark follows the stream that is furthest behind, among those present. */
class WatermarksITCase extends KvsTestBase {

    private static final WatermarkStrategy<Fragment> ASCENDING =
            WatermarkStrategy.forMonotonousTimestamps();

    private final WatermarkProbe probe = new WatermarkProbe();

    private Job<Fragment> start(
            KvsSourceBuilder<Fragment> source,
            WatermarkStrategy<Fragment> watermarks,
            int parallelism,
            FailOnce<Fragment> failOnce)
            throws Exception {
        Configuration config = new Configuration();
        config.set(PipelineOptions.AUTO_WATERMARK_INTERVAL, Duration.ofMillis(20));
        StreamExecutionEnvironment env = environment(config, 3);
        DataStream<Fragment> fragments =
                env.fromSource(source.build(), watermarks, "kvs")
                        .setParallelism(parallelism)
                        .map(failOnce)
                        .returns(FragmentTypeInfo.INSTANCE)
                        .setParallelism(parallelism)
                        .transform("probe", FragmentTypeInfo.INSTANCE, probe)
                        .setParallelism(1);
        return start(env, fragments);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void theSlowestStreamCounts(int parallelism) throws Exception {
        EmbeddedStream fast = kvs.createStream("fast");
        EmbeddedStream slow = kvs.createStream("slow");
        for (int second = 1; second <= 50; second++) {
            pushAt(fast, second * 1000);
        }
        pushAt(slow, 2_000);
        Job<Fragment> job = start(source(fast, slow), ASCENDING, parallelism, new FailOnce<>());
        job.results.awaitCommitted(51);
        probe.seen().await(1_999);
        job.results.awaitNewCheckpoint();
        assertThat(probe.seen().watermark()).isEqualTo(1_999);

        pushAt(slow, 30_000);
        probe.seen().await(29_999);
        pushAt(slow, 60_000);
        probe.seen().await(49_999);
        assertAll(job.results.awaitCommitted(53), fast, slow);
        assertThat(probe.seen().watermark()).isEqualTo(49_999);
        assertThat(probe.seen().late()).isZero();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void aStreamIsWaitedForFromTheVeryStart(int parallelism) throws Exception {
        EmbeddedStream fast = kvs.createStream("fast");
        EmbeddedStream slow = kvs.createStream("slow");
        for (int second = 1; second <= 50; second++) {
            pushAt(fast, second * 1000);
        }
        pushAt(slow, 2_000);
        // Readers run before they have streams, and one has its first fragment long after the
        // other.
        fast.faults().nextCall("DescribeStream", Fault.delay(Duration.ofMillis(500)));
        slow.faults().nextCall("GetDataEndpoint", Fault.delay(Duration.ofSeconds(1)));
        Job<Fragment> job = start(source(fast, slow), ASCENDING, parallelism, new FailOnce<>());
        job.results.awaitCommitted(51);
        pushAt(slow, 3_000);
        probe.seen().await(2_999);
        assertThat(probe.seen().watermark()).isEqualTo(2_999);
        assertThat(probe.seen().late()).isZero();
        assertAll(job.results.awaitCommitted(52), fast, slow);
    }

    @Test
    void readersWithoutStreamsHoldNothingBack() throws Exception {
        EmbeddedStream stream = kvs.createStream("only");
        pushAt(stream, 5_000);
        Job<Fragment> job = start(source(stream), ASCENDING, 4, new FailOnce<>());
        probe.seen().await(4_999);
        pushAt(stream, 7_000);
        probe.seen().await(6_999);
        job.results.awaitCommitted(2);
    }

    @Test
    void streamsWithoutFragmentsHoldNothingBackIfIdlenessIsDeclared() throws Exception {
        EmbeddedStream stream = kvs.createStream("lively");
        EmbeddedStream empty = kvs.createStream("empty");
        pushAt(stream, 5_000);
        start(
                source(stream, empty),
                ASCENDING.withIdleness(Duration.ofMillis(200)),
                1,
                new FailOnce<>());
        probe.seen().await(4_999);
    }

    @Test
    void streamsThatEndHoldNothingBack() throws Exception {
        EmbeddedStream brief = kvs.createStream("brief");
        EmbeddedStream lasting = kvs.createStream("lasting");
        pushAt(brief, 1_000);
        pushAt(lasting, 1_000);
        Job<Fragment> job =
                start(
                        source(brief, lasting)
                                .setStoppingPosition(
                                        StoppingPosition.atServerTimestamp(
                                                kvs.clock().now().plusSeconds(3600)))
                                .set(
                                        KvsSourceOptions.DELETED_STREAM,
                                        KvsSourceOptions.DeletedStreamPolicy.FINISH),
                        ASCENDING,
                        2,
                        new FailOnce<>());
        job.results.awaitCommitted(2);
        kvs.deleteStream("brief");
        pushAt(lasting, 9_000);
        probe.seen().await(8_999);
        kvs.clock().shift(Duration.ofHours(2));
        assertAll(job.awaitFinished(), brief, lasting);
        assertThat(probe.seen().watermark()).isEqualTo(Long.MAX_VALUE);
    }

    /** Its reader has no other stream, and the job goes on. */
    @Test
    void aReaderWhoseLastStreamIsOverHoldsNothingBackAndThenReadsOthers() throws Exception {
        EmbeddedStream brief = kvs.createStream("brief");
        EmbeddedStream lasting = kvs.createStream("lasting");
        pushAt(brief, 1_000);
        pushAt(lasting, 2_000);
        Job<Fragment> job =
                start(
                        source().setStreamPattern("[a-z]+")
                                .set(KvsSourceOptions.DISCOVERY_INTERVAL, Duration.ofMillis(100)),
                        ASCENDING,
                        2,
                        new FailOnce<>());
        job.results.awaitCommitted(2);
        probe.seen().await(999);
        kvs.deleteStream("brief");
        pushAt(lasting, 9_000);
        probe.seen().await(8_999);

        EmbeddedStream next = kvs.createStream("next");
        pushAt(next, 10_000);
        job.results.awaitCommitted(4);
        pushAt(lasting, 20_000);
        assertAll(job.results.awaitCommitted(5), brief, lasting, next);
        probe.seen().await(9_999);
        assertThat(probe.seen().watermark()).isEqualTo(9_999);
        assertThat(probe.seen().late()).isZero();
    }

    // ---- alignment ------------------------------------------------------------------------------

    private static WatermarkStrategy<Fragment> aligned() {
        return ASCENDING.withWatermarkAlignment(
                "group", Duration.ofSeconds(10), Duration.ofMillis(50));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void alignmentHoldsTheFastStreamUntilTheSlowOneComes(int parallelism) throws Exception {
        EmbeddedStream fast = kvs.createStream("fast");
        EmbeddedStream slow = kvs.createStream("slow");
        pushAt(fast, 1_000);
        pushAt(slow, 1_000);
        Job<Fragment> job = start(source(fast, slow), aligned(), parallelism, new FailOnce<>(8));
        job.results.awaitCommitted(2);

        int held = pushUntilHeld(job, fast);
        pushAt(fast, held + 10_000L);
        // The slow one continues meanwhile, within the limits of the alignment.
        pushAt(slow, 1_500);
        awaitLast(job, slow);
        assertThat(of(fast, job.results.seen())).hasSizeLessThan(fast.pushed().size());

        pushAt(slow, held + 10_000L);
        assertAll(
                job.results.awaitCommitted(fast.pushed().size() + slow.pushed().size()),
                fast,
                slow);
        assertThat(probe.seen().late()).isZero();
    }

    /** Pushes ahead of the others until a fragment is held back; returns its producer time. */
    private static int pushUntilHeld(Job<Fragment> job, EmbeddedStream fast) {
        int producerMillis = 100_000;
        for (int i = 0; i < 50; i++, producerMillis += 100_000) {
            pushAt(fast, producerMillis);
            for (int k = 0; k < 3; k++) {
                job.results.awaitNewCheckpoint();
            }
            if (of(fast, job.results.seen()).size() < fast.pushed().size()) {
                return producerMillis;
            }
        }
        throw new AssertionError("The fast stream is never held");
    }

    private static void awaitLast(Job<Fragment> job, EmbeddedStream stream) {
        int count = stream.pushed().size();
        for (int i = 0; i < 100 && of(stream, job.results.seen()).size() < count; i++) {
            job.results.awaitNewCheckpoint();
        }
        assertThat(of(stream, job.results.seen())).hasSize(count);
    }

    @Test
    void alignmentOfManyStreamsWithLittleMemory() throws Exception {
        EmbeddedStream[] streams = new EmbeddedStream[4];
        for (int i = 0; i < streams.length; i++) {
            streams[i] = kvs.createStream("stream-" + i);
            for (int k = 0; k < 12; k++) {
                // Each at its own pace through event time.
                pushLarge(streams[i], k * 10_000L * (i + 1));
            }
        }
        Job<Fragment> job =
                start(
                        source(streams)
                                .set(KvsSourceOptions.MEMORY_BUDGET, MemorySize.parse("300kb"))
                                .setStoppingPosition(StoppingPosition.now()),
                        aligned(),
                        1,
                        new FailOnce<>(9, 30));
        assertAll(job.awaitFinished(), streams);
    }

    @Test
    void alignmentHoldsAStreamThatWasReadToItsStop() throws Exception {
        EmbeddedStream fast = kvs.createStream("fast");
        EmbeddedStream slow = kvs.createStream("slow");
        pushAt(fast, 1_000);
        pushAt(slow, 1_000);
        Job<Fragment> job =
                start(
                        source(fast, slow)
                                .set(KvsSourceOptions.MEMORY_BUDGET, MemorySize.parse("300kb"))
                                .setStoppingPosition(
                                        StoppingPosition.atServerTimestamp(
                                                kvs.clock().now().plusSeconds(3600))),
                        aligned(),
                        1,
                        new FailOnce<>());
        job.results.awaitCommitted(2);
        int held = pushUntilHeld(job, fast);
        pushLarge(fast, held + 10_000L);
        pushLarge(fast, held + 20_000L);
        for (int i = 0; i < 10; i++) {
            pushLarge(slow, 2_000 + i * 100);
        }
        awaitLast(job, slow);
        kvs.clock().shift(Duration.ofHours(2));
        pushLarge(fast, held + 30_000L);
        List<StoredFragment> ofSlow = slow.pushed();
        List<StoredFragment> ofFast = fast.pushed();
        pushLarge(slow, held + 40_000L);
        List<Fragment> read = job.awaitFinished();
        assertExactly(of(slow, read), ofSlow);
        assertExactly(
                of(fast, read),
                ofFast.subList(0, ofFast.size() - 1).stream().collect(Collectors.toList()));
    }

    private static void pushLarge(EmbeddedStream stream, long producerMillis) {
        stream.push(
                MediaFragment.ofSize(200_000, producerMillis).toBuilder()
                        .producerTimestampMillis(producerMillis)
                        .build());
    }
}
