/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.testing;

import io.github.flinkkvs.testing.behavior.Limits;
import io.github.flinkkvs.testing.faults.AckError;
import io.github.flinkkvs.testing.faults.Cut;
import io.github.flinkkvs.testing.faults.Fault;
import io.github.flinkkvs.testing.internal.ebml.Ebml;
import io.github.flinkkvs.testing.internal.ebml.EbmlWriter;
import io.github.flinkkvs.testing.log.Acknowledgement;
import io.github.flinkkvs.testing.log.EndReason;
import io.github.flinkkvs.testing.log.ReceivedMedia;
import io.github.flinkkvs.testing.media.MediaFragment;
import io.github.flinkkvs.testing.media.MediaFrame;
import io.github.flinkkvs.testing.media.MediaTrack;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

import javax.annotation.Nullable;

import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

import static io.github.flinkkvs.testing.ProducerMedia.cluster;
import static io.github.flinkkvs.testing.ProducerMedia.concat;
import static io.github.flinkkvs.testing.ProducerMedia.fragment;
import static io.github.flinkkvs.testing.ProducerMedia.head;
import static io.github.flinkkvs.testing.ProducerMedia.video;
import static org.assertj.core.api.Assertions.assertThat;

/** What PutMedia refuses, and how it says so. */
class PutMediaErrorsTest {
    private static final MediaFragment GOOD = fragment(0, 2);

    private EmbeddedKvs kvs;
    private EmbeddedStream stream;

    @BeforeEach
    void start() {
        kvs = EmbeddedKvs.builder().limits(Limits.none()).start();
        stream = kvs.createStream("camera");
    }

    @AfterEach
    void close() {
        kvs.close();
    }

    // ------------------------------------------------------------------ media

    @Test
    void fragmentsHaveALimitedSize() {
        // 50 MB, in frames of 1 MB.
        MediaFragment.Builder large = video().clusterTimestamp(80);
        byte[] frame = new byte[1_000_000];
        for (int i = 0; i < 50; i++) {
            large.frame(MediaFrame.of(1, i, i == 0, frame));
        }
        refused(AckError.MAX_FRAGMENT_SIZE_REACHED, 80L, head(GOOD), cluster(large.build()));
        large = video().clusterTimestamp(0);
        for (int i = 0; i < 49; i++) {
            large.frame(MediaFrame.of(1, i, i == 0, frame));
        }
        accepted(head(GOOD), cluster(large.build()));
    }

    /** What an element announces is not waited for. */
    @Test
    void theSizeOfAnElementIsNotBelieved() {
        kvs.limits().maxFragmentBytes(1_000);
        byte[] huge =
                new EbmlWriter()
                        .raw(GOOD.clusterStart(0))
                        .id(Ebml.SIMPLE_BLOCK)
                        .size(1L << 50, 8)
                        .raw(new byte[] {(byte) 0x81, 0, 0, 0})
                        .raw(new byte[2_000])
                        .toByteArray();
        refused(AckError.MAX_FRAGMENT_SIZE_REACHED, 0L, head(GOOD), huge);
    }

    @Test
    void fragmentsHaveALimitedDuration() {
        byte[] data = {1};
        accepted(
                head(GOOD),
                cluster(
                        video().clusterTimestamp(0)
                                .frame(MediaFrame.of(1, 20_000, true, data))
                                .build()));
        refused(
                AckError.MAX_FRAGMENT_DURATION_REACHED,
                0L,
                head(GOOD),
                cluster(
                        video().clusterTimestamp(0)
                                .frame(MediaFrame.of(1, 20_001, true, data))
                                .build()));
    }

    @Test
    void timecodesDoNotGoBack() {
        refused(
                AckError.FRAGMENT_TIMECODE_LESSER_THAN_PREVIOUS,
                79L,
                head(GOOD),
                cluster(fragment(80, 2)),
                cluster(fragment(79, 2)));
        assertThat(stream.pushed()).hasSize(1);
        accepted(head(GOOD), cluster(fragment(80, 2)), cluster(fragment(80, 2)));
    }

    @Test
    void producerTimesAreDates() {
        refused(
                AckError.INVALID_PRODUCER_TIMESTAMP,
                300_000_000_000_000L,
                head(GOOD),
                cluster(fragment(300_000_000_000_000L, 1)));
    }

