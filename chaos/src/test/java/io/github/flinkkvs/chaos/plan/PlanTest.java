/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.chaos.plan;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class PlanTest {
    private static final Duration LONG = Duration.ofMinutes(10);

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 17, -5, Long.MAX_VALUE})
    void aSeedBringsTheSamePlanBack(long seed) {
        assertThat(Plan.of(seed, LONG, 3, Set.of()))
                .isEqualTo(Plan.of(seed, LONG, 3, Set.of()))
                .isNotEqualTo(Plan.of(seed + 1, LONG, 3, Set.of()));
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 2, 3, 4, 5, 6, 7})
    void allKindsOccurBeforeOneOccursAgain(long seed) {
        List<PlannedFault> plan = Plan.of(seed, LONG, 2, Set.of());

        Set<FaultKind> all = EnumSet.allOf(FaultKind.class);
        assertThat(kinds(plan)).containsAll(all);
        assertThat(kinds(plan).stream().filter(kind -> kind != FaultKind.UPGRADE))
                .startsWith(
                        kinds(plan).stream()
                                .filter(kind -> kind != FaultKind.UPGRADE)
                                .distinct()
                                .toArray(FaultKind[]::new));
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 2, 3})
    void thereIsAnUpgradeForEachVersionAfterTheFirst(long seed) {
        for (int versions = 1; versions <= 3; versions++) {
            assertThat(kinds(Plan.of(seed, LONG, versions, Set.of())))
                    .filteredOn(kind -> kind == FaultKind.UPGRADE)
                    .hasSize(versions - 1);
        }
    }

    @Test
    void faultsComeOneAfterAnother() {
        List<PlannedFault> plan = Plan.of(3, LONG, 1, Set.of());

        for (int i = 1; i < plan.size(); i++) {
            PlannedFault before = plan.get(i - 1);
            assertThat(plan.get(i).atMillis())
                    .isGreaterThan(before.atMillis() + before.durationMillis());
        }
        assertThat(plan.get(plan.size() - 1).atMillis()).isLessThan(LONG.toMillis());
    }

    @Test
    void kindsCanBeLeftOut() {
        Set<FaultKind> without = EnumSet.complementOf(EnumSet.of(FaultKind.CUT, FaultKind.STALL));

        assertThat(kinds(Plan.of(3, LONG, 1, without)))
                .containsOnly(FaultKind.CUT, FaultKind.STALL);
        assertThatThrownBy(() -> Plan.of(3, LONG, 1, EnumSet.allOf(FaultKind.class)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("A plan needs a kind of fault");
    }

    private static List<FaultKind> kinds(List<PlannedFault> plan) {
        return plan.stream().map(PlannedFault::kind).collect(Collectors.toList());
    }
}
