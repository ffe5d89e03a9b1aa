/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.testing;

import io.github.flinkkvs.testing.TestClients.Body;
import io.github.flinkkvs.testing.behavior.Behavior;
import io.github.flinkkvs.testing.behavior.Delivery;
import io.github.flinkkvs.testing.behavior.ErrorDocument;
import io.github.flinkkvs.testing.behavior.ExpiredPosition;
import io.github.flinkkvs.testing.behavior.FutureTimestamp;
import io.github.flinkkvs.testing.behavior.Limits;
import io.github.flinkkvs.testing.behavior.MillisBehindNow;
import io.github.flinkkvs.testing.behavior.NowStart;
import io.github.flinkkvs.testing.behavior.StreamSettings;
import io.github.flinkkvs.testing.behavior.TimestampMatch;
import io.github.flinkkvs.testing.behavior.UnknownPosition;
import io.github.flinkkvs.testing.internal.ebml.ServiceTags;
import io.github.flinkkvs.testing.log.EndReason;
import io.github.flinkkvs.testing.log.ServedMedia;
import io.github.flinkkvs.testing.log.StoredFragment;
import io.github.flinkkvs.testing.media.MediaFragment;
import io.github.flinkkvs.testing.media.MediaFrame;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.kinesisvideomedia.model.InvalidArgumentException;
import software.amazon.awssdk.services.kinesisvideomedia.model.InvalidEndpointException;
import software.amazon.awssdk.services.kinesisvideomedia.model.KinesisVideoMediaException;
import software.amazon.awssdk.services.kinesisvideomedia.model.ResourceNotFoundException;
import software.amazon.awssdk.services.kinesisvideomedia.model.StartSelectorType;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;

