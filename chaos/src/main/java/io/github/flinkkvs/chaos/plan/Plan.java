/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.chaos.plan;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

/** Which fault comes when: a pure function of its arguments. */
public final class Plan {
    private static final int MIN_PAUSE_MILLIS = 500;
    private static final int MAX_PAUSE_MILLIS = 3000;

    /** How long a fault and the recovery from it take, at a guess: it only shapes the plan. */
    private static final int RECOVERY_MILLIS = 2500;

    private Plan() {}

    /**
     * Makes a plan. All kinds occur before one occurs again, if the time is enough.
     *
     * @param seed brings the same plan back
     * @param length how long it takes, at a guess
     * @param versions how many versions of Flink there are: for each after the first, there is an
     *     upgrade
     * @param without kinds that do not occur
     */
    public static List<PlannedFault> of(
            long seed, Duration length, int versions, Set<FaultKind> without) {
        Random random = new Random(seed);
        List<PlannedFault> plan = new ArrayList<>();
        List<FaultKind> round = new ArrayList<>();
        long at = pause(random);
        while (at < length.toMillis()) {
            if (round.isEmpty()) {
                round = round(random, plan.isEmpty(), without);
            }
            PlannedFault fault = fault(at, round.remove(0), random);
            plan.add(fault);
            at += fault.durationMillis() + RECOVERY_MILLIS + pause(random);
        }
        upgrades(plan, versions - 1, random);
        return Collections.unmodifiableList(plan);
    }

    /** All kinds once, or as often as they weigh, in any order. */
    private static List<FaultKind> round(Random random, boolean first, Set<FaultKind> without) {
        List<FaultKind> kinds = new ArrayList<>();
        for (FaultKind kind : EnumSet.complementOf(copy(without))) {
            kinds.addAll(
                    Collections.nCopies(first ? Math.min(1, kind.weight()) : kind.weight(), kind));
        }
        if (kinds.isEmpty()) {
            throw new IllegalArgumentException("A plan needs a kind of fault");
        }
        Collections.shuffle(kinds, random);
        return kinds;
    }

    private static EnumSet<FaultKind> copy(Set<FaultKind> kinds) {
        return kinds.isEmpty() ? EnumSet.noneOf(FaultKind.class) : EnumSet.copyOf(kinds);
    }

    private static PlannedFault fault(long at, FaultKind kind, Random random) {
        return new PlannedFault(at, kind, duration(kind, random), random.nextInt(1 << 20));
    }

    private static long duration(FaultKind kind, Random random) {
        return switch (kind) {
            case PAUSE_BRIEFLY -> between(random, 500, 5000);
            case PAUSE_LONG -> between(random, 22_000, 26_000);
            case THROTTLE, SERVER_ERRORS, EXPIRED_CREDENTIALS -> between(random, 1000, 8000);
            case SLOW_SINK -> between(random, 20_000, 60_001);
            case FULL_DISK -> between(random, 3000, 10_000);
            case RESTART_SERVICE -> between(random, 0, 4000);
            default -> 0;
        };
    }

    private static long between(Random random, int least, int below) {
        return least + random.nextInt(below - least);
    }

    private static long pause(Random random) {
        return between(random, MIN_PAUSE_MILLIS, MAX_PAUSE_MILLIS);
    }

    /** Puts each upgrade in the place of a fault, at even distances. */
    private static void upgrades(List<PlannedFault> plan, int upgrades, Random random) {
        for (int i = 1; i <= upgrades && plan.size() > upgrades; i++) {
            int place = i * plan.size() / (upgrades + 1);
            plan.add(place, fault(plan.get(place).atMillis(), FaultKind.UPGRADE, random));
        }
    }
}
