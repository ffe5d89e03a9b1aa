/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.mkv.assembler;

import io.github.flinkkvs.mkv.Arrival;

import javax.annotation.Nullable;

/**
 * When the pieces came that an assembler was fed with, as far as it matters for what is still open:
 * the piece at hand, and the one in which a header began that is not whole. Not thread-safe.
 */
final class PieceTimes {

    private boolean known = true;

    /** Of the piece at hand: the offset of its first byte, and when it came. */
    private long offset;

    private long millis;
    private long nanos;

    /** When the first byte came of a header that the piece before left unfinished. */
    private long headerNanos;

    /** Takes a piece that came at an unknown time: from then on no times are known. */
    void beginUntimed() {
        known = false;
    }

    void begin(long pieceOffset, long epochMillis, long nanoTime) {
        offset = pieceOffset;
        millis = epochMillis;
        nanos = nanoTime;
    }

    /**
     * The piece is used up.
     *
     * @param next the offset of the first element that was not reported
     */
    void end(long next) {
        if (next >= offset) {
            headerNanos = nanos;
        }
    }

    /** When an element began to come that is being reported for the first time. */
    long beginningOf(long elementOffset) {
        return elementOffset < offset ? headerNanos : nanos;
    }

    /** The arrival of what ends in the piece at hand; null if that is not known. */
    @Nullable
    Arrival since(long beginningNanos) {
        return known ? new Arrival(millis, nanos - beginningNanos) : null;
    }
}
