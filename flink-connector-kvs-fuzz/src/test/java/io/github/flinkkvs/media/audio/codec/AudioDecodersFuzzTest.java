/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.media.audio.codec;

import io.github.flinkkvs.fuzz.Check;
import io.github.flinkkvs.fuzz.Fuzzed;
import io.github.flinkkvs.fuzz.Pieces;

import java.nio.ByteBuffer;
import java.util.List;

/**
 * Any configuration and any frames give sound, or are said to be damaged, in each of FFmpeg's
 * decoders that are used, and in those of linear audio and G.711. Without the Matroska around them,
 * of which mutations spoil most. In the package of what it tests.
 *
 * <p>The first byte of an input gives the coding, then come 4 bytes of rate, one of channels, and
 * CodecPrivate and frames as {@link Pieces}.
 */
class AudioDecodersFuzzTest {

    private static final List<String> DECODERS =
            List.of(
                    "aac",
                    "opus",
                    "flac",
                    "ac3",
                    "eac3",
                    "mp3float",
                    "mp2float",
                    "mp1float",
                    "vorbis",
                    "dca",
                    "truehd",
                    "pcm_u8",
                    "pcm_s24le",
                    "pcm_s32be",
                    "pcm_f32le",
                    "pcm_f64le");

    /** After this much, whoever wants the sound has no room any more. */
    private static final int MAX_SAMPLES = 1 << 20;

    @Fuzzed
    void anyFrames(byte[] input) {
        if (input.length < 6) {
            return;
        }
        List<byte[]> pieces = Pieces.of(input, 6);
        int rate =
                1 + (ByteBuffer.wrap(input).getInt(1) & Integer.MAX_VALUE) % AudioCoding.MAX_RATE;
        int channels = 1 + (input[5] & 0xFF) % AudioCoding.MAX_CHANNELS;
        try (AudioDecoder decoder =
                AudioDecoder.of(coding(input[0] & 0xFF, rate, channels, pieces))) {
            int[] left = {MAX_SAMPLES};
            AudioDecoder.Samples out =
                    samples -> {
                        Check.that(samples.length > 0, "no samples");
                        Check.that(samples.length % decoder.channels() == 0, "not whole");
                        Check.that(decoder.samplesPerSecond() > 0, "no rate");
                        left[0] -= samples.length;
                        return left[0] > 0;
                    };
            for (int i = 1; i < pieces.size() && left[0] > 0; i++) {
                decoder.decode(pieces.get(i), 0, pieces.get(i).length, out);
            }
            if (left[0] > 0) {
                decoder.finish(out);
            }
        } catch (IllegalArgumentException e) {
            Check.saysSomething(e);
        }
    }

    private static AudioCoding coding(int code, int rate, int channels, List<byte[]> pieces) {
        AudioCoding.Kind[] kinds = AudioCoding.Kind.values();
        int linear = kinds.length - 1;
        if (code % (DECODERS.size() + linear) < linear) {
            return new AudioCoding(kinds[code % (DECODERS.size() + linear)], rate, channels);
        }
        String decoder = DECODERS.get(code % (DECODERS.size() + linear) - linear);
        byte[] codecPrivate = pieces.isEmpty() ? null : pieces.get(0);
        return AudioCoding.ofFFmpeg(decoder, rate, channels, codecPrivate, 0);
    }
}
