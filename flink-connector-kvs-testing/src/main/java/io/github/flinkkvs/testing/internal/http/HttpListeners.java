/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.testing.internal.http;

import io.vertx.core.AbstractVerticle;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.JdkSSLEngineOptions;
import io.vertx.core.net.OpenSSLEngineOptions;
import io.vertx.core.net.PfxOptions;

import javax.annotation.Nullable;

import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Opens and closes the ports of a service. Thread-safe; its methods wait for the event loops, and
 * so must not be called on one.
 */
public final class HttpListeners {
    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    /** Session tokens are long, and AWS promises no bound. */
    private static final int MAX_HEADER_BYTES = 64 * 1024;

    /** What the kernel holds of a connection whose reader waits; it would choose megabytes. */
    private static final int SEND_BUFFER_BYTES = 128 * 1024;

    /** How long closing a port waits for readers to receive the end of their bodies. */
    private static final long END_MILLIS = 5_000;

    /**
     * Vert.x lets verticle instances share a random port when they ask for the same negative one.
     */
    private static final AtomicInteger SHARED_PORT = new AtomicInteger(-1);

    private final Vertx vertx;
    private final String bindAddress;
    private final int eventLoops;
    @Nullable private final ServerCertificate certificate;
    private final boolean openSsl;

    /**
     * @param certificate null for HTTP
     * @param openSsl with HTTPS: whether Netty's native library encrypts, not the JDK
     */
    public HttpListeners(
            Vertx vertx,
            String bindAddress,
            int eventLoops,
            @Nullable ServerCertificate certificate,
            boolean openSsl) {
        this.vertx = vertx;
        this.bindAddress = bindAddress;
        this.eventLoops = eventLoops;
        this.certificate = certificate;
        this.openSsl = openSsl;
    }

    /** {@code http} or {@code https}. */
    public String scheme() {
        return certificate == null ? "http" : "https";
    }

    /**
     * Listens on a port with all event loops.
     *
     * @param port 0 takes a free one
     * @throws IllegalStateException if it cannot, for example because the port is taken
     */
    public Listening open(int port, Handler<HttpServerRequest> handler) {
        return open(port, handler, eventLoops);
    }

    /** Listens on a free port with one event loop. */
    public Listening openSmall(Handler<HttpServerRequest> handler) {
        return open(0, handler, 1);
    }

    /** What each of its servers is told. */
    HttpServerOptions options() {
        HttpServerOptions options =
                new HttpServerOptions()
                        .setHandle100ContinueAutomatically(true)
                        // The service speaks HTTP/1.1.
                        .setHttp2ClearTextEnabled(false)
                        .setTcpNoDelay(true)
                        .setSendBufferSize(SEND_BUFFER_BYTES)
                        .setMaxHeaderSize(MAX_HEADER_BYTES);
        if (certificate != null) {
            options.setSsl(true)
                    .setSslEngineOptions(
                            openSsl ? new OpenSSLEngineOptions() : new JdkSSLEngineOptions())
                    .setKeyCertOptions(
                            new PfxOptions()
                                    .setValue(Buffer.buffer(certificate.keyStore()))
                                    .setPassword(ServerCertificate.PASSWORD));
        }
        return options;
    }

    private Listening open(int port, Handler<HttpServerRequest> handler, int instances) {
        int shared = port == 0 ? SHARED_PORT.getAndDecrement() : port;
        AtomicInteger bound = new AtomicInteger();
        Future<String> deployed =
                vertx.deployVerticle(
                                () -> new Listener(shared, handler, bound),
                                new DeploymentOptions().setInstances(instances))
                        .recover(failure -> Future.failedFuture(cannotListen(port, failure)));
        return new Listening(await(deployed), bound.get());
    }

    private IllegalStateException cannotListen(int port, Throwable failure) {
        return new IllegalStateException(
                "Cannot listen on port "
                        + port
                        + " of "
                        + bindAddress
                        + ": "
                        + failure.getMessage(),
                failure);
    }

    /**
     * Closes a port, which cuts its connections.
     *
     * @param ended what to wait for first, for a limited time
     */
    public void close(Listening listening, Future<?> ended) {
        Promise<Void> waited = Promise.promise();
        long timer = vertx.setTimer(END_MILLIS, id -> waited.tryComplete());
        ended.onComplete(end -> waited.tryComplete());
        await(waited.future().compose(end -> vertx.undeploy(listening.deployment)));
        vertx.cancelTimer(timer);
    }

    /** Ends all connections, ports and event loops. */
    public void closeAll() {
        await(vertx.close());
    }

    private static <T> T await(Future<T> future) {
        try {
            return future.toCompletionStage()
                    .toCompletableFuture()
                    .get(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
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

    /** An open port. Immutable. */
    public static final class Listening {
        private final String deployment;
        private final int port;

        private Listening(String deployment, int port) {
            this.deployment = deployment;
            this.port = port;
        }

        public int port() {
            return port;
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
            vertx.createHttpServer(options())
                    .requestHandler(handler)
                    .listen(port, HostAddress.unbracketed(bindAddress))
                    .onSuccess(listening -> bound.set(listening.actualPort()))
                    .<Void>mapEmpty()
                    .onComplete(started);
        }
    }
}
