/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.mkv.document;

import io.github.flinkkvs.mkv.Describe;
import io.github.flinkkvs.mkv.Feed;
import io.github.flinkkvs.mkv.Fragment;
import io.github.flinkkvs.mkv.TestMedia;
import io.github.flinkkvs.mkv.parser.ElementType;
import io.github.flinkkvs.mkv.parser.MkvException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.ReadOnlyBufferException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

import static io.github.flinkkvs.mkv.TestMedia.block;
import static io.github.flinkkvs.mkv.TestMedia.blockGroup;
import static io.github.flinkkvs.mkv.TestMedia.bytes;
import static io.github.flinkkvs.mkv.TestMedia.cluster;
import static io.github.flinkkvs.mkv.TestMedia.concat;
import static io.github.flinkkvs.mkv.TestMedia.document;
import static io.github.flinkkvs.mkv.TestMedia.element;
import static io.github.flinkkvs.mkv.TestMedia.info;
import static io.github.flinkkvs.mkv.TestMedia.number;
import static io.github.flinkkvs.mkv.TestMedia.simpleBlock;
import static io.github.flinkkvs.mkv.TestMedia.simpleTag;
import static io.github.flinkkvs.mkv.TestMedia.sized;
import static io.github.flinkkvs.mkv.TestMedia.tags;
import static io.github.flinkkvs.mkv.TestMedia.text;
import static io.github.flinkkvs.mkv.TestMedia.track;
import static io.github.flinkkvs.mkv.TestMedia.tracks;
import static io.github.flinkkvs.mkv.TestMedia.unknownSized;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class MkvDocumentTest {

    private static final byte[] MEDIA =
            document(
                    info(1_000_000),
                    tracks(
                            track(1, element(0x536E, "left\0\0")),
                            track(2),
                            track(3, element(0x536E, "right"))),
                    tags(simpleTag("a", "1", simpleTag("b", "2")), simpleTag("c", "3")),
                    unknownSized(
                            8,
                            0x1F43B675,
                            element(0xE7, 1000),
                            simpleBlock(1, 20, 0x80, text("frame")),
                            element(0x3A5A5A, bytes("01 02"))),
                    unknownSized(1, 0x1F43B675, element(0xE7, 2000)),
                    tags(simpleTag("d", "4")));

    private static MkvDocument media() {
        return new MkvDocument(MEDIA);
    }

    /** An Info element with only this in it. */
    private static MkvElement inInfo(byte[] child) throws MkvException {
        return new MkvDocument(document(element(0x1549A966, child)))
                .children("Segment/Info")
                .get(0)
                .children()
                .get(0);
    }

    private static List<String> names(List<MkvElement> elements) {
        return elements.stream().map(MkvElement::name).collect(Collectors.toList());
    }

    private static List<String> texts(List<MkvElement> elements) throws MkvException {
        List<String> texts = new ArrayList<>();
        for (MkvElement element : elements) {
            texts.add(element.stringValue());
        }
        return texts;
    }

    // ---- the tree -----------------------------------------------------------------------------

    @Test
    void hasTheFragmentsElementsInTheirOrder() throws Exception {
        MkvDocument document = Feed.only(TestMedia.fragment()).document();

        assertThat(names(document.children())).containsExactly("EBML", "Segment");
        MkvElement segment = document.children().get(1);
        assertThat(names(segment.children()))
                .containsExactly("Info", "Tracks", "Tags", "Cluster", "Tags");
        assertThat(names(segment.children().get(3).children()))
                .containsExactly("Timestamp", "SimpleBlock");
    }

    @Test
    void isNotThereWithoutMedia() throws Exception {
        Fragment fragment = Feed.onlyTagsOf(TestMedia.fragment());
        assertThatThrownBy(fragment::document)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("read for its tags only");
    }

    @Test
    void endsWhatIsOfUnknownSizeWhereItMust() throws Exception {
        MkvElement segment = media().child("Segment");
        assertThat(segment.isUnknownSized()).isTrue();
        assertThat(segment.offset() + segment.headerSize() + segment.dataSize())
                .isEqualTo(MEDIA.length);
        assertThat(names(segment.children()))
                .containsExactly("Info", "Tracks", "Tags", "Cluster", "Cluster", "Tags");
        List<MkvElement> clusters = segment.children("Cluster");
        assertThat(names(clusters.get(0).children()))
                .containsExactly("Timestamp", "SimpleBlock", "0x3A5A5A");
        assertThat(names(clusters.get(1).children())).containsExactly("Timestamp");
        assertThat(clusters).allMatch(MkvElement::isUnknownSized);
        assertThat(media().child("EBML").isUnknownSized()).isFalse();
    }

    /** The fragment is complete before its Segment is. */
    @Test
    void endsASegmentWithTheFragment() throws Exception {
        byte[] children =
                concat(info(1_000_000), tracks(track(1)), TestMedia.leadingTags(), cluster());
        byte[] segment =
                sized(
                        8,
                        0x18538067,
                        children,
                        TestMedia.trailingTags(),
                        element(0xEC, new byte[9]));
        Fragment fragment = Feed.only(concat(TestMedia.ebmlHeader(), segment));

        MkvElement read = fragment.document().child("Segment");
        assertThat(names(read.children()))
                .containsExactly("Info", "Tracks", "Tags", "Cluster", "Tags");
        assertThat(read.offset() + read.headerSize() + read.dataSize())
                .isEqualTo(fragment.sizeBytes());
    }

    @Test
    void severalDocumentsFollowEachOther() throws Exception {
        MkvDocument both = new MkvDocument(concat(MEDIA, TestMedia.fragment()));
        assertThat(names(both.children())).containsExactly("EBML", "Segment", "EBML", "Segment");
        assertThat(both.children("Segment/Cluster")).hasSize(3);
    }

    @Test
    void knowsWhereAnElementIs() throws Exception {
        MkvElement unknown = media().find("0x3A5A5A");
        assertThat(unknown.path()).isEqualTo("Segment/Cluster/0x3A5A5A");
        assertThat(unknown.parent().path()).isEqualTo("Segment/Cluster");
        assertThat(media().path()).isEmpty();
        assertThat(unknown.headerSize()).isEqualTo(4);
        assertThat(unknown.dataSize()).isEqualTo(2);
        assertThat(MEDIA).containsSequence(bytes("3A5A5A 82 01 02")).startsWith(bytes("1A45DFA3"));
        int at = unknown.offset();
        assertThat(Arrays.copyOfRange(MEDIA, at, at + 6)).isEqualTo(bytes("3A5A5A 82 01 02"));
        assertThat(unknown).isEqualTo(unknown.parent().child("0x3A5A5A")).isNotEqualTo(null);
        assertThat(unknown).isNotEqualTo(media().child("Segment/Cluster/Timestamp"));
        assertThat(unknown).hasToString("Segment/Cluster/0x3A5A5A at byte " + at + ", 2 bytes");
    }

    // ---- searching ----------------------------------------------------------------------------

    @Test
    void findsByPath() throws Exception {
        assertThat(texts(media().children("Segment/Tracks/TrackEntry/Name")))
                .containsExactly("left", "right");
        assertThat(media().child("Segment/Tracks/TrackEntry/Name").stringValue()).isEqualTo("left");
        assertThat(media().child("Segment/Tracks").children("TrackEntry")).hasSize(3);
        assertThat(texts(media().children("Segment/Tags/Tag/SimpleTag/TagName")))
                .containsExactly("a", "c", "d");
        assertThat(media().child("Segment/Chapters/EditionEntry")).isNull();
        assertThat(media().children("Tracks")).isEmpty();
        assertThat(media().child("Segment/Cluster/0x3A5A5A").dataSize()).isEqualTo(2);
    }

    @Test
    void findsByNameAtAnyDepth() throws Exception {
        assertThat(texts(media().findAll("TagName"))).containsExactly("a", "b", "c", "d");
        assertThat(media().find("TagName").stringValue()).isEqualTo("a");
        assertThat(media().child("Segment/Tags/Tag").findAll("SimpleTag")).hasSize(3);
        assertThat(media().find("Chapters")).isNull();
        assertThat(media().findAll("Chapters")).isEmpty();
        assertThat(media().find("TagName").findAll("TagName")).isEmpty();
    }

    @Test
    void findsById() throws Exception {
        assertThat(texts(media().findAll(0x45A3))).containsExactly("a", "b", "c", "d");
        assertThat(media().find(0x3A5A5A).isKnown()).isFalse();
        assertThat(media().find(0x3A5A5B)).isNull();
    }

    /** The first match is found, whatever may be wrong after it. */
    @Test
    void looksNoFurtherThanItMust() throws Exception {
        byte[] broken =
                document(tags(simpleTag("a", "1")), tags(), element(0x1254C367, bytes("FF")));
        assertThat(new MkvDocument(broken).find("TagString").stringValue()).isEqualTo("1");
        assertThat(new MkvDocument(broken).child("Segment/Tags/Tag/SimpleTag")).isNotNull();
        assertThatThrownBy(() -> new MkvDocument(broken).findAll("TagString"))
                .isInstanceOf(MkvException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "Trak",
                "Segment/",
                "/Segment",
                "segment",
                "0x",
                "0xXY",
                "Segment//Info"
            })
    void refusesNamesThatNoElementHas(String path) {
        assertThatThrownBy(() -> media().children(path))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("No element of Matroska has the name '");
    }

    // ---- values -------------------------------------------------------------------------------

    @Test
    void readsValuesOfAllTypes() throws Exception {
        MkvElement scale = media().find("TimestampScale");
        assertThat(scale.type()).isEqualTo(ElementType.UNSIGNED);
        assertThat(scale.longValue()).isEqualTo(1_000_000);
        MkvElement uid =
                new MkvDocument(document(tracks(element(0xAE, element(0x73C5, -1L)))))
                        .find("TrackUID");
        assertThat(Long.toUnsignedString(uid.longValue())).isEqualTo("18446744073709551615");
        MkvElement reference =
                new MkvDocument(document(cluster(blockGroup(element(0xFB, number(-7, 2))))))
                        .find("ReferenceBlock");
        assertThat(reference.type()).isEqualTo(ElementType.SIGNED);
        assertThat(reference.longValue()).isEqualTo(-7);
        MkvElement duration = inInfo(element(0x4489, number(Double.doubleToLongBits(1.5), 8)));
        assertThat(duration.type()).isEqualTo(ElementType.FLOAT);
        assertThat(duration.doubleValue()).isEqualTo(1.5);
        assertThat(inInfo(element(0x4489, number(Float.floatToIntBits(2.5f), 4))).doubleValue())
                .isEqualTo(2.5);
        assertThat(media().find("CodecID").type()).isEqualTo(ElementType.STRING);
        assertThat(media().find("CodecID").stringValue()).isEqualTo("V_MPEG4/ISO/AVC");
        MkvElement title = inInfo(element(0x7BA9, text("Küche\0garbage")));
        assertThat(title.type()).isEqualTo(ElementType.UTF_8);
        assertThat(title.stringValue()).isEqualTo("Küche");
        MkvElement unknown = media().find(0x3A5A5A);
        assertThat(unknown.type()).isEqualTo(ElementType.BINARY);
        assertThat(Describe.bytes(unknown.data())).isEqualTo(bytes("01 02"));
    }

    /** A nanosecond after the start of the millennium, one before it, and a usual time. */
    @ParameterizedTest
    @CsvSource({
        "1,2001-01-01T00:00:00.000000001Z",
        "-1,2000-12-31T23:59:59.999999999Z",
        "770000000123456789,2025-05-27T00:53:20.123456789Z"
    })
    void readsDates(long nanos, Instant expected) throws Exception {
        MkvElement date = inInfo(element(0x4461, number(nanos, 8)));
        assertThat(date.type()).isEqualTo(ElementType.DATE);
        assertThat(date.dateValue()).isEqualTo(expected);
    }

    @Test
    void dataIsAReadOnlyViewOfThePayload() throws Exception {
        MkvElement block = media().find("SimpleBlock");
        assertThat(Describe.bytes(block.data())).isEqualTo(bytes("81 0014 80 'frame'"));
        assertThatThrownBy(() -> block.data().put((byte) 0))
                .isInstanceOf(ReadOnlyBufferException.class);
        assertThat(block.data().capacity()).isEqualTo(block.dataSize());
    }

    @Test
    void refusesValuesOfAnotherType() throws Exception {
        MkvElement codec = media().find("CodecID");
        assertThatThrownBy(codec::longValue)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("CodecID is of the type STRING, not UNSIGNED");
        MkvElement unknown = media().find(0x3A5A5A);
        assertThatThrownBy(unknown::stringValue)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("0x3A5A5A is of the type BINARY, not STRING");
        assertThatThrownBy(unknown::doubleValue).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(unknown::dateValue).isInstanceOf(IllegalStateException.class);
    }

    // ---- malformed ----------------------------------------------------------------------------

    @Test
    void refusesPayloadsThatAreNoValue() throws Exception {
        MkvElement longNumber = inInfo(element(0x2AD7B1, new byte[9]));
        assertThatThrownBy(longNumber::longValue)
                .isInstanceOf(MkvException.class)
                .hasMessage(
                        "An integer of 9 bytes (TimestampScale at byte %d)", longNumber.offset());
        MkvElement duration = inInfo(element(0x4489, new byte[10]));
        assertThatThrownBy(duration::doubleValue)
                .hasMessage("A float of 10 bytes (Duration at byte %d)", duration.offset());
        MkvElement date = inInfo(element(0x4461, new byte[4]));
        assertThatThrownBy(date::dateValue)
                .hasMessage("A date of 4 bytes (DateUTC at byte %d)", date.offset());
    }

    @ParameterizedTest
    @CsvSource({
        "00,Not an element id (element id at byte %d)",
        "7BA9 00,Not an element size (Title at byte %d)",
        "7BA9 82 41,Larger than its parent element (Title at byte %d)",
        "7BA9 FF 41,Unknown size (Title at byte %d)",
        "7BA9 01FFFFFFFFFFFFFE,Larger than its parent element (Title at byte %d)",
        "7B,Not an element id (element id at byte %d)"
    })
    void refusesWhatIsNoElement(String info, String message) throws Exception {
        MkvElement parent =
                new MkvDocument(document(element(0x1549A966, bytes(info)))).child("Segment/Info");
        assertThatThrownBy(parent::children)
                .isInstanceOf(MkvException.class)
                .hasMessage(message, parent.offset() + parent.headerSize());
    }

    @Test
    void nestsOnlySoDeep() throws Exception {
        byte[] nested = simpleTag("deepest", "");
        // In Segment, Tags and Tag, and one is there already.
        for (int depth = 4; depth < 64; depth++) {
            nested = element(0x67C8, nested);
        }
        byte[] allowed = document(tags(nested));
        assertThat(new MkvDocument(allowed).find("TagName").stringValue()).isEqualTo("deepest");

        byte[] tooDeep = document(tags(element(0x67C8, nested)));
        assertThatThrownBy(() -> new MkvDocument(tooDeep).find("TagName"))
                .isInstanceOf(MkvException.class)
                .hasMessageStartingWith("Nested more than 64 deep (SimpleTag at byte ");
        StringBuilder text = new StringBuilder();
        new MkvDocument(tooDeep).print(text);
        assertThat(text).contains("malformed: Nested more than 64 deep (SimpleTag at byte ");
    }

    // ---- as text ------------------------------------------------------------------------------

    @Test
    void printsTheTree() throws Exception {
        byte[] media =
                document(
                        element(
                                0x1549A966,
                                element(0x2AD7B1, 500_000),
                                element(0x4461, number(0, 8)),
                                element(0x4489, number(Double.doubleToLongBits(1.5), 8)),
                                element(0x7BA9, "two\nlines\u001B[2J, Küche\0")),
                        tracks(element(0xAE, element(0x63A2, new byte[17]))),
                        unknownSized(
                                1,
                                0x1F43B675,
                                element(0xE7, 4000),
                                simpleBlock(1, -3, 0x89, text("frame")),
                                blockGroup(
                                        block(2, 1, 0x82, bytes("02 01 02 AA BBCC DD")),
                                        element(0xFB, number(-7, 2))),
                                simpleBlock(1, 0, 0x04, bytes("01 AABBCC")),
                                element(0x3A5A5A, bytes("05")),
                                element(0xEC)),
                        element(0x1C53BB6B, element(0xBB, bytes("B3 85 01"))),
                        element(0x114D9B74, element(0x4489, 7)));
        StringBuilder text = new StringBuilder();
        new MkvDocument(media).print(text);
        assertThat(text.toString().split("\n"))
                .containsExactly(
                        "+ EBML",
                        "|+ DocType: matroska",
                        "+ Segment (unknown size)",
                        "|+ Info",
                        "| + TimestampScale: 500000",
                        "| + DateUTC: 2001-01-01T00:00:00Z",
                        "| + Duration: 1.5",
                        "| + Title: two\\u000Alines\\u001B[2J, Küche",
                        "|+ Tracks",
                        "| + TrackEntry",
                        "|  + CodecPrivate: 17 bytes,"
                                + " 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 …",
                        "|+ Cluster (unknown size)",
                        "| + Timestamp: 4000",
                        "| + SimpleBlock: track 1, 1.998500000 s, key frame, invisible,"
                                + " discardable, 1 frame of 5 bytes",
                        "| + BlockGroup",
                        "|  + Block: track 2, 2.000500000 s, 3 frames of 1, 2, 1 bytes",
                        "|  + ReferenceBlock: -7",
                        "| + SimpleBlock: malformed: Lacing that does not fit its block"
                                + " (SimpleBlock at byte 153)",
                        "| + 0x3A5A5A: 1 byte, 05",
                        "| + Void: 0 bytes",
                        "|+ Cues",
                        "| + CuePoint",
                        "|  + malformed: Larger than its parent element (CueTime at byte 177)",
                        "|+ SeekHead",
                        "| + Duration: malformed: A float of 1 bytes (Duration at byte 185)");
    }
}
