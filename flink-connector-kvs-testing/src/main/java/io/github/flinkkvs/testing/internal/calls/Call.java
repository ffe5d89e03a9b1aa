/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.testing.internal.calls;

import io.github.flinkkvs.testing.faults.Fault;
import io.github.flinkkvs.testing.internal.streams.KvsStream;
import io.github.flinkkvs.testing.log.ApiCall;

import io.vertx.core.http.HttpServerRequest;

import javax.annotation.Nullable;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;

/** A call, and what is known of it so far. Owned by the event loop of its connection. */
public final class Call {
    private final HttpServerRequest request;
    @Nullable private final KvsStream only;
    private final Instant time;
    private final long nanoTime = System.nanoTime();
    private final String requestId = UUID.randomUUID().toString();
    private final List<Fault> faults = new ArrayList<>();
    private String operation;
    @Nullable private String accessKeyId;
    @Nullable private String streamName;
    @Nullable private RequestFields fields;
    @Nullable private KvsStream stream;
    @Nullable private String selector;
    private int fragments;
    private int points;

    /**
     * @param only the one stream that the called port serves; null for all
     * @param time when it arrived, by the service's clock
     */
    public Call(HttpServerRequest request, @Nullable KvsStream only, Instant time) {
        this.request = request;
        this.only = only;
        this.time = time;
        this.operation = request.path();
    }

    public HttpServerRequest request() {
        return request;
    }

    public String requestId() {
        return requestId;
    }

    /** The name of the operation; the path until that is known. */
    public String operation() {
        return operation;
    }

    public void operation(String name) {
        operation = name;
    }

    /** The access key that signed it; null if it is not known. */
    @Nullable
    public String accessKeyId() {
        return accessKeyId;
    }

    public void accessKeyId(String id) {
        accessKeyId = id;
    }

    /** Only after the request was read. */
    public RequestFields fields() {
        return Objects.requireNonNull(fields);
    }

    public void fields(RequestFields read) {
        fields = read;
    }

    /** The stream's name in the request, whether or not it exists; for the log. */
    public void streamName(@Nullable String name) {
        streamName = name;
    }

    /** Only for an operation on a stream. */
    public KvsStream stream() {
        return Objects.requireNonNull(stream);
    }

    public void stream(KvsStream found) {
        stream = found;
    }

    /** Whether the called port is that of another stream. */
    public boolean atPortOfAnotherStream() {
        return only != null && only != stream;
    }

    /** Where a body is to start, for the log. */
    public void selector(String text) {
        selector = text;
    }

    /** How many fragments were listed or asked for, for the log. */
    public void fragments(int count) {
        fragments = count;
    }

    /** The points that it cost, for the log. */
    public void points(int count) {
        points = count;
    }

    /** Faults scripted for it. */
    public List<Fault> faults() {
        return faults;
    }

    /** The log entry of this call and its answer. */
    public ApiCall answered(int status, @Nullable String errorType) {
        return new ApiCall(
                operation,
                streamName,
                time,
                nanoTime,
                status,
                errorType,
                requestId,
                selector,
                accessKeyId,
                fragments,
                points);
    }
}
