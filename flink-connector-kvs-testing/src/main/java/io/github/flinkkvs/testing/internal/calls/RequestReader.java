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

/**
 * Reads the fields of a request. Operations with a JSON body use {@link JsonBody}; one whose body
 * is media uses {@link HeaderFields}.
 */
public interface RequestReader {
    /**
     * Reports the fields, or the error to answer if they cannot be read, once, on the event loop of
     * the call's connection.
     */
    public void read(Call call, Handler<RequestFields> fields, Handler<AwsError> refused);
}
