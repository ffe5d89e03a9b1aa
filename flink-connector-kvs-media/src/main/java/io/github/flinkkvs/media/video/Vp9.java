/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.media.video;

import java.nio.ByteBuffer;

/** What has to be known of VP9 without decoding it. */
final class Vp9 {

    private Vp9() {}

    /**
     * Whether none of the pictures of a block is shown: it has one, or it is a superframe of
     * several, with an index at its end. What is damaged is not hidden.
     */
    static boolean isHidden(ByteBuffer block) {
        ByteBuffer data = block.slice();
        int size = data.limit();
        int marker = size == 0 ? 0 : data.get(size - 1) & 0xFF;
        int frames = (marker & 7) + 1;
        int sizeBytes = (marker >> 3 & 3) + 1;
        int index = size - 2 - frames * sizeBytes;
        boolean isSuperframe = marker >> 5 == 6 && index >= 0 && (data.get(index) & 0xFF) == marker;
        if (!isSuperframe) {
            return size > 0 && isHidden(data.get(0) & 0xFF);
        }
        long at = 0;
        for (int i = 0; i < frames; i++) {
            long length = 0;
            for (int b = sizeBytes - 1; b >= 0; b--) {
                length = length << 8 | data.get(index + 1 + i * sizeBytes + b) & 0xFF;
            }
            if (at + length > index || length > 0 && !isHidden(data.get((int) at) & 0xFF)) {
                return false;
            }
            at += length;
        }
        return true;
    }

    /**
     * @param first byte of a frame's header: a marker of two bits, the profile in two, or in three
     *     if both are set, then whether it shows a frame that is there already, whether it is no
     *     key frame, and whether it is shown itself
     */
    private static boolean isHidden(int first) {
        int rest = first << ((first & 0x30) == 0x30 ? 1 : 0);
        return first >> 6 == 2 && (rest & 0x08) == 0 && (rest & 0x02) == 0;
    }
}