    /** To 100 ns at least and a second at most. */
    @ParameterizedTest
    @CsvSource({
        "0, false",
        "99, false",
        "100, true",
        "1000000000, true",
        "1000000001, false",
        "9223372036854775807, false"
    })
    void theTimestampScaleIsLimited(long nanos, boolean accepted) {
        byte[] info =
                new EbmlWriter()
                        .master(Ebml.INFO, 1, inner -> inner.unsigned(Ebml.TIMESTAMP_SCALE, nanos))
                        .toByteArray();
        byte[] head = head(GOOD);
        int segmentEnd = 5 + (head[4] & 0x7F) + 12;
        byte[] beginning = Arrays.copyOf(head, segmentEnd);
        byte[] rest = Arrays.copyOfRange(head, segmentEnd, head.length);
        if (accepted) {
            accepted(beginning, info, rest, cluster(GOOD));
        } else {
            refused(AckError.INVALID_MKV_DATA, null, beginning, info, rest, cluster(GOOD));
        }
    }

    @Test
    void tracksAreLimited() {
        refused(AckError.MORE_THAN_ALLOWED_TRACKS_FOUND, null, head(tracks(4)));
        accepted(head(tracks(3)));
    }

    @Test
    void everyFrameBelongsToATrack() {
        MediaFragment other =
                video().clusterTimestamp(0).frame(MediaFrame.of(2, 0, true, new byte[9])).build();
        refused(AckError.TRACK_NUMBER_MISMATCH, 0L, head(GOOD), cluster(other));
    }

    @Test
    void everyTrackHasAFrame() {
        refused(
                AckError.FRAMES_MISSING_FOR_TRACK,
                0L,
                head(tracks(2)),
                cluster(fragment(0, 2)),
                cluster(fragment(80, 2)));
        assertThat(stream.pushed()).isEmpty();
    }

    private static MediaFragment tracks(int count) {
        MediaFragment.Builder builder = MediaFragment.builder();
        for (int i = 1; i <= count; i++) {
            builder.track(MediaTrack.video(i, "v" + i, "V_VP8", null, 16, 16));
        }
        return builder.build();
    }

    @Test
    void tagsAreLimited() {
        MediaFragment.Builder tags = fragment(0, 1).toBuilder();
        for (int i = 0; i < 5; i++) {
            tags.tagBefore("before" + i, "x").tagAfter("after" + i, "x");
        }
        accepted(head(tags.build()), cluster(tags.build()));
        tags.tagAfter("one", "too many");
        refused(
                AckError.FRAGMENT_METADATA_LIMIT_REACHED,
                0L,
                head(tags.build()),
                cluster(tags.build()));
    }

    @ParameterizedTest
    @CsvSource({"128, 256, true", "129, 1, false", "1, 257, false"})
    void namesAndValuesOfTagsAreLimited(int name, int value, boolean accepted) {
        byte[] tag = MediaFragment.userTag("n".repeat(name), "v".repeat(value));
        if (accepted) {
            accepted(head(GOOD), cluster(GOOD), tag);
        } else {
            refused(AckError.FRAGMENT_METADATA_LIMIT_REACHED, 0L, head(GOOD), cluster(GOOD), tag);
        }
    }

    @Test
    void namesOfTheServiceAreNotForProducers() {
        refused(
                AckError.FRAGMENT_METADATA_LIMIT_REACHED,
                0L,
                head(GOOD),
                cluster(GOOD),
                MediaFragment.userTag("AWS_KINESISVIDEO_FRAGMENT_NUMBER", "1"));
        accepted(
                head(GOOD),
                cluster(GOOD),
                MediaFragment.userTag("AWS_KINESISVIDEO_IMAGE_GENERATION", ""));
    }

    @Test
    void limitsOfMediaCanBeLifted() {
        kvs.limits()
                .maxFragmentBytes(0)
                .maxFragmentDuration(Duration.ZERO)
                .maxTracks(0)
                .maxTagsPerFragment(0);
        MediaFragment.Builder tags =
                tracks(4).toBuilder().clusterTimestamp(0).tagAfter("AWS", "x".repeat(300));
        for (int i = 1; i <= 4; i++) {
            tags.frame(MediaFrame.of(i, 30_000, true, new byte[1])).tagAfter("more" + i, "");
            tags.tagAfter("andMore" + i, "").tagAfter("andEvenMore" + i, "");
        }
        accepted(head(tags.build()), cluster(tags.build()));
    }

    // ------------------------------------------------------------------ Matroska

