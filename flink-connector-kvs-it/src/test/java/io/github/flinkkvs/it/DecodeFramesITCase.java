/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.it;

import io.github.flinkkvs.media.Picture;
import io.github.flinkkvs.media.video.DecodeFrames;
import io.github.flinkkvs.media.video.PictureOptions;
import io.github.flinkkvs.mkv.FrameRecord;
import io.github.flinkkvs.mkv.bitstream.NalStream;
import io.github.flinkkvs.source.serialization.FrameRecordTypeInfo;
import io.github.flinkkvs.source.serialization.KvsDeserializationSchema;
import io.github.flinkkvs.testing.EmbeddedStream;
import io.github.flinkkvs.testing.FragmentUpload;
import io.github.flinkkvs.testing.media.MediaFragment;
import io.github.flinkkvs.testing.media.MediaFrame;
import io.github.flinkkvs.testing.media.MediaTrack;

import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.configuration.StateBackendOptions;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** The pictures of frames, whatever happens between two frames. */
class DecodeFramesITCase extends DecodeFramesTestBase {

    // ---- from the service, in a cluster -------------------------------------------------------

    @ParameterizedTest
    @ValueSource(strings = {"hashmap", "rocksdb"})
    void taskFailuresWithinAGroup(String backend) throws Exception {
        EmbeddedStream front = kvs.createStream("front");
        EmbeddedStream back = kvs.createStream("back");
        List<MediaFragment> frontFilm = clip("h264-b.mkv").fragments(START, 2 * GROUP);
        List<MediaFragment> backFilm = clip("h265-open-gop.mkv").fragments(START, 2 * GROUP);
        FragmentUpload inFront = front.begin(frontFilm.get(0));
        FragmentUpload inBack = back.begin(backFilm.get(0));
        int early = GROUP + 4;
        for (int i = 0; i < early; i++) {
            inFront.next();
            inBack.next();
        }
        // No Kryo anywhere.
        Configuration config = new Configuration().set(PipelineOptions.GENERIC_TYPES, false);
        config.set(StateBackendOptions.STATE_BACKEND, backend);
        StreamExecutionEnvironment env = environment(config, 3);
        Job<Picture> job =
                start(
                        env,
                        env.fromSource(
                                        KvsTestBase.<FrameRecord>source(
                                                        kvs, List.of("front", "back"))
                                                .setDeserializationSchema(
                                                        KvsDeserializationSchema.frames())
                                                .build(),
                                        WatermarkStrategy.noWatermarks(),
                                        "cameras")
                                .setParallelism(2)
                                .map(new FailOnce<>(2 * early + 1, 2 * early + 9))
                                .returns(FrameRecordTypeInfo.INSTANCE)
                                .setParallelism(2)
                                .keyBy(frame -> frame.fragment().streamName())
                                .process(DecodeFrames.builder(ALL).maxOpenDecoders(1).build())
                                .setParallelism(1));
        // All but the frames that the decoder holds back, at most three.
        job.results.awaitSeen(2 * (early - 3));
        job.results.awaitNewCheckpoint();
        inFront.complete();
        inBack.complete();
        front.push(frontFilm.get(1));
        back.push(backFilm.get(1));
        job.results.awaitSeen(2 * (FRAMES - 3));
        job.client
                .stopWithSavepoint(true, folder.toUri().toString(), SavepointFormatType.CANONICAL)
                .get(TIME.toSeconds(), TimeUnit.SECONDS);

        for (EmbeddedStream stream : List.of(front, back)) {
            assertThat(
                            job.results.committed().stream()
                                    .filter(picture -> picture.streamName().equals(stream.name())))
                    .containsExactlyElementsOf(undisturbed(records(stream), ALL));
        }
        assertThat(job.results.committed()).hasSize(2 * FRAMES);
        // The task may fail again before the sink restarts.
        assertThat(job.results.attempts()).isGreaterThanOrEqualTo(2);
    }

    // ---- the function alone -------------------------------------------------------------------

