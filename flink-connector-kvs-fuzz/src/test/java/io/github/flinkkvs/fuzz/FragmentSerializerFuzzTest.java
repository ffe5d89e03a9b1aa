/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.fuzz;

import io.github.flinkkvs.mkv.Fragment;
import io.github.flinkkvs.source.serialization.FragmentSerializer;

import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;

import java.io.EOFException;
import java.io.IOException;

/** Any bytes as a serialized fragment give a usable fragment, or an IOException. */
class FragmentSerializerFuzzTest {

    @Fuzzed
    void anyBytes(byte[] input) throws IOException {
        Fragment fragment;
        try {
            fragment = FragmentSerializer.INSTANCE.deserialize(new DataInputDeserializer(input));
        } catch (EOFException e) {
            // From Flink, which uses it to detect the end of its data.
            return;
        } catch (IOException e) {
            Check.saysSomething(e);
            return;
        }
        Check.that(fragment.sizeBytes() >= 0, fragment);
        Facts.check(fragment);
        DataOutputSerializer out = new DataOutputSerializer(256);
        FragmentSerializer.INSTANCE.copy(new DataInputDeserializer(input), out);
        Fragment copy =
                FragmentSerializer.INSTANCE.deserialize(
                        new DataInputDeserializer(out.getCopyOfBuffer()));
        Check.same(copy, fragment, "copied");
        Check.same(Facts.of(copy), Facts.of(fragment), "copied");
    }
}
