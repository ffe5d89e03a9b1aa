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
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongFunction;
import java.util.function.LongUnaryOperator;

/**
 * The fragments of a stream: those that are stored, those that were pushed, and the one that is
 * being ingested. Thread-safe: guarded by its own lock, which is never held while the log or a
 * reader is notified.
 */
public final class FragmentStore {
    private final String stream;
    private final ServiceClock clock;
    private final RecordedLog log;
    private final Runnable wakeReaders;
    private final Object lock = new Object();

    private final FragmentNumbers numbers;
    private final StoredFragments fragments;
    private long lastIngestNanos = System.nanoTime();

    public FragmentStore(
            StreamSettings settings, ServiceClock clock, RecordedLog log, Runnable wakeReaders) {
        this.clock = clock;
        this.log = log;
        this.wakeReaders = wakeReaders;
        stream = settings.name();
        numbers = new FragmentNumbers(settings.firstCounter(), stream.hashCode());
        fragments = new StoredFragments(settings, clock);
    }

    /** Looks at what is stored now, after what has expired is gone. */
    <T> T look(Function<StoredFragments, T> at) {
        T seen;
        synchronized (lock) {
            fragments.expire();
            seen = at.apply(fragments);
        }
        tellForgotten();
        return seen;
    }

    /** Lets the log forget what has expired. Never with the lock held. */
    private void tellForgotten() {
        List<StoredDocument> gone;
        synchronized (lock) {
            gone = fragments.takeForgotten();
        }
        gone.forEach(log::forget);
    }

    // ------------------------------------------------------------------ what there is

    /** Every complete fragment that is still stored, in order. */
    public List<StoredDocument> complete() {
        return look(
                seen -> {
                    List<StoredDocument> complete = new ArrayList<>(seen.stored().values());
                    complete.removeIf(fragment -> !fragment.complete());
                    return complete;
                });
    }

    /** Every fragment ever completed, in order, expired ones included if they are kept. */
    public List<StoredDocument> pushed() {
        synchronized (lock) {
            return fragments.pushed();
        }
    }

    /**
     * The stored fragment with this number.
     *
     * @throws NoSuchElementException if it is not stored
     */
    public StoredDocument get(String number) {
        synchronized (lock) {
            return fragments.get(number);
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
            fragments.requireNoneOpen();
            fragments.expire();
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
            fragments.begin(fragment);
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

    /**
     * More bytes of the open fragment.
     *
     * @param bytes are kept, and must not change any more
     */
    public void append(StoredDocument fragment, byte[] bytes, int offset, int length) {
        fragment.append(bytes, offset, length);
        synchronized (lock) {
            lastIngestNanos = System.nanoTime();
        }
        wakeReaders.run();
    }

    /** The open fragment is complete. */
    public void completed(StoredDocument fragment, long durationMillis) {
        fragment.complete(durationMillis, clock.millis());
        synchronized (lock) {
            fragments.completed(fragment);
            lastIngestNanos = System.nanoTime();
            fragments.expire();
        }
        log.pushed(stream, fragment, fragment::forgotten);
        tellForgotten();
        wakeReaders.run();
    }

    /**
     * The open fragment breaks off: readers get what arrived so far, then the next one's header.
     */
    public void abandoned(StoredDocument fragment) {
        fragment.abandon();
        synchronized (lock) {
            fragments.abandoned(fragment);
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
            fragments.requireNoneOpen();
            fragments.addRecorded(added);
            added.forEach(fragment -> numbers.moveBehind(fragment.sequence()));
            lastIngestNanos = System.nanoTime();
        }
        for (StoredDocument fragment : added) {
            if (fragment.complete()) {
                log.pushed(stream, fragment, fragment::forgotten);
            }
        }
        wakeReaders.run();
    }

    /**
     * Changes a stored fragment permanently.
     *
     * @throws IllegalStateException if it is still open
     */
    public void spoil(String number, Consumer<StoredDocument> change) {
        synchronized (lock) {
            StoredDocument fragment = fragments.get(number);
            if (fragment == fragments.open()) {
                throw new IllegalStateException(
                        "Fragment "
                                + number
                                + " of "
                                + stream
                                + " is still open: complete it first");
            }
            int size = fragment.size();
            change.accept(fragment);
            fragments.resized(fragment, size);
        }
    }

    // ------------------------------------------------------------------ retention

    /** Changes retention; what is older goes at once. */
    public void retention(Duration time) {
        synchronized (lock) {
            fragments.retention(time);
            fragments.expire();
        }
        tellForgotten();
    }

    /** Drops all complete fragments below this number from retention, now. */
    public void expireBelow(BigInteger limit) {
        synchronized (lock) {
            fragments.expireBelow(limit);
        }
        tellForgotten();
    }

    /** Drops all complete fragments from retention, now. */
    public void expireAll() {
        synchronized (lock) {
            fragments.expireAll();
        }
        tellForgotten();
    }

    // ------------------------------------------------------------------ reading

    /** Where a GetMedia body starts, or the in-band error that it consists of. */
    public MediaStart locate(StartSelector selector, Behavior behavior) {
        return look(
                seen ->
                        new StartPositions(
                                        seen.stored(),
                                        seen.open(),
                                        seen.lastExpired(),
                                        clock.millis(),
                                        behavior)
                                .find(selector));
    }

    /** The next fragment after a number that a reader may see now; null if there is none. */
    @Nullable
    public StoredDocument next(BigInteger after, Delivery delivery) {
        return look(
                seen -> {
                    Map.Entry<BigInteger, StoredDocument> next = seen.stored().higherEntry(after);
                    return next == null
                                    || delivery == Delivery.WHEN_CLOSED && next.getValue().open()
                            ? null
                            : next.getValue();
                });
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
            return position.compareTo(fragments.lastExpired()) < 0
                    ? StartPositions.expired(position, rule)
                    : null;
        }
    }

    /** How far a fragment is behind the newest one, at its delivery. */
    public long millisBehindNow(StoredDocument fragment, MillisBehindNow rule) {
        synchronized (lock) {
            // A reader that has all complete fragments has caught up.
            Map.Entry<BigInteger, StoredDocument> newer =
                    fragments.stored().higherEntry(fragment.sequence());
            boolean newest = newer == null || newer.getValue() == fragments.open();
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
