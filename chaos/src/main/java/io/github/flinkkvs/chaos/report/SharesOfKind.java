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
import io.github.flinkkvs.chaos.check.Share;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import java.util.Locale;

/** What was pushed from the faults of one kind to the next ones. Not thread-safe. */
final class SharesOfKind {
    private static final String PUSHED = "pushed";

    private int injected;
    private long pushed;
    private final long[] findings = new long[Finding.Kind.values().length];

    void add(Share share) {
        injected++;
        pushed += share.pushed();
        for (Finding.Kind kind : Finding.Kind.values()) {
            findings[kind.ordinal()] += share.count(kind);
        }
    }

    /** Adds those of a report. */
    void add(JsonNode report) {
        injected += report.get("injected").asInt();
        pushed += report.get(PUSHED).asLong();
        for (Finding.Kind kind : Finding.Kind.values()) {
            findings[kind.ordinal()] += report.get(kind.name()).asLong();
        }
    }

    /** Adds them to a report that has the number of faults. */
    void json(ObjectNode report) {
        report.put(PUSHED, pushed);
        for (Finding.Kind kind : Finding.Kind.values()) {
            report.put(kind.name(), findings[kind.ordinal()]);
        }
    }

    /** The head of the table whose rows are {@link #markdown}. */
    static String head() {
        return "| fault | injected | fragments pushed until the next one"
                + " | lost | doubled | out of order | wrong |\n"
                + "|---|---|---|---|---|---|---|\n";
    }

    String markdown(String title) {
        StringBuilder row = new StringBuilder();
        row.append(String.format(Locale.ROOT, "| %s | %d | %,d", title, injected, pushed));
        for (long count : findings) {
            row.append(" | ").append(count);
        }
        return row.append(" |\n").toString();
    }
}
