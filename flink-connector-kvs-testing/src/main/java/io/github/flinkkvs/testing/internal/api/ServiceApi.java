/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.testing.internal.api;

import io.github.flinkkvs.testing.internal.calls.Answers;
import io.github.flinkkvs.testing.internal.calls.Call;
import io.github.flinkkvs.testing.internal.calls.RequestFields;
import io.github.flinkkvs.testing.internal.calls.StreamIds;
import io.github.flinkkvs.testing.internal.http.AnswerFaults;
import io.github.flinkkvs.testing.internal.http.HostAddress;
import io.github.flinkkvs.testing.internal.streams.AwsError;
import io.github.flinkkvs.testing.internal.streams.KnownKeys;
import io.github.flinkkvs.testing.internal.streams.KvsStream;
import io.github.flinkkvs.testing.internal.streams.Plane;
import io.github.flinkkvs.testing.internal.streams.ServiceState;
import io.github.flinkkvs.testing.internal.streams.StreamRegistry;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import javax.annotation.Nullable;

import java.util.EnumSet;
import java.util.Set;

/**
 * Handles a call: finds its operation, caller, request fields and scripted faults, checks the
 * quotas, then lets the operation answer it. Stateless; runs on the event loops of its connections.
 */
public final class ServiceApi {
    private static final Logger LOG = LoggerFactory.getLogger(ServiceApi.class);

    private final ServiceState service;
    private final StreamRegistry streams;
    private final Vertx vertx;
    private final Answers answers;
    private final Operations operations;

    public ServiceApi(ServiceState service, StreamRegistry streams, Vertx vertx) {
        this.service = service;
        this.streams = streams;
        this.vertx = vertx;
        answers = new Answers(service, vertx);
        operations = new Operations(service, streams, answers, vertx);
    }

    /**
     * Answers a call on a port that several planes share: it can mean the planes of the host that
     * it names, or all planes if clients know the port under another name.
     */
    public void handleShared(HttpServerRequest request, Set<Plane> planes) {
        String named = request.getHeader("Host");
        Set<Plane> called = EnumSet.noneOf(Plane.class);
        service.endpoints()
                .forEach(
                        (plane, uri) -> {
                            if (planes.contains(plane) && HostAddress.isNamed(uri, named)) {
                                called.add(plane);
                            }
                        });
        handle(request, called.isEmpty() ? planes : called, null);
    }

    /**
     * Answers a call.
     *
     * @param planes the planes of the called host
     * @param only the one stream that this port serves; null for all
     */
    public void handle(HttpServerRequest request, Set<Plane> planes, @Nullable KvsStream only) {
        Call call = new Call(request, only, service.clock().now());
        request.exceptionHandler(error -> LOG.debug("Request broke off: {}", error.toString()));
        Operation operation =
                request.method() == HttpMethod.POST
                        ? operations.find(planes, request.path())
                        : null;
        if (operation == null) {
            answers.wrongHost(call);
            return;
        }
        call.operation(operation.name());
        // Before the body, which may be endless, like that of PutMedia.
        try {
            authorize(call);
            operation.handler();
        } catch (AwsError e) {
            answers.error(call, e);
            return;
        }
        operation
                .reader()
                .read(
                        call,
                        fields -> asked(operation, call, fields),
                        refused -> answers.error(call, refused));
    }

    private void authorize(Call call) throws AwsError {
        HttpServerRequest request = call.request();
        call.accessKeyId(KnownKeys.accessKeyId(request.getHeader("Authorization")));
        service.keys().check(call.accessKeyId(), request.getHeader("X-Amz-Security-Token"));
    }

    private void asked(Operation operation, Call call, RequestFields fields) {
        call.fields(fields);
        guarded(
                call,
                () -> {
                    call.streamName(StreamIds.name(fields));
                    call.faults().addAll(service.faults().take(operation.name()));
                    AwsError unknown = operation.onStream() ? find(call, operation) : null;
                    AnswerFaults.answer(
                            vertx,
                            call.request(),
                            call.faults(),
                            new Answering(operation, call, unknown));
                });
    }

    /**
     * Finds the stream of a call, with its faults.
     *
     * @return why it is not found; null if it is. A fault of the service comes before that.
     */
    @Nullable
    private AwsError find(Call call, Operation operation) {
        try {
            call.stream(StreamIds.find(streams, call.fields()));
            call.faults().addAll(call.stream().faults().take(operation.name()));
            return null;
        } catch (AwsError e) {
            return e;
        }
    }

    private void perform(Operation operation, Call call) {
        guarded(
                call,
                () -> {
                    operation.admit(service, operation.onStream() ? call.stream() : null);
                    operation.handler().answer(call);
                });
    }

    private void guarded(Call call, Step step) {
        try {
            step.run();
        } catch (AwsError e) {
            answers.error(call, e);
        } catch (RuntimeException e) {
            answers.internalFailure(call, e);
        }
    }

    private interface Step {
        void run() throws AwsError;
    }

    /** Answers a call as its faults say. */
    private final class Answering implements AnswerFaults.Answers {
        private final Operation operation;
        private final Call call;
        @Nullable private final AwsError unknownStream;

        Answering(Operation operation, Call call, @Nullable AwsError unknownStream) {
            this.operation = operation;
            this.call = call;
            this.unknownStream = unknownStream;
        }

        @Override
        public void truly() {
            if (unknownStream != null) {
                answers.error(call, unknownStream);
                return;
            }
            perform(operation, call);
        }

        @Override
        public void error(int status, String type, String message) {
            answers.error(call, status, type, message);
        }

        @Override
        public void wrongHost() {
            answers.wrongHost(call);
        }

        @Override
        public void none(String why) {
            answers.none(call, why);
        }
    }
}
