/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.benchmarks.job;

import io.github.flinkkvs.benchmarks.job.ArchiveConsumer.Order;
import io.github.flinkkvs.benchmarks.job.ArchiveConsumer.Reader;
import io.github.flinkkvs.benchmarks.jvm.ChildJvm;
import io.github.flinkkvs.benchmarks.jvm.CompilerCpu;
import io.github.flinkkvs.benchmarks.options.ReportOptions;
import io.github.flinkkvs.benchmarks.report.Machine;
import io.github.flinkkvs.benchmarks.report.Median;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.ToDoubleFunction;

/**
 * Measures how fast a job reads the history of a stream: with the service's quotas beside a
 * GetMedia session, and without them beside the bare client of the AWS SDK.
 */
@Command(
        name = "archive",
        mixinStandardHelpOptions = true,
        description =
                "Measures how fast a job reads the history of a stream, beside GetMedia and beside"
                        + " the bare AWS SDK.")
public final class ArchiveBenchmark implements Callable<Integer> {

    /** How many fragments of a stream the service sends per second. */
    private static final int ARCHIVE_QUOTA = 500;

    private static final int GET_MEDIA_QUOTA = 5;

    private static final int FRAGMENT_BYTES_WITH_QUOTAS = 2_000;

    /** Bytes of memory that the service needs for a fragment besides its media. */
    private static final int FRAGMENT_OVERHEAD = 4_000;

    /** About how long all runs of one number of fragments may take. */
    private static final int MOST_QUOTA_SECONDS = 20;

    @Mixin private ReportOptions options;

    @Option(
            names = "--rounds",
            description = "Number of rounds that count; default ${DEFAULT-VALUE}.")
    private int rounds = 6;

    @Option(
            names = "--warm-up",
            description = "Number of warm-up rounds before those; default ${DEFAULT-VALUE}.")
    private int warmUp = 2;

    @Option(
            names = "--quota-fragments",
            split = ",",
            description =
                    "Numbers of fragments that are read with the service's quotas; default"
                            + " ${DEFAULT-VALUE}.")
    private List<Integer> quotaFragments = List.of(600, 3_000, 43_200);

    @Option(
            names = "--get-media-fragments",
            description =
                    "Number of fragments that GetMedia reads with the service's quotas, at 5 per"
                            + " second; default ${DEFAULT-VALUE}.")
    private int getMediaFragments = 600;

    @Option(
            names = "--fragments",
            description =
                    "Number of fragments that are read without quotas; default ${DEFAULT-VALUE},"
                            + " which is a day of fragments of 2 s.")
    private int fragments = 43_200;

    @Option(
            names = "--loads",
            split = ",",
            description =
                    "What is read without quotas: protocol and size of the fragments in kB; default"
                            + " ${DEFAULT-VALUE}.")
    private List<String> loads = List.of("http:2", "http:50", "https:50");

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

    /** A reader in one round, and the calls that the service counted meanwhile. */
    record Sample(Meter.Run run, ArchiveServer.Calls calls) {}

    /**
     * What the readers of one kind did in all rounds.
     *
     * @param calls those of the last round
     * @param refused how many calls the service refused in all rounds
     */
    record Figures(
            Median seconds,
            Median fragmentsPerSecond,
            Median megabytesPerSecond,
            Median cpuSecondsPerGigabyte,
            Median busyProcessors,
            Median serverBusyProcessors,
            Map<String, Integer> calls,
            int refused) {}

    /**
     * A row of the table with quotas.
     *
     * @param shortestSeconds the shortest time in which the quota allows so many fragments
     */
    record QuotaRow(
            Reader reader, int fragments, int rounds, int shortestSeconds, Figures figures) {

        /** The speed, relative to that which the quota allows. */
        double ofQuota() {
            return shortestSeconds / figures.seconds.value();
        }
    }

    /**
     * A row of the table without quotas.
     *
     * @param throughputRatio throughput of the job, relative to the bare SDK in the same round
     * @param cpuRatio CPU time of the bare SDK, relative to the job in the same round
     */
    record Row(
            String protocol,
            int fragments,
            int fragmentKilobytes,
            Figures job,
            Figures bare,
            Median throughputRatio,
            Median cpuRatio) {}

