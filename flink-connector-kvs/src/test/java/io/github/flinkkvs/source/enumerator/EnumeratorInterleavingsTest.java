/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.source.enumerator;

import io.github.flinkkvs.source.Seeds;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.Random;

/** Whatever happens in whatever order, each stream is read once, by one reader at a time. */
@Timeout(300)
class EnumeratorInterleavingsTest {

    private static final int STEPS = 3_000;

    @Test
    void eachStreamOnce() {
        Seeds.eachInParallel(seed -> new SimulatedFleet(new Random(seed), false).run(STEPS));
    }

    @Test
    void eachStreamOnceIfReadingEnds() {
        Seeds.eachInParallel(seed -> new SimulatedFleet(new Random(seed), true).run(STEPS));
    }
}
