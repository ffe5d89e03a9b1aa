/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.client;

import software.amazon.awssdk.services.kinesisvideo.KinesisVideoAsyncClient;
import software.amazon.awssdk.services.kinesisvideo.model.APIName;

import java.net.URI;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Remembers where the media of each stream is served (GetDataEndpoint): the service allows 5 such
 * calls a second for a stream, and expects them every 45 minutes. Thread-safe.
 */
final class DataEndpoints {

    private static final class Entry {
        final CompletableFuture<URI> endpoint;
        final long sinceNanos = System.nanoTime();

        Entry(CompletableFuture<URI> endpoint) {
            this.endpoint = endpoint;
        }
    }

    private final KinesisVideoAsyncClient control;
    private final long refreshNanos;
    private final ConcurrentHashMap<StreamArn, Entry> entries = new ConcurrentHashMap<>();

    DataEndpoints(KinesisVideoAsyncClient control, Duration refreshInterval) {
        this.control = control;
        this.refreshNanos = refreshInterval.toNanos();
    }

    /** The data endpoint of a stream; failures are not remembered. */
    CompletableFuture<URI> of(StreamArn stream) {
        Entry known = entries.get(stream);
        if (known != null
                && !known.endpoint.isCompletedExceptionally()
                && System.nanoTime() - known.sinceNanos < refreshNanos) {
            return known.endpoint;
        }
        CompletableFuture<URI> endpoint =
                control.getDataEndpoint(
                                request ->
                                        request.streamARN(stream.toString())
                                                .apiName(APIName.GET_MEDIA))
                        .thenApply(response -> URI.create(response.dataEndpoint()));
        entries.put(stream, new Entry(endpoint));
        return endpoint;
    }

    void forget(StreamArn stream) {
        entries.remove(stream);
    }
}
