/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.mkv.assembler;

import io.github.flinkkvs.mkv.Arrival;
import io.github.flinkkvs.mkv.Describe;
import io.github.flinkkvs.mkv.Feed;
import io.github.flinkkvs.mkv.Fragment;
import io.github.flinkkvs.mkv.FragmentNumber;
import io.github.flinkkvs.mkv.FragmentSerialization;
import io.github.flinkkvs.mkv.FrameFilter;
import io.github.flinkkvs.mkv.RandomArchive;
import io.github.flinkkvs.mkv.ServiceError;
import io.github.flinkkvs.mkv.Tag;
import io.github.flinkkvs.mkv.TestMedia;
import io.github.flinkkvs.mkv.parser.MkvException;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntSupplier;

import static io.github.flinkkvs.mkv.TestMedia.bytes;
import static io.github.flinkkvs.mkv.TestMedia.cluster;
import static io.github.flinkkvs.mkv.TestMedia.concat;
import static io.github.flinkkvs.mkv.TestMedia.document;
import static io.github.flinkkvs.mkv.TestMedia.element;
import static io.github.flinkkvs.mkv.TestMedia.fragmentNotFound;
import static io.github.flinkkvs.mkv.TestMedia.info;
import static io.github.flinkkvs.mkv.TestMedia.leadingTags;
import static io.github.flinkkvs.mkv.TestMedia.serviceTags;
import static io.github.flinkkvs.mkv.TestMedia.simpleBlock;
import static io.github.flinkkvs.mkv.TestMedia.simpleTag;
import static io.github.flinkkvs.mkv.TestMedia.sized;
import static io.github.flinkkvs.mkv.TestMedia.tags;
import static io.github.flinkkvs.mkv.TestMedia.text;
import static io.github.flinkkvs.mkv.TestMedia.track;
import static io.github.flinkkvs.mkv.TestMedia.tracks;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;

/**
 * Bodies of GetMediaForFragmentList in both of their shapes: a document per fragment, and one
 * document whose Segment has all fragments.
 */
class ArchivedMediaTest {

    // ---- a document per fragment --------------------------------------------------------------

    /** As GetMediaForFragmentList sends it: without trailing Tags. */
    private static byte[] archived(String number, int clusterSizeLength) {
        byte[] block = simpleBlock(1, 0, 0x80, TestMedia.text("frame " + number));
        return document(
                info(1_000_000),
                tracks(track(1)),
                leadingTags(number, "1519074132.668", "1518814932.515"),
                clusterSizeLength == 0
                        ? cluster(block)
                        : TestMedia.unknownSized(clusterSizeLength, 0x1F43B675, block));
    }

    @ParameterizedTest
    @CsvSource({"true, 0", "true, 1", "true, 8", "false, 0", "false, 1"})
    void withoutTrailingTagsTheNextDocumentCompletesAFragment(boolean keepMedia, int sizeLength)
            throws Exception {
        byte[] first = archived("1", sizeLength);
        byte[] second = archived("2", sizeLength);
        byte[] body = concat(first, second);
        for (int pieces = 1; pieces <= body.length; pieces++) {
            Feed feed = new Feed(keepMedia, FragmentEnd.NEXT_FRAGMENT);
            feed.all(body, pieces);
            assertThat(feed.fragments).hasSize(1);
            assertThat(feed.assembler.openFragmentBytes()).isEqualTo(second.length);
            feed.assembler.completeLast(feed);
            feed.assembler.completeLast(feed);
            assertThat(feed.fragments).hasSize(2);
            for (int i = 0; i < 2; i++) {
                Fragment fragment = feed.fragments.get(i);
                byte[] document = i == 0 ? first : second;
                assertThat(fragment.number()).hasToString(String.valueOf(i + 1));
                assertThat(fragment.sizeBytes()).isEqualTo(document.length);
                assertThat(fragment.continuationToken()).isNull();
                assertThat(fragment.millisBehindNow()).isNull();
                assertThat(fragment.frameCounts()).containsExactly(entry(1L, 1));
                if (keepMedia) {
                    assertThat(fragment.bytes()).isEqualTo(ByteBuffer.wrap(document));
                }
                ByteArrayOutputStream serialized = new ByteArrayOutputStream();
                FragmentSerialization.write(fragment, new DataOutputStream(serialized));
                assertThat(
                                FragmentSerialization.readVersion2(
                                        new DataInputStream(
                                                new ByteArrayInputStream(
                                                        serialized.toByteArray()))))
                        .isEqualTo(fragment);
            }
        }
    }

