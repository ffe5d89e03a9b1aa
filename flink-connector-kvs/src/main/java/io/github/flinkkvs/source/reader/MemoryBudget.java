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

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;

/**
 * Bounds the bytes that the streams of a reader hold, from a fragment's first byte to its emission.
 *
 * <p>A fragment is admitted with the size of its predecessor in mind, and grows. What does not fit
 * waits; and as a partial fragment can always be read again, it is never worth waiting for: those
 * admitted wrongly are dropped, first of paused streams, then of silent ones, then of those
 * furthest ahead in time. The stream furthest behind is never made to wait by others' partial
 * fragments, and may exceed the budget by its one fragment, so there is always one that gets on.
 *
 * <p>Guarded by the reader lock.
 */
final class MemoryBudget {

    /** A stream that holds memory; the methods are called with the reader lock held. */
    interface Tenant {

        boolean isPaused();

        /** Whether it has not received anything for a while though it was asked for. */
        boolean isSilent();

        /** Tells who is further behind: epoch millis of its last fragment. */
        long positionMillis();

        /** Drops its partial fragment; if it is paused, also what waits to be emitted. */
        void evict();

        /** It may go on after it was told to wait. */
        void proceed();
    }

    private static final class Account {
        /** Tells apart streams that stand at the same place. */
        final long order;

        /** Bytes of the fragment being received. */
        long partial;

        /** Whether that fragment may grow. */
        boolean admitted;

        /** Bytes of complete fragments that are not emitted yet. */
        long complete;

        /** The size of the last fragment, the best guess for the next one. */
        long expected;

        boolean waiting;

        /** Whether what it waits for is a fragment that it had begun already. */
        boolean evicted;

        Account(long order) {
            this.order = order;
        }

        long reserved() {
            return admitted ? Math.max(expected, partial) : partial;
        }
    }

    private final long limit;
    private final Map<Tenant, Account> accounts = new LinkedHashMap<>();

    /**
     * Those further behind come first. Total, as streams that begin together stand at the same
     * place: if each took itself for the last one, all could end up waiting for each other.
     */
    private final Comparator<Tenant> furtherBehind =
            Comparator.comparingLong(Tenant::positionMillis)
                    .thenComparingLong(tenant -> accounts.get(tenant).order);

    private long added;
    private long used;
    private int waiting;

    /** While set, room that becomes free is not given away: it was made for one stream. */
    private boolean makingRoom;

    MemoryBudget(long limit) {
        this.limit = limit;
    }

    /** Bytes held, and those set aside for admitted fragments. */
    long used() {
        return used;
    }

    /** Bytes really held. */
    long held() {
        long held = 0;
        for (Account account : accounts.values()) {
            held += account.partial + account.complete;
        }
        return held;
    }

    void add(Tenant tenant) {
        accounts.put(tenant, new Account(added++));
    }

    void remove(Tenant tenant) {
        Account account = accounts.remove(tenant);
        if (account != null) {
            used -= account.reserved() + account.complete;
            setWaiting(account, false);
            proceedWaiting();
        }
    }

    /** A fragment is complete; it is held until {@link #released}. */
    void completed(Tenant tenant, long bytes) {
        Account account = accounts.get(tenant);
        used -= account.reserved();
        account.partial = 0;
        account.admitted = false;
        account.complete += bytes;
        account.expected = bytes;
        used += bytes;
    }

    /** A complete fragment is no longer held. */
    void released(Tenant tenant, long bytes) {
        Account account = accounts.get(tenant);
        if (account != null) {
            account.complete -= bytes;
            used -= bytes;
            proceedWaiting();
        }
    }

    /** The partial fragment of a stream was dropped, for whatever reason. */
    void dropped(Tenant tenant) {
        Account account = accounts.get(tenant);
        boolean held = account.reserved() > 0;
        // What was too much once is likely to be as much again.
        account.expected = Math.max(account.expected, account.partial);
        used -= account.reserved();
        account.partial = 0;
        account.admitted = false;
        setWaiting(account, false);
        if (held) {
            proceedWaiting();
        }
    }

    /** A stream holds so many bytes of a partial fragment: 0 between fragments. */
    void received(Tenant tenant, long partial) {
        Account account = accounts.get(tenant);
        long reserved = account.reserved();
        account.partial = partial;
        // What was set aside for a fragment that turned out not to be kept.
        account.admitted &= partial > 0;
        used += account.reserved() - reserved;
        if (account.reserved() < reserved) {
            proceedWaiting();
        }
    }

    /**
     * Whether a stream may ask for more now. Otherwise it is told later to {@link Tenant#proceed},
     * or was told to {@link Tenant#evict} its partial fragment first.
     */
    boolean mayGoOn(Tenant tenant) {
        Account account = accounts.get(tenant);
        account.evicted = false;
        setWaiting(account, !mayGrow(tenant, account));
        return !account.waiting;
    }

    private boolean mayGrow(Tenant tenant, Account account) {
        return account.partial > 0 || account.evicted
                ? admit(tenant, account)
                : mayBegin(tenant, account);
    }

