/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.mkv.parser;

import io.github.flinkkvs.mkv.Events;
import io.github.flinkkvs.mkv.TestMedia;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.ByteBuffer;
import java.util.List;

import static io.github.flinkkvs.mkv.TestMedia.bytes;
import static org.assertj.core.api.Assertions.assertThat;

class MkvParserTest {

    /** In one piece and byte by byte. */
    private static List<String> events(String... hex) {
        byte[] bytes = bytes(hex);
        List<String> events = Events.of(bytes);
        assertThat(Events.of(bytes, () -> 1)).isEqualTo(events);
        return events;
    }

    private static String lastEvent(String... hex) {
        List<String> events = events(hex);
        return events.get(events.size() - 1);
    }

    @Test
    void leavesAndEnteredElements() {
        assertThat(
                        events(
                                "1A45DFA3 83 428200",
                                "18538067 9D",
                                "  1549A966 81 AA",
                                "  1F43B675 92",
                                "    E7 81 05",
                                "    A3 84 81000080",
                                "    A0 87 A1 85 8100000077",
                                "1A45DFA3 80"))
                .containsExactly(
                        "DATA EBML 0..5 size 3: 428200",
                        "START Segment 8..13 size 29",
                        "DATA Info 13..18 size 1: AA",
                        "START Cluster 19..24 size 18",
                        "DATA Timestamp 24..26 size 1: 05",
                        "DATA SimpleBlock 27..29 size 4: 81000080",
                        "START BlockGroup 33..35 size 7",
                        "DATA Block 35..37 size 5: 8100000077",
                        "END BlockGroup 33..35 size 7",
                        "END Cluster 19..24 size 18",
                        "END Segment 8..13 size 29",
                        "DATA EBML 42..47 size 0: ");
    }

