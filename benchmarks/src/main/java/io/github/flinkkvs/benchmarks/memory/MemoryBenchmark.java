/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.benchmarks.memory;

import io.github.flinkkvs.benchmarks.options.ReportOptions;
import io.github.flinkkvs.benchmarks.report.Chart;
import io.github.flinkkvs.benchmarks.report.Machine;
import io.github.flinkkvs.benchmarks.report.Median;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;

/** Measures the cost of sharing the memory of a reader among more and more streams. */
@Command(
        name = "memory",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description =
                "Measures the cost of sharing the memory of a reader among 100 to 3,000 streams.")
public final class MemoryBenchmark implements Callable<Integer> {

    private static final int[] STREAMS = {100, 300, 1000, 3000};
    private static final int ROUNDS = 20;
    private static final long FRAGMENTS = 200_000;

    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    @Mixin private ReportOptions options;

    /**
     * A load on a number of streams.
     *
     * @param nanos CPU time per fragment, of each round
     * @param ratios CPU time relative to the fewest streams, of each round
     * @param evictions evicted fragments per emitted fragment
     */
    record Row(String load, int streams, double[] nanos, double[] ratios, double evictions) {}

    /** The content of the result file. */
    record Result(String machine, int rounds, List<Row> rows, List<Chart> charts) {}

    public static void main(String[] arguments) {
        System.exit(new CommandLine(new MemoryBenchmark()).execute(arguments));
    }

    @Override
    public Integer call() throws Exception {
        String machine = Machine.describe();
        List<Row> rows = new ArrayList<>();
        for (BudgetLoad.Case load : BudgetLoad.Case.values()) {
            rows.addAll(measure(load));
        }
        String tables = machine + "\n\n" + table(rows);
        List<Chart> charts = List.of(chart(rows));
        options.report("memory", new Result(machine, ROUNDS, rows, charts), tables, charts);
        return 0;
    }

    private List<Row> measure(BudgetLoad.Case load) {
        boolean quick = options.quick();
        int rounds = quick ? 2 : ROUNDS;
        long fragments = quick ? 1000 : FRAGMENTS;
        BudgetLoad[] loads =
                IntStream.of(STREAMS)
                        .mapToObj(count -> new BudgetLoad(load, count, count))
                        .toArray(BudgetLoad[]::new);
        double[][] nanos = new double[STREAMS.length][rounds];
        // Rounds before 0 are for warming up.
        for (int round = quick ? 0 : -5; round < rounds; round++) {
            for (int i = 0; i < loads.length; i++) {
                long start = THREADS.getCurrentThreadCpuTime();
                loads[i].emit(fragments);
                long used = THREADS.getCurrentThreadCpuTime() - start;
                if (round >= 0) {
                    nanos[i][round] = (double) used / fragments;
                }
            }
        }
        List<Row> rows = new ArrayList<>();
        for (int i = 0; i < loads.length; i++) {
            double[] own = nanos[i];
            double[] ratios =
                    IntStream.range(0, rounds).mapToDouble(r -> own[r] / nanos[0][r]).toArray();
            double all = 4.0 * STREAMS[i] + fragments * (rounds + (quick ? 0 : 5));
            rows.add(new Row(load.title(), STREAMS[i], own, ratios, loads[i].evictions() / all));
        }
        return rows;
    }

    private static String table(List<Row> rows) {
        StringBuilder table =
                new StringBuilder(
                        "| | streams | ns per fragment | relative to 100 streams (95 %) |"
                                + " evicted fragments per emitted fragment |\n|---|--:|--:|--:|--:|\n");
        for (Row row : rows) {
            table.append(
                    String.format(
                            Locale.ROOT,
                            "| %s | %d | %s | %s | %.2f |%n",
                            row.load(),
                            row.streams(),
                            Median.of(row.nanos()).text(0, false),
                            Median.of(row.ratios()).text(2, true),
                            row.evictions()));
        }
        return table.toString();
    }

    private static Chart chart(List<Row> rows) {
        List<Chart.Series> series = new ArrayList<>();
        for (BudgetLoad.Case load : BudgetLoad.Case.values()) {
            List<Median> ratios =
                    rows.stream()
                            .filter(row -> row.load().equals(load.title()))
                            .map(row -> Median.of(row.ratios()))
                            .toList();
            series.add(
                    new Chart.Series(
                            load.title(),
                            ratios.stream().map(Median::value).toList(),
                            ratios.stream().map(Median::low).toList(),
                            ratios.stream().map(Median::high).toList()));
        }
        return Chart.lines(
                "memory",
                "Cost of sharing memory per fragment, relative to 100 streams",
                "streams",
                "relative to 100 streams",
                false,
                Arrays.stream(STREAMS).asDoubleStream().boxed().toList(),
                series);
    }
}
