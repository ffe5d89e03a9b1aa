/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.mkv.assembler;

import io.github.flinkkvs.mkv.parser.Bytes;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * The bytes of an unfinished fragment: slices of the network's buffers, kept by reference until
 * they are copied, once, into the array of the finished fragment. Small slices are copied together
 * immediately, because each would cost an object. Not thread-safe.
 */
final class ByteChunks {

    /** A smaller slice costs more to keep than to copy. */
    private static final int COPY_BELOW = 512;

    private static final int TAIL_CAPACITY = 8192;

    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    /** The bytes of each are between position and limit, except those of {@link #tail}. */
    private final List<ByteBuffer> chunks = new ArrayList<>();

    private int length;

    /** The last chunk while small slices are added to it, otherwise null. */
    private ByteBuffer tail;

    /** The first tail, which is used again after each {@link #clear}; null before its first use. */
    private ByteBuffer firstTail;

    private boolean firstTailInUse;

    int length() {
        return length;
    }

    /** Adds the bytes between two indexes of a buffer; they must not change any more. */
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
                tail = newTail();
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

    private ByteBuffer newTail() {
        if (firstTailInUse) {
            return ByteBuffer.allocate(TAIL_CAPACITY);
        }
        firstTailInUse = true;
        if (firstTail == null) {
            firstTail = ByteBuffer.allocate(TAIL_CAPACITY);
        }
        return firstTail.clear();
    }

    private void sealTail() {
        if (tail != null) {
            tail.flip();
            tail = null;
        }
    }

    /** Removes all bytes and returns them in an array of exactly their length. */
    byte[] drain() {
        return drain(NOTHING, 0, 0);
    }

    /** As {@link #drain()}, followed by bytes of a buffer, which were not added. */
    byte[] drain(ByteBuffer last, int from, int to) {
        sealTail();
        byte[] all = new byte[length + to - from];
        int at = 0;
        for (int i = 0; i < chunks.size(); i++) {
            ByteBuffer chunk = chunks.get(i);
            int count = chunk.remaining();
            Bytes.copy(chunk, chunk.position(), all, at, count);
            at += count;
        }
        Bytes.copy(last, from, all, at, to - from);
        clear();
        return all;
    }

    void clear() {
        tail = null;
        firstTailInUse = false;
        chunks.clear();
        length = 0;
    }
}
