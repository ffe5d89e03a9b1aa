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

import java.util.ArrayList;
import java.util.List;
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
            pace.spend(BatchCalls.POINTS).settle(now);
            now += SECOND / 100;
        }
        long wait = pace.waitNanos(BatchCalls.POINTS, now);
        assertThat(wait).isBetween(SECOND - SECOND / 20, SECOND);
        now += wait;
        assertThat(pace.waitNanos(BatchCalls.POINTS, now)).isZero();
        assertThat(pace.waitNanos(2 * BatchCalls.POINTS, now)).isEqualTo(SECOND / 100);
    }

    @Test
    void aCallThatIsNotAnsweredCountsAsMadeNow() {
        ArchivePace pace = ArchivePace.ofMedia();
        ArchivePace.Spending slow = pace.spend(400);
        now += 10 * SECOND;
        assertThat(pace.waitNanos(100, now)).isGreaterThan(SECOND);
        assertThat(pace.waitNanos(75, now)).isZero();
        slow.settle(now);
        now += SECOND / 2;
        slow.settle(now);
        assertThat(pace.waitNanos(100, now)).as("settled once").isLessThan(SECOND * 6 / 10);
    }

    @Test
    void nineListsFitIntoASecond() {
        ArchivePace pace = ArchivePace.ofLists();
        for (int i = 0; i < 9; i++) {
            assertThat(pace.waitNanos(1_000, now)).isZero();
            pace.spend(1_000).settle(now);
        }
        assertThat(pace.waitNanos(1_000, now)).isGreaterThan(SECOND);
    }

    /** Calls take any time, and the service counts each at any moment of it. */
    @Test
    void neverSpendsMoreThanTheServiceAllowsInASecond() {
        Seeds.each(
                seed -> {
                    Random random = new Random(seed);
                    ArchivePace pace = ArchivePace.ofMedia();
                    List<long[]> counted = new ArrayList<>();
                    for (int i = 0; i < 200; i++) {
                        int points = 1 + random.nextInt(475);
                        now += random.nextInt(3) == 0 ? (long) (random.nextDouble() * SECOND) : 0;
                        now += pace.waitNanos(points, now);
                        assertThat(pace.waitNanos(points, now)).isZero();
                        ArchivePace.Spending spending = pace.spend(points);
                        long latency = random.nextInt(300) * (SECOND / 1_000);
                        counted.add(
                                new long[] {now + (long) (random.nextDouble() * latency), points});
                        now += latency;
                        spending.settle(now);
                    }
                    for (long[] first : counted) {
                        long sum =
                                counted.stream()
                                        .filter(c -> c[0] - first[0] >= 0)
                                        .filter(c -> c[0] - first[0] < SECOND)
                                        .mapToLong(c -> c[1])
                                        .sum();
                        assertThat(sum).isLessThanOrEqualTo(475);
                    }
                });
    }
}
