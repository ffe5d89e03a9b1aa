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
 * The bytes of an unfinished fragment: slices of what the network delivered, kept by reference
 * until they are copied, once, into the array of the finished fragment. Small slices are copied
 * together at once, so that dripping bytes do not cost an object each.
 */
final class ByteChunks {

    /** Below this many bytes a slice costs more to keep than to copy. */
    private static final int COPY_BELOW = 512;

    private static final int TAIL_CAPACITY = 8192;

    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    /** Each with its bytes between position and limit, but for {@link #tail}. */
    private final List<ByteBuffer> chunks = new ArrayList<>();

    private int length;

    /** The last chunk while small slices are being added to it, else null. */
    private ByteBuffer tail;

    /**
     * The first tail of these bytes, which becomes the first one of the next ones; null at first.
     */
    private ByteBuffer firstTail;

    private boolean firstTailInUse;

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

    /** All bytes in an array of exactly their length; empties this. */
    byte[] drain() {
        return drain(NOTHING, 0, 0);
    }

    /** The same with the last bytes still in the buffer they came in: they need not be kept. */
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
