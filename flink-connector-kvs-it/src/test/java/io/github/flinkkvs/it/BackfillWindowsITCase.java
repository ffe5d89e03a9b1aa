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
import io.github.flinkkvs.source.KvsSourceOptions.HistoryMode;
import io.github.flinkkvs.source.StoppingPosition;
import io.github.flinkkvs.testing.EmbeddedStream;

import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.windowing.ProcessAllWindowFunction;
import org.apache.flink.streaming.api.windowing.assigners.TumblingEventTimeWindows;
import org.apache.flink.streaming.api.windowing.windows.TimeWindow;
import org.apache.flink.types.Row;
import org.apache.flink.util.Collector;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.time.Duration;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Collectors;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Windows over the time of the media have the same content, whichever way the media is read: none
 * of it is late.
 */
class BackfillWindowsITCase extends TableTestBase {

    private static final long WINDOW_MILLIS = 10_000;
    private static final long START = 1_750_000_000_000L;
    private static final long END = START + 300_000;

    /** How far the clocks of the producers go back at most. */
    private static final int DISORDER_MILLIS = 3_000;

    /** Far behind everything else, so that all windows before it are complete. */
    private static final long MUCH_LATER = END + Duration.ofHours(1).toMillis();

    private EmbeddedStream[] cameras;

    /** The producer timestamps of each camera, in the order of its fragments. */
    private final List<List<Long>> times = new ArrayList<>();

    /** For each window, how many fragments of which cameras it has. */
    private final Map<Long, String> expected = new TreeMap<>();

    @BeforeEach
    void film() {
        // Cameras differ in the length of their fragments, and begin one after the other.
        long[] fragmentMillis = {1_000, 2_000, 7_000};
        cameras = new EmbeddedStream[fragmentMillis.length];
        Random random = new Random(11);
        Map<Long, List<String>> windows = new TreeMap<>();
        for (int i = 0; i < cameras.length; i++) {
            cameras[i] = kvs.createStream("camera-" + i);
            times.add(new ArrayList<>());
            for (long at = START + i * 20_000; at < END; at += fragmentMillis[i]) {
                long time = at - random.nextInt(DISORDER_MILLIS);
                times.get(i).add(time);
                windows.computeIfAbsent(time - time % WINDOW_MILLIS, w -> new ArrayList<>())
                        .add(cameras[i].name());
            }
            times.get(i).add(MUCH_LATER);
        }
        windows.forEach((begin, names) -> expected.put(begin, content(names)));
    }

    /** Pushes all media in the order in which it was filmed. */
    private void push() {
        int[] next = new int[cameras.length];
        while (true) {
            int first = -1;
            for (int i = 0; i < cameras.length; i++) {
                if (next[i] < times.get(i).size()
                        && (first < 0
                                || times.get(i).get(next[i]) < times.get(first).get(next[first]))) {
                    first = i;
                }
            }
            if (first < 0) {
                return;
            }
            pushAt(cameras[first], times.get(first).get(next[first]++));
        }
    }

    private static String content(List<String> names) {
        return names.stream()
                .collect(Collectors.groupingBy(n -> n, TreeMap::new, Collectors.counting()))
                .toString();
    }

    private KvsSourceBuilder<Fragment> source(HistoryMode history) {
        return source(cameras).set(KvsSourceOptions.HISTORY, history);
    }

    /** A job that emits each window once, as its begin and its content. */
    private Job<String> windows(KvsSourceBuilder<Fragment> source, int parallelism)
            throws Exception {
        Configuration config = new Configuration();
        config.set(PipelineOptions.AUTO_WATERMARK_INTERVAL, Duration.ofMillis(10));
        StreamExecutionEnvironment env = environment(config, 0);
        DataStream<String> windows =
                env.fromSource(
                                source.build(),
                                WatermarkStrategy.forBoundedOutOfOrderness(
                                        Duration.ofMillis(DISORDER_MILLIS)),
                                "kvs")
                        .setParallelism(parallelism)
                        .windowAll(TumblingEventTimeWindows.of(Duration.ofMillis(WINDOW_MILLIS)))
                        .process(new Content());
        return start(env, windows);
    }

    private static final class Content
            extends ProcessAllWindowFunction<Fragment, String, TimeWindow> {

        private static final long serialVersionUID = 1L;

        @Override
        public void process(Context context, Iterable<Fragment> fragments, Collector<String> out) {
            List<String> names = new ArrayList<>();
            fragments.forEach(fragment -> names.add(fragment.streamName()));
            out.collect(context.window().getStart() + " " + content(names));
        }
    }

    private List<String> expectedWindows() {
        return expected.entrySet().stream()
                .map(window -> window.getKey() + " " + window.getValue())
                .collect(Collectors.toList());
    }

    @Test
    void ofMediaThatIsReadLive() throws Exception {
        Job<String> live = windows(source(HistoryMode.LIVE), 2);
        for (EmbeddedStream camera : cameras) {
            awaitSession(camera, 1);
        }
        push();
        assertThat(live.results.awaitCommitted(expected.size()))
                .containsExactlyElementsOf(expectedWindows());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void ofTheSameMediaAsHistory(int parallelism) throws Exception {
        push();
        kvs.clock().shift(Duration.ofHours(2));
        Job<String> history =
                windows(
                        source(HistoryMode.ARCHIVE).setStoppingPosition(StoppingPosition.now()),
                        parallelism);
        List<String> read = history.awaitFinished();
        // The last window is that of what was filmed much later.
        assertThat(read.subList(0, read.size() - 1)).containsExactlyElementsOf(expectedWindows());
        assertThat(kvs.log().calls("GetMediaForFragmentList", null)).isNotEmpty();
        assertThat(kvs.log().pushed(null)).hasSize(times.stream().mapToInt(List::size).sum());
    }

    @ParameterizedTest
    @ValueSource(strings = {"live", "archive"})
    void inSql(String history) throws Exception {
        push();
        kvs.clock().shift(Duration.ofHours(2));
        create(
                "camera STRING METADATA FROM 'stream-name',"
                        + " ts TIMESTAMP_LTZ(3) METADATA FROM 'producer-timestamp',"
                        + " WATERMARK FOR ts AS ts - INTERVAL '3' SECOND",
                with(bounded(cameras), "source.history", history));
        List<Row> rows =
                query(
                        "SELECT window_start, camera, COUNT(*) FROM TABLE(TUMBLE(TABLE cameras,"
                                + " DESCRIPTOR(ts), INTERVAL '10' SECOND))"
                                + " GROUP BY window_start, window_end, camera");
        Map<Long, Map<String, Long>> read = new TreeMap<>();
        for (Row row : rows) {
            long begin = ((LocalDateTime) row.getField(0)).toInstant(ZoneOffset.UTC).toEpochMilli();
            read.computeIfAbsent(begin, w -> new TreeMap<>())
                    .put((String) row.getField(1), (Long) row.getField(2));
        }
        read.keySet().removeIf(begin -> begin >= END);
        Map<Long, String> contents = new TreeMap<>();
        read.forEach((begin, content) -> contents.put(begin, content.toString()));
        assertThat(contents).isEqualTo(expected);
        assertThat(kvs.log().calls("GetMediaForFragmentList", null).isEmpty())
                .isEqualTo(history.equals("live"));
    }
}
