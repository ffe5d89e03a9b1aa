/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.testing;

import io.github.flinkkvs.testing.behavior.Behavior;
import io.github.flinkkvs.testing.behavior.Limits;
import io.github.flinkkvs.testing.behavior.ServiceClock;
import io.github.flinkkvs.testing.behavior.StreamSettings;
import io.github.flinkkvs.testing.faults.Faults;
import io.github.flinkkvs.testing.internal.api.ServiceApi;
import io.github.flinkkvs.testing.internal.api.ServicePorts;
import io.github.flinkkvs.testing.internal.http.HttpListeners;
import io.github.flinkkvs.testing.internal.http.ServerCertificate;
import io.github.flinkkvs.testing.internal.http.ServerHosts;
import io.github.flinkkvs.testing.internal.http.TrustFiles;
import io.github.flinkkvs.testing.internal.streams.KvsStream;
import io.github.flinkkvs.testing.internal.streams.Plane;
import io.github.flinkkvs.testing.internal.streams.ServiceState;
import io.github.flinkkvs.testing.internal.streams.StreamRegistry;
import io.github.flinkkvs.testing.internal.sts.StsApi;
import io.github.flinkkvs.testing.internal.sts.TokenService;
import io.github.flinkkvs.testing.log.EndReason;
import io.github.flinkkvs.testing.log.ServiceLog;

import io.vertx.core.Context;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import io.vertx.core.impl.VertxInternal;

import javax.annotation.Nullable;

import java.net.URI;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;

/**
 * An embedded Kinesis Video Streams that unmodified AWS clients talk to, with an endpoint override
 * and dummy credentials. Like the real service it spreads its operations over hosts: one port for
 * the control plane, one for GetMedia (or one per stream), one for archived media; or it has {@link
 * EmbeddedKvsBuilder#onePort one port} for all.
 *
 * <p>Thread-safe. It runs on a few event loops of its own, which {@link #close()} ends.
 */
public final class EmbeddedKvs implements AutoCloseable {
    private final ServerHosts hosts;
    @Nullable private final TrustFiles trust;
    private final Vertx vertx;
    private final HttpListeners listeners;
    private final ServiceState state;
    private final StreamRegistry registry;
    private final AccessKeys accessKeys;
    private final Set<Camera> cameras = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean closed = new AtomicBoolean();

    /** Guarded by this. */
    @Nullable private EmbeddedSts sts;

    EmbeddedKvs(EmbeddedKvsBuilder settings) {
        hosts =
                new ServerHosts(
                        settings.host,
                        settings.ownPorts().keySet(),
                        settings.mediaHost,
                        settings.archiveHost);
        ServerCertificate certificate =
                settings.https
                        ? new ServerCertificate(hosts.names(), settings.certificateFlaw)
                        : null;
        trust = certificate == null ? null : new TrustFiles(certificate);
        vertx = vertx(settings.eventLoops);
        listeners =
                new HttpListeners(
                        vertx,
                        settings.bindAddress,
                        settings.eventLoops,
                        certificate,
                        settings.openSsl);
        state =
                new ServiceState(
                        settings.region,
                        settings.accountId,
                        settings.limits.copy(),
                        settings.behavior,
                        new ServiceClock(settings.clockOffset, settings.clockSpeed),
                        settings.logLimit,
                        settings.newStreams);
        settings.firstFaults.accept(state.faults());
        ServicePorts ports = new ServicePorts(hosts, listeners, state, settings.dataPortPerStream);
        registry = new StreamRegistry(state, ports);
        ServiceApi api = new ServiceApi(state, registry, vertx);
        accessKeys = new AccessKeys(state.keys());
        try {
            ports.open(api, settings.port, settings.ownPorts());
        } catch (RuntimeException e) {
            vertx.close();
            throw e;
        }
    }

    private static Vertx vertx(int eventLoops) {
        return Vertx.vertx(
                new VertxOptions()
                        .setEventLoopPoolSize(eventLoops)
                        .setFileSystemOptions(
                                new FileSystemOptions()
                                        .setFileCachingEnabled(false)
                                        .setClassPathResolvingEnabled(false)));
    }

    public static EmbeddedKvsBuilder builder() {
        return new EmbeddedKvsBuilder();
    }

    /** Starts a server with defaults: HTTP, free ports, the service's limits. */
    public static EmbeddedKvs start() {
        return builder().start();
    }

    /** The base URL of the control plane, for {@code endpointOverride}. */
    public URI endpoint() {
        return state.endpoints().get(Plane.CONTROL);
    }

    public String region() {
        return state.region();
    }

    public String accountId() {
        return state.accountId();
    }

    /** What was pushed, requested and sent. */
    public ServiceLog log() {
        return state.log();
    }

    public ServiceClock clock() {
        return state.clock();
    }

    /** The limits in force; changes apply at once. */
    public Limits limits() {
        return state.limits();
    }

    public Behavior behavior() {
        return state.behavior();
    }

    /** Changes the switches while the server runs. */
    public void behavior(Behavior newBehavior) {
        state.behavior(newBehavior);
    }

    /** Faults of calls on any stream, and of ListStreams. */
    public Faults faults() {
        return state.faults();
    }

    // ------------------------------------------------------------------ streams

    /** What a stream of this name begins with if a client creates it. */
    public StreamSettings.Builder settings(String streamName) {
        return state.newStream(streamName);
    }