    @Test
    void aLastFragmentThatEndsWithinAnElementIsNotComplete() throws Exception {
        byte[] document = archived("1", 0);
        Feed feed = new Feed(true, FragmentEnd.NEXT_FRAGMENT);
        feed.all(Arrays.copyOf(document, document.length - 1), 7);
        assertThatThrownBy(() -> feed.assembler.completeLast(feed))
                .isInstanceOf(MkvException.class)
                .hasMessageContaining("ends within an element");
        assertThat(feed.fragments).isEmpty();
    }

    /** No byte of the next document, whose beginning ends the fragment, counts. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void theLimitIsExactForArchivedMedia(boolean keepMedia) throws Exception {
        byte[] document = document(leadingTags(), cluster(simpleBlock(1, 0, 0, new byte[10_000])));
        byte[] all = concat(document, document);
        for (int length : new int[] {1, 7, 4096, document.length + 3, all.length}) {
            Feed exact = new Feed(keepMedia, document.length, FragmentEnd.NEXT_FRAGMENT);
            assertThat(exact.all(all, length).fragments).hasSize(1);
            Feed tight = new Feed(keepMedia, document.length - 1, FragmentEnd.NEXT_FRAGMENT);
            assertThatThrownBy(() -> tight.all(all, length))
                    .isInstanceOf(MkvException.class)
                    .hasMessageContaining("has more than " + (document.length - 1) + " bytes");
            assertThat(tight.fragments).isEmpty();
        }
    }

    // ---- one Segment ---------------------------------------------------------------------------

    private static byte[] leading(int number) {
        return leadingTags(String.valueOf(number), "1519074132.668", "1518814932.515");
    }

    private static byte[] block(String payload) {
        return simpleBlock(1, 0, 0x80, text(payload));
    }

    private static Feed feed(byte[]... parts) throws MkvException {
        byte[] body = concat(parts);
        return new Feed(true, FragmentEnd.NEXT_FRAGMENT).all(body, body.length);
    }

    private static List<String> numbers(Feed feed) {
        List<String> numbers = new ArrayList<>();
        feed.fragments.forEach(fragment -> numbers.add(fragment.number().toString()));
        return numbers;
    }

    private static byte[] bytesOf(Fragment fragment) {
        return Describe.bytes(fragment.bytes());
    }

    private static Fragment serialized(Fragment fragment) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        FragmentSerialization.write(fragment, new DataOutputStream(bytes));
        return FragmentSerialization.readVersion2(
                new DataInputStream(new ByteArrayInputStream(bytes.toByteArray())));
    }

    @Test
    void theNextNumberCompletesAFragmentAndEachBecomesADocument() throws Exception {
        byte[] head = concat(info(1_000_000), tracks(track(1)));
        byte[] first = concat(leading(1), cluster(block("a")), tags(simpleTag("site", "x")));
        byte[] second = concat(leading(2), cluster(block("b")));
        Feed feed = feed(document(head, first, second));
        assertThat(numbers(feed)).containsExactly("1");
        assertThat(feed.assembler.openFragmentNumber()).isEqualTo(FragmentNumber.of("2"));
        feed.assembler.completeLast(feed);
        feed.assembler.completeLast(feed);
        assertThat(numbers(feed)).containsExactly("1", "2");
        assertThat(bytesOf(feed.fragments.get(0))).isEqualTo(document(head, first));
        byte[] repeated =
                concat(
                        sized(8, 0x1549A966, element(0x2AD7B1, 1_000_000)),
                        sized(8, 0x1654AE6B, track(1)));
        assertThat(bytesOf(feed.fragments.get(1))).isEqualTo(document(repeated, second));
        assertThat(feed.fragments.get(0).userTags()).extracting(Tag::name).containsExactly("site");
        assertThat(feed.fragments.get(1).userTags()).isEmpty();
        assertThat(feed.fragments.get(1).tracks()).isEqualTo(feed.fragments.get(0).tracks());
        assertThat(Describe.frames(feed.fragments.get(1))).hasSize(1);
    }

    @Property(tries = 500)
    void whatWasStoredIsRead(@ForAll long seed) throws Exception {
        RandomArchive archive = new RandomArchive(seed);
        Feed feed = new Feed(true, FragmentEnd.NEXT_FRAGMENT);
        feed.all(archive.body, archive.body.length);
        assertThat(feed.assembler.isInFragment()).isEqualTo(archive.endsWithFragment);
        List<byte[]> documents = archive.documents;
        long last = archive.endsWithFragment ? documents.get(documents.size() - 1).length : 0;
        assertThat(feed.assembler.openFragmentBytes()).isEqualTo(last);
        feed.assembler.completeLast(feed);
        assertThat(numbers(feed)).isEqualTo(archive.numbers);
        assertThat(feed.errors).extracting(ServiceError::toString).isEqualTo(archive.errors);
        for (int i = 0; i < documents.size(); i++) {
            Fragment fragment = feed.fragments.get(i);
            assertThat(TestMedia.hex(bytesOf(fragment))).isEqualTo(TestMedia.hex(documents.get(i)));
            // A document of its own: it is read as if it had come alone.
            Feed alone = new Feed(true, FragmentEnd.NEXT_FRAGMENT);
            alone.all(documents.get(i), 100).assembler.completeLast(alone);
            assertThat(alone.fragments).containsExactly(fragment);
            assertThat(Describe.metadata(alone.fragments.get(0)))
                    .isEqualTo(Describe.metadata(fragment));
            Fragment restored = serialized(fragment);
            assertThat(restored).isEqualTo(fragment);
            assertThat(Describe.metadata(restored)).isEqualTo(Describe.metadata(fragment));
            assertThat(Describe.frames(restored)).isEqualTo(Describe.frames(fragment));
        }
    }

    /** What was read of a body, in order. */
    private static List<Object> all(Feed feed, byte[] body, IntSupplier pieceLengths)
            throws MkvException {
        feed.all(body, pieceLengths);
        List<Object> all = new ArrayList<>();
        // The frames of the last fragment do not wait for its end.
        feed.frames.forEach(frame -> all.add(frame + Describe.frame(frame.frame())));
        all.add(feed.assembler.openFragmentBytes());
        all.add(feed.assembler.fragmentOffset());
        all.add(String.valueOf(feed.assembler.openFragmentNumber()));
        all.add(feed.assembler.openServerTimestampMillis());
        feed.assembler.completeLast(feed);
        feed.fragments.forEach(fragment -> all.add(Describe.metadata(fragment)));
        feed.errors.forEach(error -> all.add(error.toString()));
        return all;
    }

