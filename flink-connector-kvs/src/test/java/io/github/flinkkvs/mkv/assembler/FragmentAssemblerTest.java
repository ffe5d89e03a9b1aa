/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.mkv.assembler;

import io.github.flinkkvs.mkv.Describe;
import io.github.flinkkvs.mkv.Events;
import io.github.flinkkvs.mkv.Feed;
import io.github.flinkkvs.mkv.Fragment;
import io.github.flinkkvs.mkv.FragmentNumber;
import io.github.flinkkvs.mkv.ServiceError;
import io.github.flinkkvs.mkv.TestMedia;
import io.github.flinkkvs.mkv.parser.MkvException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;

import static io.github.flinkkvs.mkv.TestMedia.bytes;
import static io.github.flinkkvs.mkv.TestMedia.cluster;
import static io.github.flinkkvs.mkv.TestMedia.concat;
import static io.github.flinkkvs.mkv.TestMedia.document;
import static io.github.flinkkvs.mkv.TestMedia.element;
import static io.github.flinkkvs.mkv.TestMedia.fragment;
import static io.github.flinkkvs.mkv.TestMedia.info;
import static io.github.flinkkvs.mkv.TestMedia.leadingTags;
import static io.github.flinkkvs.mkv.TestMedia.serviceTags;
import static io.github.flinkkvs.mkv.TestMedia.simpleBlock;
import static io.github.flinkkvs.mkv.TestMedia.simpleTag;
import static io.github.flinkkvs.mkv.TestMedia.tags;
import static io.github.flinkkvs.mkv.TestMedia.text;
import static io.github.flinkkvs.mkv.TestMedia.track;
import static io.github.flinkkvs.mkv.TestMedia.tracks;
import static io.github.flinkkvs.mkv.TestMedia.trailingTags;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

class FragmentAssemblerTest {

    /** The service's tags as recorded, to check the writer of the tests. */
    private static final byte[] RECORDED_LEADING_TAGS =
            bytes(
                    "1254c367 100000eb 7373 100000e5",
                    "67c8 1000005b 45a3 10000020 'AWS_KINESISVIDEO_FRAGMENT_NUMBER'",
                    "4487 1000002f '91343852338381417542203754135250098963782391502'",
                    "67c8 1000003b 45a3 10000021 'AWS_KINESISVIDEO_SERVER_TIMESTAMP'",
                    "4487 1000000e '1519074132.668'",
                    "67c8 1000003d 45a3 10000023 'AWS_KINESISVIDEO_PRODUCER_TIMESTAMP'",
                    "4487 1000000e '1518814932.515'");

    private static final byte[] RECORDED_TRAILING_TAGS =
            bytes(
                    "1254c367 100000a4 7373 1000009e",
                    "67c8 10000034 45a3 10000022 'AWS_KINESISVIDEO_MILLIS_BEHIND_NOW'",
                    "4487 10000006 '909335'",
                    "67c8 1000005e 45a3 10000023 'AWS_KINESISVIDEO_CONTINUATION_TOKEN'",
                    "4487 1000002f '91343852338381417542203754135250098963782391502'");

    /** What the service answered to a request for a fragment it did not find. */
    private static final byte[] RECORDED_ERROR =
            bytes(
                    "1a45dfa3 0100000000000013 4282 88 'matroska' 4287 81 02 4285 81 02",
                    "18538067 01ffffffffffffff",
                    "1254c367 100000d5 7373 100000cf",
                    "67c8 10000039 45a3 1000001b 'AWS_KINESISVIDEO_ERROR_CODE'",
                    "4487 10000012 'FRAGMENT_NOT_FOUND'",
                    "67c8 10000029 45a3 10000019 'AWS_KINESISVIDEO_ERROR_ID'",
                    "4487 10000004 '3000'",
                    "67c8 1000005b 45a3 10000020 'AWS_KINESISVIDEO_FRAGMENT_NUMBER'",
                    "4487 1000002f '91343852338381417542203754135250098963782391502'");

