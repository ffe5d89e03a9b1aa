/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.benchmarks.job;

import io.github.flinkkvs.benchmarks.jvm.ChildJvm;
import io.github.flinkkvs.benchmarks.jvm.CompilerCpu;
import io.github.flinkkvs.benchmarks.options.ReportOptions;
import io.github.flinkkvs.benchmarks.report.Chart;
import io.github.flinkkvs.benchmarks.report.Machine;
import io.github.flinkkvs.benchmarks.report.Median;
import io.github.flinkkvs.testing.behavior.Delivery;

import io.netty.handler.ssl.OpenSsl;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

import javax.annotation.Nullable;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/** Compares throughput and CPU time of a job with those of the bare client of the AWS SDK. */
@Command(
        name = "job",
        mixinStandardHelpOptions = true,
        description = "Compares a Flink job that reads and discards with the bare AWS SDK.")
public final class JobBenchmark implements Callable<Integer> {

    @Mixin private ReportOptions options;

    @Option(
            names = "--rounds",
            description = "Number of rounds that count; default ${DEFAULT-VALUE}.")
    private int rounds = 10;

    @Option(
            names = "--warm-up",
            description = "Number of warm-up rounds before those; default ${DEFAULT-VALUE}.")
    private int warmUp = 5;

    @Option(
            names = "--megabytes",
            description =
                    "The bytes that a reader reads per round, over all streams; default ${DEFAULT-VALUE}.")
    private int megabytes = 2400;

    @Option(
            names = "--fragment-kilobytes",
            description = "Size of a fragment; default ${DEFAULT-VALUE}.")
    private int fragmentKilobytes = 300;

    @Option(
            names = "--streams",
            split = ",",
            description = "Numbers of streams; default ${DEFAULT-VALUE}.")
    private List<Integer> streams = List.of(1, 4, 50);

    @Option(
            names = "--protocols",
            split = ",",
            description =
                    "http, https, or openssl for https with Netty's native library; default"
                            + " ${DEFAULT-VALUE}.")
    private List<Protocol> protocols =
            OpenSsl.isAvailable()
                    ? List.of(Protocol.values())
                    : List.of(Protocol.HTTP, Protocol.HTTPS);

    @Option(
            names = "--reads",
            split = ",",
            description =
                    "What to compare with the bare SDK: client, arrays, fragments or tags; default"
                            + " ${DEFAULT-VALUE}.")
    private List<Reader> reads =
            List.of(Reader.CLIENT, Reader.ARRAYS, Reader.FRAGMENTS, Reader.TAGS);

    @Option(
            names = "--no-pin",
            negatable = true,
            description =
                    "Lets service and readers share all processors; by default each has its own.")
    private boolean pin = true;

    @Option(
            names = "--consumer-flag",
            description = "A flag for the JVM of the readers, for example for a profiler.")
    private List<String> consumerFlags = new ArrayList<>();

    /** The figures of one reader over all rounds of a cell. */
    record Figures(
            Median megabytesPerSecond,
            Median cpuSecondsPerGigabyte,
            Median compilerCpuSecondsPerGigabyte,
            Median serverCpuSecondsPerGigabyte,
            Median busyProcessors,
            Median serverBusyProcessors) {

        static Figures of(List<Meter.Run> runs) {
            return new Figures(
                    median(runs, Meter.Run::megabytesPerSecond),
                    median(runs, Meter.Run::cpuSecondsPerGigabyte),
                    median(runs, Meter.Run::compilerCpuSecondsPerGigabyte),
                    median(runs, Meter.Run::serverCpuSecondsPerGigabyte),
                    median(runs, Meter.Run::busy),
                    median(runs, Meter.Run::serverBusy));
        }

        private static Median median(List<Meter.Run> runs, ToDoubleFunction<Meter.Run> figure) {
            return Median.of(runs.stream().mapToDouble(figure).toArray());
        }
    }