    @Test
    void whatIsNotMatroskaIsRefused() {
        byte[] whole = concat(head(GOOD), cluster(GOOD));
        byte[] segment = new EbmlWriter().id(Ebml.SEGMENT).unknownSize(8).toByteArray();
        refused(
                AckError.INVALID_MKV_DATA,
                null,
                "RIFF, not Matroska".getBytes(StandardCharsets.US_ASCII));
        refused(AckError.INVALID_MKV_DATA, null, new byte[20]);
        refused(AckError.INVALID_MKV_DATA, null, segment);
        // A second document, a second Segment, and Tracks in its middle.
        refused(AckError.INVALID_MKV_DATA, 0L, whole, whole);
        refused(AckError.INVALID_MKV_DATA, 0L, whole, segment);
        byte[] tracks = new EbmlWriter().bytes(Ebml.TRACKS, new byte[0]).toByteArray();
        refused(AckError.INVALID_MKV_DATA, 0L, whole, tracks);
        // No Tracks, Tracks without a track, a Cluster without a Timestamp.
        byte[] beginning = Arrays.copyOf(head(GOOD), 5 + (head(GOOD)[4] & 0x7F) + 12);
        refused(AckError.INVALID_MKV_DATA, null, beginning, cluster(GOOD));
        refused(AckError.INVALID_MKV_DATA, null, beginning, tracks);
        refused(
                AckError.INVALID_MKV_DATA,
                null,
                head(GOOD),
                new EbmlWriter().id(Ebml.CLUSTER).unknownSize(1).toByteArray(),
                GOOD.block(GOOD.frames().get(0)));
        // A child that is longer than its parent.
        refused(
                AckError.INVALID_MKV_DATA,
                0L,
                head(GOOD),
                new EbmlWriter()
                        .id(Ebml.CLUSTER)
                        .size(5, 1)
                        .unsigned(Ebml.TIMESTAMP, 0)
                        .bytes(Ebml.SIMPLE_BLOCK, new byte[20])
                        .toByteArray());
        assertThat(stream.pushed()).isEmpty();
    }

    @Test
    void theEndOfTheRequestIsTheEndOfAnElement() {
        byte[] cluster = cluster(GOOD);
        refused(
                AckError.INVALID_MKV_DATA,
                0L,
                head(GOOD),
                Arrays.copyOf(cluster, cluster.length - 1));
        assertThat(stream.pushed()).isEmpty();
    }

    /** Readers see what arrived, then the next fragment. */
    @Test
    void theFragmentWithTheErrorIsNotStored() {
        refused(
                AckError.TRACK_NUMBER_MISMATCH,
                40L,
                head(GOOD),
                cluster(fragment(0, 1)),
                cluster(
                        fragment(40, 3).toBuilder()
                                .frame(MediaFrame.of(2, 120, true, new byte[9]))
                                .build()));
        assertThat(stream.pushed()).hasSize(1);
        assertThat(stream.fragments()).hasSize(1);
        accepted(head(GOOD), cluster(fragment(80, 1)));
        assertThat(stream.pushed()).hasSize(2);
    }

    // ------------------------------------------------------------------ faults

    @ParameterizedTest
    @EnumSource(AckError.class)
    void everyErrorCanBeScripted(AckError error) {
        stream.faults().nextCall("PutMedia", Fault.errorAck(error, 1));
        try (RawProducer producer = RawProducer.absolute(stream)) {
            producer.send(head(GOOD), cluster(fragment(0, 1)), cluster(fragment(40, 1)));
            producer.send(cluster(fragment(80, 1)));
            assertThat(producer.ackText()).isEqualTo("BUFFERING 0");
            assertThat(producer.ackText()).isEqualTo("RECEIVED 0");
            assertThat(producer.ackText()).isEqualTo("PERSISTED 0");
            assertThat(producer.ackText()).isEqualTo("BUFFERING 40");
            if (error == AckError.ARCHIVAL_ERROR) {
                assertThat(producer.ackText()).isEqualTo("RECEIVED 40");
            }
            assertThat(producer.ackText()).isEqualTo("ERROR 40 " + error.id() + " " + error);
            assertThat(producer.ack()).isNull();
        }
        assertThat(stream.pushed()).hasSize(1);
    }

    @ParameterizedTest
    @EnumSource(Cut.class)
    void theConnectionCanBeCutAfterAnExactNumberOfBytes(Cut how) {
        int bytes = head(GOOD).length + 50;
        stream.faults().nextCall("PutMedia", Fault.cutAfter(bytes, how));
        try (RawProducer producer = RawProducer.absolute(stream)) {
            producer.send(head(GOOD), cluster(GOOD));
            assertThat(producer.ackText()).isEqualTo("BUFFERING 0");
            if (how == Cut.CLEAN) {
                assertThat(producer.ack()).isNull();
            } else {
                assertThat(cut(producer)).isTrue();
            }
        }
        ReceivedMedia upload = kvs.log().uploads("camera").get(0);
        assertThat(upload.bytesReceived()).isEqualTo(bytes);
        assertThat(upload.endReason()).isEqualTo(EndReason.CUT);
    }

