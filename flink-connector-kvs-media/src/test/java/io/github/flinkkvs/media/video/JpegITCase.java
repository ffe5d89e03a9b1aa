/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.media.video;

import io.github.flinkkvs.media.Picture;
import io.github.flinkkvs.media.PictureWriter;
import io.github.flinkkvs.media.TestFragments;
import io.github.flinkkvs.mkv.Fragment;
import io.github.flinkkvs.testing.EmbeddedKvs;
import io.github.flinkkvs.testing.EmbeddedStream;
import io.github.flinkkvs.testing.media.MediaClip;

import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.w3c.dom.NodeList;

import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.metadata.IIOMetadataNode;
import javax.imageio.plugins.jpeg.JPEGQTable;
import javax.imageio.stream.ImageInputStream;

import java.awt.Color;
import java.awt.GradientPaint;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.awt.image.DataBufferByte;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

/** JPEGs made directly from decoded frames, without pixels, and read by ImageIO. */
class JpegITCase {

    private static final PictureOptions PIXELS = PictureOptions.defaults();

    @TempDir Path folder;

    // ---- quality ------------------------------------------------------------------------------

    /** At each quality, the brightness of the video is as good as ImageIO's, in fewer bytes. */
    @ParameterizedTest
    @ValueSource(floats = {0, 0.01f, 0.1f, 0.3f, 0.5f, 0.75f, 0.85f, 0.95f, 0.99f, 1})
    void qualityMeansWhatItMeansToImageIo(float quality) throws Exception {
        Fragment fragment = TestFragments.ofCamera(1).get(0);
        Picture source = picture(fragment, PIXELS.format(Picture.Format.GRAY8));
        byte[] theirs = PictureWriter.jpeg(quality).encode(picture(fragment, PIXELS));

        byte[] ours = TestFragments.array(picture(fragment, PIXELS.jpeg(quality)));

        assertThat(ssim(source, brightness(ours)))
                .isGreaterThan(ssim(source, brightness(theirs)) - 0.005);
        assertThat(ours.length).isBetween(theirs.length / 2, theirs.length);
        // Except for the mean of a block.
        List<int[]> tables = tables(ours);
        List<int[]> tablesOfImageIo = tables(theirs);
        for (int i = 0; i < 2; i++) {
            assertThat(Arrays.copyOfRange(tables.get(i), 1, 64))
                    .isEqualTo(Arrays.copyOfRange(tablesOfImageIo.get(i), 1, 64));
            assertThat(tables.get(i)[0]).isEqualTo(8);
        }
    }

    @Test
    void theBestQualityLosesNextToNothing() throws Exception {
        Fragment fragment = TestFragments.ofCamera(1).get(0);
        Picture source = picture(fragment, PIXELS.format(Picture.Format.GRAY8));

        byte[] jpeg = TestFragments.array(picture(fragment, PIXELS.jpeg(1)));

        assertThat(ssim(source, brightness(jpeg))).isGreaterThan(0.998);
        assertThat(mean(brightness(jpeg)))
                .isCloseTo(mean(TestFragments.array(source)), within(0.2));
    }

    @Test
    void aQualityIsBetween0And1() {
        for (float wrong : new float[] {-0.1f, 1.1f, 85, Float.NaN}) {
            assertThatThrownBy(() -> PIXELS.jpeg(wrong))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("The quality must be between 0 and 1");
        }
    }

    // ---- colours ------------------------------------------------------------------------------

