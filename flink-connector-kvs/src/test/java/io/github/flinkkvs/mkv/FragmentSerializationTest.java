/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.mkv;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

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
        Fragment fragment = FragmentSerialization.read(in);
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

    /** Checkpoints and savepoints hold this form: it is read for ever. */
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
        Fragment fragment = form.equals("media") ? Feed.only(document) : Feed.onlyTagsOf(document);
        byte[] golden = golden("fragment-" + form + "-v1.hex");
        assertThat(TestMedia.hex(write(fragment))).isEqualTo(TestMedia.hex(golden));
        assertThat(read(golden)).isEqualTo(fragment);
        assertThat(Describe.metadata(read(golden))).isEqualTo(Describe.metadata(fragment));
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
                .hasMessage("The last fragment ends within an element (EBML at byte 0)");
        assertThatThrownBy(() -> read(withContent(-1, new byte[0])))
                .isInstanceOf(MkvException.class);
    }

    private static byte[] withContent(int length, byte[] content) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        out.writeUTF("s");
        out.writeBoolean(false);
        out.writeBoolean(true);
        out.writeInt(length);
        out.write(content);
        return bytes.toByteArray();
    }

    /** What was written cannot be read when it was damaged, but never with another exception. */
    @Property(tries = 300)
    void damagedBytesAreAnIoException(@ForAll long seed, @ForAll boolean keepMedia)
            throws Exception {
        byte[] document = TestMedia.fragment();
        Fragment fragment = keepMedia ? Feed.only(document) : Feed.onlyTagsOf(document);
        byte[] bytes = write(fragment);
        // Not in the names and the length of the content: those are the file system's to protect.
        int content = 4 + Feed.STREAM.length() + Feed.ARN.length() + 1 + 1 + 4;
        int at = content + Math.floorMod(seed, bytes.length - content);
        bytes[at] = (byte) (seed >> 32);
        try {
            FragmentSerialization.read(new DataInputStream(new ByteArrayInputStream(bytes)));
        } catch (IOException e) {
            assertThat(e).hasMessage(e.getMessage());
        }
    }
}
