/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.media.audio.codec;

/** Decodes the codes of ITU-T G.711 to linear samples of 16 bits. */
final class G711 {

    private static final int SEGMENT_BITS = 4;
    private static final int STEP_MASK = 0xF;
    private static final int SEGMENT_MASK = 0x7;
    private static final int SIGN = 0x80;

    /** Sent with every other bit inverted, so that silence is not a run of zeros. */
    private static final int A_LAW_INVERTED = 0x55;

    /** The encoder adds this before it takes the logarithm, in 16 bits. */
    private static final int MU_LAW_BIAS = 0x84;

    private static final short[] A_LAW = new short[256];
    private static final short[] MU_LAW = new short[256];

    static {
        for (int code = 0; code < 256; code++) {
            A_LAW[code] = (short) aLaw(code ^ A_LAW_INVERTED);
            MU_LAW[code] = (short) muLaw(~code & 0xFF);
        }
    }

    private G711() {}

    static short fromALaw(byte code) {
        return A_LAW[code & 0xFF];
    }

    static short fromMuLaw(byte code) {
        return MU_LAW[code & 0xFF];
    }

    private static int aLaw(int code) {
        int segment = code >> SEGMENT_BITS & SEGMENT_MASK;
        // The middle of the step; segments 0 and 1 are equally steep.
        int value = ((code & STEP_MASK) << 4) + 8;
        if (segment > 0) {
            value = value + 0x100 << segment - 1;
        }
        // In A-law the set bit is the positive sign.
        return (code & SIGN) != 0 ? value : -value;
    }

    private static int muLaw(int code) {
        int segment = code >> SEGMENT_BITS & SEGMENT_MASK;
        int value = (((code & STEP_MASK) << 3) + MU_LAW_BIAS << segment) - MU_LAW_BIAS;
        return (code & SIGN) != 0 ? -value : value;
    }
}