    @Property(tries = 200)
    void piecesOfAnyLengthAndAllModesGiveTheSame(@ForAll long seed) throws Exception {
        RandomArchive archive = new RandomArchive(seed);
        byte[] body = archive.body;
        FragmentEnd next = FragmentEnd.NEXT_FRAGMENT;
        List<Object> whole = all(new Feed(true, next), body, () -> body.length);
        Feed frames = new Feed(FrameFilter.all(), Integer.MAX_VALUE, next);
        List<Object> wholeFrames = all(frames, body, () -> body.length);
        assertThat(wholeFrames).endsWith(whole.toArray());
        for (Fragment fragment : frames.fragments) {
            assertThat(Describe.metadata(serialized(fragment)))
                    .isEqualTo(Describe.metadata(fragment));
        }
        for (IntSupplier lengths :
                List.<IntSupplier>of(() -> 1, () -> 13, Feed.randomPieces(seed))) {
            Feed media = new Feed(true, next);
            assertThat(all(media, body, lengths)).isEqualTo(whole);
            assertThat(media.mostHeld).isLessThan(4 * body.length);
            assertThat(all(new Feed(false, next), body, lengths)).isEqualTo(whole);
            Feed inPieces = new Feed(FrameFilter.all(), Integer.MAX_VALUE, next);
            assertThat(all(inPieces, body, lengths)).isEqualTo(wholeFrames);
        }
    }

    @Property(tries = 10)
    void aFragmentComesOutOnceTheNextOneIsKnown(@ForAll long seed) throws Exception {
        RandomArchive archive = new RandomArchive(seed);
        Feed feed = new Feed(true, FragmentEnd.NEXT_FRAGMENT);
        for (int at = 0; at < archive.body.length; at++) {
            String before = String.valueOf(feed.assembler.openFragmentNumber());
            int complete = feed.fragments.size();
            feed.all(archive.body, at, at + 1, () -> 1);
            if (feed.fragments.size() > complete) {
                assertThat(feed.fragments.get(complete).number()).hasToString(before);
                assertThat(String.valueOf(feed.assembler.openFragmentNumber()))
                        .isNotEqualTo(before);
            }
        }
        feed.assembler.completeLast(feed);
        assertThat(numbers(feed)).isEqualTo(archive.numbers);
    }

    @Test
    void aNumberThatIsRepeatedBeginsNothing() throws Exception {
        Feed feed = feed(document(tracks(track(1)), leading(1), cluster(), leading(1), cluster()));
        feed.assembler.completeLast(feed);
        assertThat(numbers(feed)).containsExactly("1");
    }

