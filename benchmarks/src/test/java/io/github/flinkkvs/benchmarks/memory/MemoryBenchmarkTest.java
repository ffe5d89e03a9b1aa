/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.benchmarks.memory;

import org.junit.jupiter.api.Test;
import picocli.CommandLine;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

import static org.assertj.core.api.Assertions.assertThat;

class MemoryBenchmarkTest {

    @Test
    void measures() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        PrintStream systemOut = System.out;
        System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
        try {
            assertThat(new CommandLine(new MemoryBenchmark()).execute("--quick")).isZero();
        } finally {
            System.setOut(systemOut);
        }
        for (BudgetLoad.Case load : BudgetLoad.Case.values()) {
            assertThat(out.toString(StandardCharsets.UTF_8))
                    .contains("| " + load.title() + " | 100 |")
                    .contains("| " + load.title() + " | 3000 |");
        }
    }

    @Test
    void eachCaseIsWhatItSays() {
        assertThat(evictions(BudgetLoad.Case.PLENTY)).isZero();
        assertThat(evictions(BudgetLoad.Case.SLOW_SINK)).isGreaterThan(100);
        assertThat(evictions(BudgetLoad.Case.TOO_LITTLE)).isGreaterThan(100);
    }

    private static long evictions(BudgetLoad.Case load) {
        BudgetLoad running = new BudgetLoad(load, 100, 1);
        running.emit(1000);
        return running.evictions();
    }
}
