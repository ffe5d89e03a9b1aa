/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.chaos.run;

import io.github.flinkkvs.chaos.plan.FaultKind;

import java.util.OptionalLong;

/**
 * A fault that happened, and how long it took to get over it. Immutable.
 *
 * @param kind what went wrong
 * @param atMillis when, in epoch milliseconds
 * @param restoreMillis until Flink had restored a checkpoint; empty if it did not need to
 * @param firstMillis until the first row after it was written
 * @param allMillis until each camera had a row after it
 */
public record Injected(
        FaultKind kind,
        long atMillis,
        OptionalLong restoreMillis,
        long firstMillis,
        long allMillis) {

    @Override
    public String toString() {
        return "over it in %.1f s, all cameras in %.1f s%s"
                .formatted(
                        firstMillis / 1000.0,
                        allMillis / 1000.0,
                        restoreMillis.isPresent()
                                ? ", restored in %.1f s"
                                        .formatted(restoreMillis.getAsLong() / 1000.0)
                                : "");
    }
}
