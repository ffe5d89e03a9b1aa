/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.media.audio;

import io.github.flinkkvs.media.Quoted;

import javax.annotation.Nullable;

/**
 * Counts the frames of audio that are left out, and remembers the last problem. Not thread-safe.
 */
final class AudioDamage {

    private long frames;
    @Nullable private String last;

    /**
     * Counts frames of a track.
     *
     * @param leftOut how many; nothing happens if there are none
     * @param track its name, as the producer gave it
     * @param fragment its number; empty if it is not known
     * @param what is wrong; never media itself, and nothing of the producer's without quotes
     */
    void add(long leftOut, String track, String fragment, String stream, String what) {
        if (leftOut > 0) {
            frames += leftOut;
            last =
                    "track "
                            + Quoted.of(track)
                            + (fragment.isEmpty() ? "" : " of fragment " + fragment)
                            + " of stream "
                            + stream
                            + ": "
                            + what;
        }
    }

    /** The number of frames left out so far. */
    long frames() {
        return frames;
    }

    /** The last problem, and where it was; null if there was none. */
    @Nullable
    String last() {
        return last;
    }
}
