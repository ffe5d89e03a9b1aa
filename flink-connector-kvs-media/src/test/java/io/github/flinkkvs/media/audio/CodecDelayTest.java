/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.media.audio;

import io.github.flinkkvs.media.CallAudio;
import io.github.flinkkvs.media.Fragments;
import io.github.flinkkvs.media.RecordedAudio;
import io.github.flinkkvs.media.Sound;
import io.github.flinkkvs.media.audio.codec.AudioCoding;
import io.github.flinkkvs.mkv.Fragment;
import io.github.flinkkvs.testing.media.MediaFragment;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

/** The encoder's delay before the first sample is skipped once, where a recording begins. */
class CodecDelayTest {

    private static final long START = 1_750_000_000_000L;

    /** The delay of the recording, in samples at 48 kHz. */
    private static final int DELAY = 312;

    private static final int FRAME = 960;

    private static Fragment opus() throws Exception {
        return Fragments.of(RecordedAudio.mkv("opus.mkv").build()).get(0);
    }

    @Test
    void aFragmentMayBeOfMidStreamSoNothingOfItIsSkipped() throws Exception {
        Fragment fragment = opus();
        Sound sound = new Sound(FragmentAudio.wav(fragment, null));
        assertThat(sound.samples()).isEqualTo(FRAME * fragment.frames().size());
    }

    @Test
    void aRecordingBeginsWithItsFirstSample() throws Exception {
        MediaFragment fragment = RecordedAudio.mkv("opus.mkv").build();
        List<CallAudio> calls = CallHarness.run(CallAudioFunction.builder(), fragment);
        assertThat(calls).hasSize(1);
        Sound sound = Sound.of(calls.get(0));
        assertThat(sound.samples()).isEqualTo(FRAME * opus().frames().size() - DELAY);
        assertThat(sound.likenessToSine(440)).isGreaterThan(0.98);
    }

    /** Otherwise each part of a long call would lose samples, and all later ones be too early. */
    @Test
    void laterPartsAreWhole() throws Exception {
        MediaFragment.Builder opus = RecordedAudio.mkv("opus.mkv");
        int fragments = 4;
        MediaFragment[] media = new MediaFragment[fragments];
        long millis = opus().frames().size() * 20L;
        for (int i = 0; i < fragments; i++) {
            media[i] = opus.producerTimestampMillis(START + i * millis).build();
        }
        List<CallAudio> calls =
                CallHarness.run(CallAudioFunction.builder().maxPartBytes(150_000), media);

        assertThat(calls).hasSizeGreaterThan(1);
        List<Integer> samples = new ArrayList<>();
        List<Long> expectedTimes = new ArrayList<>();
        int all = 0;
        for (CallAudio call : calls) {
            // The time of its frame, which excludes the delay; the first part skips it.
            expectedTimes.add(START + Math.max(0, (all * 1_000L - 1) / 48_000 - 1));
            samples.add(Sound.of(call).samples());
            all += Sound.of(call).samples();
        }
        assertThat(all).isEqualTo(fragments * FRAME * opus().frames().size() - DELAY);
        for (int i = 0; i < calls.size(); i++) {
            assertThat(calls.get(i).firstTimestampMillis() - expectedTimes.get(i))
                    .isBetween(0L, 2L);
        }
    }

    @Test
    void delaysThatAreMadeUpHaveABound() {
        AudioCoding aac = AudioCoding.ofFFmpeg("aac", 48_000, 2, null, Long.MAX_VALUE);
        assertThat(aac.codecDelaySamples(48_000)).isEqualTo(8_192);
        assertThat(aac.codecDelayMillis()).isEqualTo(170);
        AudioCoding opus = AudioCoding.ofFFmpeg("opus", 48_000, 2, null, Long.MAX_VALUE);
        assertThat(opus.codecDelaySamples(48_000)).isEqualTo(65_535);
        assertThat(
                        AudioCoding.ofFFmpeg("opus", 48_000, 2, null, 6_500_000)
                                .codecDelaySamples(48_000))
                .isEqualTo(DELAY);
    }
}
