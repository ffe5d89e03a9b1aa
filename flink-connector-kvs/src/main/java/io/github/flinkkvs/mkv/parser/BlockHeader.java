/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.mkv.parser;

import java.util.Arrays;

/**
 * The fields that begin the payload of a SimpleBlock or Block, and the lacing that follows them.
 */
public final class BlockHeader {

    /** A track number of 8 bytes, a time of 2, flags, and the number of laced frames. */
    public static final int MAX_LENGTH = 12;

    private static final int KEY_FRAME = 0x80;
    private static final int INVISIBLE = 0x08;
    private static final int LACING = 0x06;
    private static final int DISCARDABLE = 0x01;

    private static final int XIPH_LACING = 0x02;
    private static final int FIXED_SIZE_LACING = 0x04;

    private final int elementId;
    private final long elementOffset;
    private final long trackNumber;
    private final short relativeTimestamp;
    private final int flags;
    private final int frameCount;
    private final int length;

    private BlockHeader(
            int elementId,
            long elementOffset,
            long trackNumber,
            short relativeTimestamp,
            int flags,
            int frameCount,
            int length) {
        this.elementId = elementId;
        this.elementOffset = elementOffset;
        this.trackNumber = trackNumber;
        this.relativeTimestamp = relativeTimestamp;
        this.flags = flags;
        this.frameCount = frameCount;
        this.length = length;
    }

    /**
     * @param from where the block's payload begins
     * @param to where the bytes at hand end: those of the block, or the first of them
     */
    public static BlockHeader read(
            byte[] bytes, int from, int to, int elementId, long elementOffset) throws MkvException {
        int trackLength = from < to ? Vint.length(bytes[from]) : 9;
        int flagsAt = from + trackLength + 2;
        if (trackLength > 8 || flagsAt >= to) {
            throw MkvException.malformed("A block without a header", elementId, elementOffset);
        }
        int flags = bytes[flagsAt];
        int frameCount = 1;
        int length = trackLength + 3;
        if ((flags & LACING) != 0) {
            if (flagsAt + 1 >= to) {
                throw MkvException.malformed(
                        "A laced block without a number of frames", elementId, elementOffset);
            }
            frameCount = (bytes[flagsAt + 1] & 0xFF) + 1;
            length++;
        }
        return new BlockHeader(
                elementId,
                elementOffset,
                Vint.value(bytes, from, trackLength),
                (short) (bytes[flagsAt - 2] << 8 | bytes[flagsAt - 1] & 0xFF),
                flags,
                frameCount,
                length);
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

    /** Signed, to the Cluster's timestamp, in units of TimestampScale. */
    public short relativeTimestamp() {
        return relativeTimestamp;
    }

    /** Told by SimpleBlocks only. */
    public boolean isKeyFrame() {
        return (flags & KEY_FRAME) != 0;
    }

    public boolean isInvisible() {
        return (flags & INVISIBLE) != 0;
    }

    /** Told by SimpleBlocks only. */
    public boolean isDiscardable() {
        return (flags & DISCARDABLE) != 0;
    }

    public int frameCount() {
        return frameCount;
    }

    /**
     * The sizes of the block's frames, which are the last bytes of the block.
     *
     * @param payloadStart where the block's payload begins
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
            int part;
            do {
                if (at == end) {
                    throw malformed();
                }
                part = bytes[at++] & 0xFF;
                sizes[i] += part;
            } while (part == 0xFF);
            sum += sizes[i];
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
            // The first is a size; the others are differences, coded around the middle of their
            // range.
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

    /** What is wrong with the block. */
    public MkvException problem(MkvException.Kind kind, String message) {
        return new MkvException(kind, message, elementId, elementOffset);
    }
}
