/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.fuzz;

import io.github.flinkkvs.media.CallAudioSerializer;
import io.github.flinkkvs.media.PictureSerializer;
import io.github.flinkkvs.media.clip.ClipRequestSerializer;
import io.github.flinkkvs.media.clip.ClipSerializer;
import io.github.flinkkvs.source.serialization.FrameRecordSerializer;
import io.github.flinkkvs.source.serialization.ImmutableSerializer;

import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;

import java.io.EOFException;
import java.io.IOException;
import java.util.List;

/**
 * Any bytes as a serialized record give a record that can be serialized, or an IOException.
 *
 * <p>The first byte of an input gives the kind of the record. Fragments have a test of their own,
 * {@link FragmentSerializerFuzzTest}.
 */
class RecordSerializersFuzzTest {

    private static final List<ImmutableSerializer<?>> SERIALIZERS =
            List.of(
                    FrameRecordSerializer.INSTANCE,
                    CallAudioSerializer.INSTANCE,
                    PictureSerializer.INSTANCE,
                    ClipSerializer.INSTANCE,
                    ClipRequestSerializer.INSTANCE);

    @Fuzzed
    void anyBytes(byte[] input) throws IOException {
        if (input.length > 0) {
            anyBytes(SERIALIZERS.get((input[0] & 0xFF) % SERIALIZERS.size()), input);
        }
    }

    private static <T> void anyBytes(ImmutableSerializer<T> serializer, byte[] input)
            throws IOException {
        T record;
        try {
            record = serializer.deserialize(new DataInputDeserializer(input, 1, input.length - 1));
        } catch (EOFException e) {
            // From Flink, which uses it to detect the end of its data.
            return;
        } catch (IOException e) {
            Check.saysSomething(e);
            return;
        }
        Check.that(record.toString().length() > 0, record);
        DataOutputSerializer out = new DataOutputSerializer(256);
        serializer.serialize(record, out);
        DataInputDeserializer in = new DataInputDeserializer(out.getCopyOfBuffer());
        Check.same(serializer.deserialize(in), record, "serialized");
        Check.that(in.available() == 0, "left after " + record);
    }
}
