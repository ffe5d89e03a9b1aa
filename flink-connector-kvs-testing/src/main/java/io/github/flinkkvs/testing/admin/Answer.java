/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.testing.admin;

import com.fasterxml.jackson.databind.JsonNode;
import io.vertx.core.buffer.Buffer;

/** What a request is answered with. Immutable. */
final class Answer {
    private final int status;
    private final String contentType;
    private final Buffer body;

    private Answer(int status, String contentType, Buffer body) {
        this.status = status;
        this.contentType = contentType;
        this.body = body;
    }

    static Answer of(JsonNode json) {
        return new Answer(200, "application/json", Buffer.buffer(json.toPrettyString() + "\n"));
    }

    /** Something was created. */
    static Answer created(JsonNode json) {
        return new Answer(201, "application/json", Buffer.buffer(json.toPrettyString() + "\n"));
    }

    static Answer error(int status, JsonNode json) {
        return new Answer(status, "application/json", Buffer.buffer(json.toPrettyString() + "\n"));
    }

    static Answer media(byte[] document) {
        return new Answer(200, "video/x-matroska", Buffer.buffer(document));
    }

    /** It was done, and there is nothing to say. */
    static Answer done() {
        return new Answer(204, "", Buffer.buffer());
    }

    int status() {
        return status;
    }

    /** Empty if there is no body. */
    String contentType() {
        return contentType;
    }

    Buffer body() {
        return body;
    }
}
