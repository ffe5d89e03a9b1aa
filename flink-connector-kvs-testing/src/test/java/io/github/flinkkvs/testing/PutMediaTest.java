/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.testing;

import io.github.flinkkvs.testing.behavior.Behavior;
import io.github.flinkkvs.testing.behavior.Limits;
import io.github.flinkkvs.testing.behavior.StreamSettings;
import io.github.flinkkvs.testing.internal.ebml.Ebml;
import io.github.flinkkvs.testing.internal.ebml.EbmlWriter;
import io.github.flinkkvs.testing.internal.ebml.ServiceTags;
import io.github.flinkkvs.testing.log.ApiCall;
import io.github.flinkkvs.testing.log.EndReason;
import io.github.flinkkvs.testing.log.ReceivedMedia;
import io.github.flinkkvs.testing.log.StoredFragment;
import io.github.flinkkvs.testing.media.ClusterSize;
import io.github.flinkkvs.testing.media.MediaFragment;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.kinesisvideo.model.APIName;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

import static io.github.flinkkvs.testing.ProducerMedia.cluster;
import static io.github.flinkkvs.testing.ProducerMedia.concat;
import static io.github.flinkkvs.testing.ProducerMedia.fragment;
import static io.github.flinkkvs.testing.ProducerMedia.head;
import static io.github.flinkkvs.testing.TestClients.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;

/** What PutMedia stores and acknowledges. */
class PutMediaTest {
    private static final long START = 1_700_000_000_000L;

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

    @Test
    void acknowledgesEachFragmentWhileTheRequestIsRunning() {
        MediaFragment first = fragment(START, 5);
        MediaFragment second = fragment(START + 200, 5);
        try (RawProducer producer = RawProducer.absolute(stream)) {
            assertThat(producer.status()).isEqualTo(200);
            assertThat(producer.header("content-type")).isEqualTo("application/json");
            producer.send(head(first), first.clusterStart(0));

            JsonNode buffering = producer.ack();
            assertThat(buffering.get("EventType").asText()).isEqualTo("BUFFERING");
            assertThat(buffering.get("FragmentTimecode").asLong()).isEqualTo(START);
            String number = buffering.get("FragmentNumber").textValue();
            assertThat(number).hasSize(47);

            first.frames().forEach(frame -> producer.send(first.block(frame)));
            producer.send(cluster(second));
            for (String type : List.of("RECEIVED", "PERSISTED")) {
                JsonNode ack = producer.ack();
                assertThat(ack.get("EventType").asText()).isEqualTo(type);
                assertThat(ack.get("FragmentNumber").textValue()).isEqualTo(number);
            }
            assertThat(producer.ackText()).isEqualTo("BUFFERING " + (START + 200));
            producer.finish();
            assertThat(producer.ackText()).isEqualTo("RECEIVED " + (START + 200));
            assertThat(producer.ackText()).isEqualTo("PERSISTED " + (START + 200));
            assertThat(producer.ack()).isNull();
        }
        assertThat(stream.pushed()).hasSize(2);
        ReceivedMedia upload = kvs.log().uploads("camera").get(0);
        assertThat(upload.endReason()).isEqualTo(EndReason.COMPLETE);
        assertThat(upload.bytesReceived())
                .isEqualTo(head(first).length + cluster(first).length + cluster(second).length);
        assertThat(upload.acknowledgements()).hasSize(6);
        ApiCall call = kvs.log().calls("PutMedia", "camera").get(0);
        assertThat(call.status()).isEqualTo(200);
        assertThat(call.accessKeyId()).isEqualTo(TestClients.ACCESS_KEY);
    }

