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
import io.github.flinkkvs.benchmarks.report.Median;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The results as Markdown. */
final class Tables {

    static String of(Task task, List<SetResult> sets) {
        List<String> parts = new ArrayList<>();
        parts.add("Throughput in MB/s (10^6 bytes), median:");
        parts.add(
                table(
                        sets,
                        task.peers(),
                        (set, peer) -> text(set.megabytesPerSecond(peer), 0, false)));
        for (Peer other : task.others()) {
            boolean limit = other == Peer.LIMIT;
            parts.add("Ours, relative to " + (limit ? "the " : "") + other.label() + ":");
            parts.add(
                    table(
                            sets,
                            task.ours(),
                            (set, peer) -> text(set.speed(peer, other), limit ? 2 : 1, true)));
        }
        parts.add("Allocated bytes per byte of a fragment, median:");
        parts.add(
                table(
                        sets,
                        task.peers(),
                        (set, peer) -> text(set.allocatedPerByte(peer), 2, false)));
        List<String> problems = problems(sets);
        if (!problems.isEmpty()) {
            parts.add("Not measured, because the result differs from the set:");
            parts.add(String.join("\n", problems));
        }
        return String.join("\n\n", parts);
    }

    private interface Cell {
        String of(SetResult set, Peer peer);
    }

    private static String table(List<SetResult> sets, List<Peer> peers, Cell cell) {
        StringBuilder table = new StringBuilder("| set | Cluster | KB | frames |");
        peers.forEach(peer -> table.append(' ').append(peer.label()).append(" |"));
        table.append("\n|---|---|--:|--:|").append("--:|".repeat(peers.size()));
        for (SetResult set : sets) {
            table.append(
                    String.format(
                            Locale.ROOT,
                            "\n| %s | %s | %.1f | %.0f |",
                            set.name(),
                            set.cluster(),
                            set.bytesPerFragment() / 1000,
                            set.framesPerFragment()));
            peers.forEach(peer -> table.append(' ').append(cell.of(set, peer)).append(" |"));
        }
        return table.toString();
    }

    private static String text(Optional<Median> median, int decimals, boolean interval) {
        return median.map(value -> value.text(decimals, interval)).orElse("–");
    }

    private static List<String> problems(List<SetResult> sets) {
        List<String> problems = new ArrayList<>();
        for (SetResult set : sets) {
            set.peers()
                    .forEach(
                            (peer, result) -> {
                                if (result.problem() != null) {
                                    problems.add(
                                            String.format(
                                                    "- %s, %s, %s: %s",
                                                    set.name(),
                                                    set.cluster(),
                                                    peer.label(),
                                                    result.problem()));
                                }
                            });
        }
        return problems;
    }

    private Tables() {}
}
