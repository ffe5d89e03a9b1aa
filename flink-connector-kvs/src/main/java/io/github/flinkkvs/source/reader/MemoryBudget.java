/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.source.reader;

import java.util.IdentityHashMap;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/**
 * Bounds the bytes that the streams of a reader hold, from a fragment's first byte to its emission.
 *
 * <p>A fragment is admitted with the size of its predecessor in mind, and grows. What does not fit
 * waits; and as a partial fragment can always be read again, it is never worth waiting for: those
 * admitted wrongly are dropped, first of paused streams, then of silent ones, then of those
 * furthest ahead in time. The stream furthest behind is never made to wait by others' partial
 * fragments, and may exceed the budget by its one fragment, so there is always one that gets on.
 *
 * <p>What is known of other streams than the one that calls is what they said in their own last
 * call: {@link MemoryAccount} has it, {@link MemoryRanks} keeps it in order.
 *
 * <p>Guarded by the reader lock.
 */
final class MemoryBudget {

    /** A stream that holds memory; the methods are called with the reader lock held. */
    interface Tenant {

        /** Who changes this calls {@link #changed}. */
        boolean isPaused();

        /** Tells who is further behind: epoch millis of its last fragment. */
        long positionMillis();

        /** Whether something complete waits that {@link #evict} drops; asked if it is paused. */
        boolean hasDroppable();

        /**
         * Drops its partial fragment; if it is paused, also what {@link #hasDroppable} tells of.
         */
        void evict();

        /** It may go on after it was told to wait. */
        void proceed();
    }

    private final long limit;
    private final LongSupplier nanoTime;
    private final Map<Tenant, MemoryAccount> accounts = new IdentityHashMap<>();
    private final MemoryRanks ranks;

    private long added;
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
    MemoryBudget(long limit, LongSupplier nanoTime) {
        this.limit = limit;
        this.nanoTime = nanoTime;
        this.ranks = new MemoryRanks(nanoTime);
    }

    /** Bytes held, and those set aside for admitted fragments. */
    long used() {
        return used;
    }

    /** Bytes really held. */
    long held() {
        return held;
    }

    void add(Tenant tenant) {
        accounts.put(tenant, new MemoryAccount(tenant, added++));
        open++;
    }

    /** A stream is over; what of it was taken and not emitted counts until that is released. */
    void remove(Tenant tenant) {
        MemoryAccount account = accounts.get(tenant);
        if (account != null && !account.closed) {
            account.closed = true;
            open--;
            drop(account);
            update(account);
            forgetIfEmpty(account);
            giveRoom();
        }
    }

    private void forgetIfEmpty(MemoryAccount account) {
        if (account.closed && account.complete == 0) {
            accounts.remove(account.tenant);
        }
    }

    /** A fragment is complete; it is held until {@link #released}. */
    void completed(Tenant tenant, long bytes) {
        MemoryAccount account = accounts.get(tenant);
        account.partial = 0;
        account.admitted = false;
        account.complete += bytes;
        account.expected = bytes;
        // Its stream may be in the middle of a piece that brought more: nobody is told before
        // that is over, lest somebody has it evicted.
        update(account);
    }

    /** Something that is no fragment is held until {@link #released}. */
    void added(Tenant tenant, long bytes) {
        MemoryAccount account = accounts.get(tenant);
        account.complete += bytes;
        update(account);
    }

    /** Something complete is no longer held. */
    void released(Tenant tenant, long bytes) {
        MemoryAccount account = accounts.get(tenant);
        if (account != null) {
            account.complete -= bytes;
            update(account);
            forgetIfEmpty(account);
            giveRoom();
        }
    }

    /** The partial fragment of a stream was dropped, for whatever reason. */
    void dropped(Tenant tenant) {
        MemoryAccount account = accounts.get(tenant);
        boolean freed = account.reserved() > 0;
        drop(account);
        update(account);
        if (freed) {
            giveRoom();
        }
    }

    private static void drop(MemoryAccount account) {
        // What was too much once is likely to be as much again.
        account.expected = Math.max(account.expected, account.partial);
        account.partial = 0;
        account.admitted = false;
        account.waiting = false;
        account.asked = false;
    }

    /** A stream holds so many bytes of a partial fragment: 0 between fragments. */
    void received(Tenant tenant, long partial) {
        MemoryAccount account = accounts.get(tenant);
        long reserved = account.reserved();
        account.partial = partial;
        // What was set aside for a fragment that turned out not to be kept.
        account.admitted &= partial > 0;
        update(account);
        ranks.heard(account);
        if (account.reserved() < reserved) {
            giveRoom();
        }
    }

    /**
     * Whether a stream may ask for more now. Otherwise it is told later to {@link Tenant#proceed},
     * or was told to {@link Tenant#evict} its partial fragment first.
     */
    boolean mayGoOn(Tenant tenant) {
        MemoryAccount account = accounts.get(tenant);
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

    /** Whether there is so much room for each of the streams. */
    boolean hasForEach(long bytes) {
        return limit - used >= bytes * open;
    }

    /** A stream was paused or resumed, which may let another one go on. */
    void changed(Tenant tenant) {
        MemoryAccount account = accounts.get(tenant);
        if (account != null) {
            update(account);
            giveRoom();
        }
    }

    /** Each change of an account ends with this. */
    private void update(MemoryAccount account) {
        long nowHeld = account.partial + account.complete;
        long nowUsed = account.reserved() + account.complete;
        held += nowHeld - account.countedHeld;
        used += nowUsed - account.countedUsed;
        account.countedHeld = nowHeld;
        account.countedUsed = nowUsed;
        ranks.update(account);
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
        if (victim.partial > 0 || victim.droppable) {
            victim.tenant.evict();
            goesOnLater = !victim.paused;
            victim.evicted = true;
        }
        // Also what was only set aside.
        drop(victim);
        victim.waiting = goesOnLater;
        update(victim);
    }

    /** Lets waiting streams go on, furthest behind first, as long as there is room. */
    private void giveRoom() {
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
