/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.testing.internal.sts;

import io.github.flinkkvs.testing.faults.Faults;
import io.github.flinkkvs.testing.internal.http.AnswerFaults;
import io.github.flinkkvs.testing.internal.http.LastAnswer;
import io.github.flinkkvs.testing.internal.http.RequestBody;
import io.github.flinkkvs.testing.internal.streams.AwsError;
import io.github.flinkkvs.testing.internal.streams.KnownKeys;
import io.github.flinkkvs.testing.internal.streams.ServiceState;
import io.github.flinkkvs.testing.log.ApiCall;
import io.github.flinkkvs.testing.log.RoleSession;

import io.netty.handler.codec.http.QueryStringDecoder;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;

import javax.annotation.Nullable;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.UUID;

/** The Security Token Service over HTTP, in the query protocol. Stateless. */
public final class StsApi {
    private static final String NAMESPACE = "https://sts.amazonaws.com/doc/2011-06-15/";

    private final ServiceState service;
    private final TokenService tokens;
    private final Faults faults;
    private final Vertx vertx;

    public StsApi(ServiceState service, TokenService tokens, Faults faults, Vertx vertx) {
        this.service = service;
        this.tokens = tokens;
        this.faults = faults;
        this.vertx = vertx;
    }

    /** Answers a call. */
    public void handle(HttpServerRequest request) {
        Call call = new Call(request, service.clock().now());
        RequestBody.read(
                request,
                body -> {
                    call.parameters(body);
                    AnswerFaults.answer(
                            vertx, request, faults.take(call.action), new Answering(call));
                },
                () ->
                        error(
                                call,
                                413,
                                "RequestEntityTooLarge",
                                "The body of a request has at most "
                                        + RequestBody.MAX_BYTES
                                        + " bytes"));
    }

    private void answer(Call call) {
        try {
            RoleSession session;
            switch (call.action) {
                case "AssumeRole":
                    authenticate(call);
                    session =
                            tokens.assumeRole(
                                    call.parameter("RoleArn"),
                                    call.parameter("RoleSessionName"),
                                    call.optional("ExternalId"),
                                    call.accessKeyId);
                    break;
                case "AssumeRoleWithWebIdentity":
                    session =
                            tokens.assumeRoleWithWebIdentity(
                                    call.parameter("RoleArn"),
                                    call.parameter("RoleSessionName"),
                                    call.parameter("WebIdentityToken"));
                    break;
                default:
                    throw new AwsError(400, "InvalidAction", "There is no action " + call.action);
            }
            log(call, 200, null);
            headers(call, 200).end(Buffer.buffer(result(call.action, session)));
        } catch (AwsError e) {
            error(call, e.status, e.type, e.getMessage());
        }
    }

    private void authenticate(Call call) throws AwsError {
        call.accessKeyId = KnownKeys.accessKeyId(call.request.getHeader("Authorization"));
        try {
            service.keys().check(call.accessKeyId, call.request.getHeader("X-Amz-Security-Token"));
        } catch (AwsError e) {
            // This service has names of its own.
            throw new AwsError(
                    403,
                    e.type.equals("UnrecognizedClientException")
                            ? "InvalidClientTokenId"
                            : "ExpiredToken",
                    e.getMessage());
        }
    }

    private static String result(String action, RoleSession session) {
        return "<"
                + action
                + "Response xmlns=\""
                + NAMESPACE
                + "\"><"
                + action
                + "Result><Credentials><AccessKeyId>"
                + session.accessKeyId()
                + "</AccessKeyId><SecretAccessKey>"
                + session.secretAccessKey()
                + "</SecretAccessKey><SessionToken>"
                + session.sessionToken()
                + "</SessionToken><Expiration>"
                + session.expiry()
                + "</Expiration></Credentials></"
                + action
                + "Result></"
                + action
                + "Response>";
    }

    private void error(Call call, int status, String code, String message) {
        log(call, status, code);
        headers(call, status);
        LastAnswer.send(
                vertx,
                call.request,
                Buffer.buffer(
                        "<ErrorResponse xmlns=\""
                                + NAMESPACE
                                + "\"><Error><Type>Sender</Type><Code>"
                                + escaped(code)
                                + "</Code><Message>"
                                + escaped(message)
                                + "</Message></Error><RequestId>"
                                + call.requestId
                                + "</RequestId></ErrorResponse>"));
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;");
    }

    private static HttpServerResponse headers(Call call, int status) {
        return call.request
                .response()
                .setStatusCode(status)
                .putHeader("Content-Type", "text/xml")
                .putHeader("x-amzn-RequestId", call.requestId);
    }

    private void log(Call call, int status, @Nullable String error) {
        service.log()
                .call(
                        new ApiCall(
                                call.action,
                                null,
                                call.time,
                                call.nanoTime,
                                status,
                                error,
                                call.requestId,
                                null,
                                call.accessKeyId,
                                0,
                                0));
    }

    /** Answers a call as its faults say. */
    private final class Answering implements AnswerFaults.Answers {
        private final Call call;

        Answering(Call call) {
            this.call = call;
        }

        @Override
        public void truly() {
            answer(call);
        }

        @Override
        public void error(int status, String type, String message) {
            StsApi.this.error(call, status, type, message);
        }

        @Override
        public void wrongHost() {
            error(400, "InvalidAction", "There is no action " + call.action);
        }

        @Override
        public void none(String why) {
            log(call, 0, why);
        }
    }

    /** Owned by the event loop of its connection. */
    private static final class Call {
        final HttpServerRequest request;
        final Instant time;
        final long nanoTime = System.nanoTime();
        final String requestId = UUID.randomUUID().toString();
        private final MultiMap parameters = MultiMap.caseInsensitiveMultiMap();
        String action = "";
        @Nullable String accessKeyId;

        Call(HttpServerRequest request, Instant time) {
            this.request = request;
            this.time = time;
        }

        void parameters(Buffer form) {
            try {
                new QueryStringDecoder(form.toString(StandardCharsets.UTF_8), false)
                        .parameters()
                        .forEach((name, values) -> parameters.add(name, values));
            } catch (IllegalArgumentException e) {
                // No form: without an action it is refused.
            }
            if (parameters.contains("Action")) {
                action = parameters.get("Action");
            }
        }

        @Nullable
        String optional(String name) {
            return parameters.get(name);
        }

        String parameter(String name) throws AwsError {
            String value = parameters.get(name);
            if (value == null) {
                throw new AwsError(400, "ValidationError", name + " is missing");
            }
            return value;
        }
    }
}
