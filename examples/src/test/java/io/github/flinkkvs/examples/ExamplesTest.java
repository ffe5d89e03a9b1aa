/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.examples;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;

import java.util.Set;

import static org.assertj.core.api.Assertions.assertThat;

class ExamplesTest {

    static Set<String> jobs() {
        return Examples.commandLine().getSubcommands().keySet();
    }

    /** Picocli replaces what looks like a variable in a description, if need be by null. */
    @ParameterizedTest
    @MethodSource("jobs")
    void helpHasNoUnknownVariable(String job) {
        CommandLine command = Examples.commandLine().getSubcommands().get(job);
        assertThat(command.getUsageMessage()).contains("--help").doesNotContain("null");
        if (job.equals("sql")) {
            assertThat(command.getUsageMessage()).contains("${endpoint}", "${region}", "${jars}");
        }
    }
}
