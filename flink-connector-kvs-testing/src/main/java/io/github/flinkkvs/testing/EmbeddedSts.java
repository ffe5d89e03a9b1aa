/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.testing;

import io.netty.handler.codec.http.QueryStringDecoder;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;

import javax.annotation.Nullable;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/**
 * An embedded Security Token Service: AssumeRole and AssumeRoleWithWebIdentity, in the query
 * protocol. The credentials it gives are known to the embedded Kinesis Video Streams it belongs to,
 * and expire by that service's clock. Its calls are in the same {@link ServiceLog}. Thread-safe.
 */
public final class EmbeddedSts {
    private static final String NAMESPACE = "https://sts.amazonaws.com/doc/2011-06-15/";
    private static final int SECRET_BYTES = 30;
    private static final int TOKEN_BYTES = 240;

    private final EmbeddedKvs service;
    private final SecureRandom random = new SecureRandom();
    private final Faults faults = new Faults();

    /** External ids by role. */
    private final Map<String, Optional<String>> roles = new ConcurrentHashMap<>();

    private final Set<String> webIdentities = ConcurrentHashMap.newKeySet();

    /** Guarded by itself. */
    private final List<RoleSession> sessions = new ArrayList<>();

    private volatile Duration duration = Duration.ofHours(1);
    private volatile URI endpoint;

    EmbeddedSts(EmbeddedKvs service) {
        this.service = service;
    }

    void endpoint(URI uri) {
        endpoint = uri;
    }

    /** The base URL, for {@code endpointOverride}. */
    public URI endpoint() {
        return endpoint;
    }

    /** A role that may be assumed; without any, all may. */
    public EmbeddedSts role(String roleArn) {
        roles.put(roleArn, Optional.empty());
        return this;
    }

    /** A role that may be assumed with an external id only. */
    public EmbeddedSts role(String roleArn, String externalId) {
        roles.put(roleArn, Optional.of(externalId));
        return this;
    }

    /** A web identity token that is accepted; without any, all are. */
    public EmbeddedSts webIdentity(String token) {
        webIdentities.add(token);
        return this;
    }

    /** How long the credentials live, whatever was asked for; an hour by default. */
    public EmbeddedSts sessionDuration(Duration time) {
        duration = time;
        return this;
    }

    /**
     * What goes wrong with coming calls of {@code AssumeRole} and {@code
     * AssumeRoleWithWebIdentity}: answers, delays, resets and silence.
     */
    public Faults faults() {
        return faults;
    }

    /** The credentials that were given away, in order. */
    public List<RoleSession> sessions() {
        synchronized (sessions) {
            return List.copyOf(sessions);
        }
    }

    // ------------------------------------------------------------------ calls

    void handle(HttpServerRequest request) {
        Instant time = service.clock().now();
        long nanoTime = System.nanoTime();
        ServiceApi.readBody(
                request,
                body -> {
                    Call call = new Call(request, parameters(body), time, nanoTime);
                    inflict(faults.take(call.action), call);
                },
                refused ->
                        error(
                                new Call(
                                        request,
                                        MultiMap.caseInsensitiveMultiMap(),
                                        time,
                                        nanoTime),
                                refused.status,
                                "RequestEntityTooLarge",
                                refused.getMessage()));
    }

    private static MultiMap parameters(Buffer form) {
        MultiMap parameters = MultiMap.caseInsensitiveMultiMap();
        try {
            new QueryStringDecoder(form.toString(StandardCharsets.UTF_8), false)
                    .parameters()
                    .forEach((name, values) -> parameters.add(name, values));
        } catch (IllegalArgumentException e) {
            // No form: without an Action it is refused.
        }
        return parameters;
    }

    private void inflict(List<Fault> scripted, Call call) {
        for (int i = 0; i < scripted.size(); i++) {
            Fault fault = scripted.get(i);
            if (fault.kind == Fault.Kind.DELAY) {
                List<Fault> rest = scripted.subList(i + 1, scripted.size());
                service.vertx()
                        .setTimer(
                                Math.max(1, fault.time.toMillis()),
                                id -> {
                                    if (call.request.response().closed()) {
                                        log(call, 0, "client gone");
                                    } else {
                                        inflict(rest, call);
                                    }
                                });
                return;
            }
            if (inflict(fault, call)) {
                return;
            }
        }
        answer(call);
    }

