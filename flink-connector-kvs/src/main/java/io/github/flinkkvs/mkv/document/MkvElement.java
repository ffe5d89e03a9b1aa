/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.mkv.document;

import io.github.flinkkvs.mkv.parser.EbmlCursor;
import io.github.flinkkvs.mkv.parser.ElementType;
import io.github.flinkkvs.mkv.parser.MkvException;
import io.github.flinkkvs.mkv.parser.MkvSchema;

import org.apache.flink.annotation.PublicEvolving;

import java.nio.ByteBuffer;
import java.time.Instant;

/**
 * An element of a {@link MkvDocument}: its position, and its value or children. A view of the
 * fragment's bytes, which it keeps reachable.
 *
 * <p>There is a method for each kind of value. It throws an {@link IllegalStateException} if {@link
 * #type()} is another kind, and an {@link MkvException} if the payload is not a valid value.
 */
@PublicEvolving
public final class MkvElement extends MkvNode {

    /** The limit of nesting: deeper nesting could exhaust the stack. */
    private static final int MAX_DEPTH = 64;

    /** The origin of dates. */
    private static final Instant MILLENNIUM = Instant.parse("2001-01-01T00:00:00Z");

    private final MkvNode parent;
    private final int id;
    private final int offset;
    private final int dataOffset;
    private final int end;
    private final boolean unknownSized;

    /** The current child of a cursor. */
    MkvElement(MkvNode parent, EbmlCursor child) {
        super(parent.documentBytes(), parent.depth() + 1);
        this.parent = parent;
        this.id = child.id();
        this.offset = (int) child.offset();
        this.dataOffset = child.dataStart();
        this.end = child.dataEnd();
        this.unknownSized = child.isUnknownSized();
    }

    /** The element's id with its length marker, as the specification writes it. */
    public int id() {
        return id;
    }

    /** The element's name in the specification, or its id, such as {@code 0x3A5A5A}. */
    public String name() {
        MkvSchema.Element known = MkvSchema.find(id);
        return known == null ? String.format("0x%X", id) : known.name();
    }

    /** Whether the specification defines the element. */
    public boolean isKnown() {
        return MkvSchema.find(id) != null;
    }

    /**
     * What it holds according to the specification; {@link ElementType#BINARY} if that does not
     * define it.
     */
    public ElementType type() {
        MkvSchema.Element known = MkvSchema.find(id);
        return known == null ? ElementType.BINARY : known.type();
    }

    /** The element or document that contains this one. */
    public MkvNode parent() {
        return parent;
    }

    @Override
    public String path() {
        String above = parent.path();
        return above.isEmpty() ? name() : above + "/" + name();
    }

    /** The offset of the element in bytes from the start of the document. */
    public int offset() {
        return offset;
    }

    /** The length of its header, id and size, in bytes. */
    public int headerSize() {
        return dataOffset - offset;
    }

    /**
     * The length of its payload in bytes. A fragment ends with its last Tags: if its Segment
     * declares a larger size, this is the actual one.
     */
    public int dataSize() {
        return end - dataOffset;
    }

    /** Whether the element declares no size. The element that follows determines its end. */
    public boolean isUnknownSized() {
        return unknownSized;
    }

    /** The payload, whatever the type; read-only. Each call returns a new view. */
    public ByteBuffer data() {
        return ByteBuffer.wrap(documentBytes(), dataOffset, dataSize()).slice().asReadOnlyBuffer();
    }

    /**
     * The integer. Read one of type UNSIGNED with methods such as {@link
     * Long#toUnsignedString(long)}.
     */
    public long longValue() throws MkvException {
        return expect(ElementType.UNSIGNED, ElementType.SIGNED) == ElementType.SIGNED
                ? itself().signed()
                : itself().unsigned();
    }

    /** The floating-point number. */
    public double doubleValue() throws MkvException {
        expect(ElementType.FLOAT, ElementType.FLOAT);
        return itself().floating();
    }

    /** The text, up to its first NUL. */
    public String stringValue() throws MkvException {
        expect(ElementType.STRING, ElementType.UTF_8);
        return itself().string();
    }

    /** The date, with nanoseconds. */
    public Instant dateValue() throws MkvException {
        expect(ElementType.DATE, ElementType.DATE);
        if (dataSize() != 8 && dataSize() != 0) {
            throw itself().malformed("A date of " + dataSize() + " bytes");
        }
        return MILLENNIUM.plusNanos(itself().signed());
    }

    @Override
    EbmlCursor cursor() throws MkvException {
        boolean master = type() == ElementType.MASTER;
        if (master && depth() > MAX_DEPTH) {
            throw itself().malformed("Nested more than " + MAX_DEPTH + " deep");
        }
        return new EbmlCursor(documentBytes(), master ? dataOffset : end, end, 0);
    }

    private ElementType expect(ElementType either, ElementType or) {
        ElementType type = type();
        if (type != either && type != or) {
            throw new IllegalStateException(name() + " is of the type " + type + ", not " + either);
        }
        return type;
    }

    /** A cursor at this element. */
    private EbmlCursor itself() throws MkvException {
        EbmlCursor cursor = new EbmlCursor(documentBytes(), offset, end, 0);
        cursor.next();
        return cursor;
    }

    /** Whether both are the same element of the same bytes: each search returns new objects. */
    @Override
    public boolean equals(Object object) {
        return object instanceof MkvElement
                && ((MkvElement) object).documentBytes() == documentBytes()
                && ((MkvElement) object).offset == offset;
    }

    @Override
    public int hashCode() {
        return offset;
    }

    @Override
    public String toString() {
        return path() + " at byte " + offset + ", " + dataSize() + " bytes";
    }
}
