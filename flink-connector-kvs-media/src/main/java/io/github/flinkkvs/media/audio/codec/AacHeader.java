/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.media.audio.codec;

import javax.annotation.Nullable;

/** Rate and channels of AAC, from an AudioSpecificConfig or the header of ADTS. Immutable. */
final class AacHeader {

    private static final int ADTS_BYTES = 7;

    private static final int[] RATES = {
        96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000, 7350
    };

    final int samplesPerSecond;
    final int channels;

    private AacHeader(int samplesPerSecond, int channels) {
        this.samplesPerSecond = samplesPerSecond;
        this.channels = channels;
    }

    /** From an AudioSpecificConfig; null if it has no rate. */
    @Nullable
    static AacHeader ofConfig(byte[] config) {
        if (config.length < 2) {
            return null;
        }
        // Object type in 5 bits, index of the rate in 4, channels in 4.
        int bits = (config[0] & 0xFF) << 8 | config[1] & 0xFF;
        return of(bits >> 7 & 0xF, bits >> 3 & 0xF);
    }

    /** From frames of ADTS that fill these bytes; null if the bytes are anything else. */
    @Nullable
    static AacHeader ofAdts(byte[] bytes) {
        AacHeader first = null;
        int at = 0;
        while (at < bytes.length) {
            // The sync word of 12 bits, one that may be either, and the layer, which is 0.
            if (bytes.length - at < ADTS_BYTES
                    || (bytes[at] & 0xFF) != 0xFF
                    || (bytes[at + 1] & 0xF6) != 0xF0) {
                return null;
            }
            int length =
                    (bytes[at + 3] & 0x3) << 11
                            | (bytes[at + 4] & 0xFF) << 3
                            | (bytes[at + 5] & 0xFF) >> 5;
            int rate = bytes[at + 2] >> 2 & 0xF;
            int channels = (bytes[at + 2] & 0x1) << 2 | bytes[at + 3] >> 6 & 0x3;
            if (length < ADTS_BYTES || rate >= RATES.length) {
                return null;
            }
            first = first == null ? of(rate, channels) : first;
            at += length;
        }
        return at == bytes.length ? first : null;
    }

    @Nullable
    private static AacHeader of(int rate, int channels) {
        // 7 means 8 channels; 0 means that a program config element declares them.
        return rate < RATES.length
                ? new AacHeader(RATES[rate], channels == 7 ? 8 : Math.max(1, channels))
                : null;
    }
}
