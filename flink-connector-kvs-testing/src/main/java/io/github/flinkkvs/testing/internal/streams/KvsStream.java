/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.testing.internal.streams;

import io.github.flinkkvs.testing.behavior.ServiceClock;
import io.github.flinkkvs.testing.behavior.StreamSettings;
import io.github.flinkkvs.testing.behavior.StreamStatus;
import io.github.flinkkvs.testing.faults.Faults;
import io.github.flinkkvs.testing.internal.store.FragmentArchive;
import io.github.flinkkvs.testing.internal.store.FragmentStore;
import io.github.flinkkvs.testing.log.EndReason;

import io.vertx.core.Future;

import javax.annotation.Nullable;

import java.net.URI;
import java.time.Duration;
import java.util.Map;

/**
 * A stream: its settings, its fragments and its readers. Thread-safe: settings change under its own
 * monitor, which is taken before the lock of its store, and is never needed to look at the stream.
 */
public final class KvsStream {
    private final String name;
    private final String arn;
    private final long creationMillis;
    private final Faults faults = new Faults();
    private final CallRates calls = new CallRates();
    private final StreamConnections connections;
    private final StreamConnections producers;
    private final StreamConnections archiveConnections;
    private final FragmentStore store;
    private final FragmentArchive archive;

    private final ServiceClock clock;

    private volatile Phase phase = new Phase(StreamStatus.ACTIVE, Long.MAX_VALUE);

    /** Changed under this monitor. */
    private volatile StreamSettings settings;

    private volatile int version = 1;

    /** Set before any client can know the stream. */
    private volatile Map<Plane, URI> endpoints = Map.of();

    KvsStream(ServiceState service, StreamSettings settings, long creationMillis) {
        this.settings = settings;
        name = settings.name();
        clock = service.clock();
        this.creationMillis = creationMillis;
        arn =
                "arn:aws:kinesisvideo:"
                        + service.region()
                        + ":"
                        + service.accountId()
                        + ":stream/"
                        + settings.name()
                        + "/"
                        + creationMillis;
        connections =
                new StreamConnections(settings.name(), this::readable, service.log()::changed);
        producers = new StreamConnections(settings.name(), this::readable, service.log()::changed);
        archiveConnections =
                new StreamConnections(settings.name(), this::readable, service.log()::changed);
        store = new FragmentStore(settings, service.clock(), service.log(), connections::wakeAll);
        archive = new FragmentArchive(store, service.clock());
    }

    public String name() {
        return name;
    }

    /** The ARN; its last part is the creation time in epoch milliseconds. */
    public String arn() {
        return arn;
    }

    public long creationMillis() {
        return creationMillis;
    }

    public StreamSettings settings() {
        return settings;
    }

    /** Where GetDataEndpoint sends callers of a plane for this stream. */
    public URI endpoint(Plane plane) {
        return endpoints.get(plane);
    }

    void endpoints(Map<Plane, URI> opened) {
        endpoints = Map.copyOf(opened);
    }

    /** Faults of calls on this stream. */
    public Faults faults() {
        return faults;
    }

    /** The calls on this stream within the last second, by operation. */
    public CallRates calls() {
        return calls;
    }

    public FragmentStore store() {
        return store;
    }

    public FragmentArchive archive() {
        return archive;
    }

    /** The connections of GetMedia. */
    public StreamConnections connections() {
        return connections;
    }

    /** The connections of PutMedia. */
    public StreamConnections producers() {
        return producers;
    }

    /** The connections of GetMediaForFragmentList. */
    public StreamConnections archiveConnections() {
        return archiveConnections;
    }

    // ------------------------------------------------------------------ status

    public StreamStatus status() {
        Phase now = phase;
        return now.status != StreamStatus.DELETING && now.over(clock)
                ? StreamStatus.ACTIVE
                : now.status;
    }

    /** Changes the status for good; bodies end unless the stream can still be read. */
    public void status(StreamStatus newStatus) {
        phase = new Phase(newStatus, Long.MAX_VALUE);
        if (!readable()) {
            endAll(EndReason.STREAM_GONE);
        }
    }

    /** It is being created for this time, then ACTIVE. */
    void creating(Duration time) {
        phase = new Phase(StreamStatus.CREATING, time, clock);
    }

