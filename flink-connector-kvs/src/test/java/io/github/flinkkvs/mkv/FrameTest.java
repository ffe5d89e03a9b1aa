/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.mkv;

import io.github.flinkkvs.mkv.parser.MkvException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.ByteBuffer;
import java.nio.ReadOnlyBufferException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

import static io.github.flinkkvs.mkv.TestMedia.block;
import static io.github.flinkkvs.mkv.TestMedia.blockGroup;
import static io.github.flinkkvs.mkv.TestMedia.bytes;
import static io.github.flinkkvs.mkv.TestMedia.cluster;
import static io.github.flinkkvs.mkv.TestMedia.document;
import static io.github.flinkkvs.mkv.TestMedia.element;
import static io.github.flinkkvs.mkv.TestMedia.fragment;
import static io.github.flinkkvs.mkv.TestMedia.info;
import static io.github.flinkkvs.mkv.TestMedia.leadingTags;
import static io.github.flinkkvs.mkv.TestMedia.simpleBlock;
import static io.github.flinkkvs.mkv.TestMedia.text;
import static io.github.flinkkvs.mkv.TestMedia.track;
import static io.github.flinkkvs.mkv.TestMedia.tracks;
import static io.github.flinkkvs.mkv.TestMedia.trailingTags;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/** The producer timestamp of all these fragments is 1518814932515. */
class FrameTest {

    private static final long PRODUCER = 1518814932515L;

    private static List<Frame> frames(byte[]... clusterChildren) throws MkvException {
        return Feed.only(fragment(clusterChildren)).frames();
    }

    /** With this TimestampScale and a DefaultDuration of track 1. */
    private static List<Frame> frames(
            long timestampScale, long defaultDuration, byte[]... clusterChildren)
            throws MkvException {
        return Feed.only(
                        document(
                                info(timestampScale),
                                tracks(track(1, element(0x23E383, defaultDuration))),
                                leadingTags(),
                                cluster(clusterChildren),
                                trailingTags()))
                .frames();
    }

    private static String payloads(List<Frame> frames) {
        return frames.stream()
                .map(frame -> TestMedia.hex(Describe.bytes(frame.data())))
                .collect(Collectors.joining(" "));
    }

    // ---- blocks -------------------------------------------------------------------------------

    @Test
    void flagsOfSimpleBlocks() throws Exception {
        List<Frame> frames =
                frames(
                        simpleBlock(1, 0, 0x00),
                        simpleBlock(1, 1, 0x80),
                        simpleBlock(1, 2, 0x08),
                        simpleBlock(1, 3, 0x01),
                        // Reserved bits are ignored.
                        simpleBlock(1, 4, 0x70));
        assertThat(frames)
                .extracting(Frame::isKeyFrame)
                .containsExactly(false, true, false, false, false);
        assertThat(frames)
                .extracting(Frame::isInvisible)
                .containsExactly(false, false, true, false, false);
        assertThat(frames)
                .extracting(Frame::isDiscardable)
                .containsExactly(false, false, false, true, false);
        assertThat(frames).extracting(Frame::index).containsExactly(0, 1, 2, 3, 4);
        assertThat(frames).allMatch(frame -> frame.durationNanos() == Frame.UNKNOWN_DURATION);
        assertThat(frames).allMatch(frame -> frame.references().length == 0);
    }

    @Test
    void blockGroupsTellDurationAndReferences() throws Exception {
        List<Frame> frames =
                frames(
                        blockGroup(block(1, 5, 0x08, text("a")), element(0x9B, 20)),
                        blockGroup(
                                element(0xFB, bytes("FFFB")),
                                element(0x9B, 21),
                                element(0x75A1, text("unknown")),
                                block(2, 6, 0x00, text("b")),
                                element(0xFB, bytes("05")),
                                element(0xFB)));
        Frame key = frames.get(0);
        assertThat(key)
                .matches(Frame::isKeyFrame)
                .matches(Frame::isInvisible)
                .hasToString("frame 0 of track 1 (key), 1 bytes");
        assertThat(key.durationNanos()).isEqualTo(20_000_000);
        Frame other = frames.get(1);
        assertThat(other.isKeyFrame()).isFalse();
        assertThat(other.durationNanos()).isEqualTo(21_000_000);
        assertThat(other.references()).containsExactly(-5, 5, 0);
        other.references()[0] = 7;
        assertThat(other.references()).containsExactly(-5, 5, 0);
        assertThat(other).hasToString("frame 1 of track 2, 1 bytes");
    }

