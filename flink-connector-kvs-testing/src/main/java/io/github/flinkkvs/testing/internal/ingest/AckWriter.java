/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.testing.internal.ingest;

import io.github.flinkkvs.testing.internal.log.RecordedUpload;
import io.github.flinkkvs.testing.log.Acknowledgement;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;

/**
 * Writes acknowledgements while the request is still coming in: a JSON object a line. Owned by the
 * event loop of its connection.
 */
final class AckWriter {
    /** As many bytes may wait for a producer that does not read. */
    private static final int MAX_UNWRITTEN = 64 * 1024;

    private final HttpServerResponse response;
    private final RecordedUpload record;
    private final Runnable drained;
    private int unwritten;

    /**
     * @param drained called when it is no longer {@link #full()}
     */
    AckWriter(HttpServerResponse response, RecordedUpload record, Runnable drained) {
        this.response = response;
        this.record = record;
        this.drained = drained;
    }

    /** Sends the head of the answer at once. */
    void begin() {
        response.setChunked(true);
        // An empty write is what makes Vert.x send the head now.
        response.write(Buffer.buffer());
    }

    void send(Acknowledgement ack) {
        record.acknowledged(ack);
        Buffer line = Buffer.buffer(json(ack).toString()).appendByte((byte) '\n');
        int length = line.length();
        unwritten += length;
        response.write(line).onComplete(written -> written(length));
    }

    private void written(int length) {
        boolean full = full();
        unwritten -= length;
        if (full && !full()) {
            drained.run();
        }
    }

    /** Whether the producer does not read them. */
    boolean full() {
        return unwritten >= MAX_UNWRITTEN;
    }

    Future<Void> end() {
        return response.end();
    }

    private static ObjectNode json(Acknowledgement ack) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("EventType", ack.type().name());
        if (ack.fragmentTimecode() != null) {
            json.put("FragmentTimecode", ack.fragmentTimecode());
        }
        if (ack.fragmentNumber() != null) {
            json.put("FragmentNumber", ack.fragmentNumber());
        }
        if (ack.error() != null) {
            json.put("ErrorCode", ack.error().name()).put("ErrorId", ack.error().id());
        }
        return json;
    }
}
