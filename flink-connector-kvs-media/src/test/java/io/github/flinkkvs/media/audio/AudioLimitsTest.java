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
import io.github.flinkkvs.media.HostileMedia;
import io.github.flinkkvs.media.RecordedAudio;
import io.github.flinkkvs.media.Sound;
import io.github.flinkkvs.media.audio.codec.AudioCoding;
import io.github.flinkkvs.media.audio.codec.AudioDecoder;
import io.github.flinkkvs.testing.media.MediaFragment;
import io.github.flinkkvs.testing.media.MediaFrame;
import io.github.flinkkvs.testing.media.MediaTrack;

import org.apache.flink.api.common.functions.util.ListCollector;

import org.junit.jupiter.api.Test;

import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Everything that a producer can make large is bounded: tracks, texts, time jumps, rates. */
class AudioLimitsTest {

    private static final long START = 1_750_000_000_000L;

    private static final int MAX_TRACKS = 64;

    private static MediaFragment.Builder aacFragment(int firstTrack, int tracks, long millis)
            throws Exception {
        byte[] frame = RecordedAudio.adts("mono.aac").get(3);
        MediaFragment.Builder fragment =
                MediaFragment.builder().producerTimestampMillis(START + millis);
        for (int i = 1; i <= tracks; i++) {
            fragment.track(MediaTrack.audio(i, "name " + (firstTrack + i), "A_AAC", null, 8_000, 1))
                    .frame(MediaFrame.of(i, 0, true, frame));
        }
        return fragment;
    }

    private static Map<Integer, Long> filesOfParts(List<CallAudio> calls) {
        return calls.stream()
                .collect(Collectors.groupingBy(CallAudio::part, Collectors.counting()));
    }

    // ---- tracks ---------------------------------------------------------------------------------

    @Test
    void tracksThatAreNamedAnewInEachFragmentBeginParts() throws Exception {
        MediaFragment[] media = new MediaFragment[150];
        for (int i = 0; i < media.length; i++) {
            media[i] = aacFragment(i, 1, 128L * i).build();
        }
        List<CallAudio> calls = CallHarness.run(CallAudioFunction.builder(), media);

        assertThat(calls).hasSize(media.length);
        assertThat(filesOfParts(calls)).isEqualTo(Map.of(0, 64L, 1, 64L, 2, 22L));
    }

    /** Earlier versions kept any number of tracks in a part. */
    @Test
    void aRestoredPartOfManyTracks() throws Exception {
        byte[] frame = RecordedAudio.adts("mono.aac").get(3);
        CallState call = new CallState("line", null);
        List<CallAudio> files = new ArrayList<>();
        AudioDamage damage = new AudioDamage();
        try (CallWavs wavs = new CallWavs(false, 1 << 20, damage)) {
            for (int i = 0; i < 500; i++) {
                // 100 fragments with 2 tracks, and one with 300.
                String fragment = i < 200 ? String.valueOf(i / 2) : "100";
                AudioChunk chunk =
                        new AudioChunk(
                                "name " + i,
                                fragment,
                                AudioCoding.aac(8_000, 1, null),
                                new long[] {100 * i},
                                new int[] {frame.length},
                                frame);
                if (wavs.isFullBefore(chunk)) {
                    wavs.emit(call, new ListCollector<>(files));
                    call.part++;
                }
                wavs.add(chunk, call, 0);
            }
            wavs.finish(call);
            wavs.emit(call, new ListCollector<>(files));
        }
        assertThat(filesOfParts(files).values()).allMatch(count -> count <= 2 * MAX_TRACKS);
        assertThat(files.size() + damage.frames()).isEqualTo(500);
        assertThat(files).hasSizeGreaterThan(200 + MAX_TRACKS);
        assertThat(damage.last()).contains("at most 128 tracks");
    }

    private static MediaFragment.Builder named(Object... numbersAndNames) {
        MediaFragment.Builder fragment = MediaFragment.builder();
        for (int i = 0; i < numbersAndNames.length; i += 2) {
            int number = (Integer) numbersAndNames[i];
            String name = (String) numbersAndNames[i + 1];
            fragment.track(MediaTrack.audio(number, name, "A_PCM/INT/LIT", null, 8_000, 1));
        }
        return fragment;
    }

