/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.media.table;

import io.github.flinkkvs.media.DeclaredFilm;
import io.github.flinkkvs.media.PictureWriter;
import io.github.flinkkvs.media.video.PictureOptions;
import io.github.flinkkvs.media.video.VideoDecoder;
import io.github.flinkkvs.mkv.Fragment;
import io.github.flinkkvs.mkv.Frame;
import io.github.flinkkvs.mkv.Track;
import io.github.flinkkvs.testing.media.MediaClip;
import io.github.flinkkvs.testing.media.MediaFragment;
import io.github.flinkkvs.testing.media.MediaFrame;
import io.github.flinkkvs.testing.media.MediaTrack;

import org.apache.flink.table.functions.UserDefinedFunction;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import javax.imageio.ImageIO;

import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Functions that decode video. */
class PictureFunctionsITCase {

    private static final byte[] CAMERA = TestPayloads.ofCamera(MediaClip.h264(), 2).get(1);

    private final CountedContext context = new CountedContext();
    private final KvsJpeg kvsJpeg = new KvsJpeg();
    private final KvsFrameJpeg kvsFrameJpeg = new KvsFrameJpeg();
    private final Jpeg jpeg = new Jpeg();
    private final FrameJpeg frameJpeg = new FrameJpeg();
    private final KvsWidth width = new KvsWidth();
    private final KvsHeight height = new KvsHeight();
    private final List<UserDefinedFunction> functions =
            List.of(kvsJpeg, kvsFrameJpeg, width, height);

    @BeforeEach
    void open() throws Exception {
        for (UserDefinedFunction function : functions) {
            function.open(context);
        }
    }

    @AfterEach
    void close() throws Exception {
        for (UserDefinedFunction function : functions) {
            function.close();
        }
    }

    private static Fragment fragment(byte[] payload) {
        return new Payloads("TEST", new CountedContext().getMetricGroup()).read(payload);
    }

    private static List<BufferedImage> pictures(byte[] payload, PictureOptions options) {
        List<BufferedImage> pictures = new ArrayList<>();
        try (VideoDecoder decoder = new VideoDecoder(options)) {
            decoder.decode(fragment(payload), picture -> pictures.add(picture.toBufferedImage()));
        }
        return pictures;
    }

    private static List<byte[]> jpegs(byte[] payload, PictureOptions options) {
        List<byte[]> jpegs = new ArrayList<>();
        try (VideoDecoder decoder = new VideoDecoder(options.jpeg())) {
            decoder.decode(
                    fragment(payload), picture -> jpegs.add(PictureWriter.jpeg().encode(picture)));
        }
        return jpegs;
    }

    private static BufferedImage image(byte[] jpeg) throws Exception {
        assertThat(jpeg).startsWith(0xFF, 0xD8);
        return ImageIO.read(new ByteArrayInputStream(jpeg));
    }

    /** The mean difference of their brightness, from 0 to 255: colours are coarser in a JPEG. */
    private static double difference(BufferedImage one, BufferedImage other) {
        assertThat(one.getWidth()).isEqualTo(other.getWidth());
        assertThat(one.getHeight()).isEqualTo(other.getHeight());
        long sum = 0;
        for (int y = 0; y < one.getHeight(); y++) {
            for (int x = 0; x < one.getWidth(); x++) {
                sum += Math.abs(brightness(one.getRGB(x, y)) - brightness(other.getRGB(x, y)));
            }
        }
        return (double) sum / (one.getWidth() * one.getHeight());
    }

    private static int brightness(int rgb) {
        return (299 * (rgb >> 16 & 0xFF) + 587 * (rgb >> 8 & 0xFF) + 114 * (rgb & 0xFF)) / 1000;
    }

    /** A fragment whose frames are JPEGs, each of one colour. */
    private static MediaFragment.Builder colours(int width, int height, Color... colours)
            throws Exception {
        MediaFragment.Builder fragment =
                MediaFragment.builder()
                        .track(MediaTrack.audio(1, "microphone", "A_AAC", null, 8000, 1))
                        .track(MediaTrack.video(2, "lens", "V_MJPEG", null, 0, 0))
                        .frame(MediaFrame.of(1, 0, true, new byte[10]));
        for (int i = 0; i < colours.length; i++) {
            fragment.frame(MediaFrame.of(2, 40 * i, true, jpeg(width, height, colours[i])));
        }
        return fragment;
    }

