/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.testing.internal.store;

import io.github.flinkkvs.testing.behavior.Behavior;
import io.github.flinkkvs.testing.behavior.Delivery;
import io.github.flinkkvs.testing.behavior.ExpiredPosition;
import io.github.flinkkvs.testing.behavior.MillisBehindNow;
import io.github.flinkkvs.testing.behavior.ServiceClock;
import io.github.flinkkvs.testing.behavior.StreamSettings;
import io.github.flinkkvs.testing.internal.ebml.EbmlWriter;
import io.github.flinkkvs.testing.internal.ebml.ServiceTags;
import io.github.flinkkvs.testing.internal.log.RecordedLog;

import javax.annotation.Nullable;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.LongFunction;
import java.util.function.LongUnaryOperator;

/**
 * The fragments of a stream: those that are stored, those that were pushed, and the one that is
 * being ingested. Thread-safe: guarded by its own lock, which is never held while the log or a
 * reader is notified.
 */
public final class FragmentStore {
    private final StreamSettings settings;
    private final ServiceClock clock;
    private final RecordedLog log;
    private final Runnable wakeReaders;
    private final Retention retention;
    private final Object lock = new Object();

    private final FragmentNumbers numbers;
    private final NavigableMap<BigInteger, StoredDocument> stored = new TreeMap<>();
    private final Set<StoredDocument> pushed = new LinkedHashSet<>();

    /** Dropped fragments that the log still has. */
    private final List<StoredDocument> forgotten = new ArrayList<>();

    private BigInteger lastExpired = StartPositions.BEFORE_ALL;
    private long storedBytes;
    private long lastIngestNanos = System.nanoTime();
    @Nullable private StoredDocument open;

    public FragmentStore(
            StreamSettings settings, ServiceClock clock, RecordedLog log, Runnable wakeReaders) {
        this.settings = settings;
        this.clock = clock;
        this.log = log;
        this.wakeReaders = wakeReaders;
        retention = new Retention(settings, clock);
        numbers = new FragmentNumbers(settings.firstCounter(), settings.name().hashCode());
    }

    // ------------------------------------------------------------------ what there is

    /** Every complete fragment that is still stored, in order. */
    public List<StoredDocument> complete() {
        List<StoredDocument> complete;
        synchronized (lock) {
            expire();
            complete = new ArrayList<>(stored.values());
            complete.removeIf(fragment -> !fragment.complete());
        }
        tellForgotten();
        return complete;
    }

    /** Every fragment ever completed, in order, expired ones included if they are kept. */
    public List<StoredDocument> pushed() {
        synchronized (lock) {
            return new ArrayList<>(pushed);
        }
    }

    /**
     * The stored fragment with this number.
     *
     * @throws NoSuchElementException if it is not stored
     */
    public StoredDocument get(String number) {
        synchronized (lock) {
            StoredDocument fragment = stored.get(new BigInteger(number));
            if (fragment == null) {
                throw new NoSuchElementException("Fragment " + number + " of " + settings.name());
            }
            return fragment;
        }
    }

    // ------------------------------------------------------------------ ingesting

    /**
     * Begins a fragment: its number and server timestamp are given now, and everything before its
     * first frame has arrived.
     *
     * @param header what stands before the service's leading Tags
     * @param producerMillis the producer timestamp, given the server timestamp
     * @param clusterStart the Cluster before its first frame, given the producer timestamp
     * @throws IllegalStateException if another one is open
     */
    public StoredDocument begin(
            byte[] header, LongUnaryOperator producerMillis, LongFunction<byte[]> clusterStart) {
        StoredDocument fragment;
        synchronized (lock) {
            requireNoneOpen();
            expire();
            long server = clock.millis();
            long producer = producerMillis.applyAsLong(server);
            BigInteger number = numbers.next(server);
            byte[] first =
                    new EbmlWriter()
                            .raw(header)
                            .raw(ServiceTags.leading(number.toString(), server, producer))
                            .raw(clusterStart.apply(producer))
                            .toByteArray();
            fragment = StoredDocument.open(number, server, producer, first);
            open = fragment;
            stored.put(number, fragment);
            lastIngestNanos = System.nanoTime();
        }
        tellForgotten();
        wakeReaders.run();
        return fragment;
    }

    /** A number that no fragment gets. */
    public String unusedNumber() {
        synchronized (lock) {
            return numbers.next(clock.millis()).toString();
        }
    }

    /** More bytes of the open fragment. */
    public void append(StoredDocument fragment, byte[] bytes, int offset, int length) {
        fragment.append(bytes, offset, length);
        synchronized (lock) {
            lastIngestNanos = System.nanoTime();
        }
        wakeReaders.run();
    }

    /** The open fragment is complete. */
    public void completed(StoredDocument fragment, long durationMillis) {
        fragment.complete(durationMillis);
        synchronized (lock) {
            open = null;
            pushed.add(fragment);
            storedBytes += fragment.size();
            lastIngestNanos = System.nanoTime();
            expire();
        }
        log.pushed(settings.name(), fragment, fragment::forgotten);
        tellForgotten();
        wakeReaders.run();
    }

    /**
     * The open fragment breaks off: readers get what arrived so far, then the next one's header.
     */
    public void abandoned(StoredDocument fragment) {
        fragment.abandon();
        synchronized (lock) {
            open = null;
            // It was never stored; only its current readers have seen it.
            stored.remove(fragment.sequence());
        }
        wakeReaders.run();
    }

    /** Lets the counter in fragment numbers jump as between two PutMedia sessions. */
    public void newProducerSession() {
        synchronized (lock) {
            numbers.newProducerSession();
        }
    }

