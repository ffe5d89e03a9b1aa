/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.testing.internal.body;

import io.github.flinkkvs.testing.faults.Fault;
import io.github.flinkkvs.testing.internal.log.RecordedBody;
import io.github.flinkkvs.testing.internal.streams.ServiceState;
import io.github.flinkkvs.testing.log.EndReason;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;

import javax.annotation.Nullable;

import java.util.List;

/**
 * A short answer that is sent like media, because faults break it off, slow it down or corrupt it.
 * Owned by the event loop of its connection.
 */
public final class AnswerBody implements BodySource {
    private final ByteBuf left;
    private final BodyWriter writer;

    private AnswerBody(
            Vertx vertx,
            ServiceState service,
            HttpServerRequest request,
            Buffer bytes,
            List<Fault> faults) {
        left = Unpooled.wrappedBuffer(bytes.getBytes());
        writer =
                new BodyWriter(
                        vertx,
                        service,
                        request,
                        // Listed nowhere: the log has the call.
                        new RecordedBody(service.log(), "", "", "", ""),
                        new BodyFaults(faults),
                        new Pacing(),
                        this);
    }

    /** Sends an answer whose head is set, if faults concern its bytes; otherwise returns false. */
    public static boolean sendFaulty(
            Vertx vertx,
            ServiceState service,
            HttpServerRequest request,
            Buffer bytes,
            List<Fault> faults) {
        if (!BodyFaults.concern(faults)) {
            return false;
        }
        AnswerBody body = new AnswerBody(vertx, service, request, bytes, faults);
        body.writer.begin();
        body.writer.pump();
        return true;
    }

    @Override
    @Nullable
    public ByteBuf next(int max) {
        if (!left.isReadable()) {
            writer.end(EndReason.COMPLETE);
            return null;
        }
        return left.readRetainedSlice(Math.min(max, left.readableBytes()));
    }

    @Override
    public void handedOver() {}

    @Override
    public void ended(EndReason reason) {}
}
