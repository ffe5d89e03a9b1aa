/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.media;

import io.github.flinkkvs.mkv.Fragment;
import io.github.flinkkvs.mkv.FrameRecord;
import io.github.flinkkvs.mkv.Track;
import io.github.flinkkvs.testing.MediaClip;
import io.github.flinkkvs.testing.MediaFragment;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

/** Pictures of video whose pixels are not square, and of a codec with a delay. */
class PixelAspectITCase {

    private static final PictureOptions ALL = PictureOptions.defaults().failOnDamage();

    private static final int FRAMES = 8;

    private static MediaFragment film;
    private static Track track;

    @BeforeAll
    static void read() throws Exception {
        Path films = Path.of("..", "flink-connector-kvs-it", "src", "test", "resources", "films");
        film = MediaClip.of(films.resolve("h264.mkv")).fragments(1_000_000_000L, FRAMES).get(0);
        track = Fragments.of(film).get(0).tracks().get(0);
    }

    /** The film, 96x64, with what its track declares beside it. */
    private static Fragment film(int displayWidth, int displayHeight, int codecDelayNanos)
            throws Exception {
        byte[] video =
                concat(
                        element(0xB0, number(96)),
                        element(0xBA, number(64)),
                        displayWidth == 0 ? new byte[0] : element(0x54B0, number(displayWidth)),
                        displayHeight == 0 ? new byte[0] : element(0x54BA, number(displayHeight)));
        byte[] entry =
                concat(
                        element(0xD7, number(1)),
                        element(0x83, number(1)),
                        element(0x86, ascii(track.codecId())),
                        element(0x63A2, track.codecPrivate()),
                        element(0x56AA, number(codecDelayNanos)),
                        element(0xE0, video));
        MediaFragment declared =
                MediaFragment.builder()
                        .producerTimestampMillis(1_000_000_000L)
                        .header(
                                element(0x1A45DFA3, element(0x4282, ascii("matroska"))),
                                element(0x1549A966, element(0x2AD7B1, number(1_000_000))),
                                element(0x1654AE6B, element(0xAE, entry)))
                        .frames(film.frames())
                        .build();
        return Fragments.of(declared).get(0);
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static byte[] number(int value) {
        return ByteBuffer.allocate(4).putInt(value).array();
    }

    private static byte[] element(int id, byte[] content) {
        int idBytes = (39 - Integer.numberOfLeadingZeros(id)) / 8;
        ByteBuffer bytes = ByteBuffer.allocate(idBytes + 4 + content.length);
        for (int i = idBytes - 1; i >= 0; i--) {
            bytes.put((byte) (id >>> 8 * i));
        }
        return bytes.putInt(0x10000000 | content.length).put(content).array();
    }

    private static byte[] concat(byte[]... parts) {
        ByteBuffer all = ByteBuffer.allocate(1 << 14);
        for (byte[] part : parts) {
            all.put(part);
        }
        byte[] bytes = new byte[all.position()];
        all.flip().get(bytes);
        return bytes;
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

    /** Also where only the shape changes in mid-stream. */
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