    /**
     * A row of the result.
     *
     * @param aim for the ratio of CPU times; null if the reader is not a job
     * @param job the figures of the reader
     * @param throughputRatio its throughput, relative to the bare SDK in the same round
     * @param cpuRatio CPU time of the bare SDK, relative to that of the reader in the same round
     */
    record Row(
            Protocol protocol,
            int streams,
            Reader reader,
            @Nullable Double aim,
            Figures job,
            Figures bare,
            Median throughputRatio,
            Median cpuRatio) {}

    /** The content of the result file. */
    record Result(
            String machine,
            Settings settings,
            List<Row> rows,
            List<Cell> cells,
            List<Chart> charts) {}

    /** The options of the run. */
    record Settings(int rounds, int warmUp, int megabytes, int fragmentKilobytes, boolean pinned) {}

    /** One protocol with one number of streams, and its runs as measured. */
    record Cell(Protocol protocol, int streams, List<Meter.Run> runs) {}

    public static void main(String[] arguments) {
        System.exit(commandLine().execute(arguments));
    }

    static CommandLine commandLine() {
        return new CommandLine(new JobBenchmark()).setCaseInsensitiveEnumValuesAllowed(true);
    }

    @Override
    public Integer call() throws IOException {
        rounds = options.quickly("--rounds", rounds, 1);
        warmUp = options.quickly("--warm-up", warmUp, 0);
        megabytes = options.quickly("--megabytes", megabytes, 12);
        streams = options.quickly("--streams", streams, List.of(1, 4));
        boolean pinned = pin && ChildJvm.canPin();
        String machine = Machine.describe();
        List<Cell> cells = new ArrayList<>();
        List<Row> rows = new ArrayList<>();
        for (Protocol protocol : protocols) {
            for (int count : streams) {
                System.err.println("job: " + protocol.title() + ", streams: " + count);
                Cell cell = new Cell(protocol, count, measure(protocol, count, pinned));
                cells.add(cell);
                reads.forEach(reader -> rows.add(row(cell, reader)));
            }
        }
        Settings settings = new Settings(rounds, warmUp, megabytes, fragmentKilobytes, pinned);
        String table = machine + "\n\n" + table(rows);
        List<Chart> charts = charts(cells, rows);
        options.report("job", new Result(machine, settings, rows, cells, charts), table, charts);
        return 0;
    }

    private List<Meter.Run> measure(Protocol protocol, int count, boolean pinned)
            throws IOException {
        List<Reader> readers = new ArrayList<>(List.of(Reader.BARE));
        readers.addAll(reads);
        int fragments = Math.max(1, megabytes * 1000 / fragmentKilobytes / count);
        MediaServer.Settings media =
                new MediaServer.Settings(
                        protocol.isHttps(),
                        count,
                        fragmentKilobytes * 1000,
                        60,
                        fragments,
                        0,
                        false,
                        Delivery.AS_INGESTED);
        List<Meter.Run> runs = new ArrayList<>();
        try (ChildJvm server =
                new ChildJvm(
                        MediaServer.class,
                        media,
                        megabytes + 500 + "m",
                        pinned ? 0 : null,
                        List.of())) {
            MediaServer.Description service = server.read(MediaServer.Description.class);
            List<String> flags = new ArrayList<>(consumerFlags);
            flags.addAll(service.trustFlags());
            flags.add(CompilerCpu.FLAG);
            try (ChildJvm consumer =
                    new ChildJvm(
                            JobConsumer.class,
                            new JobConsumer.Settings(
                                    service, server.pid(), protocol.tls(), readers, warmUp, rounds),
                            "1500m",
                            pinned ? 1 : null,
                            flags)) {
                for (int i = 0; i < rounds * readers.size(); i++) {
                    runs.add(consumer.read(Meter.Run.class));
                }
            }
        }
        return runs;
    }

    @Nullable
    private static Double aim(Reader reader) {
        switch (reader) {
            case FRAGMENTS:
                return 0.8;
            case TAGS:
                return 0.95;
            default:
                return null;
        }
    }

