/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.source.session;

import io.github.flinkkvs.source.session.Holds.Hold;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class HoldsTest {

    /** Close to overflow, as System.nanoTime() may be. */
    private long now = Long.MAX_VALUE - 5;

    private final Holds holds = new Holds(() -> now);

    private long timeDuring(Runnable action) {
        long before = holds.nanoTime();
        action.run();
        return holds.nanoTime() - before;
    }

    @Test
    void theClockRunsUnlessTheStreamIsHeld() {
        assertThat(timeDuring(() -> now += 10)).isEqualTo(10);
        holds.add(Hold.ALIGNMENT);
        assertThat(timeDuring(() -> now += 10)).isZero();
        assertThat(timeDuring(() -> holds.remove(Hold.ALIGNMENT))).isZero();
        assertThat(timeDuring(() -> now += 10)).isEqualTo(10);
    }

    @Test
    void theClockStandsStillUntilTheLastHoldIsGone() {
        holds.add(Hold.ALIGNMENT);
        now += 10;
        holds.add(Hold.MEMORY);
        assertThat(
                        timeDuring(
                                () -> {
                                    now += 10;
                                    holds.remove(Hold.ALIGNMENT);
                                    now += 10;
                                    holds.remove(Hold.MEMORY);
                                }))
                .isZero();
        assertThat(timeDuring(() -> now += 10)).isEqualTo(10);
    }

    @Test
    void eachHoldIsThereOnce() {
        assertThat(holds.remove(Hold.MEMORY)).isFalse();
        assertThat(holds.add(Hold.MEMORY)).isTrue();
        now += 10;
        assertThat(holds.add(Hold.MEMORY)).isFalse();
        assertThat(holds.has(Hold.MEMORY)).isTrue();
        assertThat(holds.has(Hold.ALIGNMENT)).isFalse();
        assertThat(holds.remove(Hold.MEMORY)).isTrue();
        assertThat(holds.has(Hold.MEMORY)).isFalse();
        assertThat(timeDuring(() -> now += 10)).isEqualTo(10);
    }
}
