/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.testing.internal.store;

import io.github.flinkkvs.testing.behavior.ServiceClock;
import io.github.flinkkvs.testing.behavior.StreamSettings;

import javax.annotation.Nullable;

import java.math.BigInteger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NoSuchElementException;
import java.util.TreeMap;

/**
 * The fragments that a stream has, those that expired, and what retention removes. Used under the
 * lock of its store.
 */
final class StoredFragments {
    private final String stream;
    private final boolean keepExpired;
    private final long retentionBytes;
    private final ServiceClock clock;
    private final NavigableMap<BigInteger, StoredDocument> stored = new TreeMap<>();

    /** Every fragment ever completed, expired ones included if they are kept. */
    private final Map<BigInteger, StoredDocument> pushed = new LinkedHashMap<>();

    /** Dropped fragments that the log still has. */
    private final List<StoredDocument> forgotten = new ArrayList<>();

    private Retention retention;

    /** Fragments up to this one came while there was no archive. */
    private BigInteger neverArchived = StartPositions.BEFORE_ALL;

    private BigInteger lastExpired = StartPositions.BEFORE_ALL;
    private long storedBytes;
    @Nullable private StoredDocument open;

    StoredFragments(StreamSettings settings, ServiceClock clock) {
        stream = settings.name();
        keepExpired = settings.keepExpired();
        retentionBytes = settings.retentionBytes();
        this.clock = clock;
        retention = new Retention(settings.retention(), retentionBytes, clock);
    }

    void retention(Duration time) {
        if (!retention.archives()) {
            neverArchived = last();
        }
        retention = new Retention(time, retentionBytes, clock);
    }

    // ------------------------------------------------------------------ adding

    /**
     * @throws IllegalStateException if a fragment is open
     */
    void requireNoneOpen() {
        if (open != null) {
            throw new IllegalStateException(
                    "Fragment " + open.number() + " of " + stream + " is still open");
        }
    }

    void begin(StoredDocument fragment) {
        open = fragment;
        stored.put(fragment.sequence(), fragment);
    }

    /** The open fragment is complete. */
    void completed(StoredDocument fragment) {
        open = null;
        pushed.put(fragment.sequence(), fragment);
        storedBytes += fragment.size();
    }

    /** The open fragment was never stored; only its current readers have seen it. */
    void abandoned(StoredDocument fragment) {
        open = null;
        stored.remove(fragment.sequence());
    }

    /**
     * Adds recorded fragments, all or none of them.
     *
     * @throws IllegalArgumentException if they do not continue after the stored fragments
     */
    void addRecorded(List<StoredDocument> added) {
        requireAscending(added);
        for (StoredDocument fragment : added) {
            stored.put(fragment.sequence(), fragment);
            storedBytes += fragment.size();
            if (fragment.complete()) {
                pushed.put(fragment.sequence(), fragment);
            }
        }
    }

    private void requireAscending(List<StoredDocument> added) {
        BigInteger last = last();
        for (StoredDocument fragment : added) {
            if (fragment.sequence().compareTo(last) <= 0) {
                throw new IllegalArgumentException(
                        "Recorded fragment "
                                + fragment.number()
                                + " is not above the one before it, "
                                + last);
            }
            last = fragment.sequence();
        }
    }

    /** The size of a stored fragment has changed. */
    void resized(StoredDocument fragment, int before) {
        storedBytes += fragment.size() - before;
    }

    // ------------------------------------------------------------------ what there is

    NavigableMap<BigInteger, StoredDocument> stored() {
        return stored;
    }

    List<StoredDocument> pushed() {
        return new ArrayList<>(pushed.values());
    }

    /** The one that is being ingested; null if there is none. */
    @Nullable
    StoredDocument open() {
        return open;
    }

    /** The last number that left retention. */
    BigInteger lastExpired() {
        return lastExpired;
    }

    /**
     * @throws NoSuchElementException if it is not stored
     */
    StoredDocument get(String number) {
        StoredDocument fragment = stored.get(new BigInteger(number));
        if (fragment == null) {
            throw new NoSuchElementException("Fragment " + number + " of " + stream);
        }
        return fragment;
    }

    /** Whether a number is that of a fragment of this stream, as far as that is still known. */
    boolean knows(BigInteger number) {
        return stored.containsKey(number)
                || pushed.containsKey(number)
                || !keepExpired && number.compareTo(lastExpired) <= 0;
    }

    /** Those that the archive has, in order: they were complete once, and retention is not 0. */
    List<StoredDocument> archived() {
        List<StoredDocument> archived = new ArrayList<>();
        if (retention.archives()) {
            for (StoredDocument fragment : stored.tailMap(neverArchived, false).values()) {
                if (fragment.completedAtMillis() >= 0) {
                    archived.add(fragment);
                }
            }
        }
        return archived;
    }

    /** The one with this number if the archive has it; otherwise null. */
    @Nullable
    StoredDocument archived(BigInteger number) {
        if (!retention.archives() || number.compareTo(neverArchived) <= 0) {
            return null;
        }
        StoredDocument fragment = stored.get(number);
        return fragment == null || fragment.completedAtMillis() < 0 ? null : fragment;
    }

    Retention retention() {
        return retention;
    }

    private BigInteger last() {
        return stored.isEmpty() ? lastExpired : stored.lastKey();
    }

    // ------------------------------------------------------------------ expiring

    void expire() {
        while (oldestIsComplete() && retention.ended(stored.firstEntry().getValue(), storedBytes)) {
            expireFirst();
        }
    }

    void expireBelow(BigInteger limit) {
        while (oldestIsComplete() && stored.firstKey().compareTo(limit) < 0) {
            expireFirst();
        }
    }

    void expireAll() {
        while (oldestIsComplete()) {
            expireFirst();
        }
    }

    private boolean oldestIsComplete() {
        return !stored.isEmpty() && stored.firstEntry().getValue() != open;
    }

    private void expireFirst() {
        StoredDocument fragment = stored.pollFirstEntry().getValue();
        lastExpired = fragment.sequence();
        storedBytes -= fragment.size();
        if (!keepExpired) {
            // A reader that has begun it keeps it to its end; then its memory is free.
            pushed.remove(fragment.sequence());
            fragment.forget();
            forgotten.add(fragment);
        }
    }

    /** Dropped fragments that the log still has; each is returned once. */
    List<StoredDocument> takeForgotten() {
        if (forgotten.isEmpty()) {
            return List.of();
        }
        List<StoredDocument> gone = List.copyOf(forgotten);
        forgotten.clear();
        return gone;
    }
}