    /** The options of the run. */
    record Settings(int rounds, int warmUp, boolean pinned) {}

    /** The content of the result file. */
    record Result(
            String machine,
            Settings settings,
            List<QuotaRow> withQuotas,
            List<Row> withoutQuotas,
            List<Sample> samples) {}

    private final List<Sample> samples = new ArrayList<>();

    public static void main(String[] arguments) {
        System.exit(new CommandLine(new ArchiveBenchmark()).execute(arguments));
    }

    @Override
    public Integer call() throws IOException {
        rounds = options.quickly("--rounds", rounds, 1);
        warmUp = options.quickly("--warm-up", warmUp, 0);
        quotaFragments = options.quickly("--quota-fragments", quotaFragments, List.of(600));
        getMediaFragments = options.quickly("--get-media-fragments", getMediaFragments, 10);
        fragments = options.quickly("--fragments", fragments, 2_000);
        boolean pinned = pin && ChildJvm.canPin();
        String machine = Machine.describe();
        List<QuotaRow> withQuotas = withQuotas();
        List<Row> withoutQuotas = new ArrayList<>();
        for (String load : loads) {
            String[] parts = load.split(":");
            withoutQuotas.add(withoutQuotas(parts[0], Integer.parseInt(parts[1]), pinned));
        }
        Settings settings = new Settings(rounds, warmUp, pinned);
        options.report(
                "archive",
                new Result(machine, settings, withQuotas, withoutQuotas, samples),
                machine
                        + "\n\n"
                        + ArchiveTables.withQuotas(withQuotas)
                        + "\n"
                        + ArchiveTables.withoutQuotas(withoutQuotas),
                List.of());
        return 0;
    }

    // ---- measuring ---------------------------------------------------------------------------

    /**
     * Measures from the first fragment to the last. GetMedia and the archive are read at the same
     * time, in processes of their own: both mostly wait for the quotas.
     */
    private List<QuotaRow> withQuotas() throws IOException {
        try (Pair getMedia = new Pair(withQuotas(List.of(getMediaFragments)), false);
                Pair archive = new Pair(withQuotas(quotaStreams()), false)) {
            System.err.println("archive: with quotas, GetMedia of " + getMediaFragments);
            getMedia.begin(new Order(Reader.GET_MEDIA, 0, getMediaFragments, 1));
            List<QuotaRow> rows = new ArrayList<>();
            int stream = 0;
            for (int count : quotaFragments) {
                System.err.println("archive: with quotas, " + count + " fragments");
                List<Sample> runs = new ArrayList<>();
                for (int i = 0; i < rounds(count); i++) {
                    runs.add(archive.run(new Order(Reader.ARCHIVE, stream++, count, 1)));
                }
                rows.add(quotaRow(Reader.ARCHIVE, count, ARCHIVE_QUOTA, archive.figures(runs)));
            }
            Figures live = getMedia.figures(List.of(getMedia.end()));
            rows.add(0, quotaRow(Reader.GET_MEDIA, getMediaFragments, GET_MEDIA_QUOTA, live));
            return rows;
        }
    }

    /** A stream for each run: the quotas are those of a stream, and begin anew with the next. */
    private List<Integer> quotaStreams() {
        List<Integer> streams = new ArrayList<>();
        for (int count : quotaFragments) {
            streams.addAll(Collections.nCopies(rounds(count), count));
        }
        return streams;
    }

    /** Fewer of what takes long, and a single one of what takes a minute. */
    private int rounds(int count) {
        int fit = MOST_QUOTA_SECONDS * ARCHIVE_QUOTA / count;
        return Math.max(1, Math.min(rounds, fit));
    }

    private static ArchiveServer.Settings withQuotas(List<Integer> streams) {
        return new ArchiveServer.Settings(false, streams, FRAGMENT_BYTES_WITH_QUOTAS, true);
    }

    private QuotaRow quotaRow(Reader reader, int count, int quota, Figures figures) {
        int times = reader == Reader.ARCHIVE ? rounds(count) : 1;
        return new QuotaRow(reader, count, times, (count - 1) / quota, figures);
    }