    /**
     * Marks it as deleted, which makes its media inaccessible at once.
     *
     * @param expectedVersion null for any
     * @param time how long it is DELETING, until it is {@linkplain #gone() gone}
     * @return completes when all bodies have ended
     * @throws AwsError if it has another version, or is not ACTIVE
     */
    public Future<?> delete(@Nullable String expectedVersion, Duration time) throws AwsError {
        synchronized (this) {
            checkChange(expectedVersion);
            phase = new Phase(StreamStatus.DELETING, time, clock);
        }
        return ended();
    }

    /** Marks it as deleted, whatever its status is. */
    Future<?> delete() {
        synchronized (this) {
            phase = new Phase(StreamStatus.DELETING, Long.MIN_VALUE);
        }
        return ended();
    }

    private Future<?> ended() {
        if (!settings.keepExpired()) {
            store.expireAll();
        }
        return endAll(EndReason.STREAM_GONE);
    }

    /** Whether it was deleted, and no longer exists. */
    boolean gone() {
        Phase now = phase;
        return now.status == StreamStatus.DELETING && now.over(clock);
    }

    /** Whether it can be read and written now. */
    public boolean readable() {
        StreamStatus now = status();
        return now == StreamStatus.ACTIVE || now == StreamStatus.UPDATING;
    }

    // ------------------------------------------------------------------ changes

    /** Counts its changes. */
    public String version() {
        return Integer.toString(version);
    }

    /**
     * Retention in hours, as clients see it. The service has whole hours only, and 0 for a stream
     * without an archive; so what is left of an hour counts as one.
     */
    public int retentionHours() {
        long hours = settings.retention().plusHours(1).minusNanos(1).toHours();
        return (int) Math.min(Integer.MAX_VALUE, hours);
    }

    /**
     * Changes its settings, which makes a new version.
     *
     * @param time how long it is UPDATING
     * @throws AwsError if it has another version, or is not ACTIVE
     */
    public synchronized void update(
            @Nullable String expectedVersion, Duration time, SettingsChange<AwsError> change)
            throws AwsError {
        checkChange(expectedVersion);
        settings = change.of(settings);
        version++;
        phase = new Phase(StreamStatus.UPDATING, time, clock);
        store.retention(settings.retention());
    }

    private void checkChange(@Nullable String expectedVersion) throws AwsError {
        if (status() != StreamStatus.ACTIVE) {
            throw AwsError.streamInUse(name, status());
        }
        if (expectedVersion != null && !expectedVersion.equals(version())) {
            throw AwsError.versionMismatch(version(), expectedVersion);
        }
    }

    /** Changes its retention, whatever its status is; what is older goes at once. */
    public synchronized void retention(Duration time) {
        settings = settings.toBuilder().retention(time).build();
        version++;
        store.retention(time);
    }

    /** Changes its tags, which makes no new version. */
    public synchronized <E extends Exception> void tags(SettingsChange<E> change) throws E {
        settings = change.of(settings);
    }

    // ------------------------------------------------------------------ readers

    /** Ends all bodies; the returned future completes when all of them have ended. */
    public Future<?> endAll(EndReason reason) {
        return Future.join(
                producers.endAll(reason),
                connections.endAll(reason),
                archiveConnections.endAll(reason));
    }

    /** Ends the bodies of calls that were signed with this key. */
    public void endAllOf(String accessKeyId) {
        producers.endAllOf(accessKeyId);
        connections.endAllOf(accessKeyId);
        archiveConnections.endAllOf(accessKeyId);
    }

    @Override
    public String toString() {
        return arn;
    }

    /** A status, and until when it lasts; after it comes ACTIVE or, after DELETING, the end. */
    private static final class Phase {
        final StreamStatus status;
        final long untilMillis;

        /** Whether its time has come, even if the clock was set back since. */
        private volatile boolean over;

        Phase(StreamStatus status, long untilMillis) {
            this.status = status;
            this.untilMillis = untilMillis;
        }

        /** A phase that lasts for some time, perhaps none. */
        Phase(StreamStatus status, Duration time, ServiceClock clock) {
            this(status, clock.millis() + time.toMillis());
            over = time.isZero();
        }

        boolean over(ServiceClock clock) {
            if (!over && clock.millis() >= untilMillis) {
                over = true;
            }
            return over;
        }
    }
}