    /**
     * JFIF has its own matrix and range, whatever those of the video, and however its planes lie.
     */
    @ParameterizedTest
    @CsvSource({
        "libx264, -pix_fmt yuv420p",
        "libx264, -pix_fmt yuv420p -vf scale=out_color_matrix=bt709 -colorspace bt709",
        "libx264, -pix_fmt yuvj420p -vf scale=out_color_matrix=bt709 -colorspace bt709",
        "libx264, -pix_fmt yuv420p -vf scale=out_color_matrix=bt2020 -colorspace bt2020nc",
        "libx264, -pix_fmt yuv444p10le -vf scale=out_color_matrix=bt709 -colorspace bt709",
        "libx264rgb, -pix_fmt bgr24",
        "libx264, -pix_fmt gray",
        "mjpeg, -pix_fmt yuvj422p -q:v 2",
    })
    void colours(String encoder, String options) throws Exception {
        Fragment fragment = film("smptebars=size=162x122:rate=5:duration=1", encoder, options);
        for (PictureOptions size : List.of(PIXELS, PIXELS.size(80, 0), PIXELS.size(0, 333))) {
            BufferedImage source = picture(fragment, size).toBufferedImage();

            byte[] jpeg = bytes(picture(fragment, size.jpeg(0.9f)));

            // In the middle of each bar.
            BufferedImage image = image(jpeg);
            for (int bar = 0; bar < 7; bar++) {
                int x = (2 * bar + 1) * source.getWidth() / 14;
                int y = source.getHeight() / 3;
                assertThat(distance(image.getRGB(x, y), source.getRGB(x, y)))
                        .as("bar %d of %d", bar, source.getWidth())
                        .isLessThanOrEqualTo(6);
            }
        }
    }

    /** Compares with known colours, not only with another decoder of ours. */
    @Test
    void coloursAreThoseThatWereDrawn() throws Exception {
        Color[] colours = {
            Color.RED, Color.GREEN, Color.BLUE, Color.WHITE, Color.BLACK, Color.PINK
        };
        for (Color colour : colours) {
            BufferedImage drawn = new BufferedImage(50, 34, BufferedImage.TYPE_3BYTE_BGR);
            Graphics2D graphics = drawn.createGraphics();
            graphics.setColor(colour);
            graphics.fillRect(0, 0, 50, 34);
            graphics.dispose();

            BufferedImage image = image(reencoded(drawn, PIXELS.jpeg(1)));

            assertThat(distance(image.getRGB(25, 17), colour.getRGB())).isLessThanOrEqualTo(3);
        }
    }

    // ---- sizes --------------------------------------------------------------------------------

    @ParameterizedTest
    @CsvSource({"1, 1", "1, 40", "40, 1", "15, 17", "16, 16", "33, 7", "641, 359"})
    void anySize(int width, int height) throws Exception {
        BufferedImage drawn = gradient(100, 80);

        byte[] jpeg = reencoded(drawn, PIXELS.size(width, height).jpeg());

        BufferedImage image = image(jpeg);
        assertThat(image.getWidth()).isEqualTo(width);
        assertThat(image.getHeight()).isEqualTo(height);
        byte[] expected = pixels(drawn, PIXELS.size(width, height).format(Picture.Format.GRAY8));
        assertThat(mean(brightness(jpeg))).isCloseTo(mean(expected), within(1.0));
    }

    /** An encoder is opened for each size, and keeps nothing from before. */
    @Test
    void whatIsMadeOfAFrameDependsOnItAlone() throws Exception {
        byte[] large = PictureWriter.jpeg().encode(gradient(200, 100));
        byte[] small = PictureWriter.jpeg().encode(gradient(40, 60));
        try (KeyFrameDecoder decoder = new KeyFrameDecoder(PIXELS.jpeg())) {
            byte[] ofLarge = decoder.jpeg("V_MJPEG", null, ByteBuffer.wrap(large));
            byte[] ofSmall = decoder.jpeg("V_MJPEG", null, ByteBuffer.wrap(small));
            for (int i = 0; i < 3; i++) {
                assertThat(decoder.jpeg("V_MJPEG", null, ByteBuffer.wrap(small)))
                        .isEqualTo(ofSmall);
            }
            assertThat(decoder.jpeg("V_MJPEG", null, ByteBuffer.wrap(large))).isEqualTo(ofLarge);
        }
    }

    @Test
    void aPictureThatIsTooLargeForAJpegIsDamage() throws Exception {
        Fragment fragment = TestFragments.ofCamera(1).get(0);
        try (VideoDecoder decoder = new VideoDecoder(PIXELS.size(66_000, 1).jpeg())) {
            assertThat(decoder.picture(fragment, 0)).isNull();
            assertThat(decoder.damagedFrames()).isEqualTo(1);
            assertThat(decoder.lastDamage()).endsWith("A picture of 66000x1 cannot be a JPEG");
        }
    }

