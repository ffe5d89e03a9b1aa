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
import io.github.flinkkvs.source.KvsSource;
import io.github.flinkkvs.source.KvsSourceBuilder;
import io.github.flinkkvs.source.KvsSourceOptions;
import io.github.flinkkvs.source.StartingPosition;
import io.github.flinkkvs.source.StoppingPosition;
import io.github.flinkkvs.source.serialization.KvsDeserializationSchema;
import io.github.flinkkvs.testing.EmbeddedStream;

import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.functions.MapFunction;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.connector.source.Source;
import org.apache.flink.api.connector.source.lib.NumberSequenceSource;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.StateRecoveryOptions;
import org.apache.flink.connector.base.source.hybrid.HybridSource;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.util.Collector;

import org.junit.jupiter.api.Test;

import javax.annotation.Nullable;

import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Flink's HybridSource reads one source after the other. It starts a reader before it adds restored
 * splits, and an enumerator while readers are still busy with the source before. Failures come
 * after the change of sources and a checkpoint: before, HybridSource itself may lose its place,
 * whatever it reads.
 */
class HybridSourceITCase extends KvsTestBase {

    /** What other sources read. */
    private static final List<Long> NUMBERS =
            LongStream.rangeClosed(1, 20).boxed().collect(Collectors.toList());

    /** The producer time of a fragment. */
    private static final class Times implements KvsDeserializationSchema<Long> {

        private static final long serialVersionUID = 1L;

        @Override
        public void deserialize(Fragment fragment, Collector<Long> out) {
            out.collect(fragment.producerTimestampMillis());
        }

        @Override
        public TypeInformation<Long> getProducedType() {
            return Types.LONG;
        }
    }

    private KvsSourceBuilder<Long> calls() {
        return KvsTestBase.<Long>source(kvs, List.of())
                .setStreamPrefix("call-")
                .set(KvsSourceOptions.DISCOVERY_INTERVAL, Duration.ofMillis(100))
                .setDeserializationSchema(new Times());
    }

    private static NumberSequenceSource numbers() {
        return new NumberSequenceSource(1, NUMBERS.size());
    }

    /** A stream with fragments of such producer times. */
    private EmbeddedStream call(String name, long... times) {
        EmbeddedStream stream = kvs.createStream(name);
        LongStream.of(times).forEach(time -> pushAt(stream, time));
        return stream;
    }

    private Job<Long> start(
            Source<Long, ?, ?> source, @Nullable String savepoint, MapFunction<Long, Long> map)
            throws Exception {
        Configuration config = new Configuration();
        if (savepoint != null) {
            config.set(StateRecoveryOptions.SAVEPOINT_PATH, savepoint);
        }
        StreamExecutionEnvironment env = environment(config, 10);
        DataStream<Long> records =
                env.fromSource(source, WatermarkStrategy.noWatermarks(), "hybrid", Types.LONG)
                        .uid("hybrid")
                        .setParallelism(2)
                        .map(map)
                        .returns(Types.LONG)
                        .uid("map")
                        .setParallelism(2);
        return start(env, records);
    }

    private static List<Long> and(List<Long> numbers, Long... times) {
        return Stream.concat(numbers.stream(), Stream.of(times)).collect(Collectors.toList());
    }

    @Test
    void afterAnotherSource() throws Exception {
        call("call-1", 101, 102);
        EmbeddedStream second = call("call-2", 201, 202);
        HybridSource<Long> source =
                HybridSource.builder(numbers()).addSource(calls().build()).build();
        Job<Long> job = start(source, null, new FailOnce<>(25));
        assertThat(job.results.awaitCommitted(24))
                .containsExactlyInAnyOrderElementsOf(and(NUMBERS, 101L, 102L, 201L, 202L));
        call("call-3", 301);
        pushAt(second, 203);
        job.results.awaitCommitted(26);
        // It is over, and must not be read again.
        kvs.deleteStream("call-1");
        kvs.log()
                .await(
                        seen -> metric(job, "KinesisVideo.liveStreams") == 2,
                        "the stream is over",
                        TIME);
        String savepoint = job.stopWithSavepoint();

        Job<Long> restored = start(source, savepoint, new FailOnce<>(2));
        restored.results.awaitAttempts(1);
        call("call-4", 401, 402);
        pushAt(second, 204);
        assertThat(restored.results.awaitCommitted(29))
                .containsExactlyInAnyOrderElementsOf(
                        and(NUMBERS, 101L, 102L, 201L, 202L, 301L, 203L, 401L, 402L, 204L));
        // It knows which streams its readers had.
        assertThat(metric(restored, "KinesisVideo.liveStreams")).isEqualTo(3);
    }

    /** As with a region or a role of its own for history. */
    @Test
    void twice() throws Exception {
        EmbeddedStream stream = call("call-1", 101, 102, 103);
        String last = stream.pushed().get(1).number();
        KvsSource<Long> first =
                calls().setStoppingPosition(StoppingPosition.atFragment(last)).build();
        KvsSource<Long> second =
                calls().setStartingPosition(StartingPosition.afterFragment(last)).build();
        Job<Long> job =
                start(
                        HybridSource.builder(first).addSource(second).build(),
                        null,
                        new FailOnce<>(4));
        job.results.awaitCommitted(3);
        pushAt(stream, 104);
        assertThat(job.results.awaitCommitted(4)).containsExactly(101L, 102L, 103L, 104L);
    }
}