    private static MediaFrame pcm(int track, int value) {
        byte[] data = new byte[1_600];
        for (int i = 0; i < data.length; i += 2) {
            data[i] = (byte) value;
        }
        return MediaFrame.of(track, 0, true, data);
    }

    private static List<String> heard(List<CallAudio> calls) throws Exception {
        List<String> heard = new ArrayList<>();
        for (CallAudio call : calls) {
            Sound sound = Sound.of(call);
            heard.add(call.track() + ": " + sound.channels[0][0] + " x " + sound.samples());
        }
        return heard;
    }

    @Test
    void noTrackTakesTheNameOfAnother() throws Exception {
        MediaFragment.Builder fragment =
                named(1, "A", 3, "A-2", 2, "A", 4, "A-2-2", 5, "", 6, "track-5")
                        .frame(pcm(1, 1))
                        .frame(pcm(2, 2))
                        .frame(pcm(3, 3))
                        .frame(pcm(4, 4))
                        .frame(pcm(5, 5))
                        .frame(pcm(6, 6));
        List<CallAudio> calls =
                CallHarness.run(
                        CallAudioFunction.builder(),
                        fragment.producerTimestampMillis(START).build());
        assertThat(heard(calls))
                .containsExactly(
                        "A: 1 x 800",
                        "A-2: 3 x 800",
                        "A-2-2: 2 x 800",
                        "A-2-2-4: 4 x 800",
                        "track-5: 5 x 800",
                        "track-5-6: 6 x 800");
    }

    /** Otherwise one track would continue in the file of the other. */
    @Test
    void namesAreTheSameInAFragmentWhereTheOtherTrackHasNoFrames() throws Exception {
        List<CallAudio> calls =
                CallHarness.run(
                        CallAudioFunction.builder(),
                        named(1, "A", 2, "A")
                                .frame(pcm(1, 1))
                                .frame(pcm(2, 2))
                                .producerTimestampMillis(START)
                                .build(),
                        named(1, "A", 2, "A")
                                .frame(pcm(2, 3))
                                .producerTimestampMillis(START + 100)
                                .build());
        assertThat(heard(calls)).containsExactly("A: 1 x 800", "A-2: 2 x 1600");
    }

    @Test
    void aTrackIsTakenByTheNameThatItHasHere() throws Exception {
        MediaFragment fragment = named(1, "A", 2, "A").frame(pcm(1, 1)).frame(pcm(2, 2)).build();

        assertThat(heard(CallHarness.run(CallAudioFunction.builder().tracks("A-2"), fragment)))
                .containsExactly("A-2: 2 x 800");
        assertThat(heard(CallHarness.run(CallAudioFunction.builder().tracks("A"), fragment)))
                .containsExactly("A: 1 x 800", "A-2: 2 x 800");
        byte[] wav = FragmentAudio.wav(Fragments.of(fragment).get(0), "A-2");
        assertThat(new Sound(wav).channels[0][0]).isEqualTo((short) 2);
    }

    @Test
    void aTrackThatIsCalledStereoIsNotTakenForBothSides() throws Exception {
        MediaFragment fragment =
                named(1, "AUDIO_FROM_CUSTOMER", 2, "stereo", 3, "stereo-2")
                        .frame(pcm(1, 1))
                        .frame(pcm(2, 2))
                        .frame(pcm(3, 3))
                        .build();

        List<CallAudio> calls = CallHarness.run(CallAudioFunction.builder().stereo(true), fragment);
        assertThat(heard(calls))
                .containsExactly("stereo: 1 x 800", "stereo-2: 3 x 800", "stereo-3: 2 x 800");
        assertThat(calls).extracting(CallAudio::fileName).doesNotHaveDuplicates();
        assertThat(heard(CallHarness.run(CallAudioFunction.builder(), fragment)))
                .contains("stereo: 2 x 800");
    }

    // ---- jumps of time --------------------------------------------------------------------------

    @Test
    void aFragmentThatJumpsInTimeOverAndOver() throws Exception {
        MediaFragment.Builder fragment =
                MediaFragment.builder()
                        .producerTimestampMillis(START)
                        .header(
                                HostileMedia.EBML,
                                HostileMedia.infoOfSeconds(),
                                HostileMedia.pcmTrack(1));
        for (int i = 0; i < 300; i++) {
            fragment.frame(MediaFrame.of(1, 100 * i, true, new byte[160]));
        }
        try (CallHarness harness = new CallHarness(CallAudioFunction.builder(), null)) {
            harness.process(Fragments.inTurn(fragment.build()));
            harness.endOfInput();
            assertThat(harness.emitted()).hasSize(64);
            assertThat(harness.damagedFrames()).isEqualTo(300 - 64);
        }
    }

