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

import io.vertx.core.Future;

import javax.annotation.Nullable;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.concurrent.ConcurrentSkipListMap;

/** The streams of the account, by name. Thread-safe. */
public final class StreamRegistry {
    private static final int REMEMBERED_CREATIONS = 1_000;

    private final ConcurrentSkipListMap<String, KvsStream> streams = new ConcurrentSkipListMap<>();
    private final ServiceState service;
    private final StreamPorts ports;

    /** When the last streams were created, by name; guarded by this. */
    private final Map<String, Long> creations =
            new LinkedHashMap<>() {
                @Override
                protected boolean removeEldestEntry(Map.Entry<String, Long> eldest) {
                    return size() > REMEMBERED_CREATIONS;
                }
            };

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
        if (find(settings.name()) != null) {
            throw new IllegalArgumentException(
                    "There is a stream with the name '" + settings.name() + "' already");
        }
        return add(settings, Duration.ZERO);
    }

    /**
     * Creates a stream as a client demands it. Waits for its port if it gets one of its own.
     *
     * @param creating how long it is CREATING
     * @param limit how many streams there may be; 0 means any number
     * @throws AwsError if a stream of this name exists, or there are too many
     */
    public synchronized KvsStream create(StreamSettings settings, Duration creating, int limit)
            throws AwsError {
        if (find(settings.name()) != null) {
            throw AwsError.streamExists(settings.name());
        }
        if (limit > 0 && all().size() >= limit) {
            throw AwsError.streamLimit(limit);
        }
        return add(settings, creating);
    }

    private KvsStream add(StreamSettings settings, Duration creating) {
        // A stream deleted and recreated within a millisecond is still a different one.
        // Others keep their time: nothing is received before its stream was created.
        Long before = creations.remove(settings.name());
        long now = service.clock().millis();
        long creationMillis =
                settings.creationTime() != null
                        ? settings.creationTime().toEpochMilli()
                        : before == null ? now : Math.max(now, before + 1);
        creations.put(settings.name(), creationMillis);
        KvsStream created = new KvsStream(service, settings, creationMillis);
        created.endpoints(ports.open(created));
        created.creating(creating);
        streams.put(settings.name(), created);
        return created;
    }

    /** Null if there is none of this name. */
    @Nullable
    public KvsStream find(String name) {
        KvsStream stream = streams.get(name);
        return stream == null || forgotten(stream) ? null : stream;
    }

    /** Forgets a stream if it no longer exists. */
    private boolean forgotten(KvsStream stream) {
        boolean gone = stream.gone();
        if (gone) {
            streams.remove(stream.name(), stream);
        }
        return gone;
    }

    /**
     * The stream with this name.
     *
     * @throws NoSuchElementException if there is none
     */
    public KvsStream get(String name) {
        return existing(name, find(name));
    }

    /** All streams, in the order of their names. */
    public List<KvsStream> all() {
        List<KvsStream> all = new ArrayList<>();
        behind(null).forEach(all::add);
        return all;
    }

    /** Those after a name, in the order of their names; with null all of them. */
    public Iterable<KvsStream> behind(@Nullable String name) {
        Collection<KvsStream> found =
                name == null ? streams.values() : streams.tailMap(name, false).values();
        return () -> found.stream().filter(stream -> !forgotten(stream)).iterator();
    }

    /**
     * Deletes a stream, ends its bodies and closes its own ports, if it has any.
     *
     * @throws NoSuchElementException if there is none of this name
     */
    public void delete(String name) {
        KvsStream stream = existing(name, streams.remove(name));
        ports.close(stream, stream.delete());
    }

    /**
     * Closes the own ports of a stream that was deleted, if it has any, and waits for it.
     *
     * @param ended completes when all its bodies have ended
     */
    public void deleted(KvsStream stream, Future<?> ended) {
        ports.close(stream, ended);
        forgotten(stream);
    }

    private static KvsStream existing(String name, @Nullable KvsStream stream) {
        if (stream == null) {
            throw new NoSuchElementException("There is no stream with the name '" + name + "'");
        }
        return stream;
    }
}
