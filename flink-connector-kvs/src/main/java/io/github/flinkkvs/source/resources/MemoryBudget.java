/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.source.resources;

import org.apache.flink.annotation.Internal;

import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/**
 * Bounds the bytes that the streams of a reader hold, from a fragment's first byte to its emission.
 *
 * <p>A fragment is admitted if the size of its predecessor fits, and then grows. Fragments that
 * together outgrow the budget make way, since a partial fragment can always be read again: first
 * those of paused streams, then those of silent ones, then those furthest ahead in time. The stream
 * furthest behind never waits for the partial fragments of others, and its one fragment may exceed
 * the budget. So there is always a stream that gets on.
 *
 * <p>A decision is made on one snapshot: {@link MemoryAccount} keeps what each stream said when it
 * last called, {@link MemoryRanks} keeps the accounts in order.
 *
 * <p>Guarded by the reader lock.
 */
@Internal
public final class MemoryBudget {

    /** A stream that holds memory. The methods are called with the reader lock held. */
    public interface Tenant {

        /** Whether alignment keeps it from being read. Who changes this calls {@code changed}. */
        boolean isPaused();

        /** Tells which stream is further behind: epoch millis of its last fragment. */
        long positionMillis();

        /** Whether something complete waits that {@link #evict} gives back. Asked if paused. */
        boolean canGiveBack();

        /**
         * Drops its partial fragment. If it is paused, it also gives back what is complete: drops
         * what can be read again, and hands on the rest.
         */
        void evict();

        /** It may go on after it was told to wait. */
        void proceed();
    }

    private final ReaderLock lock;
    private final long limit;
    private final LongSupplier nanoTime;
    private final MemoryRanks ranks;

    private long everOpened;
    private int open;
    private long used;
    private long held;

    /**
     * Set while room is made for one stream, or given away to one after the other: what becomes
     * free meanwhile is not given away by anyone else.
     */
    private boolean busy;

    /**
     * @param limit in bytes
     * @param nanoTime a clock that never goes back, to tell who is silent
     */
    public MemoryBudget(ReaderLock lock, long limit, LongSupplier nanoTime) {
        this.lock = lock;
        this.limit = limit;
        this.nanoTime = nanoTime;
        this.ranks = new MemoryRanks(nanoTime);
    }

    /** Bytes held, and those set aside for admitted fragments. */
    public long used() {
        return used;
    }

    /** Bytes really held. */
    public long held() {
        return held;
    }

    /** Whether there is so much room for each of the streams. */
    public boolean hasForEach(long bytes) {
        return limit - used >= bytes * open;
    }

    // ---- for the accounts ------------------------------------------------------------------

    long opened() {
        open++;
        return everOpened++;
    }

    void closed() {
        open--;
    }

    void locked(Runnable action) {
        lock.lock();
        try {
            action.run();
        } finally {
            lock.unlock();
        }
    }

    /** Each change of an account ends with this. */
    void update(MemoryAccount account) {
        long nowHeld = account.partial + account.complete;
        long nowUsed = account.reserved() + account.complete;
        held += nowHeld - account.countedHeld;
        used += nowUsed - account.countedUsed;
        account.countedHeld = nowHeld;
        account.countedUsed = nowUsed;
        ranks.update(account);
    }

    /** A stream sent bytes. */
    void heard(MemoryAccount account) {
        ranks.heard(account);
    }

    boolean mayGoOn(MemoryAccount account) {
        account.evicted = false;
        update(account);
        boolean may = mayGrow(account);
        if (account.waiting == may || account.asked != may) {
            account.waiting = !may;
            account.asked = may;
            update(account);
        }
        return may;
    }

    // ---- who may grow ----------------------------------------------------------------------

    private boolean mayGrow(MemoryAccount account) {
        return account.partial > 0 || account.evicted ? admit(account) : mayBegin(account);
    }

    /**
     * Waiting for a fragment to begin costs nothing, so nothing is set aside for it. But what comes
     * next may be whole fragments.
     */
    private boolean mayBegin(MemoryAccount account) {
        if (usedByOthers(account) > limit && account == ranks.furthestBehind(account)) {
            evictUntil(account, () -> usedByOthers(account) <= limit);
        }
        return usedByOthers(account) <= limit;
    }

    private boolean admit(MemoryAccount account) {
        if (fits(account)) {
            return grow(account);
        }
        if (account == ranks.furthestBehind(account)) {
            evictUntil(account, () -> usedByOthers(account) <= limit);
            return usedByOthers(account) <= limit && grow(account);
        }
        if (account.admitted) {
            evictUntil(account, () -> fits(account));
            if (fits(account)) {
                return grow(account);
            }
            account.tenant.evict();
            account.evicted = true;
            account.waiting = true;
            update(account);
        }
        return false;
    }

    private boolean grow(MemoryAccount account) {
        if (!account.admitted) {
            account.admitted = true;
            update(account);
        }
        return true;
    }

    private boolean fits(MemoryAccount account) {
        return usedByOthers(account) + Math.max(account.expected, account.partial) <= limit;
    }

    /** All but the fragment that the account's stream is receiving. */
    private long usedByOthers(MemoryAccount account) {
        return used - account.reserved();
    }

    // ---- making and giving room ------------------------------------------------------------

    /**
     * Drops what is less urgent than one stream's fragment, until that is enough or all there is.
     */
    private void evictUntil(MemoryAccount asking, BooleanSupplier enough) {
        MemoryAccount furthestBehind = ranks.furthestBehind(asking);
        long now = nanoTime.getAsLong();
        boolean wasBusy = busy;
        busy = true;
        try {
            while (!enough.getAsBoolean()) {
                MemoryAccount victim = ranks.nextVictim(asking, furthestBehind, now);
                if (victim == null) {
                    return;
                }
                evict(victim);
            }
        } finally {
            busy = wasBusy;
        }
    }

    private void evict(MemoryAccount victim) {
        boolean goesOnLater = victim.waiting;
        if (victim.partial > 0 || victim.canGiveBack) {
            victim.tenant.evict();
            goesOnLater = !victim.paused;
            victim.evicted = true;
        }
        // Also what was only set aside.
        victim.drop();
        victim.waiting = goesOnLater;
        update(victim);
    }

    /** Lets waiting streams go on, furthest behind first, as long as there is room. */
    void giveRoom() {
        if (busy) {
            return;
        }
        busy = true;
        try {
            MemoryAccount next = ranks.firstWaiting();
            while (next != null && mayGrow(next)) {
                next.waiting = false;
                update(next);
                next.tenant.proceed();
                next = ranks.firstWaiting();
            }
        } finally {
            busy = false;
        }
    }
}
