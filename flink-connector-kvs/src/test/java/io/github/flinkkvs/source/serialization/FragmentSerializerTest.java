/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.source.serialization;

import io.github.flinkkvs.mkv.Fragment;
import io.github.flinkkvs.source.GetMediaBytes;
import io.github.flinkkvs.source.split.KvsSplitSerializerTest;

import org.apache.flink.api.common.ExecutionConfig;
import org.apache.flink.api.common.typeutils.SerializerTestBase;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.apache.flink.util.InstantiationUtil;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;

class FragmentSerializerTest extends SerializerTestBase<Fragment> {

    private static Fragment fragment(boolean keepMedia, int frameBytes) {
        return parse("camera", keepMedia, GetMediaBytes.fragment(1, 5000, frameBytes));
    }

    private static Fragment parse(String stream, boolean keepMedia, byte[] document) {
        try {
            return GetMediaBytes.parse(stream, keepMedia, document);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    protected TypeSerializer<Fragment> createSerializer() {
        return FragmentTypeInfo.INSTANCE.createSerializer(new ExecutionConfig());
    }

    @Override
    protected int getLength() {
        return -1;
    }

    @Override
    protected Class<Fragment> getTypeClass() {
        return Fragment.class;
    }

    @Override
    protected Fragment[] getTestData() {
        return new Fragment[] {fragment(true, 1), fragment(false, 100), fragment(true, 100_000)};
    }

    /** A fragment cannot be empty, and Flink asks for instances only to reuse mutable ones. */
    @Override
    @Test
    protected void testInstantiate() {
        assertThat(FragmentSerializer.INSTANCE.createInstance()).isNull();
    }

    @Test
    void beginsWithAVersion() throws Exception {
        DataOutputSerializer out = new DataOutputSerializer(64);
        FragmentSerializer.INSTANCE.serialize(fragment(true, 1), out);
        byte[] bytes = out.getCopyOfBuffer();
        assertThat(bytes[0]).isEqualTo((byte) 2);
        // Then no arrival, the stream's name, no ARN, with media, and its bytes as they are.
        assertThat(bytes).startsWith(2, 0, 0, 6, 'c', 'a', 'm', 'e', 'r', 'a', 0, 1);
        assertThat(bytes).endsWith(GetMediaBytes.fragment(1, 5000, 1));
        bytes[0] = 9;
        assertThatThrownBy(
                        () ->
                                FragmentSerializer.INSTANCE.deserialize(
                                        new DataInputDeserializer(bytes)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("version 9")
                .hasMessageContaining("up to 2");
    }

    /**
     * State holds this form, so it must stay readable for ever. The form after the version has its
     * own test.
     */
    @ParameterizedTest
    @CsvSource({"1, media", "1, tags-only", "2, media", "2, tags-only"})
    void readsEachVersionForEver(int version, String form) throws Exception {
        byte[] golden =
                KvsSplitSerializerTest.bytes(
                        "0" + version + golden("fragment-" + form + "-v" + version + ".hex"));
        DataInputDeserializer in = new DataInputDeserializer(golden);
        Fragment fragment = FragmentSerializer.INSTANCE.deserialize(in);
        assertThat(in.available()).isZero();
        assertThat(fragment.hasMedia()).isEqualTo(form.equals("media"));
        assertThat(fragment.userTags()).hasSize(2);
        assertThat(fragment.frameCounts()).containsOnly(entry(1L, 1), entry(2L, 2));
        assertThat(fragment.arrival() != null).isEqualTo(version == 2);
        DataInputDeserializer rewritten = new DataInputDeserializer(serialize(fragment));
        assertThat(FragmentSerializer.INSTANCE.deserialize(rewritten)).isEqualTo(fragment);
        if (version == 2) {
            assertThat(serialize(fragment)).isEqualTo(golden);
        }
    }

    private static String golden(String name) throws IOException {
        try (InputStream in = Fragment.class.getResourceAsStream(name)) {
            return new String(in.readAllBytes(), StandardCharsets.US_ASCII).replaceAll("\\s", "");
        }
    }

    /** Savepoints name this class of the serializer, so it must stay where it is. */
    @Test
    void theSnapshotIsReadForEver() throws Exception {
        String name = "io.github.flinkkvs.source.serialization.FragmentSerializer$Snapshot";
        DataOutputSerializer golden = new DataOutputSerializer(64);
        golden.writeUTF(name);
        golden.writeInt(3);
        DataOutputSerializer out = new DataOutputSerializer(64);
        TypeSerializerSnapshot.writeVersionedSnapshot(
                out, FragmentSerializer.INSTANCE.snapshotConfiguration());
        assertThat(out.getCopyOfBuffer()).isEqualTo(golden.getCopyOfBuffer());
        TypeSerializerSnapshot<Fragment> read =
                TypeSerializerSnapshot.readVersionedSnapshot(
                        new DataInputDeserializer(golden.getCopyOfBuffer()),
                        getClass().getClassLoader());
        assertThat(read.restoreSerializer()).isSameAs(FragmentSerializer.INSTANCE);
    }

    @Property(tries = 200)
    void anyFragmentComesBack(@ForAll("fragments") Fragment fragment) throws Exception {
        byte[] bytes = serialize(fragment);
        DataInputDeserializer in = new DataInputDeserializer(bytes);
        Fragment read = FragmentSerializer.INSTANCE.deserialize(in);
        assertThat(in.available()).isZero();
        assertThat(read).isEqualTo(fragment).hasSameHashCodeAs(fragment);
        assertThat(read.tags()).isEqualTo(fragment.tags());
        assertThat(read.frameCounts()).isEqualTo(fragment.frameCounts());
        assertThat(serialize(read)).isEqualTo(bytes);
        assertThat(FragmentSerializer.INSTANCE.copy(fragment)).isSameAs(fragment);
        assertThat(FragmentSerializer.INSTANCE.copy(fragment, read)).isSameAs(fragment);
    }

    /** Copies the serialized fragment, and nothing of what follows it. */
    @Property(tries = 100)
    void anyFragmentIsCopied(
            @ForAll("fragments") Fragment fragment, @ForAll("fragments") Fragment next)
            throws Exception {
        DataOutputSerializer both = new DataOutputSerializer(64);
        FragmentSerializer.INSTANCE.serialize(fragment, both);
        FragmentSerializer.INSTANCE.serialize(next, both);
        DataInputDeserializer in = new DataInputDeserializer(both.getCopyOfBuffer());
        DataOutputSerializer copy = new DataOutputSerializer(64);
        FragmentSerializer.INSTANCE.copy(in, copy);
        assertThat(copy.getCopyOfBuffer()).isEqualTo(serialize(fragment));
        assertThat(FragmentSerializer.INSTANCE.deserialize(fragment, in)).isEqualTo(next);
        assertThat(in.available()).isZero();
    }

    /** Flink knows by an EOFException where its data ends. */
    @Property(tries = 30)
    void whatWasCutOffIsAnEofException(@ForAll("fragments") Fragment fragment) throws Exception {
        byte[] bytes = serialize(fragment);
        for (int length = 0; length < bytes.length; length++) {
            DataInputDeserializer in = new DataInputDeserializer(bytes, 0, length);
            assertThatThrownBy(() -> FragmentSerializer.INSTANCE.deserialize(in))
                    .isInstanceOf(EOFException.class);
        }
    }

    @Provide
    static Arbitrary<Fragment> fragments() {
        return Combinators.combine(
                        Arbitraries.of(true, false),
                        Arbitraries.strings().ofMaxLength(300),
                        Arbitraries.strings().numeric().ofMinLength(1).ofMaxLength(128),
                        Arbitraries.longs().between(0, 1L << 44),
                        Arbitraries.integers().between(0, 300))
                .as(
                        (keepMedia, stream, number, time, frameBytes) ->
                                parse(
                                        stream,
                                        keepMedia,
                                        GetMediaBytes.fragment(number, time, frameBytes)));
    }

    private static byte[] serialize(Fragment fragment) throws IOException {
        DataOutputSerializer out = new DataOutputSerializer(64);
        FragmentSerializer.INSTANCE.serialize(fragment, out);
        return out.getCopyOfBuffer();
    }

    @Test
    void isOfAnImmutableType() {
        assertThat(FragmentSerializer.INSTANCE.isImmutableType()).isTrue();
    }

    @Test
    void theTypeIsAlwaysTheSame() throws Exception {
        FragmentTypeInfo type = InstantiationUtil.clone(FragmentTypeInfo.INSTANCE);
        assertThat(type).isSameAs(FragmentTypeInfo.INSTANCE).hasToString("Fragment");
        assertThat(type.getTypeClass()).isEqualTo(Fragment.class);
        assertThat(type.isKeyType()).isFalse();
        ExecutionConfig noKryo = new ExecutionConfig();
        noKryo.disableGenericTypes();
        assertThat(type.createSerializer(noKryo)).isSameAs(FragmentSerializer.INSTANCE);
        assertThat(type.createSerializer(noKryo.getSerializerConfig()))
                .isSameAs(FragmentSerializer.INSTANCE);
        assertThat(KvsDeserializationSchema.fragments().getProducedType()).isSameAs(type);
        assertThat(KvsDeserializationSchema.tagsOnly().needsMedia()).isFalse();
        assertThat(KvsDeserializationSchema.fragments().needsMedia()).isTrue();
    }
}
