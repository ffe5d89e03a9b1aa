/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.mkv;

import io.github.flinkkvs.mkv.document.MkvDocument;
import io.github.flinkkvs.mkv.parser.MkvException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

import static io.github.flinkkvs.mkv.TestMedia.bytes;
import static io.github.flinkkvs.mkv.TestMedia.cluster;
import static io.github.flinkkvs.mkv.TestMedia.document;
import static io.github.flinkkvs.mkv.TestMedia.element;
import static io.github.flinkkvs.mkv.TestMedia.fragment;
import static io.github.flinkkvs.mkv.TestMedia.info;
import static io.github.flinkkvs.mkv.TestMedia.leadingTags;
import static io.github.flinkkvs.mkv.TestMedia.number;
import static io.github.flinkkvs.mkv.TestMedia.serviceTags;
import static io.github.flinkkvs.mkv.TestMedia.simpleBlock;
import static io.github.flinkkvs.mkv.TestMedia.simpleTag;
import static io.github.flinkkvs.mkv.TestMedia.tags;
import static io.github.flinkkvs.mkv.TestMedia.track;
import static io.github.flinkkvs.mkv.TestMedia.tracks;
import static io.github.flinkkvs.mkv.TestMedia.trailingTags;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

class FragmentTest {

    private static Fragment withTags(byte[]... simpleTags) throws MkvException {
        return Feed.only(document(leadingTags(), tags(simpleTags), cluster(), trailingTags()));
    }

    private static Tag firstUserTag(byte[] simpleTag) throws MkvException {
        return withTags(simpleTag).userTags().get(0);
    }

    private static Track onlyTrack(byte[]... children) throws MkvException {
        byte[] tracks = tracks(element(0xAE, children));
        return Feed.only(document(tracks, leadingTags(), cluster(), trailingTags()))
                .tracks()
                .get(0);
    }

    private static Fragment withTimestamps(String server, String producer) throws MkvException {
        return Feed.only(
                document(
                        leadingTags(TestMedia.NUMBER, server, producer),
                        cluster(),
                        trailingTags()));
    }

    // ---- what the service says ----------------------------------------------------------------

    @Test
    void whatTheServiceSays() throws Exception {
        Fragment fragment = Feed.only(fragment());
        assertThat(fragment.streamName()).isEqualTo(Feed.STREAM);
        assertThat(fragment.streamArn()).isEqualTo(Feed.ARN);
        assertThat(fragment.number()).isEqualTo(FragmentNumber.of(TestMedia.NUMBER));
        assertThat(fragment.serverTimestampMillis()).isEqualTo(1519074132668L);
        assertThat(fragment.producerTimestampMillis()).isEqualTo(1518814932515L);
        assertThat(fragment.millisBehindNow()).isEqualTo(909335L);
        assertThat(fragment.continuationToken()).isEqualTo(TestMedia.NUMBER);
        assertThat(fragment.sizeBytes()).isEqualTo(fragment().length);
        assertThat(fragment.timestampScaleNanos()).isEqualTo(1_000_000);
        assertThat(fragment.frameCounts()).isEqualTo(Map.of(1L, 1));
        assertThat(fragment)
                .hasToString(
                        "fragment %s of stream camera, %d bytes",
                        TestMedia.NUMBER, fragment().length);
    }

    @ParameterizedTest
    @CsvSource({
        "0.000,0",
        "5,5000",
        "5.,5000",
        "5.1,5100",
        "5.12,5120",
        "5.1239999999999999,5123",
        "-0.5,-500",
        "-1.250,-1250",
        "1511852109.126,1511852109126"
    })
    void timestampsAreDecimalSeconds(String text, long millis) throws Exception {
        Fragment fragment = withTimestamps(text, text);
        assertThat(fragment.serverTimestampMillis()).isEqualTo(millis);
        assertThat(fragment.producerTimestampMillis()).isEqualTo(millis);
    }

    @Test
    void theDocumentedNamesOfTimestampsCountToo() throws Exception {
        Fragment fragment =
                Feed.only(
                        document(
                                serviceTags(
                                        "AWS_KINESISVIDEO_FRAGMENT_NUMBER", "7",
                                        "AWS_KINESISVIDEO_SERVER_SIDE_TIMESTAMP", "1.5",
                                        "AWS_KINESISVIDEO_PRODUCER_SIDE_TIMESTAMP", "2.5"),
                                cluster(),
                                trailingTags()));
        assertThat(fragment.serverTimestampMillis()).isEqualTo(1500);
        assertThat(fragment.producerTimestampMillis()).isEqualTo(2500);
        assertThat(fragment.userTags()).isEmpty();
    }

