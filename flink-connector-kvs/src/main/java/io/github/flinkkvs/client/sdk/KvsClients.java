/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.client.sdk;

import io.github.flinkkvs.client.aws.AwsConfig;
import io.github.flinkkvs.client.aws.AwsCredentials;
import io.github.flinkkvs.client.aws.TrustStore;
import io.github.flinkkvs.client.errors.ExpiredCredentialsException;

import org.apache.flink.annotation.Internal;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.awscore.AwsRequestOverrideConfiguration;
import software.amazon.awssdk.endpoints.Endpoint;
import software.amazon.awssdk.http.Protocol;
import software.amazon.awssdk.http.SdkHttpConfigurationOption;
import software.amazon.awssdk.http.async.SdkAsyncHttpClient;
import software.amazon.awssdk.http.nio.netty.NettyNioAsyncHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.kinesisvideo.KinesisVideoAsyncClient;
import software.amazon.awssdk.services.kinesisvideoarchivedmedia.KinesisVideoArchivedMediaAsyncClient;
import software.amazon.awssdk.services.kinesisvideoarchivedmedia.endpoints.KinesisVideoArchivedMediaEndpointProvider;
import software.amazon.awssdk.services.kinesisvideomedia.KinesisVideoMediaAsyncClient;
import software.amazon.awssdk.services.kinesisvideomedia.endpoints.KinesisVideoMediaEndpointProvider;
import software.amazon.awssdk.utils.AttributeMap;

import javax.annotation.Nullable;

import java.net.URI;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Consumer;

/**
 * The connections of one reader or enumerator to the service: one HTTP client, and on it the
 * clients of each region.
 *
 * <p>At most two event-loop threads do all work. They also complete the futures, so nothing chained
 * to a future may block. The thread that sends a request signs it, and blocks while credentials are
 * fetched; so it must not be an event loop either. Nothing is retried here, and a response body may
 * pause for as long as its reader likes.
 *
 * <p>Safe for use by any thread.
 */
