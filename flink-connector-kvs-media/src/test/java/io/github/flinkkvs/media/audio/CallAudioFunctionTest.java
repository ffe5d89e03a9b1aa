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
import io.github.flinkkvs.media.MediaException;
import io.github.flinkkvs.media.RecordedAudio;
import io.github.flinkkvs.media.Sound;
import io.github.flinkkvs.media.audio.codec.AudioCoding;
import io.github.flinkkvs.mkv.Fragment;
import io.github.flinkkvs.testing.media.MediaFragment;
import io.github.flinkkvs.testing.media.MediaFrame;
import io.github.flinkkvs.testing.media.MediaTrack;

import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;

import org.junit.jupiter.api.Test;

import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

/** Content of media and the call it belongs to: sound, damage, and bytes that expand too much. */
class CallAudioFunctionTest {

    private static final long START = 1_750_000_000_000L;

    /** WAVEFORMATEX of A-law, 8 kHz, mono, 8 bits. */
    private static final byte[] A_LAW = {6, 0, 1, 0, 64, 31, 0, 0, 64, 31, 0, 0, 1, 0, 8, 0, 0, 0};

    private static final byte[] NO_CONFIG = {-1, -1};

    // ---- which call ---------------------------------------------------------------------------

    /** Half a second of one value, with tags: names and values alternate. */
    private static MediaFragment said(long millis, int value, String... tags) {
        byte[] data = new byte[8_000];
        for (int i = 0; i < data.length; i += 2) {
            data[i] = (byte) value;
        }
        MediaFragment.Builder fragment =
                MediaFragment.builder()
                        .producerTimestampMillis(START + millis)
                        .track(MediaTrack.audio(1, "mic", "A_PCM/INT/LIT", null, 8_000, 1))
                        .frame(MediaFrame.of(1, 0, true, data));
        for (int i = 0; i < tags.length; i += 2) {
            fragment.tagBefore(tags[i], tags[i + 1]);
        }
        return fragment.build();
    }

    /** The first sample of each file, and its number of samples. */
    private static List<String> files(List<CallAudio> calls) throws Exception {
        List<String> files = new ArrayList<>();
        for (CallAudio call : calls) {
            Sound sound = Sound.of(call);
            files.add(
                    call.callId()
                            + " "
                            + call.part()
                            + ": "
                            + sound.channels[0][0]
                            + " x "
                            + sound.samples());
        }
        return files;
    }

    private static void assertNamesAreUniqueAndSorted(List<CallAudio> calls) {
        assertThat(calls).extracting(CallAudio::fileName).doesNotHaveDuplicates().isSorted();
    }

    @Test
    void meetingsOfAmazonChime() throws Exception {
        List<CallAudio> calls =
                CallHarness.run(
                        CallAudioFunction.builder(),
                        said(0, 1, "meetingId", "m", "attendeeId", "a", "sampleRate", "8000"),
                        said(500, 1, "meetingId", "m", "attendeeId", "a", "sampleRate", "8000"),
                        said(1_000, 2, "meetingId", "m", "attendeeId", "b"),
                        // The mix of all attendees has an empty tag.
                        said(1_500, 3, "meetingId", "m", "attendeeId", ""),
                        said(2_000, 4, "meetingId", "n", "attendeeId", "b"));

        assertThat(files(calls))
                .containsExactly(
                        "m_a 0: 1 x 8000", "m_b 0: 2 x 4000", "m_ 0: 3 x 4000", "n_b 0: 4 x 4000");
        assertThat(calls.get(0).tags())
                .containsOnlyKeys("meetingId", "attendeeId", "sampleRate")
                .containsEntry("attendeeId", "a");
        assertThat(calls.get(0).contactId()).isNull();
        assertNamesAreUniqueAndSorted(calls);
    }

    @Test
    void callsOfAVoiceConnector() throws Exception {
        List<CallAudio> calls =
                CallHarness.run(
                        CallAudioFunction.builder(),
                        said(0, 1, "TransactionId", "t1", "CallId", "same"),
                        said(500, 2, "TransactionId", "t2", "CallId", "same"),
                        said(1_000, 3, "CallId", "c1"),
                        said(1_500, 4, "CallId", "c2"));

        assertThat(files(calls))
                .containsExactly(
                        "t1 0: 1 x 4000", "t2 0: 2 x 4000", "c1 0: 3 x 4000", "c2 0: 4 x 4000");
    }

