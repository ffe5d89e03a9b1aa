/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.chaos.ledger;

import java.math.BigInteger;
import java.util.List;

/**
 * A fragment that was pushed. Immutable.
 *
 * @param number its number
 * @param checksum of the whole fragment; 0 if it is bad
 * @param frames the checksums of its frames; those before the damage if it is bad
 * @param fate what may be read of it
 * @param recordedEnd the length of the stream's recording with it; 0 unless it is complete
 */
public record PushedFragment(
        BigInteger number, long checksum, List<Long> frames, Fate fate, long recordedEnd) {

    /** What may be read of a fragment. */
    public enum Fate {
        /** All of it, exactly once. */
        COMPLETE,
        /** The service was killed before its end: never as a fragment; at most its first frames. */
        ABANDONED,
        /** It is malformed: never as a fragment; at most the frames before the damage. */
        BAD
    }

    PushedFragment completedAt(long end) {
        return new PushedFragment(number, checksum, frames, Fate.COMPLETE, end);
    }
}