    private static byte[] jpeg(int width, int height, Color colour) throws Exception {
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_3BYTE_BGR);
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                image.setRGB(x, y, colour.getRGB());
            }
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ImageIO.write(image, "jpeg", out);
        return out.toByteArray();
    }

    // ---- KVS_JPEG -----------------------------------------------------------------------------

    @Test
    void eachPictureOfAFragment() throws Exception {
        List<BufferedImage> pictures = pictures(CAMERA, PictureOptions.defaults());
        List<byte[]> jpegs = jpegs(CAMERA, PictureOptions.defaults());
        assertThat(pictures).hasSize(25);

        assertThat(jpeg.eval(CAMERA)).isEqualTo(jpeg.eval(CAMERA, 0));
        for (int i = 0; i < 25; i++) {
            byte[] made = jpeg.eval(CAMERA, i);
            assertThat(made).isEqualTo(jpegs.get(i));
            assertThat(difference(image(made), pictures.get(i))).isLessThan(4);
            assertThat(difference(image(made), pictures.get((i + 12) % 25))).isGreaterThan(4);
        }
        assertThat(jpeg.eval(CAMERA, 25)).isNull();
        assertThat(context.damaged("KVS_JPEG")).isZero();
    }

    @Test
    void noMoreIsDecodedThanIsNeeded() throws Exception {
        try (VideoDecoder decoder = new VideoDecoder(PictureOptions.defaults())) {
            decoder.picture(fragment(CAMERA), 0);
            assertThat(decoder.decodedFrames()).isEqualTo(1);
            decoder.picture(fragment(CAMERA), 7);
            assertThat(decoder.decodedFrames()).isEqualTo(1 + 8);
        }
    }

    @Test
    void widthKeepsTheShape() throws Exception {
        // More widths than kept decoders, in turn.
        for (int i = 0; i < 2; i++) {
            for (int size = 40; size <= 40 * (JpegDecoders.MAX_DECODERS + 2); size += 40) {
                byte[] made = jpeg.eval(CAMERA, 3, size);
                byte[] expected = jpegs(CAMERA, PictureOptions.defaults().size(size, 0)).get(3);
                assertThat(image(made).getHeight()).isEqualTo(size * 3 / 4);
                assertThat(made).isEqualTo(expected);
            }
        }
        assertThat(jpeg.eval(CAMERA, 3, 0)).isEqualTo(jpeg.eval(CAMERA, 3));
    }

    @Test
    void qualityIsSize() throws Exception {
        assertThat(jpeg.eval(CAMERA, 0, 0, 0.2).length)
                .isLessThan(jpeg.eval(CAMERA, 0, 0, 0.95).length / 2);
        assertThat(jpeg.eval(CAMERA, 0, 0, 0.85)).isEqualTo(jpeg.eval(CAMERA));
    }

    @Test
    void wrongArgumentsSayWhatIsRight() {
        assertThatThrownBy(() -> jpeg.eval(CAMERA, -1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("KVS_JPEG: pictures are counted from 0, there is none at -1");
        assertThatThrownBy(() -> jpeg.eval(CAMERA, 0, -640))
                .hasMessageStartingWith("KVS_JPEG: width is from 1 to ")
                .hasMessageEndingWith("not -640");
        assertThatThrownBy(() -> jpeg.eval(CAMERA, 0, 1_000_000))
                .hasMessageEndingWith("not 1000000");
        assertThatThrownBy(() -> jpeg.eval(CAMERA, 0, 0, 85.0))
                .hasMessage("KVS_JPEG: quality is from 0, small, to 1, good, not 85.0");
        assertThatThrownBy(() -> frameJpeg.eval(new byte[1], "V_MJPEG", null, -1))
                .hasMessageStartingWith("KVS_FRAME_JPEG: width");
    }

    @Test
    void nullGivesNull() {
        assertThat(jpeg.eval(null)).isNull();
        assertThat(frameJpeg.eval(null, "V_MJPEG", null)).isNull();
        assertThat(frameJpeg.eval(CAMERA, null, null)).isNull();
        assertThat(width.eval(null)).isNull();
        assertThat(height.eval(null)).isNull();
    }

    @Test
    void withoutVideoThereIsNoPicture() {
        byte[] sound = TestPayloads.ofCamera(MediaClip.pcm(), 1).get(0);

        assertThat(jpeg.eval(sound)).isNull();
        assertThat(width.eval(sound)).isNull();
        assertThat(height.eval(sound)).isNull();
        assertThat(context.damaged("KVS_JPEG")).isZero();
        assertThat(context.damaged("KVS_WIDTH")).isZero();
    }

    @Test
    void aFrameThatIsDamagedIsNull() throws Exception {
        MediaFragment.Builder media = colours(32, 16, Color.RED);
        media.frame(MediaFrame.of(2, 40, true, new byte[500]));
        media.frame(MediaFrame.of(2, 80, true, jpeg(32, 16, Color.BLUE)));
        byte[] payload = TestPayloads.of(media.build());

        assertThat(new Color(image(jpeg.eval(payload, 0)).getRGB(5, 5)).getRed())
                .isGreaterThan(240);
        assertThat(jpeg.eval(payload, 1)).isNull();
        assertThat(context.damaged("KVS_JPEG")).isEqualTo(1);
        // Those around it are in their places.
        assertThat(new Color(image(jpeg.eval(payload, 2)).getRGB(5, 5)).getBlue())
                .isGreaterThan(240);
        assertThat(context.damaged("KVS_JPEG")).isEqualTo(1);
    }

    @Test
    void whatIsNoFragmentIsDamage() {
        byte[] broken = Arrays.copyOf(CAMERA, CAMERA.length / 2);

        assertThat(jpeg.eval(broken)).isNull();
        assertThat(width.eval(broken)).isNull();
        assertThat(height.eval(broken)).isNull();
        assertThat(context.damaged("KVS_JPEG")).isEqualTo(1);
        assertThat(context.damaged("KVS_WIDTH")).isEqualTo(1);
        assertThat(context.damaged("KVS_HEIGHT")).isEqualTo(1);
    }

    @Test
    void aPictureThatNoJpegCanBeIsDamage() throws Exception {
        byte[] payload = TestPayloads.of(colours(1, 1000, Color.GREEN).build());

        assertThat(image(jpeg.eval(payload)).getHeight()).isEqualTo(1000);
        assertThat(jpeg.eval(payload, 0, 66)).isNull();
        assertThat(context.damaged("KVS_JPEG")).isEqualTo(1);
    }

    // ---- KVS_FRAME_JPEG -----------------------------------------------------------------------

    @Test
    void keyFramesByThemselves() throws Exception {
        Fragment fragment = fragment(CAMERA);
        Track track = fragment.tracks().get(0);
        List<byte[]> jpegs = jpegs(CAMERA, PictureOptions.defaults());
        int keyFrames = 0;
        for (Frame frame : fragment.frames()) {
            byte[] data = new byte[frame.sizeBytes()];
            frame.data().get(data);
            byte[] made = frameJpeg.eval(data, track.codecId(), track.codecPrivate());
            if (frame.isKeyFrame()) {
                keyFrames++;
                assertThat(made).isEqualTo(jpegs.get(frame.index()));
                assertThat(
                                image(
                                                frameJpeg.eval(
                                                        data,
                                                        track.codecId(),
                                                        track.codecPrivate(),
                                                        80,
                                                        0.5))
                                        .getHeight())
                        .isEqualTo(60);
            } else {
                assertThat(made).isNull();
            }
        }
        assertThat(keyFrames).isEqualTo(5);
        assertThat(context.damaged("KVS_FRAME_JPEG")).isEqualTo(20);
    }

    @Test
    void codecsInTurns() throws Exception {
        Fragment fragment = fragment(CAMERA);
        Track track = fragment.tracks().get(0);
        byte[] first = new byte[fragment.frames().get(0).sizeBytes()];
        fragment.frames().get(0).data().get(first);
        for (int i = 0; i < 3; i++) {
            assertThat(
                            image(frameJpeg.eval(first, track.codecId(), track.codecPrivate()))
                                    .getWidth())
                    .isEqualTo(160);
            assertThat(image(frameJpeg.eval(jpeg(32, 16, Color.RED), "V_MJPEG", null)).getWidth())
                    .isEqualTo(32);
            assertThat(frameJpeg.eval(first, "V_THEORA", null)).isNull();
        }
        assertThat(context.damaged("KVS_FRAME_JPEG")).isEqualTo(3);
    }

    // ---- KVS_WIDTH, KVS_HEIGHT ----------------------------------------------------------------

    @Test
    void theSizeThatTheTrackDeclares() throws Exception {
        MediaFragment declared =
                MediaFragment.builder()
                        .track(MediaTrack.video(1, "lens", "V_MJPEG", null, 640, 360))
                        .frame(MediaFrame.of(1, 0, true, jpeg(32, 16, Color.RED)))
                        .build();
        byte[] payload = TestPayloads.of(declared);

        assertThat(width.eval(payload)).isEqualTo(640);
        assertThat(height.eval(payload)).isEqualTo(360);
        assertThat(width.eval(CAMERA)).isEqualTo(160);
        assertThat(height.eval(CAMERA)).isEqualTo(120);
    }

    @Test
    void theSizeAndTheJpegOfAPictureThatIsTurned() throws Exception {
        byte[] turned = DeclaredFilm.projection(0, 0, 0, 90);
        DeclaredFilm film = DeclaredFilm.of("h264.mkv", 1);
        for (byte[] payload :
                List.of(
                        TestPayloads.of(film.declaring(96, 64, 0, turned)),
                        TestPayloads.of(film.declaring(0, 0, 0, turned)))) {
            assertThat(width.eval(payload)).isEqualTo(64);
            assertThat(height.eval(payload)).isEqualTo(96);
            BufferedImage expected = pictures(payload, PictureOptions.defaults()).get(0);
            assertThat(expected.getWidth()).isEqualTo(64);
            assertThat(difference(image(jpeg.eval(payload)), expected)).isLessThan(3);
            BufferedImage small = image(jpeg.eval(payload, 0, 32));
            assertThat(small.getWidth()).isEqualTo(32);
            assertThat(small.getHeight()).isEqualTo(48);
        }
    }

    @Test
    void theSizeOfThePictureWhereTheTrackDeclaresNone() throws Exception {
        byte[] payload = TestPayloads.of(colours(48, 32, Color.RED).build());

        assertThat(width.eval(payload)).isEqualTo(48);
        assertThat(height.eval(payload)).isEqualTo(32);

        byte[] broken =
                TestPayloads.of(
                        colours(8, 8).frame(MediaFrame.of(2, 0, true, new byte[99])).build());
        assertThat(width.eval(broken)).isNull();
        assertThat(context.damaged("KVS_WIDTH")).isEqualTo(1);
    }

    /** KVS_JPEG as SQL calls it: what is left out is null. */
    private final class Jpeg {

        byte[] eval(byte[] payload) {
            return eval(payload, null);
        }

        byte[] eval(byte[] payload, Integer picture) {
            return eval(payload, picture, null);
        }

        byte[] eval(byte[] payload, Integer picture, Integer width) {
            return eval(payload, picture, width, null);
        }

        byte[] eval(byte[] payload, Integer picture, Integer width, Double quality) {
            return kvsJpeg.eval(payload, picture, width, quality);
        }
    }

    /** KVS_FRAME_JPEG as SQL calls it. */
    private final class FrameJpeg {

        byte[] eval(byte[] data, String codecId, byte[] codecPrivate) {
            return eval(data, codecId, codecPrivate, null);
        }

        byte[] eval(byte[] data, String codecId, byte[] codecPrivate, Integer width) {
            return eval(data, codecId, codecPrivate, width, null);
        }

        byte[] eval(
                byte[] data, String codecId, byte[] codecPrivate, Integer width, Double quality) {
            return kvsFrameJpeg.eval(data, codecId, codecPrivate, width, quality);
        }
    }
}
