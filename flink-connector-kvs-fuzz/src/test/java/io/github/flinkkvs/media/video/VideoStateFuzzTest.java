/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.media.video;

import io.github.flinkkvs.fuzz.Check;
import io.github.flinkkvs.fuzz.Fuzzed;

import java.io.IOException;
import java.util.Arrays;

/**
 * Any bytes as the state of a decoder give a usable state, or an IOException that says what is
 * wrong. In the package of what it tests.
 */
class VideoStateFuzzTest {

    @Fuzzed
    void anyBytes(byte[] input) throws IOException {
        VideoState state;
        try {
            state = VideoState.fromBytes(input);
        } catch (IOException e) {
            Check.saysSomething(e);
            return;
        }
        byte[] once = state.toBytes();
        Check.that(Arrays.equals(VideoState.fromBytes(once).toBytes(), once), "serialized");
        state.damagedAt(state.sequence);
        Check.that(!state.isBehindDamage(0), "nothing is before the first frame");
        state.forgetFrames();
    }
}
