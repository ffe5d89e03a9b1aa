/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.testing;

import io.vertx.core.Future;

import javax.annotation.Nullable;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/**
 * A stream of the embedded service: what was pushed into it, and who reads it. Thread-safe; its
 * state is guarded by its own lock, which is never held while a connection is called.
 */
public final class EmbeddedStream {
    private static final Duration HOST_BUFFER_TIME = Duration.ofMinutes(5);
    private static final long HOST_BUFFER_BYTES = 200_000_000;

    /** Before every fragment number. */
    static final BigInteger BEFORE_ALL = BigInteger.ZERO;

    private final EmbeddedKvs service;
    private final StreamSettings settings;
    private final String arn;
    private final long creationMillis;
    private final Faults faults = new Faults();
    private final List<GetMediaSession> sessions = new CopyOnWriteArrayList<>();
    private final Object lock = new Object();

    private final FragmentNumbers numbers;
    private final NavigableMap<BigInteger, StoredFragment> stored = new TreeMap<>();
    private final Set<StoredFragment> pushed = new LinkedHashSet<>();

    /** Gone for good, which the log does not know yet. */
    private final List<StoredFragment> forgotten = new ArrayList<>();

    private BigInteger lastExpired = BEFORE_ALL;
    private long storedBytes;
    private long lastIngestNanos = System.nanoTime();
    @Nullable private StoredFragment open;
    private int foreignConnections;

    private volatile StreamStatus status = StreamStatus.ACTIVE;
    private volatile URI mediaEndpoint;

    EmbeddedStream(
            EmbeddedKvs service, StreamSettings settings, long creationMillis, URI mediaEndpoint) {
        this.service = service;
        this.settings = settings;
        this.creationMillis = creationMillis;
        this.mediaEndpoint = mediaEndpoint;
        arn =
                "arn:aws:kinesisvideo:"
                        + service.region()
                        + ":"
                        + service.accountId()
                        + ":stream/"
                        + settings.name
                        + "/"
                        + creationMillis;
        numbers = new FragmentNumbers(settings.firstCounter, settings.name.hashCode());
    }

    public String name() {
        return settings.name;
    }

    /** The ARN; its last part is the creation time in epoch milliseconds. */
    public String arn() {
        return arn;
    }

    StreamSettings settings() {
        return settings;
    }

    Map<String, String> tags() {
        return settings.tags;
    }

    EmbeddedKvs service() {
        return service;
    }

    long creationMillis() {
        return creationMillis;
    }

    /** Where GetDataEndpoint sends readers of this stream. */
    public URI mediaEndpoint() {
        return mediaEndpoint;
    }

    /** Set before any client can know the stream. */
    void mediaEndpoint(URI endpoint) {
        mediaEndpoint = endpoint;
    }

    /** Faults of calls on this stream. */
    public Faults faults() {
        return faults;
    }

    public StreamStatus status() {
        return status;
    }

    /** Changes the status; live GetMedia bodies end unless it is ACTIVE or UPDATING. */
    public void status(StreamStatus newStatus) {
        status = newStatus;
        if (!readable()) {
            endSessions(EndReason.STREAM_GONE);
        }
    }

    /** Ends it for ever; what is returned completes when all bodies have ended. */
    Future<?> delete() {
        status = StreamStatus.DELETING;
        return endSessions(EndReason.STREAM_GONE);
    }

    boolean readable() {
        return status == StreamStatus.ACTIVE || status == StreamStatus.UPDATING;
    }

    // ------------------------------------------------------------------ filling

    /** Every complete fragment that is still stored, in order. */
    public List<StoredFragment> fragments() {
        List<StoredFragment> complete;
        synchronized (lock) {
            expire();
            complete = new ArrayList<>(stored.values());
            complete.removeIf(fragment -> !fragment.complete());
        }
        tellForgotten();
        return complete;
    }

    /** Every fragment ever completed in this stream, in order, expired ones included. */
    public List<StoredFragment> pushed() {
        synchronized (lock) {
            return new ArrayList<>(pushed);
        }
    }

