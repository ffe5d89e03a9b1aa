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
import io.github.flinkkvs.source.reader.GetMediaBytes;

import org.apache.flink.api.common.ExecutionConfig;
import org.apache.flink.api.common.typeutils.SerializerTestBase;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.apache.flink.util.InstantiationUtil;

import org.junit.jupiter.api.Test;

import java.io.IOException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class FragmentSerializerTest extends SerializerTestBase<Fragment> {

    private static Fragment fragment(boolean keepMedia, int frameBytes) {
        try {
            return GetMediaBytes.parse(
                    "camera", keepMedia, GetMediaBytes.fragment(1, 5000, frameBytes));
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
        assertThat(bytes[0]).isEqualTo((byte) 1);
        // Then the stream's name, no ARN, with media, and its bytes as they are.
        assertThat(bytes).startsWith(1, 0, 6, 'c', 'a', 'm', 'e', 'r', 'a', 0, 1);
        assertThat(bytes).endsWith(GetMediaBytes.fragment(1, 5000, 1));
        bytes[0] = 9;
        assertThatThrownBy(
                        () ->
                                FragmentSerializer.INSTANCE.deserialize(
                                        new DataInputDeserializer(bytes)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("version 9")
                .hasMessageContaining("up to 1");
    }

    @Test
    void copiesNothing() {
        Fragment fragment = fragment(true, 10);
        assertThat(FragmentSerializer.INSTANCE.isImmutableType()).isTrue();
        assertThat(FragmentSerializer.INSTANCE.copy(fragment)).isSameAs(fragment);
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