    // ---- files --------------------------------------------------------------------------------

    @Test
    void isJfifWithoutTheNameOfTheEncoder() throws Exception {
        byte[] jpeg = reencoded(gradient(32, 16), PIXELS.jpeg());

        // SOI, APP0 of 16 bytes: JFIF, square pixels.
        assertThat(jpeg).startsWith(0xFF, 0xD8, 0xFF, 0xE0, 0, 16, 'J', 'F', 'I', 'F', 0);
        assertThat(Arrays.copyOfRange(jpeg, 13, 18)).containsExactly(0, 0, 1, 0, 1);
        assertThat(new String(jpeg, ISO_8859_1)).doesNotContain("Lavc");
    }

    @Test
    void writersTakeAJpegAsItIs() throws Exception {
        Picture picture = picture(TestFragments.ofCamera(1).get(0), PIXELS.jpeg(0.5f));

        assertThat(picture.format()).isEqualTo(Picture.Format.JPEG);
        assertThat(PictureWriter.jpeg().encode(picture)).isEqualTo(bytes(picture));
        ByteArrayOutputStream written = new ByteArrayOutputStream();
        PictureWriter.jpeg().write(picture, written);
        assertThat(written.toByteArray()).isEqualTo(bytes(picture));
        BufferedImage png = image(PictureWriter.png().encode(picture));
        assertThat(png.getWidth()).isEqualTo(picture.width());
        assertThat(png.getRGB(9, 9)).isEqualTo(image(bytes(picture)).getRGB(9, 9));
    }

    @Test
    void aDecoderOfPixelsMakesNoJpegs() {
        try (KeyFrameDecoder decoder = new KeyFrameDecoder(PIXELS)) {
            assertThatThrownBy(() -> decoder.jpeg("V_MJPEG", null, ByteBuffer.allocate(9)))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("PictureOptions.jpeg()");
        }
    }

    // ---- what they are made of ----------------------------------------------------------------

    private Fragment film(String source, String encoder, String options) throws Exception {
        Path film = folder.resolve("film.mkv");
        String command = "ffmpeg -y -v error -f lavfi -i " + source + " -c:v " + encoder + " ";
        Process process;
        try {
            process =
                    new ProcessBuilder((command + options + " " + film).split(" "))
                            .redirectErrorStream(true)
                            .start();
        } catch (IOException e) {
            Assumptions.abort("There is no program ffmpeg: " + e.getMessage());
            throw e;
        }
        String printed = new String(process.getInputStream().readAllBytes(), ISO_8859_1);
        assertThat(process.waitFor()).as(printed).isZero();
        try (EmbeddedKvs kvs = EmbeddedKvs.start()) {
            EmbeddedStream stream = kvs.createStream("cam");
            MediaClip.of(film).fragments(1_000_000, 5).forEach(stream::push);
            return TestFragments.read(stream.pushed().get(0).bytes()).get(0);
        }
    }

    private static Picture picture(Fragment fragment, PictureOptions options) {
        try (VideoDecoder decoder = new VideoDecoder(options.failOnDamage())) {
            return decoder.picture(fragment, 3);
        }
    }

    private static byte[] bytes(Picture picture) {
        return TestFragments.array(picture);
    }

    /** Reencodes an image through an MJPEG frame. */
    private static byte[] reencoded(BufferedImage image, PictureOptions options) {
        try (KeyFrameDecoder decoder = new KeyFrameDecoder(options)) {
            byte[] frame = PictureWriter.jpeg(1).encode(image);
            return decoder.jpeg("V_MJPEG", null, ByteBuffer.wrap(frame));
        }
    }

    /** The pixels of an image in an MJPEG frame. */
    private static byte[] pixels(BufferedImage image, PictureOptions options) {
        return pixels(PictureWriter.jpeg(1).encode(image), options);
    }

