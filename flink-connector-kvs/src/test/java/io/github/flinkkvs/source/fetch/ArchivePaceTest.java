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
        ArchivePace pace = ArchivePace.ofMedia(475);
        for (int i = 0; i < 5; i++) {
            assertThat(pace.waitNanos(BatchCalls.MAX_POINTS, now)).isZero();
            pace.spend(BatchCalls.MAX_POINTS).settle(now);
            now += SECOND / 100;
        }
        long wait = pace.waitNanos(BatchCalls.MAX_POINTS, now);
        assertThat(wait).isBetween(SECOND - SECOND / 20, SECOND);
        now += wait;
        assertThat(pace.waitNanos(BatchCalls.MAX_POINTS, now)).isZero();
        assertThat(pace.waitNanos(2 * BatchCalls.MAX_POINTS, now)).isEqualTo(SECOND / 100);
    }

    @Test
    void aShareOfTheQuotaIsThatOfMediaAndOfLists() {
        ArchivePace media = ArchivePace.ofMedia(50);
        media.spend(50).settle(now);
        assertThat(media.waitNanos(1, now)).isGreaterThan(SECOND);
        ArchivePace lists = ArchivePace.ofLists(150);
        for (int i = 0; i < 3; i++) {
            assertThat(lists.waitNanos(1_000, now)).isZero();
            lists.spend(1_000).settle(now);
        }
        assertThat(lists.waitNanos(1_000, now)).isGreaterThan(SECOND);
        assertThat(ArchivePace.ofLists(10).waitNanos(1_000, now)).as("one at least").isZero();
        assertThat(ArchivePace.ofLists(Integer.MAX_VALUE).waitNanos(1_000, now)).isZero();
    }

    @Test
    void callsOfOneSizeUseUpASecond() {
        assertThat(ArchivePace.ofMedia(475).pointsPerCall(95)).isEqualTo(95);
        assertThat(ArchivePace.ofMedia(150).pointsPerCall(95)).isEqualTo(75);
        assertThat(ArchivePace.ofMedia(10).pointsPerCall(95)).isEqualTo(10);
        assertThat(ArchivePace.ofMedia(95_000).pointsPerCall(95)).isEqualTo(95);
        assertThat(ArchivePace.ofMedia(Integer.MAX_VALUE).pointsPerCall(95)).isEqualTo(94);
    }

    @Test
    void aCallThatIsNotAnsweredCountsAsMadeNow() {
        ArchivePace pace = ArchivePace.ofMedia(475);
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
        ArchivePace pace = ArchivePace.ofLists(475);
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
                    ArchivePace pace = ArchivePace.ofMedia(475);
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