    private static Row row(Cell cell, Reader reader) {
        List<Meter.Run> job = runs(cell, reader);
        List<Meter.Run> bare = runs(cell, Reader.BARE);
        double[] throughput = new double[job.size()];
        double[] cpu = new double[job.size()];
        for (int i = 0; i < job.size(); i++) {
            throughput[i] = job.get(i).megabytesPerSecond() / bare.get(i).megabytesPerSecond();
            cpu[i] = bare.get(i).cpuSecondsPerGigabyte() / job.get(i).cpuSecondsPerGigabyte();
        }
        return new Row(
                cell.protocol,
                cell.streams,
                reader,
                aim(reader),
                Figures.of(job),
                Figures.of(bare),
                Median.of(throughput),
                Median.of(cpu));
    }

    private static List<Meter.Run> runs(Cell cell, Reader reader) {
        return cell.runs.stream().filter(run -> run.reader().equals(reader.name())).toList();
    }

    private static List<Chart> charts(List<Cell> cells, List<Row> rows) {
        List<String> names =
                cells.stream().map(cell -> cell.protocol.title() + ", " + cell.streams).toList();
        return List.of(
                Chart.bars(
                        "job-throughput",
                        "Throughput relative to the bare SDK, on one processor",
                        "of the bare SDK",
                        names,
                        series(rows, row -> row.throughputRatio)),
                Chart.bars(
                        "job-cpu",
                        "CPU time",
                        "CPU seconds per GB",
                        names,
                        cpuSeries(cells, rows)));
    }

    private static List<Chart.Series> cpuSeries(List<Cell> cells, List<Row> rows) {
        List<Chart.Series> all = new ArrayList<>();
        all.add(
                series(
                        "bare SDK",
                        cells.stream()
                                .map(cell -> Figures.of(runs(cell, Reader.BARE)))
                                .map(Figures::cpuSecondsPerGigabyte)
                                .toList()));
        all.addAll(series(rows, row -> row.job.cpuSecondsPerGigabyte));
        return all;
    }

    /** Returns a series for each reader but the bare SDK. */
    private static List<Chart.Series> series(List<Row> rows, Function<Row, Median> figure) {
        return rows.stream()
                .map(row -> row.reader)
                .distinct()
                .map(
                        reader ->
                                series(
                                        reader.name().toLowerCase(Locale.ROOT),
                                        rows.stream()
                                                .filter(row -> row.reader == reader)
                                                .map(figure)
                                                .toList()))
                .toList();
    }

    private static Chart.Series series(String name, List<Median> medians) {
        return new Chart.Series(
                name,
                medians.stream().map(Median::value).toList(),
                medians.stream().map(Median::low).toList(),
                medians.stream().map(Median::high).toList());
    }

    private static String table(List<Row> rows) {
        StringBuilder table = new StringBuilder();
        table.append(
                "| | streams | reads | bare SDK, MB/s | reader, MB/s | ratio (95 %)"
                        + " | bare SDK, CPU s/GB | reader, CPU s/GB | ratio (95 %) | aim"
                        + " | busy: reader, server |\n"
                        + "|---|---:|---|---:|---:|---|---:|---:|---|---:|---|\n");
        for (Row row : rows) {
            table.append(
                    String.format(
                            "| %s | %d | %s | %.0f | %.0f | %s | %.2f | %.2f | %s | %s"
                                    + " | bare %.0f %%, %.0f %%; reader %.0f %%, %.0f %% |%n",
                            row.protocol.title(),
                            row.streams,
                            row.reader.name().toLowerCase(Locale.ROOT),
                            row.bare.megabytesPerSecond.value(),
                            row.job.megabytesPerSecond.value(),
                            row.throughputRatio.text(2, true),
                            row.bare.cpuSecondsPerGigabyte.value(),
                            row.job.cpuSecondsPerGigabyte.value(),
                            row.cpuRatio.text(2, true),
                            row.aim == null ? "–" : String.format("%.2f", row.aim),
                            100 * row.bare.busyProcessors.value(),
                            100 * row.bare.serverBusyProcessors.value(),
                            100 * row.job.busyProcessors.value(),
                            100 * row.job.serverBusyProcessors.value()));
        }
        return table.toString();
    }
}
