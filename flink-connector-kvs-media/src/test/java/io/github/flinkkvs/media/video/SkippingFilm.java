/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.media.video;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;

/**
 * H.264 in Annex B that is cheap to send and dear to decode: a grey picture of any size, and frames
 * of some ten bytes, each of which repeats all of it.
 */
final class SkippingFilm {

    /** Pixels of a macroblock, in each direction. */
    private static final int MACROBLOCK = 16;

    private final int columns;
    private final int rows;

    /**
     * @param width a multiple of 16, like the height
     */
    SkippingFilm(int width, int height) {
        this.columns = width / MACROBLOCK;
        this.rows = height / MACROBLOCK;
    }

    /** A key frame, with its parameter sets, and frames that repeat it. */
    List<byte[]> frames(int count) {
        List<byte[]> frames = new ArrayList<>();
        frames.add(keyFrame());
        for (int i = 1; i < count; i++) {
            frames.add(repeat(i));
        }
        return frames;
    }

    private byte[] keyFrame() {
        Bits sequence = new Bits().bits(66, 8).bits(0, 8).bits(62, 8).ue(0);
        // Frame numbers of 4 bits, the order of decoding, one reference.
        sequence.ue(0).ue(2).ue(1).bits(0, 1).ue(columns - 1).ue(rows - 1);
        // Frames, direct_8x8_inference, neither cropping nor VUI.
        sequence.bits(1, 1).bits(1, 1).bits(0, 1).bits(0, 1);
        Bits picture = new Bits().ue(0).ue(0).bits(0, 1).bits(0, 1).ue(0).ue(0).ue(0);
        picture.bits(0, 1).bits(0, 2).ue(0).ue(0).ue(0).bits(1, 1).bits(0, 1).bits(0, 1);
        // An I slice without deblocking.
        Bits slice = new Bits().ue(0).ue(7).ue(0).bits(0, 4).ue(0).bits(0, 2).ue(0).ue(1);
        for (int i = 0; i < columns * rows; i++) {
            // I_16x16, predicted from the mean, without coefficients.
            slice.ue(3).ue(0).ue(0).bits(1, 1);
        }
        ByteArrayOutputStream unit = new ByteArrayOutputStream();
        unit.writeBytes(sequence.unit(0x67));
        unit.writeBytes(picture.unit(0x68));
        unit.writeBytes(slice.unit(0x65));
        return unit.toByteArray();
    }

    private byte[] repeat(int index) {
        // A P slice, without deblocking, that skips all macroblocks.
        Bits slice = new Bits().ue(0).ue(5).ue(0).bits(index % 16, 4).bits(0, 1).bits(0, 1);
        return slice.bits(0, 1).ue(0).ue(1).ue(columns * rows).unit(0x61);
    }

    /** Writes the codes of H.264. */
    private static final class Bits {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private int last;
        private int used;

        Bits bits(int value, int count) {
            for (int i = count - 1; i >= 0; i--) {
                last = last << 1 | value >> i & 1;
                used++;
                if (used == Byte.SIZE) {
                    bytes.write(last);
                    last = 0;
                    used = 0;
                }
            }
            return this;
        }

        /** Exp-Golomb; of a signed 0, the same. */
        Bits ue(int value) {
            int length = Integer.SIZE - Integer.numberOfLeadingZeros(value + 1);
            return bits(0, length - 1).bits(value + 1, length);
        }

        /** What was written, as a NAL unit behind a start code. */
        byte[] unit(int header) {
            bits(1, 1);
            while (used > 0) {
                bits(0, 1);
            }
            ByteArrayOutputStream unit = new ByteArrayOutputStream();
            unit.writeBytes(new byte[] {0, 0, 0, 1, (byte) header});
            int zeros = 0;
            for (byte next : bytes.toByteArray()) {
                if (zeros >= 2 && (next & 0xFF) <= 3) {
                    unit.write(3);
                    zeros = 0;
                }
                unit.write(next);
                zeros = next == 0 ? zeros + 1 : 0;
            }
            return unit.toByteArray();
        }
    }
}