    private static MkvException failure(byte[]... bytes) {
        return failure(new Feed(true), bytes);
    }

    private static MkvException failure(Feed feed, byte[]... bytes) {
        byte[] all = concat(bytes);
        return catchThrowableOfType(MkvException.class, () -> feed.all(all, 1024));
    }

    @Test
    void theTestWriterWritesWhatTheServiceWrites() {
        assertThat(leadingTags()).isEqualTo(RECORDED_LEADING_TAGS).hasSize(243);
        assertThat(trailingTags()).isEqualTo(RECORDED_TRAILING_TAGS);
        assertThat(TestMedia.fragmentNotFound(TestMedia.NUMBER)).isEqualTo(RECORDED_ERROR);
    }

    // ---- completion ---------------------------------------------------------------------------

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aFragmentIsCompleteWithItsLastByte(boolean keepMedia) throws Exception {
        byte[] document = fragment();
        Feed feed = new Feed(keepMedia);
        feed.all(document, 0, document.length - 1, () -> 100);
        assertThat(feed.fragments).isEmpty();
        assertThat(feed.assembler.isInFragment()).isTrue();
        feed.all(document, document.length - 1, document.length, () -> 1);
        assertThat(feed.fragments).hasSize(1);
        assertThat(feed.assembler.isInFragment()).isFalse();
    }

    @Test
    void userTagsAndCuesAfterTheClusterDoNotCompleteIt() throws Exception {
        byte[] head = document(info(1_000_000), tracks(track(1)), leadingTags(), cluster());
        byte[] cues = element(0x1C53BB6B, element(0xBB));
        byte[] userTags = tags(simpleTag("a", "b"));
        Feed feed = new Feed(true).all(concat(head, cues, userTags, userTags), 7);
        assertThat(feed.fragments).isEmpty();
        feed.all(trailingTags(), 7);
        assertThat(feed.fragments).hasSize(1);
        assertThat(Describe.bytes(feed.fragments.get(0).bytes()))
                .isEqualTo(concat(head, cues, userTags, userTags, trailingTags()));
    }

    @Test
    void whatFollowsTheTrailingTagsBelongsToNoFragment() throws Exception {
        byte[] junk = concat(element(0xEC, text("padding")), tags(simpleTag("late", "1")));
        byte[] between = concat(element(0x1C53BB6B, text("cues")), cluster());
        byte[] all = concat(fragment(), junk, between, fragment(), junk);
        for (int length = 1; length < all.length; length++) {
            Feed feed = new Feed(true).all(all, length);
            assertThat(feed.fragments).hasSize(2);
            for (Fragment fragment : feed.fragments) {
                assertThat(Describe.bytes(fragment.bytes())).isEqualTo(fragment());
            }
            assertThat(feed.assembler.heldBytes()).isZero();
            assertThat(feed.assembler.fragmentOffset()).isEqualTo(all.length);
        }
    }

    @Test
    void junkBetweenDocumentsIsPassedOver() throws Exception {
        byte[] junk = concat(element(0xEC, text("padding")), element(0xBF, new byte[4]));
        // Of known size, so that what follows is outside it.
        byte[] segment =
                element(
                        0x18538067,
                        tracks(track(1)),
                        leadingTags(),
                        cluster(),
                        trailingTags(),
                        tags());
        byte[] document = concat(TestMedia.ebmlHeader(), segment);
        byte[] bytes = Arrays.copyOf(document, document.length - tags().length);
        Feed feed = new Feed(true).all(concat(junk, document, junk, fragment(), junk), 3);
        assertThat(feed.fragments).hasSize(2);
        assertThat(Describe.bytes(feed.fragments.get(0).bytes())).isEqualTo(bytes);
        assertThat(Describe.bytes(feed.fragments.get(1).bytes())).isEqualTo(fragment());
    }