    // ---- tags ---------------------------------------------------------------------------------

    @Test
    void allTagsInOrderWithTheirPlaces() throws Exception {
        Fragment fragment =
                Feed.only(
                        document(
                                tags(simpleTag("a", "1"), simpleTag("b", "2")),
                                info(1_000_000),
                                leadingTags(),
                                cluster(),
                                tags(simpleTag("a", "3")),
                                tags(simpleTag("AWS_KINESISVIDEO_IMAGE_PREFIX", "4")),
                                trailingTags()));
        assertThat(fragment.tags())
                .extracting(tag -> tag.place() + " " + tag.name() + "=" + tag.value())
                .containsExactly(
                        "BEFORE_MEDIA a=1",
                        "BEFORE_MEDIA b=2",
                        "BEFORE_MEDIA AWS_KINESISVIDEO_FRAGMENT_NUMBER=" + TestMedia.NUMBER,
                        "BEFORE_MEDIA AWS_KINESISVIDEO_SERVER_TIMESTAMP=1519074132.668",
                        "BEFORE_MEDIA AWS_KINESISVIDEO_PRODUCER_TIMESTAMP=1518814932.515",
                        "AFTER_MEDIA a=3",
                        "AFTER_MEDIA AWS_KINESISVIDEO_IMAGE_PREFIX=4",
                        "AFTER_MEDIA AWS_KINESISVIDEO_MILLIS_BEHIND_NOW=909335",
                        "AFTER_MEDIA AWS_KINESISVIDEO_CONTINUATION_TOKEN=" + TestMedia.NUMBER);
        assertThat(fragment.userTags())
                .extracting(Tag::toString)
                .containsExactly("a=1", "b=2", "a=3", "AWS_KINESISVIDEO_IMAGE_PREFIX=4");
        assertThat(fragment.tag("a")).isEqualTo("3");
        assertThat(fragment.tag("b")).isEqualTo("2");
        assertThat(fragment.tag("c")).isNull();
        assertThatThrownBy(() -> fragment.tags().clear())
                .isInstanceOf(UnsupportedOperationException.class);
    }

    @Test
    void tagsAreTextOrBytes() throws Exception {
        Tag text = firstUserTag(simpleTag("n", "\u00fc\0\0"));
        assertThat(text.text()).isEqualTo("\u00fc").isEqualTo(text.value());
        assertThat(text.binary()).isNull();
        Tag binary = firstUserTag(bytes("67C8 8A 45A3 81 'n' 4485 83 00FF10"));
        assertThat(binary.text()).isNull();
        assertThat(binary.binary()).isEqualTo(bytes("00FF10"));
        assertThat(binary.value()).isEqualTo("AP8Q");
        binary.binary()[0] = 1;
        assertThat(binary.binary()).isEqualTo(bytes("00FF10"));
        Tag neither = firstUserTag(bytes("67C8 80"));
        assertThat(neither.name()).isEmpty();
        assertThat(neither.value()).isEmpty();
    }

    @Test
    void languagesOfTags() throws Exception {
        byte[] old = element(0x447A, "ger");
        byte[] bcp47 = element(0x447B, "de-AT");
        assertThat(firstUserTag(simpleTag("n", "v")).language()).isEqualTo("und");
        assertThat(firstUserTag(simpleTag("n", "v", old)).language()).isEqualTo("ger");
        assertThat(firstUserTag(simpleTag("n", "v", old, bcp47)).language()).isEqualTo("de-AT");
        assertThat(firstUserTag(simpleTag("n", "v", bcp47, old)).language()).isEqualTo("de-AT");
    }

    @Test
    void nestedTags() throws Exception {
        Tag tag =
                firstUserTag(
                        simpleTag(
                                "artist",
                                "x",
                                simpleTag("email", "a@b", simpleTag("deep", "1")),
                                simpleTag("email", "c@d")));
        assertThat(tag.children()).extracting(Tag::value).containsExactly("a@b", "c@d");
        assertThat(tag.children().get(0).children()).hasSize(1);
        assertThatThrownBy(() -> tag.children().clear())
                .isInstanceOf(UnsupportedOperationException.class);
        // A tag of the service counts only where the service writes it.
        Fragment fragment =
                withTags(simpleTag("n", "v", simpleTag("AWS_KINESISVIDEO_FRAGMENT_NUMBER", "1")));
        assertThat(fragment.number()).isEqualTo(FragmentNumber.of(TestMedia.NUMBER));
    }

