/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.chaos.report;

import io.github.flinkkvs.chaos.check.Finding;
import io.github.flinkkvs.chaos.plan.FaultKind;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** All reports of a folder as the tables of a page. Not thread-safe. */
public final class Summary {
    private final Map<String, Totals> modes = new TreeMap<>();
    private final SharesByKind shares = new SharesByKind();
    private final Map<FaultKind, RecoveryTimes> kinds = new EnumMap<>(FaultKind.class);

    /** The sums over the runs of a mode. */
    private static final class Totals {
        private int runs;
        private long faults;
        private long fragments;
        private long rows;
        private final long[] findings = new long[Finding.Kind.values().length];
    }

    private Summary() {}

    /** Reads the reports in JSON that are in a folder. */
    public static Summary of(Path folder) throws IOException {
        Summary summary = new Summary();
        ObjectMapper mapper = new ObjectMapper();
        try (Stream<Path> files = Files.list(folder)) {
            List<Path> reports =
                    files.filter(file -> file.toString().endsWith(".json"))
                            .sorted()
                            .collect(Collectors.toList());
            for (Path report : reports) {
                summary.add(mapper.readTree(report.toFile()));
            }
        }
        return summary;
    }

    private void add(JsonNode report) {
        Totals totals = modes.computeIfAbsent(report.get("mode").asText(), mode -> new Totals());
        totals.runs++;
        totals.fragments += report.get("fragments").asLong();
        totals.rows += report.get("rows").asLong();
        for (Finding.Kind kind : Finding.Kind.values()) {
            totals.findings[kind.ordinal()] += report.get(kind.name()).asLong();
        }
        shares.add(report.get("shares"));
        for (FaultKind kind : FaultKind.values()) {
            JsonNode fault = report.get("faults").get(kind.name());
            if (fault != null) {
                totals.faults += fault.get("injected").asLong();
                kinds.computeIfAbsent(kind, missing -> new RecoveryTimes()).add(fault);
            }
        }
    }

    /** The tables: by mode, and two by kind of fault. */
    public String markdown() {
        StringBuilder text = new StringBuilder();
        text.append("| mode | runs | faults | fragments pushed | rows committed");
        text.append(" | lost | doubled | out of order | wrong |\n");
        text.append("|---|---|---|---|---|---|---|---|---|\n");
        modes.forEach(
                (mode, totals) -> {
                    text.append("| `").append(mode.toLowerCase(Locale.ROOT)).append("` | ");
                    text.append(totals.runs).append(" | ").append(totals.faults).append(" | ");
                    text.append(
                            String.format(Locale.ROOT, "%,d | %,d", totals.fragments, totals.rows));
                    for (long findings : totals.findings) {
                        text.append(" | ").append(findings);
                    }
                    text.append(" |\n");
                });
        text.append("\n").append(shares.markdown());
        text.append("\n").append(RecoveryTimes.head());
        kinds.forEach((kind, times) -> text.append(times.markdown(kind.title())));
        text.append("\nFaults in all: ");
        text.append(kinds.values().stream().mapToInt(RecoveryTimes::count).sum());
        return text.append('\n').toString();
    }
}
