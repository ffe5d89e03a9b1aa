/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.testing.internal.operations;

import io.github.flinkkvs.testing.internal.body.ArchiveBody;
import io.github.flinkkvs.testing.internal.calls.Answers;
import io.github.flinkkvs.testing.internal.calls.Call;
import io.github.flinkkvs.testing.internal.calls.OperationHandler;
import io.github.flinkkvs.testing.internal.log.RecordedBody;
import io.github.flinkkvs.testing.internal.streams.AwsError;
import io.github.flinkkvs.testing.internal.streams.KvsStream;
import io.github.flinkkvs.testing.internal.streams.ServiceState;

import io.vertx.core.Vertx;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** Sends archived fragments of a stream by their numbers. */
public final class GetMediaForFragmentList implements OperationHandler {
    private static final Pattern NUMBER = Pattern.compile("[0-9]{1,128}");
    private static final int MAX_FRAGMENTS = 1_000;

    private final ServiceState service;
    private final Answers answers;
    private final Vertx vertx;

    public GetMediaForFragmentList(ServiceState service, Answers answers, Vertx vertx) {
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
        List<String> asked = call.fields().texts("Fragments");
        call.fragments(asked.size());
        if (asked.isEmpty() || asked.size() > MAX_FRAGMENTS) {
            throw AwsError.invalidArgument("Fragments has not 1 to " + MAX_FRAGMENTS + " numbers");
        }
        if (!stream.readable()) {
            throw AwsError.streamNotFound();
        }
        List<BigInteger> numbers = numbers(stream, asked);
        FragmentPoints.takeMedia(service, call, numbers.size());
        RecordedBody record =
                new RecordedBody(
                        service.log(),
                        call.operation(),
                        stream.name(),
                        call.requestId(),
                        numbers.size() + " fragments");
        ArchiveBody body =
                new ArchiveBody(
                        vertx,
                        service,
                        stream,
                        call.request(),
                        record,
                        numbers,
                        call.faults(),
                        call.accessKeyId());
        stream.archiveConnections().admit(body, service.limits().archiveConnectionsPerStream());
        answers.streamed(call, "video/webm");
        service.log().session(record);
        body.begin();
    }

    private static List<BigInteger> numbers(KvsStream stream, List<String> asked) throws AwsError {
        List<BigInteger> numbers = new ArrayList<>(asked.size());
        for (String text : asked) {
            BigInteger number = NUMBER.matcher(text).matches() ? new BigInteger(text) : null;
            if (number == null || !stream.archive().knows(number)) {
                // The service does not say which, either.
                throw AwsError.invalidArgument("Fragment numbers are invalid :");
            }
            numbers.add(number);
        }
        return numbers;
    }
}