    /**
     * Waiting for a fragment to begin costs nothing, so nothing is set aside for it. But what comes
     * next may be whole fragments.
     */
    private boolean mayBegin(Tenant tenant, Account account) {
        if (usedByOthers(account) > limit && tenant == furthestBehind(tenant)) {
            evictUntil(tenant, () -> usedByOthers(account) <= limit);
        }
        return usedByOthers(account) <= limit;
    }

    private void setWaiting(Account account, boolean newWaiting) {
        waiting += (newWaiting ? 1 : 0) - (account.waiting ? 1 : 0);
        account.waiting = newWaiting;
    }

    /** Whether there is so much room for each of the streams. */
    boolean hasForEach(long bytes) {
        return limit - used >= bytes * accounts.size();
    }

    /** Something changed that may let a waiting stream go on. */
    void rebalance() {
        proceedWaiting();
    }

    private boolean admit(Tenant tenant, Account account) {
        if (fits(account)) {
            return grow(account);
        }
        if (tenant == furthestBehind(tenant)) {
            evictUntil(tenant, () -> usedByOthers(account) <= limit);
            return usedByOthers(account) <= limit && grow(account);
        }
        if (account.admitted) {
            evictUntil(tenant, () -> fits(account));
            if (fits(account)) {
                return grow(account);
            }
            tenant.evict();
            account.evicted = true;
            setWaiting(account, true);
        }
        return false;
    }

    private boolean grow(Account account) {
        used -= account.reserved();
        account.admitted = true;
        used += account.reserved();
        return true;
    }

    private boolean fits(Account account) {
        return usedByOthers(account) + Math.max(account.expected, account.partial) <= limit;
    }

    /** All but the fragment that the account's stream is receiving. */
    private long usedByOthers(Account account) {
        return used - account.reserved();
    }

    /** Of the streams that are not paused and want memory, the one that is to get on. */
    @Nullable
    private Tenant furthestBehind(Tenant asking) {
        Tenant last = asking.isPaused() ? null : asking;
        for (Map.Entry<Tenant, Account> entry : accounts.entrySet()) {
            Tenant tenant = entry.getKey();
            boolean wants = entry.getValue().partial > 0 || entry.getValue().waiting;
            if (wants
                    && !tenant.isPaused()
                    && (last == null || furtherBehind.compare(tenant, last) < 0)) {
                last = tenant;
            }
        }
        return last;
    }

    /**
     * Drops what is less urgent than one stream's fragment, until that is enough or all there is.
     */
    private void evictUntil(Tenant asking, BooleanSupplier enough) {
        if (enough.getAsBoolean()) {
            return;
        }
        makingRoom = true;
        for (Tenant victim : lessUrgentThan(asking)) {
            if (enough.getAsBoolean()) {
                break;
            }
            Account account = accounts.get(victim);
            boolean goesOnLater = account.waiting;
            if (holds(victim, account)) {
                victim.evict();
                goesOnLater = !victim.isPaused();
                account.evicted = true;
            }
            // Also what was only set aside.
            dropped(victim);
            setWaiting(account, goesOnLater);
        }
        makingRoom = false;
    }

    private List<Tenant> lessUrgentThan(Tenant asking) {
        Tenant protectedOne = furthestBehind(asking);
        List<Tenant> tenants = new ArrayList<>();
        for (Map.Entry<Tenant, Account> entry : accounts.entrySet()) {
            Tenant tenant = entry.getKey();
            Account account = entry.getValue();
            boolean lessUrgent =
                    tenant.isPaused()
                            || tenant.isSilent()
                            || furtherBehind.compare(tenant, asking) > 0;
            if ((account.reserved() > 0 || holds(tenant, account))
                    && lessUrgent
                    && tenant != asking
                    && tenant != protectedOne) {
                tenants.add(tenant);
            }
        }
        tenants.sort(
                Comparator.comparing((Tenant tenant) -> !tenant.isPaused())
                        .thenComparing(tenant -> !tenant.isSilent())
                        .thenComparing(furtherBehind.reversed()));
        return tenants;
    }

    /** Whether a stream holds something that it can drop. */
    private static boolean holds(Tenant tenant, Account account) {
        return account.partial > 0 || tenant.isPaused() && account.complete > 0;
    }

    /** Lets waiting streams go on, furthest behind first, as long as there is room. */
    private void proceedWaiting() {
        if (waiting == 0 || makingRoom) {
            return;
        }
        List<Tenant> candidates = new ArrayList<>();
        for (Map.Entry<Tenant, Account> entry : accounts.entrySet()) {
            if (entry.getValue().waiting && !entry.getKey().isPaused()) {
                candidates.add(entry.getKey());
            }
        }
        candidates.sort(furtherBehind);
        for (Tenant tenant : candidates) {
            Account account = accounts.get(tenant);
            if (!account.waiting) {
                // One before it went on, which let it go on, too.
                continue;
            }
            if (!mayGrow(tenant, account)) {
                return;
            }
            setWaiting(account, false);
            tenant.proceed();
        }
    }
}
