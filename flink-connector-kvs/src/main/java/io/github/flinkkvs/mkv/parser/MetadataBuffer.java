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

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * The Info, Tracks and Tags elements of one fragment, each with a header of fixed length. An empty
 * Cluster stands for each Cluster of the fragment and so separates leading from trailing Tags.
 *
 * <p>The buffer is used again for the next fragment. Not thread-safe.
 */
@Internal
public final class MetadataBuffer {

    /** An id of four bytes and a size of eight. */
    private static final int HEADER_LENGTH = 12;

    /** An empty Cluster. */
    private static final byte[] MEDIA_MARK = {0x1F, 0x43, (byte) 0xB6, 0x75, (byte) 0x80};

    private static final int INITIAL_BYTES = 1024;

    /** A larger array is not kept for the next fragment. */
    private static final int USUAL_BYTES = 64 << 10;

    private byte[] bytes = new byte[INITIAL_BYTES];
    private int length;
    private int elementAt;

    /** Where the last Info and the last Tracks begin and end. */
    private int infoFrom;

    private int infoTo;
    private int tracksFrom;
    private int tracksTo;

    /** The number of bytes in the buffer. */
    public int length() {
        return length;
    }

    /**
     * Begins an element.
     *
     * @param size the length of its payload, which {@link #append} then adds
     */
    public void begin(int id, long size) {
        reserve(HEADER_LENGTH);
        elementAt = length;
        ByteBuffer.wrap(bytes, length, HEADER_LENGTH).putInt(id).putLong(1L << 56 | size);
        length += HEADER_LENGTH;
        if (id == MkvElements.INFO) {
            infoFrom = elementAt;
            infoTo = endOf(size);
        } else if (id == MkvElements.TRACKS) {
            tracksFrom = elementAt;
            tracksTo = endOf(size);
        }
    }

    /** Where an element ends whose payload begins here; too large ones are never completed. */
    private int endOf(long size) {
        return (int) Math.min(length + size, Integer.MAX_VALUE);
    }

    /** Adds bytes of the element's payload; the position of the buffer does not change. */
    public void append(ByteBuffer source, int from, int to) {
        reserve(to - from);
        Bytes.copy(source, from, bytes, length, to - from);
        length += to - from;
    }

    /**
     * A cursor over the children of the element that was added last.
     *
     * @param dataOffset where its payload begins in the stream, for messages
     */
    public EbmlCursor lastElement(long dataOffset) {
        int payloadAt = elementAt + HEADER_LENGTH;
        return new EbmlCursor(bytes, payloadAt, length, dataOffset - payloadAt);
    }

    /** Marks the beginning of a Cluster. */
    public void markMedia() {
        reserve(MEDIA_MARK.length);
        System.arraycopy(MEDIA_MARK, 0, bytes, length, MEDIA_MARK.length);
        length += MEDIA_MARK.length;
    }

    /** A cursor over all elements. */
    public EbmlCursor elements() {
        return new EbmlCursor(bytes, 0, length, 0);
    }

    /** A copy of all elements. */
    public byte[] toArray() {
        return Arrays.copyOf(bytes, length);
    }

    /** A copy of all elements without the one that was added last. */
    public byte[] withoutLast() {
        return Arrays.copyOf(bytes, elementAt);
    }

    /** Removes the element that was added last. */
    public void removeLast() {
        length = elementAt;
    }

    /** The length of the last Info and the last Tracks together. */
    public int headLength() {
        return infoTo - infoFrom + tracksTo - tracksFrom;
    }

    /** A copy of the last Info and the last Tracks, which must be complete. */
    public byte[] head() {
        int infoLength = infoTo - infoFrom;
        byte[] head = new byte[headLength()];
        System.arraycopy(bytes, infoFrom, head, 0, infoLength);
        System.arraycopy(bytes, tracksFrom, head, infoLength, head.length - infoLength);
        return head;
    }

    /** Keeps only the {@link #head} and, behind it, the element that was added last. */
    public void keepHeadAndLast() {
        byte[] head = head();
        byte[] last = Arrays.copyOfRange(bytes, elementAt, length);
        int infoLength = infoTo - infoFrom;
        clear();
        reserve(head.length + last.length);
        System.arraycopy(head, 0, bytes, 0, head.length);
        System.arraycopy(last, 0, bytes, head.length, last.length);
        length = head.length + last.length;
        elementAt = head.length;
        infoTo = infoLength;
        tracksFrom = infoLength;
        tracksTo = head.length;
    }

    public void clear() {
        length = 0;
        infoFrom = 0;
        infoTo = 0;
        tracksFrom = 0;
        tracksTo = 0;
        if (bytes.length > USUAL_BYTES) {
            bytes = new byte[INITIAL_BYTES];
        }
    }

    private void reserve(int count) {
        if (count > bytes.length - length) {
            bytes = Arrays.copyOf(bytes, Math.max(length + count, 2 * bytes.length));
        }
    }
}
