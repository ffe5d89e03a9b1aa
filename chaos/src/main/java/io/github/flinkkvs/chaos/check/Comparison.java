/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.chaos.check;

import io.github.flinkkvs.chaos.check.Finding.Kind;
import io.github.flinkkvs.chaos.ledger.Ledger;
import io.github.flinkkvs.chaos.ledger.PushedFragment.Fate;
import io.github.flinkkvs.chaos.ledger.PushedStream;
import io.github.flinkkvs.chaos.record.OutputRow;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Compares the committed output with the ledger. Not thread-safe. */
public final class Comparison {
    private final boolean frames;
    private final List<Finding> findings = new ArrayList<>();

    private Comparison(boolean frames) {
        this.frames = frames;
    }

    /**
     * Compares all that was pushed with all that was committed, in any order.
     *
     * @param streams that the ledger must know
     * @param frames whether a row is a frame rather than a fragment
     */
    public static Verdict compare(
            Ledger ledger, Collection<String> streams, Collection<OutputRow> rows, boolean frames) {
        Comparison comparison = new Comparison(frames);
        Map<String, List<OutputRow>> byStream =
                rows.stream()
                        .collect(
                                Collectors.groupingBy(
                                        OutputRow::stream, TreeMap::new, Collectors.toList()));
        for (String stream : streams) {
            if (!ledger.streams().containsKey(stream)) {
                comparison.find(Kind.LOST, stream, "the ledger does not know the stream");
            }
        }
        ledger.streams()
                .forEach(
                        (name, stream) ->
                                comparison.stream(
                                        name, stream, byStream.getOrDefault(name, List.of())));
        byStream.forEach(
                (name, read) -> {
                    if (!ledger.streams().containsKey(name)) {
                        comparison.find(
                                Kind.WRONG, name, read.size() + " rows, but no such stream exists");
                    }
                });
        Collection<PushedStream> pushed = ledger.streams().values();
        return new Verdict(
                count(pushed, Fate.COMPLETE),
                pushed.stream()
                        .flatMap(stream -> stream.fragments().values().stream())
                        .filter(fragment -> fragment.fate() == Fate.COMPLETE)
                        .mapToLong(fragment -> fragment.frames().size())
                        .sum(),
                count(pushed, Fate.BAD),
                count(pushed, Fate.ABANDONED),
                rows.size(),
                List.copyOf(comparison.findings));
    }

    private static long count(Collection<PushedStream> streams, Fate fate) {
        return streams.stream().mapToLong(stream -> stream.count(fate)).sum();
    }

    private void stream(String name, PushedStream pushed, List<OutputRow> rows) {
        StreamCheck check = new StreamCheck(name, pushed, frames, findings);
        rows.stream().sorted(Comparator.comparingLong(OutputRow::sequence)).forEach(check::row);
        check.end();
    }

    private void find(Kind kind, String stream, String detail) {
        findings.add(new Finding(kind, stream, Long.MAX_VALUE, detail));
    }
}
