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
import io.github.flinkkvs.benchmarks.options.ReportOptions;
import io.github.flinkkvs.benchmarks.report.Chart;
import io.github.flinkkvs.benchmarks.report.Machine;
import io.github.flinkkvs.testing.behavior.Delivery;

import org.HdrHistogram.Histogram;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Measures the time until the record of a fragment or frame is in the sink: from the moment at
 * which the service hands the last byte of the fragment to the network, or at which the frame
 * arrives at the service. The service does not wait for the job, so when a job hangs, every
 * fragment sent meanwhile is late.
 */
@Command(
        name = "latency",
        mixinStandardHelpOptions = true,
        description = "Measures from the last byte of a fragment to its record in the sink.")
public final class LatencyBenchmark implements Callable<Integer> {

    /** Fragments sent this shortly before the end may not arrive before the job is cancelled. */
    private static final int MARGIN_SECONDS = 1;

    /** The percentiles in the chart as nines, which gives the tail room on the axis. */
    private static final List<Double> NINES = List.of(0.0, 0.3, 1.0, 2.0, 3.0);

    private static final double FRAME_RATE = 10;

    private static final int FRAMES = 50;

    private static final int FRAMED_FRAGMENT_BYTES = 500_000;

    private static final double[] PERCENTILES = {
        0, 1, 5, 10, 25, 50, 75, 90, 95, 99, 99.5, 99.9, 99.95, 99.99, 100
    };

    @Mixin private ReportOptions options;

    @Option(
            names = "--streams",
            split = ",",
            description = "Numbers of streams; default ${DEFAULT-VALUE}.")
    private List<Integer> streams = List.of(1, 100);

    @Option(
            names = "--fragments-per-second",
            description =
                    "At most, over all streams; a stream has at most 100. Default ${DEFAULT-VALUE}.")
    private int fragmentsPerSecond = 1000;

    @Option(
            names = "--fragment-kilobytes",
            description = "Size of a fragment; default ${DEFAULT-VALUE}.")
    private int fragmentKilobytes = 10;

    @Option(names = "--warm-up", description = "Seconds of warm-up; default ${DEFAULT-VALUE}.")
    private int warmUp = 20;

    @Option(names = "--seconds", description = "Seconds that count; default ${DEFAULT-VALUE}.")
    private int seconds = 105;

    @Option(
            names = "--frames",
            description =
                    "Measures frames, from the moment at which a frame is handed to the service to its"
                            + " record in the sink: fragments of 5 s with 10 frames a second, as they"
                            + " are ingested.")
    private boolean frames;

    @Option(names = "--https", description = "Reads over HTTPS.")
    private boolean https;

    /**
     * Times in microseconds.
     *
     * @param distribution by percentile
     */
    record Row(
            Delivery delivery,
            int streams,
            double fragmentsPerSecondAndStream,
            long samples,
            double median,
            double p99,
            double p999,
            double max,
            Map<String, Double> distribution) {}

    /** The content of the result file. */
    record Result(
            String machine,
            boolean https,
            int fragmentKilobytes,
            int warmUpSeconds,
            int seconds,
            List<Row> rows,
            List<Chart> charts) {}

    public static void main(String[] arguments) {
        System.exit(new CommandLine(new LatencyBenchmark()).execute(arguments));
    }

    @Override
    public Integer call() throws IOException {
        warmUp = options.quickly("--warm-up", warmUp, 2);
        seconds = options.quickly("--seconds", seconds, 2);
        streams = options.quickly("--streams", streams, List.of(1, 10));
        String machine = Machine.describe();
        List<Row> rows = new ArrayList<>();
        List<Delivery> deliveries =
                frames ? List.of(Delivery.AS_INGESTED) : List.of(Delivery.values());
        for (Delivery delivery : deliveries) {
            for (int count : streams) {
                System.err.println("latency: " + delivery + ", streams: " + count);
                rows.add(measure(delivery, count));
            }
        }
        String table = machine + "\n\n" + table(rows);
        List<Chart> charts = List.of(chart(rows));
        options.report(
                name(),
                new Result(machine, https, fragmentKilobytes, warmUp, seconds, rows, charts),
                table,
                charts);
        return 0;
    }

