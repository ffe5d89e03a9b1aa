/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.testing.internal.http;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerRequest;

/** The answer after which a connection is closed, as the service does after errors. */
public final class LastAnswer {
    private static final int LINGER_MILLIS = 1_000;

    private LastAnswer() {}

    /** Sends it, and closes the connection once the client has had time to read it. */
    public static void send(Vertx vertx, HttpServerRequest request, Buffer body) {
        HttpConnection connection = request.connection();
        Future<Void> sent = request.response().putHeader("Connection", "close").end(body);
        if (request.isEnded()) {
            sent.onComplete(done -> connection.close());
        } else {
            closeBehind(vertx, request);
        }
    }

    /**
     * Closes the connection of a request that is still coming in, but not at once: that could
     * discard the answer.
     */
    public static void closeBehind(Vertx vertx, HttpServerRequest request) {
        HttpConnection connection = request.connection();
        request.handler(ignored -> {});
        request.endHandler(end -> connection.close());
        request.resume();
        vertx.setTimer(LINGER_MILLIS, id -> connection.close());
    }
}
