/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.benchmarks.options;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;

import static org.assertj.core.api.Assertions.assertThat;

class ReportOptionsTest {

    private static final String PAGE =
            "before\n<!-- it results: begin -->\nold\n<!-- it results: end -->\n";

    @TempDir Path folder;

    @Command(name = "it")
    private static final class Benchmark implements Callable<Integer> {

        @Mixin private ReportOptions options;

        @Option(names = "--rounds")
        private int rounds = 10;

        @Override
        public Integer call() throws Exception {
            rounds = options.quickly("--rounds", rounds, 1);
            options.report("it", List.of(rounds), "new", List.of());
            return 0;
        }
    }

    private int rounds(String... arguments) throws Exception {
        Files.createDirectories(folder.resolve("docs"));
        Files.writeString(folder.resolve("docs/benchmarks.md"), PAGE);
        Benchmark benchmark = new Benchmark();
        CommandLine line = new CommandLine(benchmark);
        String[] all = new String[arguments.length + 1];
        System.arraycopy(arguments, 0, all, 0, arguments.length);
        all[arguments.length] = "--root=" + folder;
        assertThat(line.execute(all)).isZero();
        return benchmark.rounds;
    }

    @Test
    void quickRunsAreSmallUnlessTheUserSaysOtherwise() throws Exception {
        assertThat(rounds()).isEqualTo(10);
        assertThat(rounds("--quick")).isEqualTo(1);
        assertThat(rounds("--quick", "--rounds=3")).isEqualTo(3);
        assertThat(rounds("--rounds=3", "--quick")).isEqualTo(3);
    }

    @Test
    void onlyFullRunsArePublished() throws Exception {
        rounds("--quick");
        assertThat(folder.resolve("docs/benchmarks.md")).hasContent(PAGE);
        assertThat(folder.resolve("benchmarks")).doesNotExist();

        rounds();
        assertThat(folder.resolve("docs/benchmarks.md")).hasContent(PAGE.replace("old", "new"));
        assertThat(folder.resolve("benchmarks/results/it.json")).exists();
    }
}
