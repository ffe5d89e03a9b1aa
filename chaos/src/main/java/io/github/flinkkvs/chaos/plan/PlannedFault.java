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

/**
 * A fault of a plan. Immutable.
 *
 * @param atMillis when it begins, from the beginning of the plan; later if the job has not
 *     recovered from the one before
 * @param kind what goes wrong
 * @param durationMillis for how long, if it lasts
 * @param chance what else is to be decided about it, such as which TaskManager: any number
 */
public record PlannedFault(long atMillis, FaultKind kind, long durationMillis, int chance) {

    /** For how long it lasts. */
    public Duration duration() {
        return Duration.ofMillis(durationMillis);
    }

    @Override
    public String toString() {
        return "%6.1f s  %s for %.1f s, chance %d"
                .formatted(atMillis / 1000.0, kind, durationMillis / 1000.0, chance);
    }
}