    @ParameterizedTest
    @CsvSource({
        "h264.mkv, hashmap, 1",
        "h264-b.mkv, hashmap, 1",
        "h264-b.mkv, rocksdb, 4",
        "h264-open-gop.mkv, hashmap, 1",
        "h264-open-gop.mkv, rocksdb, 5",
        "h265-open-gop.mkv, hashmap, 1",
        "vp9.mkv, hashmap, 3",
        "av1.mkv, hashmap, 1"
    })
    void restoresBehindAnyFrame(String name, String backend, int step) throws Exception {
        List<FrameRecord> film = film(name);
        List<Picture> pictures = undisturbed(film, ALL);
        assertThat(pictures).hasSize(FRAMES);
        assertThat(pictures)
                .isSortedAccordingTo(
                        (a, b) -> Long.compare(a.timestampMillis(), b.timestampMillis()));

        assertRestorable(film, ALL, backend, step);
    }

    @Test
    void aDecoderHoldsPicturesBackAcrossARestore() throws Exception {
        List<FrameRecord> film = film("h264-b.mkv");
        try (DecodeFramesHarness harness =
                new DecodeFramesHarness(DecodeFrames.builder(ALL), "hashmap", null)) {
            harness.process(film.subList(0, GROUP + 5));
            // The tests above rely on this.
            assertThat(harness.emitted()).hasSizeLessThan(GROUP + 5);
        }
    }

    @Test
    void threadsHoldFramesBackAcrossARestore() throws Exception {
        List<FrameRecord> film = film("h264-b.mkv");
        PictureOptions options = ALL.threads(3);
        assertThat(undisturbed(film, options)).isEqualTo(undisturbed(film, ALL));
        assertRestorable(film, options);
    }

    @ParameterizedTest
    @ValueSource(ints = {5, 12, FRAMES})
    void fragmentsNeedNotBeginWithAKeyFrame(int framesEach) throws Exception {
        assertRestorable(film("film", "h264-b.mkv", framesEach), ALL);
    }

    @Test
    void theSameFramesAreChosen() throws Exception {
        List<FrameRecord> film = film("film", "h264-b.mkv", 12);
        for (PictureOptions options :
                List.of(
                        ALL.every(5),
                        ALL.atMostPerSecond(9),
                        ALL.every(2).atMostPerSecond(9).size(30, 0),
                        ALL.keyFramesOnly(),
                        ALL.maxFramesPerFragment(10))) {
            assertThat(undisturbed(film, options)).hasSizeBetween(3, FRAMES - 1);
            assertRestorable(film, options);
        }
    }

    /** Parameter sets are in a separate block, the only one marked as a key frame. */
    @Test
    void keyFramesInTwoBlocks() throws Exception {
        EmbeddedStream stream = kvs.createStream("film");
        List<FrameRecord> whole = film("whole", "h264-b.mkv", GROUP);
        for (int i = 0; i < FRAMES; i += GROUP) {
            NalStream nals = NalStream.of(whole.get(i).track());
            ByteBuffer sets = ByteBuffer.wrap(nals.parameterSetsAnnexB());
            MediaFragment.Builder fragment =
                    MediaFragment.builder()
                            .producerTimestampMillis(START)
                            .track(track(1, whole.get(i)))
                            .frame(MediaFrame.of(1, 0, true, nals.toLengthPrefixed(sets)));
            for (int j = i; j < i + GROUP; j++) {
                MediaFrame frame = frame(1, whole.get(j));
                fragment.frame(MediaFrame.of(1, frame.offsetMillis() + 1, false, frame.data()));
            }
            stream.push(fragment.build());
        }
        List<FrameRecord> film = records(stream);
        assertThat(undisturbed(film, ALL.failOnDamage())).hasSize(FRAMES);
        assertThat(undisturbed(film, ALL.keyFramesOnly())).hasSize(FRAMES / GROUP);
        assertRestorable(film, ALL.failOnDamage());
        assertRestorable(film, ALL.keyFramesOnly());
        // The kept frames end with a key frame that is shown.
        try (DecodeFramesHarness harness =
                new DecodeFramesHarness(
                        DecodeFrames.builder(ALL).maxKeptFrames(3 * GROUP), "hashmap", null)) {
            harness.process(film);
            assertThat(harness.count("unkeptGroups")).isZero();
        }
    }

