/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.mkv;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * The bytes of an unfinished fragment: slices of what the network delivered, kept by reference
 * until they are copied, once, into the array of the finished fragment. Small slices are copied
 * together at once, so that dripping bytes do not cost an object each.
 */
final class ByteChunks {

    /** Below this many bytes a slice costs more to keep than to copy. */
    private static final int COPY_BELOW = 2048;

    private static final int TAIL_CAPACITY = 8192;

    /** Each with its bytes between position and limit, but for {@link #tail}. */
    private final List<ByteBuffer> chunks = new ArrayList<>();

    private int length;

    /** The last chunk while small slices are being added to it, else null. */
    private ByteBuffer tail;

    /** A tail that is free again. */
    private ByteBuffer spare;

    int length() {
        return length;
    }

    /** Takes the bytes of a buffer from one index to another; they must not change any more. */
    void append(ByteBuffer source, int from, int to) {
        int count = to - from;
        if (count == 0) {
            return;
        }
        length += count;
        ByteBuffer slice = source.duplicate();
        slice.limit(to).position(from);
        if (count >= COPY_BELOW) {
            sealTail();
            chunks.add(slice);
            return;
        }
        while (true) {
            if (tail == null) {
                tail = spare == null ? ByteBuffer.allocate(TAIL_CAPACITY) : spare;
                spare = null;
                chunks.add(tail);
            }
            slice.limit(Math.min(to, slice.position() + tail.remaining()));
            tail.put(slice);
            if (slice.position() == to) {
                return;
            }
            sealTail();
        }
    }

    private void sealTail() {
        if (tail != null) {
            tail.flip();
            tail = null;
        }
    }

    /** All bytes in an array of exactly their length; empties this. */
    byte[] drain() {
        sealTail();
        byte[] all = new byte[length];
        int at = 0;
        for (ByteBuffer chunk : chunks) {
            int count = chunk.remaining();
            chunk.get(all, at, count);
            at += count;
        }
        clear();
        return all;
    }

    void clear() {
        if (tail != null) {
            tail.clear();
            spare = tail;
            tail = null;
        }
        chunks.clear();
        length = 0;
    }
}
