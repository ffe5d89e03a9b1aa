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
import java.util.Arrays;
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

    /**
     * Removes all bytes and returns them in an array of exactly their length, followed by bytes of
     * a buffer, which were not added.
     *
     * @param before bytes to put in front of them
     */
    byte[] drain(byte[] before, ByteBuffer last, int from, int to) {
        byte[] all = Arrays.copyOf(before, before.length + length + to - from);
        copy(0, all, before.length, length);
        Bytes.copy(last, from, all, before.length + length, to - from);
        clear();
        return all;
    }

    /**
     * Removes the first bytes and returns them in an array of exactly their length.
     *
     * @param before bytes to put in front of them
     */
    byte[] take(byte[] before, int count) {
        byte[] taken = Arrays.copyOf(before, before.length + count);
        copy(0, taken, before.length, count);
        byte[] rest = new byte[length - count];
        copy(count, rest, 0, rest.length);
        clear();
        append(ByteBuffer.wrap(rest), 0, rest.length);
        return taken;
    }

    /** A copy of the first bytes. */
    byte[] first(int count) {
        byte[] first = new byte[count];
        copy(0, first, 0, count);
        return first;
    }

    /** Copies bytes into an array, without those before a place. */
    private void copy(int place, byte[] into, int at, int count) {
        sealTail();
        int skip = place;
        int end = at + count;
        int to = at;
        for (int i = 0; to < end; i++) {
            ByteBuffer chunk = chunks.get(i);
            int skipped = Math.min(skip, chunk.remaining());
            int copied = Math.min(chunk.remaining() - skipped, end - to);
            Bytes.copy(chunk, chunk.position() + skipped, into, to, copied);
            skip -= skipped;
            to += copied;
        }
    }

    void clear() {
        tail = null;
        firstTailInUse = false;
        chunks.clear();
        length = 0;
    }
}
