/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.client.errors;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class BackoffTest {

    @Test
    void doublesUpToItsMaximumAndBeginsAnew() {
        Backoff backoff = new Backoff(100, 1000);
        for (long full : new long[] {100, 200, 400, 800, 1000, 1000, 1000}) {
            assertThat(backoff.nextNanos()).isBetween(full / 2, full);
        }
        backoff.reset();
        assertThat(backoff.nextNanos()).isBetween(50L, 100L);
    }

    @Property(tries = 200, seed = "21")
    void neverLeavesItsBounds(
            @ForAll @LongRange(min = 1, max = Long.MAX_VALUE / 4) long initial,
            @ForAll @LongRange(min = 1) long max) {
        Backoff backoff = new Backoff(initial, max);
        for (int i = 0; i < 100; i++) {
            assertThat(backoff.nextNanos()).isBetween(0L, max);
        }
    }
}
