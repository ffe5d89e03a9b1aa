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
import io.github.flinkkvs.testing.internal.streams.KvsStream;
import io.github.flinkkvs.testing.internal.streams.ServiceState;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** Describes a stream. */
public final class DescribeStream implements OperationHandler {
    private static final double MILLIS_PER_SECOND = 1000.0;

    private final ServiceState service;
    private final Answers answers;

    public DescribeStream(ServiceState service, Answers answers) {
        this.service = service;
        this.answers = answers;
    }

    @Override
    public void answer(Call call) {
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        body.set("StreamInfo", info(service, call.stream()));
        answers.json(call, body);
    }

    /** StreamInfo as the service writes it. */
    public static ObjectNode info(ServiceState service, KvsStream stream) {
        StreamSettings settings = stream.settings();
        ObjectNode info = JsonNodeFactory.instance.objectNode();
        // As a floating point number: the service writes it in scientific notation.
        info.put("CreationTime", stream.creationMillis() / MILLIS_PER_SECOND);
        info.put("DataRetentionInHours", stream.retentionHours());
        info.put("DeviceName", settings.deviceName());
        info.putNull("IngestionConfiguration");
        info.put(
                "KmsKeyId",
                "arn:aws:kms:"
                        + service.region()
                        + ":"
                        + service.accountId()
                        + ":alias/aws/kinesisvideo");
        info.put("MediaType", settings.mediaType());
        info.put("Status", stream.status().name());
        info.put("StreamARN", stream.arn());
        info.put("StreamName", stream.name());
        info.put("Version", stream.version());
        return info;
    }
}
