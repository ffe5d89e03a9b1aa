/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.source.split;

import io.github.flinkkvs.mkv.FragmentNumber;

import org.apache.flink.annotation.Internal;

/**
 * A fragment whose frames are emitted as they arrive, and how many of its frames have passed,
 * wanted or not. Immutable.
 */
@Internal
public final class OpenFragment {

    private final FragmentNumber number;
    private final int frames;

    public OpenFragment(FragmentNumber number, int frames) {
        this.number = number;
        this.frames = frames;
    }

    public FragmentNumber number() {
        return number;
    }

    /** The index of the first frame that has not passed. */
    public int frames() {
        return frames;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof OpenFragment
                && number.equals(((OpenFragment) other).number)
                && frames == ((OpenFragment) other).frames;
    }

    @Override
    public int hashCode() {
        return 31 * number.hashCode() + frames;
    }

    @Override
    public String toString() {
        return frames + " frames of fragment " + number;
    }
}
