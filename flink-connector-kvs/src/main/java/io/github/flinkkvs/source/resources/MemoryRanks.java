/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.source.resources;

import javax.annotation.Nullable;

import java.util.Comparator;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Keeps the accounts of a {@link MemoryBudget} in order, so that it finds the next one without
 * looking at all of them. Updating an account takes logarithmic time. Guarded by the reader lock.
 */
final class MemoryRanks {

    /** A stream that sent no requested bytes for this long makes way for others. */
    static final long SILENT_NANOS = TimeUnit.SECONDS.toNanos(1);

    /**
     * Those further behind come first. A total order, since streams that begin together stand at
     * the same place: if each took itself for the last one, all could wait for each other.
     */
    static final Comparator<MemoryAccount> FURTHER_BEHIND = MemoryRanks::compare;

    private static final int WAITING = 1;
    private static final int WANTING = 1 << 1;
    private static final int HOLDING = 1 << 2;
    private static final int PAUSED = 1 << 3;

    /** Accounts with something in common, those further behind first. */
    private static final class Rank {

        private final int bit;
        private final TreeSet<MemoryAccount> accounts = new TreeSet<>(FURTHER_BEHIND);

        Rank(int bit) {
            this.bit = bit;
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

    private final Rank waiting = new Rank(WAITING);
    private final Rank wanting = new Rank(WANTING);
    private final Rank holding = new Rank(HOLDING);
    private final Rank paused = new Rank(PAUSED);
    private final List<Rank> ranks = List.of(waiting, wanting, holding, paused);

    /** Those of the holding with outstanding requests, the longest silent one first. */
    private final Set<MemoryAccount> asked = new LinkedHashSet<>();

    private final LongSupplier nanoTime;

    MemoryRanks(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /** An account has changed; gets the rest from its stream. */
    void update(MemoryAccount account) {
        MemoryBudget.Tenant tenant = account.tenant;
        account.paused = !account.closed && tenant.isPaused();
        account.canGiveBack = account.paused && tenant.canGiveBack();
        long position = tenant.positionMillis();
        if (position != account.positionMillis) {
            // The sets find it only by its old position.
            move(account, 0);
            account.positionMillis = position;
        }
        move(account, ranksOf(account));
        if (!account.asked || account.reserved() == 0 || account.paused) {
            asked.remove(account);
        } else if (asked.add(account)) {
            account.heardNanos = nanoTime.getAsLong();
        }
    }

    private static int ranksOf(MemoryAccount account) {
        boolean holds = account.reserved() > 0;
        if (account.paused) {
            return holds || account.canGiveBack ? PAUSED : 0;
        }
        return (account.waiting ? WAITING : 0)
                | (account.wants() ? WANTING : 0)
                | (holds ? HOLDING : 0);
    }

    private void move(MemoryAccount account, int to) {
        int changed = account.ranks ^ to;
        if (changed == 0) {
            // The usual case for a piece of a fragment.
            return;
        }
        for (int i = 0; i < ranks.size(); i++) {
            Rank rank = ranks.get(i);
            if ((changed & rank.bit) == 0) {
                continue;
            }
            if ((to & rank.bit) == 0) {
                rank.accounts.remove(account);
            } else {
                rank.accounts.add(account);
            }
        }
        account.ranks = to;
    }

    private static int compare(MemoryAccount one, MemoryAccount other) {
        int byPosition = Long.compare(one.positionMillis, other.positionMillis);
        return byPosition != 0 ? byPosition : Long.compare(one.order, other.order);
    }

    /** A stream sent bytes. */
    void heard(MemoryAccount account) {
        if (asked.remove(account)) {
            asked.add(account);
            account.heardNanos = nanoTime.getAsLong();
        }
    }

    /** The stream to tell first when there is room; null if none waits. */
    @Nullable
    MemoryAccount firstWaiting() {
        return waiting.furthestBehind();
    }

    /** The last of the streams that want memory and are not paused, and of one more. */
    @Nullable
    MemoryAccount furthestBehind(MemoryAccount oneMore) {
        MemoryAccount last = wanting.furthestBehind();
        if (oneMore.paused) {
            return last;
        }
        return last == null || FURTHER_BEHIND.compare(oneMore, last) < 0 ? oneMore : last;
    }

    /**
     * The next stream to make way for the asking one: the paused one furthest ahead, else the
     * longest silent one, else the one furthest ahead of the asking one.
     *
     * @param spared is never evicted
     * @return null if none is left
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