    private static byte[] pixels(byte[] jpeg, PictureOptions options) {
        try (KeyFrameDecoder decoder = new KeyFrameDecoder(options)) {
            BufferedImage image = decoder.decode("V_MJPEG", null, ByteBuffer.wrap(jpeg));
            return ((DataBufferByte) image.getRaster().getDataBuffer()).getData();
        }
    }

    private static byte[] brightness(byte[] jpeg) {
        return pixels(jpeg, PIXELS.format(Picture.Format.GRAY8));
    }

    private static BufferedImage gradient(int width, int height) {
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_3BYTE_BGR);
        Graphics2D graphics = image.createGraphics();
        graphics.setPaint(new GradientPaint(0, 0, Color.RED, width, height, Color.CYAN));
        graphics.fillRect(0, 0, width, height);
        graphics.dispose();
        return image;
    }

    private static BufferedImage image(byte[] file) throws IOException {
        BufferedImage image = ImageIO.read(new ByteArrayInputStream(file));
        assertThat(image).isNotNull();
        return image;
    }

    /** The quantization tables of a JPEG, for brightness and for colour. */
    private static List<int[]> tables(byte[] jpeg) throws IOException {
        ImageReader reader = ImageIO.getImageReadersByFormatName("jpeg").next();
        try (ImageInputStream in = ImageIO.createImageInputStream(new ByteArrayInputStream(jpeg))) {
            reader.setInput(in);
            IIOMetadataNode root =
                    (IIOMetadataNode)
                            reader.getImageMetadata(0).getAsTree("javax_imageio_jpeg_image_1.0");
            NodeList tables = root.getElementsByTagName("dqtable");
            return List.of(table(tables, 0), table(tables, 1));
        } finally {
            reader.dispose();
        }
    }

    private static int[] table(NodeList tables, int id) {
        // One is enough where both are the same.
        IIOMetadataNode node = (IIOMetadataNode) tables.item(Math.min(id, tables.getLength() - 1));
        return ((JPEGQTable) node.getUserObject()).getTable();
    }

    // ---- measures -----------------------------------------------------------------------------

    /** The greatest difference of red, green or blue. */
    private static int distance(int rgb, int other) {
        int greatest = 0;
        for (int shift : new int[] {0, 8, 16}) {
            int difference = (rgb >> shift & 0xFF) - (other >> shift & 0xFF);
            greatest = Math.max(greatest, Math.abs(difference));
        }
        return greatest;
    }

    private static double mean(byte[] pixels) {
        double sum = 0;
        for (byte pixel : pixels) {
            sum += pixel & 0xFF;
        }
        return sum / pixels.length;
    }

    /** Structural similarity, 1 if they are equal: the mean of that of blocks of 8x8. */
    private static double ssim(Picture gray, byte[] other) {
        double sum = 0;
        int blocks = 0;
        for (int top = 0; top + 8 <= gray.height(); top += 4) {
            for (int left = 0; left + 8 <= gray.width(); left += 4) {
                sum +=
                        ssim(
                                TestFragments.array(gray),
                                other,
                                top * gray.width() + left,
                                gray.width());
                blocks++;
            }
        }
        return sum / blocks;
    }

    private static double ssim(byte[] one, byte[] other, int begin, int width) {
        double a = 0;
        double b = 0;
        double aa = 0;
        double bb = 0;
        double ab = 0;
        for (int i = 0; i < 64; i++) {
            int p = one[begin + i / 8 * width + i % 8] & 0xFF;
            int q = other[begin + i / 8 * width + i % 8] & 0xFF;
            a += p / 64.0;
            b += q / 64.0;
            aa += p * p / 64.0;
            bb += q * q / 64.0;
            ab += p * q / 64.0;
        }
        double c1 = 0.01 * 255 * 0.01 * 255;
        double c2 = 0.03 * 255 * 0.03 * 255;
        return (2 * a * b + c1)
                * (2 * (ab - a * b) + c2)
                / ((a * a + b * b + c1) * (aa - a * a + bb - b * b + c2));
    }
}