    @Test
    void aSegmentWithoutAnEbmlHeaderIsNoFragment() throws Exception {
        byte[] headless =
                Arrays.copyOfRange(fragment(), TestMedia.ebmlHeader().length, fragment().length);
        assertThat(Feed.of(concat(headless, fragment())).fragments).hasSize(1);
    }

    // ---- state --------------------------------------------------------------------------------

    @Test
    void tellsWhereInWhichFragmentItIs() throws Exception {
        byte[] document = fragment();
        FragmentAssembler assembler = new Feed(true).all(document, 11).assembler;
        assertThat(assembler.openFragmentBytes()).isZero();
        assertThat(assembler.openFragmentNumber()).isNull();
        assertThat(assembler.fragmentOffset()).isEqualTo(document.length);

        Feed feed = new Feed(true).all(document, 11);
        int read = document.length - trailingTags().length;
        feed.all(document, 0, read, () -> 11);
        assertThat(feed.assembler.isInFragment()).isTrue();
        assertThat(feed.assembler.openFragmentBytes()).isEqualTo(read);
        assertThat(feed.assembler.openFragmentNumber())
                .isEqualTo(FragmentNumber.of(TestMedia.NUMBER));
        assertThat(feed.assembler.fragmentOffset()).isEqualTo(document.length);
        assertThat(feed.assembler.heldBytes()).isGreaterThanOrEqualTo(read);
    }

    @Test
    void theNumberIsUnknownBeforeTheLeadingTags() throws Exception {
        Feed feed = new Feed(true).all(document(info(1_000_000)), 11);
        assertThat(feed.assembler.isInFragment()).isTrue();
        assertThat(feed.assembler.openFragmentNumber()).isNull();
    }

