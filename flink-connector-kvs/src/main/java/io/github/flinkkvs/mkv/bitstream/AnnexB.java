/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.mkv.bitstream;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** NAL units with a start code before each, 0 0 1 or 0 0 0 1, as in annex B of H.264 and H.265. */
final class AnnexB {

    /**
     * The limit of units of a frame. A unit takes 2 bytes in the frame and 50 in memory. H.264
     * allows a slice for each of 139,264 macroblocks.
     */
    static final int MAX_UNITS = 1 << 18;

    /**
     * Where the bytes 0 0 1 are, if the buffer begins with them or with more zeros before them;
     * otherwise -1.
     */
    static int firstStartCode(ByteBuffer bytes) {
        int zeros = 0;
        while (zeros < bytes.limit() && bytes.get(zeros) == 0) {
            zeros++;
        }
        return zeros >= 2 && zeros < bytes.limit() && bytes.get(zeros) == 1 ? zeros - 2 : -1;
    }

    /**
     * The units of a buffer with a {@link #firstStartCode}, as views: at most one more than {@link
     * #MAX_UNITS}.
     */
    static List<ByteBuffer> split(ByteBuffer bytes) {
        List<ByteBuffer> units = new ArrayList<>();
        int from = firstStartCode(bytes) + 3;
        while (from < bytes.limit() && units.size() <= MAX_UNITS) {
            int next = nextStartCode(bytes, from);
            int to = next;
            // No unit ends with a zero: zeros belong to the start code or are padding.
            while (to > from && bytes.get(to - 1) == 0) {
                to--;
            }
            if (to > from) {
                units.add(view(bytes, from, to - from));
            }
            from = next + 3;
        }
        return units;
    }

    private static int nextStartCode(ByteBuffer bytes, int from) {
        int i = from;
        while (i + 2 < bytes.limit()) {
            int third = bytes.get(i + 2);
            if (third == 1 && bytes.get(i + 1) == 0 && bytes.get(i) == 0) {
                return i;
            }
            // If the third byte is not 0, no start code begins at any of the three.
            i += third == 0 ? 1 : 3;
        }
        return bytes.limit();
    }

    /** The units one after the other, each after a start code of four bytes. */
    static byte[] join(List<ByteBuffer> units) {
        ByteBuffer out = ByteBuffer.allocate(size(units, 4));
        for (ByteBuffer unit : units) {
            out.putInt(1).put(unit.duplicate());
        }
        return out.array();
    }

    /** The size of all units, each with a prefix of this many bytes. */
    static int size(List<ByteBuffer> units, int prefix) {
        long size = 0;
        for (ByteBuffer unit : units) {
            size += prefix + unit.remaining();
        }
        return Math.toIntExact(size);
    }

    /** A part of a buffer as a buffer of its own. */
    static ByteBuffer view(ByteBuffer bytes, int from, int length) {
        ByteBuffer view = bytes.duplicate();
        view.limit(from + length).position(from);
        return view.slice();
    }

    private AnnexB() {}
}
