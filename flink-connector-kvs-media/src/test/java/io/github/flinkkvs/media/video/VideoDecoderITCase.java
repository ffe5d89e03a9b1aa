/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.media.video;

import io.github.flinkkvs.media.FixedHeapProcess;
import io.github.flinkkvs.media.Fragments;
import io.github.flinkkvs.media.MediaException;
import io.github.flinkkvs.media.Picture;
import io.github.flinkkvs.media.PictureWriter;
import io.github.flinkkvs.media.TestFragments;
import io.github.flinkkvs.mkv.Fragment;
import io.github.flinkkvs.mkv.Frame;
import io.github.flinkkvs.mkv.FrameRecord;
import io.github.flinkkvs.mkv.Track;
import io.github.flinkkvs.testing.media.MediaFragment;
import io.github.flinkkvs.testing.media.MediaFrame;
import io.github.flinkkvs.testing.media.MediaTrack;

import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import javax.imageio.ImageIO;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class VideoDecoderITCase {

    private static final PictureOptions ALL = PictureOptions.defaults();

    private static final PictureOptions SMALL = ALL.format(Picture.Format.GRAY8).size(16, 12);

    private static List<Fragment> fragments;

    @BeforeAll
    static void film() throws Exception {
        fragments = TestFragments.ofCamera(3);
    }

    private static List<Integer> indexes(List<Picture> pictures) {
        return pictures.stream().map(Picture::frameIndex).collect(Collectors.toList());
    }

    private static List<Picture> pictures(Fragment fragment, PictureOptions options) {
        return TestFragments.pictures(fragment, options);
    }

    // ---- pictures -----------------------------------------------------------------------------

    @Test
    void aPictureSaysWhichFrameItWas() throws Exception {
        Fragment fragment = fragments.get(1);

        List<Picture> pictures = pictures(fragment, ALL);

        assertThat(pictures).hasSize(25);
        List<Frame> frames = fragment.frames();
        for (int i = 0; i < 25; i++) {
            Picture picture = pictures.get(i);
            assertThat(picture.streamName()).isEqualTo("cam");
            assertThat(picture.fragmentNumber()).isEqualTo(fragment.number());
            assertThat(picture.trackNumber()).isEqualTo(1);
            assertThat(picture.frameIndex()).isEqualTo(i);
            assertThat(picture.timestampMillis()).isEqualTo(frames.get(i).timestampMillis());
            assertThat(picture.width()).isEqualTo(160);
            assertThat(picture.height()).isEqualTo(120);
        }
    }

    @Test
    void formatsShowTheSame() {
        Picture bgr = pictures(fragments.get(0), ALL).get(7);
        Picture rgb = pictures(fragments.get(0), ALL.format(Picture.Format.RGB24)).get(7);
        Picture gray = pictures(fragments.get(0), ALL.format(Picture.Format.GRAY8)).get(7);

        assertThat(gray.pixels().remaining()).isEqualTo(160 * 120);
        BufferedImage image = bgr.toBufferedImage();
        BufferedImage otherImage = rgb.toBufferedImage();
        for (int y = 0; y < 120; y += 7) {
            for (int x = 0; x < 160; x += 7) {
                int pixel = image.getRGB(x, y);
                int other = otherImage.getRGB(x, y);
                for (int shift = 0; shift <= 16; shift += 8) {
                    // Each rounds in its own way.
                    assertThat(other >> shift & 0xFF)
                            .isBetween((pixel >> shift & 0xFF) - 4, (pixel >> shift & 0xFF) + 4);
                }
                int luma =
                        (299 * (pixel >> 16 & 0xFF)
                                        + 587 * (pixel >> 8 & 0xFF)
                                        + 114 * (pixel & 0xFF))
                                / 1000;
                int at = y * 160 + x;
                assertThat(gray.pixels().get(at) & 0xFF)
                        .isBetween(Math.max(0, luma - 30), Math.min(255, luma + 30));
            }
        }
    }

    @Test
    void anySize() {
        assertThat(pictures(fragments.get(0), ALL.size(80, 0)))
                .hasSize(25)
                .allMatch(picture -> picture.width() == 80 && picture.height() == 60);
        assertThat(pictures(fragments.get(0), ALL.size(0, 240)))
                .allMatch(picture -> picture.width() == 320 && picture.height() == 240);
        assertThat(pictures(fragments.get(0), ALL.size(31, 17)))
                .allMatch(picture -> picture.width() == 31 && picture.height() == 17);
    }

    // ---- which frames -------------------------------------------------------------------------

    @Test
    void everyNth() {
        assertThat(indexes(pictures(fragments.get(1), ALL.every(10)))).containsExactly(0, 10, 20);
    }

    @Test
    void keyFramesOnly() {
        List<Picture> keys = pictures(fragments.get(1), ALL.keyFramesOnly());

        assertThat(indexes(keys)).containsExactly(0, 5, 10, 15, 20);
        List<Picture> all = pictures(fragments.get(1), ALL);
        assertThat(keys).allMatch(picture -> picture.equals(all.get(picture.frameIndex())));
    }

    @Test
    void atMostPerSecond() {
        try (VideoDecoder decoder = new VideoDecoder(ALL.atMostPerSecond(5))) {
            List<Picture> pictures = new ArrayList<>();
            for (Fragment fragment : fragments) {
                for (FrameRecord record : records(fragment)) {
                    decoder.decode(record, pictures::add);
                }
            }
            decoder.flush(pictures::add);
            // Three seconds, which need not begin at the start of a period.
            assertThat(pictures).hasSizeBetween(15, 16);
            assertThat(pictures.stream().map(p -> Math.floorDiv(p.timestampMillis(), 200)))
                    .doesNotHaveDuplicates();
        }
    }

    // ---- a stream of frames -------------------------------------------------------------------

    @Test
    void aStreamGivesThePicturesOfItsFragments() {
        List<Picture> expected = new ArrayList<>();
        List<Picture> pictures = new ArrayList<>();
        try (VideoDecoder decoder = new VideoDecoder(ALL)) {
            for (Fragment fragment : fragments) {
                expected.addAll(pictures(fragment, ALL));
                records(fragment).forEach(record -> decoder.decode(record, pictures::add));
            }
            decoder.flush(pictures::add);
            assertThat(decoder.damagedFrames()).isZero();
            assertThat(decoder.decodedFrames()).isEqualTo(75);
        }
        assertThat(pictures).isEqualTo(expected);
    }

    private static List<FrameRecord> records(Fragment fragment) {
        try {
            return FrameRecord.of(fragment);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    // ---- codecs -------------------------------------------------------------------------------

    @ParameterizedTest
    @ValueSource(strings = {"H264", "h264", "X264", "avc1", "DAVC"})
    void h264AsInAvi(String fourCc) throws Exception {
        Track track = fragments.get(0).tracks().get(0);
        Fragment inAvi =
                fragment(
                        "V_MS/VFW/FOURCC",
                        bitmapInfo(fourCc, track.codecPrivate()),
                        payloads(fragments.get(0)));

        assertSamePixels(pictures(inAvi, ALL), pictures(fragments.get(0), ALL));

        // Without a header of the codec there is nothing to decode it with.
        Fragment bare =
                fragment(
                        "V_MS/VFW/FOURCC",
                        bitmapInfo(fourCc, new byte[0]),
                        payloads(fragments.get(0)));
        assertThat(pictures(bare, ALL)).isEmpty();
    }

    @Test
    void jpegs() throws Exception {
        List<byte[]> jpegs = new ArrayList<>();
        for (Picture picture : pictures(fragments.get(0), ALL)) {
            jpegs.add(PictureWriter.jpeg(0.9f).encode(picture));
        }
        List<Picture> decoded = pictures(fragment("V_MJPEG", null, jpegs), ALL);

        assertThat(decoded).hasSize(25);
        for (int i = 0; i < 25; i++) {
            // As Java reads them.
            BufferedImage expected = ImageIO.read(new ByteArrayInputStream(jpegs.get(i)));
            assertThat(psnr(decoded.get(i).toBufferedImage(), expected)).isGreaterThan(35);
        }
        for (String fourCc : List.of("MJPG", "mjpg", "JPEG")) {
            byte[] info = bitmapInfo(fourCc, new byte[0]);
            assertSamePixels(pictures(fragment("V_MS/VFW/FOURCC", info, jpegs), ALL), decoded);
        }
    }

    @Test
    void codecsThatAreNotKnown() throws Exception {
        assertThat(damageOf("V_REAL/RV40", null))
                .contains("There is no decoder for video of the codec 'V_REAL/RV40'");
        assertThat(damageOf("V_MS/VFW/FOURCC", bitmapInfo("WM\u0001V", new byte[0])))
                .contains("There is no decoder for video of the codec 'V_MS/VFW/FOURCC/WM?V'");
        assertThat(damageOf("V_MS/VFW/FOURCC", null)).contains("is no BITMAPINFOHEADER");
        assertThat(damageOf("V_MS/VFW/FOURCC", new byte[40])).contains("is no BITMAPINFOHEADER");
    }

    private static String damageOf(String codecId, byte[] codecPrivate) throws Exception {
        try (VideoDecoder decoder = new VideoDecoder(ALL)) {
            decoder.decode(fragment(codecId, codecPrivate, List.of(new byte[9])), picture -> {});
            assertThat(decoder.damagedFrames()).isEqualTo(1);
            return decoder.lastDamage();
        }
    }

    private static Fragment fragment(String codecId, byte[] codecPrivate, List<byte[]> frames)
            throws Exception {
        MediaFragment.Builder fragment =
                MediaFragment.builder()
                        .track(MediaTrack.video(1, "eye", codecId, codecPrivate, 160, 120));
        for (int i = 0; i < frames.size(); i++) {
            fragment.frame(MediaFrame.of(1, 40 * i, i % 5 == 0, frames.get(i)));
        }
        return Fragments.of(fragment.build()).get(0);
    }

    private static List<byte[]> payloads(Fragment fragment) throws Exception {
        List<byte[]> payloads = new ArrayList<>();
        for (Frame frame : fragment.frames()) {
            byte[] data = new byte[frame.sizeBytes()];
            frame.data().get(data);
            payloads.add(data);
        }
        return payloads;
    }

    /** A BITMAPINFOHEADER, followed by the codec's own data. */
    private static byte[] bitmapInfo(String fourCc, byte[] header) {
        return ByteBuffer.allocate(40 + header.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(40)
                .putInt(160)
                .putInt(120)
                .putShort((short) 1)
                .putShort((short) 24)
                .put(fourCc.getBytes(StandardCharsets.US_ASCII))
                .position(40)
                .put(header)
                .array();
    }

    private static void assertSamePixels(List<Picture> pictures, List<Picture> expected) {
        assertThat(pictures).hasSameSizeAs(expected);
        for (int i = 0; i < pictures.size(); i++) {
            assertThat(TestFragments.array(pictures.get(i)))
                    .isEqualTo(TestFragments.array(expected.get(i)));
        }
    }

    /** The PSNR of brightness: each converts colors differently, which 4 pixels share. */
    private static double psnr(BufferedImage image, BufferedImage other) {
        double squares = 0;
        for (int y = 0; y < image.getHeight(); y++) {
            for (int x = 0; x < image.getWidth(); x++) {
                double difference = luma(image.getRGB(x, y)) - luma(other.getRGB(x, y));
                squares += difference * difference;
            }
        }
        int samples = image.getHeight() * image.getWidth();
        return 10 * Math.log10(255.0 * 255 * samples / squares);
    }

    private static double luma(int rgb) {
        return 0.299 * (rgb >> 16 & 0xFF) + 0.587 * (rgb >> 8 & 0xFF) + 0.114 * (rgb & 0xFF);
    }

    // ---- damage -------------------------------------------------------------------------------

    /** The same fragment, with the bytes of some frames overwritten. */
    private static Fragment damaged(Fragment fragment, int from, int to) throws Exception {
        byte[] bytes = TestFragments.bytes(fragment);
        for (Frame frame : fragment.frames().subList(from, to)) {
            byte[] data = new byte[frame.sizeBytes()];
            frame.data().get(data);
            int at = find(bytes, data);
            for (int i = 0; i < data.length; i++) {
                bytes[at + i] = (byte) (i * 31 + 7);
            }
        }
        return TestFragments.read(bytes).get(0);
    }

    private static int find(byte[] bytes, byte[] part) {
        ByteBuffer wanted = ByteBuffer.wrap(part);
        for (int i = 0; i <= bytes.length - part.length; i++) {
            if (ByteBuffer.wrap(bytes, i, part.length).equals(wanted)) {
                return i;
            }
        }
        throw new AssertionError("not found");
    }

    @Test
    void damagedFramesAreCountedAndLeftOut() throws Exception {
        Fragment fragment = damaged(fragments.get(0), 5, 10);
        List<Picture> pictures = new ArrayList<>();
        try (VideoDecoder decoder = new VideoDecoder(ALL)) {
            decoder.decode(fragment, pictures::add);

            assertThat(decoder.damagedFrames()).isEqualTo(5);
            assertThat(decoder.lastDamage()).contains("frame ", fragment.number().toString());
            assertThat(indexes(pictures)).hasSize(20).doesNotContain(5, 6, 7, 8, 9);

            // It does not affect what follows.
            pictures.clear();
            decoder.decode(fragments.get(1), pictures::add);
            assertThat(pictures).isEqualTo(pictures(fragments.get(1), ALL));
            assertThat(decoder.damagedFrames()).isEqualTo(5);
        }
    }

    @Test
    void damageFailsIfAsked() throws Exception {
        Fragment fragment = damaged(fragments.get(0), 5, 10);
        try (VideoDecoder decoder = new VideoDecoder(ALL.failOnDamage())) {
            assertThatThrownBy(() -> decoder.decode(fragment, picture -> {}))
                    .isInstanceOf(MediaException.class)
                    .hasMessageContaining(fragment.number().toString());
            List<Picture> pictures = new ArrayList<>();
            decoder.decode(fragments.get(1), pictures::add);
            assertThat(pictures).isEqualTo(pictures(fragments.get(1), ALL));
        }
    }

    /** FFmpeg makes a grey picture and reports it: that does not count as a picture. */
    @Test
    void aKeyFrameOfGarbageIsNoPicture() throws Exception {
        Track track = fragments.get(0).tracks().get(0);
        byte[] whole = payloads(fragments.get(0)).get(0);
        byte[] half = Arrays.copyOf(whole, whole.length / 2);
        // The length of its last NAL unit fits.
        int sei = ByteBuffer.wrap(whole).getInt();
        boolean isSingle = sei + 4 == whole.length;
        int at = isSingle ? 0 : 4 + sei;
        ByteBuffer.wrap(half).putInt(at, half.length - at - 4);
        byte[] garbage = {0, 0, 0, 1, 0x65, 0, 0x11, 0, 0x22, 0x33};
        for (byte[] frame : List.of(garbage, half)) {
            Fragment fragment = fragment(track.codecId(), track.codecPrivate(), List.of(frame));
            try (VideoDecoder decoder = new VideoDecoder(ALL);
                    KeyFrameDecoder single = new KeyFrameDecoder(ALL)) {
                decoder.decode(
                        fragment,
                        picture -> {
                            throw new AssertionError(picture);
                        });
                assertThat(decoder.damagedFrames()).isEqualTo(1);
                assertThatThrownBy(
                                () ->
                                        single.decode(
                                                track.codecId(),
                                                track.codecPrivate(),
                                                ByteBuffer.wrap(frame)))
                        .isInstanceOf(MediaException.class);
            }
        }
    }

    @Test
    void tooManyPixels() {
        try (VideoDecoder decoder = new VideoDecoder(ALL.maxPixels(160 * 119))) {
            decoder.decode(
                    fragments.get(0),
                    picture -> {
                        throw new AssertionError();
                    });
            assertThat(decoder.damagedFrames()).isEqualTo(25);
        }
    }

    @Test
    void tooManyFrames() {
        try (VideoDecoder decoder = new VideoDecoder(ALL.maxFramesPerFragment(20))) {
            List<Picture> pictures = new ArrayList<>();
            decoder.decode(fragments.get(0), pictures::add);
            assertThat(pictures).hasSize(20);
            assertThat(decoder.damagedFrames()).isEqualTo(5);
        }
    }

    // ---- memory -------------------------------------------------------------------------------

    /** A leak of one frame for each fragment would be 9 MB, of one for each frame 200 MB. */
    @Test
    void memoryStaysFlat() throws Exception {
        assertThat(FixedHeapProcess.run(DecodedFragments.class)).isLessThan(32 << 20);
    }

    /** A leak of one frame in a hundred would be 6 MB, of one each 640 MB. */
    @Test
    void memoryStaysFlatWithinAStream() throws Exception {
        assertThat(FixedHeapProcess.run(DecodedFilm.class)).isLessThan(32 << 20);
    }

    /** Prints by how much its memory has grown. */
    static final class DecodedFragments {
        public static void main(String[] arguments) throws Exception {
            film();
            try (VideoDecoder kept = new VideoDecoder(SMALL)) {
                repeat(kept, 50);
                long before = Pointer.physicalBytes();
                repeat(kept, 150);
                System.out.println(Pointer.physicalBytes() - before);
            }
        }

        private static void repeat(VideoDecoder kept, int times) {
            for (int i = 0; i < times; i++) {
                kept.decode(fragments.get(0), picture -> {});
                try (VideoDecoder fresh = new VideoDecoder(SMALL)) {
                    fresh.decode(fragments.get(0), picture -> {});
                }
            }
        }
    }

    /** Prints by how much its memory has grown, if every frame is decoded. */
    static final class DecodedFilm {
        public static void main(String[] arguments) throws Exception {
            film();
            List<FrameRecord> film = new ArrayList<>();
            for (Fragment fragment : fragments) {
                film.addAll(records(fragment));
            }
            try (VideoDecoder decoder = new VideoDecoder(SMALL)) {
                long before = 0;
                for (int i = 0; i < 350; i++) {
                    before = i == 50 ? Pointer.physicalBytes() : before;
                    film.forEach(record -> decoder.decode(record, picture -> {}));
                }
                long growth = Pointer.physicalBytes() - before;
                assertThat(decoder.state().pending).isEmpty();
                assertThat(decoder.decodedFrames()).isEqualTo(350L * film.size());
                System.out.println(growth);
            }
        }
    }

    @Test
    void aClosedDecoderIsNotUsed() {
        VideoDecoder decoder = new VideoDecoder(ALL);
        FrameRecord first = records(fragments.get(0)).get(0);
        decoder.decode(first, picture -> {});
        decoder.close();
        decoder.close();
        assertThatThrownBy(() -> decoder.decode(first, picture -> {}))
                .isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> decoder.flush(picture -> {}))
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void aConsumerThatThrowsLeavesNothingBehind() {
        try (VideoDecoder decoder = new VideoDecoder(ALL)) {
            assertThatThrownBy(
                            () ->
                                    decoder.decode(
                                            fragments.get(0),
                                            picture -> {
                                                throw new IllegalStateException("full");
                                            }))
                    .hasMessage("full");
            List<Picture> pictures = new ArrayList<>();
            decoder.decode(fragments.get(1), pictures::add);
            assertThat(pictures).isEqualTo(pictures(fragments.get(1), ALL));
        }
    }
}
