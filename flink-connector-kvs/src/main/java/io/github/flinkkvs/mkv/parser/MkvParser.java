/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.mkv.parser;

import org.apache.flink.annotation.PublicEvolving;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A resumable parser for concatenated Matroska documents that arrive in pieces of any size.
 *
 * <p>Call {@link #next} with a piece until it answers {@link Event#NEED_INPUT}, then with the next
 * piece. A call consumes exactly the bytes of the event that it reports. The parser never reads a
 * payload and allocates nothing. It enters Segment, Cluster and BlockGroup ({@code START} and
 * {@code END}). Every other element, known or not, is a leaf, whose payload arrives in one or more
 * slices ({@code DATA}). A Segment or Cluster of unknown size ends before an element that cannot be
 * in it.
 *
 * <p>Not thread-safe. After an exception the parser cannot be used any further.
 */
@PublicEvolving
public final class MkvParser {

    /** What {@link #next} reports. */
    public enum Event {
        /** All bytes were consumed; the values of the accessors are undefined. */
        NEED_INPUT,
        /** The header of an entered element; no payload was consumed. */
        START,
        /** A slice of the payload of a leaf; empty only if the whole payload is empty. */
        DATA,
        /** The end of an entered element; no bytes were consumed. */
        END
    }

    /** The value of {@link #size()} for a Segment or Cluster of unknown size. */
    public static final long UNKNOWN_SIZE = -1;

    /** Segment, Cluster, BlockGroup. */
    private static final int MAX_DEPTH = 3;

    /** An id of 4 bytes and a size of 8. */
    private static final int HEADER_LENGTH_LIMIT = 12;

    private enum State {
        /** Between elements, or within the header of one. */
        HEADER,
        /** A header was read. The ends of the elements before it are reported first. */
        HEADER_READ,
        /** Within the payload of a leaf. */
        PAYLOAD
    }

    private final int[] openIds = new int[MAX_DEPTH];
    private final long[] openOffsets = new long[MAX_DEPTH];
    private final long[] openDataOffsets = new long[MAX_DEPTH];
    private final long[] openSizes = new long[MAX_DEPTH];

    /** The latest end of each; an element of unknown size may end earlier. */
    private final long[] openEnds = new long[MAX_DEPTH];

    private int depth;

    private State state = State.HEADER;
    private long position;

    /** The bytes of a header that arrives in several pieces. */
    private final byte[] header = new byte[HEADER_LENGTH_LIMIT];

    private int headerLength;
    private int nextId;
    private long nextOffset;
    private long nextDataOffset;
    private long nextSize;

    /** The element of the last event. */
    private int id;

    private long offset;
    private long dataOffset;
    private long size;
    private long remaining;
    private int sliceLength;
    private boolean first;

    /**
     * Reads up to the next event.
     *
     * @param in bytes that follow those consumed so far; its position moves on
     * @throws MkvException if the bytes are not Matroska
     */
    public Event next(ByteBuffer in) throws MkvException {
        while (true) {
            if (state == State.PAYLOAD) {
                return remaining > 0 && !in.hasRemaining() ? Event.NEED_INPUT : slice(in);
            }
            if (state == State.HEADER) {
                if (headerLength == 0 && depth > 0 && position == openEnds[depth - 1]) {
                    return end();
                }
                if (!readHeader(in)) {
                    return Event.NEED_INPUT;
                }
                state = State.HEADER_READ;
            }
            if (depth > 0 && endsInnermost(nextId)) {
                return end();
            }
            if (start()) {
                return Event.START;
            }
        }
    }

    /** The id of the element, with its length marker, as in the specification. */
    public int id() {
        return id;
    }

    /** The offset of the element's header, in bytes from the first byte ever consumed. */
    public long offset() {
        return offset;
    }

    /** The offset of the element's payload, in bytes from the first byte ever consumed. */
    public long dataOffset() {
        return dataOffset;
    }

    /** The declared size of the payload in bytes, or {@link #UNKNOWN_SIZE}. */
    public long size() {
        return size;
    }

    /** The number of bytes consumed so far. */
    public long position() {
        return position;
    }

    /**
     * Whether the consumed bytes end between elements, and no open element declares a larger size.
     */
    public boolean isBetweenElements() {
        return state == State.HEADER
                && headerLength == 0
                && (depth == 0 || openEnds[depth - 1] == Long.MAX_VALUE);
    }

    /**
     * How many of the consumed bytes belong to the header of an element that was not reported yet.
     */
    public int unreportedBytes() {
        switch (state) {
            case HEADER:
                return headerLength;
            case HEADER_READ:
                return (int) (nextDataOffset - nextOffset);
            default:
                return remaining == size ? (int) (dataOffset - offset) : 0;
        }
    }

    /**
     * The length of the slice of a {@link Event#DATA} event, which is the bytes just before the
     * position of the buffer.
     */
    public int sliceLength() {
        return sliceLength;
    }

    /** Whether the slice of a {@link Event#DATA} event begins the payload. */
    public boolean isFirstSlice() {
        return first;
    }

    /** Whether the slice of a {@link Event#DATA} event ends the payload. */
    public boolean isLastSlice() {
        return remaining == 0;
    }

    // ---- payload ---------------------------------------------------------------------------

    private Event slice(ByteBuffer in) {
        int length = (int) Math.min(remaining, in.remaining());
        first = remaining == size;
        in.position(in.position() + length);
        position += length;
        remaining -= length;
        sliceLength = length;
        if (remaining == 0) {
            state = State.HEADER;
        }
        return Event.DATA;
    }

    // ---- headers ---------------------------------------------------------------------------

    /** Reads an id and a size; false if more bytes are needed. */
    private boolean readHeader(ByteBuffer in) throws MkvException {
        if (headerLength == 0) {
            nextOffset = position;
            if (in.remaining() >= HEADER_LENGTH_LIMIT && in.order() == ByteOrder.BIG_ENDIAN) {
                readWholeHeader(in);
                return true;
            }
        }
        if (!readUpTo(1, in)) {
            return false;
        }
        int idLength = idLength(header[0]);
        if (!readUpTo(idLength + 1, in)) {
            return false;
        }
        setId(Vint.raw(header, 0, idLength), idLength);
        int sizeLength = sizeLength(header[idLength]);
        if (!readUpTo(idLength + sizeLength, in)) {
            return false;
        }
        setSize(Vint.raw(header, idLength, sizeLength), sizeLength);
        headerLength = 0;
        return true;
    }

    /** The usual case: a header in one piece, read without a loop over its bytes. */
    private void readWholeHeader(ByteBuffer in) throws MkvException {
        int at = in.position();
        long bytes = in.getLong(at);
        int idLength = idLength((byte) (bytes >>> 56));
        setId(bytes >>> 64 - 8 * idLength, idLength);
        bytes = in.getLong(at + idLength);
        int sizeLength = sizeLength((byte) (bytes >>> 56));
        int length = idLength + sizeLength;
        in.position(at + length);
        position += length;
        setSize(bytes >>> 64 - 8 * sizeLength, sizeLength);
    }

    private int idLength(byte first) throws MkvException {
        int length = Vint.length(first);
        if (length > 4) {
            throw MkvException.malformed("Not an element id", 0, nextOffset);
        }
        return length;
    }

    private void setId(long raw, int length) throws MkvException {
        nextId = (int) raw;
        if (Vint.isAllOnes(raw, length)) {
            throw MkvException.malformed("A reserved element id", nextId, nextOffset);
        }
    }

    private int sizeLength(byte first) throws MkvException {
        int length = Vint.length(first);
        if (length > 8) {
            throw MkvException.malformed("Not an element size", nextId, nextOffset);
        }
        return length;
    }

    /** The end of a header: the payload begins here. */
    private void setSize(long raw, int length) {
        nextSize = Vint.isAllOnes(raw, length) ? UNKNOWN_SIZE : Vint.value(raw, length);
        nextDataOffset = position;
    }

    private boolean readUpTo(int length, ByteBuffer in) {
        while (headerLength < length) {
            if (!in.hasRemaining()) {
                return false;
            }
            header[headerLength++] = in.get();
            position++;
        }
        return true;
    }

    /** Begins the element whose header was read; answers false for a leaf. */
    private boolean start() throws MkvException {
        id = nextId;
        offset = nextOffset;
        dataOffset = nextDataOffset;
        size = nextSize;
        checkPlace();
        long end = checkedEnd();
        if (!MkvElements.isEntered(id)) {
            remaining = size;
            state = State.PAYLOAD;
            return false;
        }
        openIds[depth] = id;
        openOffsets[depth] = offset;
        openDataOffsets[depth] = dataOffset;
        openSizes[depth] = size;
        openEnds[depth] = end;
        depth++;
        state = State.HEADER;
        return true;
    }

    private void checkPlace() throws MkvException {
        if (depth == 0) {
            if (!MkvElements.isTopLevel(id) && !mayStandAlone(id)) {
                throw MkvException.malformed(
                        "Neither an EBML header nor a Segment where a document begins", id, offset);
            }
            return;
        }
        int parent = openIds[depth - 1];
        boolean misplaced =
                MkvElements.isTopLevel(id)
                        || MkvElements.isSegmentChild(id) && parent != MkvElements.SEGMENT
                        || MkvElements.isClusterChild(id) && parent != MkvElements.CLUSTER
                        || id == MkvElements.BLOCK && parent != MkvElements.BLOCK_GROUP;
        if (misplaced) {
            throw MkvException.malformed("Not allowed in " + MkvElements.name(parent), id, offset);
        }
    }

    /** The service may report an error by Tags that are in no document. */
    private static boolean mayStandAlone(int id) {
        return id == MkvElements.VOID || id == MkvElements.CRC_32 || id == MkvElements.TAGS;
    }

    private long checkedEnd() throws MkvException {
        long parentEnd = depth == 0 ? Long.MAX_VALUE : openEnds[depth - 1];
        if (size == UNKNOWN_SIZE) {
            if (!MkvElements.mayBeUnknownSized(id)) {
                throw MkvException.malformed(
                        "Unknown size, allowed on Segment and Cluster only", id, offset);
            }
            return parentEnd;
        }
        long end = dataOffset + size;
        if (end > parentEnd) {
            throw MkvException.malformed(
                    "Larger than the rest of the " + MkvElements.name(openIds[depth - 1]),
                    id,
                    offset);
        }
        return end;
    }

    // ---- ends ------------------------------------------------------------------------------

    /** Whether the innermost open element is of unknown size, and an id cannot be inside it. */
    private boolean endsInnermost(int followingId) {
        int innermost = depth - 1;
        return openSizes[innermost] == UNKNOWN_SIZE
                && MkvElements.endsUnknownSized(openIds[innermost], followingId);
    }

    private Event end() {
        depth--;
        id = openIds[depth];
        offset = openOffsets[depth];
        dataOffset = openDataOffsets[depth];
        size = openSizes[depth];
        return Event.END;
    }
}
