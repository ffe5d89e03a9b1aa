/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.fuzz;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** An input in several pieces, each behind its length in two bytes; the last one may be cut. */
public final class Pieces {

    /**
     * @param from where the first piece's length is
     */
    public static List<byte[]> of(byte[] input, int from) {
        List<byte[]> pieces = new ArrayList<>();
        int at = from;
        while (at + 2 <= input.length) {
            int length = (input[at] & 0xFF) << 8 | input[at + 1] & 0xFF;
            int end = Math.min(at + 2 + length, input.length);
            pieces.add(Arrays.copyOfRange(input, at + 2, end));
            at = end;
        }
        return pieces;
    }

    private Pieces() {}
}
