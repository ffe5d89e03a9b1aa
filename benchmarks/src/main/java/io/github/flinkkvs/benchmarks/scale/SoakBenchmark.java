/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.benchmarks.scale;

import io.github.flinkkvs.benchmarks.options.ReportOptions;
import io.github.flinkkvs.benchmarks.report.Chart;
import io.github.flinkkvs.benchmarks.report.Machine;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.ToDoubleFunction;

/** Shows what is left in a TaskManager after a long time with many sessions and jobs. */
@Command(
        name = "soak",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Reads live cameras over HTTPS for a long time. Their sessions end again and again, and other jobs begin"
                    + " and end in the same TaskManager. Fails if anything grows there."
        })
public final class SoakBenchmark implements Callable<Integer> {

    /** A stream that emits nothing for so long, although it has a fragment every 2 s. */
    private static final long STILL_MILLIS = 30_000;

    @Mixin private ReportOptions options;

    @Option(names = "--minutes", description = "How long; default ${DEFAULT-VALUE}.")
    private double minutes = 60;

    @Option(
            names = "--streams",
            description = "Cameras with 0.5 Mbit/s each; default ${DEFAULT-VALUE}.")
    private int streams = 200;

    @Option(
            names = "--session-seconds",
            description = "How long a GetMedia call lasts; default ${DEFAULT-VALUE}.")
    private int sessionSeconds = 20;

    @Option(
            names = "--jobs",
            description =
                    "How many jobs begin and end, one after the other; default ${DEFAULT-VALUE}.")
    private int jobs = 20;

    @Option(
            names = "--heap",
            description = "Megabytes of the TaskManager's heap; default ${DEFAULT-VALUE}.")
    private int heap = 1000;

    @Option(
            names = "--server-heap",
            description = "The heap of the embedded service; default ${DEFAULT-VALUE}.")
    private String serverHeap = "2g";

    /** The content of the result file. */
    record Result(
            String machine,
            double minutes,
            int streams,
            int sessionSeconds,
            int jobs,
            SoakRun.Result run,
            List<SoakVerdict> verdicts,
            List<Chart> charts) {}

    public static void main(String[] arguments) {
        System.exit(new CommandLine(new SoakBenchmark()).execute(arguments));
    }

    @Override
    public Integer call() throws Exception {
        minutes = options.quickly("--minutes", minutes, 0.4);
        streams = options.quickly("--streams", streams, 5);
        sessionSeconds = options.quickly("--session-seconds", sessionSeconds, 3);
        jobs = options.quickly("--jobs", jobs, 3);
        heap = options.quickly("--heap", heap, 640);
        serverHeap = options.quickly("--server-heap", serverHeap, "512m");
        String machine = Machine.describe();
        SoakRun soak =
                new SoakRun(
                        streams,
                        Duration.ofSeconds(sessionSeconds),
                        jobs,
                        Duration.ofMillis((long) (minutes * 60_000)));
        SoakRun.Result run =
                ScaleBenchmark.inFolder(
                        work ->
                                soak.measure(
                                        work,
                                        new Heap(heap, Heap.Collector.G1, false),
                                        serverHeap));
        List<SoakVerdict> verdicts = SoakVerdict.of(run.rows());
        List<Chart> charts = List.of(chart(run));
        options.report(
                "soak",
                new Result(machine, minutes, streams, sessionSeconds, jobs, run, verdicts, charts),
                machine + "\n\n" + SoakTables.of(run, verdicts),
                charts);
        if (run.lost() + run.doubled() > 0) {
            System.err.println("error: fragments were lost or doubled, see the table");
            return 1;
        }
        if (run.silenceMillis() > STILL_MILLIS) {
            System.err.println("error: a stream stands still, see below the table");
            return 1;
        }
        if (!options.quick() && verdicts.stream().anyMatch(SoakVerdict::grows)) {
            System.err.println("error: something grows, see the table");
            return 1;
        }
        return 0;
    }

    private static Chart chart(SoakRun.Result run) {
        return Chart.lines(
                "soak",
                "What a TaskManager keeps after a collection",
                "minutes",
                "MB",
                false,
                run.rows().stream().map(SoakRun.Row::minute).toList(),
                List.of(
                        series(run, "heap", JvmProbe.Sample::heapMegabytes),
                        series(run, "direct memory", JvmProbe.Sample::directMegabytes),
                        series(run, "Metaspace", JvmProbe.Sample::metaspaceMegabytes)));
    }

    private static Chart.Series series(
            SoakRun.Result run, String name, ToDoubleFunction<JvmProbe.Sample> figure) {
        return new Chart.Series(
                name,
                run.rows().stream().map(row -> figure.applyAsDouble(row.jvm())).toList(),
                null,
                null);
    }
}