    /**
     * The stored fragment with this number.
     *
     * @throws NoSuchElementException if it is not stored
     */
    public StoredFragment fragment(String number) {
        synchronized (lock) {
            StoredFragment fragment = stored.get(new BigInteger(number));
            if (fragment == null) {
                throw new NoSuchElementException("Fragment " + number + " of " + name());
            }
            return fragment;
        }
    }

    /** Pushes a whole fragment at once. */
    public StoredFragment push(MediaFragment fragment) {
        return begin(fragment).complete();
    }

    /**
     * Begins a fragment: its number and server timestamp are given now, and everything before its
     * first frame has arrived. One fragment of a stream can be open at a time.
     */
    public FragmentUpload begin(MediaFragment media) {
        StoredFragment fragment;
        byte[] header = media.header();
        synchronized (lock) {
            if (open != null) {
                throw new IllegalStateException(
                        "Fragment " + open.number() + " of " + name() + " is still open");
            }
            expire();
            long serverMillis = service.clock().millis();
            long producerMillis = media.producerTimestampMillis(serverMillis);
            BigInteger number = numbers.next(serverMillis);
            byte[] first =
                    new EbmlWriter()
                            .raw(header)
                            .raw(
                                    ServiceTags.leading(
                                            number.toString(), serverMillis, producerMillis))
                            .raw(media.clusterStart(producerMillis))
                            .toByteArray();
            fragment = StoredFragment.open(number, serverMillis, producerMillis, first);
            open = fragment;
            stored.put(number, fragment);
            lastIngestNanos = System.nanoTime();
        }
        wakeSessions();
        return new FragmentUpload(this, media, fragment);
    }

    void append(StoredFragment fragment, byte[] bytes, int offset, int length) {
        fragment.append(bytes, offset, length);
        synchronized (lock) {
            lastIngestNanos = System.nanoTime();
        }
        wakeSessions();
    }

    void completed(StoredFragment fragment, long durationMillis) {
        fragment.complete(durationMillis);
        synchronized (lock) {
            open = null;
            pushed.add(fragment);
            storedBytes += fragment.size();
            lastIngestNanos = System.nanoTime();
            expire();
        }
        service.log().pushed(name(), fragment);
        tellForgotten();
        wakeSessions();
    }

    void abandoned(StoredFragment fragment) {
        fragment.abandon();
        synchronized (lock) {
            open = null;
            // It was never stored; only those who read it already have seen it.
            stored.remove(fragment.sequence());
        }
        wakeSessions();
    }

    /** Lets the counter in fragment numbers jump as between two PutMedia sessions. */
    public void newProducerSession() {
        synchronized (lock) {
            numbers.newProducerSession();
        }
    }

