/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.mkv;

import io.github.flinkkvs.mkv.bitstream.NalStream;
import io.github.flinkkvs.mkv.parser.MkvException;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;

import static io.github.flinkkvs.mkv.TestMedia.block;
import static io.github.flinkkvs.mkv.TestMedia.blockGroup;
import static io.github.flinkkvs.mkv.TestMedia.bytes;
import static io.github.flinkkvs.mkv.TestMedia.cluster;
import static io.github.flinkkvs.mkv.TestMedia.concat;
import static io.github.flinkkvs.mkv.TestMedia.document;
import static io.github.flinkkvs.mkv.TestMedia.element;
import static io.github.flinkkvs.mkv.TestMedia.info;
import static io.github.flinkkvs.mkv.TestMedia.laced;
import static io.github.flinkkvs.mkv.TestMedia.leadingTags;
import static io.github.flinkkvs.mkv.TestMedia.number;
import static io.github.flinkkvs.mkv.TestMedia.simpleBlock;
import static io.github.flinkkvs.mkv.TestMedia.track;
import static io.github.flinkkvs.mkv.TestMedia.tracks;
import static io.github.flinkkvs.mkv.TestMedia.trailingTags;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Frames and CodecPrivate that the producer packed are restored. */
class ContentEncodingsTest {

    private static final int KEY = 0x80;

    private static byte[] zlib(byte[] data) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (DeflaterOutputStream deflater =
                new DeflaterOutputStream(out, new Deflater(Deflater.BEST_COMPRESSION))) {
            deflater.write(data);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return out.toByteArray();
    }

    private static byte[] encodings(byte[]... encodings) {
        return element(0x6D80, encodings);
    }

    /** What mkvmerge writes for zlib: an empty ContentCompression, and defaults for the rest. */
    private static byte[] zlibByDefault() {
        return element(0x6240, element(0x5034, new byte[0]));
    }

    private static byte[] encoding(int order, int scope, int algorithm, byte[] settings) {
        return element(
                0x6240,
                element(0x5031, order),
                element(0x5032, scope),
                element(0x5034, element(0x4254, algorithm), element(0x4255, settings)));
    }

    private static byte[] headerStripping(String hex) {
        return encoding(0, 1, 3, bytes(hex));
    }

    private static byte[] packed(byte[] encodings, byte[]... clusterChildren) {
        return document(
                info(1_000_000),
                tracks(track(1, encodings)),
                leadingTags(),
                cluster(clusterChildren),
                trailingTags());
    }

    private static List<String> data(List<Frame> frames) {
        List<String> data = new ArrayList<>();
        for (Frame frame : frames) {
            data.add(TestMedia.hex(Describe.bytes(frame.data())));
        }
        return data;
    }

    /** Of the whole fragment, and as they arrive. */
    private static List<String> frames(byte[] document) throws MkvException {
        List<String> frames = data(Feed.only(document).frames());
        List<String> arriving = new ArrayList<>();
        for (FrameRecord record : new Feed(FrameFilter.all()).all(document, 7).frames) {
            arriving.add(TestMedia.hex(Describe.bytes(record.frame().data())));
        }
        assertThat(arriving).isEqualTo(frames);
        return frames;
    }

    /** See the README beside the fragment. */
    @Test
    void whatMkvmergePackedIsWhatFFmpegUnpacks() throws Exception {
        Fragment fragment = Feed.only(resource("zlib.mkv"));
        List<String> frames = new ArrayList<>();
        for (Frame frame : fragment.frames()) {
            byte[] md5 = MessageDigest.getInstance("MD5").digest(Describe.bytes(frame.data()));
            frames.add(frame.sizeBytes() + " " + TestMedia.hex(md5).toLowerCase(Locale.ROOT));
        }
        String truth = new String(resource("zlib.framemd5"), StandardCharsets.US_ASCII);
        assertThat(frames)
                .hasSize(15)
                .isEqualTo(
                        truth.lines()
                                .filter(line -> !line.startsWith("#"))
                                .map(line -> line.split(", *"))
                                .map(columns -> columns[4].trim() + " " + columns[5])
                                .collect(Collectors.toList()));
        assertThat(NalStream.annexB(fragment, fragment.tracks().get(0))).hasSizeGreaterThan(20_000);
    }

