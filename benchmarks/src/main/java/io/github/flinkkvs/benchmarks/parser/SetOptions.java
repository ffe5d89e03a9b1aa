/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.benchmarks.parser;

import io.github.flinkkvs.benchmarks.options.ReportOptions;
import io.github.flinkkvs.benchmarks.options.SamplesOption;
import io.github.flinkkvs.benchmarks.parser.media.MediaSet;
import io.github.flinkkvs.benchmarks.parser.media.MediaSets;
import io.github.flinkkvs.benchmarks.parser.peers.Task;
import io.github.flinkkvs.benchmarks.parser.rounds.MeasuringJvm;
import io.github.flinkkvs.benchmarks.parser.rounds.Rounds;
import io.github.flinkkvs.benchmarks.parser.rounds.SetResult;
import io.github.flinkkvs.benchmarks.report.Chart;

import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Which sets a benchmark measures, for how long, and where the figures go. */
final class SetOptions {

    private static final Rounds FULL = new Rounds(6, 800, 300);
    private static final Rounds QUICK = new Rounds(2, 50, 20);
    private static final int JVMS = 2;

    @Mixin private SamplesOption samples;

    @Mixin private ReportOptions options;

    @Option(
            names = "--only",
            paramLabel = "TEXT",
            defaultValue = "",
            description =
                    "Measures only the sets whose names contain this, such as '2 KB, known'. Prints"
                            + " and writes nothing.")
    private String only;

    Rounds rounds() {
        return options.quick() ? QUICK : FULL;
    }

    List<SetResult> measure(Task task) throws IOException, InterruptedException {
        List<SetResult> results = new ArrayList<>();
        for (MediaSet set : MediaSets.all(samples.folder())) {
            if (set.label().contains(only)) {
                System.err.println("Measuring " + set.label());
                SetResult result = MeasuringJvm.measure(task, set, rounds());
                for (int jvm = 1; jvm < (options.quick() ? 1 : JVMS); jvm++) {
                    result = result.and(MeasuringJvm.measure(task, set, rounds()));
                }
                results.add(result);
            }
        }
        return results;
    }

    /** Prints the tables, and publishes them if all sets were measured in full. */
    void report(String name, Object result, String tables, List<Chart> charts) throws IOException {
        if (only.isEmpty()) {
            options.report(name, result, tables, charts);
        } else {
            System.out.println(tables);
        }
    }
}