    @Test
    void everyElementMayBeEmpty() {
        assertThat(events("1A45DFA3 80 18538067 8C 1F43B675 82 A0 80 1254C367 80"))
                .startsWith(
                        "DATA EBML 0..5 size 0: ",
                        "START Segment 5..10 size 12",
                        "START Cluster 10..15 size 2",
                        "START BlockGroup 15..17 size 0",
                        "END BlockGroup 15..17 size 0",
                        "END Cluster 10..15 size 2",
                        "DATA Tags 17..22 size 0: ",
                        "END Segment 5..10 size 12");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8})
    void sizesOfAnyLength(int length) {
        byte[] size = TestMedia.vint(2, length);
        assertThat(events("1A45DFA3 80 18538067 FF EC" + TestMedia.hex(size) + "AABB"))
                .contains("DATA Void 10.." + (11 + length) + " size 2: AABB");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8})
    void unknownSizesOfAnyLength(int length) {
        String unknown = TestMedia.hex(TestMedia.unknownSize(length));
        assertThat(events("18538067" + unknown + "1F43B675" + unknown + "1254C367 80 1A45DFA3 80"))
                .containsExactly(
                        "START Segment 0.." + (4 + length) + " size unknown",
                        "START Cluster " + (4 + length) + ".." + (8 + 2 * length) + " size unknown",
                        "END Cluster " + (4 + length) + ".." + (8 + 2 * length) + " size unknown",
                        "DATA Tags " + (8 + 2 * length) + ".." + (13 + 2 * length) + " size 0: ",
                        "END Segment 0.." + (4 + length) + " size unknown",
                        "DATA EBML " + (13 + 2 * length) + ".." + (18 + 2 * length) + " size 0: ");
    }

    @ParameterizedTest
    @CsvSource({
        "114D9B74,SeekHead",
        "1549A966,Info",
        "1654AE6B,Tracks",
        "1C53BB6B,Cues",
        "1043A770,Chapters",
        "1941A469,Attachments",
        "1254C367,Tags"
    })
    void anUnknownSizedClusterEndsAtAnySegmentChild(String id, String name) {
        assertThat(events("18538067 FF 1F43B675 FF E7 80", id, "81 07"))
                .containsSubsequence(
                        "DATA Timestamp 10..12 size 0: ",
                        "END Cluster 5..10 size unknown",
                        "DATA " + name + " 12..17 size 1: 07");
    }

    @Test
    void anUnknownSizedClusterEndsAtTheNextCluster() {
        assertThat(events("18538067 FF 1F43B675 FF 1F43B675 FF"))
                .containsExactly(
                        "START Segment 0..5 size unknown",
                        "START Cluster 5..10 size unknown",
                        "END Cluster 5..10 size unknown",
                        "START Cluster 10..15 size unknown");
    }

    @Test
    void anUnknownSizedClusterAndSegmentEndAtTheNextDocument() {
        assertThat(events("18538067 FF 1F43B675 FF EC 80 18538067 FF"))
                .containsExactly(
                        "START Segment 0..5 size unknown",
                        "START Cluster 5..10 size unknown",
                        "DATA Void 10..12 size 0: ",
                        "END Cluster 5..10 size unknown",
                        "END Segment 0..5 size unknown",
                        "START Segment 12..17 size unknown");
    }

    @Test
    void anUnknownSizedClusterWithinASegmentOfKnownSizeEndsLikeAnyOther() {
        assertThat(events("18538067 8C 1F43B675 FF E7 80 1254C367 80 1A45DFA3 80"))
                .containsExactly(
                        "START Segment 0..5 size 12",
                        "START Cluster 5..10 size unknown",
                        "DATA Timestamp 10..12 size 0: ",
                        "END Cluster 5..10 size unknown",
                        "DATA Tags 12..17 size 0: ",
                        "END Segment 0..5 size 12",
                        "DATA EBML 17..22 size 0: ");
    }

    @Test
    void anUnknownSizedClusterEndsWithASegmentOfKnownSize() {
        assertThat(events("18538067 87 1F43B675 FF E7 80 1A45DFA3 80"))
                .containsSubsequence(
                        "END Cluster 5..10 size unknown",
                        "END Segment 0..5 size 7",
                        "DATA EBML 12..17 size 0: ");
    }

    @Test
    void unknownIdsAreLeavesWhereverTheyAre() {
        assertThat(events("18538067 FF 3A5A5A 81 01 1F43B675 86 4FFF 81 02 A0 80"))
                .contains(
                        "DATA element 0x3A5A5A 5..9 size 1: 01",
                        "DATA element 0x4FFF 15..18 size 1: 02");
    }

    @Test
    void payloadsAreNotLookedAt() {
        assertThat(events("18538067 FF 1F43B675 FF A3 85 1A45DFA380 A3 80"))
                .contains(
                        "DATA SimpleBlock 10..12 size 5: 1A45DFA380",
                        "DATA SimpleBlock 17..19 size 0: ");
    }

    @Test
    void slicesTellWhetherTheyAreFirstAndLast() throws Exception {
        MkvParser parser = new MkvParser();
        assertThat(parser.next(ByteBuffer.wrap(bytes("EC 83"))))
                .isEqualTo(MkvParser.Event.NEED_INPUT);
        assertSlice(parser, "01", true, false);
        assertSlice(parser, "02", false, false);
        assertThat(parser.next(ByteBuffer.allocate(0))).isEqualTo(MkvParser.Event.NEED_INPUT);
        assertSlice(parser, "03", false, true);
        assertThat(parser.position()).isEqualTo(5);
    }

    private static void assertSlice(MkvParser parser, String hex, boolean first, boolean last)
            throws MkvException {
        ByteBuffer in = ByteBuffer.wrap(bytes(hex));
        assertThat(parser.next(in)).isEqualTo(MkvParser.Event.DATA);
        assertThat(in.remaining()).isZero();
        assertThat(parser.sliceLength()).isEqualTo(1);
        assertThat(parser.isFirstSlice()).isEqualTo(first);
        assertThat(parser.isLastSlice()).isEqualTo(last);
    }

    @Test
    void theBufferMayBeDirectReadOnlyAndInTheMiddleOfAnother() throws Exception {
        ByteBuffer in = ByteBuffer.allocateDirect(20);
        in.position(7);
        in.put(bytes("EC 82 0102")).flip().position(7);
        MkvParser parser = new MkvParser();
        in = in.slice().asReadOnlyBuffer();
        assertThat(parser.next(in)).isEqualTo(MkvParser.Event.DATA);
        assertThat(parser.sliceLength()).isEqualTo(2);
        assertThat(parser.dataOffset()).isEqualTo(2);
    }

    // ---- malformed ----------------------------------------------------------------------------

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "00                             | MALFORMED 0x0 at 0: Not an element id (element id at byte 0)",
                "0F                             | MALFORMED 0x0 at 0: Not an element id (element id at byte 0)",
                "FF                             | NONE",
                "FF 80                          | MALFORMED 0xFF at 0: A reserved element id (element 0xFF at byte 0)",
                "7FFF 80                        | MALFORMED 0x7FFF at 0: A reserved element id (element 0x7FFF at byte 0)",
                "1FFFFFFF 80                    | MALFORMED 0x1FFFFFFF at 0: A reserved element id (element 0x1FFFFFFF at byte 0)",
                "EC 00                          | MALFORMED 0xEC at 0: Not an element size (Void at byte 0)",
                "1549A966 80                    | MALFORMED 0x1549A966 at 0: Neither an EBML header nor a Segment where a document begins (Info at byte 0)",
                "A3 81                          | MALFORMED 0xA3 at 0: Neither an EBML header nor a Segment where a document begins (SimpleBlock at byte 0)",
                "1A45DFA3 FF                    | MALFORMED 0x1A45DFA3 at 0: Unknown size, allowed on Segment and Cluster only (EBML at byte 0)",
                "18538067 FF A3 01FFFFFFFFFFFFFF | MALFORMED 0xA3 at 5: Not allowed in Segment (SimpleBlock at byte 5)",
                "18538067 FF EC 01FFFFFFFFFFFFFF | MALFORMED 0xEC at 5: Unknown size, allowed on Segment and Cluster only (Void at byte 5)",
                "18538067 FF 1F43B675 FF A0 FF  | MALFORMED 0xA0 at 10: Unknown size, allowed on Segment and Cluster only (BlockGroup at byte 10)",
                "18538067 FF A0 80              | MALFORMED 0xA0 at 5: Not allowed in Segment (BlockGroup at byte 5)",
                "18538067 FF A1 80              | MALFORMED 0xA1 at 5: Not allowed in Segment (Block at byte 5)",
                "18538067 FF 1F43B675 FF A1 80  | MALFORMED 0xA1 at 10: Not allowed in Cluster (Block at byte 10)",
                "18538067 90 18538067 80        | MALFORMED 0x18538067 at 5: Not allowed in Segment (Segment at byte 5)",
                "18538067 90 1A45DFA3 80        | MALFORMED 0x1A45DFA3 at 5: Not allowed in Segment (EBML at byte 5)",
                "18538067 FF 1F43B675 86 1254C367 80 | MALFORMED 0x1254C367 at 10: Not allowed in Cluster (Tags at byte 10)",
                "18538067 FF 1F43B675 86 1F43B675 80 | MALFORMED 0x1F43B675 at 10: Not allowed in Cluster (Cluster at byte 10)",
                "18538067 FF 1F43B675 86 A0 84 A0 80 | MALFORMED 0xA0 at 12: Not allowed in BlockGroup (BlockGroup at byte 12)",
                "18538067 FF 1F43B675 86 A0 84 A3 80 | MALFORMED 0xA3 at 12: Not allowed in BlockGroup (SimpleBlock at byte 12)",
                "18538067 FF 1F43B675 86 A0 85  | MALFORMED 0xA0 at 10: Larger than the rest of the Cluster (BlockGroup at byte 10)",
                "18538067 83 EC 82              | MALFORMED 0xEC at 5: Larger than the rest of the Segment (Void at byte 5)",
                // The header itself reaches beyond its parent.
                "18538067 82 1549A966 80        | MALFORMED 0x1549A966 at 5: Larger than the rest of the Segment (Info at byte 5)",
                "18538067 FF 1F43B675 87 A0 85 FB 01 00000000000001 | MALFORMED 0xFB at 12: Larger than the rest of the BlockGroup (ReferenceBlock at byte 12)",
                // The largest size there is.
                "18538067 FF 1F43B675 90 EC 01FFFFFFFFFFFFFE | MALFORMED 0xEC at 10: Larger than the rest of the Cluster (Void at byte 10)"
            })
    void malformed(String hex, String expected) {
        List<String> events = events(hex);
        if (expected.equals("NONE")) {
            assertThat(events).isEmpty();
        } else {
            assertThat(events.get(events.size() - 1)).isEqualTo(expected);
        }
    }

    @Test
    void aDeclaredSizeIsOnlyANumber() {
        assertThat(lastEvent("18538067 FF 1254C367 01FFFFFFFFFFFFFE 00"))
                .isEqualTo("START Segment 0..5 size unknown");
    }
}
