/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.media;

import org.apache.flink.annotation.Internal;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** Writes WAV files from linear samples of 16 bits. */
@Internal
public final class Wav {

    public static final int HEADER_BYTES = 44;
    public static final int BYTES_PER_SAMPLE = 2;

    private static final int FORMAT_CHUNK_BYTES = 16;
    private static final short LINEAR_PCM = 1;

    private Wav() {}

    /**
     * A file of several channels of the same length.
     *
     * @param channels at least one
     */
    public static byte[] of(int samplesPerSecond, short[]... channels) {
        int frameBytes = channels.length * BYTES_PER_SAMPLE;
        int samples = channels[0].length;
        int dataBytes = Math.multiplyExact(samples, frameBytes);
        ByteBuffer out =
                ByteBuffer.allocate(Math.addExact(HEADER_BYTES, dataBytes))
                        .order(ByteOrder.LITTLE_ENDIAN);
        id(out, "RIFF").putInt(HEADER_BYTES - 8 + dataBytes);
        id(out, "WAVE");
        id(out, "fmt ").putInt(FORMAT_CHUNK_BYTES);
        out.putShort(LINEAR_PCM).putShort((short) channels.length);
        out.putInt(samplesPerSecond).putInt(samplesPerSecond * frameBytes);
        out.putShort((short) frameBytes).putShort((short) (8 * BYTES_PER_SAMPLE));
        id(out, "data").putInt(dataBytes);
        for (int i = 0; i < samples; i++) {
            for (short[] channel : channels) {
                out.putShort(channel[i]);
            }
        }
        return out.array();
    }

    private static ByteBuffer id(ByteBuffer out, String id) {
        return out.put(id.getBytes(StandardCharsets.US_ASCII));
    }
}
