/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.testing.admin;

import io.github.flinkkvs.testing.EmbeddedKvs;
import io.github.flinkkvs.testing.internal.http.HttpListeners;
import io.github.flinkkvs.testing.internal.http.LastAnswer;
import io.github.flinkkvs.testing.internal.http.RequestBody;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.file.FileSystemOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.net.URI;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Drives an embedded service over HTTP, so that a test in any language can: limits and switches,
 * clock, streams, media, faults and the log, as JSON. {@code GET /} lists the requests.
 *
 * <p>Whoever reaches its port can do everything, so it listens on this machine only, unless told
 * otherwise. Thread-safe; it has threads of its own, because requests may wait.
 */
public final class Administration implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Administration.class);
    private static final String LOCALHOST = "127.0.0.1";

    /** How many requests are performed at a time, those that wait for the log among them. */
    private static final int MAX_REQUESTS = 200;

    private static final long IDLE_THREAD_SECONDS = 10;

    private final Routes routes = new Routes();
    private final Vertx vertx;

    /**
     * Performs requests. Has no queue: those that wait must not keep others from being performed.
     */
    private final ExecutorService threads =
            new ThreadPoolExecutor(
                    0,
                    MAX_REQUESTS,
                    IDLE_THREAD_SECONDS,
                    TimeUnit.SECONDS,
                    new SynchronousQueue<>(),
                    task -> {
                        Thread thread = new Thread(task, "kvs-administration");
                        thread.setDaemon(true);
                        return thread;
                    });

    private final HttpListeners listeners;
    private final URI endpoint;

    private Administration(EmbeddedKvs kvs, String address, int port) {
        new ServiceRoutes(kvs).addTo(routes);
        new StreamRoutes(kvs).addTo(routes);
        new FragmentRoutes(kvs).addTo(routes);
        new MediaRoutes(kvs).addTo(routes);
        new LogRoutes(kvs).addTo(routes);
        vertx =
                Vertx.vertx(
                        new VertxOptions()
                                .setEventLoopPoolSize(1)
                                .setFileSystemOptions(
                                        new FileSystemOptions()
                                                .setFileCachingEnabled(false)
                                                .setClassPathResolvingEnabled(false)));
        listeners = new HttpListeners(vertx, address, 1, null, false);
        try {
            int opened = listeners.open(port, this::handle).port();
            endpoint = URI.create("http://" + inUrl(address) + ":" + opened);
        } catch (RuntimeException e) {
            vertx.close();
            threads.shutdownNow();
            throw e;
        }
    }

    private static String inUrl(String address) {
        return address.indexOf(':') >= 0 && !address.startsWith("[")
                ? "[" + address + "]"
                : address;
    }

    /** Starts it on a free port of this machine. */
    public static Administration start(EmbeddedKvs kvs) {
        return start(kvs, LOCALHOST, 0);
    }

    /**
     * Starts it.
     *
     * @param address the address to listen on, such as 127.0.0.1
     * @param port 0 takes a free one
     * @throws IllegalStateException if it cannot listen, for example because the port is taken
     */
    public static Administration start(EmbeddedKvs kvs, String address, int port) {
        return new Administration(kvs, address, port);
    }

    /** Where it listens. */
    public URI endpoint() {
        return endpoint;
    }

    private void handle(HttpServerRequest request) {
        request.exceptionHandler(error -> LOG.debug("Request broke off: {}", error.toString()));
        RequestBody.read(
                request,
                body -> perform(request, body),
                () ->
                        send(
                                request,
                                refused(
                                        new AdminException(
                                                413,
                                                "A body has at most "
                                                        + RequestBody.MAX_BYTES
                                                        + " bytes"))));
    }

    private void perform(HttpServerRequest request, Buffer body) {
        Context context = vertx.getOrCreateContext();
        try {
            threads.execute(
                    () -> {
                        Answer answer = answer(request, body.getBytes());
                        try {
                            context.runOnContext(performed -> send(request, answer));
                        } catch (RejectedExecutionException e) {
                            // Closed meanwhile: the client has been cut off.
                        }
                    });
        } catch (RejectedExecutionException e) {
            send(
                    request,
                    refused(
                            new AdminException(
                                    429, MAX_REQUESTS + " requests are waiting: try again later")));
        }
    }

    private Answer answer(HttpServerRequest request, byte[] body) {
        try {
            String type = request.getHeader("Content-Type");
            if (body.length > 0 && (type == null || !type.startsWith("application/json"))) {
                // What a page of another site can send without asking is refused.
                throw new AdminException(
                        415, "A body needs the header Content-Type: application/json");
            }
            return routes.perform(request, body);
        } catch (AdminException e) {
            return refused(e);
        } catch (IllegalArgumentException | IllegalStateException e) {
            return refused(AdminException.wrong(e.getMessage()));
        } catch (RuntimeException | Error e) {
            LOG.error("{} {} failed", request.method(), request.path(), e);
            return refused(new AdminException(500, e.toString()));
        }
    }

    private static Answer refused(AdminException e) {
        return Answer.error(
                e.status(), JsonNodeFactory.instance.objectNode().put("error", e.getMessage()));
    }

    private void send(HttpServerRequest request, Answer answer) {
        HttpServerResponse response = request.response();
        if (response.closed()) {
            return;
        }
        response.setStatusCode(answer.status());
        if (!answer.contentType().isEmpty()) {
            response.putHeader("Content-Type", answer.contentType());
        }
        if (request.isEnded()) {
            response.end(answer.body());
        } else {
            LastAnswer.send(vertx, request, answer.body());
        }
    }

    /** Frees its port and its threads; the service goes on. */
    @Override
    public void close() {
        listeners.closeAll();
        threads.shutdownNow();
    }
}