import static io.github.flinkkvs.testing.TestClients.after;
import static io.github.flinkkvs.testing.TestClients.at;
import static io.github.flinkkvs.testing.TestClients.concat;
import static io.github.flinkkvs.testing.TestClients.earliest;
import static io.github.flinkkvs.testing.TestClients.now;
import static io.github.flinkkvs.testing.TestClients.token;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class GetMediaTest {
    private static final Duration IDLE = Duration.ofMillis(200);

    private EmbeddedKvs kvs;
    private TestClients clients;
    private EmbeddedStream stream;

    @BeforeEach
    void start() {
        kvs =
                EmbeddedKvs.builder()
                        .limits(Limits.none().idleEnd(IDLE))
                        .behavior(Behavior.likely().millisBehindNow(MillisBehindNow.ZERO))
                        .start();
        clients = new TestClients(kvs);
        stream = kvs.createStream("camera");
    }

    @AfterEach
    void stop() {
        clients.close();
        kvs.close();
    }

    private List<StoredFragment> pushThreeASecondApart() {
        for (int i = 0; i < 3; i++) {
            stream.push(
                    MediaFragment.ofSize(5_000, i).toBuilder()
                            .producerTimestampMillis(1_000_000 + i * 1000)
                            .build());
            kvs.clock().shift(Duration.ofSeconds(1));
        }
        return stream.fragments();
    }

    @Test
    void earliestDeliversEverythingThenEnds() {
        List<StoredFragment> all = pushThreeASecondApart();
        assertThat(clients.readAll("camera", earliest())).isEqualTo(concat(all));
        ServedMedia session = kvs.log().sessions("camera").get(0);
        assertThat(session.endReason()).isEqualTo(EndReason.IDLE);
        assertThat(session.fragmentsSent())
                .containsExactly(all.get(0).number(), all.get(1).number(), all.get(2).number());
        assertThat(session.bytesSent()).isEqualTo(concat(all).length);
        assertThat(kvs.openConnections("camera")).isZero();
    }

    @Test
    void theTimeOfTheServiceIsThreeSeconds() {
        kvs.limits().idleEnd(Limits.service().idleEnd());
        clients.readAll("camera", earliest());
        assertThat(Duration.ofNanos(kvs.log().sessions("camera").get(0).durationNanos()))
                .isBetween(Duration.ofMillis(2_990), Duration.ofMillis(4_500));
    }

    @Test
    void fragmentNumberAndTokenAreExclusive() {
        List<StoredFragment> all = pushThreeASecondApart();
        assertThat(clients.readAll("camera", after(all.get(0).number())))
                .isEqualTo(concat(all.subList(1, 3)));
        assertThat(clients.readAll("camera", token(all.get(1).number())))
                .isEqualTo(concat(all.subList(2, 3)));
        kvs.behavior(kvs.behavior().continuationTokenInclusive(true));
        assertThat(clients.readAll("camera", token(all.get(1).number())))
                .isEqualTo(concat(all.subList(1, 3)));
        assertThat(kvs.log().calls("GetMedia", "camera").get(0).startSelector())
                .isEqualTo("FRAGMENT_NUMBER " + all.get(0).number());
    }

    @Test
    void timestampsMatchAsTheSwitchSays() {
        List<StoredFragment> all = pushThreeASecondApart();
        long between = all.get(0).serverTimestampMillis() + 500;
        assertStart(TimestampMatch.COVERING, between, all, 0);
        assertStart(TimestampMatch.AT_OR_AFTER, between, all, 1);
        assertStart(TimestampMatch.AT_OR_BEFORE, between, all, 0);
        long exact = all.get(1).serverTimestampMillis();
        for (TimestampMatch match : TimestampMatch.values()) {
            assertStart(match, exact, all, 1);
            assertStart(match, all.get(0).serverTimestampMillis() - 10_000, all, 0);
        }
        assertThat(clients.readAll("camera", at(StartSelectorType.PRODUCER_TIMESTAMP, 1_002_000)))
                .isEqualTo(concat(all.subList(2, 3)));
    }

    /** Nothing covers a time at which the producer was silent. */
    @Test
    void aTimestampInAGapMatchesWhatComesAfterIt() {
        for (int i = 0; i < 2; i++) {
            stream.push(
                    ofASecond(i).toBuilder()
                            .producerTimestampMillis(1_000_000 + i * 60_000)
                            .build());
            kvs.clock().shift(Duration.ofMinutes(1));
        }
        List<StoredFragment> all = stream.fragments();
        long start = all.get(0).serverTimestampMillis();
        assertStart(TimestampMatch.COVERING, start + 999, all, 0);
        assertStart(TimestampMatch.COVERING, start + 30_000, all, 1);
        assertThat(clients.readAll("camera", at(StartSelectorType.PRODUCER_TIMESTAMP, 1_030_000)))
                .isEqualTo(all.get(1).bytes());
        assertStart(TimestampMatch.AT_OR_BEFORE, start + 30_000, all, 0);
    }

    /** An upload may take longer than its media: the service was receiving it all that time. */
    @Test
    void aSlowUploadCoversTheTimeThatItTook() {
        FragmentUpload slow = stream.begin(ofASecond(0));
        kvs.clock().shift(Duration.ofSeconds(20));
        slow.complete();
        kvs.clock().shift(Duration.ofSeconds(20));
        stream.push(MediaFragment.ofSize(5_000, 1));
        List<StoredFragment> all = stream.fragments();
        long start = all.get(0).serverTimestampMillis();
        assertStart(TimestampMatch.COVERING, start + 19_000, all, 0);
        assertStart(TimestampMatch.COVERING, start + 30_000, all, 1);
    }

    /** Two frames of half a second. */
    private static MediaFragment ofASecond(int seed) {
        return MediaFragment.ofSize(5_000, seed).toBuilder()
                .frame(MediaFrame.of(1, 500, false, new byte[100]))
                .build();
    }

    private void assertStart(
            TimestampMatch match, long millis, List<StoredFragment> all, int index) {
        kvs.behavior(kvs.behavior().timestampMatch(match));
        assertThat(clients.readAll("camera", at(StartSelectorType.SERVER_TIMESTAMP, millis)))
                .isEqualTo(concat(all.subList(index, all.size())));
    }

    @Test
    void aTimestampBeyondTheNewestWaitsForIt() {
        pushThreeASecondApart();
        kvs.limits().idleEnd(Duration.ofSeconds(2));
        long later = kvs.clock().now().toEpochMilli() + 60_000;
        try (Body body = clients.open("camera", at(StartSelectorType.SERVER_TIMESTAMP, later))) {
            stream.push(MediaFragment.ofSize(1_000));
            kvs.clock().shift(Duration.ofMinutes(2));
            StoredFragment wanted = stream.push(MediaFragment.ofSize(2_000));
            assertThat(body.toEnd()).isEqualTo(wanted.bytes());
        }
    }

    @Test
    void aTimestampInTheFutureDoesNotDeliverThePresent() {
        kvs.limits().idleEnd(Duration.ofSeconds(2));
        for (StartSelectorType type :
                List.of(StartSelectorType.SERVER_TIMESTAMP, StartSelectorType.PRODUCER_TIMESTAMP)) {
            FragmentUpload present = stream.begin(MediaFragment.ofSize(1_000));
            long later = kvs.clock().now().toEpochMilli() + 60_000;
            try (Body body = clients.open("camera", at(type, later))) {
                present.complete();
                kvs.clock().shift(Duration.ofMinutes(2));
                StoredFragment wanted = stream.push(MediaFragment.ofSize(2_000));
                assertThat(body.toEnd()).isEqualTo(wanted.bytes());
            }
        }
    }

    @Test
    void theOpenFragmentCoversThePresent() {
        FragmentUpload open = stream.begin(MediaFragment.ofSize(1_000));
        kvs.clock().shift(Duration.ofSeconds(10));
        long present = open.fragment().serverTimestampMillis() + 9_000;
        try (Body body = clients.open("camera", at(StartSelectorType.SERVER_TIMESTAMP, present))) {
            open.complete();
            assertThat(body.toEnd()).isEqualTo(open.fragment().bytes());
        }
    }

    @Test
    void theFutureFollowsTheSwitch() {
        long later = kvs.clock().now().toEpochMilli() + 60_000;
        kvs.behavior(kvs.behavior().futureTimestamp(FutureTimestamp.AS_NOW));
        FragmentUpload present = stream.begin(MediaFragment.ofSize(1_000));
        try (Body body = clients.open("camera", at(StartSelectorType.SERVER_TIMESTAMP, later))) {
            present.complete();
            assertThat(body.toEnd()).isEqualTo(present.fragment().bytes());
        }
        kvs.behavior(kvs.behavior().futureTimestamp(FutureTimestamp.INVALID_ARGUMENT));
        assertThatThrownBy(
                        () ->
                                clients.readAll(
                                        "camera", at(StartSelectorType.SERVER_TIMESTAMP, later)))
                .isInstanceOf(InvalidArgumentException.class)
                .hasMessageContaining("in the future");
    }

    @Test
    void nowStartsAtTheNextFragmentOrTheOpenOne() {
        pushThreeASecondApart();
        kvs.limits().idleEnd(Duration.ofSeconds(5));
        try (Body body = clients.open("camera", now())) {
            StoredFragment next = stream.push(MediaFragment.ofSize(3_000));
            assertThat(body.next(next.size())).isEqualTo(next.bytes());
        }
        FragmentUpload upload = stream.begin(MediaFragment.ofSize(40_000));
        try (Body body = clients.open("camera", now())) {
            StoredFragment open = upload.complete();
            assertThat(body.next(open.size())).isEqualTo(open.bytes());
        }
        kvs.behavior(kvs.behavior().nowStart(NowStart.NEWEST_FRAGMENT));
        try (Body body = clients.open("camera", now())) {
            StoredFragment newest = stream.fragments().get(4);
            assertThat(body.next(newest.size())).isEqualTo(newest.bytes());
        }
    }

    @Test
    void bytesAreSeenAsTheyAreIngested() {
        kvs.limits().idleEnd(Duration.ofSeconds(5));
        FragmentUpload upload = stream.begin(MediaFragment.ofSize(100_000));
        int header = upload.fragment().size();
        try (Body body = clients.open("camera", now())) {
            assertThat(body.next(header)).startsWith(0x1A, 0x45, 0xDF, 0xA3);
            assertThat(upload.advance(10)).isEqualTo(10);
            assertThat(body.next(10)).hasSize(10);
            assertThat(upload.next()).isTrue();
            upload.close();
            int seen = header + 10;
            byte[] whole = upload.fragment().bytes();
            assertThat(body.next(whole.length - seen))
                    .isEqualTo(java.util.Arrays.copyOfRange(whole, seen, whole.length));
            kvs.log().awaitSent("camera", upload.fragment().number(), TestClients.PATIENCE);
        }
    }

    @Test
    void theTimeOfTheLastByteIsLogged() {
        kvs.limits().idleEnd(Duration.ofSeconds(5));
        FragmentUpload upload = stream.begin(MediaFragment.ofSize(100_000));
        String number = upload.fragment().number();
        try (Body body = clients.open("camera", now())) {
            body.next(upload.fragment().size());
            long before = System.nanoTime();
            upload.close();
            body.next(ServiceTags.trailing(upload.fragment().number(), 0).length);
            kvs.log().awaitSent("camera", number, TestClients.PATIENCE);
            long after = System.nanoTime();
            assertThat(kvs.log().sessions("camera").get(0).fragmentsSentNanos().get(number))
                    .isBetween(before, after);
        }
    }

    @Test
    void aFragmentIsSeenAtOnceWhenClosed() {
        kvs.behavior(kvs.behavior().delivery(Delivery.WHEN_CLOSED));
        FragmentUpload upload = stream.begin(MediaFragment.ofSize(100_000));
        upload.next();
        assertThat(clients.readAll("camera", now())).isEmpty();
        upload.close();
        assertThat(clients.readAll("camera", earliest())).isEqualTo(concat(stream.fragments()));
    }

    @Test
    void anAbandonedFragmentIsFollowedByTheNextHeader() {
        kvs.limits().idleEnd(Duration.ofSeconds(1));
        FragmentUpload upload = stream.begin(MediaFragment.ofSize(100_000));
        upload.next();
        byte[] partial = upload.fragment().bytes();
        try (Body body = clients.open("camera", now())) {
            assertThat(body.next(partial.length)).isEqualTo(partial);
            upload.abandon();
            StoredFragment next = stream.push(MediaFragment.ofSize(2_000));
            assertThat(body.toEnd()).isEqualTo(next.bytes());
        }
        assertThat(clients.readAll("camera", earliest())).isEqualTo(concat(stream.fragments()));
    }

    @Test
    void anOpenFragmentWithoutNewBytesEndsTheBody() {
        FragmentUpload upload = stream.begin(MediaFragment.ofSize(100_000));
        assertThat(clients.readAll("camera", now())).isEqualTo(upload.fragment().bytes());
        upload.close();
    }

    @Test
    void expiredPositionsFollowTheSwitch() {
        List<StoredFragment> all = pushThreeASecondApart();
        stream.expireBefore(all.get(2).number());
        assertThat(stream.fragments()).hasSize(1);
        assertThat(stream.pushed()).isEqualTo(all);
        String old = all.get(0).number();
        assertThat(text(clients.readAll("camera", after(old))))
                .contains("AWS_KINESISVIDEO_ERROR_ID")
                .contains("4000")
                .contains("FRAGMENT_NOT_FOUND")
                .contains(old);
        kvs.behavior(kvs.behavior().expiredPosition(ExpiredPosition.IN_BAND_ERROR_3000));
        assertThat(text(clients.readAll("camera", after(old)))).contains("3000");
        kvs.behavior(kvs.behavior().errorDocument(ErrorDocument.BARE_TAGS));
        assertThat(clients.readAll("camera", after(old))).startsWith(0x12, 0x54, 0xC3, 0x67);
        kvs.behavior(kvs.behavior().expiredPosition(ExpiredPosition.START_AT_EARLIEST));
        assertThat(clients.readAll("camera", after(old))).isEqualTo(all.get(2).bytes());
        assertThat(clients.readAll("camera", earliest())).isEqualTo(all.get(2).bytes());
    }

    @Test
    void futureAndUnknownPositionsFollowTheSwitches() {
        List<StoredFragment> all = pushThreeASecondApart();
        String future = all.get(2).number() + "0";
        assertThat(text(clients.readAll("camera", after(future)))).contains("4000");
        kvs.behavior(kvs.behavior().futurePosition(UnknownPosition.NEXT_GREATER));
        assertThat(clients.readAll("camera", after(future))).isEmpty();
        String unknown =
                new java.math.BigInteger(all.get(1).number())
                        .subtract(java.math.BigInteger.ONE)
                        .toString();
        assertThat(text(clients.readAll("camera", after(unknown)))).contains("4000");
        kvs.behavior(kvs.behavior().unknownPosition(UnknownPosition.NEXT_GREATER));
        assertThat(clients.readAll("camera", after(unknown))).isEqualTo(concat(all.subList(1, 3)));
    }

    @Test
    void aReaderMayBeOvertakenByRetention() {
        kvs.limits().fragmentsPerSecond(1).idleEnd(Duration.ofSeconds(2));
        List<StoredFragment> all = pushThreeASecondApart();
        try (Body body = clients.open("camera", earliest())) {
            body.next(all.get(0).size());
            stream.expireBefore(all.get(2).number());
            assertThat(body.toEnd()).isEqualTo(all.get(2).bytes());
        }
        all = pushThreeASecondApart();
        kvs.behavior(kvs.behavior().overtakenReader(ExpiredPosition.IN_BAND_ERROR_3000));
        try (Body body = clients.open("camera", earliest())) {
            body.next(all.get(0).size());
            stream.expireAll();
            assertThat(text(body.toEnd())).contains("3000", all.get(0).number());
        }
    }

    @Test
    void retentionFollowsTheClock() {
        EmbeddedStream kept =
                kvs.createStream(
                        StreamSettings.named("hour").retention(Duration.ofHours(1)).build());
        kept.push(MediaFragment.ofSize(1_000));
        kvs.clock().shift(Duration.ofMinutes(59));
        kept.push(MediaFragment.ofSize(1_000));
        assertThat(kept.fragments()).hasSize(2);
        kvs.clock().shift(Duration.ofMinutes(2));
        assertThat(kept.fragments()).hasSize(1);
        EmbeddedStream buffer =
                kvs.createStream(
                        StreamSettings.named("buffer")
                                .retention(Duration.ZERO)
                                .keepExpired(false)
                                .build());
        buffer.push(MediaFragment.ofSize(1_000));
        kvs.clock().shift(Duration.ofMinutes(6));
        assertThat(buffer.fragments()).isEmpty();
        assertThat(buffer.pushed()).isEmpty();
    }

    @Test
    void millisBehindNowIsComputedAtDelivery() {
        kvs.behavior(kvs.behavior().millisBehindNow(MillisBehindNow.ZERO_WHEN_NEWEST));
        List<StoredFragment> all = pushThreeASecondApart();
        byte[] body = clients.readAll("camera", after(all.get(0).number()));
        int tail = all.get(2).size();
        byte[] second = java.util.Arrays.copyOf(body, body.length - tail);
        assertThat(all.get(1).matches(ByteBuffer.wrap(second))).isTrue();
        assertThat(second).isNotEqualTo(all.get(1).bytes());
        assertThat(all.get(2).matches(ByteBuffer.wrap(second))).isFalse();
        assertThat(ByteBuffer.wrap(body, body.length - tail, tail))
                .isEqualTo(ByteBuffer.wrap(all.get(2).bytes()));
    }

    @Test
    void aReaderOfALiveCameraCatchesUp() {
        kvs.behavior(kvs.behavior().millisBehindNow(MillisBehindNow.ZERO_WHEN_NEWEST));
        kvs.limits().idleEnd(Duration.ofSeconds(5));
        // Two are complete; a third begins at the end of the second, as with a camera.
        FragmentUpload first = stream.begin(MediaFragment.ofSize(1_000));
        kvs.clock().shift(Duration.ofSeconds(1));
        StoredFragment old = first.complete();
        StoredFragment newest = stream.push(MediaFragment.ofSize(1_000));
        FragmentUpload live = stream.begin(MediaFragment.ofSize(1_000));
        try (Body body = clients.open("camera", earliest())) {
            byte[] behind = body.next(old.size() + "1000".length() - "0".length());
            assertThat(old.matches(ByteBuffer.wrap(behind))).isTrue();
            // With 0 in it, as bytes() has it.
            assertThat(body.next(newest.size())).isEqualTo(newest.bytes());
        }
        live.complete();
    }

    @Test
    void aDeletedStreamEndsBodiesAndIsAnotherOneWhenCreatedAgain() {
        kvs.limits().idleEnd(Duration.ZERO);
        String arn = stream.arn();
        try (Body body = clients.open("camera", now())) {
            kvs.deleteStream("camera");
            assertThat(body.toEnd()).isEmpty();
        }
        assertThat(kvs.log().awaitEndedSessions("camera", 1, TestClients.PATIENCE).get(0))
                .extracting(ServedMedia::endReason)
                .isEqualTo(EndReason.STREAM_GONE);
        EmbeddedStream again = kvs.createStream("camera");
        assertThat(again.arn()).isNotEqualTo(arn);
        assertThatThrownBy(
                        () ->
                                TestClients.media(again.mediaEndpoint())
                                        .getMedia(r -> r.streamARN(arn).startSelector(earliest())))
                .isInstanceOf(ResourceNotFoundException.class)
                .hasMessageContaining("The requested stream is not found or not active.");
    }

    @Test
    void invalidRequestsAreRefused() {
        assertThatThrownBy(() -> clients.readAll("camera", after("12x")))
                .isInstanceOf(InvalidArgumentException.class);
        assertThatThrownBy(
                        () ->
                                TestClients.media(stream.mediaEndpoint())
                                        .getMedia(
                                                r ->
                                                        r.streamName("camera")
                                                                .startSelector(
                                                                        s ->
                                                                                s.startSelectorType(
                                                                                        "SERVER_TIMESTAMP"))))
                .isInstanceOf(InvalidArgumentException.class);
        assertThatThrownBy(
                        () ->
                                TestClients.media(stream.mediaEndpoint())
                                        .getMedia(
                                                r ->
                                                        r.streamName("nobody")
                                                                .startSelector(earliest())))
                .isInstanceOf(ResourceNotFoundException.class);
    }

    @Test
    void theControlPortDoesNotKnowGetMedia() {
        assertThatThrownBy(
                        () ->
                                TestClients.media(kvs.endpoint())
                                        .getMedia(
                                                r ->
                                                        r.streamName("camera")
                                                                .startSelector(earliest())))
                .isInstanceOfSatisfying(
                        KinesisVideoMediaException.class,
                        e -> {
                            assertThat(e.statusCode()).isEqualTo(403);
                            assertThat(e.awsErrorDetails().errorCode()).isNull();
                        });
    }

    @Test
    void aPortPerStreamKnowsOnlyItsOwn() {
        try (EmbeddedKvs own =
                EmbeddedKvs.builder()
                        .dataPortPerStream(true)
                        .limits(Limits.none().idleEnd(IDLE))
                        .start()) {
            EmbeddedStream a = own.createStream("a");
            EmbeddedStream b = own.createStream("b");
            assertThat(a.mediaEndpoint()).isNotEqualTo(b.mediaEndpoint());
            assertThatThrownBy(
                            () ->
                                    TestClients.media(a.mediaEndpoint())
                                            .getMedia(
                                                    r ->
                                                            r.streamName("b")
                                                                    .startSelector(earliest())))
                    .isInstanceOf(InvalidEndpointException.class);
        }
    }

    private static String text(byte[] body) {
        return new String(body, StandardCharsets.ISO_8859_1);
    }
}