    private Row measure(Delivery delivery, int count) throws IOException {
        double rate = frames ? FRAME_RATE : Math.min(100, (double) fragmentsPerSecond / count);
        MediaServer.Settings media =
                frames
                        ? new MediaServer.Settings(
                                https,
                                count,
                                FRAMED_FRAGMENT_BYTES,
                                FRAMES,
                                0,
                                FRAME_RATE / FRAMES,
                                true,
                                delivery)
                        : new MediaServer.Settings(
                                https,
                                count,
                                fragmentKilobytes * 1000,
                                5,
                                0,
                                rate,
                                false,
                                delivery);
        List<FragmentTime> arrived;
        List<FragmentTime> sent;
        try (ChildJvm server = new ChildJvm(MediaServer.class, media, "1g", null, List.of())) {
            MediaServer.Description service = server.read(MediaServer.Description.class);
            try (ChildJvm consumer =
                    new ChildJvm(
                            LatencyConsumer.class,
                            new LatencyConsumer.Settings(
                                    service, frames, warmUp + seconds + MARGIN_SECONDS),
                            "1g",
                            null,
                            service.trustFlags())) {
                arrived = times(consumer);
            }
            server.tell(MediaServer.SENT);
            sent = times(server);
        }
        Histogram nanos = latencies(sent, arrived, TimeUnit.SECONDS.toNanos(warmUp));
        Map<String, Double> distribution = new LinkedHashMap<>();
        for (double percentile : PERCENTILES) {
            distribution.put(
                    Double.toString(percentile), nanos.getValueAtPercentile(percentile) / 1e3);
        }
        return new Row(
                delivery,
                count,
                rate,
                nanos.getTotalCount(),
                nanos.getValueAtPercentile(50) / 1e3,
                nanos.getValueAtPercentile(99) / 1e3,
                nanos.getValueAtPercentile(99.9) / 1e3,
                nanos.getMaxValue() / 1e3,
                distribution);
    }

    private static List<FragmentTime> times(ChildJvm process) {
        List<FragmentTime> times = new ArrayList<>();
        for (String line = process.line(); !line.equals(MediaServer.END); line = process.line()) {
            times.add(FragmentTime.parse(line));
        }
        return times;
    }

    /**
     * Returns the latencies of the fragments that were sent after the warm-up and before the end of
     * the job.
     *
     * @throws IllegalStateException if one of them did not arrive exactly once: the figures would
     *     mean nothing
     */
    static Histogram latencies(
            List<FragmentTime> sent, List<FragmentTime> arrived, long warmUpNanos) {
        Map<String, Long> arrivals = new HashMap<>();
        long first = Long.MAX_VALUE;
        long last = Long.MIN_VALUE;
        for (FragmentTime arrival : arrived) {
            if (arrivals.put(arrival.stream() + arrival.number(), arrival.nanos()) != null) {
                throw new IllegalStateException("Arrived twice: " + arrival);
            }
            first = Math.min(first, arrival.nanos());
            last = Math.max(last, arrival.nanos());
        }
        long from = first + warmUpNanos;
        long to = last - TimeUnit.SECONDS.toNanos(MARGIN_SECONDS);
        Histogram nanos = new Histogram(3);
        for (FragmentTime fragment : sent) {
            if (fragment.nanos() < from || fragment.nanos() > to) {
                continue;
            }
            Long arrival = arrivals.get(fragment.stream() + fragment.number());
            if (arrival == null) {
                throw new IllegalStateException("Did not arrive: " + fragment);
            }
            nanos.recordValue(arrival - fragment.nanos());
        }
        return nanos;
    }

    private String name() {
        return frames ? "frame-latency" : "latency";
    }

    private Chart chart(List<Row> rows) {
        return Chart.lines(
                name(),
                frames
                        ? "From a frame's arrival at the service to its record in the sink"
                        : "From a fragment's last byte to its record in the sink",
                "nines (1: 90 %, 2: 99 %, 3: 99.9 % of all are faster)",
                "µs",
                true,
                NINES,
                rows.stream()
                        .map(
                                row ->
                                        new Chart.Series(
                                                name(row.delivery) + ", " + row.streams,
                                                Stream.of("0.0", "50.0", "90.0", "99.0", "99.9")
                                                        .map(row.distribution::get)
                                                        .toList(),
                                                null,
                                                null))
                        .toList());
    }

    private static String name(Delivery delivery) {
        return delivery.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private String table(List<Row> rows) {
        StringBuilder table = new StringBuilder();
        table.append(
                "| delivery | streams | "
                        + (frames ? "frames" : "fragments")
                        + "/s each | samples | median, µs | p99, µs | p99.9, µs |"
                        + " max, µs |\n"
                        + "|---|---:|---:|---:|---:|---:|---:|---:|\n");
        for (Row row : rows) {
            table.append(
                    String.format(
                            "| %s | %d | %.0f | %d | %.0f | %.0f | %.0f | %.0f |%n",
                            name(row.delivery),
                            row.streams,
                            row.fragmentsPerSecondAndStream,
                            row.samples,
                            row.median,
                            row.p99,
                            row.p999,
                            row.max));
        }
        return table.toString();
    }
}
