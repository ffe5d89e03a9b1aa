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
 * Remembers when the current piece of input arrived, and when the piece with the beginning of an
 * unfinished header did. Not thread-safe.
 */
final class PieceTimes {

    private boolean known = true;

    /** The current piece: the offset of its first byte, and when it arrived. */
    private long offset;

    private long millis;
    private long nanos;

    /** When the first byte of the header arrived that the previous piece left unfinished. */
    private long headerNanos;

    /** Takes a piece whose time of arrival is unknown: from then on no time is known. */
    void beginUntimed() {
        known = false;
    }

    void begin(long pieceOffset, long epochMillis, long nanoTime) {
        offset = pieceOffset;
        millis = epochMillis;
        nanos = nanoTime;
    }

    /**
     * The current piece was consumed.
     *
     * @param next the offset of the first element that was not reported yet
     */
    void end(long next) {
        if (next >= offset) {
            headerNanos = nanos;
        }
    }

    /** When the first byte of an element arrived; call at its first report. */
    long beginningOf(long elementOffset) {
        return elementOffset < offset ? headerNanos : nanos;
    }

    /** The arrival of something that ends in the current piece; null if unknown. */
    @Nullable
    Arrival since(long beginningNanos) {
        return known ? new Arrival(millis, nanos - beginningNanos) : null;
    }
}
