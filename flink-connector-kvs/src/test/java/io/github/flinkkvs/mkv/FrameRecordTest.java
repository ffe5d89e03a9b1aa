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

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;

import static io.github.flinkkvs.mkv.TestMedia.block;
import static io.github.flinkkvs.mkv.TestMedia.blockGroup;
import static io.github.flinkkvs.mkv.TestMedia.bytes;
import static io.github.flinkkvs.mkv.TestMedia.cluster;
import static io.github.flinkkvs.mkv.TestMedia.document;
import static io.github.flinkkvs.mkv.TestMedia.element;
import static io.github.flinkkvs.mkv.TestMedia.fragment;
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

class FrameRecordTest {

    private static final int KEY = 0x80;

    /**
     * Leading Tags of fragment 7, and the frame of a BlockGroup, 3 ms into it, with payload CAFE.
     */
    private static final String GOLDEN_1 =
            "000663616D65726101003F61726E3A6177733A6B696E65736973766964656F3A65752D63656E7472"
                    + "616C2D313A313A73747265616D2F63616D6572612F31373030303030303030303030000000B71254"
                    + "C36701000000000000AB7373100000A567C81000002D45A3100000204157535F4B494E4553495356"
                    + "4944454F5F465241474D454E545F4E554D4245524487100000013767C81000003245A31000002141"
                    + "57535F4B494E45534953564944454F5F5345525645525F54494D455354414D50448710000005312E"
                    + "30303067C81000003445A3100000234157535F4B494E45534953564944454F5F50524F4455434552"
                    + "5F54494D455354414D50448710000005322E30303000000000000000010000000000000000002DC6"
                    + "C0FFFFFFFFFFFFFFFF0000000001000000000000000100000002CAFE";

    /** The same, which arrived within 2 ms up to a certain time. */
    private static final String GOLDEN_2 = "01000001A3185C500000000000001E8480" + GOLDEN_1;

    private static byte[] twoTracks(byte[]... clusterChildren) {
        return document(
                info(1_000_000),
                tracks(
                        track(1, element(0x536E, "eye")),
                        track(2, element(0x536E, "ear"), element(0x83, 2))),
                leadingTags(),
                cluster(clusterChildren),
                trailingTags());
    }

    private static List<String> indices(Feed feed) {
        return feed.frames.stream()
                .map(record -> record.track().number() + "." + record.frame().index())
                .collect(Collectors.toList());
    }

    private static Feed feed(FrameFilter filter, byte[] document) throws MkvException {
        return new Feed(filter).all(document, document.length);
    }

    // ---- as they arrive -----------------------------------------------------------------------

    @Test
    void aFrameComesWithTheLastByteOfItsBlock() throws Exception {
        byte[] first = simpleBlock(1, 0, KEY, new byte[300]);
        byte[] second = blockGroup(block(1, 40, 0, new byte[700]), element(0xFB, 40));
        byte[] whole = fragment(first, second);
        Feed feed = new Feed(FrameFilter.all());
        List<Integer> arrivals = new ArrayList<>();
        for (int at = 0; at < whole.length; at++) {
            int before = feed.frames.size();
            feed.all(whole, at, at + 1, () -> 1);
            if (feed.frames.size() > before) {
                arrivals.add(at + 1);
            }
        }
        int end = whole.length - trailingTags().length;
        assertThat(arrivals).containsExactly(end - second.length, end);
        assertThat(feed.fragments).hasSize(1);
        assertThat(feed.fragments.get(0).hasMedia()).isFalse();
        assertThat(feed.assembler.heldBytes()).isZero();
    }

    @Property(tries = 200)
    void areThoseOfTheWholeFragmentWhateverThePieces(@ForAll long seed) throws Exception {
        List<RandomMedia> documents = RandomMedia.documents(seed, 3);
        byte[] all = RandomMedia.bytesOf(documents);
        FrameFilter filter = randomFilter(new Random(seed));
        List<FrameRecord> expected = new ArrayList<>();
        for (Fragment fragment : Feed.of(all).fragments) {
            expected.addAll(filter.of(fragment));
        }
        Feed pieces = new Feed(filter).all(all, Feed.randomPieces(seed));
        assertThat(pieces.frames).isEqualTo(expected);
        assertThat(pieces.fragments).isEqualTo(new Feed(false).all(all, all.length).fragments);
    }

