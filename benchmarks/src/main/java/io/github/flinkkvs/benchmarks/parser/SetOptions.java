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
import io.github.flinkkvs.benchmarks.report.Report;

import picocli.CommandLine.Option;

import javax.annotation.Nullable;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** On which sets a command measures and for how long, and where the figures go. */
final class SetOptions {

    private static final Rounds FULL = new Rounds(6, 800, 300);
    private static final Rounds QUICK = new Rounds(2, 50, 20);
    private static final int JVMS = 2;

    @Nullable
    @Option(
            names = "--samples",
            paramLabel = "DIR",
            description = "A folder with recorded GetMedia output (*.mkv), to be measured as well.")
    private Path samples;

    @Option(
            names = "--only",
            paramLabel = "TEXT",
            defaultValue = "",
            description =
                    "Only the sets with this in their names, such as '2 KB, known'; only prints.")
    private String only;

    @Option(
            names = "--quick",
            description = "Shows that all of it works; only prints, and the figures mean nothing.")
    private boolean quick;

    @Option(
            names = "--root",
            paramLabel = "DIR",
            defaultValue = "${sys:benchmarks.root}",
            description =
                    "Of the project: results go to benchmarks/results, tables to"
                            + " docs/benchmarks.md (${DEFAULT-VALUE}).")
    private Path root;

    Rounds rounds() {
        return quick ? QUICK : FULL;
    }

    List<SetResult> measure(Task task) throws IOException, InterruptedException {
        List<SetResult> results = new ArrayList<>();
        for (MediaSet set : MediaSets.all(samples)) {
            if (set.label().contains(only)) {
                System.err.println("Measuring " + set.label());
                SetResult result = MeasuringJvm.measure(task, set, rounds());
                for (int jvm = 1; jvm < (quick ? 1 : JVMS); jvm++) {
                    result = result.and(MeasuringJvm.measure(task, set, rounds()));
                }
                results.add(result);
            }
        }
        return results;
    }

    /** Prints the tables, and publishes the figures if they are whole and mean something. */
    void report(String name, Object result, String tables, List<Chart> charts) throws IOException {
        System.out.println(tables);
        if (!quick && only.isEmpty()) {
            Report.publish(root, name, result, tables, charts);
        }
    }
}