    @Test
    void anErrorAboutTheOpenFragmentDropsIt() throws Exception {
        byte[] error =
                serviceTags(
                        "AWS_KINESISVIDEO_FRAGMENT_NUMBER", "1",
                        "AWS_KINESISVIDEO_EXCEPTION_ERROR_CODE", "5000",
                        "AWS_KINESISVIDEO_EXCEPTION_MESSAGE", "internal");
        Feed feed = feed(document(tracks(track(1)), leading(1), cluster(), error, leading(2)));
        feed.assembler.completeLast(feed);
        assertThat(numbers(feed)).containsExactly("2");
        assertThat(feed.errors.toString()).isEqualTo("[error 5000 internal of fragment 1]");
    }

    @Test
    void anErrorDocumentIsFollowedByOthers() throws Exception {
        byte[] other = document(leading(2), cluster());
        Feed feed = feed(fragmentNotFound("1"), other, fragmentNotFound("3"));
        feed.assembler.completeLast(feed);
        assertThat(numbers(feed)).containsExactly("2");
        assertThat(bytesOf(feed.fragments.get(0))).isEqualTo(other);
        assertThat(feed.errors).hasSize(2);
    }

    @Test
    void anErrorOutsideOfAnyDocument() throws Exception {
        byte[] error =
                serviceTags(
                        "AWS_KINESISVIDEO_ERROR_CODE", "FRAGMENT_NOT_FOUND",
                        "AWS_KINESISVIDEO_ERROR_ID", "3000",
                        "AWS_KINESISVIDEO_FRAGMENT_NUMBER", "1");
        byte[] other = document(leading(2), cluster());
        Feed feed = feed(error, error, other, error);
        feed.assembler.completeLast(feed);
        assertThat(numbers(feed)).containsExactly("2");
        assertThat(bytesOf(feed.fragments.get(0))).isEqualTo(other);
        assertThat(feed.errors).hasSize(3);
        assertThat(feed.errors.get(0)).hasToString("error 3000 FRAGMENT_NOT_FOUND of fragment 1");
    }

    /** The service's trailing Tags end a fragment in this mode, too; another may follow. */
    @Test
    void trailingTagsEndAFragment() throws Exception {
        byte[] first = concat(tracks(track(1)), leading(1), cluster(), TestMedia.trailingTags());
        Feed feed = feed(document(first, tags(simpleTag("a", "b")), leading(2), cluster()));
        assertThat(numbers(feed)).containsExactly("1");
        assertThat(bytesOf(feed.fragments.get(0))).isEqualTo(document(first));
        feed.assembler.completeLast(feed);
        assertThat(numbers(feed)).containsExactly("1", "2");
        assertThat(feed.fragments.get(1).tracks()).hasSize(1);
        assertThat(feed.fragments.get(1).userTags()).isEmpty();
    }

