/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.testing.internal.operations;

import io.github.flinkkvs.testing.internal.calls.Answers;
import io.github.flinkkvs.testing.internal.calls.Call;
import io.github.flinkkvs.testing.internal.calls.OperationHandler;
import io.github.flinkkvs.testing.internal.calls.RequestFields;
import io.github.flinkkvs.testing.internal.ingest.MediaUpload;
import io.github.flinkkvs.testing.internal.ingest.ProducerClock;
import io.github.flinkkvs.testing.internal.log.RecordedUpload;
import io.github.flinkkvs.testing.internal.streams.AwsError;
import io.github.flinkkvs.testing.internal.streams.KvsStream;
import io.github.flinkkvs.testing.internal.streams.ServiceState;

import io.vertx.core.Vertx;

import javax.annotation.Nullable;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.Map;
import java.util.regex.Pattern;

/** Stores the media that a producer sends, and acknowledges it while it arrives. */
public final class PutMedia implements OperationHandler {
    private static final String TIMECODE_TYPE = "FragmentTimecodeType";
    private static final String START = "ProducerStartTimestamp";

    /** Where its request has its fields; the body is media. */
    public static final Map<String, String> HEADERS =
            Map.of(
                    "StreamName",
                    "x-amzn-stream-name",
                    "StreamARN",
                    "x-amzn-stream-arn",
                    TIMECODE_TYPE,
                    "x-amzn-fragment-timecode-type",
                    START,
                    "x-amzn-producer-start-timestamp");

    private static final Pattern SECONDS =
            Pattern.compile("[0-9]{1,15}(\\.[0-9]{0,15})?([eE]\\+?[0-9]{1,2})?");

    private final ServiceState service;
    private final Answers answers;
    private final Vertx vertx;

    public PutMedia(ServiceState service, Answers answers, Vertx vertx) {
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
        ProducerClock clock = clock(call.fields());
        RecordedUpload record = new RecordedUpload(service.log(), stream.name(), call.requestId());
        MediaUpload upload =
                new MediaUpload(
                        vertx,
                        service,
                        stream,
                        call.request(),
                        record,
                        clock,
                        call.faults(),
                        call.accessKeyId());
        stream.producers().admit(upload, service.limits().producersPerStream());
        answers.streamed(call, "application/json");
        service.log().upload(record);
        upload.begin();
    }

    private static ProducerClock clock(RequestFields fields) throws AwsError {
        String type = fields.text(TIMECODE_TYPE);
        Instant start = time(fields.text(START));
        if ("ABSOLUTE".equals(type)) {
            return ProducerClock.absolute();
        }
        if (!"RELATIVE".equals(type)) {
            throw AwsError.invalidArgument(
                    HEADERS.get(TIMECODE_TYPE) + " is neither ABSOLUTE nor RELATIVE");
        }
        if (start == null) {
            throw AwsError.invalidArgument(
                    HEADERS.get(START) + " is required with RELATIVE timecodes");
        }
        return ProducerClock.relativeTo(start.toEpochMilli());
    }

    /** Seconds since the epoch, or a date as HTTP or ISO 8601 write it. */
    @Nullable
    private static Instant time(@Nullable String text) throws AwsError {
        if (text == null) {
            return null;
        }
        try {
            if (SECONDS.matcher(text).matches()) {
                return Instant.ofEpochMilli(
                        new BigDecimal(text)
                                .movePointRight(3)
                                .setScale(0, RoundingMode.DOWN)
                                .longValueExact());
            }
            return text.indexOf(',') >= 0
                    ? Instant.from(DateTimeFormatter.RFC_1123_DATE_TIME.parse(text))
                    : Instant.parse(text);
        } catch (DateTimeException | ArithmeticException e) {
            throw AwsError.invalidArgument(HEADERS.get(START) + " is not a timestamp");
        }
    }
}
