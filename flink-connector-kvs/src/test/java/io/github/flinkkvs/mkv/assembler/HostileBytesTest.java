/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.mkv.assembler;

import io.github.flinkkvs.mkv.Feed;
import io.github.flinkkvs.mkv.Fragment;
import io.github.flinkkvs.mkv.Frame;
import io.github.flinkkvs.mkv.RandomMedia;
import io.github.flinkkvs.mkv.TestMedia;
import io.github.flinkkvs.mkv.document.MkvDocument;
import io.github.flinkkvs.mkv.document.MkvElement;
import io.github.flinkkvs.mkv.parser.MkvException;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.IntSupplier;

import static io.github.flinkkvs.mkv.TestMedia.concat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

/**
 * Any bytes give fragments or an {@link MkvException}, nothing else, quickly, and without holding
 * more than was fed.
 */
class HostileBytesTest {

    private static final Duration SOON = Duration.ofSeconds(20);

    /** Meaningful ids, which random bytes would hardly ever contain. */
    private static final String[] IDS = {
        "1A45DFA3",
        "18538067",
        "1F43B675",
        "1254C367",
        "1654AE6B",
        "1549A966",
        "A3",
        "A0",
        "A1",
        "9B",
        "FB",
        "E7",
        "EC",
        "7373",
        "67C8",
        "45A3",
        "4487",
        "4485",
        "447A",
        "AE",
        "D7",
        "83",
        "E0",
        "B0",
        "E1",
        "B5",
        "2AD7B1",
        "23E383",
        "63A2"
    };

    /** Feeds the bytes; the outcome must be a fragment, an error, or an MkvException. */
    private static void survive(byte[] bytes, IntSupplier pieceLengths) {
        surviveTree(bytes);
        for (boolean keepMedia : new boolean[] {true, false}) {
            Feed feed = new Feed(keepMedia);
            try {
                feed.all(bytes, pieceLengths);
            } catch (MkvException e) {
                assertThat(e.offset()).isBetween(0L, (long) bytes.length);
                assertThat(e).hasMessageEndingWith(" at byte " + e.offset() + ")");
            }
            // Metadata is held twice, with at most 12 bytes of header for each 5.
            assertThat(feed.mostHeld).isLessThanOrEqualTo(4 * bytes.length);
            for (Fragment fragment : feed.fragments) {
                surviveFragment(fragment);
            }
        }
    }

    /** Printing the tree reads all values and reports the unreadable ones; searching throws. */
    private static void surviveTree(byte[] bytes) {
        MkvDocument document = new MkvDocument(bytes);
        StringBuilder text = new StringBuilder();
        assertThatCode(() -> document.print(text)).doesNotThrowAnyException();
        // An element has at least two bytes and reports at most one error.
        assertThat(text.chars().filter(c -> c == '\n').count())
                .isLessThanOrEqualTo(bytes.length + 1);
        try {
            List<MkvElement> blocks = document.findAll("SimpleBlock");
            if (!blocks.isEmpty()) {
                assertThat(document.children(blocks.get(0).path())).contains(blocks.get(0));
            }
        } catch (MkvException e) {
            assertThat(e.offset()).isBetween(0L, (long) bytes.length);
            assertThat(e).hasMessageEndingWith(" at byte " + e.offset() + ")");
            assertThat(text).contains("malformed: ");
        }
    }

    private static void surviveFragment(Fragment fragment) {
        assertThat(fragment.toString()).contains(fragment.number().toString());
        if (!fragment.hasMedia()) {
            return;
        }
        int counted = fragment.frameCounts().values().stream().mapToInt(n -> n).sum();
        try {
            List<Frame> frames = fragment.frames();
            assertThat(frames).hasSize(counted);
            int total = frames.stream().mapToInt(frame -> frame.data().remaining()).sum();
            assertThat(total).isLessThanOrEqualTo(fragment.sizeBytes());
        } catch (MkvException e) {
            assertThat(e.offset()).isBetween(0L, (long) fragment.sizeBytes());
        }
    }

