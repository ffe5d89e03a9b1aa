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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

import java.nio.file.Files;
import java.nio.file.Path;

import static org.assertj.core.api.Assertions.assertThat;

class ArchiveBenchmarkTest {

    @Test
    void measures(@TempDir Path folder) throws Exception {
        Path page = folder.resolve("docs/benchmarks.md");
        Files.createDirectories(page.getParent());
        Files.writeString(page, "<!-- archive results: begin -->\n<!-- archive results: end -->\n");

        int exit =
                new CommandLine(new ArchiveBenchmark())
                        .execute(
                                "--rounds=1",
                                "--warm-up=0",
                                "--quota-fragments=600",
                                "--get-media-fragments=11",
                                "--fragments=1500",
                                "--loads=https:2",
                                "--root=" + folder);

        assertThat(exit).isZero();
        JsonNode result =
                new ObjectMapper()
                        .readTree(folder.resolve("benchmarks/results/archive.json").toFile());
        JsonNode quotas = result.get("withQuotas");
        assertThat(quotas).hasSize(2);
        assertThat(seconds(quotas.get(0))).as("of GetMedia").isBetween(1.5, 20.0);
        assertThat(seconds(quotas.get(1))).as("of archived media").isBetween(0.5, 20.0);
        for (JsonNode sample : result.get("samples")) {
            assertThat(sample.get("calls").get("refused").asInt()).as("refused calls").isZero();
        }
        JsonNode row = result.get("withoutQuotas").get(0);
        assertThat(row.get("throughputRatio").get("value").asDouble()).isPositive();
        assertThat(row.get("cpuRatio").get("value").asDouble()).isPositive();
        for (String reader : new String[] {"job", "bare"}) {
            JsonNode calls = row.get(reader).get("calls");
            // 94 fragments a call, and windows of about 500.
            assertThat(calls.get("GetMediaForFragmentList").asInt()).as(reader).isBetween(16, 18);
            assertThat(calls.get("ListFragments").asInt()).as(reader).isBetween(3, 6);
        }
        assertThat(page).content().contains("| archived media | 600 |", "| HTTPS | 1,500 | 2 |");
    }

    private static double seconds(JsonNode row) {
        return row.get("figures").get("seconds").get("value").asDouble();
    }
}