    /** The specification allows one; the count must match the frames found. */
    @Test
    void aBlockGroupOfSeveralBlocksOrNone() throws Exception {
        Fragment fragment =
                Feed.only(
                        fragment(
                                blockGroup(block(1, 0, 0, text("a")), block(2, 0, 0, text("b"))),
                                blockGroup(element(0x9B, 20))));
        assertThat(payloads(fragment.frames())).isEqualTo("61 62");
        assertThat(fragment.frameCounts()).containsEntry(1L, 1).containsEntry(2L, 1).hasSize(2);
    }

    @Test
    void refusesMoreReferencesThanAnyFrameNeeds() throws Exception {
        assertThat(frames(blockGroup(block(1, 0, 0), references(1024))).get(0).references())
                .hasSize(1024);
        assertThatThrownBy(() -> frames(blockGroup(block(1, 0, 0), references(1_000_000))))
                .isInstanceOf(MkvException.class)
                .hasMessageContaining("More than 1024 ReferenceBlocks");
    }

    private static byte[] references(int count) {
        byte[] references = new byte[2 * count];
        for (int i = 0; i < references.length; i += 2) {
            references[i] = (byte) 0xFB;
            references[i + 1] = (byte) 0x80;
        }
        return references;
    }

    @Test
    void trackNumbersOfAnyLength() throws Exception {
        for (int length = 1; length <= 8; length++) {
            byte[] number = TestMedia.vint(5, length);
            byte[] block = element(0xA3, number, bytes("0001 00"), text("x"));
            Fragment fragment = Feed.only(fragment(block));
            assertThat(fragment.frameCounts()).containsOnlyKeys(5L);
            assertThat(fragment.frames().get(0).trackNumber()).isEqualTo(5);
            assertThat(payloads(fragment.frames())).isEqualTo("78");
        }
    }

    @Test
    void dataIsAReadOnlyView() throws Exception {
        Frame frame = frames(simpleBlock(1, 0, 0, text("abc"))).get(0);
        ByteBuffer data = frame.data();
        assertThat(data.get()).isEqualTo((byte) 'a');
        assertThat(frame.data().remaining()).isEqualTo(3);
        assertThat(frame.data().position()).isZero();
        assertThat(frame.data().capacity()).isEqualTo(3);
        assertThatThrownBy(() -> frame.data().put((byte) 0))
                .isInstanceOf(ReadOnlyBufferException.class);
    }

    @Test
    void framesAreFoundAnewAndReadOnly() throws Exception {
        Fragment fragment = Feed.only(fragment());
        assertThat(fragment.frames()).hasSize(1);
        assertThatThrownBy(() -> fragment.frames().clear())
                .isInstanceOf(UnsupportedOperationException.class);
        assertThat(frames()).isEmpty();
    }

    // ---- times --------------------------------------------------------------------------------

    @ParameterizedTest
    @CsvSource({
        "1000000,0,0,0",
        "1000000,40,40000000,40",
        "1000000,-1,-1000000,-1",
        "1000000,-32768,-32768000000,-32768",
        "1000000,32767,32767000000,32767",
        // A started millisecond counts, even before the producer timestamp.
        "100,9999,999900,0",
        "100,10000,1000000,1",
        "100,-1,-100,-1",
        "1000000000,-2,-2000000000,-2000",
        "1000000000000,32767,32767000000000000,32767000000"
    })
    void timesAreSignedAndInTimestampScale(long scale, int time, long nanos, long millis)
            throws Exception {
        Frame frame = frames(scale, 1, simpleBlock(1, time, 0)).get(0);
        assertThat(frame.offsetNanos()).isEqualTo(nanos);
        assertThat(frame.timestampMillis()).isEqualTo(PRODUCER + millis);
    }

