/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.chaos;

import io.github.flinkkvs.chaos.job.ReadingMode;
import io.github.flinkkvs.chaos.plan.FaultKind;
import io.github.flinkkvs.chaos.plan.Plan;
import io.github.flinkkvs.chaos.plan.PlannedFault;
import io.github.flinkkvs.chaos.run.ChaosRun;
import io.github.flinkkvs.chaos.run.RunResult;
import io.github.flinkkvs.chaos.service.FleetSize;
import io.github.flinkkvs.chaos.world.WorldSettings;

import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

import static org.assertj.core.api.Assertions.assertThat;

/** Short plans; {@code chaos/run.sh} runs long ones. */
@EnabledOnOs(OS.LINUX)
@Timeout(600)
class ChaosITCase {

    /** What takes long: these only run in long plans. */
    private static final Set<FaultKind> SLOW =
            EnumSet.of(FaultKind.PAUSE_LONG, FaultKind.SLOW_SINK, FaultKind.UPGRADE);

    private static final FleetSize SMALL = new FleetSize(4, 2, 4, 1, 100);

    @TempDir Path folder;

    @ParameterizedTest
    @CsvSource({"SQL, 45, 1", "FRAMES, 45, 2"})
    void nothingIsLostOrDoubled(ReadingMode mode, int seconds, long seed) throws Exception {
        List<PlannedFault> plan = Plan.of(seed, Duration.ofSeconds(seconds), 1, SLOW);

        RunResult result =
                new ChaosRun(System.out)
                        .run(
                                WorldSettings.of(
                                        Path.of(System.getProperty("chaos.root")),
                                        mode,
                                        List.of(System.getProperty("chaos.flink")),
                                        folder.resolve("a run"),
                                        SMALL),
                                plan);

        assertThat(result.verdict().findings()).as("seed " + seed).isEmpty();
        assertThat(result.verdict().rows()).isPositive();
        assertThat(result.injected()).hasSameSizeAs(plan);
    }
}