    @Test
    void nestingHasALimit() throws Exception {
        byte[] nested = simpleTag("n", "v");
        for (int depth = 1; depth < 16; depth++) {
            nested = simpleTag("n", "v", nested);
        }
        assertThat(firstUserTag(nested).children()).hasSize(1);
        byte[] tooDeep = simpleTag("n", "v", nested);
        MkvException e = catchThrowableOfType(MkvException.class, () -> withTags(tooDeep));
        assertThat(e).hasMessageStartingWith("SimpleTags nested more than 16 deep (SimpleTag at ");
        assertThat(e.elementId()).isEqualTo(0x67C8);
        // As deep as the size of a fragment allows: recursion must be bounded.
        byte[] abyss = new byte[4_000_000];
        int at = abyss.length;
        for (int size = 0; at >= 6; size = abyss.length - at) {
            byte[] header = TestMedia.concat(bytes("67C8"), TestMedia.vint(size, 4));
            at -= header.length;
            System.arraycopy(header, 0, abyss, at, header.length);
        }
        byte[] tag = Arrays.copyOfRange(abyss, at, abyss.length);
        assertThat(catchThrowableOfType(MkvException.class, () -> withTags(tag)))
                .hasMessageStartingWith("SimpleTags nested");
    }

    @Test
    void tagsAndTracksAreValues() throws Exception {
        byte[] document =
                document(
                        tracks(
                                track(1, element(0x536E, "n"), element(0x63A2, bytes("01"))),
                                track(2, element(0xE0), element(0xE1, bytes("B5 84 7FC00000")))),
                        tags(simpleTag("a", "1", simpleTag("b", "2"))),
                        leadingTags(),
                        cluster(),
                        trailingTags());
        Fragment one = Feed.only(document);
        Fragment two = Feed.only(document);
        // NaN as sampling frequency included.
        assertThat(one.tracks()).isEqualTo(two.tracks()).hasSameHashCodeAs(two.tracks());
        assertThat(one.tags()).isEqualTo(two.tags()).hasSameHashCodeAs(two.tags());
        assertThat(one).isEqualTo(two).hasSameHashCodeAs(two);
        assertThat(one.tracks().get(0)).isNotEqualTo(one.tracks().get(1));
        assertThat(javaCopy(one.tags())).isEqualTo(one.tags());
        assertThat(javaCopy(one.tracks())).isEqualTo(one.tracks());
        assertThat(javaCopy(one.number())).isEqualTo(one.number());
    }

    private static Object javaCopy(Object object) throws Exception {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (ObjectOutputStream objects = new ObjectOutputStream(out)) {
            objects.writeObject(object);
        }
        return new ObjectInputStream(new ByteArrayInputStream(out.toByteArray())).readObject();
    }

    // ---- tracks -------------------------------------------------------------------------------

    @Test
    void aVideoTrack() throws Exception {
        Track track =
                onlyTrack(
                        element(0xD7, 3),
                        element(0x73C5, bytes("FFFFFFFFFFFFFFFE")),
                        element(0x83, 1),
                        element(0x536E, "front\0"),
                        element(0x86, "V_MS/VFW/FOURCC\0"),
                        element(0x63A2, bytes("00010200")),
                        element(0x23E383, 40_000_000),
                        element(
                                0xE0,
                                element(0xB0, 640),
                                element(0xBA, 480),
                                element(0x54B0, 800)));
        assertThat(track.number()).isEqualTo(3);
        assertThat(Long.toUnsignedString(track.uid())).isEqualTo("18446744073709551614");
        assertThat(track.type()).isEqualTo(Track.Type.VIDEO);
        assertThat(track.name()).isEqualTo("front");
        assertThat(track.codecId()).isEqualTo("V_MS/VFW/FOURCC");
        assertThat(track.codecPrivate()).isEqualTo(bytes("00010200"));
        track.codecPrivate()[0] = 1;
        assertThat(track.codecPrivate()).isEqualTo(bytes("00010200"));
        assertThat(track.defaultDurationNanos()).isEqualTo(40_000_000);
        assertThat(track.video()).isEqualTo(new Track.Video(640, 480, 800, 480, 0, false));
        assertThat(track.video()).hasToString("640x480");
        assertThat(track.audio()).isNull();
        assertThat(track).hasToString("track 3 (VIDEO, V_MS/VFW/FOURCC)");
    }

