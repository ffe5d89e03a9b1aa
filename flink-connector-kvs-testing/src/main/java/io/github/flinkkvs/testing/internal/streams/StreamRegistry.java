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

import javax.annotation.Nullable;

import java.util.Collection;
import java.util.Collections;
import java.util.NoSuchElementException;
import java.util.concurrent.ConcurrentSkipListMap;

/** The streams of the account, by name. Thread-safe. */
public final class StreamRegistry {
    private final ConcurrentSkipListMap<String, KvsStream> streams = new ConcurrentSkipListMap<>();
    private final ServiceState service;
    private final StreamPorts ports;

    /** Guarded by this. */
    private long lastCreationMillis;

    public StreamRegistry(ServiceState service, StreamPorts ports) {
        this.service = service;
        this.ports = ports;
    }

    /**
     * Creates a stream, ACTIVE at once. Waits for its port if it gets one of its own.
     *
     * @throws IllegalArgumentException if a stream of this name exists
     */
    public synchronized KvsStream create(StreamSettings settings) {
        if (streams.containsKey(settings.name())) {
            throw new IllegalArgumentException(
                    "There is a stream with the name '" + settings.name() + "' already");
        }
        // A stream deleted and recreated within a millisecond is still a different one.
        lastCreationMillis = Math.max(service.clock().millis(), lastCreationMillis + 1);
        long creationMillis =
                settings.creationTime() == null
                        ? lastCreationMillis
                        : settings.creationTime().toEpochMilli();
        KvsStream created = new KvsStream(service, settings, creationMillis);
        created.endpoints(ports.open(created));
        streams.put(settings.name(), created);
        return created;
    }

    /** Null if there is none of this name. */
    @Nullable
    public KvsStream find(String name) {
        return streams.get(name);
    }

    /**
     * The stream with this name.
     *
     * @throws NoSuchElementException if there is none
     */
    public KvsStream get(String name) {
        return existing(name, streams.get(name));
    }

    /** All streams, in the order of their names. */
    public Collection<KvsStream> all() {
        return Collections.unmodifiableCollection(streams.values());
    }

    /** Those after a name, in the order of their names; with null all of them. */
    public Collection<KvsStream> behind(@Nullable String name) {
        return name == null
                ? all()
                : Collections.unmodifiableCollection(streams.tailMap(name, false).values());
    }

    /**
     * Deletes a stream, ends its bodies and closes its own port, if it has one.
     *
     * @throws NoSuchElementException if there is none of this name
     */
    public KvsStream delete(String name) {
        KvsStream stream = existing(name, streams.remove(name));
        ports.close(stream, stream.delete());
        return stream;
    }

    private static KvsStream existing(String name, @Nullable KvsStream stream) {
        if (stream == null) {
            throw new NoSuchElementException("There is no stream with the name '" + name + "'");
        }
        return stream;
    }
}