    /** Creates a stream with default settings. */
    public EmbeddedStream createStream(String name) {
        return createStream(StreamSettings.named(name).build());
    }

    /**
     * Creates a stream, ACTIVE at once.
     *
     * @throws IllegalArgumentException if a stream of this name exists
     */
    public EmbeddedStream createStream(StreamSettings stream) {
        return embedded(registry.create(stream));
    }

    private EmbeddedStream embedded(KvsStream stream) {
        return new EmbeddedStream(this, stream);
    }

    /**
     * The stream with this name.
     *
     * @throws NoSuchElementException if there is none
     */
    public EmbeddedStream stream(String name) {
        return embedded(registry.get(name));
    }

    /** All streams, by name. */
    public List<EmbeddedStream> streams() {
        return registry.all().stream().map(this::embedded).collect(Collectors.toList());
    }

    /** Deletes a stream: its bodies end, and its own ports, if it has any, are closed. */
    public void deleteStream(String name) {
        registry.delete(name);
    }

    // ------------------------------------------------------------------ connections

    /** Open GetMedia connections on one stream; 0 if there is no such stream. */
    public int openConnections(String streamName) {
        KvsStream stream = registry.find(streamName);
        return stream == null ? 0 : stream.connections().count();
    }

    /** Open GetMedia connections on all streams. */
    public int openConnections() {
        return registry.all().stream().mapToInt(stream -> stream.connections().count()).sum();
    }

    /** Waits, by notification, until a stream has this many GetMedia connections. */
    public void awaitOpenConnections(String streamName, int count, Duration timeout) {
        log().await(
                        seen -> openConnections(streamName) == count,
                        count + " connections on " + streamName,
                        timeout);
    }

    /** Open GetMediaForFragmentList connections on one stream; 0 if there is no such stream. */
    public int openArchiveConnections(String streamName) {
        KvsStream stream = registry.find(streamName);
        return stream == null ? 0 : stream.archiveConnections().count();
    }

    /** Lets other consumers hold this many GetMediaForFragmentList connections, from now on. */
    public void foreignArchiveConnections(String streamName, int connections) {
        registry.get(streamName).archiveConnections().foreign(connections);
    }

    /** Lets other consumers hold this many GetMedia connections of a stream, from now on. */
    public void foreignConnections(String streamName, int connections) {
        registry.get(streamName).connections().foreign(connections);
    }

    // ------------------------------------------------------------------ credentials

    /** The access keys that the service accepts; any key by default. */
    public AccessKeys accessKeys() {
        return accessKeys;
    }

    /**
     * A Security Token Service, started when this is first called. This service accepts the
     * credentials that it issues.
     */
    public synchronized EmbeddedSts sts() {
        if (sts == null) {
            TokenService tokens = new TokenService(state);
            Faults faults = new Faults();
            StsApi calls = new StsApi(state, tokens, faults, vertx);
            int port = listeners.open(0, calls::handle).port();
            sts =
                    new EmbeddedSts(
                            tokens,
                            faults,
                            hosts.of(Plane.CONTROL).withoutPort().uri(listeners.scheme(), port));
        }
        return sts;
    }

    /**
     * Expires credentials: calls with them get NotAuthorizedException, and open bodies end if
     * {@link Behavior#credentialsCheckedOnlyAtStart()} is false.
     */
    public void expireCredentials(String accessKeyId) {
        state.keys().expire(accessKeyId);
        if (!behavior().credentialsCheckedOnlyAtStart()) {
            registry.all().forEach(stream -> stream.endAllOf(accessKeyId));
        }
    }

    /** Reverses {@link #expireCredentials}. */
    public void renewCredentials(String accessKeyId) {
        state.keys().renew(accessKeyId);
    }

    // ------------------------------------------------------------------ TLS

    /** What clients must trust; only with HTTPS. */
    public KeyStore trustStore() {
        return requireTrust().store();
    }

    /** The trust store as a PKCS #12 file, deleted by {@link #close()}; only with HTTPS. */
    public Path trustStoreFile() {
        return requireTrust().storeFile();
    }

    public String trustStorePassword() {
        return ServerCertificate.PASSWORD;
    }

    /** What clients must trust as a PEM file, for {@code AWS_CA_BUNDLE}; only with HTTPS. */
    public Path certificateFile() {
        return requireTrust().certificateFile();
    }

    private TrustFiles requireTrust() {
        if (trust == null) {
            throw new IllegalStateException("The server was built without HTTPS");
        }
        return trust;
    }

    // ------------------------------------------------------------------ running

    /**
     * Sets the handler of uncaught exceptions on an event loop; by default they are logged.
     *
     * @param handler called on an event loop
     */
    public void onFailure(Handler<Throwable> handler) {
        vertx.exceptionHandler(handler);
    }

    Vertx vertx() {
        return vertx;
    }

    /** The next event loop, in turn. */
    Context eventLoop() {
        return ((VertxInternal) vertx).createEventLoopContext();
    }

    void started(Camera camera) {
        cameras.add(camera);
    }

    void done(Camera camera) {
        cameras.remove(camera);
    }

    /** Stops cameras, ends all bodies and connections, frees threads and ports. */
    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        try {
            cameras.forEach(Camera::close);
        } finally {
            registry.all().forEach(stream -> stream.endAll(EndReason.SERVER_CLOSED));
            listeners.closeAll();
            if (trust != null) {
                trust.delete();
            }
        }
    }
}
