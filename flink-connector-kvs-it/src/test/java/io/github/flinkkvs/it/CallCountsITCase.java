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
import io.github.flinkkvs.testing.EmbeddedStream;
import io.github.flinkkvs.testing.behavior.StreamSettings;
import io.github.flinkkvs.testing.log.ApiCall;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import static org.assertj.core.api.Assertions.assertThat;

/** Counts what the tables of calls in the documentation say. */
class CallCountsITCase extends KvsTestBase {

    /** The column of GetMediaForFragmentList in the table of a history. */
    private static final int BATCHES = 4;

    private static final Path PAGE = Path.of("..", "docs", "history.md");

    private static final Duration HOUR = Duration.ofHours(1);

    /** After so long, a call for media is renewed, and the endpoint that it goes to. */
    private static final Duration RENEWAL = Duration.ofMinutes(45);

    private static final int STREAMS_PER_PAGE = 10_000;

    // ---- what it should be ----------------------------------------------------------------------

    /** The most calls of ListStreams within a time. */
    private static long listStreams(long streams, Duration interval, Duration time) {
        long pages = (streams + STREAMS_PER_PAGE - 1) / STREAMS_PER_PAGE;
        return pages * (time.toMillis() / interval.toMillis());
    }

    /** Of a stream that sends media without pause. */
    private static long renewals(long streams, Duration time) {
        return streams * time.toMillis() / RENEWAL.toMillis();
    }

    private static List<String> row(long streams, Duration interval) {
        return List.of(
                number(streams),
                interval.toSeconds() + " s",
                number(streams),
                number(streams),
                number(listStreams(streams, interval, HOUR)),
                number(renewals(streams, HOUR)),
                number(renewals(streams, HOUR)));
    }

    private static String number(long value) {
        StringBuilder digits = new StringBuilder(Long.toString(value));
        for (int i = digits.length() - 3; i > 0; i -= 3) {
            digits.insert(i, ',');
        }
        return digits.toString();
    }

    /** The cells of each row of a table. */
    private static List<List<String>> table(String name) throws IOException {
        String page = Files.readString(PAGE);
        String begin = "<!-- " + name + " -->\n";
        assertThat(page).contains(begin);
        String table = page.substring(page.indexOf(begin) + begin.length());
        return table.substring(0, table.indexOf("\n\n"))
                .lines()
                .skip(2)
                .map(row -> Arrays.asList(row.replaceAll("^\\| | \\|$", "").split(" \\| ")))
                .collect(Collectors.toList());
    }

    @Test
    void theTableOfFleetsIsComputed() throws Exception {
        List<List<String>> table = table("calls of a fleet");
        assertThat(table).isNotEmpty();
        for (List<String> row : table) {
            long streams = Long.parseLong(row.get(0).replace(",", ""));
            long seconds = Long.parseLong(row.get(1).replace(" s", ""));
            assertThat(row).isEqualTo(row(streams, Duration.ofSeconds(seconds)));
        }
    }

    // ---- what it is -----------------------------------------------------------------------------

    private Map<String, Long> calls() {
        return kvs.log().calls().stream()
                .collect(
                        Collectors.groupingBy(
                                ApiCall::operation, TreeMap::new, Collectors.counting()));
    }

    private KvsSourceBuilder<Fragment> fleet(Duration interval) {
        return source().setStreamPrefix("camera-")
                .set(KvsSourceOptions.DISCOVERY_INTERVAL, interval);
    }

    private void awaitScans(int more) {
        int before = kvs.log().calls("ListStreams", null).size();
        kvs.log().awaitCalls("ListStreams", null, before + more, TIME);
    }

    @ParameterizedTest
    @ValueSource(longs = {50, 500})
    void aFleetAtItsStartAndWhileItRuns(long intervalMillis) throws Exception {
        kvs.limits().idleEnd(Duration.ofMinutes(10));
        int streams = FLEET / 5;
        for (int i = 0; i < streams; i++) {
            push(kvs.createStream("camera-" + i), 1);
            kvs.createStream("other-" + i);
        }
        Duration interval = Duration.ofMillis(intervalMillis);
        long begin = System.nanoTime();
        Job<Fragment> job = job(fleet(interval)).parallelism(2).restarts(0).start();
        job.results.awaitCommitted(streams);
        for (int i = 0; i < streams; i++) {
            awaitSession(kvs.stream("camera-" + i), 1);
        }
        awaitScans(3);
        Map<String, Long> calls = calls();
        Duration time = Duration.ofNanos(System.nanoTime() - begin);
        assertThat(calls.remove("ListStreams"))
                .isBetween(3L, 1 + listStreams(2L * streams, interval, time));
        List<String> row = row(streams, interval);
        assertThat(calls).containsOnlyKeys("GetDataEndpoint", "GetMedia");
        assertThat(number(calls.get("GetDataEndpoint"))).isEqualTo(row.get(2));
        assertThat(number(calls.get("GetMedia"))).isEqualTo(row.get(3));
    }