    @Property(tries = 1500)
    void anyBytesOfADocumentChanged(
            @ForAll long seed, @ForAll @IntRange(min = 1, max = 4) int changes) {
        byte[] bytes = RandomMedia.bytesOf(RandomMedia.documents(seed, 2));
        Random random = new Random(~seed);
        for (int i = 0; i < changes; i++) {
            bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
        }
        assertTimeoutPreemptively(SOON, () -> survive(bytes, Feed.randomPieces(seed)));
    }

    /** Every bit of a small document. */
    @Test
    void anyBitOfADocumentChanged() {
        byte[] block = TestMedia.simpleBlock(1, 5, 0x82, TestMedia.bytes("01 01 AABB"));
        byte[] group =
                TestMedia.blockGroup(
                        TestMedia.block(1, 5, 0x06, TestMedia.bytes("02 81 C0 AABBCC")),
                        TestMedia.element(0x9B, 3),
                        TestMedia.element(0xFB, 1));
        byte[] document = TestMedia.fragment(block, group);
        byte[] bytes = concat(document, document);
        assertTimeoutPreemptively(
                SOON,
                () -> {
                    for (int i = 0; i < document.length; i++) {
                        for (int bit = 1; bit < 256; bit <<= 1) {
                            bytes[i] ^= (byte) bit;
                            survive(bytes, () -> 300);
                            bytes[i] ^= (byte) bit;
                        }
                    }
                });
    }

    @Property(tries = 500)
    void partsOfADocumentMissingOrTwice(@ForAll long seed) {
        byte[] bytes = RandomMedia.bytesOf(RandomMedia.documents(seed, 2));
        Random random = new Random(~seed);
        int from = random.nextInt(bytes.length);
        int to = random.nextInt(bytes.length);
        byte[] spliced =
                concat(Arrays.copyOf(bytes, from), Arrays.copyOfRange(bytes, to, bytes.length));
        assertTimeoutPreemptively(SOON, () -> survive(spliced, Feed.randomPieces(seed)));
    }

    @Property(tries = 500)
    void randomBytes(@ForAll byte[] bytes) {
        assertTimeoutPreemptively(
                SOON,
                () -> {
                    survive(bytes, () -> 3);
                    survive(concat(TestMedia.document(), bytes), () -> 3);
                });
    }

    /** Known ids with sizes that are too small, too large, unknown or right. */
    @Property(tries = 1500)
    void randomElements(@ForAll long seed) {
        Random random = new Random(seed);
        byte[] bytes = concat(TestMedia.document(), elements(random, 6));
        assertTimeoutPreemptively(SOON, () -> survive(bytes, Feed.randomPieces(seed)));
    }

    private static byte[] elements(Random random, int depth) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int i = random.nextInt(5); i > 0; i--) {
            byte[] payload = new byte[random.nextInt(12)];
            random.nextBytes(payload);
            if (depth > 0 && random.nextInt(3) > 0) {
                payload = elements(random, depth - 1);
            }
            out.writeBytes(TestMedia.bytes(IDS[random.nextInt(IDS.length)]));
            out.writeBytes(size(random, payload.length));
            out.writeBytes(payload);
        }
        return out.toByteArray();
    }

    private static byte[] size(Random random, int length) {
        int bytes = 3 + random.nextInt(6);
        switch (random.nextInt(12)) {
            case 0:
                return TestMedia.unknownSize(1 + random.nextInt(8));
            case 1:
                return TestMedia.vint(Math.max(0, length - 1), bytes);
            case 2:
                return TestMedia.vint(length + 1, bytes);
            case 3:
                return TestMedia.vint((1L << 7 * bytes) - 2, bytes);
            default:
                return TestMedia.vint(length, bytes);
        }
    }
}