    private static FrameFilter randomFilter(Random random) {
        FrameFilter filter = FrameFilter.all().everyNth(1 + random.nextInt(3));
        if (random.nextInt(3) == 0) {
            filter = filter.keyFrames();
        }
        if (random.nextInt(3) == 0) {
            filter = filter.trackNumbers(1, 2);
        }
        if (random.nextInt(4) == 0) {
            filter = filter.trackTypes(Track.Type.VIDEO, Track.Type.OTHER);
        }
        return filter;
    }

    @Test
    void holdsOneBlockAtMostAndNoneThatIsNotWanted() throws Exception {
        byte[][] blocks = new byte[20][];
        Arrays.setAll(blocks, i -> simpleBlock(1, i, i == 0 ? KEY : 0, new byte[10_000]));
        byte[] whole = fragment(blocks);
        Feed all = new Feed(FrameFilter.all()).all(whole, 1000);
        assertThat(all.frames).hasSize(20);
        assertThat(all.mostHeld).isBetween(9_000, 11_500);
        Feed other = new Feed(FrameFilter.all().trackNumbers(2)).all(whole, 1000);
        assertThat(other.frames).isEmpty();
        assertThat(other.mostHeld).isLessThan(2_500);
        // The frames of the fragment still count.
        assertThat(other.fragments.get(0).frameCounts()).containsEntry(1L, 20);
    }

    @Test
    void aFragmentWithoutItsNumberHasNoFrames() {
        byte[] document =
                document(
                        info(1_000_000),
                        tracks(track(1)),
                        cluster(simpleBlock(1, 0, KEY)),
                        leadingTags(),
                        trailingTags());
        assertThatThrownBy(() -> feed(FrameFilter.all(), document))
                .isInstanceOf(MkvException.class)
                .hasMessageContaining("without its number");
    }

    // ---- what they say ------------------------------------------------------------------------

    @Test
    void knowTheirFragmentAndTrack() throws Exception {
        FrameRecord record =
                feed(FrameFilter.all(), twoTracks(simpleBlock(2, 7, KEY, bytes("CAFE"))))
                        .frames
                        .get(0);
        assertThat(record.fragment().number()).hasToString(TestMedia.NUMBER);
        assertThat(record.fragment().streamName()).isEqualTo(Feed.STREAM);
        assertThat(record.fragment().streamArn()).isEqualTo(Feed.ARN);
        assertThat(record.track().name()).isEqualTo("ear");
        assertThat(record.track().type()).isEqualTo(Track.Type.AUDIO);
        assertThat(record.frame().timestampMillis())
                .isEqualTo(record.fragment().producerTimestampMillis() + 7);
        assertThat(Describe.bytes(record.frame().data())).isEqualTo(bytes("CAFE"));
        assertThat(record)
                .hasToString(
                        "frame 0 of track 2 (key), 2 bytes of fragment "
                                + TestMedia.NUMBER
                                + " of stream camera");
    }

    @Test
    void ofATrackThatIsNotDeclared() throws Exception {
        FrameRecord record =
                feed(FrameFilter.all(), twoTracks(simpleBlock(9, 0, KEY))).frames.get(0);
        assertThat(record.track().number()).isEqualTo(9);
        assertThat(record.track().type()).isEqualTo(Track.Type.OTHER);
        assertThat(record.track().codecId()).isEmpty();
    }

    // ---- filters ------------------------------------------------------------------------------

