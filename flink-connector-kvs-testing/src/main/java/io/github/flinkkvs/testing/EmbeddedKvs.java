/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.testing;

import io.vertx.core.AbstractVerticle;
import io.vertx.core.Context;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.file.FileSystemOptions;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.impl.VertxInternal;
import io.vertx.core.net.PfxOptions;

import javax.annotation.Nullable;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * An embedded Kinesis Video Streams that unmodified AWS clients talk to, with an endpoint override
 * and dummy credentials. Like the real service it spreads its operations over hosts: one port for
 * the control plane, one for GetMedia (or one per stream), one for archived media; or it has {@link
 * Builder#onePort one port} for all.
 *
 * <p>Thread-safe. It runs on a few event loops of its own, which {@link #close()} ends.
 */
public final class EmbeddedKvs implements AutoCloseable {
    private static final Duration START_TIMEOUT = Duration.ofSeconds(30);

    /** How long the port of a deleted stream waits for readers to take the end of their bodies. */
    private static final long END_MILLIS = 5_000;

    /** Session tokens are long, and AWS promises no bound. */
    private static final int MAX_HEADER_BYTES = 64 * 1024;

    /**
     * Vert.x lets verticle instances share a random port when they ask for the same negative one.
     */
    private static final AtomicInteger SHARED_PORT = new AtomicInteger(-1);

    private final Builder settings;
    private final Vertx vertx;
    private final ServiceApi api;
    private final ServiceClock clock;
    private final ServiceLog log;
    private final Limits limits;
    private final Faults faults = new Faults();
    private final ConcurrentSkipListMap<String, EmbeddedStream> streams =
            new ConcurrentSkipListMap<>();
    private final AccessKeys accessKeys;
    private final Set<Camera> cameras = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean closed = new AtomicBoolean();
    @Nullable private final ServerCertificate certificate;
    private final HostAddress host;
    private final HostAddress mediaHost;

    /** Where each plane is called; empty until all ports are open. */
    private volatile Map<Plane, URI> endpoints = Map.of();

    /** Deployments that serve one stream each. */
    private final Map<EmbeddedStream, String> ownListeners = new ConcurrentHashMap<>();

    private volatile Behavior behavior;
    @Nullable private EmbeddedSts sts;
    @Nullable private volatile Path certificateFolder;
    private long lastCreationMillis;

    private EmbeddedKvs(Builder settings) {
        this.settings = settings;
        limits = settings.limits.copy();
        behavior = settings.behavior;
        clock = new ServiceClock(settings.clockOffset, settings.clockSpeed);
        accessKeys = new AccessKeys(clock);
        log = new ServiceLog(settings.logLimit);
        host = HostAddress.parse(settings.host);
        mediaHost = dataHost(settings.mediaHost, settings.ownMediaPort());
        HostAddress archiveHost = dataHost(settings.archiveHost, settings.ownArchivePort());
        certificate =
                settings.https
                        ? new ServerCertificate(
                                List.of(host.name(), mediaHost.name(), archiveHost.name()),
                                settings.certificateFlaw)
                        : null;
        vertx =
                Vertx.vertx(
                        new VertxOptions()
                                .setEventLoopPoolSize(settings.eventLoops)
                                .setFileSystemOptions(
                                        new FileSystemOptions()
                                                .setFileCachingEnabled(false)
                                                .setClassPathResolvingEnabled(false)));
        api = new ServiceApi(this, vertx);
        try {
            Set<Plane> shared = EnumSet.of(Plane.CONTROL);
            Map<Plane, URI> opened = new EnumMap<>(Plane.class);
            if (settings.ownMediaPort()) {
                int port = listen(orFree(settings.mediaPort), Plane.MEDIA);
                opened.put(Plane.MEDIA, mediaHost.uri(scheme(), port));
            } else {
                shared.add(Plane.MEDIA);
            }
            if (settings.ownArchivePort()) {
                int port = listen(orFree(settings.archivePort), Plane.ARCHIVE);
                opened.put(Plane.ARCHIVE, archiveHost.uri(scheme(), port));
            } else {
                shared.add(Plane.ARCHIVE);
            }
            int port =
                    listen(
                                    settings.port,
                                    request -> api.handle(request, called(request, shared), null),
                                    settings.eventLoops)
                            .port;
            opened.put(Plane.CONTROL, host.uri(scheme(), port));
            opened.putIfAbsent(Plane.MEDIA, mediaHost.uri(scheme(), port));
            opened.putIfAbsent(Plane.ARCHIVE, archiveHost.uri(scheme(), port));
            endpoints = opened;
        } catch (RuntimeException e) {
            vertx.close();
            throw e;
        }
    }

    private HostAddress dataHost(@Nullable String name, boolean ownPort) {
        if (name != null) {
            return HostAddress.parse(name);
        }
        return ownPort ? host.withoutPort() : host;
    }

    public static Builder builder() {
        return new Builder();
    }

    /** Starts a server with defaults: HTTP, free ports, the service's limits. */
    public static EmbeddedKvs start() {
        return builder().start();
    }

    /** The base URL of the control plane, for {@code endpointOverride}. */
    public URI endpoint() {
        return endpoints.get(Plane.CONTROL);
    }

    URI archiveEndpoint() {
        return endpoints.get(Plane.ARCHIVE);
    }

    public String region() {
        return settings.region;
    }

    public String accountId() {
        return settings.accountId;
    }

    /** What was pushed, asked and sent. */
    public ServiceLog log() {
        return log;
    }

    public ServiceClock clock() {
        return clock;
    }

    /** The limits in force; changes apply at once. */
    public Limits limits() {
        return limits;
    }

    public Behavior behavior() {
        return behavior;
    }

    /** Changes the switches while the server runs. */
    public void behavior(Behavior newBehavior) {
        behavior = Objects.requireNonNull(newBehavior);
    }

    /** Faults of calls on any stream, and of ListStreams. */
    public Faults faults() {
        return faults;
    }

    Vertx vertx() {
        return vertx;
    }

    /** One of the event loops, in turn. */
    Context eventLoop() {
        return ((VertxInternal) vertx).createEventLoopContext();
    }

    // ------------------------------------------------------------------ streams

    /** Creates a stream with default settings. */
    public EmbeddedStream createStream(String name) {
        return createStream(StreamSettings.named(name).build());
    }

    /**
     * Creates a stream, ACTIVE at once.
     *
     * @throws IllegalArgumentException if a stream of this name exists
     */
    public synchronized EmbeddedStream createStream(StreamSettings stream) {
        if (streams.containsKey(stream.name)) {
            throw new IllegalArgumentException(
                    "There is a stream with the name '" + stream.name + "' already");
        }
        // A stream that is deleted and created again within a millisecond is still another one.
        lastCreationMillis = Math.max(clock.millis(), lastCreationMillis + 1);
        long creationMillis =
                stream.creationTime == null
                        ? lastCreationMillis
                        : stream.creationTime.toEpochMilli();
        EmbeddedStream created =
                new EmbeddedStream(this, stream, creationMillis, endpoints.get(Plane.MEDIA));
        if (settings.dataPortPerStream) {
            Set<Plane> media = Set.of(Plane.MEDIA);
            Listening own = listen(0, request -> api.handle(request, media, created), 1);
            ownListeners.put(created, own.deployment);
            created.mediaEndpoint(mediaHost.withoutPort().uri(scheme(), own.port));
        }
        streams.put(stream.name, created);
        return created;
    }

    /**
     * The stream with this name.
     *
     * @throws NoSuchElementException if there is none
     */
    public EmbeddedStream stream(String name) {
        EmbeddedStream stream = streams.get(name);
        if (stream == null) {
            throw new NoSuchElementException("Stream " + name);
        }
        return stream;
    }

    @Nullable
    EmbeddedStream find(String name) {
        return streams.get(name);
    }

    /** All streams, by name. */
    public List<EmbeddedStream> streams() {
        return List.copyOf(streams.values());
    }

    /** Deletes a stream; its live GetMedia bodies end, and the port that it may have of its own. */
    public void deleteStream(String name) {
        EmbeddedStream stream = streams.remove(name);
        if (stream == null) {
            throw new NoSuchElementException("Stream " + name);
        }
        Future<?> ended = stream.delete();
        String deployment = ownListeners.remove(stream);
        if (deployment != null) {
            // Closing the port cuts connections: whose body can end first is not cut.
            Promise<Void> waited = Promise.promise();
            long timer = vertx.setTimer(END_MILLIS, id -> waited.tryComplete());
            ended.onComplete(end -> waited.tryComplete());
            await(waited.future().compose(end -> vertx.undeploy(deployment)));
            vertx.cancelTimer(timer);
        }
    }

    // ------------------------------------------------------------------ connections

    /** GetMedia connections held now on one stream; 0 if there is no such stream. */
    public int openConnections(String streamName) {
        EmbeddedStream stream = streams.get(streamName);
        return stream == null ? 0 : stream.openConnections();
    }

    /** GetMedia connections held now on all streams. */
    public int openConnections() {
        return streams.values().stream().mapToInt(EmbeddedStream::openConnections).sum();
    }

    /** Waits, by notification, until a stream has this many GetMedia connections. */
    public void awaitOpenConnections(String streamName, int count, Duration timeout) {
        log.await(
                seen -> openConnections(streamName) == count,
                count + " connections on " + streamName,
                timeout);
    }

    /** Lets other consumers hold this many connections of a stream, from now on. */
    public void foreignConnections(String streamName, int connections) {
        stream(streamName).foreignConnections(connections);
    }

    // ------------------------------------------------------------------ credentials

    /** Whom the service knows; without restriction it takes whoever signs. */
    public AccessKeys accessKeys() {
        return accessKeys;
    }

    /**
     * The Security Token Service beside it, started when it is first asked for. Whom it gives
     * credentials the service knows.
     */
    public synchronized EmbeddedSts sts() {
        if (sts == null) {
            EmbeddedSts started = new EmbeddedSts(this);
            int port = listen(0, started::handle, settings.eventLoops).port;
            started.endpoint(host.withoutPort().uri(scheme(), port));
            sts = started;
        }
        return sts;
    }

    /**
     * Lets credentials expire: calls with them answer NotAuthorizedException, and open bodies end
     * if {@link Behavior#credentialsCheckedOnlyAtStart()} is false.
     */
    public void expireCredentials(String accessKeyId) {
        accessKeys.expire(accessKeyId);
        if (!behavior.credentialsCheckedOnlyAtStart()) {
            streams.values().forEach(stream -> stream.endSessionsOf(accessKeyId));
        }
    }

    /** Takes {@link #expireCredentials} back. */
    public void renewCredentials(String accessKeyId) {
        accessKeys.renew(accessKeyId);
    }

    // ------------------------------------------------------------------ TLS

    /** What clients must trust; only with HTTPS. */
    public KeyStore trustStore() {
        return requireCertificate().trustStore();
    }

    /** The trust store as a PKCS #12 file, deleted by {@link #close()}; only with HTTPS. */
    public Path trustStoreFile() {
        return certificateFolder().resolve("truststore.p12");
    }

    public String trustStorePassword() {
        return ServerCertificate.PASSWORD;
    }

    /** What clients must trust as a PEM file, for {@code AWS_CA_BUNDLE}; only with HTTPS. */
    public Path certificateFile() {
        return certificateFolder().resolve("certificate.pem");
    }

    private ServerCertificate requireCertificate() {
        if (certificate == null) {
            throw new IllegalStateException("The server was built without HTTPS");
        }
        return certificate;
    }

    private synchronized Path certificateFolder() {
        ServerCertificate made = requireCertificate();
        if (certificateFolder == null) {
            try {
                certificateFolder = Files.createTempDirectory("embedded-kvs");
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            made.write(certificateFolder);
        }
        return certificateFolder;
    }

    // ------------------------------------------------------------------ server

    private static int orFree(@Nullable Integer port) {
        return port == null ? 0 : port;
    }

    private String scheme() {
        return settings.https ? "https" : "http";
    }

    /**
     * Which planes a call on a shared port can mean: those of the host that it names, or all if
     * clients know the port under another name.
     */
    private Set<Plane> called(HttpServerRequest request, Set<Plane> shared) {
        String named = request.getHeader("Host");
        Set<Plane> called = EnumSet.noneOf(Plane.class);
        endpoints.forEach(
                (plane, uri) -> {
                    if (shared.contains(plane) && HostAddress.isNamed(uri, named)) {
                        called.add(plane);
                    }
                });
        return called.isEmpty() ? shared : called;
    }

    private int listen(int port, Plane plane) {
        Set<Plane> planes = Set.of(plane);
        return listen(port, request -> api.handle(request, planes, null), settings.eventLoops).port;
    }

    private Listening listen(int port, Handler<HttpServerRequest> handler, int instances) {
        int shared = port == 0 ? SHARED_PORT.getAndDecrement() : port;
        AtomicInteger bound = new AtomicInteger();
        DeploymentOptions deployment = new DeploymentOptions().setInstances(instances);
        Future<String> deployed =
                vertx.deployVerticle(() -> new Listener(shared, handler, bound), deployment)
                        .recover(
                                failure ->
                                        Future.failedFuture(
                                                new IllegalStateException(
                                                        "Cannot listen on port "
                                                                + port
                                                                + " of "
                                                                + settings.bindAddress
                                                                + ": "
                                                                + failure.getMessage(),
                                                        failure)));
        return new Listening(await(deployed), bound.get());
    }

    private static <T> T await(Future<T> future) {
        try {
            return future.toCompletionStage()
                    .toCompletableFuture()
                    .get(START_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IllegalStateException) {
                throw (IllegalStateException) e.getCause();
            }
            throw new IllegalStateException("Cannot start or stop the embedded service", e);
        } catch (TimeoutException e) {
            throw new IllegalStateException("Cannot start or stop the embedded service", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted", e);
        }
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
            streams.values().forEach(stream -> stream.endSessions(EndReason.SERVER_CLOSED));
            await(vertx.close());
            deleteCertificates();
        }
    }

    private void deleteCertificates() {
        Path folder = certificateFolder;
        if (folder != null) {
            try {
                Files.deleteIfExists(folder.resolve("truststore.p12"));
                Files.deleteIfExists(folder.resolve("certificate.pem"));
                Files.deleteIfExists(folder);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** A port that is listened on, and what to undeploy to close it. */
    private static final class Listening {
        final String deployment;
        final int port;

        Listening(String deployment, int port) {
            this.deployment = deployment;
            this.port = port;
        }
    }

    /** One HTTP server on one event loop; several share a port. */
    private final class Listener extends AbstractVerticle {
        private final int port;
        private final Handler<HttpServerRequest> handler;
        private final AtomicInteger bound;

        Listener(int port, Handler<HttpServerRequest> handler, AtomicInteger bound) {
            this.port = port;
            this.handler = handler;
            this.bound = bound;
        }

        @Override
        public void start(Promise<Void> started) {
            HttpServerOptions options =
                    new HttpServerOptions()
                            .setHandle100ContinueAutomatically(true)
                            // The service speaks HTTP/1.1.
                            .setHttp2ClearTextEnabled(false)
                            .setTcpNoDelay(true)
                            .setMaxHeaderSize(MAX_HEADER_BYTES);
            if (certificate != null) {
                options.setSsl(true)
                        .setKeyCertOptions(
                                new PfxOptions()
                                        .setValue(Buffer.buffer(certificate.keyStore()))
                                        .setPassword(ServerCertificate.PASSWORD));
            }
            HttpServer server = vertx.createHttpServer(options);
            server.requestHandler(handler)
                    .listen(port, HostAddress.unbracketed(settings.bindAddress))
                    .onSuccess(listening -> bound.set(listening.actualPort()))
                    .<Void>mapEmpty()
                    .onComplete(started);
        }
    }

    /** Builds a server; not thread-safe. */
    public static final class Builder {
        private static final int MAX_PORT = 65_535;

        private String region = "us-east-1";
        private String accountId = "123456789012";
        private String host = "127.0.0.1";
        private String bindAddress = "127.0.0.1";
        @Nullable private String mediaHost;
        @Nullable private String archiveHost;
        private int port;
        private boolean onePort;
        @Nullable private Integer mediaPort;
        @Nullable private Integer archivePort;
        private int eventLoops = 2;
        private int logLimit = Integer.MAX_VALUE;
        private boolean https;
        private CertificateFlaw certificateFlaw = CertificateFlaw.NONE;
        private boolean dataPortPerStream;
        private Limits limits = Limits.service();
        private Behavior behavior = Behavior.likely();
        private Duration clockOffset = Duration.ZERO;
        private double clockSpeed = 1;

        private Builder() {}

        public Builder region(String name) {
            if (!name.matches("[a-z0-9-]+")) {
                throw new IllegalArgumentException(
                        "'" + name + "' is not a region such as us-east-1");
            }
            region = name;
            return this;
        }

        public Builder accountId(String id) {
            if (!id.matches("[0-9]+")) {
                throw new IllegalArgumentException("'" + id + "' is not an account id of digits");
            }
            accountId = id;
            return this;
        }

        private static int checkPort(int number) {
            if (number < 0 || number > MAX_PORT) {
                throw new IllegalArgumentException(
                        "A port is between 0 and " + MAX_PORT + ", not " + number);
            }
            return number;
        }

        /** The port of the control plane; 0, the default, takes a free one. */
        public Builder port(int controlPort) {
            port = checkPort(controlPort);
            return this;
        }

        /**
         * All operations on the port of the control plane, for a server in a container or behind a
         * published port; false by default, which makes clients notice when they mix up endpoints.
         * What a call means is told by its path, and by its host where {@link #dataHosts} names
         * others.
         */
        public Builder onePort(boolean enabled) {
            onePort = enabled;
            return this;
        }

        /** A port for GetMedia alone; 0 takes a free one. Without it {@link #onePort} decides. */
        public Builder mediaPort(int number) {
            mediaPort = checkPort(number);
            return this;
        }

        /** A port for archived media alone; 0 takes a free one. */
        public Builder archivePort(int number) {
            archivePort = checkPort(number);
            return this;
        }

        /**
         * Other hosts in the URLs of GetMedia and of archived media than that of the control plane,
         * each like the advertised host of {@link #host}.
         */
        public Builder dataHosts(String media, String archive) {
            mediaHost = Objects.requireNonNull(media);
            archiveHost = Objects.requireNonNull(archive);
            return this;
        }

        private boolean ownMediaPort() {
            return mediaPort != null || !onePort;
        }

        private boolean ownArchivePort() {
            return archivePort != null || !onePort;
        }

        /**
         * How many entries of each kind the log keeps, and how many fragments of each session; all
         * by default. For servers that run for long.
         */
        public Builder logLimit(int entries) {
            if (entries < 1) {
                throw new IllegalArgumentException("The log keeps at least 1 entry");
            }
            logLimit = entries;
            return this;
        }

        /**
         * Where to listen and the host in the URLs that clients are given; 127.0.0.1 for both by
         * default. The advertised host may be an address of IP version 6, and have a port, {@code
         * [::1]:8080}, if clients reach the port of the control plane under another number.
         */
        public Builder host(String listenAddress, String advertisedHost) {
            bindAddress = Objects.requireNonNull(listenAddress);
            host = Objects.requireNonNull(advertisedHost);
            return this;
        }

        /** HTTPS with a certificate made for this server; see {@link EmbeddedKvs#trustStore()}. */
        public Builder https(boolean enabled) {
            https = enabled;
            return this;
        }

        /** With HTTPS: a certificate that clients must refuse. */
        public Builder certificateFlaw(CertificateFlaw flaw) {
            certificateFlaw = Objects.requireNonNull(flaw);
            return this;
        }

        /** A GetMedia port of its own for each stream. */
        public Builder dataPortPerStream(boolean enabled) {
            dataPortPerStream = enabled;
            return this;
        }

        /** A copy is taken at the start; {@link Limits#service()} by default. */
        public Builder limits(Limits startLimits) {
            limits = Objects.requireNonNull(startLimits);
            return this;
        }

        public Builder behavior(Behavior startBehavior) {
            behavior = Objects.requireNonNull(startBehavior);
            return this;
        }

        /** The distance of the service's clock from this machine's. */
        public Builder clockOffset(Duration offset) {
            clockOffset = Objects.requireNonNull(offset);
            return this;
        }

        /**
         * How fast the service's clock goes; 1 is real time. Cameras that are to keep up with it
         * need the same {@linkplain Camera.Builder#speed speed}.
         */
        public Builder clockSpeed(double factor) {
            if (!(factor > 0)) {
                throw new IllegalArgumentException("The speed is above 0");
            }
            clockSpeed = factor;
            return this;
        }

        /** Threads that serve all connections; 2 by default. */
        public Builder eventLoops(int threads) {
            eventLoops = threads;
            return this;
        }

        /**
         * @throws IllegalArgumentException if settings contradict each other
         * @throws IllegalStateException if it cannot listen, for example because a port is taken
         */
        public EmbeddedKvs start() {
            if (onePort && dataPortPerStream) {
                throw new IllegalArgumentException(
                        "One port for all operations leaves none to each stream");
            }
            return new EmbeddedKvs(copy());
        }

        private Builder copy() {
            Builder copy = new Builder();
            copy.region = region;
            copy.accountId = accountId;
            copy.host = host;
            copy.bindAddress = bindAddress;
            copy.mediaHost = mediaHost;
            copy.archiveHost = archiveHost;
            copy.port = port;
            copy.onePort = onePort;
            copy.mediaPort = mediaPort;
            copy.archivePort = archivePort;
            copy.logLimit = logLimit;
            copy.eventLoops = eventLoops;
            copy.https = https;
            copy.certificateFlaw = certificateFlaw;
            copy.dataPortPerStream = dataPortPerStream;
            copy.limits = limits;
            copy.behavior = behavior;
            copy.clockOffset = clockOffset;
            copy.clockSpeed = clockSpeed;
            return copy;
        }
    }
}
