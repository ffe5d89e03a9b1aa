/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.testing.internal.clip;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/** Appends boxes of ISO/IEC 14496-12, and their fields, to memory. Not thread-safe. */
final class BoxWriter {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    BoxWriter u8(int value) {
        out.write(value);
        return this;
    }

    BoxWriter u16(int value) {
        return u8(value >>> 8).u8(value);
    }

    BoxWriter u32(long value) {
        return u16((int) (value >>> 16)).u16((int) value);
    }

    BoxWriter zeros(int count) {
        return raw(new byte[count]);
    }

    BoxWriter ascii(String text) {
        return raw(text.getBytes(StandardCharsets.US_ASCII));
    }

    BoxWriter raw(byte[] bytes) {
        out.write(bytes, 0, bytes.length);
        return this;
    }

    /** A box with a type of four letters. */
    BoxWriter box(String type, Consumer<BoxWriter> content) {
        BoxWriter inner = new BoxWriter();
        content.accept(inner);
        return u32(8 + inner.out.size()).ascii(type).raw(inner.toByteArray());
    }

    /** A box with version and flags. */
    BoxWriter fullBox(String type, int version, int flags, Consumer<BoxWriter> content) {
        return box(type, box -> content.accept(box.u32((long) version << 24 | flags)));
    }

    int size() {
        return out.size();
    }

    byte[] toByteArray() {
        return out.toByteArray();
    }
}
