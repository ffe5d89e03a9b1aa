/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.media;

import javax.annotation.Nullable;

/** Counts the frames of audio that are left out, and knows what was wrong. Not thread-safe. */
final class AudioDamage {

    private long frames;
    @Nullable private String last;

    /**
     * @param leftOut how many frames
     * @param where track, fragment and stream
     * @param what is wrong; never media itself
     */
    void add(long leftOut, String where, String what) {
        if (leftOut > 0) {
            frames += leftOut;
            last = where + ": " + what;
        }
    }

    /** How many frames were left out so far. */
    long frames() {
        return frames;
    }

    /** What was wrong last, and where; null if nothing was. */
    @Nullable
    String last() {
        return last;
    }
}
