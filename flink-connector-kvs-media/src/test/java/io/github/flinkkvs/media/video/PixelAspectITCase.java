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
import io.github.flinkkvs.media.TestFragments;
import io.github.flinkkvs.mkv.Fragment;
import io.github.flinkkvs.mkv.FrameRecord;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.ArrayList;
import java.util.List;

import static io.github.flinkkvs.media.DeclaredFilm.element;
import static io.github.flinkkvs.media.DeclaredFilm.number;
import static org.assertj.core.api.Assertions.assertThat;

/** Pictures of video with non-square pixels, and of a codec with a delay. */
class PixelAspectITCase {

    private static final PictureOptions ALL = PictureOptions.defaults().failOnDamage();

    private static final int FRAMES = 8;

    private static DeclaredFilm film;

    @BeforeAll
    static void read() throws Exception {
        film = DeclaredFilm.of("h264.mkv", FRAMES);
    }

    /** The film, 96x64, with what its track declares beside it. */
    private static Fragment film(int displayWidth, int displayHeight, int codecDelayNanos)
            throws Exception {
        return Fragments.of(
                        film.declaring(
                                96,
                                64,
                                codecDelayNanos,
                                displayWidth == 0
                                        ? new byte[0]
                                        : element(0x54B0, number(displayWidth)),
                                displayHeight == 0
                                        ? new byte[0]
                                        : element(0x54BA, number(displayHeight))))
                .get(0);
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0, 96, 64",
        "96, 64, 96, 64",
        // Wider, and never smaller.
        "128, 64, 128, 64",
        "96, 48, 128, 64",
        // Higher.
        "48, 64, 96, 128",
        // A ratio.
        "16, 9, 114, 64",
        // Out of all proportion.
        "96, 1, 96, 64"
    })
    void picturesAreOfTheShapeThatTheTrackDeclares(
            int displayWidth, int displayHeight, int width, int height) throws Exception {
        Fragment fragment = film(displayWidth, displayHeight, 0);
        assertThat(TestFragments.pictures(fragment, ALL))
                .hasSize(FRAMES)
                .allMatch(picture -> picture.width() == width && picture.height() == height);
        assertThat(TestFragments.pictures(fragment, ALL.asCoded()))
                .hasSize(FRAMES)
                .allMatch(picture -> picture.width() == 96 && picture.height() == 64);
        int scaled = Math.round(48f * height / width);
        assertThat(TestFragments.pictures(fragment, ALL.size(48, 0)))
                .allMatch(picture -> picture.width() == 48 && picture.height() == scaled);
    }

    /** Even where only the shape changes in mid-stream. */
    @Test
    void aTrackThatChangesItsShape() throws Exception {
        List<Picture> pictures = new ArrayList<>();
        try (VideoDecoder decoder = new VideoDecoder(ALL)) {
            for (Fragment fragment : List.of(film(0, 0, 0), film(128, 64, 0))) {
                for (FrameRecord record : FrameRecord.of(fragment)) {
                    decoder.decode(record, pictures::add);
                }
            }
            decoder.flush(pictures::add);
        }
        assertThat(pictures).hasSize(2 * FRAMES);
        assertThat(pictures.subList(0, FRAMES)).allMatch(picture -> picture.width() == 96);
        assertThat(pictures.subList(FRAMES, 2 * FRAMES))
                .allMatch(picture -> picture.width() == 128);
    }

    @Test
    void picturesAreEarlierByTheCodecDelay() throws Exception {
        List<Picture> pictures = TestFragments.pictures(film(0, 0, 80_000_000), ALL);
        List<Picture> expected = TestFragments.pictures(film(0, 0, 0), ALL);
        assertThat(pictures).hasSize(FRAMES);
        for (int i = 0; i < FRAMES; i++) {
            assertThat(pictures.get(i).timestampMillis())
                    .isEqualTo(expected.get(i).timestampMillis() - 80);
        }
    }
}
