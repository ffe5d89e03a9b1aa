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

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Stream;

/** Measures what a job takes with more and more live cameras, in a TaskManager process. */
@Command(
        name = "scale",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Measures a job that reads 10 to 3,000 live cameras over HTTPS.")
public final class ScaleBenchmark implements Callable<Integer> {

    @Mixin private ReportOptions options;

    @Option(
            names = "--fleets",
            split = ",",
            converter = Fleet.Free.class,
            description =
                    "Numbers of cameras and their bit rates, each as STREAMSxMBIT; default"
                            + " ${DEFAULT-VALUE}.")
    private List<Fleet> free =
            fleets(1, "10x0.5", "100x0.5", "1000x0.5", "2000x0.5", "3000x0.5", "1000x2");

    @Option(
            names = "--short-of-memory",
            split = ",",
            converter = Fleet.Short.class,
            description =
                    "Those with a third of the memory that lets all streams flow freely; default"
                            + " ${DEFAULT-VALUE}.")
    private List<Fleet> shortOfMemory = fleets(Fleet.SHORT, "1000x2", "3000x0.5");

    @Option(
            names = "--discover",
            description = "How many streams are discovered; default ${DEFAULT-VALUE}.")
    private int discover = 10_000;

    @Option(
            names = "--warm-up",
            description =
                    "Seconds between the time when all streams are read and those that count;"
                            + " default ${DEFAULT-VALUE}.")
    private int warmUp = 30;

    @Option(names = "--seconds", description = "Seconds that count; default ${DEFAULT-VALUE}.")
    private int seconds = 60;

    @Option(
            names = "--heap",
            description = "Megabytes of the TaskManager's heap; default ${DEFAULT-VALUE}.")
    private int heap = 6000;

    @Option(
            names = "--collector",
            description =
                    "The TaskManager's garbage collector: ${COMPLETION-CANDIDATES}; default"
                            + " ${DEFAULT-VALUE}.")
    private Heap.Collector collector = Heap.Collector.PARALLEL;

    @Option(
            names = "--small-pages",
            description = "Leave the heaps of both without huge pages, which they have on Linux.")
    private boolean smallPages;

    @Option(
            names = "--server-heap",
            description = "The heap of the embedded service; default ${DEFAULT-VALUE}.")
    private String serverHeap = "6g";

    /** The content of the result file. */
    record Result(
            String machine,
            int warmUpSeconds,
            int seconds,
            Heap heap,
            List<FleetRun.Result> fleets,
            DiscoveryRun.Result discovery,
            List<Chart> charts) {}

    public static void main(String[] arguments) {
        System.exit(new CommandLine(new ScaleBenchmark()).execute(arguments));
    }

    @Override
    public Integer call() throws Exception {
        free = options.quickly("--fleets", free, fleets(1, "4x2", "20x0.5"));
        shortOfMemory =
                options.quickly("--short-of-memory", shortOfMemory, fleets(Fleet.SHORT, "20x0.5"));
        discover = options.quickly("--discover", discover, 50);
        warmUp = options.quickly("--warm-up", warmUp, 2);
        seconds = options.quickly("--seconds", seconds, 5);
        heap = options.quickly("--heap", heap, 640);
        serverHeap = options.quickly("--server-heap", serverHeap, "512m");
        Heap taskManager = new Heap(heap, collector, !smallPages);
        String machine = Machine.describe();
        List<FleetRun.Result> fleets = new ArrayList<>();
        List<String> faults = new ArrayList<>();
        for (Fleet fleet : Stream.concat(free.stream(), shortOfMemory.stream()).toList()) {
            System.err.println("scale: " + fleet.title());
            try {
                FleetRun.Result result =
                        inFolder(
                                work ->
                                        new FleetRun(fleet, warmUp, seconds)
                                                .measure(work, taskManager, serverHeap));
                System.err.println("  " + result);
                fleets.add(result);
                result.faults(seconds)
                        .forEach(
                                fault ->
                                        faults.add(
                                                fleet.title() + ": " + fault + ", see the table"));
            } catch (Exception e) {
                // The others are worth having: they took half an hour.
                e.printStackTrace();
                faults.add(fleet.title() + ": " + e.getMessage());
            }
        }
        System.err.println("scale: discovery of " + discover + " streams");
        DiscoveryRun.Result discovery =
                inFolder(work -> new DiscoveryRun(discover).measure(work, taskManager));
        List<Chart> charts = List.of(chart(fleets));
        options.report(
                "scale",
                new Result(machine, warmUp, seconds, taskManager, fleets, discovery, charts),
                machine + "\n\n" + ScaleTables.of(fleets, discovery),
                charts);
        faults.forEach(fault -> System.err.println("error: " + fault));
        return faults.isEmpty() ? 0 : 1;
    }

    private static List<Fleet> fleets(double share, String... fleets) {
        return Stream.of(fleets).map(fleet -> Fleet.of(fleet, share)).toList();
    }

    /** Something that needs a folder. */
    interface Work<T> {
        T in(Path folder) throws Exception;
    }

    /** Does it in a new folder, and deletes that if it succeeds: otherwise one wants its logs. */
    static <T> T inFolder(Work<T> work) throws Exception {
        Path folder = Files.createTempDirectory("kvs-scale");
        T result;
        try {
            result = work.in(folder);
        } catch (Exception e) {
            throw new IllegalStateException("Failed; logs are in " + folder, e);
        }
        List<Path> all;
        try (Stream<Path> files = Files.walk(folder)) {
            all = files.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path each : all) {
            Files.deleteIfExists(each);
        }
        return result;
    }

    private static Chart chart(List<FleetRun.Result> fleets) {
        List<FleetRun.Result> free = fleets.stream().filter(fleet -> fleet.share() == 1).toList();
        return Chart.bars(
                "scale",
                "CPU time of the TaskManager for a stream",
                "milliseconds per second",
                free.stream()
                        .map(
                                fleet ->
                                        String.format(
                                                Locale.ROOT,
                                                "%d, %s Mbit/s",
                                                fleet.streams(),
                                                fleet.megabits()))
                        .toList(),
                List.of(
                        new Chart.Series(
                                "TaskManager",
                                free.stream()
                                        .map(FleetRun.Result::cpuMillisPerStreamAndSecond)
                                        .toList(),
                                null,
                                null)));
    }
}
