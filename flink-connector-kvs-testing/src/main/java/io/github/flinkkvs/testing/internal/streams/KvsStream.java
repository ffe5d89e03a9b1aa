/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.testing.internal.streams;

import io.github.flinkkvs.testing.behavior.StreamSettings;
import io.github.flinkkvs.testing.behavior.StreamStatus;
import io.github.flinkkvs.testing.faults.Faults;
import io.github.flinkkvs.testing.internal.store.FragmentArchive;
import io.github.flinkkvs.testing.internal.store.FragmentStore;
import io.github.flinkkvs.testing.log.EndReason;

import io.vertx.core.Future;

import java.net.URI;
import java.util.Map;

/** A stream: its settings, its fragments and its readers. Thread-safe. */
public final class KvsStream {
    private final StreamSettings settings;
    private final String arn;
    private final long creationMillis;
    private final Faults faults = new Faults();
    private final CallRates calls = new CallRates();
    private final StreamConnections connections;
    private final StreamConnections producers;
    private final StreamConnections archiveConnections;
    private final FragmentStore store;
    private final FragmentArchive archive;

    private volatile StreamStatus status = StreamStatus.ACTIVE;

    /** Set before any client can know the stream. */
    private volatile Map<Plane, URI> endpoints = Map.of();

    KvsStream(ServiceState service, StreamSettings settings, long creationMillis) {
        this.settings = settings;
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
        return settings.name();
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

    public StreamStatus status() {
        return status;
    }

    /** Changes the status; bodies end unless the stream can still be read. */
    public void status(StreamStatus newStatus) {
        status = newStatus;
        if (!readable()) {
            endAll(EndReason.STREAM_GONE);
        }
    }

    /** Marks it as deleted; the returned future completes when all bodies have ended. */
    Future<?> delete() {
        status = StreamStatus.DELETING;
        return endAll(EndReason.STREAM_GONE);
    }

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

    /** Whether it can be read and written now. */
    public boolean readable() {
        return status == StreamStatus.ACTIVE || status == StreamStatus.UPDATING;
    }

    @Override
    public String toString() {
        return arn;
    }
}