    /** Whether a fault took the place of the answer. */
    private boolean inflict(Fault fault, Call call) {
        switch (fault.kind) {
            case ANSWER:
                error(call, fault.number, fault.text, fault.message);
                return true;
            case RESET_BEFORE_ANSWER:
                log(call, 0, "reset");
                ConnectionCut.reset(call.request.connection());
                return true;
            case SILENCE:
                log(call, 0, "silence");
                return true;
            default:
                return false;
        }
    }

    private void answer(Call call) {
        try {
            boolean webIdentity = call.action.equals("AssumeRoleWithWebIdentity");
            if (webIdentity) {
                if (!webIdentities.isEmpty()
                        && !webIdentities.contains(call.parameter("WebIdentityToken"))) {
                    throw new AwsError(
                            400, "InvalidIdentityToken", "The web identity token is not valid");
                }
            } else if (call.action.equals("AssumeRole")) {
                authenticate(call);
            } else {
                throw new AwsError(400, "InvalidAction", "There is no action " + call.action);
            }
            String role = call.parameter("RoleArn");
            Optional<String> externalId = roles.get(role);
            if (!roles.isEmpty() && externalId == null
                    || externalId != null
                            && externalId.isPresent()
                            && !externalId.get().equals(call.optional("ExternalId"))) {
                throw new AwsError(
                        403,
                        "AccessDenied",
                        "User is not authorized to perform sts:" + call.action + " on " + role);
            }
            RoleSession session = session(call, role);
            service.accessKeys()
                    .addSession(session.accessKeyId(), session.sessionToken(), session.expiry());
            synchronized (sessions) {
                sessions.add(session);
            }
            log(call, 200, null);
            headers(call, 200).end(Buffer.buffer(result(call.action, session)));
        } catch (AwsError e) {
            error(call, e.status, e.type, e.getMessage());
        }
    }

    private void authenticate(Call call) throws AwsError {
        call.accessKeyId = ServiceApi.accessKeyId(call.request);
        try {
            service.accessKeys()
                    .check(call.accessKeyId, call.request.getHeader("X-Amz-Security-Token"));
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

    private RoleSession session(Call call, String role) throws AwsError {
        return new RoleSession(
                role,
                call.parameter("RoleSessionName"),
                call.optional("ExternalId"),
                call.accessKeyId,
                call.optional("WebIdentityToken"),
                "ASIA"
                        + UUID.randomUUID()
                                .toString()
                                .replace("-", "")
                                .substring(16)
                                .toUpperCase(Locale.ROOT),
                random(SECRET_BYTES),
                random(TOKEN_BYTES),
                service.clock().now().plus(duration).truncatedTo(ChronoUnit.MILLIS));
    }

    private String random(int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return Base64.getEncoder().encodeToString(bytes);
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
        ServiceApi.endAndClose(
                service.vertx(), call.request, Buffer.buffer(errorBody(call, code, message)));
    }

    private static String errorBody(Call call, String code, String message) {
        return "<ErrorResponse xmlns=\""
                + NAMESPACE
                + "\"><Error><Type>Sender</Type><Code>"
                + code
                + "</Code><Message>"
                + message.replace("&", "&amp;").replace("<", "&lt;")
                + "</Message></Error><RequestId>"
                + call.requestId
                + "</RequestId></ErrorResponse>";
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
                                call.accessKeyId));
    }

    /** Owned by the event loop of its connection. */
    private static final class Call {
        final HttpServerRequest request;
        final MultiMap parameters;
        final Instant time;
        final long nanoTime;
        final String requestId = UUID.randomUUID().toString();
        final String action;
        @Nullable String accessKeyId;

        Call(HttpServerRequest request, MultiMap parameters, Instant time, long nanoTime) {
            this.request = request;
            this.parameters = parameters;
            this.time = time;
            this.nanoTime = nanoTime;
            String name = parameters.get("Action");
            this.action = name == null ? "" : name;
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