    /** What happens every 45 minutes, every second. */
    @Test
    void callsThatAreRenewed() throws Exception {
        kvs.limits().idleEnd(Duration.ofMinutes(10)).sessionCap(Duration.ofSeconds(1));
        int streams = 5;
        for (int i = 0; i < streams; i++) {
            push(kvs.createStream("camera-" + i), 1);
        }
        job(fleet(Duration.ofSeconds(10))
                        .set(KvsSourceOptions.ENDPOINT_REFRESH_INTERVAL, Duration.ofMillis(900)))
                .restarts(0)
                .start();
        int renewals = 3;
        for (int i = 0; i < streams; i++) {
            kvs.log().awaitEndedSessions("camera-" + i, renewals, TIME);
            EmbeddedStream camera = kvs.stream("camera-" + i);
            int media = kvs.log().sessions(camera.name()).size();
            assertThat(kvs.log().calls("GetMedia", camera.name())).hasSize(media);
            assertThat(kvs.log().calls("GetDataEndpoint", camera.name()).size())
                    .isBetween(media, media + 1);
        }
        assertThat(calls()).containsOnlyKeys("GetDataEndpoint", "GetMedia", "ListStreams");
    }

    @Test
    void tags() throws Exception {
        kvs.limits().idleEnd(Duration.ofMinutes(10));
        int fit = 8;
        int unfit = 12;
        for (int i = 0; i < fit + unfit; i++) {
            EmbeddedStream camera =
                    kvs.createStream(
                            StreamSettings.named("camera-" + i)
                                    .tag("floor", i < fit ? "1" : "2")
                                    .build());
            push(camera, 1);
            kvs.createStream("other-" + i);
        }
        Job<Fragment> job =
                job(fleet(Duration.ofSeconds(1)).setStreamTags(Map.of("floor", "1")))
                        .restarts(0)
                        .start();
        job.results.awaitCommitted(fit);
        awaitScans(2);
        for (int i = 0; i < fit; i++) {
            assertThat(kvs.log().calls("ListTagsForStream", "camera-" + i)).hasSize(1);
        }
        for (int i = fit; i < fit + unfit; i++) {
            assertThat(kvs.log().calls("ListTagsForStream", "camera-" + i).size()).isBetween(1, 3);
        }
        assertThat(calls().keySet())
                .containsExactly("GetDataEndpoint", "GetMedia", "ListStreams", "ListTagsForStream");
    }

    @Test
    void history() throws Exception {
        List<List<String>> table = table("calls of a history");
        kvs.limits().idleEnd(Duration.ofMinutes(10));
        Duration fragment = Duration.ofSeconds(2);
        int[] fragments =
                table.stream()
                        .mapToInt(row -> Integer.parseInt(row.get(0).replace(",", "")))
                        .toArray();
        int all = 0;
        for (int count : fragments) {
            all += count;
        }
        int longest = IntStream.of(fragments).max().orElseThrow();
        kvs.clock().shift(fragment.multipliedBy(longest).negated());
        for (int i = longest; i > 0; i--) {
            for (int count : fragments) {
                if (i == longest) {
                    kvs.createStream("camera-" + count);
                }
                if (i <= count) {
                    push(kvs.stream("camera-" + count), 1);
                }
            }
            kvs.clock().shift(fragment);
        }
        Job<Fragment> job =
                job(fleet(Duration.ofSeconds(10))
                                .set(KvsSourceOptions.HISTORY, HistoryMode.ARCHIVE))
                        .restarts(0)
                        .start();
        job.results.awaitCommitted(all, TIME);
        List<List<String>> counted = new ArrayList<>();
        for (int count : fragments) {
            EmbeddedStream camera = kvs.stream("camera-" + count);
            awaitSession(camera, 1);
            counted.add(
                    List.of(
                            number(count),
                            count("DescribeStream", camera),
                            count("GetDataEndpoint", camera),
                            count("ListFragments", camera),
                            count("GetMediaForFragmentList", camera),
                            count("GetMedia", camera)));
        }
        for (int i = 0; i < table.size(); i++) {
            List<String> expected = new ArrayList<>(table.get(i));
            int fetched = Integer.parseInt(counted.get(i).get(BATCHES));
            // What is listed when a batch begins varies by some fragments.
            assertThat(Integer.parseInt(expected.get(BATCHES)) - fetched).isBetween(0, 1);
            expected.set(BATCHES, counted.get(i).get(BATCHES));
            assertThat(counted.get(i)).isEqualTo(expected);
        }
    }

    private String count(String operation, EmbeddedStream stream) {
        return number(kvs.log().calls(operation, stream.name()).size());
    }
}
