/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.testing.internal.calls;

import io.github.flinkkvs.testing.internal.body.AnswerBody;
import io.github.flinkkvs.testing.internal.http.LastAnswer;
import io.github.flinkkvs.testing.internal.streams.AwsError;
import io.github.flinkkvs.testing.internal.streams.ServiceState;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import javax.annotation.Nullable;

import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** Answers calls in the formats of the service, and logs them. Stateless. */
public final class Answers {
    private static final Logger LOG = LoggerFactory.getLogger(Answers.class);

    private static final String ERROR_SUFFIX =
            ":https://kinesisvideo.amazonaws.com/doc/2017-09-30/";
    private static final String WRONG_HOST =
            "<AccessDeniedException>\n"
                    + "  <Message>Unable to determine service/operation name to be authorized"
                    + "</Message>\n"
                    + "</AccessDeniedException>\n";

    /** HTTP dates have two digits of the day, unlike {@code RFC_1123_DATE_TIME}. */
    private static final DateTimeFormatter HTTP_DATE =
            DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ENGLISH)
                    .withZone(ZoneOffset.UTC);

    private final ServiceState service;
    private final Vertx vertx;

    public Answers(ServiceState service, Vertx vertx) {
        this.service = service;
        this.vertx = vertx;
    }

    public void json(Call call, ObjectNode body) {
        log(call, 200, null);
        HttpServerResponse response = headers(call, 200, "application/json");
        Buffer bytes = Buffer.buffer(body.toString());
        if (!AnswerBody.sendFaulty(vertx, service, call.request(), bytes, call.faults())) {
            response.end(bytes);
        }
    }

    /** Answers without content, as operations do that only change something. */
    public void done(Call call) {
        json(call, JsonNodeFactory.instance.objectNode());
    }

    /** Answers when what was asked for is done, on the event loop of the call's connection. */
    public void json(Call call, Future<ObjectNode> body) {
        body.onComplete(
                done -> {
                    if (call.request().response().closed()) {
                        none(call, "client gone");
                    } else if (done.succeeded()) {
                        json(call, done.result());
                    } else if (done.cause() instanceof AwsError) {
                        error(call, (AwsError) done.cause());
                    } else {
                        internalFailure(call, done.cause());
                    }
                });
    }

    /** Sets the head of an answer with a streamed body. */
    public void streamed(Call call, String contentType) {
        log(call, 200, null);
        headers(call, 200, contentType);
    }

    public void error(Call call, AwsError e) {
        error(call, e.status, e.type, e.getMessage());
    }

    /**
     * @param type empty for an answer that is not from AWS
     */
    public void error(Call call, int status, String type, String message) {
        log(call, status, type.isEmpty() ? "HTTP " + status : type);
        HttpServerResponse response = headers(call, status, "application/json");
        Buffer body = Buffer.buffer();
        if (!type.isEmpty()) {
            response.putHeader("x-amzn-ErrorType", type + ERROR_SUFFIX);
            body =
                    Buffer.buffer(
                            JsonNodeFactory.instance
                                    .objectNode()
                                    .put("Message", message)
                                    .toString());
        }
        LastAnswer.send(vertx, call.request(), body);
    }

    public void internalFailure(Call call, Throwable e) {
        LOG.error("Call {} failed", call.operation(), e);
        error(call, 500, "InternalFailure", "The call failed for a reason inside the service");
    }

    /** The answer of a host that does not know the operation. */
    public void wrongHost(Call call) {
        log(call, 403, "AccessDeniedException");
        headers(call, 403, "application/xml");
        LastAnswer.send(vertx, call.request(), Buffer.buffer(WRONG_HOST));
    }

    /** Sends no answer. */
    public void none(Call call, String why) {
        log(call, 0, why);
    }

    private HttpServerResponse headers(Call call, int status, String contentType) {
        return call.request()
                .response()
                .setStatusCode(status)
                .putHeader("x-amzn-RequestId", call.requestId())
                .putHeader("Content-Type", contentType)
                .putHeader("Date", HTTP_DATE.format(service.clock().now()));
    }

    private void log(Call call, int status, @Nullable String errorType) {
        service.log().call(call.answered(status, errorType));
    }
}
