/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.testing.internal.operations;

import io.github.flinkkvs.testing.internal.body.MediaBody;
import io.github.flinkkvs.testing.internal.calls.Answers;
import io.github.flinkkvs.testing.internal.calls.Call;
import io.github.flinkkvs.testing.internal.calls.OperationHandler;
import io.github.flinkkvs.testing.internal.calls.RequestFields;
import io.github.flinkkvs.testing.internal.log.RecordedBody;
import io.github.flinkkvs.testing.internal.store.MediaStart;
import io.github.flinkkvs.testing.internal.store.StartSelector;
import io.github.flinkkvs.testing.internal.streams.AwsError;
import io.github.flinkkvs.testing.internal.streams.KvsStream;
import io.github.flinkkvs.testing.internal.streams.ServiceState;

import io.vertx.core.Vertx;

import javax.annotation.Nullable;

import java.math.BigDecimal;
import java.util.regex.Pattern;

/** Sends the media of a stream as it arrives, from a start position on. */
public final class GetMedia implements OperationHandler {
    private static final Pattern NUMBER = Pattern.compile("[0-9]{1,128}");

    private final ServiceState service;
    private final Answers answers;
    private final Vertx vertx;

    public GetMedia(ServiceState service, Answers answers, Vertx vertx) {
        this.service = service;
        this.answers = answers;
        this.vertx = vertx;
    }

    @Override
    public void answer(Call call) throws AwsError {
        KvsStream stream = call.stream();
        if (call.atPortOfAnotherStream()) {
            throw AwsError.invalidEndpoint();
        }
        StartSelector selector = selector(call.fields().object("StartSelector"));
        call.selector(selector.toString());
        if (!stream.readable()) {
            throw AwsError.streamNotFound();
        }
        RecordedBody record =
                new RecordedBody(
                        service.log(),
                        call.operation(),
                        stream.name(),
                        call.requestId(),
                        selector.toString());
        MediaStart start = stream.store().locate(selector, service.behavior());
        if (start.refusal != null) {
            throw AwsError.invalidArgument(start.refusal);
        }
        MediaBody body =
                new MediaBody(
                        vertx,
                        service,
                        stream,
                        call.request(),
                        record,
                        start,
                        call.faults(),
                        call.accessKeyId());
        stream.connections().admit(body, service.limits().connectionsPerStream());
        answers.streamed(call, "video/webm");
        service.log().session(record);
        body.begin();
    }

    private static StartSelector selector(RequestFields selector) throws AwsError {
        StartSelector.Type type = type(selector.text("StartSelectorType"));
        switch (type) {
            case FRAGMENT_NUMBER:
                return numbered(type, selector.text("AfterFragmentNumber"));
            case CONTINUATION_TOKEN:
                return numbered(type, selector.text("ContinuationToken"));
            case SERVER_TIMESTAMP:
            case PRODUCER_TIMESTAMP:
                BigDecimal seconds = selector.seconds("StartTimestamp");
                if (seconds == null) {
                    throw AwsError.invalidArgument("StartTimestamp is required for " + type);
                }
                return StartSelector.at(type, seconds);
            default:
                return StartSelector.of(type);
        }
    }

    private static StartSelector.Type type(@Nullable String name) throws AwsError {
        for (StartSelector.Type type : StartSelector.Type.values()) {
            if (type.name().equals(name)) {
                return type;
            }
        }
        throw AwsError.invalidArgument("StartSelectorType is missing or unknown");
    }

    private static StartSelector numbered(StartSelector.Type type, @Nullable String text)
            throws AwsError {
        if (text == null || !NUMBER.matcher(text).matches()) {
            throw AwsError.invalidArgument(
                    "The fragment number or token of " + type + " is invalid");
        }
        return StartSelector.after(type, text);
    }
}
