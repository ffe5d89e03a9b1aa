/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.testing.internal.operations.control;

import io.github.flinkkvs.testing.internal.calls.Answers;
import io.github.flinkkvs.testing.internal.calls.Call;
import io.github.flinkkvs.testing.internal.calls.OperationHandler;
import io.github.flinkkvs.testing.internal.streams.AwsError;
import io.github.flinkkvs.testing.internal.streams.KvsStream;
import io.github.flinkkvs.testing.internal.streams.ServiceState;
import io.github.flinkkvs.testing.internal.streams.StreamRegistry;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.vertx.core.Future;
import io.vertx.core.Vertx;

/** Deletes a stream. */
public final class DeleteStream implements OperationHandler {
    private final ServiceState service;
    private final StreamRegistry streams;
    private final Answers answers;
    private final Vertx vertx;

    public DeleteStream(
            ServiceState service, StreamRegistry streams, Answers answers, Vertx vertx) {
        this.service = service;
        this.streams = streams;
        this.answers = answers;
        this.vertx = vertx;
    }

    @Override
    public void answer(Call call) throws AwsError {
        if (!call.fields().has("StreamARN")) {
            throw AwsError.invalidArgument("StreamARN is missing");
        }
        KvsStream stream = call.stream();
        Future<?> ended =
                stream.delete(
                        call.fields().text("CurrentVersion"),
                        service.behavior().statusChangeTime());
        answers.json(
                call,
                // Not on the event loop: the stream may have ports of its own.
                vertx.executeBlocking(
                        () -> {
                            streams.deleted(stream, ended);
                            return JsonNodeFactory.instance.objectNode();
                        }));
    }
}
