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
import io.github.flinkkvs.mkv.FrameFilter;
import io.github.flinkkvs.mkv.FrameRecord;
import io.github.flinkkvs.mkv.ServiceError;
import io.github.flinkkvs.mkv.assembler.FragmentAssembler;
import io.github.flinkkvs.mkv.assembler.FragmentHandler;
import io.github.flinkkvs.mkv.parser.MkvException;
import io.github.flinkkvs.source.GetMediaBytes;

import org.apache.flink.api.common.ExecutionConfig;
import org.apache.flink.api.common.typeutils.SerializerTestBase;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class FrameRecordSerializerTest extends SerializerTestBase<FrameRecord> {

    /** Frames that arrived at 1800000000000. */
    private static FrameRecord[] frames() {
        List<FrameRecord> frames = new ArrayList<>();
        FragmentHandler handler =
                new FragmentHandler() {
                    @Override
                    public void onFrame(FrameRecord frame) {
                        frames.add(frame);
                    }

                    @Override
                    public void onFragment(Fragment fragment) {}

                    @Override
                    public void onServiceError(ServiceError error) {
                        throw new AssertionError(error.toString());
                    }
                };
        byte[] document = GetMediaBytes.fragmentOfFrames(1, 5000, 1, 0, 100_000);
        try {
            FragmentAssembler.ofFrames("camera", null, FrameFilter.all(), Integer.MAX_VALUE)
                    .feed(ByteBuffer.wrap(document), 1_800_000_000_000L, 1, handler);
        } catch (MkvException e) {
            throw new AssertionError(e);
        }
        return frames.toArray(new FrameRecord[0]);
    }

    @Override
    protected TypeSerializer<FrameRecord> createSerializer() {
        return FrameRecordTypeInfo.INSTANCE.createSerializer(new ExecutionConfig());
    }

    @Override
    protected int getLength() {
        return -1;
    }

    @Override
    protected Class<FrameRecord> getTypeClass() {
        return FrameRecord.class;
    }

    @Override
    protected FrameRecord[] getTestData() {
        return frames();
    }

    /** A frame cannot be empty, and Flink asks for instances only to reuse mutable ones. */
    @Override
    @Test
    protected void testInstantiate() {
        assertThat(FrameRecordSerializer.INSTANCE.createInstance()).isNull();
    }

    /** The forms after the version have their own test. */
    @Test
    void readsEachVersionForEver() throws Exception {
        FrameRecord frame = frames()[0];
        byte[] version2 = serialize(frame);
        assertThat(version2[0]).isEqualTo((byte) 2);
        FrameRecord read = deserialize(version2);
        assertThat(read).isEqualTo(frame);
        assertThat(read.arrival()).isEqualTo(frame.arrival()).isNotNull();

        // Version 1 has no arrival: a flag and two numbers after the version.
        byte[] version1 = Arrays.copyOfRange(version2, 17, version2.length);
        version1[0] = 1;
        assertThat(deserialize(version1)).isEqualTo(frame);
        assertThat(deserialize(version1).arrival()).isNull();

        byte[] unknown = version2.clone();
        unknown[0] = 9;
        assertThatThrownBy(() -> deserialize(unknown))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("version 9")
                .hasMessageContaining("up to 2");
    }

    private static byte[] serialize(FrameRecord frame) throws IOException {
        DataOutputSerializer out = new DataOutputSerializer(64);
        FrameRecordSerializer.INSTANCE.serialize(frame, out);
        return out.getCopyOfBuffer();
    }

    private static FrameRecord deserialize(byte[] bytes) throws IOException {
        DataInputDeserializer in = new DataInputDeserializer(bytes);
        FrameRecord frame = FrameRecordSerializer.INSTANCE.deserialize(in);
        assertThat(in.available()).isZero();
        return frame;
    }
}
