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
import io.github.flinkkvs.source.KvsSourceOptions;
import io.github.flinkkvs.source.serialization.FragmentTypeInfo;
import io.github.flinkkvs.testing.EmbeddedStream;

import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.windowing.ProcessAllWindowFunction;
import org.apache.flink.streaming.api.windowing.assigners.TumblingEventTimeWindows;
import org.apache.flink.streaming.api.windowing.windows.TimeWindow;
import org.apache.flink.util.Collector;
import org.apache.flink.util.OutputTag;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

import static org.assertj.core.api.Assertions.assertThat;

/** Windows of 10 s over the time of the media, while streams come and go. */
class FleetWindowsITCase extends KvsTestBase {

    private static final OutputTag<Fragment> LATE =
            new OutputTag<>("late", FragmentTypeInfo.INSTANCE);

    private static final String READ = "read";

    /** A job that emits what it reads, the content of each window, and what is late. */
    private Job<String> windows(int parallelism) throws Exception {
        Configuration config = new Configuration();
        config.set(PipelineOptions.AUTO_WATERMARK_INTERVAL, Duration.ofMillis(10));
        StreamExecutionEnvironment env = environment(config, 0);
        DataStream<Fragment> fragments =
                env.fromSource(
                                source().setStreamPattern("[a-z]+")
                                        .set(
                                                KvsSourceOptions.DISCOVERY_INTERVAL,
                                                Duration.ofMillis(100))
                                        .build(),
                                WatermarkStrategy.forMonotonousTimestamps(),
                                "kvs")
                        .setParallelism(parallelism);
        SingleOutputStreamOperator<String> windows =
                fragments
                        .windowAll(TumblingEventTimeWindows.of(Duration.ofSeconds(10)))
                        .sideOutputLateData(LATE)
                        .process(new Content());
        return start(
                env,
                windows.union(described("late", windows.getSideOutput(LATE)))
                        .union(described(READ, fragments)));
    }

    private static DataStream<String> described(String what, DataStream<Fragment> fragments) {
        return fragments
                .map(
                        fragment ->
                                what
                                        + " "
                                        + fragment.streamName()
                                        + " "
                                        + fragment.producerTimestampMillis() / 1000)
                .returns(Types.STRING)
                .setParallelism(1);
    }

    private static final class Content
            extends ProcessAllWindowFunction<Fragment, String, TimeWindow> {

        private static final long serialVersionUID = 1L;

        @Override
        public void process(Context context, Iterable<Fragment> fragments, Collector<String> out) {
            Map<String, Integer> counts = new TreeMap<>();
            fragments.forEach(fragment -> counts.merge(fragment.streamName(), 1, Integer::sum));
            out.collect("from " + context.window().getStart() / 1000 + " " + counts);
        }
    }

    /** Pushes fragments and waits until the job has read them. */
    private static void film(Job<String> job, EmbeddedStream stream, long... seconds) {
        for (long second : seconds) {
            pushAt(stream, second * 1000);
        }
        for (long second : seconds) {
            await(job, READ + " " + stream.name() + " " + second);
        }
    }

    private static void await(Job<String> job, String result) {
        job.results.awaitSeen(seen -> seen.contains(result), result);
    }

    /** All windows so far and what was late, after enough time for more of it. */
    private static List<String> results(Job<String> job) {
        job.results.awaitNewCheckpoint();
        return job.results.committed().stream()
                .filter(result -> !result.startsWith(READ))
                .collect(Collectors.toList());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void goOnWithoutStreamsThatAreOver(int parallelism) throws Exception {
        EmbeddedStream brief = kvs.createStream("brief");
        EmbeddedStream lasting = kvs.createStream("lasting");
        Job<String> job = windows(parallelism);
        film(job, brief, 1, 2);
        film(job, lasting, 3, 15, 25);
        assertThat(results(job)).isEmpty();
        kvs.deleteStream("brief");
        await(job, "from 0 {brief=2, lasting=1}");
        await(job, "from 10 {lasting=1}");
        film(job, lasting, 35);
        await(job, "from 20 {lasting=1}");
        assertThat(results(job)).hasSize(3);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void goOnWithTheNextStreamAfterAllAreOver(int parallelism) throws Exception {
        EmbeddedStream first = kvs.createStream("first");
        Job<String> job = windows(parallelism);
        film(job, first, 5, 15);
        await(job, "from 0 {first=1}");
        kvs.deleteStream("first");
        EmbeddedStream second = kvs.createStream("second");
        film(job, second, 16, 21);
        await(job, "from 10 {first=1, second=1}");
        assertThat(results(job)).hasSize(2);
    }

    /** A reader that has other streams waits for the new one. */
    @Test
    void waitForANewStreamOfAReaderWithOthers() throws Exception {
        EmbeddedStream lasting = kvs.createStream("lasting");
        Job<String> job = windows(1);
        film(job, lasting, 5, 15, 25, 35);
        await(job, "from 20 {lasting=1}");

        EmbeddedStream later = kvs.createStream("later");
        film(job, later, 12, 31);
        await(job, "late later 12");
        film(job, lasting, 95);
        assertThat(results(job)).hasSize(4).last().isEqualTo("late later 12");

        film(job, later, 32, 45);
        await(job, "from 30 {lasting=1, later=2}");
        film(job, later, 105);
        await(job, "from 40 {later=1}");
        assertThat(results(job)).hasSize(6);
    }

    /** Flink does not wait for an input that was idle, before it has caught up. */
    @Test
    void doNotWaitForANewStreamOfAReaderWithoutOthers() throws Exception {
        EmbeddedStream lasting = kvs.createStream("lasting");
        Job<String> job = windows(2);
        film(job, lasting, 5, 15, 25, 35);
        await(job, "from 20 {lasting=1}");

        EmbeddedStream later = kvs.createStream("later");
        film(job, later, 12, 31);
        await(job, "late later 12");
        film(job, lasting, 95);
        await(job, "from 30 {lasting=1, later=1}");
        film(job, later, 45, 96);
        await(job, "late later 45");

        film(job, lasting, 205);
        assertThat(results(job)).hasSize(6);
        film(job, later, 105);
        await(job, "from 90 {lasting=1, later=1}");
        assertThat(results(job)).hasSize(7);
    }
}
