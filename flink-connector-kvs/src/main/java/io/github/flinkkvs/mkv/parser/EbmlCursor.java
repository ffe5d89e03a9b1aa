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

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Iterates over the children of an element that is completely in memory. Call {@link #next} before
 * the first child. Unknown elements are reported like all others. Not thread-safe.
 */
@Internal
public final class EbmlCursor {

    private final byte[] bytes;
    private final int from;
    private final int end;
    private final long base;
    private int position;

    private int id;
    private int start;
    private int dataStart;
    private int dataEnd;
    private boolean unknownSized;

    /**
     * @param from where the first child begins
     * @param base what to add to an index to get the offset for messages
     */
    public EbmlCursor(byte[] bytes, int from, int end, long base) {
        this.bytes = bytes;
        this.from = from;
        this.position = from;
        this.end = end;
        this.base = base;
    }

    /** Moves to the next child; false after the last one. */
    public boolean next() throws MkvException {
        if (position == end) {
            return false;
        }
        readHeader();
        skipData();
        return true;
    }

    /** Reads everything except the end of a child of unknown size. */
    private void readHeader() throws MkvException {
        start = position;
        int idLength = Vint.length(bytes[position]);
        if (idLength > 4 || position + idLength >= end) {
            throw MkvException.malformed("Not an element id", 0, base + start);
        }
        id = (int) Vint.raw(bytes, position, idLength);
        int sizeAt = position + idLength;
        int sizeLength = Vint.length(bytes[sizeAt]);
        if (sizeLength > 8 || sizeAt + sizeLength > end) {
            throw MkvException.malformed("Not an element size", id, base + start);
        }
        dataStart = sizeAt + sizeLength;
        unknownSized = Vint.isAllOnes(bytes, sizeAt, sizeLength);
        if (unknownSized) {
            if (!MkvElements.mayBeUnknownSized(id)) {
                throw MkvException.malformed("Unknown size", id, base + start);
            }
        } else {
            long size = Vint.value(bytes, sizeAt, sizeLength);
            // A fragment ends with its last Tags, whatever size its Segment declares.
            if (size > end - dataStart && id != MkvElements.SEGMENT) {
                throw MkvException.malformed("Larger than its parent element", id, base + start);
            }
            dataEnd = dataStart + (int) Math.min(size, end - dataStart);
        }
    }

    private void skipData() throws MkvException {
        if (unknownSized) {
            dataEnd = findEnd();
        }
        position = dataEnd;
    }

    /** The start of the first element that cannot be in this one, or the end of its parent. */
    private int findEnd() throws MkvException {
        EbmlCursor inside = new EbmlCursor(bytes, dataStart, end, base);
        while (inside.position < end) {
            inside.readHeader();
            if (MkvElements.endsUnknownSized(id, inside.id)) {
                return inside.start;
            }
            inside.skipData();
        }
        return end;
    }

    /** The number of bytes of all children. */
    public int length() {
        return end - from;
    }

    /** A copy of the bytes of all children. */
    public byte[] all() {
        return Arrays.copyOfRange(bytes, from, end);
    }

    /** Whether the bytes of all children equal other bytes. */
    public boolean consistsOf(byte[] expected) {
        return Arrays.equals(bytes, from, end, expected, 0, expected.length);
    }

    public int id() {
        return id;
    }

    /** The offset of the current child, for messages. */
    public long offset() {
        return base + start;
    }

    public boolean isUnknownSized() {
        return unknownSized;
    }

    public int dataStart() {
        return dataStart;
    }

    public int dataEnd() {
        return dataEnd;
    }

    /** A cursor over the children of the current child. */
    public EbmlCursor children() {
        return new EbmlCursor(bytes, dataStart, dataEnd, base);
    }

    public long unsigned() throws MkvException {
        int length = dataEnd - dataStart;
        if (length == 0) {
            return Long.parseLong(defaultOr("0"));
        }
        if (length > 8) {
            throw malformed("An integer of " + length + " bytes");
        }
        return Vint.raw(bytes, dataStart, length);
    }

    /** An unsigned number with a limit. */
    public long unsigned(long max) throws MkvException {
        long value = unsigned();
        if (value < 0 || value > max) {
            throw malformed("A number out of range: " + Long.toUnsignedString(value));
        }
        return value;
    }

    public long signed() throws MkvException {
        int length = dataEnd - dataStart;
        long value = unsigned();
        int unused = 64 - 8 * length;
        return length == 0 ? value : value << unused >> unused;
    }

    public double floating() throws MkvException {
        switch (dataEnd - dataStart) {
            case 0:
                return Double.parseDouble(defaultOr("0"));
            case 4:
                return Float.intBitsToFloat((int) unsigned());
            case 8:
                return Double.longBitsToDouble(unsigned());
            default:
                throw malformed("A float of " + (dataEnd - dataStart) + " bytes");
        }
    }

    /** Text up to its first NUL: writers pad with NULs. */
    public String string() {
        if (isEmpty()) {
            return defaultOr("");
        }
        String text = new String(bytes, dataStart, dataEnd - dataStart, StandardCharsets.UTF_8);
        int nul = text.indexOf('\0');
        return nul < 0 ? text : text.substring(0, nul);
    }

    /** Whether the payload of the current child equals other bytes. */
    public boolean hasData(byte[] expected) {
        return Arrays.equals(bytes, dataStart, dataEnd, expected, 0, expected.length);
    }

    /** The value of an empty element (RFC 8794, section 6.1). */
    private String defaultOr(String none) {
        MkvSchema.Element known = MkvSchema.find(id);
        return known == null || known.defaultValue() == null ? none : known.defaultValue();
    }

    /** Whether the current child has no payload. */
    public boolean isEmpty() {
        return dataStart == dataEnd;
    }

    public byte[] binary() {
        return Arrays.copyOfRange(bytes, dataStart, dataEnd);
    }

    public MkvException malformed(String message) {
        return MkvException.malformed(message, id, base + start);
    }
}
