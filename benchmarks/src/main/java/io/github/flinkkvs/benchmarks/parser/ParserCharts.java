/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.benchmarks.parser;

import io.github.flinkkvs.benchmarks.parser.peers.Peer;
import io.github.flinkkvs.benchmarks.parser.peers.Task;
import io.github.flinkkvs.benchmarks.parser.rounds.SetResult;
import io.github.flinkkvs.benchmarks.report.Chart;
import io.github.flinkkvs.benchmarks.report.Chart.Series;
import io.github.flinkkvs.benchmarks.report.Median;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The results as plots. */
final class ParserCharts {

    static List<Chart> of(List<SetResult> sets) {
        List<Series> toLimit = new ArrayList<>();
        for (Peer peer : Task.FRAGMENTS.peers()) {
            if (peer != Peer.LIMIT) {
                toLimit.add(
                        series(
                                peer,
                                sets.stream().map(set -> set.speed(peer, Peer.LIMIT)).toList()));
            }
        }
        return List.of(
                throughput("parser-throughput", "Parser throughput", Task.FRAGMENTS, sets),
                Chart.bars(
                        "parser-limit",
                        "Parser throughput relative to read + copy",
                        "of the limit",
                        names(sets),
                        toLimit));
    }

    static Chart throughput(String file, String title, Task task, List<SetResult> sets) {
        List<Series> throughput =
                task.peers().stream()
                        .map(
                                peer ->
                                        series(
                                                peer,
                                                sets.stream()
                                                        .map(set -> set.megabytesPerSecond(peer))
                                                        .toList()))
                        .toList();
        return Chart.bars(file, title, "MB/s", names(sets), throughput);
    }

    private static List<String> names(List<SetResult> sets) {
        return sets.stream().map(set -> set.name() + ", " + set.cluster()).toList();
    }

    private static Series series(Peer peer, List<Optional<Median>> medians) {
        return new Series(
                peer.label(),
                medians.stream().map(median -> median.map(Median::value).orElse(null)).toList(),
                medians.stream().map(median -> median.map(Median::low).orElse(null)).toList(),
                medians.stream().map(median -> median.map(Median::high).orElse(null)).toList());
    }

    private ParserCharts() {}
}
