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

import java.util.Arrays;

/**
 * The fields at the beginning of a SimpleBlock or Block, and the lacing that follows them. One
 * object reads one block after the other. Not thread-safe.
 */
@Internal
public final class BlockHeader {

    /** A track number of 8 bytes, a time of 2, flags, and the number of laced frames. */
    public static final int MAX_LENGTH = 12;

    private static final int KEY_FRAME = 0x80;
    private static final int INVISIBLE = 0x08;
    private static final int LACING = 0x06;
    private static final int DISCARDABLE = 0x01;

    private static final int XIPH_LACING = 0x02;
    private static final int FIXED_SIZE_LACING = 0x04;

    private int elementId;
    private long elementOffset;
    private long trackNumber;
    private short relativeTimestamp;
    private int flags;
    private int frameCount;
    private int length;
    private String problem = "No header was read";

    /**
     * Reads the header of a block; forgets everything read before.
     *
     * @param from where the payload of the block begins
     * @param to where the given bytes of the payload end: all of it, or at least {@link
     *     #MAX_LENGTH}
     * @param offset of the element, for messages
     * @throws MkvException if the block has no valid header
     */
    public void read(byte[] bytes, int from, int to, int id, long offset) throws MkvException {
        if (!tryRead(bytes, from, to, id, offset)) {
            throw problem();
        }
    }

    /** As {@link #read}, but answers false if there is a {@link #problem()}. */
    public boolean tryRead(byte[] bytes, int from, int to, int id, long offset) {
        elementId = id;
        elementOffset = offset;
        int trackLength = from < to ? Vint.length(bytes[from]) : 9;
        int flagsAt = from + trackLength + 2;
        if (trackLength > 8 || flagsAt >= to) {
            problem = "A block without a header";
            return false;
        }
        trackNumber = Vint.value(bytes, from, trackLength);
        relativeTimestamp = (short) (bytes[flagsAt - 2] << 8 | bytes[flagsAt - 1] & 0xFF);
        flags = bytes[flagsAt];
        frameCount = 1;
        length = trackLength + 3;
        if ((flags & LACING) != 0) {
            if (flagsAt + 1 >= to) {
                problem = "A laced block without a number of frames";
                return false;
            }
            frameCount = (bytes[flagsAt + 1] & 0xFF) + 1;
            length++;
        }
        return true;
    }

    /** Why {@link #tryRead} answered false. */
    public MkvException problem() {
        return problem(MkvException.Kind.MALFORMED, problem);
    }

    /** The id of its element: SimpleBlock or Block. */
    public int elementId() {
        return elementId;
    }

    /** Where its element begins, for messages. */
    public long offset() {
        return elementOffset;
    }

    public long trackNumber() {
        return trackNumber;
    }

    /** The time relative to the Cluster, in units of TimestampScale; may be negative. */
    public short relativeTimestamp() {
        return relativeTimestamp;
    }

    /** Only SimpleBlocks have this flag. */
    public boolean isKeyFrame() {
        return (flags & KEY_FRAME) != 0;
    }

    public boolean isInvisible() {
        return (flags & INVISIBLE) != 0;
    }

    /** Only SimpleBlocks have this flag. */
    public boolean isDiscardable() {
        return (flags & DISCARDABLE) != 0;
    }

    public int frameCount() {
        return frameCount;
    }

    /**
     * The sizes of the block's frames. The frames are the last bytes of the block.
     *
     * @param payloadStart where the payload of the block begins
     * @param end where it ends
     */
    public int[] frameSizes(byte[] bytes, int payloadStart, int end) throws MkvException {
        int at = payloadStart + length;
        int[] sizes = new int[frameCount];
        switch (flags & LACING) {
            case 0:
                sizes[0] = end - at;
                return sizes;
            case FIXED_SIZE_LACING:
                if ((end - at) % frameCount != 0) {
                    throw malformed();
                }
                Arrays.fill(sizes, (end - at) / frameCount);
                return sizes;
            case XIPH_LACING:
                return xiphSizes(bytes, at, end, sizes);
            default:
                return ebmlSizes(bytes, at, end, sizes);
        }
    }

    private int[] xiphSizes(byte[] bytes, int from, int end, int[] sizes) throws MkvException {
        int at = from;
        long sum = 0;
        for (int i = 0; i < frameCount - 1; i++) {
            // 9 MB of 0xFF are a size that no int can hold.
            long size = 0;
            int part;
            do {
                if (at == end) {
                    throw malformed();
                }
                part = bytes[at++] & 0xFF;
                size += part;
            } while (part == 0xFF);
            sizes[i] = (int) size;
            sum += size;
        }
        return withLast(sizes, sum, end - at);
    }

    private int[] ebmlSizes(byte[] bytes, int from, int end, int[] sizes) throws MkvException {
        int at = from;
        long size = 0;
        long sum = 0;
        for (int i = 0; i < frameCount - 1; i++) {
            int vintLength = at < end ? Vint.length(bytes[at]) : 9;
            if (vintLength > 8 || at + vintLength > end) {
                throw malformed();
            }
            long value = Vint.value(bytes, at, vintLength);
            at += vintLength;
            // The first is a size. The others are differences, with an offset of half their range.
            size = i == 0 ? value : size + value - ((1L << 7 * vintLength - 1) - 1);
            if (size < 0 || size > end - at) {
                throw malformed();
            }
            sizes[i] = (int) size;
            sum += size;
        }
        return withLast(sizes, sum, end - at);
    }

    private int[] withLast(int[] sizes, long sumOfOthers, int available) throws MkvException {
        if (sumOfOthers > available) {
            throw malformed();
        }
        sizes[frameCount - 1] = available - (int) sumOfOthers;
        return sizes;
    }

    private MkvException malformed() {
        return problem(MkvException.Kind.MALFORMED, "Lacing that does not fit its block");
    }

    /** An error about the block. */
    public MkvException problem(MkvException.Kind kind, String message) {
        return new MkvException(kind, message, elementId, elementOffset);
    }
}
