/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.testing.media;

import io.github.flinkkvs.testing.internal.ebml.Ebml;
import io.github.flinkkvs.testing.internal.ebml.EbmlWriter;

/**
 * One frame, written as a SimpleBlock. Immutable; the payload is not copied and must not be
 * changed.
 */
public final class MediaFrame {
    private final int track;
    private final int offsetMillis;
    private final boolean keyFrame;
    private final byte[] data;

    private MediaFrame(int track, int offsetMillis, boolean keyFrame, byte[] data) {
        if (offsetMillis < Short.MIN_VALUE || offsetMillis > Short.MAX_VALUE) {
            throw new IllegalArgumentException(
                    "A frame lies within 32 s of its Cluster Timestamp, not at " + offsetMillis);
        }
        this.track = track;
        this.offsetMillis = offsetMillis;
        this.keyFrame = keyFrame;
        this.data = data;
    }

    /**
     * @param track the number of its track
     * @param offsetMillis its time, relative to the Cluster Timestamp
     */
    public static MediaFrame of(int track, int offsetMillis, boolean keyFrame, byte[] data) {
        return new MediaFrame(track, offsetMillis, keyFrame, data);
    }

    public int track() {
        return track;
    }

    public int offsetMillis() {
        return offsetMillis;
    }

    public boolean keyFrame() {
        return keyFrame;
    }

    public byte[] data() {
        return data;
    }

    byte[] toSimpleBlock(int sizeLength) {
        EbmlWriter block = new EbmlWriter(data.length + 16);
        int trackLength = Ebml.sizeLength(track);
        int length = trackLength + 3 + data.length;
        block.id(Ebml.SIMPLE_BLOCK)
                .size(length, sizeLength == 0 ? Ebml.sizeLength(length) : sizeLength)
                .size(track, trackLength)
                .raw(
                        new byte[] {
                            (byte) (offsetMillis >> 8),
                            (byte) offsetMillis,
                            (byte) (keyFrame ? 0x80 : 0)
                        })
                .raw(data);
        return block.toByteArray();
    }
}
