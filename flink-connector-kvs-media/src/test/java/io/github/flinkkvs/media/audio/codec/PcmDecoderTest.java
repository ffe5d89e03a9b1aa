/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.media.audio.codec;

import io.github.flinkkvs.media.audio.codec.AudioCoding.Kind;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class PcmDecoderTest {

    private static final byte[] BYTES = {1, 2, 3, 4, 5, -6, 7, 8};

    @Test
    void bothOrdersOfBytes() {
        assertThat(decode(Kind.PCM_LITTLE_ENDIAN, 1, BYTES.length))
                .containsExactly(0x0201, 0x0403, 0xFFFFFA05, 0x0807);
        assertThat(decode(Kind.PCM_BIG_ENDIAN, 1, BYTES.length))
                .containsExactly(0x0102, 0x0304, 0x05FA, 0x0708);
    }

    @Test
    void samplesMayGoOnInTheNextFrame() {
        for (int channels = 1; channels <= 2; channels++) {
            short[] whole = decode(Kind.PCM_BIG_ENDIAN, channels, BYTES.length);
            for (int frame = 1; frame < BYTES.length; frame++) {
                assertThat(decode(Kind.PCM_BIG_ENDIAN, channels, frame)).isEqualTo(whole);
            }
        }
    }

    private static short[] decode(Kind kind, int channels, int frameBytes) {
        PcmDecoder decoder = new PcmDecoder(new AudioCoding(kind, 8000, channels));
        short[] all = new short[BYTES.length / 2];
        int samples = 0;
        for (int at = 0; at < BYTES.length; at += frameBytes) {
            short[] frame = decoder.decode(BYTES, at, Math.min(frameBytes, BYTES.length - at));
            assertThat(frame.length % channels).isZero();
            System.arraycopy(frame, 0, all, samples, frame.length);
            samples += frame.length;
        }
        assertThat(samples).isEqualTo(all.length);
        return all;
    }
}
