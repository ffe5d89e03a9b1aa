/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.fuzz;

import io.github.flinkkvs.source.split.KvsSplit;
import io.github.flinkkvs.source.split.KvsSplitSerializer;

import java.io.IOException;

/**
 * Any bytes as a serialized split give a usable split, or an IOException that says what is wrong.
 */
class KvsSplitSerializerFuzzTest {

    private static final KvsSplitSerializer SERIALIZER = new KvsSplitSerializer();

    /** In every version that ever existed. */
    @Fuzzed
    void anyBytes(byte[] input) throws IOException {
        for (int version = 1; version <= SERIALIZER.getVersion(); version++) {
            KvsSplit split;
            try {
                split = SERIALIZER.deserialize(version, input);
            } catch (IOException e) {
                Check.saysSomething(e);
                continue;
            }
            Check.that(split.toString().length() > 0, split);
            byte[] bytes = SERIALIZER.serialize(split);
            Check.same(SERIALIZER.deserialize(SERIALIZER.getVersion(), bytes), split, "serialized");
        }
    }
}
