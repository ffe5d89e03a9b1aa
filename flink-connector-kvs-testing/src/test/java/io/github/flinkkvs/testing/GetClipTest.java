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
import io.github.flinkkvs.testing.behavior.StreamSettings;
import io.github.flinkkvs.testing.faults.Cut;
import io.github.flinkkvs.testing.faults.Fault;
import io.github.flinkkvs.testing.internal.ebml.EbmlWriter;
import io.github.flinkkvs.testing.log.ApiCall;
import io.github.flinkkvs.testing.media.MediaClip;
import io.github.flinkkvs.testing.media.MediaFragment;
import io.github.flinkkvs.testing.media.MediaFrame;
import io.github.flinkkvs.testing.media.MediaTrack;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.services.kinesisvideo.model.APIName;
import software.amazon.awssdk.services.kinesisvideoarchivedmedia.model.ClipFragmentSelector;
import software.amazon.awssdk.services.kinesisvideoarchivedmedia.model.ClipFragmentSelectorType;
import software.amazon.awssdk.services.kinesisvideoarchivedmedia.model.GetClipResponse;
import software.amazon.awssdk.services.kinesisvideoarchivedmedia.model.InvalidArgumentException;
import software.amazon.awssdk.services.kinesisvideoarchivedmedia.model.KinesisVideoArchivedMediaException;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/** Clips as SDK v2 gets them, and as FFmpeg reads them. */
class GetClipTest {
    private static final long START = 1_700_000_000_000L;
    private static final Path FILMS =
            Path.of("..", "flink-connector-kvs-it", "src", "test", "resources", "films");
    private static final byte[] AVC = {1, 66, 0, 30, (byte) 0xFF, (byte) 0xE1, 0};
    private static final byte[] AAC = {0x14, 0x08};

    /** A NAL unit of two bytes, with its length in four. */
    private static final byte[] FRAME = {0, 0, 0, 2, 9, 9};

    @TempDir private Path folder;
    private EmbeddedKvs kvs;
    private EmbeddedStream stream;
    private ArchiveClient archive;

    @BeforeEach
    void start() {
        kvs = EmbeddedKvs.builder().limits(Limits.none()).start();
        stream = kvs.createStream("camera");
        try (TestClients clients = new TestClients(kvs)) {
            archive =
                    new ArchiveClient(
                            URI.create(
                                    clients.control
                                            .getDataEndpoint(
                                                    r ->
                                                            r.streamName("camera")
                                                                    .apiName(APIName.GET_CLIP))
                                            .dataEndpoint()));
        }
    }

    @AfterEach
    void close() {
        archive.close();
        kvs.close();
    }

    // ------------------------------------------------------------------ media

    /** Every packet of the file has the bytes and, counted from the first one, the time it had. */
    @ParameterizedTest
    @CsvSource({
        "h264-b.mkv, 24",
        "h264-b.mkv, 1000",
        "h264-open-gop.mkv, 1000",
        "h265-open-gop.mkv, 1000",
        "h264.mkv, 25",
    })
    void ffmpegFindsEachPacketInTheClip(String name, int framesEach) throws Exception {
        assumeTrue(works("ffmpeg", "-version"), "there is no ffmpeg");
        Path film = FILMS.resolve(name);
        assertSamePackets(MediaClip.of(film), film, framesEach);
    }

    @ParameterizedTest
    @ValueSource(ints = {20, 33, 1_000})
    void videoAndSound(int framesEach) throws Exception {
        assumeTrue(works("ffmpeg", "-version"), "there is no ffmpeg");
        Path file = folder.resolve("source.mkv");
        Files.copy(MediaClip.class.getResourceAsStream("clips/h264-aac.mkv"), file);
        assertSamePackets(MediaClip.h264WithAac(), file, framesEach);
    }

    private void assertSamePackets(MediaClip clip, Path source, int framesEach) throws Exception {
        clip.fragments(START, framesEach).forEach(stream::push);
        Path file = Files.write(folder.resolve("clip.mp4"), clip(producer(0, 60_000)));
        List<String> expected = packets(source);
        assertThat(packets(file)).containsExactlyElementsOf(expected).isNotEmpty();
        assertThat(ffmpeg("-v", "error", "-xerror", "-i", file.toString(), "-f", "null", "-"))
                .isEmpty();
    }

