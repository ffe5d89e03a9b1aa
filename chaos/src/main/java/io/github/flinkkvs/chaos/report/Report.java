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
import io.github.flinkkvs.chaos.check.Verdict;
import io.github.flinkkvs.chaos.job.ReadingMode;
import io.github.flinkkvs.chaos.plan.FaultKind;
import io.github.flinkkvs.chaos.run.Injected;
import io.github.flinkkvs.chaos.run.RunResult;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** A run as Markdown and as JSON. Immutable. */
public final class Report {
    private final String command;
    private final long seed;
    private final ReadingMode mode;
    private final List<String> versions;
    private final RunResult result;

    /**
     * @param command that brings the run back
     * @param versions of Flink, in their order
     */
    public Report(
            String command, long seed, ReadingMode mode, List<String> versions, RunResult result) {
        this.command = command;
        this.seed = seed;
        this.mode = mode;
        this.versions = List.copyOf(versions);
        this.result = result;
    }

    /** Writes {@code MODE-VERSION-SEED.md} and {@code .json} into a folder. */
    public void write(Path folder) throws IOException {
        Files.createDirectories(folder);
        String name =
                "%s-%s-%d"
                        .formatted(
                                mode.name().toLowerCase(Locale.ROOT),
                                versions.get(versions.size() - 1),
                                seed);
        Files.writeString(folder.resolve(name + ".md"), markdown());
        ObjectMapper mapper = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
        Files.writeString(
                folder.resolve(name + ".json"), mapper.writeValueAsString(json(mapper)) + "\n");
    }

    String markdown() {
        Verdict verdict = result.verdict();
        StringBuilder text = new StringBuilder();
        text.append("# A run under chaos: ").append(mode).append(", seed ").append(seed);
        text.append("\n\n```sh\n").append(command).append("\n```\n\n");
        text.append("| pushed | |\n|---|---|\n");
        row(text, "complete fragments", verdict.fragments());
        row(text, "their frames", verdict.frames());
        row(text, "malformed fragments", verdict.bad());
        row(text, "fragments whose producer was lost", verdict.abandoned());
        text.append("\n| committed | |\n|---|---|\n");
        row(text, "rows", verdict.rows());
        for (Finding.Kind kind : Finding.Kind.values()) {
            row(text, kind.name().toLowerCase(Locale.ROOT).replace('_', ' '), verdict.count(kind));
        }
        text.append("\n").append(shares().markdown());
        text.append("\n").append(RecoveryTimes.head());
        times().forEach((kind, times) -> text.append(times.markdown(kind.title())));
        verdict.findings().forEach(finding -> text.append("\n- ").append(finding));
        return text.toString();
    }

    private static void row(StringBuilder text, String name, long count) {
        text.append("| ").append(name).append(" | ").append(count).append(" |\n");
    }

    ObjectNode json(ObjectMapper mapper) {
        Verdict verdict = result.verdict();
        ObjectNode json = mapper.createObjectNode();
        json.put("command", command).put("seed", seed).put("mode", mode.name());
        json.set("flink", mapper.valueToTree(versions));
        json.put("fragments", verdict.fragments()).put("frames", verdict.frames());
        json.put("malformed", verdict.bad()).put("abandoned", verdict.abandoned());
        json.put("rows", verdict.rows());
        for (Finding.Kind kind : Finding.Kind.values()) {
            json.put(kind.name(), verdict.count(kind));
        }
        ObjectNode faults = json.putObject("faults");
        times().forEach((kind, times) -> faults.set(kind.name(), times.json(mapper)));
        shares().json(json.putObject("shares"));
        return json;
    }

    private SharesByKind shares() {
        SharesByKind shares = new SharesByKind();
        shares.add(result);
        return shares;
    }

    private Map<FaultKind, RecoveryTimes> times() {
        Map<FaultKind, RecoveryTimes> times = new EnumMap<>(FaultKind.class);
        for (Injected fault : result.injected()) {
            times.computeIfAbsent(fault.kind(), kind -> new RecoveryTimes()).add(fault);
        }
        return times;
    }
}