    @Test
    void readersSeeAFragmentWhileItArrives() {
        MediaFragment media = fragment(START, 5);
        try (RawProducer producer = RawProducer.absolute(stream);
                TestClients clients = new TestClients(kvs);
                TestClients.Body body = clients.open("camera", TestClients.earliest())) {
            producer.send(head(media), media.clusterStart(0));
            String number = producer.ack().get("FragmentNumber").textValue();
            StoredFragment open = stream.fragment(number);
            byte[] start =
                    concat(
                            head(media),
                            ServiceTags.leading(number, open.serverTimestampMillis(), START),
                            media.clusterStart(0));
            assertThat(body.next(start.length)).isEqualTo(start);
            byte[] block = media.block(media.frames().get(0));
            // Half a frame is delivered, too.
            producer.send(Arrays.copyOf(block, 50));
            assertThat(body.next(50)).isEqualTo(Arrays.copyOf(block, 50));
            producer.send(Arrays.copyOfRange(block, 50, block.length));
            assertThat(body.next(block.length - 50))
                    .isEqualTo(Arrays.copyOfRange(block, 50, block.length));
            producer.finish();
            byte[] end = ServiceTags.trailing(number, 0);
            assertThat(body.next(end.length)).isEqualTo(end);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 64, 100_000})
    void storesWhatTheProducerSentByteForByteInPiecesOfAnySize(int size) {
        byte[] cues = new EbmlWriter().bytes(Ebml.CUES, new byte[50]).toByteArray();
        byte[] empty = new EbmlWriter().bytes(Ebml.VOID, new byte[0]).toByteArray();
        MediaFragment.Builder with = fragment(START, 10).toBuilder();
        MediaFragment first = with.tagBefore("place", "door").tagAfter("alarm", "1").build();
        MediaFragment second =
                fragment(START + 400, 10).toBuilder()
                        .clusterSize(ClusterSize.KNOWN)
                        .elementAfter(cues)
                        .elementAfter(empty)
                        .build();
        byte[] request = concat(head(first), cluster(first), cluster(second));
        try (RawProducer producer = RawProducer.absolute(stream)) {
            for (int i = 0; i < request.length; i += size) {
                producer.send(Arrays.copyOfRange(request, i, Math.min(request.length, i + size)));
            }
            producer.finish();
            while (producer.ack() != null) {
                // Reads to the end.
            }
        }
        byte[] plainHead = head(fragment(START, 1));
        List<StoredFragment> stored = stream.pushed();
        assertThat(stored).hasSize(2);
        assertThat(stored.get(0).bytes()).isEqualTo(document(stored.get(0), head(first), first));
        assertThat(stored.get(1).bytes()).isEqualTo(document(stored.get(1), plainHead, second));
        assertThat(stored.get(1).producerTimestampMillis()).isEqualTo(START + 400);
    }

    private static byte[] document(StoredFragment stored, byte[] head, MediaFragment media) {
        return concat(
                head,
                ServiceTags.leading(
                        stored.number(),
                        stored.serverTimestampMillis(),
                        stored.producerTimestampMillis()),
                cluster(media),
                ServiceTags.trailing(stored.number(), 0));
    }

    @Test
    void leadingTagsCanBePartOfEveryFragment() {
        kvs.behavior(Behavior.likely().leadingTagsRepeated(true));
        MediaFragment first = fragment(START, 2).toBuilder().tagBefore("place", "door").build();
        MediaFragment second = fragment(START + 80, 2);
        push(head(first), cluster(first), cluster(second));
        List<StoredFragment> stored = stream.pushed();
        assertThat(stored.get(1).bytes()).isEqualTo(document(stored.get(1), head(first), second));
    }

    /** The size of a Segment is that of the whole request; in a fragment it would be wrong. */
    @Test
    void theSizeOfTheSegmentIsNotKept() {
        MediaFragment media = fragment(0, 2);
        byte[] head = head(media);
        int at = latin1(head).indexOf("\u0018\u0053\u0080\u0067");
        byte[] rest = Arrays.copyOfRange(head, at + 12, head.length);
        byte[] known =
                concat(
                        Arrays.copyOf(head, at),
                        new EbmlWriter()
                                .id(Ebml.SEGMENT)
                                .size(rest.length + cluster(media).length, 4)
                                .toByteArray(),
                        rest,
                        cluster(media));
        push(known);
        StoredFragment stored = stream.pushed().get(0);
        assertThat(stored.bytes()).isEqualTo(document(stored, head, media));
    }

    @Test
    void relativeTimecodesCountFromTheStartOfTheRecording() {
        for (String start : List.of("1700000000.5", "1.7000000005E9", "2023-11-14T22:13:20.500Z")) {
            MediaFragment media = fragment(2_000, 2);
            try (RawProducer producer =
                    RawProducer.with(
                            stream.mediaEndpoint(),
                            Map.of(
                                    "x-amzn-stream-arn",
                                    stream.arn(),
                                    "x-amzn-fragment-timecode-type",
                                    "RELATIVE",
                                    "x-amzn-producer-start-timestamp",
                                    start))) {
                producer.send(head(media), cluster(media)).finish();
                assertThat(producer.ackText()).isEqualTo("BUFFERING 2000");
            }
        }
        kvs.log().awaitPushed("camera", 3, PATIENCE);
        assertThat(stream.pushed())
                .allSatisfy(
                        stored ->
                                assertThat(stored.producerTimestampMillis())
                                        .isEqualTo(START + 2_500));
    }

    @Test
    void timestampScaleIsApplied() {
        // Info with a scale of 2 ms.
        byte[] info =
                new EbmlWriter()
                        .master(
                                Ebml.INFO,
                                1,
                                inner -> inner.unsigned(Ebml.TIMESTAMP_SCALE, 2_000_000))
                        .toByteArray();
        byte[] head = head(fragment(0, 1));
        byte[] tracks = tracks(head);
        MediaFragment media =
                fragment(START / 2, 2).toBuilder().header(ebmlOf(head), info, tracks).build();
        push(head(media), cluster(media));
        assertThat(stream.pushed().get(0).producerTimestampMillis()).isEqualTo(START);
        assertThat(kvs.log().uploads("camera").get(0).acknowledgements().get(0).fragmentTimecode())
                .isEqualTo(START);
    }

