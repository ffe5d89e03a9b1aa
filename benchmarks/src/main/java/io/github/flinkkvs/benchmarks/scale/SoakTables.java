/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.benchmarks.scale;

import java.util.List;
import java.util.Locale;

/** The tables of the results. */
final class SoakTables {

    /** About so many moments are in the table; the file has all. */
    private static final int MOMENTS = 12;

    private SoakTables() {}

    static String of(SoakRun.Result run, List<SoakVerdict> verdicts) {
        return rows(run.rows()) + "\n" + verdicts(verdicts) + "\n" + truth(run);
    }

    private static String rows(List<SoakRun.Row> rows) {
        StringBuilder table =
                new StringBuilder(
                        "| minute | jobs ended | heap, MB | direct memory, MB | Metaspace, MB |"
                                + " classes | descriptors | threads | all memory of the process, MB |\n"
                                + "|--:|--:|--:|--:|--:|--:|--:|--:|--:|\n");
        int step = Math.max(1, rows.size() / MOMENTS);
        for (int i = rows.size() % step; i < rows.size(); i += step) {
            SoakRun.Row row = rows.get(i);
            JvmProbe.Sample jvm = row.jvm();
            table.append(
                    String.format(
                            Locale.ROOT,
                            "| %.1f | %d | %.1f | %.1f | %.1f | %d | %d | %d | %.0f |%n",
                            row.minute(),
                            row.jobs(),
                            jvm.heapMegabytes(),
                            jvm.directMegabytes(),
                            jvm.metaspaceMegabytes(),
                            jvm.classes(),
                            jvm.descriptors(),
                            jvm.threads(),
                            jvm.residentMegabytes()));
        }
        return table.toString();
    }

    private static String verdicts(List<SoakVerdict> verdicts) {
        StringBuilder table =
                new StringBuilder(
                        "| | trend, per hour (95 %) | growth | allowed | verdict |\n"
                                + "|---|---|--:|--:|---|\n");
        for (SoakVerdict verdict : verdicts) {
            table.append(
                    String.format(
                            Locale.ROOT,
                            "| %s | %s | %.1f | %.0f | %s |%n",
                            verdict.what(),
                            verdict.perHour().text(1),
                            verdict.growth(),
                            verdict.allowed(),
                            verdict.grows() ? "**grows**" : "flat"));
        }
        return table.toString();
    }

    private static String truth(SoakRun.Result run) {
        return String.format(
                Locale.ROOT,
                "%,d fragments came through %,d new connections; %d were lost, %d doubled. At the end,"
                        + " each stream had emitted one within %.1f s.%n",
                run.seen(),
                run.reconnects(),
                run.lost(),
                run.doubled(),
                run.silenceMillis() / 1e3);
    }
}
