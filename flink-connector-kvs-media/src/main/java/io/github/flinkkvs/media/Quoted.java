/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.media;

import org.apache.flink.annotation.Internal;

import javax.annotation.Nullable;

/** Makes text from a producer safe for logs and exceptions. */
@Internal
public final class Quoted {

    /** The service allows 32 characters for names and CodecIDs. */
    private static final int MAX_CHARS = 64;

    private Quoted() {}

    /**
     * The text in single quotes, on one line: characters that do not print are escaped as in Java,
     * and what is longer than 64 characters is cut off.
     *
     * @return {@code null} without quotes if there is no text
     */
    public static String of(@Nullable String text) {
        if (text == null) {
            return "null";
        }
        StringBuilder quoted = new StringBuilder("'");
        for (int i = 0; i < Math.min(MAX_CHARS, text.length()); i++) {
            char c = text.charAt(i);
            if (c == '\'' || c == '\\') {
                quoted.append('\\').append(c);
            } else if (isPrinted(c)) {
                quoted.append(c);
            } else {
                quoted.append(String.format("\\u%04X", (int) c));
            }
        }
        return quoted.append(text.length() > MAX_CHARS ? "..." : "").append('\'').toString();
    }

    /** Line breaks would begin a new line of the log, format characters would reorder the text. */
    private static boolean isPrinted(char c) {
        switch (Character.getType(c)) {
            case Character.CONTROL:
            case Character.FORMAT:
            case Character.LINE_SEPARATOR:
            case Character.PARAGRAPH_SEPARATOR:
            case Character.PRIVATE_USE:
            case Character.SURROGATE:
            case Character.UNASSIGNED:
                return false;
            default:
                return true;
        }
    }
}
