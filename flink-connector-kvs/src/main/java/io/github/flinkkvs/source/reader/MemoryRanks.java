/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.source.reader;

import javax.annotation.Nullable;

import java.util.Comparator;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Predicate;

/**
 * Keeps the accounts of a {@link MemoryBudget} in order, so that it need not look at all of them to
 * find the one whose turn it is. A change of an account costs the logarithm of their number.
 * Guarded by the reader lock.
 */
final class MemoryRanks {

    /** Without bytes for this long, though they were asked for, a stream makes way for others. */
    static final long SILENT_NANOS = TimeUnit.SECONDS.toNanos(1);

    /**
     * Those further behind come first. Total, as streams that begin together stand at the same
     * place: if each took itself for the last one, all could end up waiting for each other.
     */
    static final Comparator<MemoryAccount> FURTHER_BEHIND =
            Comparator.<MemoryAccount>comparingLong(account -> account.positionMillis)
                    .thenComparingLong(account -> account.order);

    /** The accounts that have something in common, those further behind first. */
    private static final class Rank {

        private final int bit;
        private final Predicate<MemoryAccount> belongs;
        private final TreeSet<MemoryAccount> accounts = new TreeSet<>(FURTHER_BEHIND);

        Rank(int index, Predicate<MemoryAccount> belongs) {
            this.bit = 1 << index;
            this.belongs = belongs;
        }

        void leave(MemoryAccount account) {
            if ((account.ranks & bit) != 0) {
                accounts.remove(account);
                account.ranks &= ~bit;
            }
        }

        void settle(MemoryAccount account) {
            if (!belongs.test(account)) {
                leave(account);
            } else if ((account.ranks & bit) == 0) {
                accounts.add(account);
                account.ranks |= bit;
            }
        }

        @Nullable
        MemoryAccount furthestBehind() {
            return accounts.isEmpty() ? null : accounts.first();
        }

        @Nullable
        MemoryAccount furthestAhead() {
            return accounts.isEmpty() ? null : accounts.last();
        }
    }

    private final Rank waiting = new Rank(0, account -> account.waiting && !account.paused);
    private final Rank wanting = new Rank(1, account -> account.wants() && !account.paused);
    private final Rank holding = new Rank(2, account -> account.reserved() > 0 && !account.paused);
    private final Rank paused =
            new Rank(3, account -> account.paused && (account.reserved() > 0 || account.droppable));

    private final List<Rank> ranks = List.of(waiting, wanting, holding, paused);

    /** Those of the holding that were asked for more: the one that sent none for longest first. */
    private final Set<MemoryAccount> asked = new LinkedHashSet<>();

    private final LongSupplier nanoTime;

    MemoryRanks(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /** An account has changed; asks its stream for the rest. */
    void update(MemoryAccount account) {
        MemoryBudget.Tenant tenant = account.tenant;
        long position = tenant.positionMillis();
        if (position != account.positionMillis) {
            // It can be found by its old position only.
            ranks.forEach(rank -> rank.leave(account));
            account.positionMillis = position;
        }
        account.paused = !account.closed && tenant.isPaused();
        account.droppable = !account.closed && tenant.hasDroppable();
        ranks.forEach(rank -> rank.settle(account));
        if (!account.asked || account.reserved() == 0 || account.paused) {
            asked.remove(account);
        } else if (asked.add(account)) {
            account.heardNanos = nanoTime.getAsLong();
        }
    }

    /** A stream sent bytes. */
    void heard(MemoryAccount account) {
        if (asked.remove(account)) {
            asked.add(account);
            account.heardNanos = nanoTime.getAsLong();
        }
    }

    /** Who is to be told first when there is room; null if nobody waits. */
    @Nullable
    MemoryAccount firstWaiting() {
        return waiting.furthestBehind();
    }

    /** Of the streams that are not paused and want memory, with one more, the last one. */
    @Nullable
    MemoryAccount furthestBehind(MemoryAccount oneMore) {
        MemoryAccount last = wanting.furthestBehind();
        if (oneMore.paused) {
            return last;
        }
        return last == null || FURTHER_BEHIND.compare(oneMore, last) < 0 ? oneMore : last;
    }

    /**
     * Who is to make way next for a stream: of those that are paused the one furthest ahead, else
     * the one that is silent for longest, else the one furthest ahead of it.
     *
     * @param spared makes way for nobody
     * @return null if nobody is left
     */
    @Nullable
    MemoryAccount nextVictim(MemoryAccount asking, @Nullable MemoryAccount spared, long nowNanos) {
        MemoryAccount victim = paused.furthestAhead();
        if (victim != null && victim != asking) {
            return victim;
        }
        for (Iterator<MemoryAccount> next = asked.iterator(); next.hasNext(); ) {
            MemoryAccount account = next.next();
            if (nowNanos - account.heardNanos < SILENT_NANOS) {
                break;
            }
            if (account != asking && account != spared) {
                return account;
            }
        }
        victim = holding.furthestAhead();
        return victim != null && FURTHER_BEHIND.compare(victim, asking) > 0 && victim != spared
                ? victim
                : null;
    }
}
