/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.media.video;

import io.github.flinkkvs.media.MediaException;

import java.nio.ByteBuffer;

/** What has to be known of AV1 without decoding it. */
final class Av1 {

    private static final int SEQUENCE_HEADER = 1;

    /** An extension byte follows the header of the OBU. */
    private static final int HAS_EXTENSION = 4;

    /** A size follows the header of the OBU. */
    private static final int HAS_SIZE = 2;

    private Av1() {}

    /**
     * Checks the sequence headers of a temporal unit: no frame is larger than they declare. FFmpeg
     * learns the size of a frame only after libaom has allocated memory for it.
     *
     * <p>Where the unit is damaged, the check ends, and so does the decoder.
     *
     * @throws MediaException if frames may have more pixels than the limit, or a sequence header
     *     cannot be read
     */
    static void checkPixels(ByteBuffer temporalUnit, long maxPixels) {
        ByteBuffer data = temporalUnit.slice();
        while (data.hasRemaining()) {
            int header = data.get() & 0xFF;
            if (header == 0) {
                // Padding, which libaom skips.
                continue;
            }
            int headerRest = (header & HAS_EXTENSION) == 0 ? 0 : 1;
            if ((header & HAS_SIZE) == 0 || data.remaining() < headerRest) {
                return;
            }
            data.position(data.position() + headerRest);
            long size = leb128(data);
            if (size > data.remaining()) {
                return;
            }
            if (header >> 3 == SEQUENCE_HEADER) {
                ByteBuffer payload = data.slice();
                payload.limit((int) size);
                checkPixels(new Bits(payload), maxPixels);
            }
            data.position(data.position() + (int) size);
        }
    }

    /** A number of up to 8 bytes with 7 bits each; more than any size if it has no end. */
    private static long leb128(ByteBuffer data) {
        long value = 0;
        for (int i = 0; i < 8 && data.hasRemaining(); i++) {
            int next = data.get();
            value |= (next & 0x7FL) << 7 * i;
            if (next >= 0) {
                return value;
            }
        }
        return Long.MAX_VALUE;
    }

    /** Names are those of sequence_header_obu() in the AV1 specification. */
    private static void checkPixels(Bits in, long maxPixels) {
        // seq_profile, still_picture
        in.skip(4);
        boolean isReducedStillPicture = in.flag();
        if (isReducedStillPicture) {
            // seq_level_idx
            in.skip(5);
        } else {
            skipOperatingPoints(in);
        }
        int widthBits = in.read(4) + 1;
        int heightBits = in.read(4) + 1;
        long width = in.read(widthBits) + 1L;
        long height = in.read(heightBits) + 1L;
        if (width * height > maxPixels) {
            throw new MediaException(
                    "AV1 of "
                            + width
                            + "x"
                            + height
                            + " is beyond the limit of "
                            + maxPixels
                            + " pixels");
        }
    }

    private static void skipOperatingPoints(Bits in) {
        int delayBits = in.flag() ? skipTimingInfo(in) : 0;
        boolean hasDisplayDelay = in.flag();
        for (int points = in.read(5) + 1; points > 0; points--) {
            // operating_point_idc
            in.skip(12);
            boolean hasTier = in.read(5) > 7;
            in.skip(hasTier ? 1 : 0);
            if (delayBits > 0 && in.flag()) {
                // decoder_buffer_delay, encoder_buffer_delay, low_delay_mode_flag
                in.skip(2 * delayBits + 1);
            }
            if (hasDisplayDelay && in.flag()) {
                // initial_display_delay_minus_1
                in.skip(4);
            }
        }
    }

    /**
     * timing_info and decoder_model_info.
     *
     * @return how many bits the delays of an operating point have; 0 if it has none
     */
    private static int skipTimingInfo(Bits in) {
        // num_units_in_display_tick, time_scale
        in.skip(64);
        boolean hasEqualPictureInterval = in.flag();
        if (hasEqualPictureInterval) {
            int zeros = 0;
            while (!in.flag()) {
                zeros++;
            }
            in.skip(zeros);
        }
        boolean hasDecoderModel = in.flag();
        if (!hasDecoderModel) {
            return 0;
        }
        int delayBits = in.read(5) + 1;
        // num_units_in_decoding_tick, buffer_removal_time_length, frame_presentation_time_length
        in.skip(32 + 5 + 5);
        return delayBits;
    }

    /** Reads bits, the highest of each byte first. */
    private static final class Bits {
        private final ByteBuffer data;
        private long at;

        Bits(ByteBuffer data) {
            this.data = data;
        }

        boolean flag() {
            return read(1) == 1;
        }

        void skip(int bits) {
            at += bits;
        }

        int read(int bits) {
            if (at + bits > 8L * data.limit()) {
                throw new MediaException("A sequence header of AV1 is cut off");
            }
            int value = 0;
            for (int i = 0; i < bits; i++, at++) {
                value = value << 1 | data.get((int) (at / 8)) >> (7 - at % 8) & 1;
            }
            return value;
        }
    }
}
