/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.client.errors;

import org.apache.flink.annotation.Internal;

import javax.annotation.Nullable;

/**
 * Text from outside, fit for a line of a log: whoever writes it must not forge lines, or fill it.
 */
@Internal
public final class OneLine {

    private static final int MAX_LENGTH = 1_000;

    /** The text, cut after 1,000 characters, with spaces in place of what is not printed. */
    public static String of(String text) {
        int length = Math.min(text.length(), MAX_LENGTH);
        StringBuilder line = new StringBuilder(length + 1);
        for (int i = 0; i < length; i++) {
            char next = text.charAt(i);
            int type = Character.getType(next);
            boolean printed =
                    !Character.isISOControl(next)
                            && type != Character.LINE_SEPARATOR
                            && type != Character.PARAGRAPH_SEPARATOR
                            && type != Character.FORMAT;
            line.append(printed ? next : ' ');
        }
        return text.length() > length ? line.append('…').toString() : line.toString();
    }

    /** The same in quotes; "nothing" for null. */
    public static String quoted(@Nullable String text) {
        return text == null ? "nothing" : "'" + of(text) + "'";
    }

    private OneLine() {}
}