    /** The producer writes the Cluster's Timestamp: it may be relative, or that of an upload. */
    @Test
    void theClustersTimestampDoesNotCount() throws Exception {
        byte[] cluster = element(0x1F43B675, element(0xE7, 1_000_000), simpleBlock(1, 7, 0));
        Fragment fragment = Feed.only(document(leadingTags(), cluster, trailingTags()));
        assertThat(fragment.frames().get(0).timestampMillis()).isEqualTo(PRODUCER + 7);
    }

    /** Each Cluster has its own time; that of the first is the fragment's. */
    @Test
    void timesGoOnFromClusterToCluster() throws Exception {
        byte[] first = element(0x1F43B675, element(0xE7, 5_000), simpleBlock(1, 7, 0));
        byte[] second = element(0x1F43B675, element(0xE7, 6_000), simpleBlock(1, 0, 0));
        byte[] earlier =
                TestMedia.unknownSized(
                        1, 0x1F43B675, element(0xE7, 4_900), blockGroup(block(1, 9, 0)));
        byte[] untold = element(0x1F43B675, simpleBlock(1, 11, 0));
        byte[] document = document(leadingTags(), first, second, earlier, untold, trailingTags());
        Fragment fragment = Feed.only(document);
        assertThat(fragment.frames())
                .extracting(Frame::timestampMillis)
                .containsExactly(
                        PRODUCER + 7, PRODUCER + 1_000, PRODUCER - 100 + 9, PRODUCER - 100 + 11);
        for (int piece = 1; piece < 20; piece++) {
            assertThat(new Feed(FrameFilter.all()).all(document, piece).frames)
                    .isEqualTo(FrameRecord.of(fragment));
        }
    }

    @Test
    void aTimestampOutsideOfAClusterIsNone() throws Exception {
        byte[] document =
                document(
                        element(0xE7, 5),
                        leadingTags(),
                        cluster(simpleBlock(1, 7, 0)),
                        trailingTags());
        assertThat(new Feed(FrameFilter.all()).all(document, 3).frames)
                .isEqualTo(FrameRecord.of(Feed.only(document)))
                .extracting(record -> record.frame().timestampMillis())
                .containsExactly(PRODUCER + 7);
    }

    @ParameterizedTest
    @ValueSource(strings = {"7FFFFFFFFFFFFFFF", "FFFFFFFFFFFFFFFF", "000000000000000001"})
    void aClusterWithATimeThatCannotBeIsLeftOut(String time) throws Exception {
        byte[] cluster =
                element(0x1F43B675, element(0xE7, TestMedia.bytes(time)), simpleBlock(1, 0, 0));
        byte[] document =
                document(
                        leadingTags(),
                        cluster(simpleBlock(1, 1, 0)),
                        cluster,
                        cluster(simpleBlock(1, 2, 0)),
                        trailingTags());
        Feed feed = new Feed(FrameFilter.all()).all(document, 3);
        assertThat(feed.frames).extracting(r -> r.frame().index()).containsExactly(0, 2);
        assertThat(feed.damaged).singleElement().asString().contains("time is out of range");
        assertThatThrownBy(() -> Feed.only(document).frames())
                .hasMessageContaining("time is out of range");
    }

    @Test
    void lacedFramesFollowEachOther() throws Exception {
        byte[] laced = TestMedia.laced(0x04, text("a"), text("b"), text("c"));
        List<Frame> frames = frames(1_000_000, 20_500_000, simpleBlock(1, 10, 0x04, laced));
        assertThat(frames)
                .extracting(Frame::offsetNanos)
                .containsExactly(10_000_000L, 30_500_000L, 51_000_000L);
        assertThat(frames)
                .extracting(Frame::timestampMillis)
                .containsExactly(PRODUCER + 10, PRODUCER + 30, PRODUCER + 51);
        assertThat(frames).extracting(Frame::durationNanos).containsOnly(20_500_000L);
    }

