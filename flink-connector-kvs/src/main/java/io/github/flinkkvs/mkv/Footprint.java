/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.mkv;

import javax.annotation.Nullable;

import java.util.List;

/**
 * Estimates how many bytes of heap objects take, as a JVM lays them out on a heap of up to 32 GB.
 * Estimates are rather too high than too low.
 */
final class Footprint {

    static int ofArray(@Nullable byte[] array) {
        return array == null ? 0 : ofArray(1, array.length);
    }

    static int ofArray(int elementBytes, int length) {
        return (16 + elementBytes * length + 7) & ~7;
    }

    static int ofString(@Nullable String text) {
        if (text == null) {
            return 0;
        }
        if (text.isEmpty()) {
            // All empty strings share one array.
            return 24;
        }
        int charBytes = 1;
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) > 0xFF) {
                charBytes = 2;
                break;
            }
        }
        return 24 + ofArray(charBytes, text.length());
    }

    /** An immutable list without its elements. There is only one empty list. */
    static int ofList(List<?> list) {
        return list.isEmpty() ? 0 : 24 + ofArray(4, list.size());
    }

    private Footprint() {}
}
