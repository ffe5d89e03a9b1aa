/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.testing.internal.api;

import io.github.flinkkvs.testing.behavior.Limits;
import io.github.flinkkvs.testing.internal.calls.JsonBody;
import io.github.flinkkvs.testing.internal.calls.OperationHandler;
import io.github.flinkkvs.testing.internal.calls.RequestReader;
import io.github.flinkkvs.testing.internal.streams.AwsError;
import io.github.flinkkvs.testing.internal.streams.KvsStream;
import io.github.flinkkvs.testing.internal.streams.Plane;
import io.github.flinkkvs.testing.internal.streams.ServiceState;

import javax.annotation.Nullable;

import java.util.function.ToIntFunction;

/**
 * A row of the table of operations: where an operation is called, how its request is read, which
 * quotas it has, and its handler. Immutable; the methods named like its columns return a changed
 * copy.
 */
final class Operation {
    private final String name;
    private final Plane plane;
    @Nullable private final String apiName;
    private final boolean onStream;
    private final RequestReader reader;
    private final ToIntFunction<Limits> streamQuota;
    private final ToIntFunction<Limits> accountQuota;
    @Nullable private final OperationHandler handler;

    private Operation(
            String name,
            Plane plane,
            @Nullable String apiName,
            boolean onStream,
            RequestReader reader,
            ToIntFunction<Limits> streamQuota,
            ToIntFunction<Limits> accountQuota,
            @Nullable OperationHandler handler) {
        this.name = name;
        this.plane = plane;
        this.apiName = apiName;
        this.onStream = onStream;
        this.reader = reader;
        this.streamQuota = streamQuota;
        this.accountQuota = accountQuota;
        this.handler = handler;
    }

    /** An operation on a stream, without quotas and, so far, without a handler. */
    static Operation of(Plane plane, String name) {
        return new Operation(
                name, plane, null, true, new JsonBody(), limits -> 0, limits -> 0, null);
    }

    /** The name that GetDataEndpoint uses for an operation of a data endpoint. */
    Operation apiName(String value) {
        return new Operation(
                name, plane, value, onStream, reader, streamQuota, accountQuota, handler);
    }

    /** An operation whose request names no stream. */
    Operation ofAccount() {
        return new Operation(
                name, plane, apiName, false, reader, streamQuota, accountQuota, handler);
    }

    Operation readBy(RequestReader value) {
        return new Operation(
                name, plane, apiName, onStream, value, streamQuota, accountQuota, handler);
    }

    /** Calls per second on one stream; 0 means no limit. */
    Operation streamQuota(ToIntFunction<Limits> value) {
        return new Operation(name, plane, apiName, onStream, reader, value, accountQuota, handler);
    }

    /** Calls per second on all streams together; 0 means no limit. */
    Operation accountQuota(ToIntFunction<Limits> value) {
        return new Operation(name, plane, apiName, onStream, reader, streamQuota, value, handler);
    }

    Operation answeredBy(OperationHandler value) {
        return new Operation(
                name, plane, apiName, onStream, reader, streamQuota, accountQuota, value);
    }

    /** Such as {@code GetMedia}. */
    String name() {
        return name;
    }

    Plane plane() {
        return plane;
    }

    String path() {
        // Only the paths of TagResource, UntagResource and ListTagsForResource have a capital.
        return name.endsWith("Resource")
                ? "/" + name
                : "/" + Character.toLowerCase(name.charAt(0)) + name.substring(1);
    }

    @Nullable
    String apiName() {
        return apiName;
    }

    /** Whether its request names a stream that must exist. */
    boolean onStream() {
        return onStream;
    }

    RequestReader reader() {
        return reader;
    }

    /**
     * Counts a call.
     *
     * @param stream null if the operation is not on a stream
     * @throws AwsError if there were too many
     */
    void admit(ServiceState service, @Nullable KvsStream stream) throws AwsError {
        Limits limits = service.limits();
        if (stream != null && !stream.calls().admit(name, streamQuota.applyAsInt(limits))) {
            throw AwsError.callLimit(name, stream.name());
        }
        if (!service.accountCalls().admit(name, accountQuota.applyAsInt(limits))) {
            throw AwsError.callLimit(name, "account");
        }
    }

    /**
     * The handler that answers it.
     *
     * @throws AwsError if this service has none
     */
    OperationHandler handler() throws AwsError {
        if (handler == null) {
            throw AwsError.notBuilt(name);
        }
        return handler;
    }
}
