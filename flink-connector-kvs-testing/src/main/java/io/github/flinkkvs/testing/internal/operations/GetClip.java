/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.testing.internal.operations;

import io.github.flinkkvs.testing.internal.body.AnswerBody;
import io.github.flinkkvs.testing.internal.calls.Answers;
import io.github.flinkkvs.testing.internal.calls.Call;
import io.github.flinkkvs.testing.internal.calls.OperationHandler;
import io.github.flinkkvs.testing.internal.calls.RequestFields;
import io.github.flinkkvs.testing.internal.clip.ClipException;
import io.github.flinkkvs.testing.internal.clip.ClipFile;
import io.github.flinkkvs.testing.internal.store.FragmentRange;
import io.github.flinkkvs.testing.internal.store.StoredDocument;
import io.github.flinkkvs.testing.internal.streams.AwsError;
import io.github.flinkkvs.testing.internal.streams.KvsStream;
import io.github.flinkkvs.testing.internal.streams.ServiceState;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Sends the media of a range of time as an MP4 file. */
public final class GetClip implements OperationHandler {
    private static final String PRODUCER = "PRODUCER_TIMESTAMP";
    private static final String SERVER = "SERVER_TIMESTAMP";
    private static final long MAX_RANGE_MILLIS = Duration.ofHours(24).toMillis();
    private static final int MAX_FRAGMENTS = 200;
    private static final int MAX_BYTES = 100_000_000;

    private final ServiceState service;
    private final Answers answers;
    private final Vertx vertx;

    public GetClip(ServiceState service, Answers answers, Vertx vertx) {
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
        FragmentRange range = range(call.fields().object("ClipFragmentSelector"));
        call.selector(
                (range.producerTime() ? PRODUCER : SERVER)
                        + " "
                        + seconds(range.fromMillis())
                        + " "
                        + seconds(range.toMillis()));
        if (!stream.readable()) {
            throw AwsError.streamNotFound();
        }
        if (stream.settings().retention().isZero()) {
            throw new AwsError(
                    400,
                    "NoDataRetentionException",
                    "The stream does not retain data: DataRetentionInHours is 0");
        }
        if (!range.producerTime() && range.toMillis() > service.clock().millis()) {
            throw AwsError.invalidArgument("EndTimestamp is not in the past");
        }
        List<StoredDocument> fragments =
                chosen(stream.archive().touching(range, service.behavior().archive()), range);
        FragmentPoints.takeMedia(service, call, fragments.size());
        call.fragments(fragments.size());
        if (fragments.isEmpty()) {
            throw new AwsError(
                    404,
                    "ResourceNotFoundException",
                    "No fragments found in the stream for the clip request.");
        }
        vertx.executeBlocking(() -> file(fragments, range), false)
                .onComplete(
                        made -> {
                            if (call.request().response().closed()) {
                                answers.none(call, "client gone");
                            } else if (made.succeeded()) {
                                send(call, Buffer.buffer(made.result()));
                            } else if (made.cause() instanceof ClipException) {
                                ClipException e = (ClipException) made.cause();
                                answers.error(call, 400, e.type(), e.getMessage());
                            } else {
                                answers.internalFailure(call, made.cause());
                            }
                        });
    }

    private void send(Call call, Buffer file) {
        answers.streamed(call, "video/mp4");
        if (!AnswerBody.sendFaulty(vertx, service, call.request(), file, call.faults())) {
            call.request().response().end(file);
        }
    }

    /** As many as a clip has, in order of time. */
    private static List<StoredDocument> chosen(List<StoredDocument> touching, FragmentRange range) {
        List<StoredDocument> chosen = new ArrayList<>();
        for (StoredDocument fragment : touching) {
            // If the producer recorded a time twice, the clip has what was ingested first.
            if (!range.producerTime()
                    || chosen.stream().noneMatch(other -> isAgain(fragment, other))) {
                chosen.add(fragment);
            }
        }
        chosen.sort(Comparator.comparingLong(fragment -> time(fragment, range)));
        long bytes = 0;
        for (int i = 0; i < chosen.size(); i++) {
            bytes += chosen.get(i).archivedSize();
            if (i == MAX_FRAGMENTS || bytes > MAX_BYTES) {
                return chosen.subList(0, i);
            }
        }
        return chosen;
    }

    /** Whether another fragment has the producer's time of at least half of this one. */
    private static boolean isAgain(StoredDocument fragment, StoredDocument other) {
        long start = fragment.producerTimestampMillis();
        long duration = Math.max(1, fragment.durationMillis());
        long otherStart = other.producerTimestampMillis();
        long otherEnd = otherStart + Math.max(1, other.durationMillis());
        long common = Math.min(start + duration, otherEnd) - Math.max(start, otherStart);
        return 2 * common >= duration;
    }

    private static long time(StoredDocument fragment, FragmentRange range) {
        return range.producerTime()
                ? fragment.producerTimestampMillis()
                : fragment.serverTimestampMillis();
    }

    private static byte[] file(List<StoredDocument> fragments, FragmentRange range)
            throws ClipException {
        ClipFile file = new ClipFile();
        for (StoredDocument fragment : fragments) {
            file.add(fragment.archivedBytes(), time(fragment, range), fragment.durationMillis());
        }
        return file.toByteArray();
    }

    private static FragmentRange range(RequestFields selector) throws AwsError {
        String type = selector.text("FragmentSelectorType");
        if (!SERVER.equals(type) && !PRODUCER.equals(type)) {
            throw AwsError.invalidArgument("FragmentSelectorType is missing or unknown");
        }
        RequestFields times = selector.object("TimestampRange");
        long from = millis(times, "StartTimestamp");
        long to = millis(times, "EndTimestamp");
        if (to <= from) {
            throw AwsError.invalidArgument("EndTimestamp is not later than StartTimestamp");
        }
        if (to - from > MAX_RANGE_MILLIS) {
            throw AwsError.invalidArgument("EndTimestamp is not within 24 hours of StartTimestamp");
        }
        return new FragmentRange(PRODUCER.equals(type), from, to);
    }

    private static long millis(RequestFields times, String name) throws AwsError {
        BigDecimal seconds = times.seconds(name);
        if (seconds == null) {
            throw AwsError.invalidArgument(name + " is missing");
        }
        return seconds.movePointRight(3).longValue();
    }

    private static String seconds(long millis) {
        return BigDecimal.valueOf(millis, 3).toPlainString();
    }
}
