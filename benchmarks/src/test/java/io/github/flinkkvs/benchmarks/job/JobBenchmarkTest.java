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
import io.netty.handler.ssl.OpenSsl;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import static org.assertj.core.api.Assertions.assertThat;

class JobBenchmarkTest {

    @Test
    void measures(@TempDir Path folder) throws Exception {
        // Not every machine has Netty's native library.
        String protocols =
                OpenSsl.isAvailable() ? "--protocols=https,openssl" : "--protocols=https";
        int exit =
                JobBenchmark.commandLine()
                        .execute(
                                "--rounds=1",
                                "--warm-up=0",
                                "--megabytes=12",
                                "--streams=2",
                                protocols,
                                "--root=" + root(folder));
        assertThat(exit).isZero();
        JsonNode rows =
                new ObjectMapper()
                        .readTree(folder.resolve("benchmarks/results/job.json").toFile())
                        .get("rows");
        assertThat(rows).hasSize(4 * protocols.split(",").length);
        for (JsonNode row : rows) {
            assertThat(row.get("throughputRatio").get("value").asDouble()).isPositive();
            for (String reader : new String[] {"job", "bare"}) {
                JsonNode figures = row.get(reader);
                assertThat(figures.get("megabytesPerSecond").get("value").asDouble()).isPositive();
                assertThat(figures.get("cpuSecondsPerGigabyte").get("value").asDouble())
                        .isPositive();
                // The compiler of a JVM that has just started is always busy.
                assertThat(figures.get("compilerCpuSecondsPerGigabyte").get("value").asDouble())
                        .matches(cpu -> cpu > 0 || !Files.exists(Path.of("/proc/self/schedstat")));
            }
        }
    }

    /** A project with a page for the tables. */
    private static Path root(Path folder) throws IOException {
        Path page = folder.resolve("docs/benchmarks.md");
        Files.createDirectories(page.getParent());
        Files.writeString(page, "<!-- job results: begin -->\n<!-- job results: end -->\n");
        return folder;
    }
}