    /** RFC 8794, section 6.1: an element without a value has its default. */
    @Test
    void anEmptyElementHasItsDefault() throws Exception {
        Track.Audio audio = onlyTrack(element(0xE1, element(0xB5), element(0x9F))).audio();
        assertThat(audio).isEqualTo(new Track.Audio(8000, 1, 0));
        byte[] tag = element(0x67C8, element(0x45A3, "n"), element(0x447A));
        Fragment fragment =
                Feed.only(
                        document(
                                element(0x1549A966, element(0x2AD7B1)),
                                TestMedia.tags(tag),
                                leadingTags(),
                                cluster(TestMedia.simpleBlock(1, 10, 0)),
                                trailingTags()));
        assertThat(fragment.timestampScaleNanos()).isEqualTo(1_000_000);
        assertThat(fragment.frames().get(0).offsetNanos()).isEqualTo(10_000_000);
        assertThat(fragment.tags().get(0).language()).isEqualTo("und");
        MkvDocument tree = fragment.document();
        assertThat(tree.find("TimestampScale").longValue()).isEqualTo(1_000_000);
        assertThat(tree.find("TagLanguage").stringValue()).isEqualTo("und");
    }

    /** They may occur again, with the same content (RFC 9559, section 5.1.4). */
    @Test
    void tracksThatOccurAgainAreNoMoreTracks() throws Exception {
        byte[] one = tracks(TestMedia.track(1));
        byte[] both = tracks(TestMedia.track(1), TestMedia.track(2));
        byte[] document =
                document(
                        one,
                        leadingTags(),
                        cluster(TestMedia.simpleBlock(1, 0, 0)),
                        one,
                        both,
                        trailingTags());
        // The second one knows these elements from the first.
        List<Fragment> fragments = Feed.of(TestMedia.concat(document, document)).fragments;
        assertThat(fragments).hasSize(2);
        for (Fragment fragment : fragments) {
            assertThat(fragment.tracks()).extracting(Track::number).containsExactly(1L, 2L);
        }
        // It may need now what it left out last time.
        byte[] first = document(one, both, leadingTags(), cluster(), trailingTags());
        byte[] second = document(tracks(), both, leadingTags(), cluster(), trailingTags());
        fragments = Feed.of(TestMedia.concat(first, second)).fragments;
        assertThat(fragments.get(1).tracks()).extracting(Track::number).containsExactly(1L, 2L);
    }

    /** 640x480, with pixels twice as wide as high. */
    @ParameterizedTest
    @CsvSource({
        "0, 0, 0, 0, 0, false, 1280, 480",
        "0, 0, 0, 90, 90, false, 480, 1280",
        "0, 0, 0, -90, 270, false, 480, 1280",
        "0, 180, 0, 180, 180, true, 1280, 480",
        "0, -180, 0, 359.5, 0, true, 1280, 480",
        // No quarters.
        "0, 180, 0, 45, 0, false, 1280, 480",
        "0, 0, 0, 450, 0, false, 1280, 480",
        "0, 180, 0, NaN, 0, false, 1280, 480",
        "0, NaN, 0, 90, 0, false, 1280, 480",
        // No plane.
        "0, 0, 1, 90, 0, false, 1280, 480",
        "0, 90, 0, 90, 0, false, 1280, 480",
        "1, 180, 0, 90, 0, false, 1280, 480"
    })
    void aVideoTrackThatIsTurned(
            int type,
            double yaw,
            double pitch,
            double roll,
            int rotation,
            boolean mirrored,
            int shownWidth,
            int shownHeight)
            throws Exception {
        byte[] projection =
                element(
                        0x7670,
                        element(0x7671, type),
                        element(0x7673, number(Double.doubleToLongBits(yaw), 8)),
                        element(0x7674, number(Float.floatToIntBits((float) pitch), 4)),
                        element(0x7675, number(Double.doubleToLongBits(roll), 8)));
        Track track =
                onlyTrack(
                        element(
                                0xE0,
                                projection,
                                element(0xB0, 640),
                                element(0xBA, 480),
                                element(0x54B0, 1280)));
        assertThat(track.video())
                .isEqualTo(new Track.Video(640, 480, 1280, 480, rotation, mirrored));
        assertThat(track.video().rotation()).isEqualTo(rotation);
        assertThat(track.video().isMirrored()).isEqualTo(mirrored);
        assertThat(track.video().shownWidth()).isEqualTo(shownWidth);
        assertThat(track.video().shownHeight()).isEqualTo(shownHeight);
        assertThat(track.video())
                .isNotEqualTo(new Track.Video(640, 480, 1280, 480, rotation, !mirrored))
                .isNotEqualTo(new Track.Video(640, 480, 1280, 480, rotation + 90, mirrored));
    }