    private static byte[] resource(String name) throws IOException {
        try (InputStream in = ContentEncodingsTest.class.getResourceAsStream("packed/" + name)) {
            return in.readAllBytes();
        }
    }

    @Test
    void zlibIsUndone() throws Exception {
        byte[] large = new byte[100_000];
        byte[] document =
                packed(
                        encodings(zlibByDefault()),
                        simpleBlock(1, 0, KEY, zlib(bytes("CAFE"))),
                        blockGroup(block(1, 1, 0, zlib(large))),
                        // Each laced frame is packed separately.
                        simpleBlock(
                                1,
                                2,
                                0x06,
                                laced(0x06, zlib(bytes("01")), zlib(new byte[0]), zlib(large))));
        String zeros = TestMedia.hex(large);
        assertThat(frames(document)).containsExactly("CAFE", zeros, "01", "", zeros);
        Fragment fragment = Feed.only(document);
        assertThat(fragment.frames().get(0).sizeBytes()).isEqualTo(2);
        assertThat(Describe.bytes(fragment.bytes())).isEqualTo(document);
        assertThat(data(frames(FrameRecord.of(fragment)))).isEqualTo(data(fragment.frames()));
    }

    private static List<Frame> frames(List<FrameRecord> records) {
        List<Frame> frames = new ArrayList<>();
        records.forEach(record -> frames.add(record.frame()));
        return frames;
    }

    @Test
    void headerStrippingIsUndone() throws Exception {
        byte[] document =
                packed(
                        encodings(headerStripping("00 00 01")),
                        simpleBlock(1, 0, KEY, bytes("65 AA")),
                        simpleBlock(1, 1, KEY));
        assertThat(frames(document)).containsExactly("00000165AA", "000001");
    }

    /** Stripped before they were compressed: the highest order is undone first. */
    @Test
    void severalAreUndoneInTheirOrder() throws Exception {
        byte[] frame = bytes("0000 0165");
        byte[] document =
                packed(
                        encodings(encoding(0, 1, 3, bytes("AABB")), encoding(1, 1, 0, bytes(""))),
                        simpleBlock(1, 0, KEY, zlib(frame)));
        assertThat(frames(document)).containsExactly("AABB00000165");
        byte[] other =
                packed(
                        encodings(
                                encoding(1, 1, 3, Arrays.copyOf(zlib(frame), 3)),
                                encoding(0, 1, 0, bytes(""))),
                        simpleBlock(1, 0, KEY, tail(zlib(frame), 3)));
        assertThat(frames(other)).containsExactly("00000165");
    }

    private static byte[] tail(byte[] bytes, int from) {
        return Arrays.copyOfRange(bytes, from, bytes.length);
    }

    @ParameterizedTest
    @CsvSource({"1, packed, plain", "2, plain, packed", "3, packed, packed"})
    void whatIsPackedIsInTheScope(int scope, String frame, String codecPrivate) throws Exception {
        byte[] plain = bytes("0164 0028");
        byte[] document =
                packed(
                        concat(
                                element(
                                        0x63A2,
                                        codecPrivate.equals("packed") ? zlib(plain) : plain),
                                encodings(encoding(0, scope, 0, bytes("")))),
                        simpleBlock(1, 0, KEY, frame.equals("packed") ? zlib(plain) : plain));
        assertThat(Feed.only(document).tracks().get(0).codecPrivate()).isEqualTo(plain);
        assertThat(frames(document)).containsExactly("01640028");
    }

