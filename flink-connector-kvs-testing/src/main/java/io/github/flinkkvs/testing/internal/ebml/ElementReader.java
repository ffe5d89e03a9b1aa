/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.testing.internal.ebml;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.Set;

/**
 * Reads a Matroska document that arrives in pieces of any size. It enters Segment, Cluster and
 * BlockGroup, and passes on the content of all other elements as it comes, so it keeps no more than
 * the header of one element. Not thread-safe.
 */
public final class ElementReader {
    /** What was read. */
    public enum Event {
        /** All bytes are used up. */
        NEED_MORE,
        /** An element begins: {@link #id()}, {@link #size()} and {@link #header()} are its own. */
        OPEN,
        /** Content of an element that is not entered: {@link #data()}. */
        DATA,
        /** The element {@link #id()} ends. */
        CLOSE
    }

    private static final int MAX_ID = 4;
    private static final int MAX_SIZE = 8;

    private static final Set<Integer> IN_DOCUMENT = Set.of(Ebml.EBML, Ebml.SEGMENT);

    private static final Set<Integer> IN_SEGMENT =
            Set.of(
                    Ebml.SEEK_HEAD,
                    Ebml.INFO,
                    Ebml.TRACKS,
                    Ebml.CLUSTER,
                    Ebml.CUES,
                    Ebml.TAGS,
                    Ebml.CHAPTERS,
                    Ebml.ATTACHMENTS);

    /** The open elements that are entered, the innermost first. */
    private final Deque<Master> masters = new ArrayDeque<>();

    /** The header that is being read; its element is not open yet. */
    private final byte[] next = new byte[MAX_ID + MAX_SIZE];

    private int nextLength;

    /** Bytes read, without those of {@link #next}. */
    private long position;

    /** The header of the element that was opened last. */
    private byte[] header = new byte[0];

    private int id;
    private long size;

    /** Bytes of the open element that are still to come; below 0 if none is open. */
    private long left = -1;

    private ByteBuffer data = ByteBuffer.allocate(0);

    /**
     * Reads on.
     *
     * @throws IllegalArgumentException if this is not Matroska; it says where and why
     */
    public Event next(ByteBuffer in) {
        if (left > 0) {
            return content(in);
        }
        if (left == 0) {
            left = -1;
            return Event.CLOSE;
        }
        if (nextLength == 0 && !masters.isEmpty() && masters.peek().limit == position) {
            return close();
        }
        if (!readHeader(in)) {
            return Event.NEED_MORE;
        }
        int found = (int) EbmlElement.unsigned(next, 0, idLength());
        if (!masters.isEmpty() && masters.peek().endsBefore(found)) {
            return close();
        }
        return open(found);
    }

    private Event content(ByteBuffer in) {
        if (!in.hasRemaining()) {
            return Event.NEED_MORE;
        }
        int length = (int) Math.min(left, in.remaining());
        data = in.slice();
        data.limit(length);
        in.position(in.position() + length);
        position += length;
        left -= length;
        return Event.DATA;
    }

    private Event close() {
        id = masters.remove().id;
        return Event.CLOSE;
    }

    private Event open(int found) {
        int sizeLength = nextLength - idLength();
        long unknown = (1L << (7 * sizeLength)) - 1;
        long coded = EbmlElement.unsigned(next, idLength(), sizeLength) & unknown;
        id = found;
        size = coded == unknown ? Ebml.UNKNOWN_SIZE : coded;
        requirePlace();
        header = Arrays.copyOf(next, nextLength);
        position += nextLength;
        nextLength = 0;
        if (id == Ebml.SEGMENT || id == Ebml.CLUSTER || id == Ebml.BLOCK_GROUP) {
            boolean known = size != Ebml.UNKNOWN_SIZE;
            masters.push(new Master(id, known, known ? position + size : limit()));
        } else {
            left = size;
        }
        return Event.OPEN;
    }

    /** The element must be allowed where it stands, and end no later than its parent. */
    private void requirePlace() {
        int parent = masters.isEmpty() ? 0 : masters.peek().id;
        boolean anywhere = id == Ebml.VOID || id == Ebml.CRC_32;
        boolean allowed = !IN_DOCUMENT.contains(id) && !IN_SEGMENT.contains(id);
        if (parent == 0) {
            allowed = IN_DOCUMENT.contains(id);
        } else if (parent == Ebml.SEGMENT) {
            allowed = IN_SEGMENT.contains(id);
        } else if (id == Ebml.BLOCK_GROUP) {
            allowed = parent == Ebml.CLUSTER;
        }
        if (!anywhere && !allowed) {
            throw invalid(String.format("element %X inside %X", id, parent));
        }
        if (size < 0 && id != Ebml.SEGMENT && id != Ebml.CLUSTER) {
            throw invalid(String.format("element %X of unknown size", id));
        }
        if (limit() >= 0 && size > limit() - position - nextLength) {
            throw invalid(String.format("element %X is longer than its parent", id));
        }
    }

    /** Where the innermost element of known size ends; -1 if there is none. */
    private long limit() {
        return masters.isEmpty() ? -1 : masters.peek().limit;
    }

    /** True once the next header is complete. */
    private boolean readHeader(ByteBuffer in) {
        while (!headerComplete() && in.hasRemaining()) {
            next[nextLength++] = in.get();
            if (idLength() > MAX_ID) {
                throw invalid("no element id");
            }
            if (nextLength > idLength() && sizeLength() > MAX_SIZE) {
                throw invalid("no element size");
            }
        }
        return headerComplete();
    }

    private boolean headerComplete() {
        return nextLength > 0 && nextLength > idLength() && nextLength == idLength() + sizeLength();
    }

    private int idLength() {
        return Integer.numberOfLeadingZeros(next[0] & 0xFF) - 23;
    }

    private int sizeLength() {
        return Integer.numberOfLeadingZeros(next[idLength()] & 0xFF) - 23;
    }

    private IllegalArgumentException invalid(String why) {
        return new IllegalArgumentException("At byte " + position + ": " + why);
    }

    public int id() {
        return id;
    }

    /** Bytes of content; {@link Ebml#UNKNOWN_SIZE} if that is not known. */
    public long size() {
        return size;
    }

    /** Id and size as they were sent. */
    public byte[] header() {
        return header.clone();
    }

    /** Valid until the next call of {@link #next}. */
    public ByteBuffer data() {
        return data;
    }

    /** Whether the document may end here. */
    public boolean mayEnd() {
        return nextLength == 0
                && left < 0
                && masters.stream().allMatch(m -> !m.known || m.id == Ebml.SEGMENT);
    }

    private static final class Master {
        final int id;

        /** Whether its size is known. */
        final boolean known;

        /** Where it ends at the latest; -1 if that is not known. */
        final long limit;

        Master(int id, boolean known, long limit) {
            this.id = id;
            this.known = known;
            this.limit = limit;
        }

        /** Whether an element of unknown size ends where this one begins. */
        boolean endsBefore(int next) {
            return !known
                    && (IN_DOCUMENT.contains(next)
                            || id == Ebml.CLUSTER && IN_SEGMENT.contains(next));
        }
    }
}
