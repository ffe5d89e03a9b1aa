/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.testing.internal.calls;

import io.github.flinkkvs.testing.internal.http.RequestBody;
import io.github.flinkkvs.testing.internal.streams.AwsError;

import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;

/** Reads the whole body of a request as a JSON object. */
public final class JsonBody implements RequestReader {
    @Override
    public void read(Call call, Handler<RequestFields> fields, Handler<AwsError> refused) {
        RequestBody.read(
                call.request(),
                body -> parse(body, fields, refused),
                () -> refused.handle(AwsError.tooLarge(RequestBody.MAX_BYTES)));
    }

    private static void parse(
            Buffer body, Handler<RequestFields> fields, Handler<AwsError> refused) {
        RequestFields parsed;
        try {
            parsed = RequestFields.parse(body.getBytes());
        } catch (AwsError e) {
            refused.handle(e);
            return;
        }
        fields.handle(parsed);
    }
}
