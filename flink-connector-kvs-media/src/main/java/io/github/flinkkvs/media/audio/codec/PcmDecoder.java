/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.media.audio.codec;

import io.github.flinkkvs.media.Wav;

import java.util.Arrays;

/** Reads linear PCM and G.711, where each sample stands for itself. */
final class PcmDecoder implements AudioDecoder {

    private final AudioCoding coding;
    private final int sampleBytes;

    /** The first bytes of a sample that continues in the next frame. */
    private byte[] rest = {};

    PcmDecoder(AudioCoding coding) {
        this.coding = coding;
        boolean g711 =
                coding.kind() == AudioCoding.Kind.A_LAW || coding.kind() == AudioCoding.Kind.MU_LAW;
        this.sampleBytes = g711 ? 1 : Wav.BYTES_PER_SAMPLE;
    }

    @Override
    public boolean decode(byte[] data, int offset, int length, Samples out) {
        short[] samples = decode(data, offset, length);
        return samples.length == 0 || out.take(samples);
    }

    @Override
    public void finish(Samples out) {
        // The rest is not a whole sample.
    }

    /** Whole samples; the rest is kept for the next frame. */
    short[] decode(byte[] data, int offset, int length) {
        byte[] bytes = data;
        int at = offset;
        int end = offset + length;
        if (rest.length > 0) {
            bytes = Arrays.copyOf(rest, rest.length + length);
            System.arraycopy(data, offset, bytes, rest.length, length);
            at = 0;
            end = bytes.length;
        }
        int channels = coding.channels();
        short[] samples = new short[(end - at) / (sampleBytes * channels) * channels];
        for (int i = 0; i < samples.length; i++, at += sampleBytes) {
            samples[i] = sample(bytes, at);
        }
        rest = Arrays.copyOfRange(bytes, at, end);
        return samples;
    }

    private short sample(byte[] bytes, int at) {
        switch (coding.kind()) {
            case A_LAW:
                return G711.fromALaw(bytes[at]);
            case MU_LAW:
                return G711.fromMuLaw(bytes[at]);
            case PCM_BIG_ENDIAN:
                return (short) (bytes[at] << 8 | bytes[at + 1] & 0xFF);
            default:
                return (short) (bytes[at + 1] << 8 | bytes[at] & 0xFF);
        }
    }

    @Override
    public int samplesPerSecond() {
        return coding.samplesPerSecond();
    }

    @Override
    public int channels() {
        return coding.channels();
    }

    @Override
    public void close() {
        // Holds nothing that outlives it.
    }
}
