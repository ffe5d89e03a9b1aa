/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.clients;

import io.github.flinkkvs.client.aws.AwsOptions;
import io.github.flinkkvs.mkv.Fragment;
import io.github.flinkkvs.mkv.Frame;
import io.github.flinkkvs.mkv.assembler.FragmentReader;
import io.github.flinkkvs.source.KvsSource;
import io.github.flinkkvs.source.KvsSourceOptions;
import io.github.flinkkvs.source.StartingPosition;
import io.github.flinkkvs.source.StoppingPosition;
import io.github.flinkkvs.source.serialization.KvsDeserializationSchema;
import io.github.flinkkvs.testing.EmbeddedKvs;
import io.github.flinkkvs.testing.EmbeddedStream;
import io.github.flinkkvs.testing.behavior.Limits;
import io.github.flinkkvs.testing.faults.AckError;
import io.github.flinkkvs.testing.log.StoredFragment;
import io.github.flinkkvs.testing.media.ClusterSize;
import io.github.flinkkvs.testing.media.MediaClip;
import io.github.flinkkvs.testing.media.MediaFrame;

import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.util.CloseableIterator;

import com.amazonaws.services.kinesisvideo.model.AckErrorCode;
import com.amazonaws.services.kinesisvideo.model.AckEvent;
import com.amazonaws.services.kinesisvideo.model.AckEventType;
import com.amazonaws.services.kinesisvideo.model.AmazonKinesisVideoException;
import com.amazonaws.services.kinesisvideo.model.FragmentTimecodeType;
import com.amazonaws.services.kinesisvideo.model.PutMediaRequest;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Date;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** What AWS's client of PutMedia pushes is what readers get. */
class PutMediaITCase {
    private static final long START = 1_700_000_000_000L;
    private static final String EBML = "\u001A\u0045\u00DF\u00A3";

    private EmbeddedKvs kvs;
    private AwsClients clients;

    @BeforeEach
    void start() {
        kvs = EmbeddedKvs.builder().limits(Limits.none().idleEnd(Duration.ofMillis(300))).start();
        clients = new AwsClients(kvs);
    }

    @AfterEach
    void close() {
        clients.close();
        kvs.close();
    }

    @Test
    void readersGetWhatTheClientPushes() throws Exception {
        Map<String, ProducedMedia> pushed = new LinkedHashMap<>();
        for (ClusterSize size : ClusterSize.values()) {
            EmbeddedStream stream = kvs.createStream(size.name());
            ProducedMedia media = ProducedMedia.of(MediaClip.h264WithAac(), START, 20, size);
            pushed.put(stream.name(), media);
            List<AckEvent> acks = clients.putMedia(absolute(stream), media.open());
            assertStored(stream.pushed(), media.clusters());
            assertAcknowledged(stream.pushed(), acks);
            assertSent(stream.pushed(), clients.getMedia(stream.name()));
        }
        Map<String, List<Fragment>> read = read(pushed.keySet());
        for (String name : pushed.keySet()) {
            List<StoredFragment> stored = kvs.stream(name).pushed();
            List<byte[]> frames = new ArrayList<>();
            assertThat(read.get(name)).hasSameSizeAs(stored);
            for (int i = 0; i < stored.size(); i++) {
                Fragment fragment = read.get(name).get(i);
                assertThat(stored.get(i).matches(fragment.bytes())).isTrue();
                fragment.frames().forEach(frame -> frames.add(bytes(frame)));
            }
            assertThat(frames)
                    .containsExactlyElementsOf(
                            pushed.get(name).frames().stream()
                                    .map(MediaFrame::data)
                                    .collect(Collectors.toList()));
        }
    }

    private static void assertStored(List<StoredFragment> stored, List<byte[]> clusters) {
        assertThat(stored).hasSameSizeAs(clusters);
        for (int i = 0; i < clusters.size(); i++) {
            assertThat(latin1(stored.get(i).bytes())).contains(latin1(clusters.get(i)));
        }
    }

    private static void assertAcknowledged(List<StoredFragment> stored, List<AckEvent> acks) {
        List<String> expected = new ArrayList<>();
        for (StoredFragment fragment : stored) {
            for (String type : List.of("BUFFERING", "RECEIVED", "PERSISTED")) {
                long timecode = fragment.producerTimestampMillis();
                expected.add(type + " " + timecode + " " + fragment.number());
            }
        }
        assertThat(acks)
                .extracting(
                        ack ->
                                ack.getAckEventType()
                                        + " "
                                        + ack.getFragmentTimecode()
                                        + " "
                                        + ack.getFragmentNumber())
                .containsExactlyElementsOf(expected);
    }