    @Test
    void filters() throws Exception {
        byte[] document =
                twoTracks(
                        simpleBlock(1, 0, KEY),
                        simpleBlock(2, 0, KEY),
                        simpleBlock(1, 1, 0),
                        simpleBlock(1, 2, 0),
                        blockGroup(block(1, 3, 0)),
                        blockGroup(block(1, 4, 0), element(0xFB, 1)),
                        simpleBlock(2, 5, KEY),
                        simpleBlock(9, 5, KEY));
        FrameFilter all = FrameFilter.all();
        assertThat(indices(feed(all, document)))
                .containsExactly("1.0", "2.1", "1.2", "1.3", "1.4", "1.5", "2.6", "9.7");
        assertThat(indices(feed(all.trackNumbers(2, 9), document)))
                .containsExactly("2.1", "2.6", "9.7");
        assertThat(indices(feed(all.trackNames("ear"), document))).containsExactly("2.1", "2.6");
        assertThat(indices(feed(all.trackTypes(Track.Type.AUDIO), document)))
                .containsExactly("2.1", "2.6");
        assertThat(indices(feed(all.keyFrames(), document)))
                .containsExactly("1.0", "2.1", "1.4", "2.6", "9.7");
        assertThat(indices(feed(all.everyNth(2), document)))
                .containsExactly("1.0", "2.1", "1.3", "1.5", "9.7");
        assertThat(indices(feed(all.trackNumbers(1).keyFrames().everyNth(2), document)))
                .containsExactly("1.0");
    }

    @Test
    void everyNthAmongLacedFrames() throws Exception {
        byte[] document =
                fragment(
                        simpleBlock(1, 0, KEY),
                        simpleBlock(1, 1, 0x06, laced(0x06, new byte[3], new byte[4], new byte[5])),
                        simpleBlock(1, 2, 0));
        assertThat(indices(feed(FrameFilter.all().everyNth(2), document)))
                .containsExactly("1.0", "1.2", "1.4");
    }

    @Test
    void everyNthIsCountedForEachTrackThatIsNotDeclaredEither() throws Exception {
        byte[] document =
                fragment(
                        simpleBlock(8, 0, KEY),
                        simpleBlock(9, 0, KEY),
                        simpleBlock(8, 1, KEY),
                        simpleBlock(9, 1, KEY));
        assertThat(indices(feed(FrameFilter.all().everyNth(2), document)))
                .containsExactly("8.0", "9.1");
    }

    @Test
    void takeNoMoreMemoryThanTheirOwnBytes() throws Exception {
        byte[] group = blockGroup(block(1, 0, 0, new byte[10]), element(0x75A1, new byte[100_000]));
        Frame ofGroup = feed(FrameFilter.all(), fragment(group)).frames.get(0).frame();
        assertThat(ofGroup.payload().array()).hasSizeLessThan(100);
        assertThat(Describe.bytes(ofGroup.data())).isEqualTo(new byte[10]);
    }

    @Test
    void ofMoreReferencesThanCouldBeReadBackAreRefused() throws Exception {
        byte[] reference = element(0xFB, new byte[0]);
        byte[] references = new byte[reference.length << 21];
        for (int at = 0; at < references.length; at += reference.length) {
            System.arraycopy(reference, 0, references, at, reference.length);
        }
        byte[] document = fragment(blockGroup(block(1, 0, 0, new byte[1]), references));
        assertThatThrownBy(() -> FrameRecord.of(Feed.only(document)))
                .isInstanceOf(MkvException.class)
                .hasMessageContaining("ReferenceBlocks");
        Feed arriving = feed(FrameFilter.all(), document);
        assertThat(arriving.frames).isEmpty();
        assertThat(arriving.damaged).singleElement().asString().contains("ReferenceBlocks");
    }

    /** All others are delivered, with their indices among all frames. */
    @Test
    void ofABlockThatIsDamagedAreLeftOutAlone() throws Exception {
        byte[] document =
                twoTracks(
                        simpleBlock(1, 0, KEY, bytes("01")),
                        // Three frames of the same size in four bytes.
                        simpleBlock(2, 1, 0x04, bytes("02 AABBCCDD")),
                        // An invalid BlockDuration.
                        blockGroup(block(1, 2, 0, bytes("02")), element(0x9B, number(-1, 8))),
                        simpleBlock(1, 3, 0, bytes("03")));
        Feed arriving = feed(FrameFilter.all(), document);
        assertThat(indices(arriving)).containsExactly("1.0", "1.5");
        assertThat(arriving.damaged).hasSize(2);
        assertThat(arriving.damaged.get(0))
                .startsWith("2 3 Lacing that does not fit its block (SimpleBlock at byte ");
        assertThat(arriving.damaged.get(1))
                .startsWith("1 1 A number out of range: 18446744073709551615");
        assertThat(arriving.fragments.get(0).frameCounts()).isEqualTo(Map.of(1L, 3, 2L, 3));

        Fragment whole = Feed.only(document);
        List<String> damage = new ArrayList<>();
        assertThat(FrameRecord.of(whole, (track, count, e) -> damage.add(track + " " + count)))
                .isEqualTo(arriving.frames);
        assertThat(damage).containsExactly("2 3", "1 1");
        assertThat(whole.frames((track, count, e) -> {})).hasSize(2);
        assertThatThrownBy(() -> FrameRecord.of(whole)).hasMessageStartingWith("Lacing");
        assertThatThrownBy(whole::frames).hasMessageStartingWith("Lacing");

        // A track may appear only in damage.
        byte[] undeclared = fragment(simpleBlock(9, 1, 0x04, bytes("02 AABBCCDD")));
        assertThat(feed(FrameFilter.all(), undeclared).damaged).hasSize(1);

        // Unwanted frames are not missed.
        assertThat(feed(FrameFilter.all().trackNumbers(1).keyFrames(), document).damaged)
                .hasSize(1);
    }

