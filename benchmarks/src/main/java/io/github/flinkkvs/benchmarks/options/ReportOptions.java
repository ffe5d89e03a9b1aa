/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.benchmarks.options;

import io.github.flinkkvs.benchmarks.report.Chart;
import io.github.flinkkvs.benchmarks.report.Report;

import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Where the figures of a benchmark go. Every benchmark has these options. */
public final class ReportOptions {

    /** The benchmark that has these options. */
    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    @Option(
            names = "--root",
            paramLabel = "DIR",
            defaultValue = "${sys:benchmarks.root}",
            description =
                    "The folder of the project: results go to benchmarks/results, tables to"
                            + " docs/benchmarks.md (${DEFAULT-VALUE}).")
    private Path root;

    @Option(
            names = "--quick",
            description =
                    "Measures very little to show that the benchmark works. Prints and writes"
                            + " nothing; the figures mean nothing.")
    private boolean quick;

    /** Whether the run only shows that the benchmark works. */
    public boolean quick() {
        return quick;
    }

    /**
     * Returns a small value for {@code --quick}, unless the user set the option.
     *
     * @param option the name of the option
     * @param set the value of the option, set or by default
     * @param small the value for a quick run
     */
    public <T> T quickly(String option, T set, T small) {
        boolean given = spec.commandLine().getParseResult().hasMatchedOption(option);
        return quick && !given ? small : set;
    }

    /** Prints the tables and, unless the run is quick, {@link Report#publish publishes} it all. */
    public void report(String name, Object result, String tables, List<Chart> charts)
            throws IOException {
        System.out.println(tables.stripTrailing());
        if (!quick) {
            Report.publish(root, name, result, tables, charts);
        }
    }
}
