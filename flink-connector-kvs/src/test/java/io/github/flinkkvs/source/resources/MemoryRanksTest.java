/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.source.resources;

import io.github.flinkkvs.source.Seeds;

import org.junit.jupiter.api.Test;

import javax.annotation.Nullable;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.function.Predicate;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;

/** Whatever happens to accounts, the ranks agree with a scan of all of them. */
class MemoryRanksTest {

    private static final class Tenant implements MemoryBudget.Tenant {
        boolean paused;
        boolean canGiveBack;
        long position;

        @Override
        public boolean isPaused() {
            return paused;
        }

        @Override
        public long positionMillis() {
            return position;
        }

        @Override
        public boolean canGiveBack() {
            return canGiveBack;
        }

        @Override
        public void evict() {
            throw new AssertionError("not for ranks to do");
        }

        @Override
        public void proceed() {
            throw new AssertionError("not for ranks to do");
        }
    }

    private long nanos = Long.MAX_VALUE - 5;
    private final MemoryRanks ranks = new MemoryRanks(() -> nanos);
    private final MemoryBudget budget = new MemoryBudget(new ReaderLock(), 0, () -> nanos);
    private final List<MemoryAccount> accounts = new ArrayList<>();

    @Test
    void areWhatALookAtAllAccountsShows() {
        Seeds.eachInParallel(
                seed -> {
                    MemoryRanksTest world = new MemoryRanksTest();
                    world.play(new Random(seed));
                });
    }

    private void play(Random random) {
        int count = 1 + random.nextInt(20);
        for (int i = 0; i < count; i++) {
            MemoryAccount account = new MemoryAccount(budget, new Tenant());
            account.open();
            accounts.add(account);
        }
        for (int step = 0; step < 1000; step++) {
            nanos += random.nextInt(3) == 0 ? MemoryRanks.SILENT_NANOS / 3 : 1;
            MemoryAccount account = any(random);
            change(account, random);
            ranks.update(account);
            if (random.nextBoolean()) {
                ranks.heard(account);
            }
            check(any(random), random.nextInt(4) == 0 ? null : any(random));
        }
    }

    private MemoryAccount any(Random random) {
        return accounts.get(random.nextInt(accounts.size()));
    }

    private static void change(MemoryAccount account, Random random) {
        Tenant tenant = (Tenant) account.tenant;
        switch (random.nextInt(8)) {
            case 0:
                tenant.position = random.nextInt(10);
                break;
            case 1:
                tenant.paused = !tenant.paused;
                break;
            case 2:
                tenant.canGiveBack = !tenant.canGiveBack;
                break;
            case 3:
                account.waiting = !account.waiting;
                break;
            case 4:
                account.asked = !account.asked;
                break;
            case 5:
                account.admitted = !account.admitted;
                account.expected = random.nextInt(2);
                break;
            default:
                account.partial = random.nextInt(3);
        }
    }

    private void check(MemoryAccount asking, @Nullable MemoryAccount spared) {
        assertThat(ranks.firstWaiting()).isSameAs(first(a -> a.waiting && !a.paused));
        assertThat(ranks.furthestBehind(asking))
                .isSameAs(first(a -> !a.paused && (a.wants() || a == asking)));
        MemoryAccount expected = last(a -> a.paused && (a.reserved() > 0 || a.canGiveBack));
        if (expected == null || expected == asking) {
            expected =
                    holding()
                            .filter(a -> a.asked && a != asking && a != spared)
                            .filter(a -> nanos - a.heardNanos >= MemoryRanks.SILENT_NANOS)
                            .max(Comparator.comparingLong(a -> nanos - a.heardNanos))
                            .orElse(null);
        }
        MemoryAccount victim = ranks.nextVictim(asking, spared, nanos);
        if (expected != null && !expected.paused) {
            // Several may be silent for the same time.
            assertThat(victim).isNotNull().isNotSameAs(asking).isNotSameAs(spared);
            assertThat(victim.heardNanos).isEqualTo(expected.heardNanos);
            return;
        }
        if (expected == null) {
            expected = holding().max(MemoryRanks.FURTHER_BEHIND).orElse(null);
            if (expected != null
                    && (expected == spared
                            || MemoryRanks.FURTHER_BEHIND.compare(expected, asking) <= 0)) {
                expected = null;
            }
        }
        assertThat(victim).isSameAs(expected);
    }

    private Stream<MemoryAccount> holding() {
        return accounts.stream().filter(a -> !a.paused && a.reserved() > 0);
    }

    @Nullable
    private MemoryAccount first(Predicate<MemoryAccount> those) {
        return accounts.stream().filter(those).min(MemoryRanks.FURTHER_BEHIND).orElse(null);
    }

    @Nullable
    private MemoryAccount last(Predicate<MemoryAccount> those) {
        return accounts.stream().filter(those).max(MemoryRanks.FURTHER_BEHIND).orElse(null);
    }
}
