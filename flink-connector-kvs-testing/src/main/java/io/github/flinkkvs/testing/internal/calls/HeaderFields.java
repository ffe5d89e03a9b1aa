/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.testing.internal.calls;

import io.github.flinkkvs.testing.internal.streams.AwsError;

import io.vertx.core.Handler;

import java.util.HashMap;
import java.util.Map;

/** Takes the fields of a request from its headers, and leaves its body, unread, to the handler. */
public final class HeaderFields implements RequestReader {
    private final Map<String, String> headers;

    /**
     * @param headers the name of each field, and of its header
     */
    public HeaderFields(Map<String, String> headers) {
        this.headers = Map.copyOf(headers);
    }

    @Override
    public void read(Call call, Handler<RequestFields> fields, Handler<AwsError> refused) {
        call.request().pause();
        Map<String, String> found = new HashMap<>();
        headers.forEach((field, header) -> found.put(field, call.request().getHeader(header)));
        fields.handle(RequestFields.of(found));
    }
}
