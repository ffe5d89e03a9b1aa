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

/** The sums of several shares. Not thread-safe. */
final class ShareSums {
    private static final String SHARES = "shares";
    private static final String FRAGMENTS = "fragments";

    private int shares;
    private long fragments;
    private final long[] findings = new long[Finding.Kind.values().length];

    void add(Share share) {
        shares++;
        fragments += share.fragments();
        for (Finding.Kind kind : Finding.Kind.values()) {
            findings[kind.ordinal()] += share.count(kind);
        }
    }

    /** Adds what {@link #json} wrote. */
    void add(JsonNode report) {
        shares += report.get(SHARES).asInt();
        fragments += report.get(FRAGMENTS).asLong();
        for (Finding.Kind kind : Finding.Kind.values()) {
            findings[kind.ordinal()] += report.get(kind.name()).asLong();
        }
    }

    void json(ObjectNode report) {
        report.put(SHARES, shares).put(FRAGMENTS, fragments);
        for (Finding.Kind kind : Finding.Kind.values()) {
            report.put(kind.name(), findings[kind.ordinal()]);
        }
    }

    /** The head of the table whose rows are {@link #markdown}. */
    static String head() {
        return "| from a fault to the next one | times | complete fragments"
                + " | lost | doubled | out of order | wrong |\n"
                + "|---|---|---|---|---|---|---|\n";
    }

    String markdown(String title) {
        StringBuilder row = new StringBuilder();
        row.append(String.format(Locale.ROOT, "| %s | %d | %,d", title, shares, fragments));
        for (long count : findings) {
            row.append(" | ").append(count);
        }
        return row.append(" |\n").toString();
    }
}
