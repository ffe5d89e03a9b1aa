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
import io.github.flinkkvs.media.MediaException;
import io.github.flinkkvs.media.Picture;
import io.github.flinkkvs.media.PictureWriter;
import io.github.flinkkvs.media.TestFragments;
import io.github.flinkkvs.mkv.Fragment;
import io.github.flinkkvs.mkv.FrameRecord;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.awt.image.BufferedImage;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Video that declares what it is not, and users that throw in the middle of it. */
class HostileVideoITCase {

    private static final PictureOptions ALL = PictureOptions.defaults();

    /** From one key frame to the next. */
    private static final int GROUP = 8;

    /** libaom allocates memory for a frame before FFmpeg learns its size: gigabytes. */
    @Test
    void av1OfTooManyPixelsIsRefusedBeforeItIsDecoded() throws Exception {
        // A temporal delimiter, and the sequence header of 65536x65536.
        byte[] header = {0x12, 0, 0x0A, 9, 0, 0, 0, 7, -1, -1, -1, -1, (byte) 0xF8};
        try (VideoDecoder decoder = new VideoDecoder(ALL);
                KeyFrameDecoder single = new KeyFrameDecoder(ALL)) {
            decoder.decode(
                    Fragments.of(DeclaredFilm.of("V_AV1", header).declaring(0, 0, 0)).get(0),
                    picture -> {
                        throw new AssertionError(picture);
                    });
            assertThat(decoder.damagedFrames()).isEqualTo(1);
            assertThat(decoder.lastDamage())
                    .endsWith("AV1 of 65536x65536 is beyond the limit of 67108864 pixels");
            assertThatThrownBy(() -> single.decode("V_AV1", null, ByteBuffer.wrap(header)))
                    .isInstanceOf(MediaException.class)
                    .hasMessageContaining("65536x65536");
        }
    }

    /** A megabyte of them would take hours. */
    @Test
    void framesThatAreCheapToSendAndDearToDecodeAreLimited() throws Exception {
        List<byte[]> frames = new SkippingFilm(1024, 1024).frames(2_000);
        assertThat(frames.stream().skip(1).mapToInt(frame -> frame.length).max().getAsInt())
                .isLessThan(20);
        Fragment film =
                Fragments.of(DeclaredFilm.of("V_MPEG4/ISO/AVC", frames).declaring(16, 16, 0))
                        .get(0);
        Fragment good = film("h264.mkv", GROUP);
        PictureOptions options = ALL.size(16, 16).maxPixelsPerFragment(100 << 20);
        List<Picture> pictures = new ArrayList<>();
        try (VideoDecoder decoder = new VideoDecoder(options)) {
            decoder.decode(film, pictures::add);
            assertThat(pictures).hasSize(100);
            assertThat(decoder.decodedFrames()).isEqualTo(100);
            assertThat(decoder.damagedFrames()).isEqualTo(1_900);
            assertThat(decoder.lastDamage())
                    .endsWith("is beyond the limit of 104857600 pixels of a fragment");
            // Each fragment has a limit of its own.
            decoder.decode(film, pictures::add);
            assertThat(pictures).hasSize(200);
            decoder.decode(good, pictures::add);
            assertThat(pictures).hasSize(200 + GROUP);
        }
        try (VideoDecoder decoder = new VideoDecoder(options)) {
            FrameRecord.of(film).forEach(record -> decoder.decode(record, pictures::add));
            decoder.flush(pictures::add);
            assertThat(pictures).hasSize(300 + GROUP);
        }
    }

    @Test
    void av1BelowAndAboveTheLimit() throws Exception {
        Fragment film = film("av1.mkv", 2 * GROUP);
        // FFmpeg counts rows that it makes longer.
        assertThat(TestFragments.pictures(film, ALL.maxPixels(128 * 64))).hasSize(2 * GROUP);
        try (VideoDecoder decoder = new VideoDecoder(ALL.maxPixels(96 * 64 - 1).failOnDamage())) {
            assertThatThrownBy(() -> decoder.decode(film, picture -> {}))
                    .isInstanceOf(MediaException.class)
                    .hasMessageEndingWith("AV1 of 96x64 is beyond the limit of 6143 pixels");
        }
    }

