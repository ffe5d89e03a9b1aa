/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.fuzz;

import io.github.flinkkvs.source.enumerator.KvsEnumeratorState;
import io.github.flinkkvs.source.enumerator.KvsEnumeratorStateSerializer;

import java.io.IOException;

/**
 * Any bytes as the serialized state of an enumerator give a usable state, or an IOException that
 * says what is wrong.
 */
class KvsEnumeratorStateSerializerFuzzTest {

    private static final KvsEnumeratorStateSerializer SERIALIZER =
            new KvsEnumeratorStateSerializer();

    @Fuzzed
    void anyBytes(byte[] input) throws IOException {
        for (int version = 1; version <= SERIALIZER.getVersion(); version++) {
            anyBytes(version, input);
        }
    }

    private static void anyBytes(int version, byte[] input) throws IOException {
        KvsEnumeratorState state;
        try {
            state = SERIALIZER.deserialize(version, input);
        } catch (IOException e) {
            Check.saysSomething(e);
            return;
        }
        Check.that(state.toString().length() > 0, state);
        byte[] bytes = SERIALIZER.serialize(state);
        Check.same(SERIALIZER.deserialize(SERIALIZER.getVersion(), bytes), state, "serialized");
    }
}
