/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.testing.internal.http;

import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;

/** Reads request bodies up to their maximum size. */
public final class RequestBody {
    /** Several times the longest request, a list of fragments. */
    public static final int MAX_BYTES = 1 << 20;

    private RequestBody() {}

    /**
     * Reads the whole body of a request.
     *
     * @param tooLarge called instead if it has more than {@link #MAX_BYTES}; the rest is still to
     *     come
     */
    public static void read(HttpServerRequest request, Handler<Buffer> whole, Runnable tooLarge) {
        Buffer body = Buffer.buffer();
        request.endHandler(end -> whole.handle(body));
        request.handler(
                piece -> {
                    if (body.length() + piece.length() > MAX_BYTES) {
                        request.endHandler(null);
                        tooLarge.run();
                    } else {
                        body.appendBuffer(piece);
                    }
                });
    }
}
