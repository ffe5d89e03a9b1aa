/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.source.enumerator;

import io.github.flinkkvs.client.KvsConnection;
import io.github.flinkkvs.client.errors.Backoff;
import io.github.flinkkvs.client.errors.ErrorClass;
import io.github.flinkkvs.client.errors.ErrorTable;
import io.github.flinkkvs.client.streams.StreamDescription;
import io.github.flinkkvs.source.KvsSourceOptions.DeletedStreamPolicy;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * Looks up the streams that the user named (DescribeStream). A scan finds all of them, or fails;
 * the next one asks only for those that are still unknown. Guarded by itself.
 */
final class NamedStreams implements StreamFinder {

    private static final Logger LOG = LoggerFactory.getLogger(NamedStreams.class);

    /** The service allows 300 such calls a second for a whole account. */
    private static final int CALLS_AT_A_TIME = 20;

    private static final long INITIAL_DELAY_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final DeletedStreamPolicy ifMissing;
    private final Backoff lookAgain;

    /** Names and ARNs without an answer. */
    private final Set<String> unknown;

    private final List<StreamDescription> found = new ArrayList<>();

    /** Streams that did not exist when last asked for, and are waited for. */
    private final Set<String> missing = new LinkedHashSet<>();

    private final Set<String> warned = new LinkedHashSet<>();

    /**
     * @param maxDelayNanos the longest time between two look-ups of a stream that does not exist
     */
    NamedStreams(List<String> namesOrArns, DeletedStreamPolicy ifMissing, long maxDelayNanos) {
        this.unknown = new LinkedHashSet<>(namesOrArns);
        this.ifMissing = ifMissing;
        this.lookAgain = new Backoff(Math.min(INITIAL_DELAY_NANOS, maxDelayNanos), maxDelayNanos);
    }

    @Override
    public CompletableFuture<Void> scan(KvsConnection connection, Sink sink) {
        List<String> names;
        synchronized (this) {
            unknown.addAll(missing);
            missing.clear();
            names = List.copyOf(unknown);
        }
        return Calls.each(
                        names,
                        CALLS_AT_A_TIME,
                        connection.executor(),
                        name ->
                                connection
                                        .directory()
                                        .describe(name)
                                        .handle((stream, error) -> take(name, stream, error)))
                .thenRun(() -> handOver(sink));
    }

    private synchronized Void take(String name, StreamDescription stream, Throwable error) {
        if (error == null) {
            found.add(stream);
        } else if (ErrorTable.classify(error) != ErrorClass.STREAM_NOT_FOUND) {
            throw failure(name, error, "");
        } else if (ifMissing == DeletedStreamPolicy.FAIL) {
            throw failure(
                    name,
                    error,
                    "Check the name, the region and the account, or set source.deleted-stream ="
                            + " FINISH to read the other streams only.");
        } else if (ifMissing == DeletedStreamPolicy.FINISH) {
            LOG.warn("There is no stream {}; it is not read: {}", name, what(error));
        } else {
            missing.add(name);
            if (warned.add(name)) {
                LOG.warn(
                        "There is no stream {}. It is looked up again and again until there is one"
                                + " (source.deleted-stream = IGNORE): {}",
                        name,
                        what(error));
            }
        }
        unknown.remove(name);
        return null;
    }

    private static StreamsNotFoundException failure(String name, Throwable error, String advice) {
        return new StreamsNotFoundException(
                "Stream " + name + " cannot be looked up", error, advice);
    }

    private static String what(Throwable error) {
        return ErrorTable.describe(error);
    }

    private void handOver(Sink sink) {
        List<StreamDescription> all;
        synchronized (this) {
            all = List.copyOf(found);
            found.clear();
        }
        if (!all.isEmpty()) {
            lookAgain.reset();
            sink.found(all);
        }
    }

    @Override
    public synchronized int answers() {
        return found.size() + missing.size();
    }

    @Override
    public synchronized boolean isDone() {
        return unknown.isEmpty() && missing.isEmpty();
    }

    @Override
    public long intervalNanos() {
        return lookAgain.nextNanos();
    }
}