    /** Otherwise the next fragment, which continues it, would begin another part. */
    @Test
    void aPartEndsWhereItsLatestFrameDoes() throws Exception {
        MediaFragment.Builder fragment = named(1, "A");
        for (int millis : new int[] {0, 900, 100}) {
            fragment.frame(MediaFrame.of(1, millis, true, new byte[1_600]));
        }
        List<CallAudio> calls =
                CallHarness.run(
                        CallAudioFunction.builder().quietTime(Duration.ofMillis(850)),
                        fragment.producerTimestampMillis(START).build(),
                        fragment.producerTimestampMillis(START + 1_100).build());
        assertThat(calls).hasSize(1);
    }

    @Test
    void quietTimeHasABound() {
        for (Duration time :
                List.of(Duration.ZERO, Duration.ofDays(366), Duration.ofSeconds(Long.MAX_VALUE))) {
            assertThatThrownBy(() -> CallAudioFunction.builder().quietTime(time))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("365 days");
        }
    }

    // ---- texts ----------------------------------------------------------------------------------

    private static final String FORGED = "x\r\n2026-11-29 ERROR forged'";

    /** A line separator, and a right-to-left override. */
    private static final String FORMAT = "\u2028\u202E";

    /** The message of a job that fails on damage. */
    private static String said(MediaFragment media) throws Exception {
        try (CallHarness harness =
                new CallHarness(CallAudioFunction.builder().failOnDamage(), null)) {
            List<String> said = new ArrayList<>();
            assertThatThrownBy(
                            () -> {
                                harness.process(Fragments.inTurn(media));
                                harness.endOfInput();
                            })
                    .satisfies(thrown -> said.add(thrown.getMessage()));
            return said.get(0);
        }
    }

    @Test
    void producersForgeNoLinesOfTheLog() throws Exception {
        for (MediaFragment media :
                List.of(
                        unknown("x", "A_" + FORGED).build(),
                        unknown(FORGED + FORMAT, "A_NONE").build(),
                        unknown("x", "A_NONE").tagBefore("MimeType", FORGED + FORMAT).build())) {
            assertThat(said(media))
                    .contains("\\u000D\\u000A2026-11-29 ERROR forged\\'")
                    .matches("\\P{Cntrl}*")
                    .doesNotContain("\u2028", "\u202E");
        }
    }

    @Test
    void whatIsSaidIsShort() throws Exception {
        String text = "y".repeat(200);
        String said =
                said(unknown(text, "A_" + "z".repeat(50_000)).tagBefore("MimeType", text).build());
        assertThat(said).contains("'A_zz", "'yyy", "...'").hasSizeLessThan(600);
    }

    private static MediaFragment.Builder unknown(String name, String codecId) {
        return MediaFragment.builder()
                .track(MediaTrack.audio(1, name, codecId, null, 8_000, 1))
                .frame(MediaFrame.of(1, 0, true, new byte[4]));
    }

    @Test
    void aMimeTypeThatIsTooLongIsNone() throws Exception {
        String padding = ";" + "x".repeat(400);
        MediaFragment.Builder fragment = named(1, "A").frame(pcm(1, 1));
        List<CallAudio> calls =
                CallHarness.run(
                        CallAudioFunction.builder(),
                        fragment.tagBefore("MimeType", "audio/L16;rate=16000" + padding)
                                .producerTimestampMillis(START)
                                .build());
        assertThat(calls).extracting(CallAudio::samplesPerSecond).containsExactly(8_000);
        byte[] wav = FragmentAudio.wav(Fragments.of(fragment.build()).get(0), null);
        assertThat(new Sound(wav).samplesPerSecond).isEqualTo(8_000);
    }

    @Test
    void aNameThatIsTooLongIsNone() throws Exception {
        MediaFragment fragment = named(7, "n".repeat(257)).frame(pcm(7, 1)).build();
        assertThat(CallHarness.run(CallAudioFunction.builder(), fragment))
                .extracting(CallAudio::track)
                .containsExactly("track-7");
    }