    @Test
    void aBlockDurationIsThatOfAllLacedFrames() throws Exception {
        byte[] laced = TestMedia.laced(0x06, text("a"), text("b"), text("c"));
        List<Frame> frames =
                frames(
                        1_000_000,
                        20_000_000,
                        blockGroup(block(1, 0, 0x06, laced), element(0x9B, 90)));
        assertThat(frames).extracting(Frame::durationNanos).containsOnly(30_000_000L);
        assertThat(frames)
                .extracting(Frame::offsetNanos)
                .containsExactly(0L, 30_000_000L, 60_000_000L);
    }

    @Test
    void lacedFramesOfUnknownDurationHaveTheirBlocksTime() throws Exception {
        byte[] laced = TestMedia.laced(0x04, text("a"), text("b"));
        assertThat(frames(simpleBlock(9, 3, 0x04, laced)))
                .extracting(Frame::offsetNanos)
                .containsExactly(3_000_000L, 3_000_000L);
    }

    // ---- lacing -------------------------------------------------------------------------------

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "no lacing            | 00 | 0102          | 0102",
                "no lacing, empty     | 00 | ''            | ''",
                "Xiph, one frame      | 02 | 00 0102       | 0102",
                "Xiph                 | 02 | 02 01 00 AABB | AA '' BB",
                "EBML, one frame      | 06 | 00 0102       | 0102",
                "EBML, first rule     | 06 | 01 82 AABBCC  | AABB CC",
                // 0 is coded as 3F of 7 bits, +1 as 40, -1 as 3E.
                "EBML, differences    | 06 | 03 81 C0 BE AA BBBB CC DD | AA BBBB CC DD",
                "EBML, long numbers   | 06 | 02 4001 5FFF AA BB CC | AA BB CC",
                "fixed, one frame     | 04 | 00 AABB       | AABB",
                "fixed                | 04 | 02 AABBCC     | AA BB CC",
                "fixed, empty         | 04 | 01            | ' '"
            })
    void lacing(String name, String flags, String payload, String expected) throws Exception {
        byte[] block =
                element(0xA3, bytes("81 0000"), bytes(flags), bytes(payload.replace("'", "")));
        assertThat(payloads(frames(block))).isEqualTo(expected.replace("'", ""));
        byte[] group =
                blockGroup(
                        element(
                                0xA1,
                                bytes("81 0000"),
                                bytes(flags),
                                bytes(payload.replace("'", ""))));
        assertThat(payloads(frames(group))).isEqualTo(expected.replace("'", ""));
    }

    @Test
    void xiphSizesAbove254() throws Exception {
        for (int size : new int[] {254, 255, 256, 509, 510, 511, 1000}) {
            byte[] laced = TestMedia.laced(0x02, new byte[size], new byte[size + 1], new byte[3]);
            assertThat(frames(simpleBlock(1, 0, 0x02, laced)))
                    .extracting(frame -> frame.data().remaining())
                    .containsExactly(size, size + 1, 3);
        }
    }

    @Test
    void ebmlSizesFarApart() throws Exception {
        byte[][] payloads = {
            new byte[1], new byte[200_000], new byte[0], new byte[63], new byte[8300], new byte[5]
        };
        byte[] laced = TestMedia.laced(0x06, payloads);
        assertThat(frames(simpleBlock(1, 0, 0x06, laced)))
                .extracting(frame -> frame.data().remaining())
                .containsExactly(1, 200_000, 0, 63, 8300, 5);
    }

    @Test
    void a256FrameLace() throws Exception {
        byte[][] payloads = new byte[256][];
        for (int i = 0; i < payloads.length; i++) {
            payloads[i] = new byte[] {(byte) i};
        }
        for (int lacing : new int[] {0x02, 0x04, 0x06}) {
            Fragment fragment =
                    Feed.only(
                            fragment(simpleBlock(1, 0, lacing, TestMedia.laced(lacing, payloads))));
            assertThat(fragment.frames()).hasSize(256);
            assertThat(fragment.frames().get(200).data().get()).isEqualTo((byte) 200);
            assertThat(fragment.frameCounts()).containsEntry(1L, 256);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Xiph, sizes cut off       | 02 | 02 01",
                "Xiph, size never ends     | 02 | 01 FF FF FF",
                "Xiph, more than there is  | 02 | 01 03 AABB",
                "EBML, sizes cut off       | 06 | 02 81",
                "EBML, no number           | 06 | 01 00 AABB",
                "EBML, number cut off      | 06 | 01 40",
                "EBML, more than there is  | 06 | 01 83 AABB",
                "EBML, huge                | 06 | 01 01FFFFFFFFFFFFFE AABB",
                "EBML, below nothing       | 06 | 02 81 BD AABBCC",
                "EBML, huge difference     | 06 | 02 81 01FFFFFFFFFFFFFF AABB",
                "EBML, sum of sizes        | 06 | 02 82 BF AABBCC",
                "fixed, a rest             | 04 | 01 AABBCC"
            })
    void lacingThatDoesNotFit(String name, String flags, String payload) throws Exception {
        byte[] simple = element(0xA3, bytes("81 0000"), bytes(flags), bytes(payload));
        Fragment fragment = Feed.only(fragment(simple));
        MkvException e = catchThrowableOfType(MkvException.class, fragment::frames);
        assertThat(e.kind()).isEqualTo(MkvException.Kind.MALFORMED);
        assertThat(e.elementId()).isEqualTo(0xA3);
        int at = indexOf(Describe.bytes(fragment.bytes()), simple);
        assertThat(e).hasMessage("Lacing that does not fit its block (SimpleBlock at byte %d)", at);

        byte[] block = element(0xA1, bytes("81 0000"), bytes(flags), bytes(payload));
        Fragment grouped = Feed.only(fragment(blockGroup(block)));
        e = catchThrowableOfType(MkvException.class, grouped::frames);
        at = indexOf(Describe.bytes(grouped.bytes()), block);
        assertThat(e).hasMessage("Lacing that does not fit its block (Block at byte %d)", at);
    }

    /** Sizes that an int counts as negative, or as 254. */
    @ParameterizedTest
    @ValueSource(ints = {8_500_000, 16_843_010})
    void xiphSizesBeyondAnInteger(int length) throws Exception {
        byte[] size = new byte[length];
        Arrays.fill(size, (byte) 0xFF);
        byte[] media = fragment(simpleBlock(1, 0, 0x02, bytes("01"), size, new byte[300]));
        assertThatThrownBy(() -> Feed.only(media).frames())
                .isInstanceOf(MkvException.class)
                .hasMessageStartingWith("Lacing that does not fit its block");

        Feed feed = new Feed(FrameFilter.all()).all(media, media.length);
        assertThat(feed.frames).isEmpty();
        assertThat(feed.damaged).hasSize(1);
        assertThat(feed.fragments).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource({
        "9B 88 FFFFFFFFFFFFFFFF,A number out of range: 18446744073709551615 (BlockDuration at byte %d)",
        "9B 88 00FFFFFFFFFFFFFF,A number out of range: 72057594037927935 (BlockDuration at byte %d)",
        "9B 89 000000000000000000,An integer of 9 bytes (BlockDuration at byte %d)",
        "FB 89 000000000000000000,An integer of 9 bytes (ReferenceBlock at byte %d)"
    })
    void blockGroupsThatSayNothingSensible(String child, String message) throws Exception {
        Fragment fragment = Feed.only(fragment(blockGroup(block(1, 0, 0), bytes(child))));
        MkvException e = catchThrowableOfType(MkvException.class, fragment::frames);
        assertThat(e).hasMessage(message, indexOf(Describe.bytes(fragment.bytes()), bytes(child)));
    }

    private static int indexOf(byte[] bytes, byte[] part) {
        return TestMedia.hex(bytes).indexOf(TestMedia.hex(part)) / 2;
    }
}
