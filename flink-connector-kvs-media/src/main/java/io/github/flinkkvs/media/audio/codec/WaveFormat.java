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

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/** Reads WAVEFORMATEX, which is the CodecPrivate of A_MS/ACM. */
final class WaveFormat {

    private static final int PCM = 1;
    private static final int IEEE_FLOAT = 3;
    private static final int A_LAW = 6;
    private static final int MU_LAW = 7;
    private static final int MPEG = 0x50;
    private static final int MPEG_LAYER_3 = 0x55;
    private static final int AAC = 0xFF;
    private static final int AC3 = 0x2000;

    /** The shorter form, for linear samples. */
    private static final int MIN_BYTES = 16;

    /** The longer form ends with the size of what follows. */
    private static final int BYTES = 18;

    private WaveFormat() {}

    /** Null if it is no WAVEFORMATEX, or its coding has no decoder here. */
    @Nullable
    static AudioCoding coding(byte[] bytes) {
        if (bytes.length < MIN_BYTES) {
            return null;
        }
        ByteBuffer format = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        int channels = format.getShort(2) & 0xFFFF;
        int rate = format.getInt(4);
        int bits = format.getShort(14) & 0xFFFF;
        if (channels < 1
                || channels > AudioCoding.MAX_CHANNELS
                || rate < 1
                || rate > AudioCoding.MAX_RATE) {
            return null;
        }
        byte[] rest = bytes.length > BYTES ? Arrays.copyOfRange(bytes, BYTES, bytes.length) : null;
        switch (format.getShort(0) & 0xFFFF) {
            case PCM:
                return TrackCoding.linear(bits, rate, channels, true);
            case IEEE_FLOAT:
                return TrackCoding.floats(bits, rate, channels);
            case A_LAW:
                return new AudioCoding(AudioCoding.Kind.A_LAW, rate, channels);
            case MU_LAW:
                return new AudioCoding(AudioCoding.Kind.MU_LAW, rate, channels);
            case MPEG:
                return AudioCoding.ofFFmpeg("mp2float", rate, channels, null, 0);
            case MPEG_LAYER_3:
                return AudioCoding.ofFFmpeg("mp3float", rate, channels, null, 0);
            case AAC:
                return AudioCoding.aac(rate, channels, rest);
            case AC3:
                return AudioCoding.ofFFmpeg("ac3", rate, channels, null, 0);
            default:
                return null;
        }
    }
}