    /** The frames of an open group with a missing beginning are no damage. */
    @ParameterizedTest
    @CsvSource({"h264-open-gop.mkv, 7, 1", "h265-open-gop.mkv, 5, 3"})
    void beginsWithAnOpenGroup(String name, int firstKeyFrame, int needingTheGroupBefore)
            throws Exception {
        List<FrameRecord> film = film(name).subList(firstKeyFrame, FRAMES);
        assertThat(film.get(0).frame().isKeyFrame()).isTrue();
        int pictures = film.size() - needingTheGroupBefore;
        assertThat(undisturbed(film, ALL.failOnDamage())).hasSize(pictures);
        assertRestorable(film, ALL.failOnDamage());
        try (DecodeFramesHarness harness =
                new DecodeFramesHarness(DecodeFrames.builder(ALL), "hashmap", null)) {
            harness.process(film);
            harness.endOfInput();
            assertThat(harness.count("decodedFrames")).isEqualTo(pictures);
            assertThat(harness.count("damagedFrames")).isZero();
            assertThat(harness.count("skippedFrames")).isEqualTo(needingTheGroupBefore);
        }
    }

    @Test
    void aDecoderThatHasToLearnHowManyPicturesToHoldBack() throws Exception {
        List<FrameRecord> film = film("telling", "h264-b.mkv", GROUP);
        byte[] codecPrivate = film.get(0).track().codecPrivate();
        hideVui(codecPrivate);
        EmbeddedStream stream = kvs.createStream("film");
        for (int i = 0; i < FRAMES; i += GROUP) {
            MediaFragment.Builder fragment =
                    MediaFragment.builder()
                            .producerTimestampMillis(START)
                            .track(MediaTrack.video(1, "eye", AVC, codecPrivate, 96, 64));
            for (int j = i; j < i + GROUP; j++) {
                fragment.frame(frame(1, film.get(j)));
            }
            stream.push(fragment.build());
        }
        List<FrameRecord> learning = records(stream);
        // It loses some frames before it learns the delay.
        assertThat(undisturbed(learning, ALL)).hasSizeBetween(FRAMES - 2, FRAMES - 1);
        assertRestorable(learning, ALL);
    }

    /** Clears vui_parameters_present_flag in the SPS of an avcC. */
    private static void hideVui(byte[] avcC) {
        // The SPS begins after 8 bytes, and its fields after 4 more.
        BitSet bits = BitSet.valueOf(reversed(avcC));
        int[] at = {8 * 12};
        // Id, chroma format, bit depths.
        skipNumbers(bits, at, 4);
        // Neither lossless nor with matrices.
        at[0] += 2;
        // Frame number, type and size of order, references.
        skipNumbers(bits, at, 4);
        at[0]++;
        // Width, height.
        skipNumbers(bits, at, 2);
        // Whole frames, direct mode, uncropped.
        at[0] += 3;
        assertThat(bits.get(at[0])).isTrue();
        avcC[at[0] / 8] &= (byte) ~(0x80 >> at[0] % 8);
    }

    private static void skipNumbers(BitSet bits, int[] at, int count) {
        for (int i = 0; i < count; i++) {
            int one = bits.nextSetBit(at[0]);
            at[0] = 2 * one - at[0] + 1;
        }
    }

    /** Reverses the bits of each byte, because the first bit of a BitSet is a byte's last. */
    private static byte[] reversed(byte[] bytes) {
        byte[] reversed = new byte[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            reversed[i] = (byte) (Integer.reverse(bytes[i]) >> 24);
        }
        return reversed;
    }

    @Test
    void damageWithinAGroup() throws Exception {
        EmbeddedStream stream = kvs.createStream("film");
        List<FrameRecord> good = film("good", "h264-b.mkv", GROUP);
        for (int i = 0; i < FRAMES; i += GROUP) {
            MediaFragment.Builder fragment =
                    MediaFragment.builder()
                            .producerTimestampMillis(START)
                            .track(track(1, good.get(i)));
            for (int j = i; j < i + GROUP; j++) {
                MediaFrame frame = frame(1, good.get(j));
                // One within the second group, and the key frame of the third.
                if (j == GROUP + 5 || j == 2 * GROUP) {
                    Arrays.fill(frame.data(), 10, frame.data().length, (byte) 0x5A);
                }
                fragment.frame(frame);
            }
            stream.push(fragment.build());
        }
        List<FrameRecord> film = records(stream);
        int pictures = undisturbed(film, ALL).size();
        assertThat(pictures).isLessThan(FRAMES);
        assertRestorable(film, ALL);

        try (DecodeFramesHarness harness =
                new DecodeFramesHarness(DecodeFrames.builder(ALL), "hashmap", null)) {
            harness.process(film);
            harness.endOfInput();
            assertThat(harness.count("decodedFrames")).isEqualTo(pictures);
            assertThat(harness.count("damagedFrames")).isEqualTo(FRAMES - pictures);
        }
        DecodeFrames.Builder failing = DecodeFrames.builder(ALL.failOnDamage());
        try (DecodeFramesHarness harness = new DecodeFramesHarness(failing, "hashmap", null)) {
            assertThatThrownBy(() -> harness.process(film))
                    .hasStackTraceContaining("MediaException")
                    .hasMessageContaining("fragment " + film.get(GROUP).fragment().number());
        }
    }

