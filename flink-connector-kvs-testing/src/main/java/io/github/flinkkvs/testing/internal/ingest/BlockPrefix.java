/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.testing.internal.ingest;

import io.github.flinkkvs.testing.internal.ebml.EbmlElement;

import java.nio.ByteBuffer;

/** The first bytes of a block: its track and its time. Not thread-safe. */
final class BlockPrefix {
    private static final int TIME_BYTES = 2;

    /** A track number has at most 8 bytes. */
    private final byte[] bytes = new byte[8 + TIME_BYTES];

    private int length;

    /** A block begins. */
    void begin() {
        length = 0;
    }

    /**
     * Takes from the content of the block what it still needs.
     *
     * @return true if the prefix became complete with it
     * @throws IllegalArgumentException if there is no track number
     */
    boolean take(ByteBuffer content) {
        boolean before = complete();
        for (int i = content.position(); i < content.limit() && !complete(); i++) {
            bytes[length++] = content.get(i);
            if (trackLength() > 8) {
                throw new IllegalArgumentException("A block has no track number");
            }
        }
        return !before && complete();
    }

    boolean complete() {
        return length > 0 && length == trackLength() + TIME_BYTES;
    }

    private int trackLength() {
        return Integer.numberOfLeadingZeros(bytes[0] & 0xFF) - 23;
    }

    long track() {
        int length = trackLength();
        return EbmlElement.unsigned(bytes, 0, length) & ((1L << (7 * length)) - 1);
    }

    /** Relative to the Cluster Timestamp, in its units. */
    short time() {
        return (short) EbmlElement.unsigned(bytes, trackLength(), TIME_BYTES);
    }
}