    private static void assertSent(List<StoredFragment> stored, byte[] body) {
        int at = 0;
        for (StoredFragment fragment : stored) {
            int next = latin1(body).indexOf(EBML, at + EBML.length());
            int end = next < 0 ? body.length : next;
            assertThat(fragment.matches(ByteBuffer.wrap(body, at, end - at))).isTrue();
            at = end;
        }
        assertThat(at).isEqualTo(body.length);
    }

    /** A file as FFmpeg writes it, with CRC-32 elements, SeekHead, Void and Tags. */
    @Test
    void aFileOfFFmpeg() throws Exception {
        EmbeddedStream stream = kvs.createStream("file");
        try (InputStream file = MediaClip.class.getResourceAsStream("clips/h264-aac.mkv")) {
            clients.putMedia(
                    absolute(stream)
                            .withFragmentTimecodeType(FragmentTimecodeType.RELATIVE)
                            .withProducerStartTimestamp(new Date(START + 500)),
                    file);
        }
        assertThat(stream.pushed().get(0).producerTimestampMillis()).isEqualTo(START + 500);
        List<byte[]> frames = new ArrayList<>();
        for (Fragment fragment :
                FragmentReader.readAll("file", null, clients.getMedia(stream.name()))) {
            fragment.frames().forEach(frame -> frames.add(bytes(frame)));
        }
        assertThat(frames)
                .containsExactlyElementsOf(
                        ProducedMedia.of(MediaClip.h264WithAac(), 0, 1_000, ClusterSize.KNOWN)
                                .frames()
                                .stream()
                                .map(MediaFrame::data)
                                .collect(Collectors.toList()));
    }

    @Test
    void theClientUnderstandsErrors() throws Exception {
        EmbeddedStream stream = kvs.createStream("errors");
        byte[] nonsense = "nonsense".repeat(1_000).getBytes(StandardCharsets.US_ASCII);
        List<AckEvent> acks =
                clients.putMedia(absolute(stream), new ByteArrayInputStream(nonsense));
        AckEvent last = acks.get(acks.size() - 1);
        assertThat(last.getAckEventType().getEnumValue()).isEqualTo(AckEventType.Values.ERROR);
        assertThat(last.getErrorId()).isEqualTo(4006);
        assertThat(last.getErrorCode().getEnumValue())
                .isEqualTo(AckErrorCode.Values.INVALID_MKV_DATA);

        kvs.deleteStream(stream.name());
        assertThatThrownBy(
                        () ->
                                clients.putMedia(
                                        absolute(stream), new ByteArrayInputStream(nonsense)))
                .isInstanceOf(ExecutionException.class)
                .cause()
                .isInstanceOf(AmazonKinesisVideoException.class)
                .hasMessageContaining("ResourceNotFoundException");
    }

    /** Those that AWS's client knows. */
    @Test
    void everyErrorOfTheModelCanBeScripted() {
        assertThat(AckError.values())
                .extracting(Enum::name)
                .containsAll(
                        Arrays.stream(AckErrorCode.Values.values())
                                .filter(code -> code != AckErrorCode.Values.SDK_UNKNOWN)
                                .map(Enum::name)
                                .collect(Collectors.toList()));
    }

    private static PutMediaRequest absolute(EmbeddedStream stream) {
        return new PutMediaRequest()
                .withStreamName(stream.name())
                .withFragmentTimecodeType(FragmentTimecodeType.ABSOLUTE)
                .withProducerStartTimestamp(new Date(START));
    }

    private Map<String, List<Fragment>> read(Collection<String> streams) throws Exception {
        KvsSource<Fragment> source =
                KvsSource.<Fragment>builder()
                        .setRegion(kvs.region())
                        .setEndpoint(kvs.endpoint().toString())
                        .set(AwsOptions.CREDENTIALS_PROVIDER, AwsOptions.CredentialProvider.BASIC)
                        .set(AwsOptions.ACCESS_KEY_ID, "AKIDEXAMPLE")
                        .set(AwsOptions.SECRET_KEY, "secret")
                        .setStreams(List.copyOf(streams))
                        .setStartingPosition(StartingPosition.earliest())
                        .setStoppingPosition(StoppingPosition.now())
                        .set(KvsSourceOptions.QUIET_TIME, Duration.ofMillis(200))
                        .setDeserializationSchema(KvsDeserializationSchema.fragments())
                        .build();
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
        env.setParallelism(1);
        Map<String, List<Fragment>> read = new HashMap<>();
        try (CloseableIterator<Fragment> fragments =
                env.fromSource(source, WatermarkStrategy.noWatermarks(), "cameras")
                        .executeAndCollect()) {
            fragments.forEachRemaining(
                    fragment ->
                            read.computeIfAbsent(fragment.streamName(), n -> new ArrayList<>())
                                    .add(fragment));
        }
        return read;
    }

    private static byte[] bytes(Frame frame) {
        byte[] bytes = new byte[frame.data().remaining()];
        frame.data().get(bytes);
        return bytes;
    }

    private static String latin1(byte[] bytes) {
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }
}
