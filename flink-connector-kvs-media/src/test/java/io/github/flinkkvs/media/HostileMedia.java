/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.media;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Matroska elements that no producer writes. */
public final class HostileMedia {

    public static final byte[] EBML =
            element(0x1A45DFA3, element(0x4282, "matroska".getBytes(StandardCharsets.US_ASCII)));

    private HostileMedia() {}

    /** An Info element with a time unit of one second. */
    public static byte[] infoOfSeconds() {
        return element(0x1549A966, element(0x2AD7B1, bytes(1_000_000_000)));
    }

    /** A Tracks element with one track of linear audio, 8 kHz. */
    public static byte[] pcmTrack(int channels) {
        byte[] audio =
                join(
                        element(0xB5, ByteBuffer.allocate(8).putDouble(8_000).array()),
                        element(0x9F, bytes(channels)));
        byte[] codec = "A_PCM/INT/LIT".getBytes(StandardCharsets.US_ASCII);
        return element(
                0x1654AE6B,
                element(
                        0xAE,
                        join(
                                element(0xD7, bytes(1)),
                                element(0x73C5, bytes(1)),
                                element(0x83, bytes(2)),
                                element(0x86, codec),
                                element(0xE1, audio))));
    }

    /** Writes the size in 4 bytes. */
    public static byte[] element(int id, byte[] data) {
        ByteBuffer out = ByteBuffer.allocate(8 + data.length);
        for (int shift = 24; shift >= 0; shift -= 8) {
            if (id >>> shift != 0) {
                out.put((byte) (id >>> shift));
            }
        }
        out.putInt(0x10000000 | data.length).put(data);
        byte[] element = new byte[out.position()];
        out.flip().get(element);
        return element;
    }

    public static byte[] join(byte[]... parts) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            out.write(part, 0, part.length);
        }
        return out.toByteArray();
    }

    private static byte[] bytes(int number) {
        return ByteBuffer.allocate(4).putInt(number).array();
    }
}
