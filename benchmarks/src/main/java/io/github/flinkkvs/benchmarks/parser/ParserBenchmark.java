/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.benchmarks.parser;

import io.github.flinkkvs.benchmarks.parser.peers.Task;
import io.github.flinkkvs.benchmarks.parser.rounds.SetResult;
import io.github.flinkkvs.benchmarks.report.Chart;
import io.github.flinkkvs.benchmarks.report.Machine;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

import java.util.List;
import java.util.concurrent.Callable;

/** Measures the parser beside AWS's library, jebml and the limit of the machine. */
@Command(
        name = "parser",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Measures the parser beside AWS's library, jebml and the machine's limit.")
public final class ParserBenchmark implements Callable<Integer> {

    @Mixin private SetOptions options;

    public static void main(String[] args) {
        System.exit(new CommandLine(new ParserBenchmark()).execute(args));
    }

    @Override
    public Integer call() throws Exception {
        String machine = Machine.describe();
        List<SetResult> results = options.measure(Task.FRAGMENTS);
        List<Chart> charts = ParserCharts.of(results);
        options.report(
                "parser",
                new ParserResults(machine, options.rounds(), results, charts),
                machine + "\n\n" + Tables.of(Task.FRAGMENTS, results),
                charts);
        return 0;
    }
}
