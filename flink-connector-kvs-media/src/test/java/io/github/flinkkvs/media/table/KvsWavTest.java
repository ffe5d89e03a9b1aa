/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.media.table;

import io.github.flinkkvs.testing.PhoneCall;
import io.github.flinkkvs.testing.media.MediaClip;
import io.github.flinkkvs.testing.media.MediaFragment;
import io.github.flinkkvs.testing.media.MediaFrame;
import io.github.flinkkvs.testing.media.MediaTrack;

import org.junit.jupiter.api.Test;

import javax.sound.sampled.AudioFormat;
import javax.sound.sampled.AudioInputStream;
import javax.sound.sampled.AudioSystem;

import java.io.ByteArrayInputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

import static org.assertj.core.api.Assertions.assertThat;

class KvsWavTest {

    private static final String FROM = "AUDIO_FROM_CUSTOMER";
    private static final String TO = "AUDIO_TO_CUSTOMER";

    private final CountedContext context = new CountedContext();

    private Wav wav() throws Exception {
        KvsWav wav = new KvsWav();
        wav.open(context);
        return new Wav(wav);
    }

    /** KVS_WAV as SQL calls it: what is left out is null. */
    private static final class Wav {

        private final KvsWav function;

        Wav(KvsWav function) {
            this.function = function;
        }

        byte[] eval(byte[] payload) {
            return eval(payload, null);
        }

        byte[] eval(byte[] payload, String track) {
            return function.eval(payload, track);
        }
    }

    private static short[] voice(int seed, int samples) {
        Random random = new Random(seed);
        short[] voice = new short[samples];
        for (int i = 0; i < samples; i++) {
            voice[i] = (short) random.nextInt();
        }
        return voice;
    }

    /** The fragments of a call in which both speak, the second of them without its tags. */
    private static List<byte[]> call(short[] from, short[] to) {
        PhoneCall call =
                PhoneCall.builder("call").fromCustomer(from).toCustomer(to).untagged(1).build();
        return TestPayloads.pushed(call::pushTo);
    }

    private static short[] samples(byte[] wav) throws Exception {
        try (AudioInputStream in = AudioSystem.getAudioInputStream(new ByteArrayInputStream(wav))) {
            short[] samples = new short[(int) in.getFrameLength() * in.getFormat().getChannels()];
            ByteBuffer.wrap(in.readAllBytes())
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .asShortBuffer()
                    .get(samples);
            return samples;
        }
    }

    private static AudioFormat format(byte[] wav) throws Exception {
        return AudioSystem.getAudioFileFormat(new ByteArrayInputStream(wav)).getFormat();
    }

    @Test
    void eachTrackHasItsOwnSamples() throws Exception {
        short[] from = voice(1, 12_000);
        short[] to = voice(2, 12_000);
        int at = 0;
        for (byte[] payload : call(from, to)) {
            short[] heard = samples(wav().eval(payload, TO));
            assertThat(heard).hasSizeGreaterThan(3_000);
            assertThat(heard).isEqualTo(Arrays.copyOfRange(to, at, at + heard.length));
            assertThat(samples(wav().eval(payload, FROM)))
                    .isEqualTo(Arrays.copyOfRange(from, at, at + heard.length));
            assertThat(wav().eval(payload, null)).isEqualTo(wav().eval(payload, FROM));
            at += heard.length;
        }
        assertThat(at).isEqualTo(12_000);
        assertThat(format(wav().eval(call(from, to).get(0), TO)).getSampleRate()).isEqualTo(8000);
    }

    @Test
    void whatIsNotThereIsNull() throws Exception {
        byte[] payload = call(voice(1, 4_000), new short[0]).get(0);

        assertThat(wav().eval(payload, TO)).isNull();
        assertThat(wav().eval(payload, "TRACK")).isNull();
        assertThat(wav().eval(null, FROM)).isNull();
        assertThat(wav().eval(TestPayloads.of(MediaFragment.ofSize(3_000)), null)).isNull();
        assertThat(context.damaged("KVS_WAV")).isZero();
    }

    @Test
    void aacBecomesLinear() throws Exception {
        byte[] payload = TestPayloads.ofCamera(MediaClip.h264WithAac(), 1).get(0);

        byte[] wav = wav().eval(payload);

        assertThat(format(wav).getSampleRate()).isEqualTo(16_000);
        assertThat(format(wav).getChannels()).isEqualTo(1);
        // A fragment of 1 s, in frames of 64 ms.
        assertThat(samples(wav).length).isBetween(14_000, 18_000);
        assertThat(samples(wav)).contains((short) 0).isNotEqualTo(new short[samples(wav).length]);
    }

    @Test
    void pausesAreSilence() throws Exception {
        byte[] payload = TestPayloads.of(twoBlocks(500).build());

        short[] samples = samples(wav().eval(payload, "microphone"));

        assertThat(samples).hasSize(4_000 + 80);
        assertThat(samples[79]).isEqualTo((short) 0x0101);
        assertThat(samples[80]).isZero();
        assertThat(samples[4_000]).isEqualTo((short) 0x0101);
    }

    private static MediaFragment.Builder twoBlocks(int offsetMillis) {
        byte[] block = new byte[160];
        Arrays.fill(block, (byte) 1);
        return MediaFragment.builder()
                .track(MediaTrack.audio(1, "microphone", "A_PCM/INT/LIT", null, 8000, 1))
                .frame(MediaFrame.of(1, 0, true, block))
                .frame(MediaFrame.of(1, offsetMillis, true, block));
    }

    @Test
    void whatCannotBeReadIsDamage() throws Exception {
        assertThat(wav().eval(new byte[] {3})).isNull();
        for (String codecId : List.of("A_REAL/COOK", "A_AAC")) {
            MediaFragment unreadable =
                    MediaFragment.builder()
                            .track(MediaTrack.audio(1, "microphone", codecId, null, 48_000, 2))
                            .frame(MediaFrame.of(1, 0, true, new byte[100]))
                            .build();
            assertThat(wav().eval(TestPayloads.of(unreadable))).isNull();
        }
        // Half a minute of many channels at 1 MHz exceeds memory.
        byte[] loud =
                TestPayloads.of(
                        twoBlocks(30_000)
                                .tagBefore("MimeType", "audio/L16;rate=999999;channels=64")
                                .build());
        assertThat(wav().eval(loud)).isNull();
        assertThat(context.damaged("KVS_WAV")).isEqualTo(4);
    }
}
