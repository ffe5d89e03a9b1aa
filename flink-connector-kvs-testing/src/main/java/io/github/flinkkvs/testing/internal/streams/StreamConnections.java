/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.testing.internal.streams;

import io.github.flinkkvs.testing.log.EndReason;

import io.vertx.core.Future;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BooleanSupplier;

/**
 * The connections that read a stream and share one quota. Thread-safe: guarded by its own monitor,
 * which is never held while a body is called.
 */
public final class StreamConnections {
    private final List<LiveBody> bodies = new CopyOnWriteArrayList<>();
    private final String stream;
    private final BooleanSupplier readable;
    private final Runnable changed;
    private int foreign;

    /**
     * @param readable whether the stream can be read now
     * @param changed called when a connection opens or closes
     */
    StreamConnections(String stream, BooleanSupplier readable, Runnable changed) {
        this.stream = stream;
        this.readable = readable;
        this.changed = changed;
    }

    /**
     * Adds a connection.
     *
     * @param limit how many there may be; 0 means any number
     * @throws AwsError if there are too many, or the stream can no longer be read
     */
    public void admit(LiveBody body, int limit) throws AwsError {
        synchronized (this) {
            if (!readable.getAsBoolean()) {
                throw AwsError.streamNotFound();
            }
            if (limit > 0 && bodies.size() + foreign >= limit) {
                throw AwsError.connectionLimit(stream);
            }
            bodies.add(body);
        }
        changed.run();
    }

    public void remove(LiveBody body) {
        synchronized (this) {
            bodies.remove(body);
        }
        changed.run();
    }

    /** Without those of other consumers. */
    public int count() {
        return bodies.size();
    }

    /** Lets other consumers hold this many. */
    public synchronized void foreign(int connections) {
        foreign = connections;
    }

    /** Ends all bodies; the returned future completes when all of them have ended. */
    public Future<?> endAll(EndReason reason) {
        List<LiveBody> admitted;
        synchronized (this) {
            // The status changed before this, so no more bodies are admitted.
            admitted = List.copyOf(bodies);
        }
        List<Future<Void>> ends = new ArrayList<>();
        admitted.forEach(body -> ends.add(body.requestEnd(reason)));
        return Future.join(ends);
    }

    public void endAllOf(String accessKeyId) {
        for (LiveBody body : bodies) {
            if (accessKeyId.equals(body.accessKeyId())) {
                body.requestEnd(EndReason.CREDENTIALS);
            }
        }
    }

    void wakeAll() {
        bodies.forEach(LiveBody::wake);
    }
}