    @Test
    void aFragmentWithoutTimestampsIsNotComplete() {
        byte[] number = serviceTags("AWS_KINESISVIDEO_FRAGMENT_NUMBER", "1");
        assertThatThrownBy(() -> feed(document(number, cluster(), leading(2))))
                .isInstanceOf(MkvException.class)
                .hasMessageContaining("without its number, server timestamp or producer timestamp");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void theLimitCountsTheSharedHeadAndNothingOfTheNextFragment(boolean keepMedia)
            throws Exception {
        byte[] head = concat(info(1_000_000), tracks(track(1)));
        byte[] small = concat(leading(1), cluster());
        byte[] large = concat(leading(2), cluster(simpleBlock(1, 0, 0, new byte[9000])));
        byte[] huge = tags(simpleTag("large", "x".repeat(9000)));
        byte[] body = document(head, small, large, concat(leading(3), huge));
        Feed whole = new Feed(true, FragmentEnd.NEXT_FRAGMENT);
        int limit = whole.all(body, body.length).fragments.get(1).sizeBytes();
        assertThat(limit).isGreaterThan(large.length + ebmlAndHead(head));
        byte[] tail = tags(simpleTag("tail", "y"));
        byte[] longer = document(head, small, large, tail, leading(3));
        for (int length : new int[] {1, 7, 4096, body.length}) {
            Feed exact = new Feed(keepMedia, limit, FragmentEnd.NEXT_FRAGMENT);
            byte[] untilTags = Arrays.copyOf(body, body.length - huge.length);
            assertThat(exact.all(untilTags, length).fragments).hasSize(2);
            // Tags of the fragment itself count, once it is known that they are.
            Feed tooLong = new Feed(keepMedia, limit, FragmentEnd.NEXT_FRAGMENT);
            assertThatThrownBy(() -> tooLong.all(longer, length))
                    .hasMessageContaining("Fragment 2 has more than " + limit + " bytes");
            assertThat(tooLong.fragments).hasSize(1);
            Feed tight = new Feed(keepMedia, limit - 1, FragmentEnd.NEXT_FRAGMENT);
            assertThatThrownBy(() -> tight.all(body, length))
                    .hasMessageContaining("Fragment 2 has more than " + (limit - 1) + " bytes");
            assertThat(tight.fragments).hasSize(1);
            assertThat(tight.assembler.openFragmentNumber()).isEqualTo(FragmentNumber.of("2"));
        }
    }

    private static int ebmlAndHead(byte[] head) {
        return document(head).length;
    }

    /** What is handed out must be a document that can be read again. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aSegmentWithoutAHeader(boolean keepMedia) {
        byte[] segment =
                TestMedia.unknownSized(
                        8, 0x18538067, concat(leading(1), cluster(), leading(2), cluster()));
        Feed feed = new Feed(keepMedia, FragmentEnd.NEXT_FRAGMENT);
        assertThatThrownBy(() -> feed.all(segment, 100))
                .isInstanceOf(MkvException.class)
                .hasMessageContaining("is in a document without an EBML header");
        assertThat(feed.fragments).isEmpty();
    }

    /** It would be repeated in each fragment. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aLargeHeaderIsNotRepeated(boolean keepMedia) throws Exception {
        byte[] header = element(0x1A45DFA3, element(0xEC, new byte[1100]));
        byte[] segment =
                TestMedia.unknownSized(
                        8, 0x18538067, concat(leading(1), cluster(), leading(2), cluster()));
        Feed feed = new Feed(keepMedia, FragmentEnd.NEXT_FRAGMENT);
        assertThatThrownBy(() -> feed.all(concat(header, segment), 100))
                .isInstanceOf(MkvException.class)
                .hasMessageContaining(
                        "Fragment 2 is in a document whose EBML header has more than");
        assertThat(numbers(feed)).containsExactly("1");
    }

    @Test
    void theFramesOfTheLastFragmentAreOutBeforeItIsComplete() throws Exception {
        byte[] group = TestMedia.blockGroup(TestMedia.block(1, 0, 0, text("b")), element(0x9B, 7));
        byte[] body =
                document(
                        tracks(track(1)),
                        leading(1),
                        TestMedia.unknownSized(1, 0x1F43B675, block("a")),
                        leading(2),
                        TestMedia.unknownSized(1, 0x1F43B675, block("a"), group));
        for (int length = 1; length <= body.length; length++) {
            Feed feed = new Feed(FrameFilter.all(), 1 << 20, FragmentEnd.NEXT_FRAGMENT);
            feed.all(body, length);
            assertThat(feed.frames)
                    .extracting(frame -> frame.fragment().number() + " " + frame.frame().index())
                    .containsExactly("1 0", "2 0", "2 1");
            assertThat(numbers(feed)).containsExactly("1");
            feed.assembler.completeLast(feed);
            assertThat(numbers(feed)).containsExactly("1", "2");
            assertThat(feed.fragments.get(1).frameCounts()).containsExactly(entry(1L, 2));
        }
    }

    /** From the first byte of its Tags to the last byte of the Tags of the next one. */
    @Test
    void arrivalOfAFragmentInASegment() throws Exception {
        byte[] own = concat(leading(2), cluster(block("b")));
        byte[] before = document(tracks(track(1)), leading(1), cluster(block("a")));
        byte[] body = concat(before, own, leading(3));
        for (int length = 1; length <= body.length; length++) {
            Feed feed = new Feed(false, FragmentEnd.NEXT_FRAGMENT);
            for (int at = 0; at < body.length; at += length) {
                int end = Math.min(at + length, body.length);
                int piece = at / length;
                feed.assembler.feed(
                        ByteBuffer.wrap(Arrays.copyOfRange(body, at, end)),
                        1000 + piece,
                        piece,
                        feed);
            }
            int first = before.length / length;
            int last = (body.length - 1) / length;
            assertThat(feed.fragments.get(1).arrival())
                    .isEqualTo(new Arrival(1000 + last, last - first));
        }
    }

    @Test
    void aRecordedErrorEndsTheBody() throws Exception {
        Feed feed = feed(document(leading(1), cluster()), bytes("1A45DFA3 80 18538067 FF"));
        assertThat(numbers(feed)).containsExactly("1");
        assertThat(feed.assembler.openFragmentNumber()).isNull();
        assertThat(feed.assembler.openFragmentBytes()).isEqualTo(10);
    }
}