    @Test
    void aTrackThatChangesItsCodecPrivate() throws Exception {
        EmbeddedStream stream = kvs.createStream("film");
        clip("h264-b.mkv").fragments(START, FRAMES).forEach(stream::push);
        clip("h264-small.mkv").fragments(START, FRAMES).forEach(stream::push);
        clip("h265-open-gop.mkv").fragments(START, FRAMES).forEach(stream::push);
        List<FrameRecord> film = records(stream);

        List<Picture> pictures = undisturbed(film, ALL);

        assertThat(pictures).hasSize(3 * FRAMES);
        assertThat(pictures.subList(0, FRAMES)).allMatch(picture -> picture.width() == 96);
        assertThat(pictures.subList(FRAMES, 2 * FRAMES))
                .allMatch(picture -> picture.width() == 64 && picture.height() == 48);
        assertThat(pictures.subList(2 * FRAMES, 3 * FRAMES))
                .allMatch(picture -> picture.width() == 96);
        assertRestorable(film.subList(FRAMES - 4, 2 * FRAMES + 4), ALL);
    }

    @Test
    void tracksOfAStream() throws Exception {
        List<FrameRecord> left = film("left", "h264-b.mkv", GROUP);
        List<FrameRecord> right = film("right", "h264-open-gop.mkv", GROUP);
        EmbeddedStream stream = kvs.createStream("both");
        for (int i = 0; i < FRAMES; i += GROUP) {
            MediaFragment.Builder both =
                    MediaFragment.builder()
                            .producerTimestampMillis(START)
                            .track(track(1, left.get(i)))
                            .track(track(2, right.get(i)));
            for (int j = i; j < i + GROUP; j++) {
                both.frame(frame(1, left.get(j))).frame(frame(2, right.get(j)));
            }
            stream.push(both.build());
        }
        List<FrameRecord> film = records(stream);
        assertThat(film).hasSize(2 * FRAMES);
        for (int i = 0; i <= film.size(); i += 3) {
            List<Picture> pictures =
                    restoredBehind(
                            i, film, DecodeFrames.builder(ALL).maxOpenDecoders(1), "hashmap");
            for (long track = 1; track <= 2; track++) {
                long number = track;
                assertThat(pictures.stream().filter(picture -> picture.trackNumber() == number))
                        .containsExactlyElementsOf(
                                undisturbed(
                                        film.stream()
                                                .filter(f -> f.frame().trackNumber() == number)
                                                .collect(Collectors.toList()),
                                        ALL));
            }
        }
    }

    @Test
    void otherThanVideoIsLeftOut() throws Exception {
        List<FrameRecord> eye = film("eye", "h264-b.mkv", FRAMES);
        EmbeddedStream stream = kvs.createStream("film");
        MediaFragment.Builder talk =
                MediaFragment.builder()
                        .producerTimestampMillis(START)
                        .track(track(1, eye.get(0)))
                        .track(MediaTrack.audio(2, "ear", "A_AAC", null, 8_000, 1));
        for (int i = 0; i < FRAMES; i++) {
            talk.frame(MediaFrame.of(2, 40 * i, true, new byte[100])).frame(frame(1, eye.get(i)));
        }
        stream.push(talk.build());
        List<FrameRecord> film = records(stream);
        assertThat(undisturbed(film, ALL)).hasSize(FRAMES);
        assertRestorable(film, ALL);
    }
}
