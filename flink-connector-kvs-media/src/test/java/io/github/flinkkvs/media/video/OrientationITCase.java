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
import io.github.flinkkvs.media.ffmpeg.FFmpegLibrary;
import io.github.flinkkvs.mkv.Fragment;
import io.github.flinkkvs.mkv.FrameRecord;
import io.github.flinkkvs.testing.media.MediaFragment;

import org.bytedeco.javacpp.Loader;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

import javax.imageio.ImageIO;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.awt.image.DataBufferByte;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

import static io.github.flinkkvs.media.DeclaredFilm.concat;
import static io.github.flinkkvs.media.DeclaredFilm.element;
import static io.github.flinkkvs.media.DeclaredFilm.number;
import static io.github.flinkkvs.media.DeclaredFilm.projection;
import static org.assertj.core.api.Assertions.assertThat;

/** Pictures are turned as the ffmpeg program of the same build turns them, for the same bytes. */
class OrientationITCase {

    private static final PictureOptions ALL = PictureOptions.defaults().failOnDamage();

    private static final int FRAMES = 3;

    private static final double MIN_PSNR = 40;

    /** Its colours are coarser; wrongly turned, it has about 6. */
    private static final double MIN_PSNR_OF_A_JPEG = 15;

    private static DeclaredFilm film;

    @TempDir private Path folder;

