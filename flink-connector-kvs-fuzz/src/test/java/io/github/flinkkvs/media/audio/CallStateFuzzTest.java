/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.media.audio;

import io.github.flinkkvs.fuzz.Check;
import io.github.flinkkvs.fuzz.Fuzzed;

import java.io.IOException;
import java.util.Arrays;

/**
 * Any bytes as the state of a call, or as audio that it keeps, give a usable state, or an
 * IOException that says what is wrong. In the package of what it tests.
 *
 * <p>The first byte of an input gives which of the two it is.
 */
class CallStateFuzzTest {

    @Fuzzed
    void anyBytes(byte[] input) throws IOException {
        if (input.length == 0) {
            return;
        }
        byte[] bytes = Arrays.copyOfRange(input, 1, input.length);
        try {
            if ((input[0] & 1) == 0) {
                checkCall(CallState.fromBytes(bytes));
            } else {
                checkChunk(AudioChunk.fromBytes(bytes));
            }
        } catch (IOException e) {
            Check.saysSomething(e);
        }
    }

    private static void checkCall(CallState call) throws IOException {
        byte[] once = call.toBytes();
        Check.that(Arrays.equals(CallState.fromBytes(once).toBytes(), once), "serialized");
    }

    private static void checkChunk(AudioChunk chunk) throws IOException {
        Check.that(chunk.endMillis() == chunk.endMillis(), chunk.track());
        Check.that(chunk.storedBytes() > 0, chunk.track());
        byte[] once = chunk.toBytes();
        Check.that(Arrays.equals(AudioChunk.fromBytes(once).toBytes(), once), "serialized");
    }
}
