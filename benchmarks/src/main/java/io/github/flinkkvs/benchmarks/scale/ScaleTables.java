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
final class ScaleTables {

    private ScaleTables() {}

    static String of(List<FleetRun.Result> fleets, DiscoveryRun.Result discovery) {
        return cpu(fleets) + "\n" + memory(fleets) + "\n" + state(fleets, discovery);
    }

    private static String cpu(List<FleetRun.Result> fleets) {
        StringBuilder table =
                new StringBuilder(
                        "| streams | MB/s | kept up | longest silence, ms | furthest behind, ms | its"
                                + " trend, ms a minute (95 %) | CPU per stream, ms/s | CPU s/GB | busy: TaskManager,"
                                + " server, JobManager | server, CPU s/GB |\n"
                                + "|---|--:|--:|--:|--:|---|--:|--:|---|--:|\n");
        for (FleetRun.Result fleet : fleets) {
            table.append(
                    String.format(
                            Locale.ROOT,
                            "| %s | %.1f | %.1f %% | %d | %d | %s | %.2f | %.2f | %.0f %%, %.0f %%,"
                                    + " %.0f %% | %.2f |%n",
                            fleet.title(),
                            fleet.megabytesPerSecond(),
                            100 * fleet.keptUp(),
                            fleet.silenceMillis(),
                            fleet.behindMillis(),
                            fleet.behindTrend().text(0),
                            fleet.cpuMillisPerStreamAndSecond(),
                            fleet.cpuSecondsPerGigabyte(),
                            100 * fleet.busy(),
                            100 * fleet.serverBusy(),
                            100 * fleet.jobManagerBusy(),
                            fleet.serverCpuSecondsPerGigabyte()));
        }
        return table.toString();
    }

    private static String memory(List<FleetRun.Result> fleets) {
        StringBuilder table =
                new StringBuilder(
                        "| streams | all read after, s | settled, s later | heap for media, MB | its bound, MB | direct memory, MB |"
                                + " threads, begin and end | fragments | lost | doubled |"
                                + " evictions | reconnects |\n"
                                + "|---|--:|--:|--:|--:|--:|---|--:|--:|--:|--:|--:|\n");
        for (FleetRun.Result fleet : fleets) {
            table.append(
                    String.format(
                            Locale.ROOT,
                            "| %s | %d | %s | %.0f | %.0f | %.0f | %d, %d | %d | %d | %d | %d | %d |%n",
                            fleet.title(),
                            fleet.readAfterSeconds(),
                            fleet.settledAfterSeconds() == FleetRun.NEVER
                                    ? "never"
                                    : String.valueOf(fleet.settledAfterSeconds()),
                            fleet.mediaMegabytes(),
                            fleet.boundMegabytes(),
                            fleet.directMegabytes(),
                            fleet.threadsBefore(),
                            fleet.threadsAfter(),
                            fleet.fragments(),
                            fleet.lost(),
                            fleet.doubled(),
                            fleet.evictions(),
                            fleet.reconnects()));
        }
        return table.toString();
    }

    private static String state(List<FleetRun.Result> fleets, DiscoveryRun.Result discovery) {
        StringBuilder table =
                new StringBuilder(
                        "| streams | checkpoint, kB | its duration, ms: median, longest | splits,"
                                + " kB | enumerator, kB |\n|---|--:|---|--:|--:|\n");
        for (FleetRun.Result fleet : fleets) {
            table.append(
                    String.format(
                            Locale.ROOT,
                            "| %s | %.1f | %d, %d | %.1f | %.1f |%n",
                            fleet.title(),
                            fleet.checkpointBytes() / 1e3,
                            fleet.checkpointMillis(),
                            fleet.checkpointMaxMillis(),
                            fleet.state().splits() / 1e3,
                            fleet.state().enumerator() / 1e3));
        }
        table.append(
                String.format(
                        Locale.ROOT,
                        "%nDiscovery of %,d streams without media: %.1f s from the submission of"
                                + " the job until each has its reader, with %d call(s) of"
                                + " ListStreams, and %.1f s until GetMedia was called for each."
                                + " The enumerator's state has %.0f kB, that of the splits %.0f"
                                + " kB.%n",
                        discovery.streams(),
                        discovery.secondsToSplits(),
                        discovery.listCalls(),
                        discovery.secondsToCalls(),
                        discovery.state().enumerator() / 1e3,
                        discovery.state().splits() / 1e3));
        return table.toString();
    }
}