    @Test
    void byTheTagsThatAreNamed() throws Exception {
        MediaFragment[] said = {
            said(0, 1, "ContactId", "x", "lane", "1"),
            said(500, 2, "ContactId", "y", "lane", "1"),
            said(1_000, 3, "ContactId", "y", "lane", "2")
        };
        assertThat(files(CallHarness.run(CallAudioFunction.builder().callTags("lane"), said)))
                .containsExactly("1 0: 1 x 8000", "2 0: 3 x 4000");
        assertThat(
                        files(
                                CallHarness.run(
                                        CallAudioFunction.builder().callTags("lane", "ContactId"),
                                        said)))
                .containsExactly("1_x 0: 1 x 4000", "1_y 0: 2 x 4000", "2_y 0: 3 x 4000");
        assertThatThrownBy(() -> CallAudioFunction.builder().callTags())
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void contactsThatAlternateHaveADifferentPartEachTime() throws Exception {
        List<CallAudio> calls =
                CallHarness.run(
                        CallAudioFunction.builder(),
                        said(0, 1, "ContactId", "a"),
                        said(500, 2, "ContactId", "b"),
                        said(1_000, 3, "ContactId", "a"),
                        said(1_500, 4, "ContactId", "b"),
                        said(2_000, 5, "ContactId", "a"));

        assertThat(files(calls))
                .containsExactly(
                        "a 0: 1 x 4000",
                        "b 0: 2 x 4000",
                        "a 1: 3 x 4000",
                        "b 1: 4 x 4000",
                        "a 2: 5 x 4000");
        assertNamesAreUniqueAndSorted(calls);
    }

    @Test
    void recordingsWithoutTagsOfTwoDaysHaveNamesOfTheirOwn() throws Exception {
        long day = Duration.ofDays(1).toMillis();
        // A separate job reads each, as if the other did not exist.
        List<CallAudio> calls =
                new ArrayList<>(CallHarness.run(CallAudioFunction.builder(), said(0, 1)));
        calls.addAll(CallHarness.run(CallAudioFunction.builder(), said(day, 2)));
        assertNamesAreUniqueAndSorted(calls);
        assertThat(calls.get(0).fileName()).matches("\\d{8}T\\d{6}\\.\\d{3}Z-mic\\.wav");

        // A recording is the same, however the stream is read.
        MediaFragment[] both = {said(0, 1), said(day, 2)};
        assertThat(files(CallHarness.run(CallAudioFunction.builder(), both)))
                .containsExactly("null 0: 1 x 4000", "null 0: 2 x 4000");
    }

    @Test
    void namesAreSafeAndStayApart() {
        Set<String> names = new HashSet<>();
        List<String> ids = new ArrayList<>(List.of("a/b", "a_b", "a:b", "../x", "x".repeat(1_000)));
        ids.add("x".repeat(999) + "y");
        for (String id : ids) {
            CallAudio call = new CallAudio(id, Map.of(), "s", "t/1", 0, 0, 0, 1, 1, new byte[44]);
            assertThat(call.fileName()).matches("19700101T000000\\.000Z-[A-Za-z0-9._-]{1,200}");
            names.add(call.fileName());
        }
        assertThat(names).hasSameSizeAs(ids);
    }

    // ---- what it is -----------------------------------------------------------------------------

    @Test
    void aLawThatIsDeclaredAac() throws Exception {
        byte[] sine = new byte[8_000];
        for (int i = 0; i < sine.length; i++) {
            sine[i] = toALaw(10_000 * Math.sin(2 * Math.PI * 440 * i / 8_000));
        }
        List<CallAudio> calls =
                CallHarness.run(
                        CallAudioFunction.builder(), fragment("A_AAC", A_LAW, List.of(sine)));

        assertThat(calls).hasSize(1);
        Sound sound = Sound.of(calls.get(0));
        assertThat(sound.seconds()).isEqualTo(1);
        assertThat(sound.likenessToSine(440)).isGreaterThan(0.99);
    }

    private static byte toALaw(double sample) {
        int nearest = 0;
        for (int code = 0; code < 256; code++) {
            double distance = Math.abs(OF_A_LAW[code] - sample);
            nearest = distance < Math.abs(OF_A_LAW[nearest] - sample) ? code : nearest;
        }
        return (byte) nearest;
    }

    /** The sample of each code. */
    private static final short[] OF_A_LAW = SameSoundITCase.ofAllCodes(AudioCoding.Kind.A_LAW);

    /** Browsers and encoders do this when another microphone is plugged in. */
    @Test
    void adtsThatTurnsFromMonoToStereo() throws Exception {
        for (byte[] config : Arrays.asList(null, new byte[] {0x14, 0x08})) {
            List<byte[]> frames = new ArrayList<>(RecordedAudio.adts("mono.aac"));
            frames.addAll(RecordedAudio.adts("stereo.aac"));
            double seconds = frames.size() * 1024 / 8_000.0;

            List<CallAudio> calls =
                    CallHarness.run(CallAudioFunction.builder(), fragment("A_AAC", config, frames));

            assertThat(calls).hasSize(1);
            Sound sound = Sound.of(calls.get(0));
            assertThat(sound.channels).hasNumberOfRows(1);
            assertThat(sound.seconds()).isCloseTo(seconds, within(0.01));
            assertThat(sound.hertz(0.2, 0.9)).isCloseTo(440, within(5.0));
            assertThat(sound.hertz(1.4, 2.0)).isCloseTo(440, within(5.0));
        }
    }

    /** A part ends where state would grow; a new decoder begins there, as in each part. */
    @Test
    void opusOfSeveralFragments() throws Exception {
        MediaFragment.Builder opus = RecordedAudio.mkv("opus.mkv");
        List<CallAudio> calls =
                CallHarness.run(
                        CallAudioFunction.builder(),
                        opus.producerTimestampMillis(START).build(),
                        opus.producerTimestampMillis(START + 1_000).build());

        assertThat(calls).hasSize(1);
        Sound sound = Sound.of(calls.get(0));
        assertThat(sound.samplesPerSecond).isEqualTo(48_000);
        assertThat(sound.seconds()).isBetween(2.0, 2.1);
    }

    // ---- damage ---------------------------------------------------------------------------------

    /** Its frames, at intervals of 64 ms. */
    private static MediaFragment fragment(String codecId, byte[] config, List<byte[]> frames) {
        MediaFragment.Builder fragment =
                MediaFragment.builder()
                        .producerTimestampMillis(START)
                        .track(MediaTrack.audio(1, "mic", codecId, config, 8_000, 1));
        for (int i = 0; i < frames.size(); i++) {
            fragment.frame(MediaFrame.of(1, 128 * i, true, frames.get(i)));
        }
        return fragment.build();
    }

    private static final byte[] FRAME = {1, 2, 3, 4, 5, 6, 7, 8};

    /** Contains a SimpleBlock of the track: two Xiph-laced frames, the first beyond its end. */
    private static byte[] damagedCluster() {
        byte[] laced = HostileMedia.element(0xA3, new byte[] {(byte) 0x81, 0, 0, 2, 1, 100, 100});
        return HostileMedia.element(
                0x1F43B675, HostileMedia.join(HostileMedia.element(0xE7, new byte[] {1}), laced));
    }

    @Test
    void framesBesideADamagedBlockAreHeard() throws Exception {
        MediaFragment fragment = said(0, 7).toBuilder().elementAfter(damagedCluster()).build();
        try (CallHarness harness = new CallHarness(CallAudioFunction.builder(), null)) {
            harness.process(Fragments.inTurn(fragment));
            harness.endOfInput();
            assertThat(files(harness.emitted())).containsExactly("null 0: 7 x 4000");
            assertThat(harness.damagedFrames()).isEqualTo(2);
        }
    }

    private static MediaFragment[] damaged() {
        return new MediaFragment[] {
            fragment("A_AAC", NO_CONFIG, List.of(FRAME, FRAME)),
            fragment("A_AAC", null, List.of(FRAME, FRAME)),
            fragment("A_REAL/COOK", null, List.of(FRAME, FRAME)),
            fragment("A_MS/ACM", FRAME, List.of(FRAME, FRAME)),
            fragment("A_VORBIS", null, List.of(FRAME, FRAME)),
            fragment("A_PCM/INT/LIT", null, List.of()).toBuilder()
                    .elementAfter(damagedCluster())
                    .build(),
        };
    }

    @Test
    void whatIsDamagedIsLeftOutAndCounted() throws Exception {
        for (MediaFragment damaged : damaged()) {
            try (CallHarness harness = new CallHarness(CallAudioFunction.builder(), null)) {
                harness.process(Fragments.inTurn(damaged, said(3_000, 7)));
                harness.endOfInput();

                List<String> files = files(harness.emitted());
                assertThat(files).containsExactly("null 0: 7 x 4000");
                assertThat(harness.damagedFrames()).isEqualTo(2);
            }
        }
    }

    /** Damage fails no job, so no restored one either. */
    @Test
    void damageThatIsRestored() throws Exception {
        List<Fragment> read = Fragments.inTurn(damaged()[0], said(3_000, 7));
        OperatorSubtaskState state;
        try (CallHarness harness = new CallHarness(CallAudioFunction.builder(), null)) {
            harness.process(read.subList(0, 1));
            state = harness.snapshot();
        }
        try (CallHarness harness = new CallHarness(CallAudioFunction.builder(), state)) {
            harness.process(read.subList(1, 2));
            harness.endOfInput();
            assertThat(files(harness.emitted())).containsExactly("null 0: 7 x 4000");
        }
    }

    @Test
    void failsOnDamageIfThatIsWantedAndSaysWhere() throws Exception {
        for (MediaFragment damaged : damaged()) {
            List<Fragment> read = Fragments.inTurn(damaged);
            try (CallHarness harness =
                    new CallHarness(CallAudioFunction.builder().failOnDamage(), null)) {
                assertThatThrownBy(
                                () -> {
                                    harness.process(read);
                                    harness.endOfInput();
                                })
                        .isInstanceOf(MediaException.class)
                        .hasMessageContainingAll(
                                "track 'mic'",
                                "of fragment " + read.get(0).number(),
                                "of stream camera");
            }
        }
    }

    // ---- more than there may be ---------------------------------------------------------------

    private static MediaFragment withFrames(int channels, int... millis) {
        MediaFragment.Builder fragment =
                MediaFragment.builder()
                        .producerTimestampMillis(START)
                        // A unit of time is a second.
                        .header(
                                HostileMedia.EBML,
                                HostileMedia.infoOfSeconds(),
                                HostileMedia.pcmTrack(channels));
        for (int each : millis) {
            fragment.frame(MediaFrame.of(1, each, true, new byte[channels * 2 * 10]));
        }
        return fragment.build();
    }

    /** 914 bytes that once took a gigabyte. */
    @Test
    void aGapInAFragmentBeginsAnotherPart() throws Exception {
        List<CallAudio> calls =
                CallHarness.run(CallAudioFunction.builder(), withFrames(1, 0, 32_767));

        assertThat(calls).hasSize(2);
        assertThat(calls).allMatch(call -> call.sizeBytes() == 44 + 20);
        assertThat(calls.get(1).firstTimestampMillis() - calls.get(0).firstTimestampMillis())
                .isEqualTo(32_767_000L);
        assertNamesAreUniqueAndSorted(calls);
        // The earlier one comes first, whatever their order in the fragment.
        assertThat(
                        CallHarness.run(
                                CallAudioFunction.builder(), withFrames(1, 32_767, 5, 32_767, 5)))
                .extracting(CallAudio::sizeBytes)
                .containsExactly(44 + 40, 44 + 40);
    }

    /** Silence of 255 channels and 9 min, which is no jump for this quiet time. */
    @Test
    void silenceThatIsMoreThanThereMayBeIsDamage() throws Exception {
        CallAudioFunction.Builder function =
                CallAudioFunction.builder().quietTime(Duration.ofHours(10)).maxPartBytes(1 << 20);
        try (CallHarness harness = new CallHarness(function, null)) {
            harness.process(Fragments.inTurn(withFrames(255, 0, 540, 1)));
            harness.endOfInput();
            assertThat(harness.emitted()).hasSize(1);
            assertThat(harness.emitted().get(0).sizeBytes()).isEqualTo(44 + (8_000 + 10) * 255 * 2);
            assertThat(harness.damagedFrames()).isEqualTo(1);
        }
    }

    /** One block with as many ADTS frames as fit, instead of one. */
    @Test
    void aPartEndsWhereItsSoundIsTooMuchAlthoughItWasFewBytes() throws Exception {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        for (int i = 0; i < 10; i++) {
            for (byte[] frame : RecordedAudio.adts("mono.aac")) {
                packed.write(frame);
            }
        }
        MediaFragment.Builder fragment =
                MediaFragment.builder()
                        .track(MediaTrack.audio(1, "mic", "A_AAC", null, 8_000, 1))
                        .frame(MediaFrame.of(1, 0, true, packed.toByteArray()));
        List<CallAudio> calls =
                CallHarness.run(
                        CallAudioFunction.builder().maxPartBytes(100_000),
                        fragment.producerTimestampMillis(START).build(),
                        fragment.producerTimestampMillis(START + 128).build(),
                        fragment.producerTimestampMillis(START + 256).build());

        assertThat(calls).hasSize(3);
        assertThat(calls).extracting(CallAudio::part).containsExactly(0, 1, 2);
        for (CallAudio call : calls) {
            assertThat(Sound.of(call).seconds()).isBetween(10.0, 13.0);
        }
        assertNamesAreUniqueAndSorted(calls);
    }

    @Test
    void longTextsFailNothing() throws Exception {
        String text = "x".repeat(100_000);
        List<CallAudio> calls =
                CallHarness.run(
                        CallAudioFunction.builder(),
                        said(0, 1, "ContactId", "a", "note", text),
                        said(500, 2, "ContactId", text, "MimeType", "audio/L16;" + text));

        // No call has such an id: the fragment belongs to the previous call.
        assertThat(files(calls)).containsExactly("a 0: 1 x 8000");
    }
}
