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

/** Measures the speed of reading elements and frames, compared with AWS's library and jebml. */
@Command(
        name = "tree",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Measures the tree of elements and frames beside AWS's library and jebml.")
public final class TreeBenchmark implements Callable<Integer> {

    @Mixin private SetOptions options;

    public static void main(String[] args) {
        System.exit(new CommandLine(new TreeBenchmark()).execute(args));
    }

    @Override
    public Integer call() throws Exception {
        String machine = Machine.describe();
        List<SetResult> elements = options.measure(Task.ELEMENTS);
        List<SetResult> frames = options.measure(Task.FRAMES);
        List<Chart> charts =
                List.of(
                        ParserCharts.throughput(
                                "tree-throughput", "All elements", Task.ELEMENTS, elements),
                        ParserCharts.throughput(
                                "frames-throughput", "All frames", Task.FRAMES, frames));
        options.report(
                "tree",
                new TreeResults(machine, options.rounds(), elements, frames, charts),
                machine + "\n\n" + tables(elements, frames),
                charts);
        return 0;
    }

    static String tables(List<SetResult> elements, List<SetResult> frames) {
        return "**All elements.** "
                + Tables.of(Task.ELEMENTS, elements)
                + "\n\n**All frames.** "
                + Tables.of(Task.FRAMES, frames);
    }
}
