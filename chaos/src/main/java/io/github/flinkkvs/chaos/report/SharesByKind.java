/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.chaos.report;

import io.github.flinkkvs.chaos.check.Share;
import io.github.flinkkvs.chaos.plan.FaultKind;
import io.github.flinkkvs.chaos.run.RunResult;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** What was due in the output, and what is wrong with it, by the fault before. Not thread-safe. */
final class SharesByKind {
    private static final String BEFORE = "BEFORE";

    private final ShareSums before = new ShareSums();
    private final Map<FaultKind, ShareSums> kinds = new EnumMap<>(FaultKind.class);

    void add(RunResult run) {
        List<Share> shares = run.shares();
        before.add(shares.get(0));
        for (int i = 0; i < run.injected().size(); i++) {
            of(run.injected().get(i).kind()).add(shares.get(i + 1));
        }
    }

    /** Adds what {@link #json} wrote. */
    void add(JsonNode report) {
        before.add(report.get(BEFORE));
        for (FaultKind kind : FaultKind.values()) {
            if (report.has(kind.name())) {
                of(kind).add(report.get(kind.name()));
            }
        }
    }

    private ShareSums of(FaultKind kind) {
        return kinds.computeIfAbsent(kind, missing -> new ShareSums());
    }

    void json(ObjectNode report) {
        before.json(report.putObject(BEFORE));
        kinds.forEach((kind, sums) -> sums.json(report.putObject(kind.name())));
    }

    String markdown() {
        StringBuilder table = new StringBuilder(ShareSums.head());
        table.append(before.markdown("before the first one"));
        kinds.forEach((kind, sums) -> table.append(sums.markdown(kind.title())));
        return table.toString();
    }
}
