/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.mkv;

import org.apache.flink.annotation.Internal;

import java.io.DataInput;
import java.io.IOException;
import java.util.Arrays;

/** Reads arrays of serialized forms, whose lengths may be damaged. */
@Internal
public final class SerializedBytes {

    /** An array of at most this size is allocated before its bytes were read. */
    private static final int USUAL_BYTES = 4 << 20;

    /**
     * Reads a length, and that many bytes. Allocates at most about twice the bytes that are there,
     * even if the length is wrong.
     *
     * @throws IOException if the length is negative
     */
    public static byte[] read(DataInput in) throws IOException {
        return read(in.readInt(), in);
    }

    /**
     * Reads that many bytes; the same as {@link #read(DataInput)} otherwise.
     *
     * @throws IOException if the length is negative
     */
    public static byte[] read(int length, DataInput in) throws IOException {
        if (length < 0) {
            throw new IOException("Serialized data is damaged: it has a length of " + length);
        }
        byte[] bytes = new byte[Math.min(length, USUAL_BYTES)];
        in.readFully(bytes);
        while (bytes.length < length) {
            int count = bytes.length;
            bytes = Arrays.copyOf(bytes, (int) Math.min(length, 2L * count));
            in.readFully(bytes, count, bytes.length - count);
        }
        return bytes;
    }

    private SerializedBytes() {}
}
