/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.chaos.report;

import io.github.flinkkvs.chaos.check.Finding;
import io.github.flinkkvs.chaos.check.Share;
import io.github.flinkkvs.chaos.check.Verdict;
import io.github.flinkkvs.chaos.job.ReadingMode;
import io.github.flinkkvs.chaos.ledger.Ledger;
import io.github.flinkkvs.chaos.ledger.LedgerWriter;
import io.github.flinkkvs.chaos.ledger.StreamKind;
import io.github.flinkkvs.chaos.plan.FaultKind;
import io.github.flinkkvs.chaos.record.OutputRow;
import io.github.flinkkvs.chaos.run.Injected;
import io.github.flinkkvs.chaos.run.RunResult;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

import static org.assertj.core.api.Assertions.assertThat;

class ReportTest {

    @TempDir Path folder;

    private static Injected kill(long restore, long first, long all) {
        return new Injected(FaultKind.KILL_TASKMANAGER, 0, OptionalLong.of(restore), first, all);
    }

    /** Two fragments are due after each fault, and two before the first one. */
    private List<Share> shares(int faults, Finding... findings) throws Exception {
        Path file = folder.resolve("ledger.csv");
        Files.deleteIfExists(file);
        List<OutputRow> rows = new ArrayList<>();
        try (LedgerWriter writer = new LedgerWriter(file)) {
            writer.stream("door", StreamKind.CAMERA, 1);
            for (int i = 0; i < 2 * faults + 2; i++) {
                BigInteger number = BigInteger.valueOf(i);
                writer.begun("door", number.toString(), 0, List.of());
                writer.completed("door", number.toString(), 0);
                rows.add(new OutputRow("door", i + 1, number, OutputRow.WHOLE, 0, i));
            }
        }
        List<Long> begins =
                LongStream.rangeClosed(1, faults)
                        .mapToObj(fault -> 2 * fault)
                        .collect(Collectors.toList());
        return Share.of(begins, Ledger.read(file), rows, List.of(findings));
    }

    @Test
    void tellsByKindWhatIsWrongAndHowLongItTook() throws Exception {
        Finding lost = new Finding(Finding.Kind.LOST, "door", 9, "fragment 9");
        RunResult result =
                new RunResult(
                        List.of(
                                kill(1000, 2500, 3000),
                                kill(1000, 1400, 9000),
                                kill(1000, 2000, 2000),
                                new Injected(FaultKind.CUT, 0, OptionalLong.empty(), 200, 400)),
                        shares(4, lost),
                        new Verdict(30, 60, 2, 1, 29, List.of(lost)));

        new Report("chaos/run.sh --seed 5", 5, ReadingMode.FRAMES, List.of("1", "2"), result)
                .write(folder);

        assertThat(Files.readString(folder.resolve("frames-2-5.md")))
                .contains("```sh\nchaos/run.sh --seed 5\n```")
                .contains("| lost | 1 |", "| doubled | 0 |", "| complete fragments | 30 |")
                .contains(
                        "| before the first one | 1 | 2 | 0 | 0 | 0 | 0 |\n",
                        "| SIGKILL of a TaskManager | 3 | 6 | 0 | 0 | 0 | 0 |\n",
                        "| connections that break in mid-fragment | 1 | 2 | 1 | 0 | 0 | 0 |\n")
                .contains(
                        "| SIGKILL of a TaskManager | 3 | 2.0 s | 2.5 s | 3.0 s | 9.0 s | 1.0 s | 1.5 s |\n")
                .contains(
                        "| connections that break in mid-fragment | 1 | 0.2 s | 0.2 s | 0.4 s | 0.4 s | |  |\n")
                .endsWith("- LOST in door: fragment 9");
        JsonNode json = new ObjectMapper().readTree(folder.resolve("frames-2-5.json").toFile());
        assertThat(json.get("LOST").asInt()).isEqualTo(1);
        assertThat(json.get("faults").get("KILL_TASKMANAGER").get("afterRestoreMillis"))
                .hasToString("[1500,400,1000]");
        assertThat(json.get("shares").get("CUT").get("LOST").asInt()).isEqualTo(1);
        assertThat(json.get("flink")).hasToString("[\"1\",\"2\"]");
    }

    @Test
    void sumsUpAllReportsOfAFolder() throws Exception {
        for (int seed = 1; seed <= 3; seed++) {
            RunResult result =
                    new RunResult(
                            List.of(kill(1000, seed * 2000, seed * 3000)),
                            shares(1),
                            new Verdict(1000, 2000, 0, 0, 999, List.of()));
            new Report("", seed, ReadingMode.FRAGMENTS, List.of("1"), result).write(folder);
        }

        assertThat(Summary.of(folder).markdown())
                .contains("| `fragments` | 3 | 3 | 3,000 | 2,997 | 0 | 0 | 0 | 0 |\n")
                .contains("| SIGKILL of a TaskManager | 3 | 6 | 0 | 0 | 0 | 0 |\n")
                .contains(
                        "| SIGKILL of a TaskManager | 3 | 4.0 s | 6.0 s | 6.0 s | 9.0 s | 3.0 s | 5.0 s |\n")
                .endsWith("\nFaults in all: 3\n");
    }

    @Test
    void theMedianOfAnEvenNumberIsBetweenTheTwoInTheMiddle() {
        assertThat(RecoveryTimes.median(List.of(4L, 1L, 2L, 9L))).isEqualTo(3.0);
        assertThat(RecoveryTimes.median(List.of(7L))).isEqualTo(7.0);
    }
}