    private static byte[] ebmlOf(byte[] head) {
        return Arrays.copyOf(head, 5 + (head[4] & 0x7F));
    }

    private static byte[] tracks(byte[] head) {
        return Arrays.copyOfRange(
                head, latin1(head).indexOf("\u0016\u0054\u00AE\u006B"), head.length);
    }

    private static String latin1(byte[] bytes) {
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    /** An intermittent producer ends a fragment with this tag, long before the next one. */
    @Test
    void endOfFragmentTagCompletesAFragment() {
        MediaFragment media = fragment(START, 2);
        byte[] end = MediaFragment.userTag("AWS_KINESISVIDEO_END_OF_FRAGMENT", "");
        MediaFragment next = fragment(START + 80, 2);
        try (RawProducer producer = RawProducer.absolute(stream)) {
            producer.send(head(media), cluster(media), end);
            assertThat(producer.ackText()).isEqualTo("BUFFERING " + START);
            assertThat(producer.ackText()).isEqualTo("RECEIVED " + START);
            assertThat(producer.ackText()).isEqualTo("PERSISTED " + START);
            producer.send(MediaFragment.userTag("of", "next"), cluster(next)).finish();
            assertThat(producer.ackText()).isEqualTo("BUFFERING " + (START + 80));
        }
        kvs.log().awaitPushed("camera", 2, PATIENCE);
        List<StoredFragment> stored = stream.pushed();
        assertThat(stored.get(0).bytes())
                .isEqualTo(
                        concat(
                                head(media),
                                ServiceTags.leading(
                                        stored.get(0).number(),
                                        stored.get(0).serverTimestampMillis(),
                                        START),
                                cluster(media),
                                end,
                                ServiceTags.trailing(stored.get(0).number(), 0)));
        assertThat(stored.get(1).bytes())
                .isEqualTo(
                        document(
                                stored.get(1),
                                concat(head(media), MediaFragment.userTag("of", "next")),
                                next));
    }

    @Test
    void withoutRetentionNothingIsPersisted() {
        EmbeddedStream buffer =
                kvs.createStream(StreamSettings.named("b").retention(Duration.ZERO).build());
        MediaFragment media = fragment(START, 1);
        try (RawProducer producer = RawProducer.absolute(buffer)) {
            producer.send(head(media), cluster(media)).finish();
            assertThat(producer.ackText()).isEqualTo("BUFFERING " + START);
            assertThat(producer.ackText()).isEqualTo("RECEIVED " + START);
            assertThat(producer.ack()).isNull();
        }
    }

    @Test
    void anEmptyRequestStoresNothing() {
        try (RawProducer producer = RawProducer.absolute(stream)) {
            assertThat(producer.finish().ack()).isNull();
        }
        assertThat(stream.pushed()).isEmpty();
    }

    /** As in captures, the counter in fragment numbers jumps from one call to the next. */
    @Test
    void eachCallIsAProducerSession() {
        push(head(fragment(START, 1)), cluster(fragment(START, 1)));
        push(head(fragment(START, 1)), cluster(fragment(START, 1)));
        List<StoredFragment> stored = stream.pushed();
        assertThat(counter(stored.get(1)) - counter(stored.get(0))).isEqualTo(1000);
    }

    private static long counter(StoredFragment fragment) {
        return new BigInteger(fragment.number()).clearBit(156).shiftRight(92).longValue();
    }

    @Test
    void answersExpect100Continue() {
        MediaFragment media = fragment(START, 1);
        try (RawProducer producer =
                RawProducer.with(
                        stream.mediaEndpoint(),
                        Map.of(
                                "x-amzn-stream-name", "camera",
                                "x-amzn-fragment-timecode-type", "ABSOLUTE",
                                "Expect", "100-continue"))) {
            assertThat(producer.status()).isEqualTo(100);
            assertThat(producer.nextAnswer().status()).isEqualTo(200);
            producer.send(head(media), cluster(media)).finish();
            assertThat(producer.ackText()).isEqualTo("BUFFERING " + START);
        }
    }

    @Test
    void theEndpointIsThatOfTheStream() {
        try (TestClients clients = new TestClients(kvs)) {
            assertThat(
                            clients.control
                                    .getDataEndpoint(
                                            r -> r.streamName("camera").apiName(APIName.PUT_MEDIA))
                                    .dataEndpoint())
                    .isEqualTo(stream.mediaEndpoint().toString());
        }
    }

    private void push(byte[]... parts) {
        try (RawProducer producer = RawProducer.absolute(stream)) {
            producer.send(parts).finish();
            JsonNode ack;
            while ((ack = producer.ack()) != null) {
                assertThat(ack.get("EventType").asText()).isNotEqualTo("ERROR");
            }
        }
    }
}