    @Test
    void theNextFragmentBeginsWithTheFirstByteOfItsHeader() throws Exception {
        byte[] document = fragment();
        for (int headerBytes = 1; headerBytes <= 5; headerBytes++) {
            int begun = headerBytes;
            Feed feed = new Feed(true).all(document, 1000);
            feed.all(document, 0, begun, () -> 1);
            assertThat(feed.assembler.fragmentOffset()).isEqualTo(document.length);
            assertThat(feed.assembler.heldBytes()).isEqualTo(begun);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void nothingIsHeldBetweenFragments(boolean keepMedia) throws Exception {
        Feed feed = new Feed(keepMedia).all(fragment(), 100);
        assertThat(feed.assembler.heldBytes()).isZero();
        feed.all(RECORDED_ERROR, 100);
        assertThat(feed.errors).hasSize(1);
        assertThat(feed.assembler.heldBytes()).isZero();
    }

    @Test
    void withoutMediaOnlyMetadataIsHeld() throws Exception {
        byte[] document = fragment(simpleBlock(1, 0, 0, new byte[1_000_000]));
        Feed feed = new Feed(false).all(document, 1000);
        assertThat(feed.mostHeld).isLessThan(1000);
        assertThat(feed.fragments.get(0).sizeBytes()).isEqualTo(document.length);
    }

    // ---- errors of the service ----------------------------------------------------------------

    @Test
    void anErrorDocumentAsRecorded() throws Exception {
        for (int length = 1; length <= RECORDED_ERROR.length; length++) {
            Feed feed = new Feed(true).all(concat(RECORDED_ERROR, fragment()), length);
            assertThat(feed.errors).hasSize(1);
            ServiceError error = feed.errors.get(0);
            assertThat(error.id()).isEqualTo(3000);
            assertThat(error.code()).isEqualTo("FRAGMENT_NOT_FOUND");
            assertThat(error.fragmentNumber()).isEqualTo(FragmentNumber.of(TestMedia.NUMBER));
            assertThat(error)
                    .hasToString("error 3000 FRAGMENT_NOT_FOUND of fragment " + TestMedia.NUMBER);
            assertThat(feed.fragments).hasSize(1);
        }
    }

    @Test
    void anErrorDocumentAsDocumented() throws Exception {
        byte[] document =
                document(
                        serviceTags(
                                "AWS_KINESISVIDEO_FRAGMENT_NUMBER", TestMedia.NUMBER,
                                "AWS_KINESISVIDEO_EXCEPTION_ERROR_CODE", "4000",
                                "AWS_KINESISVIDEO_EXCEPTION_MESSAGE", "not found"));
        ServiceError error = Feed.of(document).errors.get(0);
        assertThat(error.id()).isEqualTo(4000);
        assertThat(error.code()).isEqualTo("not found");
        assertThat(error.fragmentNumber()).isEqualTo(FragmentNumber.of(TestMedia.NUMBER));
    }

    @Test
    void anErrorWithoutNumberOrFragment() throws Exception {
        Feed feed =
                Feed.of(
                        concat(
                                document(serviceTags("AWS_KINESISVIDEO_ERROR_ID", "n/a")),
                                document(serviceTags("AWS_KINESISVIDEO_ERROR_CODE", "X"))));
        assertThat(feed.errors).hasSize(2);
        assertThat(feed.errors.get(0).id()).isEqualTo(ServiceError.NO_ID);
        assertThat(feed.errors.get(0)).hasToString("error -1 ");
        assertThat(feed.errors.get(1).code()).isEqualTo("X");
        assertThat(feed.errors.get(1).fragmentNumber()).isNull();
    }

    @Test
    void anErrorInTheMiddleOfAFragmentEndsIt() throws Exception {
        byte[] document =
                document(
                        tracks(track(1)),
                        leadingTags(),
                        cluster(),
                        serviceTags(
                                "AWS_KINESISVIDEO_ERROR_CODE", "INTERNAL_ERROR",
                                "AWS_KINESISVIDEO_ERROR_ID", "5000"));
        Feed feed = Feed.of(concat(document, fragment()));
        assertThat(feed.errors).hasSize(1);
        assertThat(feed.errors.get(0).fragmentNumber())
                .isEqualTo(FragmentNumber.of(TestMedia.NUMBER));
        assertThat(feed.fragments).hasSize(1);
    }

    /** No body of GetMedia with an error was ever recorded: it may be Tags without a document. */
    @Test
    void anErrorOutsideOfAnyDocument() throws Exception {
        byte[] error =
                serviceTags(
                        "AWS_KINESISVIDEO_ERROR_CODE", "FRAGMENT_NOT_FOUND",
                        "AWS_KINESISVIDEO_ERROR_ID", "4000",
                        "AWS_KINESISVIDEO_FRAGMENT_NUMBER", "7");
        for (boolean keepMedia : new boolean[] {true, false}) {
            for (int length = 1; length <= error.length; length++) {
                Feed first = new Feed(keepMedia).all(concat(error, fragment()), length);
                Feed last = new Feed(keepMedia).all(concat(fragment(), error), length);
                for (Feed feed : List.of(first, last)) {
                    assertThat(feed.errors.toString())
                            .isEqualTo("[error 4000 FRAGMENT_NOT_FOUND of fragment 7]");
                    assertThat(feed.fragments).hasSize(1);
                    assertThat(feed.assembler.heldBytes()).isZero();
                    assertThat(feed.assembler.isInFragment()).isFalse();
                }
                if (keepMedia) {
                    assertThat(first.fragments.get(0).bytes())
                            .isEqualTo(ByteBuffer.wrap(fragment()));
                }
            }
        }
    }

    @Test
    void tagsOfTheProducerBetweenFragmentsAreNoError() throws Exception {
        byte[] tags = serviceTags("AWS_KINESISVIDEO_ERROR", "x", "ERROR_ID", "4000");
        Feed feed = Feed.of(concat(tags, fragment(), tags, fragment()));
        assertThat(feed.errors).isEmpty();
        assertThat(feed.fragments).hasSize(2);
    }

    // ---- bad input ----------------------------------------------------------------------------

    @Test
    void aFragmentBrokenOffByTheNextOne() {
        byte[] broken = document(info(1_000_000), leadingTags(), cluster(simpleBlock(1, 0, 0)));
        MkvException e = failure(fragment(), broken, fragment());
        assertThat(e.kind()).isEqualTo(MkvException.Kind.BROKEN_OFF);
        assertThat(e.elementId()).isEqualTo(0x1A45DFA3);
        assertThat(e.offset()).isEqualTo(fragment().length + broken.length);
        assertThat(e)
                .hasMessage(
                        "Fragment %s was broken off by the next one (EBML at byte %d)",
                        TestMedia.NUMBER, e.offset());
    }

    @Test
    void aFragmentBrokenOffBeforeItsNumber() {
        MkvException e = failure(document(info(1_000_000)), fragment());
        assertThat(e).hasMessageStartingWith("A fragment was broken off by the next one (EBML");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "AWS_KINESISVIDEO_FRAGMENT_NUMBER=12a",
                "AWS_KINESISVIDEO_FRAGMENT_NUMBER=",
                "AWS_KINESISVIDEO_SERVER_TIMESTAMP=",
                "AWS_KINESISVIDEO_SERVER_TIMESTAMP=.5",
                "AWS_KINESISVIDEO_SERVER_TIMESTAMP=1.x",
                "AWS_KINESISVIDEO_SERVER_TIMESTAMP=1e9",
                "AWS_KINESISVIDEO_PRODUCER_TIMESTAMP=1234567890123456.0",
                "AWS_KINESISVIDEO_PRODUCER_TIMESTAMP=1.-5",
                "AWS_KINESISVIDEO_MILLIS_BEHIND_NOW=soon",
                "AWS_KINESISVIDEO_MILLIS_BEHIND_NOW=99999999999999999999"
            })
    void valuesTheServiceDoesNotWrite(String tag) {
        String name = tag.substring(0, tag.indexOf('='));
        byte[] document = document(serviceTags(name, tag.substring(tag.indexOf('=') + 1)));
        MkvException e = failure(document);
        assertThat(e.kind()).isEqualTo(MkvException.Kind.MALFORMED);
        assertThat(e.elementId()).isEqualTo(0x1254C367);
        assertThat(e.offset()).isEqualTo(document().length);
        assertThat(e).hasMessageStartingWith("Tag " + name + " has a value");
    }

    @Test
    void aFragmentWithoutItsNumber() {
        byte[] head = document(cluster());
        MkvException e = failure(head, trailingTags());
        assertThat(e.kind()).isEqualTo(MkvException.Kind.MALFORMED);
        assertThat(e.elementId()).isEqualTo(0x1254C367);
        assertThat(e.offset()).isEqualTo(head.length);
        assertThat(e).hasMessageStartingWith("A fragment without its number");
    }

    /** What is handed out has a head, so its frames can become records. */
    @Test
    void aFragmentWhoseNumberFollowsItsMedia() {
        byte[] head = document(cluster(simpleBlock(1, 0, 0)), leadingTags());
        MkvException e = failure(head, trailingTags());
        assertThat(e.kind()).isEqualTo(MkvException.Kind.MALFORMED);
        assertThat(e.offset()).isEqualTo(head.length);
        assertThat(e).hasMessageStartingWith("A fragment with media before its number");
    }

    @Test
    void blocksWithoutAHeader() {
        byte[] head = document();
        int blockAt = head.length + 5;
        for (String payload : new String[] {"", "81", "810000", "00", "08000000000000"}) {
            byte[] block = element(0xA3, bytes(payload));
            MkvException e = failure(head, element(0x1F43B675, block));
            assertThat(Events.of(e))
                    .isEqualTo(
                            "MALFORMED 0xA3 at %d: A block without a header (SimpleBlock at byte"
                                    + " %d)",
                            blockAt, blockAt);
        }
        MkvException e = failure(head, element(0x1F43B675, simpleBlock(1, 0, 0x04)));
        assertThat(e).hasMessageStartingWith("A laced block without a number of frames");
    }

    @Test
    void metadataThatIsNoMetadata() {
        byte[] head = document();
        int at = head.length;
        assertMalformed(head, element(0x1549A966, bytes("00")), 0, at + 5, "Not an element id");
        assertMalformed(head, element(0x1549A966, bytes("EC")), 0, at + 5, "Not an element id");
        assertMalformed(
                head, element(0x1549A966, bytes("EC 00")), 0xEC, at + 5, "Not an element size");
        assertMalformed(
                head, element(0x1549A966, bytes("EC 40")), 0xEC, at + 5, "Not an element size");
        assertMalformed(head, element(0x1654AE6B, bytes("AE FF")), 0xAE, at + 5, "Unknown size");
        assertMalformed(
                head,
                element(0x1254C367, bytes("7373 85 67C8 83 0000")),
                0x67C8,
                at + 8,
                "Larger than its parent element");
        assertMalformed(
                head,
                element(0x1549A966, bytes("2AD7B1 89 000000000000000001")),
                0x2AD7B1,
                at + 5,
                "An integer of 9 bytes");
        assertMalformed(
                head,
                element(0x1549A966, bytes("EC 80 2AD7B1 81 00")),
                0x2AD7B1,
                at + 7,
                "A TimestampScale of 0");
        assertMalformed(
                head,
                element(0x1549A966, bytes("2AD7B1 88 FFFFFFFFFFFFFFFF")),
                0x2AD7B1,
                at + 5,
                "A number out of range: 18446744073709551615");
        assertMalformed(
                head,
                tracks(element(0xAE, bytes("E1 85 B5 83 000000"))),
                0xB5,
                at + 9,
                "A float of 3 bytes");
        assertMalformed(
                head,
                tracks(element(0xAE, bytes("E0 87 B0 85 0100000001"))),
                0xB0,
                at + 9,
                "A number out of range: 4294967297");
        assertMalformed(
                head,
                tracks(element(0xAE, bytes("23E383 88 7FFFFFFFFFFFFFFF"))),
                0x23E383,
                at + 7,
                "A number out of range: 9223372036854775807");
    }

    private static void assertMalformed(byte[] head, byte[] bytes, int id, int at, String what) {
        MkvException e = failure(head, bytes);
        assertThat(e).hasMessageStartingWith(what + " (");
        assertThat(e.kind()).isEqualTo(MkvException.Kind.MALFORMED);
        assertThat(e.elementId()).isEqualTo(id);
        assertThat(e.offset()).isEqualTo(at);
    }

    // ---- limits -------------------------------------------------------------------------------

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void theLimitIsExact(boolean keepMedia) throws Exception {
        byte[] document = fragment(simpleBlock(1, 0, 0, new byte[10_000]));
        byte[] all = concat(document, document);
        for (int length : new int[] {1, 7, 4096, all.length}) {
            assertThat(new Feed(keepMedia, document.length).all(all, length).fragments).hasSize(2);
            Feed tight = new Feed(keepMedia, document.length - 1);
            MkvException e = catchThrowableOfType(MkvException.class, () -> tight.all(all, length));
            assertThat(e.kind()).isEqualTo(MkvException.Kind.TOO_LARGE);
            assertThat(e.elementId()).isEqualTo(0x1A45DFA3);
            assertThat(e.offset()).isZero();
            assertThat(e)
                    .hasMessage(
                            "Fragment %s has more than %d bytes (EBML at byte 0)",
                            TestMedia.NUMBER, document.length - 1);
            assertThat(tight.fragments).isEmpty();
            assertThat(tight.assembler.openFragmentNumber())
                    .isEqualTo(FragmentNumber.of(TestMedia.NUMBER));
            assertThat(tight.assembler.fragmentOffset()).isZero();
        }
    }

    /** The first problem is reported, whether or not the bytes after it have arrived. */
    @Test
    void whatIsWrongBehindTheLimitIsNotLookedAt() {
        byte[] bad = element(0xA3, new byte[2]);
        byte[] all = fragment(simpleBlock(1, 0, 0, new byte[100]), bad);
        int limit = all.length - trailingTags().length - bad.length - 50;
        for (int length : new int[] {1, 7, all.length}) {
            assertThatThrownBy(() -> new Feed(true, limit).all(all, length))
                    .hasMessage(
                            "Fragment %s has more than %d bytes (EBML at byte 0)",
                            TestMedia.NUMBER, limit);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void anEndlessElementIsRefusedAtTheLimit(boolean keepMedia) {
        byte[] endless = bytes("A3 01FFFFFFFFFFFFF0 81000080");
        byte[] head = concat(document(leadingTags()), TestMedia.unknownSized(1, 0x1F43B675));
        Feed feed = new Feed(keepMedia, 100_000);
        MkvException e = failure(feed, head, endless, new byte[200_000]);
        assertThat(e.kind()).isEqualTo(MkvException.Kind.TOO_LARGE);
        assertThat(feed.mostHeld).isLessThanOrEqualTo(100_000 + leadingTags().length + 100);
    }

    @Test
    void aFragmentOfMoreThanTwoGigabytesIsTooLargeForAnyLimit() throws Exception {
        Feed feed = new Feed(false, Integer.MAX_VALUE);
        feed.all(concat(document(leadingTags()), bytes("EC 01FFFFFFFFFFFFF0")), 1000);
        ByteBuffer much = ByteBuffer.allocate(1 << 28);
        MkvException e =
                catchThrowableOfType(
                        MkvException.class,
                        () -> {
                            for (int i = 0; i < 9; i++) {
                                feed.assembler.feed(much.duplicate(), feed);
                            }
                        });
        assertThat(e.kind()).isEqualTo(MkvException.Kind.TOO_LARGE);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void metadataOfAnyDeclaredSizeIsRefusedWhenItIsTooMuch(boolean keepMedia) {
        for (String id : new String[] {"1549A966", "1654AE6B", "1254C367"}) {
            Feed feed = new Feed(keepMedia);
            MkvException e =
                    failure(feed, document(), bytes(id, "01FFFFFFFFFFFFFE"), new byte[5 << 20]);
            assertThat(e.kind()).isEqualTo(MkvException.Kind.TOO_LARGE);
            assertThat(e)
                    .hasMessage(
                            "A fragment has more than 4194304 bytes of Tracks and Tags (EBML at"
                                    + " byte 0)");
            assertThat(feed.mostHeld).isLessThanOrEqualTo(9 << 20);
        }
    }

    /** Only metadata that changed since the last fragment is read again. */
    @Test
    void metadataThatChangesFromFragmentToFragment() throws Exception {
        byte[] frame = cluster(simpleBlock(1, 0, 0x80, text("frame")));
        byte[] door = tags(simpleTag("location", "door"));
        byte[] yard = tags(simpleTag("location", "yard"));
        byte[] scale = info(1_000_000);
        byte[][] documents = {
            document(scale, tracks(track(1)), door, leadingTags(), frame, trailingTags()),
            document(scale, tracks(track(1)), door, leadingTags(), frame, trailingTags()),
            // The same elements at the same places, but one of them after the frames.
            document(leadingTags(), tracks(track(1)), door, frame, trailingTags()),
            document(leadingTags(), tracks(track(1)), frame, door, trailingTags()),
            // As long as before, with other values.
            document(info(2_000_000), tracks(track(2)), yard, leadingTags(), frame, trailingTags()),
            document(scale, tracks(track(1)), door, leadingTags(), frame, door, trailingTags()),
            document(leadingTags("7", "1.000", "2.000"), frame, trailingTags("1", "7")),
            document(leadingTags("8", "3.000", "4.000"), frame, trailingTags("2", "8")),
            document(tracks(track(1)), scale, door, leadingTags(), frame, trailingTags()),
        };
        List<Fragment> found = Feed.of(concat(documents)).fragments;
        assertThat(found).hasSameSizeAs(documents);
        for (int i = 0; i < documents.length; i++) {
            assertThat(Describe.metadata(found.get(i)))
                    .as("fragment %d", i)
                    .isEqualTo(Describe.metadata(Feed.only(documents[i])));
        }
    }

    @Test
    void readsBuffersOfAnyKind() throws Exception {
        byte[] fragment = fragment();
        ByteBuffer direct = ByteBuffer.allocateDirect(fragment.length).put(fragment).flip();
        byte[] shifted = concat(new byte[7], fragment, new byte[7]);
        for (ByteBuffer in :
                List.of(
                        direct,
                        ByteBuffer.wrap(fragment).asReadOnlyBuffer(),
                        ByteBuffer.wrap(fragment).order(ByteOrder.LITTLE_ENDIAN),
                        ByteBuffer.wrap(shifted, 7, fragment.length),
                        ByteBuffer.wrap(shifted, 7, fragment.length).slice())) {
            Feed feed = new Feed(true);
            feed.assembler.feed(in, feed);
            assertThat(feed.fragments).containsExactly(Feed.only(fragment));
        }
    }

    @Test
    void manySimpleTagsAreRefused() {
        byte[] many = new byte[3 * 4097];
        for (int i = 0; i < many.length; i += 3) {
            System.arraycopy(bytes("67C8 80"), 0, many, i, 3);
        }
        byte[] head = document();
        MkvException e = failure(head, tags(many));
        assertThat(e).hasMessageStartingWith("More than 4096 SimpleTags (SimpleTag at byte ");
        assertThat(e.offset()).isEqualTo(head.length + tags(many).length - 3);
        // Nested ones, and those of several elements, count as well.
        byte[] nested = tags(element(0x67C8, Arrays.copyOf(many, 3 * 2048)));
        assertThat(failure(head, nested, nested)).hasMessageStartingWith("More than 4096");
        assertThat(failure(head, nested)).isNull();
    }

    @Test
    void manyTracksAreRefused() {
        byte[] many = new byte[2 * 65];
        for (int i = 0; i < many.length; i += 2) {
            System.arraycopy(bytes("AE 80"), 0, many, i, 2);
        }
        assertThat(failure(document(), tracks(many)))
                .hasMessageStartingWith("More than 64 tracks (TrackEntry at byte ");
        byte[][] blocks = new byte[65][];
        for (int i = 0; i < blocks.length; i++) {
            blocks[i] = simpleBlock(i + 1, 0, 0);
        }
        assertThat(failure(document(), cluster(blocks)))
                .hasMessageStartingWith("Frames of more than 64 tracks (SimpleBlock at byte ");
    }

    @Test
    void manyEmptyFramesAreRefused() {
        // 256 frames in 6 bytes: a Cluster of 60 MB would hold two thousand million of them.
        byte[] block = simpleBlock(1, 0, 0x04, bytes("FF"));
        byte[] blocks = new byte[block.length * 4097];
        for (int i = 0; i < 4097; i++) {
            System.arraycopy(block, 0, blocks, i * block.length, block.length);
        }
        byte[] head = document();
        byte[] allowed = Arrays.copyOf(blocks, 4096 * block.length);
        assertThat(failure(head, element(0x1F43B675, allowed))).isNull();
        MkvException e = failure(head, element(0x1F43B675, blocks));
        assertThat(e).hasMessageStartingWith("More than 1048576 frames (SimpleBlock at byte ");
        assertThat(e.offset()).isEqualTo(head.length + 7 + allowed.length);
    }

    @Test
    void aBufferForMuchMetadataIsNotKept() throws Exception {
        byte[] large =
                document(
                        tracks(track(1, element(0x63A2, new byte[1 << 20]))),
                        leadingTags(),
                        cluster(),
                        trailingTags());
        Feed feed = new Feed(true).all(concat(large, fragment(), large), 10_000);
        assertThat(feed.fragments).hasSize(3);
        assertThat(feed.fragments.get(2).tracks().get(0).codecPrivate()).hasSize(1 << 20);
        assertThat(feed.assembler.heldBytes()).isZero();
    }
}