    /** Measures from a tenth of the fragments to the last one. */
    private Row withoutQuotas(String protocol, int kilobytes, boolean pinned) throws IOException {
        System.err.printf("archive: %s, %d fragments of %d kB%n", protocol, fragments, kilobytes);
        ArchiveServer.Settings settings =
                new ArchiveServer.Settings(
                        protocol.equals("https"), List.of(fragments), kilobytes * 1000, false);
        List<Sample> bare = new ArrayList<>();
        List<Sample> job = new ArrayList<>();
        List<Reader> order = new ArrayList<>(List.of(Reader.BARE, Reader.ARCHIVE));
        try (Pair pair = new Pair(settings, pinned)) {
            for (int round = -warmUp; round < rounds; round++) {
                for (Reader reader : order) {
                    Sample sample = pair.run(new Order(reader, 0, fragments, fragments / 10));
                    if (round >= 0) {
                        (reader == Reader.BARE ? bare : job).add(sample);
                    }
                }
                Collections.rotate(order, 1);
            }
            double[] throughput = new double[rounds];
            double[] cpu = new double[rounds];
            for (int i = 0; i < rounds; i++) {
                Meter.Run ours = job.get(i).run;
                Meter.Run limit = bare.get(i).run;
                throughput[i] = ours.megabytesPerSecond() / limit.megabytesPerSecond();
                cpu[i] = limit.cpuSecondsPerGigabyte() / ours.cpuSecondsPerGigabyte();
            }
            return new Row(
                    protocol,
                    fragments,
                    kilobytes,
                    pair.figures(job),
                    pair.figures(bare),
                    Median.of(throughput),
                    Median.of(cpu));
        }
    }

    /** The service and its readers, each in a process of its own. */
    private final class Pair implements AutoCloseable {
        private final ChildJvm server;
        private final MediaServer.Description service;
        private final ChildJvm consumer;

        Pair(ArchiveServer.Settings settings, boolean pinned) throws IOException {
            long stored = settings.fragments().stream().mapToLong(count -> count).sum();
            long bytes = stored * (settings.fragmentBytes() + FRAGMENT_OVERHEAD);
            server =
                    new ChildJvm(
                            ArchiveServer.class,
                            settings,
                            bytes / 1_000_000 + 500 + "m",
                            pinned ? 0 : null,
                            List.of());
            service = server.read(MediaServer.Description.class);
            List<String> flags = new ArrayList<>(consumerFlags);
            flags.addAll(service.trustFlags());
            flags.add(CompilerCpu.FLAG);
            consumer =
                    new ChildJvm(
                            ArchiveConsumer.class,
                            new ArchiveConsumer.Settings(service, server.pid(), settings.quotas()),
                            "1500m",
                            pinned ? 1 : null,
                            flags);
        }

        Sample run(Order order) throws IOException {
            begin(order);
            return end();
        }

        void begin(Order order) throws IOException {
            consumer.tell(ChildJvm.JSON.writeValueAsString(order));
        }

        Sample end() {
            Meter.Run run = consumer.read(Meter.Run.class);
            Sample sample =
                    new Sample(run, server.ask(ArchiveServer.CALLS, ArchiveServer.Calls.class));
            samples.add(sample);
            return sample;
        }

        Figures figures(List<Sample> runs) {
            double fragmentBytes = (double) service.totalBytes() / service.totalFragments();
            return new Figures(
                    median(runs, Meter.Run::seconds),
                    median(runs, run -> run.bytes() / fragmentBytes / run.seconds()),
                    median(runs, Meter.Run::megabytesPerSecond),
                    median(runs, Meter.Run::cpuSecondsPerGigabyte),
                    median(runs, Meter.Run::busy),
                    median(runs, Meter.Run::serverBusy),
                    runs.get(runs.size() - 1).calls.byOperation(),
                    runs.stream().mapToInt(run -> run.calls.refused()).sum());
        }

        @Override
        public void close() {
            consumer.close();
            server.close();
        }
    }

    private static Median median(List<Sample> runs, ToDoubleFunction<Meter.Run> figure) {
        return Median.of(
                runs.stream().mapToDouble(each -> figure.applyAsDouble(each.run)).toArray());
    }
}