    private static boolean cut(RawProducer producer) {
        try {
            producer.ack();
            return false;
        } catch (UncheckedIOException e) {
            return true;
        }
    }

    @Test
    void faultsOfTheAnswerComeBeforeTheBody() {
        stream.faults().nextCall("PutMedia", Fault.internalFailure());
        try (RawProducer producer = RawProducer.absolute(stream)) {
            assertThat(producer.status()).isEqualTo(500);
        }
        stream.faults().nextCall("PutMedia", Fault.delay(Duration.ofMillis(50)));
        accepted(head(GOOD), cluster(GOOD));
    }

    // ------------------------------------------------------------------ requests

    @Test
    void requestsAreCheckedBeforeTheirBody() {
        badRequest(Map.of("x-amzn-fragment-timecode-type", "ABSOLUTE"), "StreamName");
        badRequest(Map.of("x-amzn-stream-name", "camera"), "x-amzn-fragment-timecode-type");
        badRequest(
                Map.of(
                        "x-amzn-stream-name", "camera",
                        "x-amzn-fragment-timecode-type", "RELATIVE"),
                "x-amzn-producer-start-timestamp");
        for (String time : new String[] {"soon", "1e99", "99999999999999999999", "-1", "Mon, 1"}) {
            badRequest(
                    Map.of(
                            "x-amzn-stream-name", "camera",
                            "x-amzn-fragment-timecode-type", "RELATIVE",
                            "x-amzn-producer-start-timestamp", time),
                    "x-amzn-producer-start-timestamp");
        }
        try (RawProducer producer =
                RawProducer.with(
                        stream.mediaEndpoint(),
                        Map.of(
                                "x-amzn-stream-name", "other",
                                "x-amzn-fragment-timecode-type", "ABSOLUTE"))) {
            assertThat(producer.status()).isEqualTo(404);
            assertThat(producer.header("x-amzn-errortype")).contains("ResourceNotFoundException");
        }
    }

    private void badRequest(Map<String, String> headers, String message) {
        try (RawProducer producer = RawProducer.with(stream.mediaEndpoint(), headers)) {
            assertThat(producer.status()).isEqualTo(400);
            assertThat(producer.header("x-amzn-errortype")).contains("InvalidArgumentException");
            assertThat(producer.errorBody()).contains(message);
        }
    }

    /** Chunks that HTTP does not know: the service cannot read on. */
    @Test
    void aBrokenRequestIsAReadError() {
        try (RawProducer producer = RawProducer.absolute(stream)) {
            producer.send(head(GOOD), GOOD.clusterStart(0));
            assertThat(producer.ackText()).isEqualTo("BUFFERING 0");
            producer.raw("no chunk size\r\n");
            kvs.log()
                    .await(
                            log -> log.uploads("camera").get(0).endReason() != null,
                            "the end of the call",
                            TestClients.PATIENCE);
        }
        assertThat(stream.fragments()).isEmpty();
    }

    // ------------------------------------------------------------------ helpers

    private void refused(AckError error, @Nullable Long timecode, byte[]... parts) {
        try (RawProducer producer = RawProducer.absolute(stream)) {
            producer.send(parts).finish();
            JsonNode last = null;
            JsonNode ack;
            while ((ack = producer.ack()) != null) {
                last = ack;
            }
            assertThat(last.get("EventType").asText()).isEqualTo("ERROR");
            assertThat(last.get("ErrorId").asInt()).isEqualTo(error.id());
            assertThat(last.get("ErrorCode").asText()).isEqualTo(error.name());
            assertThat(last.has("FragmentNumber")).isEqualTo(timecode != null);
            assertThat(last.has("FragmentTimecode")).isEqualTo(timecode != null);
            if (timecode != null) {
                assertThat(last.get("FragmentTimecode").asLong()).isEqualTo(timecode);
            }
        }
        ReceivedMedia upload = last();
        assertThat(upload.endReason()).isEqualTo(EndReason.ERROR_ACK);
    }

    private void accepted(byte[]... parts) {
        try (RawProducer producer = RawProducer.absolute(stream)) {
            producer.send(parts).finish();
            while (producer.ack() != null) {
                // Reads to the end.
            }
        }
        assertThat(last().endReason()).isEqualTo(EndReason.COMPLETE);
        assertThat(last().acknowledgements())
                .extracting(Acknowledgement::type)
                .doesNotContain(Acknowledgement.Type.ERROR);
    }

    private ReceivedMedia last() {
        List<ReceivedMedia> uploads = kvs.log().uploads("camera");
        return uploads.get(uploads.size() - 1);
    }
}