    @BeforeAll
    static void read() throws Exception {
        film = DeclaredFilm.of("h264.mkv", FRAMES);
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0, 96, 64",
        "0, 90, 64, 96",
        "0, 180, 96, 64",
        "0, -90, 64, 96",
        "0, 270, 64, 96",
        "0, -180, 96, 64",
        "0, 89.6, 64, 96",
        "180, 0, 96, 64",
        "-180, 90, 64, 96",
        "180, 180, 96, 64",
        "180, -90, 64, 96"
    })
    void byTheProjectionOfTheTrack(double yaw, double roll, int width, int height)
            throws Exception {
        MediaFragment turned = film.declaring(96, 64, 0, projection(0, yaw, 0, roll));
        assertSameAsFFmpeg(turned, FRAMES, width, height);
    }

    /** Turned in the planes in which it was decoded, even where their sides are odd. */
    @ParameterizedTest
    @CsvSource({
        "0, 90, 0",
        "0, 180, 0",
        "0, -90, 0",
        "180, 0, 0",
        "180, 90, 0",
        "180, 180, 0",
        "180, -90, 0",
        "0, 90, 47",
        "180, 180, 47"
    })
    void asAJpeg(double yaw, double roll, int width) throws Exception {
        Fragment fragment = fragment(projection(0, yaw, 0, roll));
        Picture pixels = TestFragments.pictures(fragment, ALL.size(width, 0)).get(0);
        Picture jpeg = TestFragments.pictures(fragment, ALL.jpeg(1).size(width, 0)).get(0);
        assertThat(jpeg.width()).isEqualTo(pixels.width());
        assertThat(jpeg.height()).isEqualTo(pixels.height());
        BufferedImage image = jpeg.toBufferedImage();
        assertThat(image.getWidth()).isEqualTo(pixels.width());
        assertThat(image.getHeight()).isEqualTo(pixels.height());
        byte[] decoded = ((DataBufferByte) image.getRaster().getDataBuffer()).getData();
        assertThat(psnr(TestFragments.array(pixels), decoded, 0)).isGreaterThan(MIN_PSNR_OF_A_JPEG);
    }

    /** The colours of a picture of odd sides stay where they are when it is turned or mirrored. */
    @ParameterizedTest
    @CsvSource({"0, 90", "0, 180", "0, -90", "180, 0", "180, 90", "180, 180", "180, -90"})
    void coloursOfAJpegOfOddSidesDoNotMove(double yaw, double roll) throws Exception {
        PictureOptions odd = ALL.size(roll % 180 == 0 ? 47 : 31, 0);
        Fragment fragment = fragment(projection(0, yaw, 0, roll));
        byte[] pixels = TestFragments.array(TestFragments.pictures(fragment, odd).get(0));
        BufferedImage jpeg = TestFragments.pictures(fragment, odd.jpeg(1)).get(0).toBufferedImage();
        Fragment upright = fragment();
        PictureOptions asCoded = ALL.size(47, 31);
        byte[] expected = TestFragments.array(TestFragments.pictures(upright, asCoded).get(0));
        BufferedImage jpegAsCoded =
                TestFragments.pictures(upright, asCoded.jpeg(1)).get(0).toBufferedImage();
        // That JPEG has its chroma half a pixel off, like the video. 17.1 if it moves by a pixel.
        assertThat(psnr(pixels, bytes(jpeg), 0))
                .isGreaterThan(psnr(expected, bytes(jpegAsCoded), 0) + 1);
    }

    private static byte[] bytes(BufferedImage image) {
        return ((DataBufferByte) image.getRaster().getDataBuffer()).getData();
    }

    /** A turned JPEG must not ask to be turned again. */
    @Test
    void aJpegThatIsTurnedSaysNothingOfIt() throws Exception {
        byte[] unit = {0x06, 47, 3, 0, 0, 0, (byte) 0x80};
        setOrientation(unit, 3, false, false, 90, 0b010_0_1);
        MediaFragment turned =
                film.withFrames(frame -> concat(number(7), unit, frame)).declaring(96, 64, 0);
        for (Picture picture : TestFragments.pictures(Fragments.of(turned).get(0), ALL.jpeg())) {
            assertThat(new String(TestFragments.array(picture), StandardCharsets.ISO_8859_1))
                    .doesNotContain("Exif");
        }
    }

    /** Only quarter turns are applied; the program turns by other angles within the frame. */
    @ParameterizedTest
    @CsvSource({"0, 45", "180, 30", "0, 91", "0, -1", "0, 1e300", "0, NaN", "180, NaN"})
    void anyOtherAngleIsLeftAsItIs(double yaw, double roll) throws Exception {
        Fragment fragment = fragment(projection(0, yaw, 0, roll));
        assertThat(images(fragment, ALL)).isEqualTo(images(fragment(), ALL));
    }

    /** The program does the same. */
    @ParameterizedTest
    @CsvSource({"1, 0, 0, 90", "3, 0, 0, 90", "0, 0, 90, 90", "0, 90, 0, 90", "9, 180, 0, 0"})
    void whatIsNoPlaneIsLeftAsItIs(int type, double yaw, double pitch, double roll)
            throws Exception {
        assertSameAsFFmpeg(
                film.declaring(96, 64, 0, projection(type, yaw, pitch, roll)), FRAMES, 96, 64);
    }

    /** H.264 has the orientation in an SEI message, which turns after mirroring. */
    @ParameterizedTest
    @CsvSource({
        "false, false, 90, 64, 96",
        "false, false, 180, 96, 64",
        "false, false, 270, 64, 96",
        "true, false, 0, 96, 64",
        "false, true, 0, 96, 64",
        "true, false, 90, 64, 96",
        "false, true, 90, 64, 96",
        "true, true, 270, 64, 96"
    })
    void byWhatTheVideoSays(
            boolean mirrored, boolean upsideDown, int degrees, int width, int height)
            throws Exception {
        byte[] unit = {0x06, 47, 3, 0, 0, 0, (byte) 0x80};
        setOrientation(unit, 3, mirrored, upsideDown, degrees, 0b010_0_1);
        DeclaredFilm turned = film.withFrames(frame -> concat(number(7), unit, frame));
        assertSameAsFFmpeg(turned.declaring(96, 64, 0), FRAMES, width, height);
        // It takes precedence over the track. (With both, the program itself fails.)
        MediaFragment both = turned.declaring(96, 64, 0, projection(0, 180, 0, 90));
        assertThat(images(Fragments.of(both).get(0), ALL))
                .isEqualTo(images(Fragments.of(turned.declaring(96, 64, 0)).get(0), ALL));
    }

    @Test
    void byWhatH265Says() throws Exception {
        byte[] unit = {0x4E, 0x01, 47, 3, 0, 0, 0, (byte) 0x80};
        setOrientation(unit, 4, false, false, 90, 0b1_1000);
        MediaFragment turned =
                DeclaredFilm.of("h265-open-gop.mkv", 1)
                        .withFrames(frame -> concat(number(8), unit, frame))
                        .declaring(96, 64, 0);
        assertSameAsFFmpeg(turned, 1, 64, 96);
    }

    /** Two flags, and the angle, counterclockwise, in 65536th of a turn. */
    private static void setOrientation(
            byte[] unit, int at, boolean mirrored, boolean upsideDown, int degrees, int rest) {
        int bits =
                (mirrored ? 1 << 22 : 0)
                        | (upsideDown ? 1 << 21 : 0)
                        | (degrees * 65536 / 360) << 5
                        | rest;
        unit[at] = (byte) (bits >> 16);
        unit[at + 1] = (byte) (bits >> 8);
        unit[at + 2] = (byte) bits;
    }

    /** As cameras mark photographs. */
    @ParameterizedTest
    @CsvSource({"2, 48, 32", "3, 48, 32", "5, 32, 48", "6, 32, 48", "8, 32, 48"})
    void byTheExifOfAJpeg(int orientation, int width, int height) throws Exception {
        byte[] exif = {
            (byte) 0xFF,
            (byte) 0xE1,
            0,
            34,
            'E',
            'x',
            'i',
            'f',
            0,
            0,
            'M',
            'M',
            0,
            42,
            0,
            0,
            0,
            8,
            0,
            1,
            0x01,
            0x12,
            0,
            3,
            0,
            0,
            0,
            1,
            0,
            (byte) orientation,
            0,
            0,
            0,
            0,
            0,
            0
        };
        byte[] jpeg = jpeg(48, 32);
        byte[] marked =
                concat(Arrays.copyOf(jpeg, 2), exif, Arrays.copyOfRange(jpeg, 2, jpeg.length));
        assertSameAsFFmpeg(
                DeclaredFilm.of("V_MJPEG", marked).declaring(48, 32, 0), 1, width, height);
    }

    private static byte[] jpeg(int width, int height) throws Exception {
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_3BYTE_BGR);
        Graphics2D graphics = image.createGraphics();
        graphics.setColor(Color.ORANGE);
        graphics.fillRect(0, 0, width / 4, height / 2);
        graphics.setColor(Color.BLUE);
        graphics.fillOval(width / 2, height / 4, width / 2, height / 2);
        graphics.dispose();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ImageIO.write(image, "jpeg", out);
        return out.toByteArray();
    }

    @ParameterizedTest
    @EnumSource(Picture.Format.class)
    void theSizeIsThatOfThePictureAsItIsShown(Picture.Format format) throws Exception {
        Fragment fragment = fragment(projection(0, 0, 0, 90));
        PictureOptions options = ALL.format(format);
        assertThat(sizes(fragment, options)).containsOnly("64x96");
        assertThat(sizes(fragment, options.size(32, 0))).containsOnly("32x48");
        assertThat(sizes(fragment, options.size(0, 24))).containsOnly("16x24");
        assertThat(sizes(fragment, options.size(30, 20))).containsOnly("30x20");
        assertThat(sizes(fragment, options.asCoded())).containsOnly("96x64");
        assertThat(sizes(fragment, options.asCoded().size(48, 0))).containsOnly("48x32");
        // Pixels are made square first.
        Fragment wide = fragment(element(0x54B0, number(192)), projection(0, 0, 0, 90));
        assertThat(sizes(wide, options)).containsOnly("64x192");
        assertThat(sizes(wide, options.size(32, 0))).containsOnly("32x96");
    }

    @Test
    void asCoded() throws Exception {
        Fragment fragment = fragment(projection(0, 180, 0, 90));
        assertThat(images(fragment, ALL.asCoded())).isEqualTo(images(fragment(), ALL));
    }

    @Test
    void aTrackThatIsTurnedInMidStream() throws Exception {
        List<Picture> pictures = new ArrayList<>();
        try (VideoDecoder decoder = new VideoDecoder(ALL)) {
            for (Fragment fragment : List.of(fragment(), fragment(projection(0, 0, 0, -90)))) {
                for (FrameRecord record : FrameRecord.of(fragment)) {
                    decoder.decode(record, pictures::add);
                }
            }
            decoder.flush(pictures::add);
        }
        assertThat(pictures).extracting(Picture::width).containsExactly(96, 96, 96, 64, 64, 64);
    }

    private static Fragment fragment(byte[]... video) throws Exception {
        return Fragments.of(film.declaring(96, 64, 0, video)).get(0);
    }

    private static List<ByteBuffer> images(Fragment fragment, PictureOptions options) {
        return TestFragments.pictures(fragment, options).stream()
                .map(Picture::pixels)
                .collect(Collectors.toList());
    }

    private static List<String> sizes(Fragment fragment, PictureOptions options) {
        return TestFragments.pictures(fragment, options).stream()
                .map(picture -> picture.width() + "x" + picture.height())
                .collect(Collectors.toList());
    }

    private void assertSameAsFFmpeg(MediaFragment media, int count, int width, int height)
            throws Exception {
        Fragment fragment = Fragments.of(media).get(0);
        byte[] expected = ffmpeg(fragment);
        List<Picture> pictures = TestFragments.pictures(fragment, ALL);
        assertThat(pictures).hasSize(count);
        assertThat(pictures)
                .allMatch(picture -> picture.width() == width && picture.height() == height);
        int size = width * height * 3;
        assertThat(expected).hasSize(count * size);
        for (int i = 0; i < count; i++) {
            assertThat(psnr(TestFragments.array(pictures.get(i)), expected, i * size))
                    .isGreaterThan(MIN_PSNR);
        }
    }

    private static String program() {
        try {
            return Loader.load(org.bytedeco.ffmpeg.ffmpeg.class);
        } catch (UnsatisfiedLinkError e) {
            if (System.getenv("CI") != null) {
                throw e;
            }
            // It also records screens and microphones.
            return Assumptions.abort("The ffmpeg program misses libraries of the system: " + e);
        }
    }

    private byte[] ffmpeg(Fragment fragment) throws Exception {
        FFmpegLibrary.load();
        Path in = folder.resolve("fragment.mkv");
        Path out = folder.resolve("pictures.bgr");
        Path log = folder.resolve("program.log");
        Files.write(in, TestFragments.bytes(fragment));
        Process program =
                new ProcessBuilder(
                                program(),
                                "-y",
                                "-v",
                                "error",
                                "-i",
                                in.toString(),
                                "-fps_mode",
                                "passthrough",
                                "-f",
                                "rawvideo",
                                "-pix_fmt",
                                "bgr24",
                                out.toString())
                        .redirectErrorStream(true)
                        .redirectOutput(log.toFile())
                        .start();
        assertThat(program.waitFor()).as(Files.readString(log)).isZero();
        return Files.readAllBytes(out);
    }

    private static double psnr(byte[] picture, byte[] other, int offset) {
        long squares = 0;
        for (int i = 0; i < picture.length; i++) {
            int difference = (picture[i] & 0xFF) - (other[offset + i] & 0xFF);
            squares += (long) difference * difference;
        }
        return squares == 0
                ? Double.POSITIVE_INFINITY
                : 10 * Math.log10(255.0 * 255 * picture.length / squares);
    }
}