    /**
     * Stores recorded documents, all or none of them; retention counts from now.
     *
     * @param file recorded output of GetMedia
     * @throws IllegalArgumentException if it is not such output, or does not continue after the
     *     stored fragments
     */
    public void replay(byte[] file) {
        List<StoredDocument> added = StoredDocument.recorded(file, clock.millis());
        synchronized (lock) {
            requireNoneOpen();
            requireAscending(added);
            for (StoredDocument fragment : added) {
                stored.put(fragment.sequence(), fragment);
                storedBytes += fragment.size();
                numbers.moveBehind(fragment.sequence());
                if (fragment.complete()) {
                    pushed.add(fragment);
                }
            }
            lastIngestNanos = System.nanoTime();
        }
        for (StoredDocument fragment : added) {
            if (fragment.complete()) {
                log.pushed(settings.name(), fragment, fragment::forgotten);
            }
        }
        wakeReaders.run();
    }

    private void requireNoneOpen() {
        if (open != null) {
            throw new IllegalStateException(
                    "Fragment " + open.number() + " of " + settings.name() + " is still open");
        }
    }

    private void requireAscending(List<StoredDocument> added) {
        BigInteger last = stored.isEmpty() ? lastExpired : stored.lastKey();
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

    /**
     * Changes a stored fragment permanently.
     *
     * @throws IllegalStateException if it is still open
     */
    public void spoil(String number, Consumer<StoredDocument> change) {
        synchronized (lock) {
            StoredDocument fragment = get(number);
            if (fragment == open) {
                throw new IllegalStateException(
                        "Fragment "
                                + number
                                + " of "
                                + settings.name()
                                + " is still open: complete it first");
            }
            int size = fragment.size();
            change.accept(fragment);
            storedBytes += fragment.size() - size;
        }
    }

    // ------------------------------------------------------------------ retention

    /** Drops all complete fragments below this number from retention, now. */
    public void expireBelow(BigInteger limit) {
        synchronized (lock) {
            while (!stored.isEmpty()
                    && stored.firstKey().compareTo(limit) < 0
                    && stored.firstEntry().getValue() != open) {
                expireFirst();
            }
        }
        tellForgotten();
    }

    /** Drops all complete fragments from retention, now. */
    public void expireAll() {
        BigInteger limit;
        synchronized (lock) {
            limit = stored.isEmpty() ? BigInteger.ZERO : stored.lastKey().add(BigInteger.ONE);
        }
        expireBelow(limit);
    }

    private void expire() {
        while (!stored.isEmpty()
                && stored.firstEntry().getValue() != open
                && retention.ended(stored.firstEntry().getValue(), storedBytes)) {
            expireFirst();
        }
    }

    private void expireFirst() {
        StoredDocument fragment = stored.pollFirstEntry().getValue();
        lastExpired = fragment.sequence();
        storedBytes -= fragment.size();
        if (!settings.keepExpired()) {
            // A reader that has begun it keeps it to its end; then its memory is free.
            pushed.remove(fragment);
            fragment.forget();
            forgotten.add(fragment);
        }
    }

    /** Lets the log forget what has expired. Never with the lock held. */
    private void tellForgotten() {
        List<StoredDocument> gone;
        synchronized (lock) {
            if (forgotten.isEmpty()) {
                return;
            }
            gone = List.copyOf(forgotten);
            forgotten.clear();
        }
        gone.forEach(log::forget);
    }

    // ------------------------------------------------------------------ reading

    /** Where a GetMedia body starts, or the in-band error that it consists of. */
    public MediaStart locate(StartSelector selector, Behavior behavior) {
        MediaStart start;
        synchronized (lock) {
            expire();
            start =
                    new StartPositions(stored, open, lastExpired, clock.millis(), behavior)
                            .find(selector);
        }
        tellForgotten();
        return start;
    }

    /** The next fragment after a number that a reader may see now; null if there is none. */
    @Nullable
    public StoredDocument next(BigInteger after, Delivery delivery) {
        StoredDocument fragment = null;
        synchronized (lock) {
            expire();
            Map.Entry<BigInteger, StoredDocument> next = stored.higherEntry(after);
            if (next != null && !(delivery == Delivery.WHEN_CLOSED && next.getValue().open())) {
                fragment = next.getValue();
            }
        }
        tellForgotten();
        return fragment;
    }

    /**
     * The in-band error for a reader whose next fragments left retention; null if it continues with
     * the oldest one, or if none left.
     */
    @Nullable
    public MediaStart overtaken(BigInteger position, ExpiredPosition rule) {
        if (rule == ExpiredPosition.START_AT_EARLIEST) {
            return null;
        }
        synchronized (lock) {
            return position.compareTo(lastExpired) < 0
                    ? StartPositions.expired(position, rule)
                    : null;
        }
    }

    /** How far a fragment is behind the newest one, at its delivery. */
    public long millisBehindNow(StoredDocument fragment, MillisBehindNow rule) {
        synchronized (lock) {
            // A reader that has all complete fragments has caught up.
            Map.Entry<BigInteger, StoredDocument> newer = stored.higherEntry(fragment.sequence());
            boolean newest = newer == null || newer.getValue() == open;
            if (rule == MillisBehindNow.ZERO
                    || rule == MillisBehindNow.ZERO_WHEN_NEWEST && newest) {
                return 0;
            }
            return Math.max(0, clock.millis() - fragment.serverTimestampMillis());
        }
    }

    /** When bytes arrived last, as {@link System#nanoTime()}. */
    public long lastIngestNanos() {
        synchronized (lock) {
            return lastIngestNanos;
        }
    }
}
