/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.media.video;

import io.github.flinkkvs.media.DeclaredFilm;
import io.github.flinkkvs.media.Fragments;
import io.github.flinkkvs.media.Picture;
import io.github.flinkkvs.mkv.Fragment;
import io.github.flinkkvs.mkv.FrameRecord;
import io.github.flinkkvs.testing.media.MediaClip;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

/** The decoding of frames does not depend on the number of threads. */
class DecoderThreadsITCase {

    private static final Path FILMS =
            Path.of("..", "flink-connector-kvs-it", "src", "test", "resources", "films");

    private static final int FRAMES = 32;

    /** From one key frame to the next. */
    private static final int GROUP = 8;

    private static final PictureOptions GRAY =
            PictureOptions.defaults().format(Picture.Format.GRAY8);

    /** The result of decoding a track. */
    private static final class Result {
        final List<Picture> pictures = new ArrayList<>();
        String counts;
        String firstDamage;
    }

    private static Result decode(Fragment fragment, int threads) throws Exception {
        Result result = new Result();
        PictureOptions options = GRAY.threads(threads);
        try (VideoDecoder decoder = new VideoDecoder(options);
                VideoDecoder strict = new VideoDecoder(options.failOnDamage())) {
            for (FrameRecord record : FrameRecord.of(fragment)) {
                decoder.decode(record, result.pictures::add);
            }
            decoder.flush(result.pictures::add);
            result.counts =
                    decoder.decodedFrames()
                            + " decoded, "
                            + decoder.damagedFrames()
                            + " damaged, "
                            + decoder.skippedFrames()
                            + " skipped";
            if (decoder.damagedFrames() > 0) {
                result.firstDamage =
                        catchThrowable(() -> strict.decode(fragment, picture -> {})).getMessage();
            }
        }
        return result;
    }

    @ParameterizedTest
    @ValueSource(strings = {"h264-b.mkv", "h264-open-gop.mkv", "h265-open-gop.mkv"})
    void aDamagedFrame(String film) throws Exception {
        int detected = 0;
        for (int bad = 1; bad < FRAMES; bad += bad < FRAMES - 4 ? 3 : 1) {
            Fragment fragment = withDamagedFrame(film, bad);
            Result expected = decode(fragment, 1);
            detected += expected.firstDamage == null ? 0 : 1;
            for (int threads : new int[] {2, 5}) {
                Result result = decode(fragment, threads);
                String what = film + ", frame " + bad + ", " + threads + " threads";
                assertThat(result.counts).as(what).isEqualTo(expected.counts);
                assertThat(result.firstDamage).as(what).isEqualTo(expected.firstDamage);
                assertThat(indexes(result)).as(what).isEqualTo(indexes(expected));
                assertThat(awayFrom(bad, result)).as(what).isEqualTo(awayFrom(bad, expected));
            }
        }
        assertThat(detected).isGreaterThan(4);
    }

    private static List<Integer> indexes(Result result) {
        return result.pictures.stream().map(Picture::frameIndex).collect(Collectors.toList());
    }

    /** FFmpeg's result for damage that it does not notice varies. */
    private static List<Picture> awayFrom(int bad, Result result) {
        int group = bad / GROUP * GROUP;
        return result.pictures.stream()
                .filter(
                        picture ->
                                picture.frameIndex() < group
                                        || picture.frameIndex() >= group + 2 * GROUP)
                .collect(Collectors.toList());
    }

    /** Overwrites most of a frame, so that its NAL units no longer match their sizes. */
    private static Fragment withDamagedFrame(String film, int bad) throws Exception {
        int[] frame = {0};
        DeclaredFilm damaged =
                DeclaredFilm.of(film, FRAMES)
                        .withFrames(
                                data ->
                                        frame[0]++ == bad
                                                ? DecoderThreadsITCase.damaged(data)
                                                : data);
        return Fragments.of(damaged.declaring(96, 64, 0)).get(0);
    }

    private static byte[] damaged(byte[] data) {
        byte[] damaged = data.clone();
        for (int i = data.length / 10; i < data.length; i++) {
            damaged[i] = (byte) (i * 31 + 7);
        }
        return damaged;
    }

    /** Threads hold back more frames than any codec does, and none of them is lost. */
    @ParameterizedTest
    @ValueSource(ints = {1, 3, 40})
    void aHealthyTrackOfAnyCodec(int threads) throws Exception {
        for (String film : List.of("h264.mkv", "h264-b.mkv", "h265-open-gop.mkv", "vp9.mkv")) {
            Fragment fragment =
                    Fragments.of(MediaClip.of(FILMS.resolve(film)).fragments(0, FRAMES).get(0))
                            .get(0);
            Result result = decode(fragment, threads);
            assertThat(result.firstDamage).as(film).isNull();
            assertThat(result.pictures).as(film).hasSize(FRAMES);
            assertThat(result.pictures).as(film).isEqualTo(decode(fragment, 1).pictures);
        }
    }
}
