/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.chaos.record;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * What a frame, or the frames of a whole fragment, are recognized by: a CRC-32C, which is the same
 * live and from the archive. Both sides use it: the service when it writes the ledger, and the job.
 * Not thread-safe.
 */
public final class Checksum {
    private final CRC32C crc = new CRC32C();

    /**
     * Adds a frame; its data is not consumed.
     *
     * @param timestampMillis by the producer's clock
     */
    public Checksum frame(long track, boolean keyFrame, long timestampMillis, ByteBuffer data) {
        ByteBuffer head = ByteBuffer.allocate(2 * Long.BYTES + 1 + Integer.BYTES);
        head.putLong(track)
                .put((byte) (keyFrame ? 1 : 0))
                .putLong(timestampMillis)
                .putInt(data.remaining())
                .flip();
        crc.update(head);
        crc.update(data.duplicate());
        return this;
    }

    /** An unsigned number of 32 bits. */
    public long value() {
        return crc.getValue();
    }
}
