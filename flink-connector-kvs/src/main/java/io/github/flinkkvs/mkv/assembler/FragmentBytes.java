/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.mkv.assembler;

import io.github.flinkkvs.mkv.parser.MkvParser;

import javax.annotation.Nullable;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * The bytes of the open fragment: how many there are, and, with media, the bytes themselves.
 * Fragments that share a Segment become documents of their own: each but the first begins with a
 * copy of the document's head.
 *
 * <p>Not thread-safe; {@link FragmentAssembler} reports to it what the parser finds.
 */
final class FragmentBytes {

    /** The limit of an EBML header that is repeated; usual ones have 40 bytes. */
    static final int MAX_SHARED_HEADER = 1024;

    /** A Segment of unknown size. */
    private static final byte[] SEGMENT = {
        0x18, 0x53, (byte) 0x80, 0x67, 0x01, -1, -1, -1, -1, -1, -1, -1
    };

    /** The length of a Segment's id. */
    private static final int SEGMENT_ID_LENGTH = 4;

    private static final byte[] NOTHING = {};

    private final MkvParser parser;
    private final boolean kept;

    /**
     * With media, the own bytes of the open fragment. Between fragments, those of a header that the
     * parser has not reported yet, or of Tags that may begin a fragment.
     */
    private final ByteChunks own = new ByteChunks();

    /** Where in the current piece the bytes begin that are not in {@link #own} yet. */
    private int from;

    /** The offset of the first own byte. */
    private long offset;

    /** The repeated head before the own bytes: its length, and, with media, its bytes. */
    private int headLength;

    private byte[] head = NOTHING;

    /** The EBML header of the document: its length, and its bytes, once they are repeated. */
    private long headerLength;

    @Nullable private byte[] header;

    /** The size field of the last Segment; its length is 0 if the size is unknown. */
    private long sizeFieldOffset;

    private int sizeFieldLength;

    /**
     * @param kept whether bytes are kept: otherwise they are only counted
     */
    FragmentBytes(MkvParser parser, boolean kept) {
        this.parser = parser;
        this.kept = kept;
    }

    /** The offset of the first own byte of the open fragment. */
    long offset() {
        return offset;
    }

    /** The length of the open fragment, if it ended at an offset. */
    long lengthUpTo(long end) {
        return headLength + end - offset;
    }

    int heldBytes() {
        return own.length() + head.length;
    }

    // ---- pieces ----------------------------------------------------------------------------

    /** A piece arrived. */
    void begin(ByteBuffer in) {
        from = in.position();
    }

    /**
     * The current piece was consumed.
     *
     * @param wanted whether its bytes belong to a fragment
     */
    void end(ByteBuffer in, boolean wanted) {
        if (wanted) {
            add(in);
        } else if (kept) {
            // A header that is not reported yet may be the beginning of the next document.
            int unreported = parser.unreportedBytes();
            if (unreported <= in.position() - from) {
                own.clear();
                from = in.position() - unreported;
            }
            add(in);
        }
    }

    private void add(ByteBuffer in) {
        if (kept) {
            own.append(in, from, in.position());
        }
        from = in.position();
    }

    /** Drops everything up to the end of the current element. */
    void skip(ByteBuffer in) {
        own.clear();
        from = in.position();
    }

    // ---- fragments -------------------------------------------------------------------------

    /** A document begins at the current element, and with it a fragment. */
    void beginDocument() {
        offset = parser.offset();
        headerLength = parser.dataOffset() - offset + parser.size();
        header = null;
        headLength = 0;
        head = NOTHING;
    }

    /** A Segment begins. */
    void onSegment() {
        boolean sized = parser.size() != MkvParser.UNKNOWN_SIZE;
        sizeFieldOffset = parser.offset() + SEGMENT_ID_LENGTH;
        sizeFieldLength = sized ? (int) (parser.dataOffset() - sizeFieldOffset) : 0;
    }

    /** All bytes up to the end of the current element. */
    byte[] upToElementEnd(ByteBuffer in) {
        int begin = from;
        from = in.position();
        return own.drain(head, in, begin, from);
    }

    /** All bytes, once the last piece was consumed. */
    byte[] all() {
        return own.take(head, own.length());
    }

    /** All bytes up to the beginning of the current element, of which some were consumed. */
    byte[] upToElement(ByteBuffer in) {
        add(in);
        return own.take(head, (int) (parser.offset() - offset));
    }

    /** As {@link #upToElement}; the rest of the Segment belongs to other fragments. */
    byte[] upToElementInSegment(ByteBuffer in) {
        byte[] bytes = upToElement(in);
        if (sizeFieldLength > 0 && sizeFieldOffset >= offset) {
            int at = (int) (sizeFieldOffset - offset) + headLength;
            // The size that the Segment declares is that of all fragments.
            bytes[at] = (byte) (0xFF >> sizeFieldLength - 1);
            Arrays.fill(bytes, at + 1, at + sizeFieldLength, (byte) -1);
        }
        return bytes;
    }

    /** Another fragment may follow in the Segment: keeps the document's EBML header. */
    void keepHeader(ByteBuffer in) {
        if (kept && header == null && headerLength <= MAX_SHARED_HEADER) {
            add(in);
            header = own.first((int) headerLength);
        }
    }

    /** Whether the document has an EBML header: a body may begin with a Segment. */
    boolean hasHeader() {
        return headerLength > 0;
    }

    /** Whether the document's head may be repeated. */
    boolean isHeaderShareable() {
        return headerLength <= MAX_SHARED_HEADER;
    }

    /** A fragment begins at the current element, which is in the Segment of another fragment. */
    void beginInSegment(byte[] infoAndTracks) {
        offset = parser.offset();
        headLength = (int) headerLength + SEGMENT.length + infoAndTracks.length;
        if (header != null) {
            head =
                    ByteBuffer.allocate(headLength)
                            .put(header)
                            .put(SEGMENT)
                            .put(infoAndTracks)
                            .array();
        }
    }
}
