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
import io.github.flinkkvs.testing.internal.streams.Plane;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;

import java.util.function.Function;

/** Returns the endpoint of an operation for a stream. */
public final class GetDataEndpoint implements OperationHandler {
    private final Answers answers;
    private final Function<String, Plane> planes;

    /**
     * @param planes the plane of the operation with an API name; null if there is none
     */
    public GetDataEndpoint(Answers answers, Function<String, Plane> planes) {
        this.answers = answers;
        this.planes = planes;
    }

    @Override
    public void answer(Call call) throws AwsError {
        KvsStream stream = call.stream();
        String api = call.fields().text("APIName");
        Plane plane = api == null ? null : planes.apply(api);
        if (plane == null) {
            throw AwsError.invalidArgument(
                    api == null ? "APIName is missing" : "APIName '" + api + "' is not valid");
        }
        if (!stream.readable()) {
            throw AwsError.streamNotFound();
        }
        answers.json(
                call,
                JsonNodeFactory.instance
                        .objectNode()
                        .put("DataEndpoint", stream.endpoint(plane).toString()));
    }
}