    @Test
    void anAudioTrack() throws Exception {
        Track track =
                onlyTrack(
                        element(0x83, 2),
                        element(
                                0xE1,
                                element(0xB5, number(Float.floatToIntBits(44_100f), 4)),
                                element(0x9F, 2),
                                element(0x6264, 16)));
        assertThat(track.type()).isEqualTo(Track.Type.AUDIO);
        assertThat(track.audio()).isEqualTo(new Track.Audio(44_100, 2, 16));
        assertThat(track.audio()).hasToString("44100.0 Hz, 2 channel(s)");
        Track.Audio defaults = onlyTrack(element(0xE1, element(0xB5))).audio();
        assertThat(defaults).isEqualTo(new Track.Audio(8000, 1, 0));
        assertThat(onlyTrack(element(0xE1)).audio()).isEqualTo(new Track.Audio(8000, 1, 0));
        long exact = Double.doubleToLongBits(47_999.5);
        assertThat(onlyTrack(element(0xE1, element(0xB5, number(exact, 8)))).audio())
                .isEqualTo(new Track.Audio(47_999.5, 1, 0));
    }

    @Test
    void aTrackThatTellsNothing() throws Exception {
        Track track = onlyTrack();
        assertThat(track.number()).isZero();
        assertThat(track.uid()).isZero();
        assertThat(track.type()).isEqualTo(Track.Type.OTHER);
        assertThat(track.name()).isNull();
        assertThat(track.codecId()).isEmpty();
        assertThat(track.codecPrivate()).isNull();
        assertThat(track.defaultDurationNanos()).isZero();
        assertThat(track.video()).isNull();
        assertThat(track.audio()).isNull();
    }

    @ParameterizedTest
    @CsvSource({
        "01,VIDEO",
        "02,AUDIO",
        "11,SUBTITLE",
        "21,METADATA",
        "03,OTHER",
        "10,OTHER",
        "20,OTHER",
        "81,OTHER",
        "0101,OTHER",
        "0100000001,OTHER",
        "FFFFFFFF00000001,OTHER",
        "0001,VIDEO"
    })
    void typesOfTracks(String code, Track.Type type) throws Exception {
        assertThat(onlyTrack(element(0x83, bytes(code))).type()).isEqualTo(type);
    }

    // ---- media --------------------------------------------------------------------------------

    @Test
    void bytesAreReadOnlyAndViewsOfTheirOwn() throws Exception {
        Fragment fragment = Feed.only(fragment());
        ByteBuffer bytes = fragment.bytes();
        assertThat(bytes.isReadOnly()).isTrue();
        bytes.position(bytes.limit());
        assertThat(Describe.bytes(fragment.bytes())).isEqualTo(fragment());
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        fragment.writeTo(out);
        assertThat(out.toByteArray()).isEqualTo(fragment());
    }

    @Test
    void withoutMediaAllButBytesAndFramesIsThere() throws Exception {
        byte[] document = fragment(simpleBlock(1, 0, 0), simpleBlock(2, 0, 0x04, bytes("02")));
        Fragment whole = Feed.only(document);
        Fragment tagsOnly = Feed.onlyTagsOf(document);
        assertThat(whole.hasMedia()).isTrue();
        assertThat(tagsOnly.hasMedia()).isFalse();
        assertThat(Describe.metadata(tagsOnly)).isEqualTo(Describe.metadata(whole));
        assertThat(tagsOnly.frameCounts()).isEqualTo(Map.of(1L, 1, 2L, 3));
        assertThat(tagsOnly).isNotEqualTo(whole);
        String message =
                "Fragment "
                        + TestMedia.NUMBER
                        + " of stream camera was read for its tags only, it has no media. Read"
                        + " whole fragments to get at bytes and frames.";
        assertThatThrownBy(tagsOnly::bytes)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage(message);
        assertThatThrownBy(tagsOnly::frames).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> tagsOnly.writeTo(new ByteArrayOutputStream()))
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void aFragmentDoesNotChangeWithTheNext() throws Exception {
        byte[] first = fragment(simpleBlock(1, 0, 0));
        byte[] second =
                document(
                        info(100),
                        tracks(track(7)),
                        leadingTags("5", "1.0", "2.0"),
                        cluster(simpleBlock(7, 0, 0), simpleBlock(7, 0, 0)),
                        trailingTags("0", "5"));
        List<Fragment> fragments = Feed.of(TestMedia.concat(first, second)).fragments;
        assertThat(Describe.metadata(fragments.get(0)))
                .isEqualTo(Describe.metadata(Feed.only(first)));
        assertThat(Describe.metadata(fragments.get(1)))
                .isEqualTo(Describe.metadata(Feed.only(second)));
        assertThat(fragments.get(1).millisBehindNow()).isZero();
    }
}
