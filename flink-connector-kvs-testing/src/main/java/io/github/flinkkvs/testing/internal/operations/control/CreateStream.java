/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.testing.internal.operations.control;

import io.github.flinkkvs.testing.behavior.StreamSettings;
import io.github.flinkkvs.testing.internal.calls.Answers;
import io.github.flinkkvs.testing.internal.calls.Call;
import io.github.flinkkvs.testing.internal.calls.OperationHandler;
import io.github.flinkkvs.testing.internal.calls.RequestFields;
import io.github.flinkkvs.testing.internal.streams.AwsError;
import io.github.flinkkvs.testing.internal.streams.ServiceState;
import io.github.flinkkvs.testing.internal.streams.StreamRegistry;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.vertx.core.Vertx;

import java.time.Duration;
import java.util.Map;

/** Creates a stream. */
public final class CreateStream implements OperationHandler {
    private final ServiceState service;
    private final StreamRegistry streams;
    private final Answers answers;
    private final Vertx vertx;

    public CreateStream(
            ServiceState service, StreamRegistry streams, Answers answers, Vertx vertx) {
        this.service = service;
        this.streams = streams;
        this.answers = answers;
        this.vertx = vertx;
    }

    @Override
    public void answer(Call call) throws AwsError {
        StreamSettings settings = settings(call.fields());
        Duration creating = service.behavior().statusChangeTime();
        int limit = service.limits().streamsPerAccount();
        answers.json(
                call,
                // Not on the event loop: the stream may get ports of its own.
                vertx.executeBlocking(() -> streams.create(settings, creating, limit))
                        .map(
                                created ->
                                        JsonNodeFactory.instance
                                                .objectNode()
                                                .put("StreamARN", created.arn())));
    }

    private StreamSettings settings(RequestFields request) throws AwsError {
        String name = request.text("StreamName");
        if (name == null) {
            throw AwsError.invalidArgument("StreamName is missing");
        }
        Integer hours = request.integer("DataRetentionInHours");
        StreamSettings.Builder settings =
                service.newStream(name)
                        .retention(StreamFields.retention(hours == null ? 0 : hours))
                        .mediaType(request.text("MediaType"));
        String device = request.text("DeviceName");
        if (device != null) {
            settings.deviceName(device);
        }
        Map<String, String> tags = request.textMap("Tags");
        StreamFields.checkTagCount(tags);
        return StreamFields.valid(settings.tags(tags));
    }
}