    @Property(tries = 200)
    void anyFramesComeBack(@ForAll long seed) throws Exception {
        Random random = new Random(seed);
        List<byte[]> blocks = new ArrayList<>();
        List<String> expected = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            byte[] data = new byte[random.nextInt(1 << random.nextInt(15))];
            if (random.nextBoolean()) {
                random.nextBytes(data);
            }
            expected.add(TestMedia.hex(data));
            blocks.add(simpleBlock(1, i, KEY, zlib(data)));
        }
        byte[] document = packed(encodings(zlibByDefault()), concat(blocks));
        assertThat(frames(document)).isEqualTo(expected);
    }

    // ---- what cannot be undone ------------------------------------------------------------------

    private static byte[] encrypted(int cipher) {
        return element(
                0x6240, element(0x5033, 1), element(0x5035, element(0x47E1, number(cipher))));
    }

    private static void assertRefused(byte[] encodings, String name) throws MkvException {
        byte[] document =
                packed(
                        concat(element(0x63A2, bytes("01")), encodings),
                        simpleBlock(1, 0, KEY, bytes("CAFE")));
        Fragment fragment = Feed.only(document);
        assertThatThrownBy(fragment::frames)
                .isInstanceOf(MkvException.class)
                .hasMessage(
                        "A frame of track 1 cannot be unpacked: "
                                + name
                                + " (SimpleBlock at byte "
                                + (document.length - trailingTags().length - 8)
                                + ")")
                .extracting(e -> ((MkvException) e).kind())
                .isEqualTo(MkvException.Kind.PACKED);
        List<String> damage = new ArrayList<>();
        assertThat(fragment.frames((track, frames, e) -> damage.add(track + " " + frames)))
                .isEmpty();
        assertThat(damage).containsExactly("1 1");
        Feed arriving = new Feed(FrameFilter.all()).all(document, 100);
        assertThat(arriving.frames).isEmpty();
        assertThat(arriving.damaged).containsExactly("1 1 " + name(document));
        assertThat(arriving.fragments).hasSize(1);
    }

    private static String name(byte[] document) throws MkvException {
        try {
            Feed.only(document).frames();
            throw new AssertionError("readable");
        } catch (MkvException e) {
            return e.getMessage();
        }
    }

    @Test
    void encryptionAndOtherAlgorithmsAreRefusedByName() throws Exception {
        assertRefused(encodings(encrypted(5)), "it is encrypted (cipher: AES)");
        assertRefused(encodings(encrypted(9)), "it is encrypted (cipher: number 9)");
        assertRefused(
                encodings(element(0x6240, element(0x5033, 1))),
                "it is encrypted (cipher: unnamed)");
        assertRefused(encodings(encoding(0, 1, 1, bytes(""))), "it is compressed with bzlib");
        assertRefused(encodings(encoding(0, 1, 2, bytes(""))), "it is compressed with lzo1x");
        assertRefused(encodings(encoding(0, 1, 77, bytes(""))), "it is compressed with number 77");
        assertRefused(
                encodings(encoding(0, 5, 0, bytes(""))),
                "how it is packed is packed, too (ContentEncodingScope 4)");
        byte[] once = headerStripping("00");
        assertRefused(encodings(once, once, once, once, once), "it is packed more than 4 times");
    }

    @Test
    void aCodecPrivateThatCannotBeUnpackedIsNone() throws Exception {
        byte[] document =
                packed(
                        concat(
                                element(0x63A2, bytes("CAFE")),
                                encodings(encoding(0, 2, 0, bytes("")))),
                        simpleBlock(1, 0, KEY, bytes("CAFE")));
        assertThat(Feed.only(document).tracks().get(0).codecPrivate()).isNull();
        assertThat(frames(document)).containsExactly("CAFE");
    }

    @Test
    void whatIsCutOffOrDamagedIsLeftOutAlone() throws Exception {
        byte[] whole = zlib(bytes("CAFE"));
        byte[] damaged = whole.clone();
        damaged[3] ^= 0x55;
        byte[] document =
                packed(
                        encodings(zlibByDefault()),
                        simpleBlock(1, 0, KEY, whole),
                        simpleBlock(1, 1, KEY, Arrays.copyOf(whole, whole.length - 1)),
                        simpleBlock(1, 2, KEY, damaged),
                        simpleBlock(1, 3, KEY),
                        simpleBlock(1, 4, KEY, whole));
        List<String> damage = new ArrayList<>();
        List<Frame> frames =
                Feed.only(document)
                        .frames((track, count, problem) -> damage.add(problem.getMessage()));
        assertThat(data(frames)).containsExactly("CAFE", "CAFE");
        assertThat(frames).extracting(Frame::index).containsExactly(0, 4);
        assertThat(damage).hasSize(3);
        assertThat(damage.get(0)).contains("cannot be unpacked: it is cut off");
        assertThatThrownBy(() -> Feed.only(document).frames()).hasMessage(damage.get(0));
    }

    // ---- little that becomes much ---------------------------------------------------------------

    /** 200 frames of 16 MiB each in 3.2 MB. */
    @Test
    void framesOfAFragmentComeToNoMoreThanABound() throws Exception {
        byte[] bomb = zlib(new byte[16 << 20]);
        byte[][] blocks = new byte[200][];
        Arrays.setAll(blocks, i -> simpleBlock(1, i, KEY, bomb));
        Fragment fragment = Feed.only(packed(encodings(zlibByDefault()), blocks));
        int[] left = new int[1];
        List<Frame> frames = fragment.frames((track, count, problem) -> left[0] += count);
        assertThat(frames).hasSize(4);
        assertThat(left[0]).isEqualTo(196);
        assertThatThrownBy(fragment::frames).hasMessageContaining("more than the 0 bytes");
    }

    /** 128 MiB in one frame. */
    @Test
    void aFrameIsUnpackedNoFurtherThanABound() throws Exception {
        ByteArrayOutputStream bomb = new ByteArrayOutputStream();
        try (DeflaterOutputStream deflater = new DeflaterOutputStream(bomb)) {
            for (int i = 0; i < 128; i++) {
                deflater.write(new byte[1 << 20]);
            }
        }
        byte[] document =
                packed(encodings(zlibByDefault()), simpleBlock(1, 0, KEY, bomb.toByteArray()));
        Fragment fragment = Feed.only(document);
        long before = allocated();
        assertThatThrownBy(fragment::frames)
                .hasMessageContaining("it has more than the 67108864 bytes that are left for it");
        assertThat(allocated() - before).isLessThan(200L << 20);
        // As they arrive, they come to no more than a fragment may have.
        before = allocated();
        Feed arriving = new Feed(FrameFilter.all(), 2 << 20).all(document, 8192);
        assertThat(allocated() - before).isLessThan(20L << 20);
        assertThat(arriving.damaged.get(0)).contains("more than the 2097152 bytes");
    }

    /** Empty frames, which take a byte each, with a header of 100 kB before them. */
    @Test
    void headersComeToNoMoreThanABound() throws Exception {
        byte[] block = simpleBlock(1, 0, KEY | 0x04, number(255, 1));
        byte[][] blocks = new byte[100][];
        Arrays.fill(blocks, block);
        byte[] encodings = encodings(encoding(0, 1, 3, new byte[100_000]));
        long[] bytes = new long[1];
        for (Frame frame :
                Feed.only(packed(encodings, blocks)).frames((track, count, problem) -> {})) {
            bytes[0] += frame.sizeBytes();
        }
        assertThat(bytes[0]).isBetween(1L, 64L << 20);
    }

    private static long allocated() {
        return ((com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean())
                .getThreadAllocatedBytes(Thread.currentThread().getId());
    }
}
