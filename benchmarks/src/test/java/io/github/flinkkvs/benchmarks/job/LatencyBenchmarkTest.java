/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.benchmarks.job;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class LatencyBenchmarkTest {

    private static final long SECOND = 1_000_000_000;

    @Test
    void measuresFragments(@TempDir Path folder) throws Exception {
        measures(folder, "latency", 2);
    }

    @Test
    void measuresFrames(@TempDir Path folder) throws Exception {
        measures(folder, "frame-latency", 1, "--frames");
    }

    private static void measures(Path folder, String name, int expectedRows, String... options)
            throws Exception {
        List<String> arguments = new ArrayList<>(List.of(options));
        arguments.addAll(
                List.of(
                        "--warm-up=1",
                        "--seconds=1",
                        "--streams=2",
                        "--root=" + root(folder, name)));
        int exit =
                new CommandLine(new LatencyBenchmark()).execute(arguments.toArray(new String[0]));
        assertThat(exit).isZero();
        JsonNode rows =
                new ObjectMapper()
                        .readTree(folder.resolve("benchmarks/results/" + name + ".json").toFile())
                        .get("rows");
        assertThat(rows).hasSize(expectedRows);
        for (JsonNode row : rows) {
            assertThat(row.get("samples").asLong()).isPositive();
            assertThat(row.get("median").asDouble()).isBetween(1.0, 1e6);
            assertThat(row.get("p999").asDouble())
                    .isGreaterThanOrEqualTo(row.get("p99").asDouble());
        }
    }

    @Test
    void onlyTheTimeBetweenWarmUpAndEndCounts() {
        List<FragmentTime> sent =
                List.of(at(0, 0), at(1, 2 * SECOND), at(2, 3 * SECOND), at(3, 5 * SECOND));
        List<FragmentTime> arrived =
                List.of(
                        at(0, 9),
                        at(1, 2 * SECOND + 7),
                        at(2, 3 * SECOND + 5),
                        at(3, 5 * SECOND + 3));
        Histogram nanos = LatencyBenchmark.latencies(sent, arrived, SECOND);
        assertThat(nanos.getTotalCount()).isEqualTo(2);
        assertThat(nanos.getMinValue()).isEqualTo(5);
        assertThat(nanos.getMaxValue()).isEqualTo(7);
    }

    @Test
    void whatIsLostOrComesTwiceIsAnError() {
        List<FragmentTime> sent = List.of(at(0, 0), at(1, SECOND), at(2, 3 * SECOND));
        assertThatThrownBy(
                        () ->
                                LatencyBenchmark.latencies(
                                        sent, List.of(at(0, 0), at(2, 3 * SECOND)), 0))
                .hasMessage("Did not arrive: stream 1 1000000000");
        assertThatThrownBy(() -> LatencyBenchmark.latencies(sent, List.of(at(1, 5), at(1, 6)), 0))
                .hasMessage("Arrived twice: stream 1 6");
    }

    private static FragmentTime at(int number, long nanos) {
        return new FragmentTime("stream", Integer.toString(number), nanos);
    }

    /** A project with a page for the tables. */
    private static Path root(Path folder, String name) throws IOException {
        Path page = folder.resolve("docs/benchmarks.md");
        Files.createDirectories(page.getParent());
        Files.writeString(
                page,
                String.format("<!-- %1$s results: begin -->%n<!-- %1$s results: end -->%n", name));
        return folder;
    }
}
