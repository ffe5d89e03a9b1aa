/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.client.media;

import io.github.flinkkvs.client.errors.OneLine;
import io.github.flinkkvs.client.sdk.CallPace;
import io.github.flinkkvs.client.sdk.CallWindow;
import io.github.flinkkvs.client.streams.StreamArn;

import org.apache.flink.annotation.Internal;

import software.amazon.awssdk.services.kinesisvideo.KinesisVideoAsyncClient;
import software.amazon.awssdk.services.kinesisvideo.model.APIName;

import javax.annotation.Nullable;

import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/**
 * Remembers where each operation on a stream is served (GetDataEndpoint): the service allows 5 such
 * calls a second for a stream, 300 for an account, and expects them every 45 minutes. Thread-safe.
 */
@Internal
public final class DataEndpoints {

    private static final String HTTP = "http";
    private static final String HTTPS = "https";

    private static final class Entry {
        final CompletableFuture<URI> endpoint;
        final long sinceNanos = System.nanoTime();

        Entry(CompletableFuture<URI> endpoint) {
            this.endpoint = endpoint;
        }
    }

    private final Function<String, KinesisVideoAsyncClient> control;
    private final long refreshNanos;
    private final CallPace pace;
    private final CallWindow window;
    private final Map<APIName, ConcurrentHashMap<StreamArn, Entry>> entries =
            new ConcurrentHashMap<>();

    /**
     * @param control the client of the control plane, by region
     * @param refreshInterval how long an endpoint is used
     * @param window in which requests are sent
     */
    public DataEndpoints(
            Function<String, KinesisVideoAsyncClient> control,
            Duration refreshInterval,
            CallPace pace,
            CallWindow window) {
        this.control = control;
        this.refreshNanos = refreshInterval.toNanos();
        this.pace = pace;
        this.window = window;
    }

    /** The data endpoint of an operation on a stream; failures are not remembered. Never blocks. */
    CompletableFuture<URI> of(StreamArn stream, APIName operation) {
        ConcurrentHashMap<StreamArn, Entry> known =
                entries.computeIfAbsent(operation, name -> new ConcurrentHashMap<>());
        Entry entry = known.get(stream);
        if (entry == null
                || entry.endpoint.isCompletedExceptionally()
                || System.nanoTime() - entry.sinceNanos >= refreshNanos) {
            entry =
                    new Entry(
                            pace.turn()
                                    .thenCompose(
                                            turn -> window.call(() -> ask(stream, operation))));
            known.put(stream, entry);
        }
        return entry.endpoint;
    }

    private CompletableFuture<URI> ask(StreamArn stream, APIName operation) {
        KinesisVideoAsyncClient client = control.apply(stream.region());
        return client.getDataEndpoint(
                        request -> request.streamARN(stream.toString()).apiName(operation))
                .thenApply(response -> usable(response.dataEndpoint(), isEncrypted(client)));
    }

    /**
     * An endpoint is trusted as the control plane is, which answered with it: it may be any host,
     * and its certificate proves which it is. But nothing that was encrypted goes on in clear text.
     */
    private static URI usable(@Nullable String endpoint, boolean encrypted) {
        URI uri;
        try {
            uri = new URI(String.valueOf(endpoint));
        } catch (URISyntaxException e) {
            throw refused(endpoint, "is no address");
        }
        String scheme = String.valueOf(uri.getScheme()).toLowerCase(Locale.ROOT);
        if (uri.getHost() == null || !scheme.equals(HTTPS) && !scheme.equals(HTTP)) {
            throw refused(endpoint, "is not the address of a host");
        }
        if (encrypted && !scheme.equals(HTTPS)) {
            throw refused(endpoint, "is not encrypted, although the control plane is");
        }
        return uri;
    }

    /** Not fatal: something may stand in place of the service for a while. */
    private static IllegalStateException refused(@Nullable String endpoint, String why) {
        return new IllegalStateException(
                "The service answered GetDataEndpoint with "
                        + OneLine.quoted(endpoint)
                        + ", which "
                        + why);
    }

    private static boolean isEncrypted(KinesisVideoAsyncClient client) {
        // Those of AWS are.
        return client.serviceClientConfiguration()
                .endpointOverride()
                .map(uri -> HTTPS.equalsIgnoreCase(uri.getScheme()))
                .orElse(true);
    }

    /** Forgets everything about a stream. */
    public void forget(StreamArn stream) {
        entries.values().forEach(known -> known.remove(stream));
    }

    void forget(StreamArn stream, APIName operation) {
        Map<StreamArn, Entry> known = entries.get(operation);
        if (known != null) {
            known.remove(stream);
        }
    }
}
