/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.source.fetch;

import io.github.flinkkvs.source.Seeds;

import org.junit.jupiter.api.Test;

import java.util.ArrayDeque;
import java.util.Random;
import java.util.concurrent.TimeUnit;

import static org.assertj.core.api.Assertions.assertThat;

class ArchivePaceTest {

    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    /** Close to overflow, as System.nanoTime() may be. */
    private long now = Long.MAX_VALUE - SECOND / 2;

    @Test
    void fiveBatchesFitIntoASecond() {
        ArchivePace pace = ArchivePace.ofMedia();
        for (int i = 0; i < 5; i++) {
            assertThat(pace.waitNanos(BatchCalls.POINTS, now)).isZero();
            pace.spend(BatchCalls.POINTS, now);
            now += SECOND / 100;
        }
        long wait = pace.waitNanos(BatchCalls.POINTS, now);
        assertThat(wait).isGreaterThan(SECOND - SECOND / 20);
        now += wait;
        assertThat(pace.waitNanos(BatchCalls.POINTS, now)).isZero();
        assertThat(pace.waitNanos(2 * BatchCalls.POINTS, now)).isEqualTo(SECOND / 100);
    }

    @Test
    void nineListsFitIntoASecond() {
        ArchivePace pace = ArchivePace.ofLists();
        for (int i = 0; i < 9; i++) {
            assertThat(pace.waitNanos(1_000, now)).isZero();
            pace.spend(1_000, now);
        }
        assertThat(pace.waitNanos(1_000, now)).isGreaterThan(SECOND);
    }

    @Test
    void neverSpendsMoreThanTheServiceAllowsInASecond() {
        Seeds.each(
                seed -> {
                    Random random = new Random(seed);
                    ArchivePace pace = ArchivePace.ofMedia();
                    ArrayDeque<long[]> spent = new ArrayDeque<>();
                    long sum = 0;
                    for (int i = 0; i < 300; i++) {
                        int points = 1 + random.nextInt(475);
                        now += random.nextInt(3) == 0 ? (long) (random.nextDouble() * SECOND) : 0;
                        now += pace.waitNanos(points, now);
                        assertThat(pace.waitNanos(points, now)).isZero();
                        pace.spend(points, now);
                        spent.add(new long[] {now, points});
                        sum += points;
                        while (now - spent.peek()[0] >= SECOND) {
                            sum -= spent.poll()[1];
                        }
                        assertThat(sum).isLessThanOrEqualTo(475);
                    }
                });
    }
}