@Internal
public final class KvsClients implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(KvsClients.class);

    /** Loggers that write what the SDK sends and receives at level DEBUG. */
    private static final List<String> WIRE_LOGGERS =
            List.of(
                    "io.netty.handler.logging.LoggingHandler",
                    "software.amazon.awssdk.http.auth.aws.internal.signer.DefaultV4RequestSigner");

    private static final int MAX_EVENT_LOOPS = 2;
    private static final Duration CONNECTION_TIMEOUT = Duration.ofSeconds(10);
    private static final Duration ACQUISITION_TIMEOUT = Duration.ofSeconds(30);
    private static final Duration WRITE_TIMEOUT = Duration.ofSeconds(30);

    /** For the control plane, and for cancelled connections that are still being closed. */
    private static final int SPARE_CONNECTIONS = 32;

    private final AwsConfig config;
    private final ScheduledExecutorService timer;
    private final AwsCredentials credentials;
    private final GatedHttpClient http;
    private final RegionClients home;

    /** By the id of the region; guarded by this. */
    private final Map<String, RegionClients> regions = new HashMap<>();

    private boolean closed;

    /** What to close, the last one first; guarded by this. */
    private final Deque<AutoCloseable> opened = new ArrayDeque<>();

    /**
     * Opens the clients. No request is sent to the service, but without a region in the
     * configuration the SDK may ask the instance metadata service for it.
     *
     * @param config not null
     * @param maxConnections how many media sessions there may be at a time, at least 1
     * @param timer runs the SDK's timers; not null, not closed by these clients
     * @param threadNamePrefix the beginning of the name of each thread, such as {@code kvs-io}; not
     *     null
     * @throws IllegalArgumentException if the configuration does not fit this machine; the message
     *     names the key and says what to do
     */
    public KvsClients(
            AwsConfig config,
            int maxConnections,
            ScheduledExecutorService timer,
            String threadNamePrefix) {
        if (maxConnections < 1) {
            throw new IllegalArgumentException("maxConnections is " + maxConnections);
        }
        Objects.requireNonNull(timer, "timer");
        Objects.requireNonNull(threadNamePrefix, "threadNamePrefix");
        this.config = config;
        this.timer = timer;
        warnOfWireLoggers();
        try {
            this.credentials = keep(AwsCredentials.open(config));
            Region region = config.region();
            EventLoops loops =
                    keep(
                            new EventLoops(
                                    Math.min(
                                            MAX_EVENT_LOOPS,
                                            Runtime.getRuntime().availableProcessors()),
                                    threadNamePrefix));
            this.http =
                    keep(
                            new GatedHttpClient(
                                    httpClient(
                                            loops,
                                            maxConnections,
                                            // Trusting all needs no trust store.
                                            config.trustsAll() ? null : TrustStore.open(config),
                                            TlsLibrary.of(config))));
            // This runs before the client is closed.
            keep(
                    (AutoCloseable)
                            () -> {
                                http.shut();
                                loops.disconnect();
                            });
            this.home = in(region.id());
        } catch (RuntimeException | Error e) {
            close();
            throw e;
        }
    }

    /**
     * The clients of a region, which are made when they are first requested.
     *
     * @param region the id of the region, such as that of an ARN; not null
     * @return never null
     * @throws IllegalStateException if these clients are closed
     */
    public synchronized RegionClients in(String region) {
        if (closed) {
            throw new IllegalStateException("The clients are closed");
        }
        return regions.computeIfAbsent(
                region,
                id ->
                        keep(
                                new RegionClients(
                                        Region.of(id),
                                        config,
                                        credentials.provider(),
                                        http,
                                        timer)));
    }

    /**
     * The client of the control plane in the region of the configuration.
     *
     * @return never null
     */
    public KinesisVideoAsyncClient control() {
        return home.control();
    }

    /**
     * The client of live media in the region of the configuration. Every request needs {@link
     * #atEndpoint(URI)}.
     *
     * @return never null
     */
    public KinesisVideoMediaAsyncClient media() {
        return home.media();
    }

    /**
     * The client of archived media in the region of the configuration. Every request needs {@link
     * #atArchiveEndpoint(URI)}.
     *
     * @return never null
     */
    public KinesisVideoArchivedMediaAsyncClient archive() {
        return home.archive();
    }

    /**
     * Interprets the error of a call, given its credentials.
     *
     * @param error what the call ended with, not null
     * @return that error, or one that says more; never null
     */
    public Throwable explained(Throwable error) {
        return ExpiredCredentialsException.inPlaceOf(error, config.credentials());
    }

    /**
     * Completes like a call, with its error interpreted, given its credentials.
     *
     * @param call of one of these clients, not null
     * @return never null; cancelling it does not cancel the call
     */
    public <T> CompletableFuture<T> explained(CompletableFuture<T> call) {
        return call.handle(
                (answer, error) -> {
                    if (error != null) {
                        throw new CompletionException(explained(error));
                    }
                    return answer;
                });
    }

    /**
     * The region of streams that are given by name.
     *
     * @return never null
     */
    public Region region() {
        return config.region();
    }

    /**
     * Sends one request of {@link #media()} to a data endpoint: {@code
     * request.overrideConfiguration(atEndpoint(uri))}.
     *
     * @param dataEndpoint what GetDataEndpoint answered, not null
     * @return for {@code overrideConfiguration}, never null; may be used many times
     */
    public static Consumer<AwsRequestOverrideConfiguration.Builder> atEndpoint(URI dataEndpoint) {
        CompletableFuture<Endpoint> endpoint = resolved(dataEndpoint);
        KinesisVideoMediaEndpointProvider provider = params -> endpoint;
        return override -> override.endpointProvider(provider);
    }

    /**
     * Sends one request of {@link #archive()} to a data endpoint, as {@link #atEndpoint} does.
     *
     * @param dataEndpoint what GetDataEndpoint answered, not null
     * @return for {@code overrideConfiguration}, never null; may be used many times
     */
    public static Consumer<AwsRequestOverrideConfiguration.Builder> atArchiveEndpoint(
            URI dataEndpoint) {
        CompletableFuture<Endpoint> endpoint = resolved(dataEndpoint);
        KinesisVideoArchivedMediaEndpointProvider provider = params -> endpoint;
        return override -> override.endpointProvider(provider);
    }

    private static CompletableFuture<Endpoint> resolved(URI dataEndpoint) {
        return CompletableFuture.completedFuture(Endpoint.builder().url(dataEndpoint).build());
    }

    /**
     * Closes clients, connections and credentials, and returns when the threads have ended, which
     * takes some milliseconds, or a second if a thread does not end. Requests under way end, with
     * or without an error: cancel them first. Failures to close are logged. May be called
     * repeatedly, by any thread but an event loop.
     */
    @Override
    public synchronized void close() {
        // The HTTP client would not close in a thread that is interrupted.
        boolean interrupted = Thread.interrupted();
        closed = true;
        while (!opened.isEmpty()) {
            AutoCloseable resource = opened.pop();
            try {
                resource.close();
            } catch (Throwable e) {
                LOG.warn("{} was not closed properly", resource.getClass().getSimpleName(), e);
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static void warnOfWireLoggers() {
        for (String name : WIRE_LOGGERS) {
            if (LoggerFactory.getLogger(name).isDebugEnabled()) {
                LOG.warn(
                        "The logger {} is at DEBUG: the AWS SDK writes session tokens, signatures or"
                                + " media into the log. Set it to INFO",
                        name);
            }
        }
    }

    private synchronized <T extends AutoCloseable> T keep(T resource) {
        opened.push(resource);
        return resource;
    }

    private static SdkAsyncHttpClient httpClient(
            EventLoops loops, int maxConnections, @Nullable TrustStore trustStore, TlsLibrary tls) {
        // Connections are counted for each host, and many streams may share one. A stream has two
        // calls for archived media and one that lists it, while earlier ones still close.
        int concurrency =
                (int) Math.min(Integer.MAX_VALUE, 4L * maxConnections + SPARE_CONNECTIONS);
        return tls.in(NettyNioAsyncHttpClient.builder())
                .eventLoopGroup(loops.forClient())
                .protocol(Protocol.HTTP1_1)
                .maxConcurrency(concurrency)
                .maxPendingConnectionAcquires(concurrency)
                .connectionTimeout(CONNECTION_TIMEOUT)
                .connectionAcquisitionTimeout(ACQUISITION_TIMEOUT)
                .tlsNegotiationTimeout(CONNECTION_TIMEOUT)
                .writeTimeout(WRITE_TIMEOUT)
                // None: a timeout would also run while the reader of a body pauses.
                .readTimeout(Duration.ZERO)
                .tcpKeepAlive(true)
                .tlsTrustManagersProvider(trustStore)
                .buildWithDefaults(
                        AttributeMap.builder()
                                .put(
                                        SdkHttpConfigurationOption.TRUST_ALL_CERTIFICATES,
                                        trustStore == null)
                                .build());
    }
}