    @Test
    void areTheSameOfAWholeFragmentThatSaysMoreBehindItsMedia() throws Exception {
        byte[] document =
                document(
                        info(1_000_000),
                        leadingTags(),
                        cluster(simpleBlock(1, 7, KEY)),
                        info(2_000_000),
                        tracks(track(1)),
                        trailingTags());
        assertThat(FrameRecord.of(Feed.only(document)))
                .isEqualTo(feed(FrameFilter.all(), document).frames);
    }

    @Test
    void refusesFiltersThatWantNothing() {
        assertThatThrownBy(() -> FrameFilter.all().everyNth(0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("not 0");
        assertThatThrownBy(() -> FrameFilter.all().trackNames())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("track names");
        assertThatThrownBy(() -> FrameFilter.all().trackTypes())
                .isInstanceOf(IllegalArgumentException.class);
    }

    // ---- serialized ---------------------------------------------------------------------------

    private static byte[] written(FrameRecord record) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        FrameSerialization.write(record, new DataOutputStream(out));
        return out.toByteArray();
    }

    private static FrameRecord read(byte[] bytes) throws IOException {
        return FrameSerialization.readVersion2(
                new DataInputStream(new ByteArrayInputStream(bytes)));
    }

    @Property(tries = 100)
    void readsWhatItWrote(@ForAll long seed) throws Exception {
        for (Fragment fragment :
                Feed.of(RandomMedia.bytesOf(RandomMedia.documents(seed, 1))).fragments) {
            for (FrameRecord record : FrameRecord.of(fragment)) {
                FrameRecord again = read(written(record));
                assertThat(again).isEqualTo(record).hasSameHashCodeAs(record);
                assertThat(again.track()).isEqualTo(record.track());
                assertThat(again.fragment().tags()).isEqualTo(record.fragment().tags());
                assertThat(Describe.frame(again.frame())).isEqualTo(Describe.frame(record.frame()));
            }
        }
    }

    @Test
    void readsTheseFormsForEver() throws Exception {
        byte[] group = blockGroup(block(1, 3, 0, bytes("CAFE")), element(0xFB, 1));
        byte[] document =
                document(leadingTags("7", "1.000", "2.000"), cluster(group), trailingTags());
        int withinGroup = document.length - trailingTags().length - 1;
        Feed feed = new Feed(FrameFilter.all());
        feed.assembler.feed(ByteBuffer.wrap(document, 0, withinGroup), 1, 1_000, feed);
        feed.assembler.feed(
                ByteBuffer.wrap(document, withinGroup, document.length - withinGroup),
                1_800_000_000_000L,
                2_001_000,
                feed);
        FrameRecord record = feed.frames.get(0);
        assertThat(TestMedia.hex(written(record))).isEqualTo(GOLDEN_2);
        assertThat(read(bytes(GOLDEN_2))).isEqualTo(record);
        assertThat(read(bytes(GOLDEN_2)).arrival())
                .isEqualTo(new Arrival(1_800_000_000_000L, 2_000_000));

        FrameRecord ofVersion1 =
                FrameSerialization.readVersion1(
                        new DataInputStream(new ByteArrayInputStream(bytes(GOLDEN_1))));
        assertThat(ofVersion1).isEqualTo(record);
        assertThat(ofVersion1.arrival()).isNull();
    }
}
