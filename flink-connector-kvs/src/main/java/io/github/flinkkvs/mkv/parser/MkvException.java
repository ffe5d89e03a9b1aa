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

import java.io.IOException;

/**
 * The bytes are not a fragment, or a fragment exceeds a limit. The message names the element and
 * its byte offset.
 */
@PublicEvolving
public final class MkvException extends IOException {

    private static final long serialVersionUID = 1L;

    /** What kind of problem the bytes have. */
    public enum Kind {
        /** The bytes violate a rule of EBML, of Matroska or of the service's layout. */
        MALFORMED,
        /** Frames are encrypted, or packed in an unsupported way. */
        PACKED,
        /** A limit was exceeded. */
        TOO_LARGE,
        /** The fragment ended before it was complete. */
        BROKEN_OFF
    }

    private final Kind kind;
    private final long offset;
    private final int elementId;

    public MkvException(Kind kind, String message, int elementId, long offset) {
        super(message + " (" + MkvElements.name(elementId) + " at byte " + offset + ")");
        this.kind = kind;
        this.offset = offset;
        this.elementId = elementId;
    }

    public static MkvException malformed(String message, int elementId, long offset) {
        return new MkvException(Kind.MALFORMED, message, elementId, offset);
    }

    /** The kind of problem, for programs. */
    public Kind kind() {
        return kind;
    }

    /** The offset of the offending element, in bytes from the start of what was read. */
    public long offset() {
        return offset;
    }

    /** The Matroska id of the offending element; 0 if the id itself cannot be read. */
    public int elementId() {
        return elementId;
    }
}