    /** FFmpeg says that it lacks memory, but the shape is what it cannot do. */
    @Test
    void aShapeThatCannotBeScaledFailsNoJob() throws Exception {
        BufferedImage line = new BufferedImage(16_383, 3, BufferedImage.TYPE_3BYTE_BGR);
        byte[] jpeg = PictureWriter.jpeg().encode(line);
        try (KeyFrameDecoder decoder = new KeyFrameDecoder(ALL.size(1, 4096))) {
            assertThatThrownBy(() -> decoder.decode("V_MJPEG", null, ByteBuffer.wrap(jpeg)))
                    .isInstanceOf(MediaException.class)
                    .hasMessage("A frame of 16383x3 cannot be made a picture of 1x4096");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void aConsumerThatThrowsWhileAStreamIsDecoded(int threads) throws Exception {
        List<FrameRecord> film = FrameRecord.of(film("h264-b.mkv", 4 * GROUP));
        List<Picture> expected = decode(film, threads);
        List<Picture> pictures = new ArrayList<>();
        try (VideoDecoder decoder = new VideoDecoder(ALL.threads(threads))) {
            for (FrameRecord record : film.subList(0, GROUP)) {
                try {
                    decoder.decode(record, HostileVideoITCase::full);
                } catch (IllegalStateException e) {
                    assertThat(e).hasMessage("full");
                }
            }
            for (FrameRecord record : film.subList(GROUP, film.size())) {
                decoder.decode(record, pictures::add);
            }
            decoder.flush(pictures::add);
            assertThat(decoder.damagedFrames()).isZero();
        }
        assertThat(pictures).isEqualTo(expected.subList(GROUP, expected.size()));
    }

    /** FFmpeg takes no frames at its end, until it begins anew. */
    @Test
    void aConsumerThatThrowsAtTheEndOfAStream() throws Exception {
        List<FrameRecord> film = FrameRecord.of(film("h264-b.mkv", 2 * GROUP));
        List<Picture> pictures = new ArrayList<>();
        try (VideoDecoder decoder = new VideoDecoder(ALL)) {
            film.forEach(record -> decoder.decode(record, picture -> {}));
            assertThatThrownBy(() -> decoder.flush(HostileVideoITCase::full)).hasMessage("full");
            film.forEach(record -> decoder.decode(record, pictures::add));
            decoder.flush(pictures::add);
        }
        assertThat(pictures).isEqualTo(decode(film, 1));
    }

    /** As {@link VideoDecoder#decode(Fragment, java.util.function.Consumer)} promises. */
    @Test
    void aFragmentKnowsNothingOfFramesBefore() throws Exception {
        Fragment film = film("h264-b.mkv", GROUP);
        List<FrameRecord> records = FrameRecord.of(film);
        List<Picture> pictures = new ArrayList<>();
        try (VideoDecoder decoder = new VideoDecoder(ALL)) {
            records.subList(0, 3).forEach(record -> decoder.decode(record, picture -> {}));
            decoder.decode(film, pictures::add);
        }
        assertThat(pictures).isEqualTo(TestFragments.pictures(film, ALL));
    }

    private static void full(Picture picture) {
        throw new IllegalStateException("full");
    }

    private static List<Picture> decode(List<FrameRecord> film, int threads) {
        List<Picture> pictures = new ArrayList<>();
        try (VideoDecoder decoder = new VideoDecoder(ALL.threads(threads))) {
            film.forEach(record -> decoder.decode(record, pictures::add));
            decoder.flush(pictures::add);
        }
        return pictures;
    }

    private static Fragment film(String name, int frames) throws Exception {
        return Fragments.of(DeclaredFilm.of(name, frames).declaring(96, 64, 0)).get(0);
    }
}
