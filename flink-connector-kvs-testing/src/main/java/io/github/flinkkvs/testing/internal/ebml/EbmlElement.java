/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.testing.internal.ebml;

import javax.annotation.Nullable;

import java.nio.charset.StandardCharsets;

/**
 * One element in a byte array: where it starts, where its payload lies. Immutable.
 *
 * <p>The server reads recordings and clips with this instead of the connector's parser: the
 * reference for tests of a parser must not come from that parser.
 */
public final class EbmlElement {
    public final int id;
    public final int start;
    public final int payload;

    /** Bytes of payload, {@link Ebml#UNKNOWN_SIZE} when the size is unknown. */
    public final long size;

    private final byte[] data;

    private EbmlElement(byte[] data, int id, int start, int payload, long size) {
        this.data = data;
        this.id = id;
        this.start = start;
        this.payload = payload;
        this.size = size;
    }

    /**
     * Reads the element header at an offset.
     *
     * @return null when the data ends before the header does
     * @throws IllegalArgumentException when there is no valid id or size
     */
    @Nullable
    public static EbmlElement at(byte[] data, int offset, int limit) {
        if (offset >= limit) {
            return null;
        }
        int idLength = Integer.numberOfLeadingZeros(data[offset] & 0xFF) - 23;
        if (idLength > 4) {
            throw new IllegalArgumentException("No EBML id at offset " + offset);
        }
        int sizeAt = offset + idLength;
        if (sizeAt >= limit) {
            return null;
        }
        int sizeLength = Integer.numberOfLeadingZeros(data[sizeAt] & 0xFF) - 23;
        if (sizeLength > 8) {
            throw new IllegalArgumentException("No EBML size at offset " + sizeAt);
        }
        if (sizeAt + sizeLength > limit) {
            return null;
        }
        long size = unsigned(data, sizeAt, sizeLength) & ((1L << (7 * sizeLength)) - 1);
        if (size == (1L << (7 * sizeLength)) - 1) {
            size = Ebml.UNKNOWN_SIZE;
        }
        int id = (int) unsigned(data, offset, idLength);
        return new EbmlElement(data, id, offset, sizeAt + sizeLength, size);
    }

    public static long unsigned(byte[] data, int offset, int length) {
        long value = 0;
        for (int i = 0; i < length; i++) {
            value = value << 8 | data[offset + i] & 0xFF;
        }
        return value;
    }

    public boolean unknownSize() {
        return size == Ebml.UNKNOWN_SIZE;
    }

    /** Offset after the payload; only for an element of known size. */
    public long end() {
        return payload + size;
    }

    /**
     * Reads an element that lies within the data up to a limit.
     *
     * @return null when there is none
     * @throws IllegalArgumentException when there is no valid id or size, or it goes beyond the
     *     limit
     */
    @Nullable
    public static EbmlElement within(byte[] data, int offset, int limit) {
        EbmlElement element = at(data, offset, limit);
        if (element != null && (element.unknownSize() || element.end() > limit)) {
            throw new IllegalArgumentException(
                    "The element at offset " + offset + " does not end with its parent");
        }
        return element;
    }

    public long unsigned() {
        return unsigned(data, payload, (int) size);
    }

    public String text() {
        int length = (int) size;
        while (length > 0 && data[payload + length - 1] == 0) {
            length--;
        }
        return new String(data, payload, length, StandardCharsets.UTF_8);
    }
}
