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

/** Changes the retention of a stream by a number of hours. */
public final class UpdateDataRetention implements OperationHandler {
    private static final String INCREASE = "INCREASE_DATA_RETENTION";
    private static final String DECREASE = "DECREASE_DATA_RETENTION";

    private final ServiceState service;
    private final Answers answers;

    public UpdateDataRetention(ServiceState service, Answers answers) {
        this.service = service;
        this.answers = answers;
    }

    @Override
    public void answer(Call call) throws AwsError {
        String operation = call.fields().text("Operation");
        if (!INCREASE.equals(operation) && !DECREASE.equals(operation)) {
            throw AwsError.invalidArgument("Operation is missing or unknown");
        }
        Integer hours = call.fields().integer("DataRetentionChangeInHours");
        if (hours == null || hours < 1) {
            throw AwsError.invalidArgument("DataRetentionChangeInHours is missing or below 1");
        }
        long change = INCREASE.equals(operation) ? hours : -(long) hours;
        KvsStream stream = call.stream();
        stream.update(
                StreamFields.version(call.fields()),
                service.behavior().statusChangeTime(),
                settings ->
                        settings.toBuilder()
                                .retention(StreamFields.retention(stream.retentionHours() + change))
                                .build());
        answers.done(call);
    }
}
