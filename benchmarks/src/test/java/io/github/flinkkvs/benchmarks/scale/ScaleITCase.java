/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.benchmarks.scale;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import static org.assertj.core.api.Assertions.assertThat;

/** Both benchmarks with little: their clusters, services and jobs are real ones. */
@EnabledOnOs({OS.LINUX, OS.MAC})
@Timeout(600)
class ScaleITCase {

    @TempDir Path folder;

    private JsonNode run(Object benchmark, String name, String... options) throws IOException {
        Path page = folder.resolve("docs/benchmarks.md");
        Files.createDirectories(page.getParent());
        Files.writeString(
                page,
                String.format("<!-- %1$s results: begin -->%n<!-- %1$s results: end -->%n", name));
        CommandLine command = new CommandLine(benchmark);
        assertThat(command.execute(options)).isZero();
        return new ObjectMapper()
                .readTree(folder.resolve("benchmarks/results/" + name + ".json").toFile());
    }

    @Test
    void measuresFleetsAndDiscovery() throws Exception {
        JsonNode result =
                run(
                        new ScaleBenchmark(),
                        "scale",
                        "--root=" + folder,
                        "--fleets=6x0.5",
                        "--short-of-memory=4x2",
                        "--discover=30",
                        "--warm-up=6",
                        "--seconds=10",
                        "--heap=400",
                        "--server-heap=256m");

        assertThat(result.get("fleets")).hasSize(2);
        for (JsonNode fleet : result.get("fleets")) {
            assertThat(fleet.get("fragments").asLong()).isPositive();
            // What was emitted while nothing counted would make it 1.4.
            assertThat(fleet.get("keptUp").asDouble()).isBetween(0.1, 1.25);
            assertThat(fleet.get("lost").asLong()).isZero();
            assertThat(fleet.get("doubled").asLong()).isZero();
            assertThat(fleet.get("busy").asDouble()).isBetween(0.001, 4.0);
            assertThat(fleet.get("mediaMegabytes").asDouble())
                    .isLessThan(fleet.get("boundMegabytes").asDouble());
            assertThat(fleet.get("checkpointBytes").asLong()).isPositive();
            assertThat(fleet.get("state").get("splits").asLong()).isPositive();
        }
        assertThat(result.get("discovery").get("streams").asInt()).isEqualTo(30);
        assertThat(result.get("discovery").get("listCalls").asInt()).isPositive();
        assertThat(result.get("discovery").get("state").get("enumerator").asLong()).isPositive();
    }

    @Test
    void soaks() throws Exception {
        JsonNode result =
                run(
                        new SoakBenchmark(),
                        "soak",
                        "--root=" + folder,
                        "--minutes=0.2",
                        "--streams=3",
                        "--session-seconds=2",
                        "--jobs=1",
                        "--heap=400",
                        "--server-heap=256m");

        assertThat(result.get("run").get("rows")).hasSize(3);
        assertThat(result.get("run").get("seen").asLong()).isPositive();
        assertThat(result.get("run").get("reconnects").asLong()).isPositive();
        assertThat(result.get("verdicts")).hasSize(6);
    }
}
