/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.chaos;

import io.github.flinkkvs.chaos.check.Finding;
import io.github.flinkkvs.chaos.job.ReadingMode;
import io.github.flinkkvs.chaos.plan.FaultKind;
import io.github.flinkkvs.chaos.plan.Plan;
import io.github.flinkkvs.chaos.plan.PlannedFault;
import io.github.flinkkvs.chaos.report.Report;
import io.github.flinkkvs.chaos.report.Summary;
import io.github.flinkkvs.chaos.run.ChaosRun;
import io.github.flinkkvs.chaos.run.RunResult;
import io.github.flinkkvs.chaos.service.FleetSize;
import io.github.flinkkvs.chaos.world.WorldSettings;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;

/** The command line: runs one plan, writes its report, and fails if anything was wrong. */
@Command(
        name = "chaos/run.sh",
        mixinStandardHelpOptions = true,
        description =
                "Lets faults happen to a job in a real Flink cluster, and compares what it committed"
                        + " with what was pushed.",
        showDefaultValues = true)
public final class ChaosMain implements Callable<Integer> {
    private static final int HISTORIES = 4;
    private static final int HISTORY = 300;
    private static final int LONG_HISTORY = 3000;

    @Option(names = "--seed", description = "Brings a plan back; by default a new one is made.")
    private Long seed;

    @Option(names = "--minutes", defaultValue = "5", description = "How long the plan is.")
    private double minutes;

    @Option(
            names = "--mode",
            defaultValue = "fragments",
            converter = ModeConverter.class,
            description = "How the job reads: fragments, frames, sql or archive.")
    private ReadingMode mode;

    @Option(
            names = "--flink",
            split = ",",
            defaultValue = "1.20.3",
            description =
                    "Versions of Flink, from the lowest on, between which the job is upgraded.")
    private List<String> versions;

    @Option(names = "--out", description = "Folder of the report; by default chaos/results.")
    private Path out;

    @Option(names = "--cameras", defaultValue = "12", description = "Streams of cameras.")
    private int cameras;

    @Option(names = "--calls", defaultValue = "6", description = "Streams of phone calls.")
    private int calls;

    @Option(
            names = "--later-calls",
            defaultValue = "20",
            description = "Further ones, which are created while faults happen.")
    private int laterCalls;

    @Option(names = "--only", split = ",", description = "Kinds of faults, if not all.")
    private Set<FaultKind> only;

    @Option(
            names = "--summary",
            description = "Runs nothing, but prints the tables of all reports in the folder.")
    private boolean summary;

    /** Modes in lower case. */
    static final class ModeConverter implements CommandLine.ITypeConverter<ReadingMode> {
        @Override
        public ReadingMode convert(String value) {
            return ReadingMode.valueOf(value.toUpperCase(Locale.ROOT));
        }
    }

    /** Runs a plan. */
    public static void main(String[] arguments) {
        System.exit(new CommandLine(new ChaosMain()).execute(arguments));
    }

    @Override
    public Integer call() throws Exception {
        Path root = Path.of(System.getProperty("chaos.root"));
        Path folder = out == null ? root.resolve("chaos/results") : out;
        if (summary) {
            System.out.print(Summary.of(folder).markdown());
            return 0;
        }
        long chosen = seed == null ? new Random().nextInt(1_000_000) : seed;
        List<PlannedFault> plan =
                Plan.of(
                        chosen,
                        Duration.ofMillis((long) (minutes * 60_000)),
                        // Flink restores no job of SQL on another version.
                        mode == ReadingMode.SQL ? 1 : versions.size(),
                        only == null ? Set.of() : EnumSet.complementOf(EnumSet.copyOf(only)));
        String command =
                "chaos/run.sh --seed %d --minutes %s --mode %s --flink %s --cameras %d --calls %d --later-calls %d%s"
                        .formatted(
                                chosen,
                                minutes,
                                mode.name().toLowerCase(Locale.ROOT),
                                String.join(",", versions),
                                cameras,
                                calls,
                                laterCalls,
                                only == null
                                        ? ""
                                        : " --only "
                                                + only.stream()
                                                        .map(Enum::name)
                                                        .collect(Collectors.joining(",")));
        System.out.println(command);
        plan.forEach(System.out::println);
        Path work = Files.createTempDirectory("kvs-chaos");
        System.out.println("Logs, ledger and output: " + work);
        RunResult result =
                new ChaosRun(System.out)
                        .run(onDisk(WorldSettings.of(root, mode, versions, work, size())), plan);
        for (Finding finding : result.verdict().findings()) {
            System.out.println(finding);
        }
        new Report(command, chosen, mode, versions, result).write(folder);
        System.out.println("Report: " + folder);
        if (!result.verdict().findings().isEmpty()) {
            System.out.println("FAILED. This brings it back:\n" + command);
            return 1;
        }
        return 0;
    }

    /** With the disk that run.sh has made, if it could. */
    private static WorldSettings onDisk(WorldSettings settings) {
        String disk = System.getProperty("chaos.disk", "");
        return disk.isEmpty() ? settings : settings.withCheckpoints(Path.of(disk, "checkpoints"));
    }

    private FleetSize size() {
        return new FleetSize(
                cameras,
                calls,
                laterCalls,
                HISTORIES,
                mode == ReadingMode.ARCHIVE ? LONG_HISTORY : HISTORY);
    }
}