    /**
     * Stores recorded GetMedia output: each document byte for byte with its recorded number, tags
     * and timestamps. A document that breaks off is delivered as far as it goes; at the end of the
     * recording the body then ends, too. Retention counts from now.
     *
     * @throws IllegalArgumentException if the file does not hold what GetMedia sends, or fragments
     *     that are not above those of the stream
     */
    public void replay(Path getMediaFile) {
        byte[] file;
        try {
            file = Files.readAllBytes(getMediaFile);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        List<StoredFragment> added = new ArrayList<>();
        long now = service.clock().millis();
        try {
            for (Recording.Document document : Recording.documents(file)) {
                AfterBreak afterwards =
                        document.end == file.length
                                ? AfterBreak.END_OF_BODY
                                : AfterBreak.NEXT_FRAGMENT;
                added.add(StoredFragment.recorded(document, file, now, afterwards));
            }
        } catch (RuntimeException e) {
            throw new IllegalArgumentException(
                    getMediaFile + " is no recorded GetMedia output: " + e.getMessage(), e);
        }
        synchronized (lock) {
            if (open != null) {
                throw new IllegalStateException(name() + " has an open fragment");
            }
            BigInteger last = stored.isEmpty() ? lastExpired : stored.lastKey();
            for (StoredFragment fragment : added) {
                if (fragment.sequence().compareTo(last) <= 0) {
                    throw new IllegalArgumentException(
                            "Recorded fragment "
                                    + fragment.number()
                                    + " is not above the one before it, "
                                    + last);
                }
                last = fragment.sequence();
            }
            for (StoredFragment fragment : added) {
                stored.put(fragment.sequence(), fragment);
                storedBytes += fragment.size();
                numbers.moveBehind(fragment.sequence());
                if (fragment.complete()) {
                    pushed.add(fragment);
                }
            }
            lastIngestNanos = System.nanoTime();
        }
        for (StoredFragment fragment : added) {
            if (fragment.complete()) {
                service.log().pushed(name(), fragment);
            }
        }
        wakeSessions();
    }

    /**
     * Writes the stored complete fragments into a file, for {@link #replay}; as {@link
     * StoredFragment#bytes()} has them.
     */
    public void record(Path getMediaFile) {
        try (OutputStream out = Files.newOutputStream(getMediaFile)) {
            for (StoredFragment fragment : fragments()) {
                out.write(fragment.bytes());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    // ------------------------------------------------------------------ spoiling

    /** Replaces bytes of a stored fragment for ever. */
    public void corrupt(String number, int offset, byte... bytes) {
        spoil(number, fragment -> fragment.corrupt(offset, bytes));
    }

    /** Makes a stored fragment larger by this many bytes, for ever. */
    public void oversize(String number, int byBytes) {
        spoil(number, fragment -> fragment.enlarge(byBytes));
    }

    /** A stored fragment never gets its trailing Tags; the body ends behind it. */
    public void neverComplete(String number) {
        neverComplete(number, -1, AfterBreak.END_OF_BODY);
    }

    /**
     * A stored fragment breaks off for ever.
     *
     * @param offset where, in bytes; -1 means before the service's trailing Tags
     */
    public void neverComplete(String number, int offset, AfterBreak afterwards) {
        spoil(number, fragment -> fragment.breakOff(offset, afterwards));
    }

    private void spoil(String number, Consumer<StoredFragment> change) {
        synchronized (lock) {
            StoredFragment fragment = fragment(number);
            if (fragment == open) {
                throw new IllegalStateException(
                        "Fragment "
                                + number
                                + " of "
                                + name()
                                + " is still open: complete it first");
            }
            int size = fragment.size();
            change.accept(fragment);
            storedBytes += fragment.size() - size;
        }
    }

    // ------------------------------------------------------------------ retention

    /** Drops all complete fragments below this number from retention, now. */
    public void expireBefore(String number) {
        expireBelow(new BigInteger(number));
    }

    /** Drops all complete fragments from retention, now. */
    public void expireAll() {
        BigInteger limit;
        synchronized (lock) {
            limit = stored.isEmpty() ? BEFORE_ALL : stored.lastKey().add(BigInteger.ONE);
        }
        expireBelow(limit);
    }

    private void expireBelow(BigInteger limit) {
        synchronized (lock) {
            while (!stored.isEmpty()
                    && stored.firstKey().compareTo(limit) < 0
                    && stored.firstEntry().getValue() != open) {
                expireFirst();
            }
        }
        tellForgotten();
    }

    /**
     * Lets the log forget what has expired. Never with the lock held: who waits for the log may
     * look at this stream.
     */
    private void tellForgotten() {
        List<StoredFragment> gone;
        synchronized (lock) {
            if (forgotten.isEmpty()) {
                return;
            }
            gone = List.copyOf(forgotten);
            forgotten.clear();
        }
        gone.forEach(service.log()::forget);
    }

    private void expireFirst() {
        StoredFragment fragment = stored.pollFirstEntry().getValue();
        lastExpired = fragment.sequence();
        storedBytes -= fragment.size();
        if (!settings.keepExpired) {
            // Whoever is reading it still has it to its end; then its memory is free.
            pushed.remove(fragment);
            fragment.forget();
            forgotten.add(fragment);
        }
    }

    private void expire() {
        boolean hostBuffer = settings.retention.isZero();
        Duration kept = hostBuffer ? HOST_BUFFER_TIME : settings.retention;
        long oldest = service.clock().millis() - kept.toMillis();
        long most =
                hostBuffer
                        ? Math.min(HOST_BUFFER_BYTES, settings.retentionBytes)
                        : settings.retentionBytes;
        while (!stored.isEmpty() && stored.firstEntry().getValue() != open) {
            boolean tooOld = stored.firstEntry().getValue().ingestedAtMillis() < oldest;
            if (!tooOld && storedBytes <= most) {
                return;
            }
            expireFirst();
        }
    }

    // ------------------------------------------------------------------ reading

    /** Where a body starts, or the in-band error it consists of. */
    MediaStart locate(StartSelector selector, Behavior behavior) throws AwsError {
        synchronized (lock) {
            expire();
            switch (selector.type) {
                case NOW:
                    return MediaStart.after(newest(behavior.nowStart()));
                case EARLIEST:
                    return MediaStart.after(BEFORE_ALL);
                case CONTINUATION_TOKEN:
                    return behavior.continuationTokenInclusive()
                                    && stored.containsKey(selector.number)
                            ? MediaStart.after(selector.number.subtract(BigInteger.ONE))
                            : locate(selector.number, behavior);
                case FRAGMENT_NUMBER:
                    return locate(selector.number, behavior);
                case SERVER_TIMESTAMP:
                    return locate(selector.millis, false, behavior);
                default:
                    return locate(selector.millis, true, behavior);
            }
        }
    }

    private BigInteger newest(NowStart start) {
        BigInteger limit = open == null ? null : open.sequence();
        BigInteger last =
                limit == null
                        ? (stored.isEmpty() ? null : stored.lastKey())
                        : stored.lowerKey(limit);
        if (last == null) {
            return lastExpired;
        }
        return open == null && start == NowStart.NEWEST_FRAGMENT
                ? last.subtract(BigInteger.ONE)
                : last;
    }

    private MediaStart locate(BigInteger number, Behavior behavior) {
        if (stored.containsKey(number)) {
            return MediaStart.after(number);
        }
        boolean beforeStored = !stored.isEmpty() && number.compareTo(stored.firstKey()) < 0;
        if (number.compareTo(lastExpired) <= 0 || beforeStored) {
            return expired(number, behavior.expiredPosition());
        }
        boolean future = stored.isEmpty() || number.compareTo(stored.lastKey()) > 0;
        switch (future ? behavior.futurePosition() : behavior.unknownPosition()) {
            case IN_BAND_ERROR_4000:
                return MediaStart.error(4000, number);
            case IN_BAND_ERROR_3000:
                return MediaStart.error(3000, number);
            case NEXT_INGESTED:
                return MediaStart.after(stored.isEmpty() ? lastExpired : stored.lastKey());
            default:
                return MediaStart.after(number);
        }
    }

    static MediaStart expired(BigInteger number, ExpiredPosition rule) {
        switch (rule) {
            case IN_BAND_ERROR_4000:
                return MediaStart.error(4000, number);
            case IN_BAND_ERROR_3000:
                return MediaStart.error(3000, number);
            default:
                return MediaStart.after(number);
        }
    }

    private MediaStart locate(long millis, boolean producerTime, Behavior behavior)
            throws AwsError {
        TimestampMatch match = behavior.timestampMatch();
        List<StoredFragment> all = new ArrayList<>(stored.values());
        long reached = service.clock().millis();
        if (producerTime && !all.isEmpty()) {
            // The producer's clock may be ahead of ours.
            reached = Math.max(reached, end(all, all.size() - 1, true) - 1);
        }
        if (millis > reached) {
            return locateFuture(millis, producerTime, behavior);
        }
        StoredFragment found = null;
        for (int i = 0; i < all.size(); i++) {
            StoredFragment fragment = all.get(i);
            long start = time(fragment, producerTime);
            if (match == TimestampMatch.AT_OR_BEFORE) {
                if (start <= millis) {
                    found = fragment;
                }
            } else if (start >= millis
                    || match == TimestampMatch.COVERING && millis < end(all, i, producerTime)) {
                found = fragment;
                break;
            }
        }
        if (found == null && match == TimestampMatch.AT_OR_BEFORE && !all.isEmpty()) {
            found = all.get(0);
        }
        return found == null
                ? firstFrom(millis, producerTime)
                : MediaStart.after(found.sequence().subtract(BigInteger.ONE));
    }

    private MediaStart locateFuture(long millis, boolean producerTime, Behavior behavior)
            throws AwsError {
        switch (behavior.futureTimestamp()) {
            case AS_NOW:
                return MediaStart.after(newest(behavior.nowStart()));
            case INVALID_ARGUMENT:
                throw AwsError.invalidArgument("StartTimestamp is in the future");
            default:
                return firstFrom(millis, producerTime);
        }
    }

    /** A start at a fragment that is yet to come. */
    private MediaStart firstFrom(long millis, boolean producerTime) {
        BigInteger last = stored.isEmpty() ? lastExpired : stored.lastKey();
        return MediaStart.from(last, fragment -> time(fragment, producerTime) >= millis);
    }

    /** Where the time that a fragment covers ends, exclusive; an open one covers the present. */
    private long end(List<StoredFragment> all, int index, boolean producerTime) {
        StoredFragment fragment = all.get(index);
        long start = time(fragment, producerTime);
        if (fragment == open) {
            return start
                    + Math.max(0, service.clock().millis() - fragment.serverTimestampMillis())
                    + 1;
        }
        if (index + 1 < all.size() && time(all.get(index + 1), producerTime) > start) {
            return time(all.get(index + 1), producerTime);
        }
        return start + Math.max(1, fragment.durationMillis());
    }

    private static long time(StoredFragment fragment, boolean producerTime) {
        return producerTime ? fragment.producerTimestampMillis() : fragment.serverTimestampMillis();
    }

    /** The next fragment behind a number that a reader may see now; null if there is none. */
    @Nullable
    StoredFragment next(BigInteger after, Delivery delivery) {
        synchronized (lock) {
            expire();
            Map.Entry<BigInteger, StoredFragment> next = stored.higherEntry(after);
            if (next == null) {
                return null;
            }
            StoredFragment fragment = next.getValue();
            return delivery == Delivery.WHEN_CLOSED && fragment.open() ? null : fragment;
        }
    }

    /** True if fragments behind this number left retention. */
    boolean overtook(BigInteger position) {
        synchronized (lock) {
            return position.compareTo(lastExpired) < 0;
        }
    }

    long millisBehindNow(StoredFragment fragment, MillisBehindNow rule) {
        synchronized (lock) {
            // Whoever has read all complete fragments has caught up.
            Map.Entry<BigInteger, StoredFragment> newer = stored.higherEntry(fragment.sequence());
            boolean newest = newer == null || newer.getValue() == open;
            if (rule == MillisBehindNow.ZERO
                    || rule == MillisBehindNow.ZERO_WHEN_NEWEST && newest) {
                return 0;
            }
            return Math.max(0, service.clock().millis() - fragment.serverTimestampMillis());
        }
    }

    long lastIngestNanos() {
        synchronized (lock) {
            return lastIngestNanos;
        }
    }

    // ------------------------------------------------------------------ connections

    /** Adds a connection unless that makes too many of them; 0 means no limit. */
    boolean admit(GetMediaSession session, int limit) throws AwsError {
        synchronized (lock) {
            if (!readable()) {
                throw AwsError.streamNotFound();
            }
            if (limit > 0 && sessions.size() + foreignConnections >= limit) {
                return false;
            }
            sessions.add(session);
        }
        service.log().changed();
        return true;
    }

    void remove(GetMediaSession session) {
        synchronized (lock) {
            sessions.remove(session);
        }
        service.log().changed();
    }

    int openConnections() {
        return sessions.size();
    }

    void foreignConnections(int connections) {
        synchronized (lock) {
            foreignConnections = connections;
        }
    }

    Future<?> endSessions(EndReason reason) {
        List<GetMediaSession> admitted;
        synchronized (lock) {
            // Whoever is admitted later sees the status that ends sessions.
            admitted = List.copyOf(sessions);
        }
        List<Future<Void>> ends = new ArrayList<>();
        admitted.forEach(session -> ends.add(session.requestEnd(reason)));
        return Future.join(ends);
    }

    void endSessionsOf(String accessKeyId) {
        sessions.forEach(session -> session.credentialsExpired(accessKeyId));
    }

    private void wakeSessions() {
        sessions.forEach(GetMediaSession::wake);
    }

    @Override
    public String toString() {
        return arn;
    }
}
