/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.mkv.parser;

import org.apache.flink.annotation.Internal;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** EBML's variable-length integers: the position of the first set bit determines their length. */
@Internal
public final class Vint {

    private static final VarHandle EIGHT_BYTES =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    /** The length in bytes, from the first byte: 1 to 8, or 9 if no bit is set. */
    public static int length(byte first) {
        return Integer.numberOfLeadingZeros(first & 0xFF) - 23;
    }

    /** The bytes as a number, with the length marker. */
    public static long raw(byte[] bytes, int from, int length) {
        if (length > 0 && from + 8 <= bytes.length) {
            return (long) EIGHT_BYTES.get(bytes, from) >>> 64 - 8 * length;
        }
        long value = 0;
        for (int i = 0; i < length; i++) {
            value = value << 8 | bytes[from + i] & 0xFF;
        }
        return value;
    }

    /** The value of the bytes, without the length marker. */
    public static long value(byte[] bytes, int from, int length) {
        return value(raw(bytes, from, length), length);
    }

    /** The value without the length marker. */
    public static long value(long raw, int length) {
        return raw & mask(length);
    }

    /** Whether all value bits are set: an unknown size, or a reserved id. */
    public static boolean isAllOnes(byte[] bytes, int from, int length) {
        return isAllOnes(raw(bytes, from, length), length);
    }

    public static boolean isAllOnes(long raw, int length) {
        return value(raw, length) == mask(length);
    }

    private static long mask(int length) {
        return (1L << 7 * length) - 1;
    }

    private Vint() {}
}
