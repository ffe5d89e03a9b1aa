/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.testing.internal.ebml;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/**
 * Appends EBML elements to memory, with the forms that a muxer does not write: size fields of a
 * given length and unknown sizes. Not thread-safe.
 */
public final class EbmlWriter {
    private final ByteArrayOutputStream out;

    public EbmlWriter() {
        this(256);
    }

    public EbmlWriter(int capacity) {
        out = new ByteArrayOutputStream(capacity);
    }

    public EbmlWriter raw(byte[] bytes) {
        out.write(bytes, 0, bytes.length);
        return this;
    }

    public EbmlWriter id(int id) {
        for (int shift = 8 * (Ebml.idLength(id) - 1); shift >= 0; shift -= 8) {
            out.write(id >>> shift);
        }
        return this;
    }

    public EbmlWriter size(long size, int length) {
        long coded = size | (1L << (7 * length));
        for (int shift = 8 * (length - 1); shift >= 0; shift -= 8) {
            out.write((int) (coded >>> shift));
        }
        return this;
    }

    public EbmlWriter unknownSize(int length) {
        return size((1L << (7 * length)) - 1, length);
    }

    public EbmlWriter bytes(int id, byte[] payload) {
        return bytes(id, payload, Ebml.sizeLength(payload.length));
    }

    public EbmlWriter bytes(int id, byte[] payload, int sizeLength) {
        return id(id).size(payload.length, sizeLength).raw(payload);
    }

    public EbmlWriter text(int id, String text, int sizeLength) {
        return bytes(id, text.getBytes(StandardCharsets.UTF_8), sizeLength);
    }

    public EbmlWriter unsigned(int id, long value) {
        int length = 1;
        while (length < 8 && value >>> (8 * length) != 0) {
            length++;
        }
        id(id).size(length, 1);
        for (int shift = 8 * (length - 1); shift >= 0; shift -= 8) {
            out.write((int) (value >>> shift));
        }
        return this;
    }

    public EbmlWriter master(int id, int sizeLength, Consumer<EbmlWriter> children) {
        EbmlWriter inner = new EbmlWriter();
        children.accept(inner);
        return bytes(id, inner.toByteArray(), sizeLength);
    }

    public byte[] toByteArray() {
        return out.toByteArray();
    }
}