    /** Track, size and hash of each packet, and the time at which it is shown. */
    private List<String> packets(Path file) throws Exception {
        List<String> packets = new ArrayList<>();
        String text =
                ffmpeg(
                        "-v",
                        "error",
                        "-i",
                        file.toString(),
                        "-map",
                        "0",
                        "-c",
                        "copy",
                        "-copyts",
                        "-f",
                        "framemd5",
                        "-");
        long first = Long.MAX_VALUE;
        List<String[]> rows = new ArrayList<>();
        for (String line : text.split("\n")) {
            if (!line.startsWith("#") && !line.isBlank()) {
                String[] columns = line.trim().split(",\\s*");
                rows.add(columns);
                first = Math.min(first, Long.parseLong(columns[2]));
            }
        }
        for (String[] columns : rows) {
            long time = Long.parseLong(columns[2]) - first;
            packets.add(String.join(" ", columns[0], time + "", columns[4], columns[5]));
        }
        assertThat(text).contains("#tb 0: 1/1000");
        return packets;
    }

    private String ffmpeg(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of("ffmpeg", "-nostdin"));
        command.addAll(List.of(arguments));
        Path output = folder.resolve("output");
        Process process =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(output.toFile())
                        .start();
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        return Files.readString(output, StandardCharsets.UTF_8);
    }

    private boolean works(String... command) throws InterruptedException {
        try {
            return new ProcessBuilder(command)
                            .redirectErrorStream(true)
                            .redirectOutput(folder.resolve("ignored").toFile())
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException e) {
            return false;
        }
    }

    /** The frames lie in the file one after the other, with their sizes before them. */
    @Test
    void theFramesAreInTheFile() throws Exception {
        List<MediaFragment> media = MediaClip.h264().fragments(START, 25);
        media.forEach(stream::push);
        ByteArrayOutputStream frames = new ByteArrayOutputStream();
        media.forEach(
                fragment -> fragment.frames().forEach(frame -> frames.writeBytes(frame.data())));
        byte[] file = clip(producer(0, 60_000));
        String text = new String(file, StandardCharsets.ISO_8859_1);
        assertThat(text.substring(4, 12)).isEqualTo("ftypisom");
        assertThat(text).contains("moov", "avc1", "avcC", "stss");
        assertThat(text.substring(text.indexOf("mdat") + 4))
                .isEqualTo(new String(frames.toByteArray(), StandardCharsets.ISO_8859_1));
        ApiCall call = kvs.log().calls("GetClip", "camera").get(0);
        assertThat(call.status()).isEqualTo(200);
        assertThat(call.startSelector())
                .isEqualTo("PRODUCER_TIMESTAMP 1700000000.000 1700000060.000");
    }

    // ------------------------------------------------------------------ ranges

    @Test
    void fragmentsThatReachIntoTheRangeBelongToIt() throws Exception {
        for (int i = 0; i < 5; i++) {
            stream.push(fragment(i * 1_000, i));
        }
        // They begin at 0, 1 ... 4 s and last 1 s.
        assertThat(framesIn(clip(producer(1_500, 3_000)))).containsExactly(1, 2, 3);
        assertThat(framesIn(clip(producer(2_000, 2_999)))).containsExactly(2);
        assertThat(framesIn(clip(producer(4_999, 9_000)))).containsExactly(4);
        noFragments(producer(5_000, 9_000));
        noFragments(producer(-9_000, -1));
    }

    /** If a time was recorded twice, the one that was ingested first is in the clip. */
    @Test
    void ofOverlappingFragmentsTheFirstIsTaken() throws Exception {
        stream.push(fragment(1_000, 1));
        stream.push(fragment(1_500, 2));
        stream.push(fragment(0, 3));
        stream.push(fragment(2_000, 4));
        assertThat(framesIn(clip(producer(0, 60_000)))).containsExactly(3, 1, 4);
    }

    @Test
    void serverTime() throws Exception {
        stream.push(fragment(50_000, 1));
        long begin = stream.pushed().get(0).serverTimestampMillis();
        kvs.clock().shift(Duration.ofSeconds(5));
        stream.push(fragment(0, 2));
        kvs.clock().shift(Duration.ofSeconds(5));
        ClipFragmentSelectorType type = ClipFragmentSelectorType.SERVER_TIMESTAMP;
        assertThat(framesIn(clip(range(type, begin, begin + 9_000)))).containsExactly(1, 2);
        assertThat(framesIn(clip(range(type, begin, begin + 4_000)))).containsExactly(1);
        invalid(range(type, begin, begin + 3_600_000), "EndTimestamp is not in the past");
    }

    @Test
    void aClipHasTwoHundredFragments() throws Exception {
        for (int i = 0; i < 201; i++) {
            stream.push(fragment(i * 1_000, i));
        }
        assertThat(framesIn(clip(producer(0, 300_000)))).hasSize(200).endsWith(199);
    }

    @Test
    void aClipHasAHundredMegabytes() throws Exception {
        byte[] large = new byte[40_000_000];
        large[0] = 0x02;
        large[1] = 0x62;
        large[2] = 0x59;
        large[3] = (byte) 0xFC;
        for (int i = 0; i < 3; i++) {
            stream.push(video(i * 1_000).frame(MediaFrame.of(1, 0, true, large)).build());
        }
        assertThat(clip(producer(0, 60_000)).length).isBetween(80_000_000, 80_010_000);
    }

    @Test
    void rangesAreChecked() {
        stream.push(fragment(0, 1));
        invalid(producer(0, 0), "EndTimestamp is not later than StartTimestamp");
        invalid(producer(0, 86_400_001), "EndTimestamp is not within 24 hours of StartTimestamp");
        assertThatThrownBy(() -> archive.client.getClip(r -> r.streamName("camera")))
                .isInstanceOf(KinesisVideoArchivedMediaException.class)
                .hasMessageContaining("FragmentSelectorType");
    }

    // ------------------------------------------------------------------ errors

    @Test
    void mediaThatClipsCannotHave() {
        refused(
                MediaTrack.video(1, "v", "V_VP9", new byte[] {1}, 16, 16),
                null,
                "UnsupportedStreamMediaTypeException");
        refused(
                MediaTrack.audio(1, "a", "A_AAC", AAC, 8_000, 1),
                null,
                "UnsupportedStreamMediaTypeException");
        refused(
                MediaTrack.video(1, "v", "V_MPEG4/ISO/AVC", AVC, 16, 16),
                MediaTrack.audio(2, "a", "A_OPUS", null, 8_000, 1),
                "UnsupportedStreamMediaTypeException");
        refused(
                MediaTrack.video(1, "v", "V_MPEG4/ISO/AVC", null, 16, 16),
                null,
                "MissingCodecPrivateDataException");
        refused(
                MediaTrack.video(1, "v", "V_MPEG4/ISO/AVC", new byte[] {0, 0, 0, 1, 9, 9, 9}, 9, 9),
                null,
                "InvalidCodecPrivateDataException");
        refused(
                MediaTrack.video(1, "v", "V_MPEGH/ISO/HEVC", AVC, 16, 16),
                null,
                "InvalidCodecPrivateDataException");
        // Annex B, although the private data announce lengths.
        stream.push(
                video(0).frame(MediaFrame.of(1, 0, true, new byte[] {0, 0, 0, 1, 9, 9})).build());
        assertThatThrownBy(() -> clip(producer(0, 60_000)))
                .hasMessageContaining("could not be parsed")
                .extracting(GetClipTest::errorCode)
                .isEqualTo("InvalidMediaFrameException");
    }

    private void refused(MediaTrack first, MediaTrack second, String error) {
        MediaFragment.Builder media =
                MediaFragment.builder()
                        .track(first)
                        .frame(MediaFrame.of(1, 0, true, FRAME))
                        .producerTimestampMillis(START);
        if (second != null) {
            media.track(second).frame(MediaFrame.of(2, 0, true, FRAME));
        }
        stream.expireAll();
        stream.push(media.build());
        assertThatThrownBy(() -> clip(producer(0, 60_000)))
                .extracting(GetClipTest::errorCode)
                .isEqualTo(error);
        stream.expireAll();
    }

    private static Object errorCode(Throwable error) {
        return ((KinesisVideoArchivedMediaException) error).awsErrorDetails().errorCode();
    }

    @Test
    void damagedFragmentsAreNoReasonToFail() {
        stream.push(fragment(0, 1));
        stream.corrupt(stream.pushed().get(0).number(), 40, new byte[60]);
        assertThatThrownBy(() -> clip(producer(0, 60_000)))
                .extracting(GetClipTest::errorCode)
                .isEqualTo("InvalidMediaFrameException");
    }

    @Test
    void aStreamWithoutRetentionHasNoClips() {
        EmbeddedStream buffer =
                kvs.createStream(StreamSettings.named("b").retention(Duration.ZERO).build());
        buffer.push(fragment(0, 1));
        assertThatThrownBy(
                        () ->
                                archive.client.getClip(
                                        r ->
                                                r.streamName("b")
                                                        .clipFragmentSelector(producer(0, 1_000))))
                .extracting(GetClipTest::errorCode)
                .isEqualTo("NoDataRetentionException");
    }

    @Test
    void fragmentsCountTowardsTheQuotaOfMedia() {
        kvs.limits().fragmentMediaPerSecond(2);
        for (int i = 0; i < 2; i++) {
            stream.push(fragment(i * 1_000, i));
        }
        assertThat(clip(producer(0, 60_000))).isNotEmpty();
        assertThatThrownBy(() -> clip(producer(0, 60_000)))
                .extracting(GetClipTest::errorCode)
                .isEqualTo("ClientLimitExceededException");
    }

    @Test
    void faultsConcernItsBytes() {
        stream.push(fragment(0, 1));
        byte[] whole = clip(producer(0, 60_000));
        stream.faults().nextCall("GetClip", Fault.cutAfter(100, Cut.CLEAN));
        byte[] cut = clip(producer(0, 60_000));
        assertThat(cut).isEqualTo(Arrays.copyOf(whole, 100));
    }

    // ------------------------------------------------------------------ helpers

    private static MediaFragment.Builder video(long offset) {
        return MediaFragment.builder()
                .track(MediaTrack.video(1, "v", "V_MPEG4/ISO/AVC", AVC, 16, 16))
                .producerTimestampMillis(START + offset)
                .clusterTimestamp(offset);
    }

    /** Two frames, 500 ms apart, that carry a number. */
    private static MediaFragment fragment(long offset, int number) {
        byte[] data =
                new EbmlWriter()
                        .raw(new byte[] {0, 0, 0, 4, 'N', 'R'})
                        .raw(new byte[] {(byte) (number >> 8), (byte) number})
                        .toByteArray();
        return video(offset)
                .frame(MediaFrame.of(1, 0, true, data))
                .frame(MediaFrame.of(1, 500, false, FRAME))
                .build();
    }

    private static List<Integer> framesIn(byte[] clip) {
        String text = new String(clip, StandardCharsets.ISO_8859_1);
        List<Integer> numbers = new ArrayList<>();
        String mark = "\0\0\0\4NR";
        for (int at = text.indexOf(mark); at >= 0; at = text.indexOf(mark, at + 1)) {
            numbers.add(text.charAt(at + 6) << 8 | text.charAt(at + 7));
        }
        return numbers;
    }

    private static ClipFragmentSelector producer(long from, long to) {
        return range(ClipFragmentSelectorType.PRODUCER_TIMESTAMP, START + from, START + to);
    }

    private static ClipFragmentSelector range(
            ClipFragmentSelectorType type, long fromMillis, long toMillis) {
        return ClipFragmentSelector.builder()
                .fragmentSelectorType(type)
                .timestampRange(
                        times ->
                                times.startTimestamp(Instant.ofEpochMilli(fromMillis))
                                        .endTimestamp(Instant.ofEpochMilli(toMillis)))
                .build();
    }

    private byte[] clip(ClipFragmentSelector selector) {
        try (ResponseInputStream<GetClipResponse> body =
                archive.client.getClip(
                        r -> r.streamName("camera").clipFragmentSelector(selector))) {
            assertThat(body.response().contentType()).isEqualTo("video/mp4");
            return body.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void noFragments(ClipFragmentSelector selector) {
        assertThatThrownBy(() -> clip(selector))
                .hasMessageContaining("No fragments found in the stream for the clip request.")
                .extracting(GetClipTest::errorCode)
                .isEqualTo("ResourceNotFoundException");
    }

    private void invalid(ClipFragmentSelector selector, String message) {
        assertThatThrownBy(() -> clip(selector))
                .isInstanceOf(InvalidArgumentException.class)
                .hasMessageContaining(message);
    }
}