    @Test
    void aCodecPrivateThatIsTooLargeIsDamage() throws Exception {
        MediaFragment fragment =
                MediaFragment.builder()
                        .track(MediaTrack.audio(1, "x", "A_AAC", new byte[2 << 20], 8_000, 1))
                        .frame(MediaFrame.of(1, 0, true, new byte[4]))
                        .build();
        assertThat(said(fragment)).contains("CodecPrivate", "2097152", "1048576");
    }

    // ---- sound ----------------------------------------------------------------------------------

    /** Samples that a decoder (here the resampler) holds back may exceed the room for them. */
    @Test
    void heldBackSamplesThatDoNotFitAreCounted() throws Exception {
        byte[] low = RecordedAudio.adts("mono.aac").get(3);
        byte[] slower = low.clone();
        // The same frame at another rate: 7,350 Hz, which has the same bands, in place of 8,000.
        slower[2] = (byte) (slower[2] & ~0x3C | 12 << 2);
        AudioCoding coding = AudioCoding.aac(8_000, 1, null);
        int[] sizes = {low.length, slower.length};
        byte[] data = HostileMedia.join(low, slower);
        AudioDamage damage = new AudioDamage();
        int alone;
        int all;
        try (TrackSound sound = new TrackSound(coding, false)) {
            sound.begin(0, new TrackAudio.Room(1 << 20));
            sound.add(new AudioChunk("t", "1", coding, new long[2], sizes, data), "s", damage);
            alone = sound.audio().length();
            sound.finish("s", damage);
            all = sound.audio().length();
        }
        assertThat(all).isGreaterThan(alone);
        assertThat(damage.frames()).isZero();
        try (TrackSound sound = new TrackSound(coding, false)) {
            sound.begin(0, new TrackAudio.Room(2L * all - 2));
            sound.add(new AudioChunk("t", "1", coding, new long[2], sizes, data), "s", damage);
            sound.finish("s", damage);
            assertThat(sound.audio().length()).isEqualTo(alone);
            assertThat(sound.isFull()).isTrue();
        }
        assertThat(damage.frames()).isEqualTo(1);
        assertThat(damage.last()).contains("'t' of fragment 1 of stream s", "more samples");
    }

    /**
     * FLAC has a rate in each frame, from 1 Hz to 655,350 Hz: a resampler for it takes gigabytes.
     */
    @Test
    void aRateThatFallsTooFarIsDamage() throws Exception {
        AudioCoding coding = AudioCoding.ofFFmpeg("flac", 8_000, 1, null, 0);
        byte[] fast = flacFrame(65_535);
        byte[] slow = flacFrame(1);
        try (AudioDecoder decoder = AudioDecoder.of(coding)) {
            assertThat(decoder.decode(slow, 0, slow.length, samples -> true)).isTrue();
            assertThat(decoder.samplesPerSecond()).isEqualTo(1);
            assertThat(decoder.decode(fast, 0, fast.length, samples -> true)).isFalse();
            assertThat(decoder.decode(slow, 0, slow.length, samples -> true)).isTrue();
        }
    }

    /** 256 samples of silence, at any rate up to 65,535 Hz. */
    private static byte[] flacFrame(int rate) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        // Sync, fixed block size; size in 8 bits below, rate in Hz in 16; mono, 16 bits.
        for (int each : new int[] {0xFF, 0xF8, 0x6D, 0x08, 0, 255, rate >> 8, rate & 0xFF}) {
            out.write(each);
        }
        out.write(crc(out.toByteArray(), 8, 0x07));
        // A constant subframe, of 0.
        for (int i = 0; i < 3; i++) {
            out.write(0);
        }
        int crc = crc(out.toByteArray(), 16, 0x8005);
        out.write(crc >> 8);
        out.write(crc);
        return out.toByteArray();
    }

    private static int crc(byte[] bytes, int bits, int polynomial) {
        int crc = 0;
        for (byte each : bytes) {
            crc ^= (each & 0xFF) << bits - 8;
            for (int i = 0; i < 8; i++) {
                crc = crc << 1 ^ ((crc >> bits - 1 & 1) == 0 ? 0 : polynomial);
            }
            crc &= (1 << bits) - 1;
        }
        return crc;
    }
}
