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

/** Bytes that are not a fragment. The message names the element and its byte offset. */
@PublicEvolving
public final class MkvException extends IOException {

    private static final long serialVersionUID = 1L;

    /** What is wrong with the bytes. */
    public enum Kind {
        /** They break a rule of EBML, Matroska or of the service's own layout. */
        MALFORMED,
        /** They are encrypted, or packed in a way that cannot be undone. */
        PACKED,
        /** More bytes than the reader was told to accept. */
        TOO_LARGE,
        /** The next document began before this fragment was complete. */
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

    /** What is wrong, for programs. */
    public Kind kind() {
        return kind;
    }

    /** Where the offending element begins, in bytes from the start of what was being read. */
    public long offset() {
        return offset;
    }

    /** The Matroska id of the offending element; 0 if its id itself cannot be read. */
    public int elementId() {
        return elementId;
    }
}
