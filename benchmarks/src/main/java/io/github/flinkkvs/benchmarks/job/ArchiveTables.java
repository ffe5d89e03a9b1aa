/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.benchmarks.job;

import io.github.flinkkvs.benchmarks.job.ArchiveBenchmark.Figures;
import io.github.flinkkvs.benchmarks.job.ArchiveBenchmark.QuotaRow;
import io.github.flinkkvs.benchmarks.job.ArchiveBenchmark.Row;
import io.github.flinkkvs.benchmarks.job.ArchiveConsumer.Reader;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The tables of {@link ArchiveBenchmark}. */
final class ArchiveTables {

    private ArchiveTables() {}

    static String withQuotas(List<QuotaRow> rows) {
        StringBuilder table = new StringBuilder();
        table.append(
                "With the service's quotas:\n\n"
                        + "| reads with | fragments | runs | seconds | fragments/s | the quota allows,"
                        + " seconds | ratio | calls |\n"
                        + "|---|---:|---:|---:|---:|---:|---:|---|\n");
        for (QuotaRow row : rows) {
            table.append(
                    String.format(
                            Locale.ROOT,
                            "| %s | %,d | %d | %.2f | %.1f | %d | %.2f | %s |%n",
                            row.reader() == Reader.ARCHIVE ? "archived media" : "GetMedia",
                            row.fragments(),
                            row.rounds(),
                            row.figures().seconds().value(),
                            row.fragments() / row.figures().seconds().value(),
                            row.shortestSeconds(),
                            row.ofQuota(),
                            calls(row.figures())));
        }
        return table.toString();
    }

    static String withoutQuotas(List<Row> rows) {
        StringBuilder table = new StringBuilder();
        table.append(
                "Without quotas:\n\n"
                        + "| | fragments | KB | bare SDK, fragments/s | job, fragments/s"
                        + " | bare SDK, MB/s | job, MB/s | ratio (95 %)"
                        + " | bare SDK, CPU s/GB | job, CPU s/GB | ratio (95 %)"
                        + " | busy: reader, server | calls |\n"
                        + "|---|---:|---:|---:|---:|---:|---:|---|---:|---:|---|---|---|\n");
        for (Row row : rows) {
            Figures bare = row.bare();
            Figures job = row.job();
            table.append(
                    String.format(
                            Locale.ROOT,
                            "| %s | %,d | %d | %,.0f | %,.0f | %.0f | %.0f | %s | %.2f | %.2f | %s"
                                    + " | bare %.0f %%, %.0f %%; job %.0f %%, %.0f %%"
                                    + " | bare %s; job %s |%n",
                            row.protocol().toUpperCase(Locale.ROOT),
                            row.fragments(),
                            row.fragmentKilobytes(),
                            bare.fragmentsPerSecond().value(),
                            job.fragmentsPerSecond().value(),
                            bare.megabytesPerSecond().value(),
                            job.megabytesPerSecond().value(),
                            row.throughputRatio().text(2, true),
                            bare.cpuSecondsPerGigabyte().value(),
                            job.cpuSecondsPerGigabyte().value(),
                            row.cpuRatio().text(2, true),
                            100 * bare.busyProcessors().value(),
                            100 * bare.serverBusyProcessors().value(),
                            100 * job.busyProcessors().value(),
                            100 * job.serverBusyProcessors().value(),
                            calls(bare),
                            calls(job)));
        }
        return table.toString();
    }

    /** The calls for archived or live media. */
    private static String calls(Figures figures) {
        List<String> calls = new ArrayList<>();
        for (String operation : List.of("ListFragments", "GetMediaForFragmentList", "GetMedia")) {
            Integer count = figures.calls().get(operation);
            if (count != null) {
                calls.add(count + " " + operation);
            }
        }
        if (figures.refused() > 0) {
            calls.add(figures.refused() + " refused");
        }
        return String.join(", ", calls);
    }
}
