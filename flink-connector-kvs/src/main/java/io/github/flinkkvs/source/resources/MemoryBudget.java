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
 * the budget. So some stream always makes progress.
 *
 * <p>A decision uses one snapshot: {@link MemoryAccount} keeps what each stream last reported,
 * {@link MemoryRanks} keeps the accounts in order.
 *
 * <p>Guarded by the reader lock.
 */
@Internal
public final class MemoryBudget {

    /** A stream that holds memory. The methods are called with the reader lock held. */
    public interface Tenant {

        /**
         * Whether alignment pauses it. Each change of this must be followed by a call of {@code
         * changed}.
         */
        boolean isPaused();

        /**
         * The time of its last fragment in epoch millis; it shows which stream is further behind.
         */
        long positionMillis();

        /** Whether {@link #evict} would give back something complete. Called if paused. */
        boolean canGiveBack();

        /**
         * Drops its partial fragment. If it is paused, it also gives back what is complete: drops
         * what can be read again, and hands on the rest.
         */
        void evict();

        /** It may continue after it was told to wait. */
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
     * Set while room is made for one stream, or given to one after the other: nested calls do not
     * give away the room that becomes free meanwhile.
     */
    private boolean busy;

    /**
     * @param limit in bytes
     * @param nanoTime a clock that never goes back; it shows which streams are silent
     */
    public MemoryBudget(ReaderLock lock, long limit, LongSupplier nanoTime) {
        this.lock = lock;
        this.limit = limit;
        this.nanoTime = nanoTime;
        this.ranks = new MemoryRanks(nanoTime);
    }

    /** The bytes that may be held. */
    public long limit() {
        return limit;
    }

    /** Bytes held, and bytes set aside for admitted fragments. */
    public long used() {
        return used;
    }

    /** Bytes really held. */
    public long held() {
        return held;
    }

    /** Whether there is this much room for each stream. */
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
     * Waiting for a fragment to begin costs nothing, so nothing is set aside for it. But whole
     * fragments may come next.
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

    /** All bytes but those of the fragment that the account's stream is receiving. */
    private long usedByOthers(MemoryAccount account) {
        return used - account.reserved();
    }

    // ---- making and giving room ------------------------------------------------------------

    /**
     * Evicts streams less urgent than the asking one, until there is enough room or none is left.
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
        // Including bytes that were only set aside.
        victim.drop();
        victim.waiting = goesOnLater;
        update(victim);
    }

    /** Lets waiting streams continue, furthest behind first, as long as there is room. */
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
