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
import io.github.flinkkvs.testing.internal.streams.AwsError;
import io.github.flinkkvs.testing.internal.streams.ServiceState;

/** Changes the device name and media type of a stream. */
public final class UpdateStream implements OperationHandler {
    private final ServiceState service;
    private final Answers answers;

    public UpdateStream(ServiceState service, Answers answers) {
        this.service = service;
        this.answers = answers;
    }

    @Override
    public void answer(Call call) throws AwsError {
        String mediaType = call.fields().text("MediaType");
        String device = call.fields().text("DeviceName");
        call.stream()
                .update(
                        StreamFields.version(call.fields()),
                        service.behavior().statusChangeTime(),
                        settings -> {
                            StreamSettings.Builder changed = settings.toBuilder();
                            if (mediaType != null) {
                                changed.mediaType(mediaType);
                            }
                            if (device != null) {
                                changed.deviceName(device);
                            }
                            return StreamFields.valid(changed);
                        });
        answers.done(call);
    }
}
