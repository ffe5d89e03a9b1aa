/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.mkv;

import io.github.flinkkvs.mkv.assembler.FragmentAssembler;
import io.github.flinkkvs.mkv.parser.MkvException;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class FragmentSerializationTest {

    private static byte[] write(Fragment fragment) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        FragmentSerialization.write(fragment, new DataOutputStream(out));
        return out.toByteArray();
    }

    private static Fragment read(byte[] bytes) throws IOException {
        DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes));
        Fragment fragment = FragmentSerialization.readVersion2(in);
        assertThat(in.available()).isZero();
        return fragment;
    }

    private static Fragment copy(Fragment fragment) throws IOException {
        return read(write(fragment));
    }

    @Property(tries = 200)
    void aFragmentWithMediaComesBack(@ForAll long seed) throws Exception {
        RandomMedia written = RandomMedia.documents(seed, 1).get(0);
        Fragment fragment = Feed.only(written.bytes);
        Fragment copy = copy(fragment);
        assertThat(copy).isEqualTo(fragment).hasSameHashCodeAs(fragment);
        assertThat(copy.hasMedia()).isTrue();
        assertThat(Describe.metadata(copy)).isEqualTo(Describe.metadata(fragment));
        assertThat(Describe.bytes(copy.bytes())).isEqualTo(written.bytes);
        assertThat(Describe.frames(copy)).isEqualTo(written.frames);
    }

    @Property(tries = 200)
    void aFragmentWithoutMediaComesBack(@ForAll long seed) throws Exception {
        byte[] document = RandomMedia.documents(seed, 1).get(0).bytes;
        Fragment fragment = Feed.onlyTagsOf(document);
        Fragment copy = copy(fragment);
        assertThat(copy).isEqualTo(fragment).hasSameHashCodeAs(fragment);
        assertThat(copy.hasMedia()).isFalse();
        assertThat(copy.sizeBytes()).isEqualTo(document.length);
        assertThat(Describe.metadata(copy)).isEqualTo(Describe.metadata(fragment));
        assertThat(copy(copy)).isEqualTo(fragment);
    }

    @Test
    void aFragmentWithoutMediaIsSmall() throws Exception {
        byte[] document = TestMedia.fragment(TestMedia.simpleBlock(1, 0, 0, new byte[1_000_000]));
        assertThat(write(Feed.onlyTagsOf(document))).hasSizeLessThan(1000);
    }

    @Test
    void aStreamWithoutAnArn() throws Exception {
        Feed feed = new Feed(true);
        new FragmentAssembler("s", null, true, 10_000)
                .feed(ByteBuffer.wrap(TestMedia.fragment()), feed);
        Fragment copy = copy(feed.fragments.get(0));
        assertThat(copy.streamName()).isEqualTo("s");
        assertThat(copy.streamArn()).isNull();
    }

    /** Checkpoints and savepoints hold this form, so it must stay readable for ever. */
    @ParameterizedTest
    @ValueSource(strings = {"media", "tags-only"})
    void theFormStays(String form) throws Exception {
        byte[] document =
                TestMedia.document(
                        TestMedia.info(1_000_000),
                        TestMedia.tracks(TestMedia.track(1), TestMedia.track(2)),
                        TestMedia.tags(TestMedia.simpleTag("site", "north")),
                        TestMedia.leadingTags(),
                        TestMedia.cluster(
                                TestMedia.simpleBlock(1, 0, 0x80, TestMedia.text("key")),
                                TestMedia.simpleBlock(2, 5, 0x04, TestMedia.bytes("01 AABB"))),
                        TestMedia.tags(TestMedia.simpleTag("site", "south")),
                        TestMedia.trailingTags());
        Feed feed = new Feed(form.equals("media"));
        feed.assembler.feed(ByteBuffer.wrap(document, 0, 99), 1, 1_000, feed);
        feed.assembler.feed(
                ByteBuffer.wrap(document, 99, document.length - 99),
                1_800_000_000_000L,
                2_001_000,
                feed);
        Fragment fragment = feed.fragments.get(0);

        byte[] golden = golden("fragment-" + form + "-v2.hex");
        assertThat(TestMedia.hex(write(fragment))).isEqualTo(TestMedia.hex(golden));
        assertThat(read(golden)).isEqualTo(fragment);
        assertThat(read(golden).arrival()).isEqualTo(new Arrival(1_800_000_000_000L, 2_000_000));
        assertThat(Describe.metadata(read(golden))).isEqualTo(Describe.metadata(fragment));

        DataInputStream old =
                new DataInputStream(
                        new ByteArrayInputStream(golden("fragment-" + form + "-v1.hex")));
        Fragment ofVersion1 = FragmentSerialization.readVersion1(old);
        assertThat(old.available()).isZero();
        assertThat(ofVersion1).isEqualTo(fragment);
        assertThat(ofVersion1.arrival()).isNull();
        assertThat(Describe.metadata(ofVersion1)).isEqualTo(Describe.metadata(fragment));
    }

    private static byte[] golden(String name) throws IOException {
        try (InputStream in = FragmentSerializationTest.class.getResourceAsStream(name)) {
            String hex = new String(in.readAllBytes(), StandardCharsets.US_ASCII);
            return TestMedia.bytes(hex.replace('\n', ' '));
        }
    }

    @Test
    void whatIsNotOneSerializedFragmentIsRefused() throws Exception {
        byte[] two = TestMedia.concat(TestMedia.fragment(), TestMedia.fragment());
        byte[] half = Arrays.copyOf(two, 100);
        byte[] error = TestMedia.fragmentNotFound(TestMedia.NUMBER);
        for (byte[] content : new byte[][] {two, error, new byte[0]}) {
            assertThatThrownBy(() -> read(withContent(content.length, content)))
                    .isInstanceOf(MkvException.class)
                    .hasMessage("Not one serialized fragment (EBML at byte 0)");
        }
        assertThatThrownBy(() -> read(withContent(half.length, half)))
                .isInstanceOf(MkvException.class)
                .hasMessage("The fragment ends within an element (EBML at byte 0)");
        assertThatThrownBy(() -> read(withContent(-1, new byte[0])))
                .isInstanceOf(IOException.class)
                .hasMessage("Serialized data is damaged: it has a length of -1");
    }

    /** A length is trusted only as far as there are bytes. */
    @Test
    void aLengthThatIsWrongCostsLittleMemory() throws Exception {
        byte[] bytes = withContent(Integer.MAX_VALUE, new byte[9 << 20]);
        long before = allocated();
        assertThatThrownBy(() -> read(bytes)).isInstanceOf(EOFException.class);
        assertThat(allocated() - before).isLessThan(64L << 20);
    }

    private static long allocated() {
        return ((com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean())
                .getThreadAllocatedBytes(Thread.currentThread().getId());
    }

    /** More than is allocated without proof that it is there. */
    @Test
    void aLargeFragmentComesBack() throws Exception {
        byte[] frame = new byte[21_000_000];
        new Random(1).nextBytes(frame);
        Fragment fragment = Feed.only(TestMedia.fragment(TestMedia.simpleBlock(1, 0, 0, frame)));
        assertThat(copy(fragment)).isEqualTo(fragment);
    }

    @Test
    void whatWasCountedMustBePossible() throws Exception {
        byte[] bytes = write(Feed.onlyTagsOf(TestMedia.fragment()));
        // The size, the number of tracks, a track's number (8 bytes), its number of frames.
        int size = bytes.length - 20;
        for (int at : new int[] {size, size + 4, size + 16}) {
            byte[] negative = bytes.clone();
            negative[at] = (byte) 0x80;
            assertThatThrownBy(() -> read(negative)).isInstanceOf(MkvException.class);
        }
        byte[] tracks = Arrays.copyOf(bytes, bytes.length + 12 * 64);
        tracks[size + 7] = 65;
        for (int i = 1; i <= 64; i++) {
            tracks[size + 20 + 12 * i - 5] = (byte) (i + 1);
        }
        assertThatThrownBy(() -> read(tracks))
                .isInstanceOf(MkvException.class)
                .hasMessageStartingWith("Frames of more than 64 tracks");
        byte[] frames = bytes.clone();
        frames[size + 17] = 0x10;
        assertThatThrownBy(() -> read(frames))
                .isInstanceOf(MkvException.class)
                .hasMessageStartingWith("More than 1048576 frames");
    }

    private static byte[] withContent(int length, byte[] content) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        out.writeBoolean(false);
        out.writeUTF("s");
        out.writeBoolean(false);
        out.writeBoolean(true);
        out.writeInt(length);
        out.write(content);
        return bytes.toByteArray();
    }

    /** Flink knows by an EOFException where its data ends, so it is passed on as it is. */
    @Property(tries = 20)
    void whatWasCutOffIsAnEofException(@ForAll long seed, @ForAll boolean keepMedia)
            throws Exception {
        byte[] document = RandomMedia.documents(seed, 1).get(0).bytes;
        byte[] bytes = write(keepMedia ? Feed.only(document) : Feed.onlyTagsOf(document));
        for (int length = 0; length < bytes.length; length++) {
            byte[] cut = Arrays.copyOf(bytes, length);
            assertThatThrownBy(() -> read(cut)).isInstanceOf(EOFException.class);
        }
    }

    /** Reads one after the other, as from a stream of records. */
    @Property(tries = 50)
    void whatFollowsIsLeft(@ForAll long seed, @ForAll boolean keepMedia) throws Exception {
        List<RandomMedia> documents = RandomMedia.documents(seed, 2);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        List<Fragment> fragments = new ArrayList<>();
        for (RandomMedia document : documents) {
            Fragment fragment =
                    keepMedia ? Feed.only(document.bytes) : Feed.onlyTagsOf(document.bytes);
            fragments.add(fragment);
            FragmentSerialization.write(fragment, new DataOutputStream(out));
        }
        DataInputStream in = new DataInputStream(new ByteArrayInputStream(out.toByteArray()));
        assertThat(FragmentSerialization.readVersion2(in)).isEqualTo(fragments.get(0));
        assertThat(FragmentSerialization.readVersion2(in)).isEqualTo(fragments.get(1));
        assertThat(in.available()).isZero();
    }

    /** Damaged bytes may fail to be read, but never with another exception. */
    @Property(tries = 300)
    void damagedBytesAreAnIoException(@ForAll long seed, @ForAll boolean keepMedia)
            throws Exception {
        byte[] document = TestMedia.fragment();
        Fragment fragment = keepMedia ? Feed.only(document) : Feed.onlyTagsOf(document);
        byte[] bytes = write(fragment);
        int at = (int) Math.floorMod(seed, (long) bytes.length);
        bytes[at] = (byte) (seed >> 32);
        try {
            FragmentSerialization.readVersion2(
                    new DataInputStream(new ByteArrayInputStream(bytes)));
        } catch (IOException e) {
            assertThat(e).hasMessage(e.getMessage());
        }
    }
}
