/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.benchmarks.parser;

import io.github.flinkkvs.benchmarks.report.Chart;
import io.github.flinkkvs.benchmarks.report.Chart.Series;
import io.github.flinkkvs.benchmarks.report.Median;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The results as plots. */
final class ParserCharts {

    static List<Chart> of(List<SetResult> sets) {
        List<String> names = sets.stream().map(set -> set.name() + ", " + set.cluster()).toList();
        List<Series> throughput = new ArrayList<>();
        List<Series> toLimit = new ArrayList<>();
        for (Peer peer : Peer.values()) {
            throughput.add(
                    series(peer, sets.stream().map(set -> set.megabytesPerSecond(peer)).toList()));
            if (peer != Peer.LIMIT) {
                toLimit.add(
                        series(
                                peer,
                                sets.stream().map(set -> set.speed(peer, Peer.LIMIT)).toList()));
            }
        }
        return List.of(
                Chart.bars("parser-throughput", "Parser throughput", "MB/s", names, throughput),
                Chart.bars(
                        "parser-limit",
                        "Parser throughput relative to read + copy",
                        "of the limit",
                        names,
                        toLimit));
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
