/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.it;

import io.github.flinkkvs.media.CallAudio;
import io.github.flinkkvs.media.audio.CallAudioFunction;
import io.github.flinkkvs.mkv.Fragment;
import io.github.flinkkvs.mkv.assembler.FragmentReader;
import io.github.flinkkvs.source.StoppingPosition;
import io.github.flinkkvs.source.serialization.FragmentTypeInfo;
import io.github.flinkkvs.testing.Camera;
import io.github.flinkkvs.testing.EmbeddedStream;
import io.github.flinkkvs.testing.PhoneCall;
import io.github.flinkkvs.testing.log.StoredFragment;
import io.github.flinkkvs.testing.media.MediaClip;
import io.github.flinkkvs.testing.media.MediaFragment;
import io.github.flinkkvs.testing.media.MediaFrame;
import io.github.flinkkvs.testing.media.MediaTrack;

import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.functions.MapFunction;
import org.apache.flink.api.common.state.CheckpointListener;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.operators.KeyedProcessOperator;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;
import org.apache.flink.util.CloseableIterator;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import javax.sound.sampled.AudioInputStream;
import javax.sound.sampled.AudioSystem;

import java.io.ByteArrayInputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import static org.assertj.core.api.Assertions.assertThat;

/** Calls that go in come out as WAV files, sample by sample. */
class CallAudioITCase extends KvsTestBase {

    static final String FROM = "AUDIO_FROM_CUSTOMER";
    static final String TO = "AUDIO_TO_CUSTOMER";

    private static final int RATE = PhoneCall.SAMPLES_PER_SECOND;

    private static final long START = 1_750_000_000_000L;

    private static final Duration QUIET = Duration.ofSeconds(20);

    /** The stream whose fragments go to the function without a source. */
    private EmbeddedStream direct;

    // ---- from the service, in a cluster -------------------------------------------------------

    @ParameterizedTest
    @CsvSource({"1, 2", "2, 1", "9, 4"})
    void bothSidesOfCallsThatReuseAStream(int fromNumber, int toNumber) throws Exception {
        EmbeddedStream line = kvs.createStream("line");
        short[] from = voice(1, 30_000);
        short[] to = voice(2, 28_123);
        // Some fragments, such as the last one, do not name their call.
        PhoneCall.builder("first")
                .startMillis(START)
                .fromCustomer(from)
                .toCustomer(to)
                .trackNumbers(fromNumber, toNumber)
                .untagged(1, 3)
                .build()
                .pushTo(line);
        short[] later = voice(3, 9_000);
        PhoneCall.builder("second")
                .startMillis(START + 5_000)
                .toCustomer(later)
                .trackNumbers(toNumber, fromNumber)
                .build()
                .pushTo(line);

        List<CallAudio> calls = read(CallAudioFunction.builder(), line);

        assertThat(calls).hasSize(3);
        assertCall(calls.get(0), "first", FROM, 0, START, from);
        assertCall(calls.get(1), "first", TO, 0, START, to);
        assertCall(calls.get(2), "second", TO, 0, START + 5_000, later);
        assertThat(calls.get(0).contactId()).isEqualTo("first");
        assertThat(calls.get(0).tags())
                .containsEntry("ContactId", "first")
                .containsEntry("MimeType", "audio/L16;rate=8000;channels=1;");
        assertThat(calls.get(0).fileName())
                .matches("20\\d{6}T\\d{6}\\.\\d{3}Z-first-AUDIO_FROM_CUSTOMER\\.wav");
        assertThat(calls.get(0).duration()).isEqualTo(Duration.ofMillis(3750));
        assertThat(calls.get(0).lastTimestampMillis()).isEqualTo(START + 3750);
    }

    @Test
    void stereoAlignsTheSidesByTime() throws Exception {
        EmbeddedStream line = kvs.createStream("line");
        short[] from = voice(1, 8_000);
        short[] to = voice(2, 4_000);
        short[] again = voice(3, 2_000);
        call("one").fromCustomer(from).build().pushTo(line);
        // The other side answers after 2.5 s, and continues after a pause.
        call("one").startMillis(START + 2_500).toCustomer(to).build().pushTo(line);
        call("one").startMillis(START + 4_000).toCustomer(again).build().pushTo(line);

        List<CallAudio> calls = read(CallAudioFunction.builder().stereo(true), line);

        assertThat(calls).hasSize(1);
        short[] left = Arrays.copyOf(from, 4 * RATE + again.length);
        short[] right = new short[left.length];
        System.arraycopy(to, 0, right, 5 * RATE / 2, to.length);
        System.arraycopy(again, 0, right, 4 * RATE, again.length);
        assertCall(calls.get(0), "one", CallAudio.STEREO, 0, START, left, right);
    }

    @Test
    void callsOfManyStreamsAtTheSameTime() throws Exception {
        List<EmbeddedStream> lines = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            EmbeddedStream line = kvs.createStream("line-" + i);
            call("call-" + i).fromCustomer(voice(i, 20_000)).build().pushTo(line);
            lines.add(line);
        }

        List<CallAudio> calls =
                read(CallAudioFunction.builder(), lines.toArray(new EmbeddedStream[0]));

        assertThat(calls).hasSize(5);
        for (CallAudio call : calls) {
            int i = Integer.parseInt(call.streamName().substring("line-".length()));
            assertCall(call, "call-" + i, FROM, 0, START, voice(i, 20_000));
        }
    }

    @Test
    void aFailureInMidCall() throws Exception {
        EmbeddedStream line = kvs.createStream("line");
        short[] from = voice(1, 50_000);
        short[] to = voice(2, 50_000);
        PhoneCall call = call("call").fromCustomer(from).toCustomer(to).build();
        int half = call.fragments().size() / 2;
        call.fragments().subList(0, half).forEach(line::push);
        StreamExecutionEnvironment env = environment(new Configuration(), 3);
        CloseableIterator<CallAudio> calls =
                env.fromSource(source(line).build(), WatermarkStrategy.noWatermarks(), "kvs")
                        .map(new FailAfterCheckpoint(half))
                        .returns(FragmentTypeInfo.INSTANCE)
                        .keyBy(Fragment::streamName, Types.STRING)
                        .process(CallAudioFunction.builder().build())
                        .collectAsync();
        JobClient job = env.executeAsync();
        try (calls) {
            assertThat(FailAfterCheckpoint.armed.await(TIME.toSeconds(), TimeUnit.SECONDS))
                    .isTrue();
            call.fragments().subList(half, call.fragments().size()).forEach(line::push);
            call("next").fromCustomer(voice(3, 1_000)).build().pushTo(line);

            assertCall(calls.next(), "call", FROM, 0, START, from);
            assertCall(calls.next(), "call", TO, 0, START, to);
            assertThat(FailAfterCheckpoint.failed).isTrue();
        } finally {
            job.cancel().get(TIME.toSeconds(), TimeUnit.SECONDS);
        }
    }

    /** Throws once, at the first fragment after a checkpoint with this many fragments. */
    private static final class FailAfterCheckpoint
            implements MapFunction<Fragment, Fragment>, CheckpointListener {

        private static final long serialVersionUID = 1L;

        static volatile CountDownLatch armed;
        static volatile boolean failed;

        private final int fragments;
        private int seen;
        private int checkpoints;

        FailAfterCheckpoint(int fragments) {
            this.fragments = fragments;
            armed = new CountDownLatch(1);
            failed = false;
        }

        @Override
        public Fragment map(Fragment fragment) {
            seen++;
            if (!failed && armed.getCount() == 0) {
                failed = true;
                throw new IllegalStateException("Scripted failure in mid-call");
            }
            return fragment;
        }

        @Override
        public void notifyCheckpointComplete(long id) {
            // The second checkpoint reported from here on was also taken from here on.
            if (seen >= fragments && ++checkpoints == 2) {
                armed.countDown();
            }
        }
    }

    private List<CallAudio> read(CallAudioFunction.Builder function, EmbeddedStream... streams)
            throws Exception {
        // No Kryo anywhere.
        Configuration config = new Configuration().set(PipelineOptions.GENERIC_TYPES, false);
        StreamExecutionEnvironment env = environment(config, 0);
        List<CallAudio> calls = new ArrayList<>();
        try (CloseableIterator<CallAudio> read =
                env.fromSource(
                                source(streams).setStoppingPosition(StoppingPosition.now()).build(),
                                WatermarkStrategy.noWatermarks(),
                                "kvs")
                        .setParallelism(1)
                        .keyBy(Fragment::streamName, Types.STRING)
                        .process(function.build())
                        .executeAndCollect()) {
            read.forEachRemaining(calls::add);
        }
        return calls;
    }

    // ---- the function alone -------------------------------------------------------------------

    @Test
    void quietTimeEndsACallAndItsNextPartHasANumberOfItsOwn() throws Exception {
        short[] from = voice(1, 9_000);
        short[] late = voice(2, 9_000);
        List<Fragment> call = fragments(call("call").fromCustomer(from).build());
        try (Harness harness = new Harness(CallAudioFunction.builder().quietTime(QUIET), null)) {
            harness.setProcessingTime(1_000);
            harness.process(call.subList(0, 1));
            harness.setProcessingTime(15_000);
            harness.process(call.subList(1, 2));
            harness.setProcessingTime(34_999);
            assertThat(harness.emitted()).isEmpty();
            harness.setProcessingTime(35_000);
            assertCall(harness.emitted().get(0), "call", FROM, 0, START, from);

            // Without the name of its call, and much later.
            harness.process(
                    fragments(
                            call("?")
                                    .startMillis(START + 60_000)
                                    .fromCustomer(late)
                                    .untagged(0, 1)
                                    .build()));
            harness.setProcessingTime(60_000);
            assertCall(harness.emitted().get(1), "call", FROM, 1, START + 60_000, late);
            assertThat(harness.emitted().get(1).fileName())
                    .endsWith("Z-call-AUDIO_FROM_CUSTOMER_part2.wav");
            assertThat(harness.emitted()).hasSize(2);
        }
    }

    @Test
    void theTimeInWhichTheJobWasDownIsNotQuiet() throws Exception {
        short[] from = voice(1, 9_000);
        List<Fragment> call = fragments(call("call").fromCustomer(from).build());
        CallAudioFunction.Builder function = CallAudioFunction.builder().quietTime(QUIET);
        OperatorSubtaskState state;
        try (Harness harness = new Harness(function, null)) {
            harness.setProcessingTime(1_000);
            harness.process(call.subList(0, 1));
            state = harness.snapshot();
        }
        try (Harness harness = new Harness(function, state)) {
            harness.setProcessingTime(1_000_000);
            assertThat(harness.emitted()).isEmpty();
            harness.process(call.subList(1, 2));
            harness.endOfInput();
            assertThat(harness.emitted()).hasSize(1);
            assertCall(harness.emitted().get(0), "call", FROM, 0, START, from);
        }
    }

    @Test
    void restoresBehindAnyFragment() throws Exception {
        short[] from = voice(1, 30_000);
        short[] to = voice(2, 30_000);
        List<Fragment> all =
                new ArrayList<>(fragments(call("a").fromCustomer(from).toCustomer(to).build()));
        all.addAll(fragments(call("b").fromCustomer(to).toCustomer(from).build()));
        CallAudioFunction.Builder function = CallAudioFunction.builder().maxPartBytes(40_000);
        List<CallAudio> expected;
        try (Harness harness = new Harness(function, null)) {
            harness.process(all);
            harness.endOfInput();
            expected = harness.emitted();
        }
        assertThat(expected).hasSizeGreaterThan(4);
        for (int cut = 0; cut <= all.size(); cut++) {
            List<CallAudio> actual = new ArrayList<>();
            OperatorSubtaskState state;
            try (Harness harness = new Harness(function, null)) {
                harness.process(all.subList(0, cut));
                state = harness.snapshot();
                actual.addAll(harness.emitted());
            }
            try (Harness harness = new Harness(function, state)) {
                harness.process(all.subList(cut, all.size()));
                harness.endOfInput();
                actual.addAll(harness.emitted());
            }
            assertThat(actual).as("cut at %d", cut).isEqualTo(expected);
        }
    }

    @Test
    void partsOfALongCallJoinSampleBySample() throws Exception {
        short[] from = voice(1, 60_000);
        int limit = 40_000;
        try (Harness harness = new Harness(CallAudioFunction.builder().maxPartBytes(limit), null)) {
            harness.process(fragments(call("call").fromCustomer(from).build()));
            harness.endOfInput();

            List<CallAudio> parts = harness.emitted();
            assertThat(parts).hasSizeGreaterThan(2);
            int at = 0;
            for (int i = 0; i < parts.size(); i++) {
                assertThat(parts.get(i).sizeBytes()).isLessThanOrEqualTo(limit + 44);
                assertThat(parts.get(i).firstTimestampMillis()).isEqualTo(START + at / 8);
                short[] samples = samples(parts.get(i))[0];
                assertCall(
                        parts.get(i),
                        "call",
                        FROM,
                        i,
                        START + at / 8,
                        Arrays.copyOfRange(from, at, at + samples.length));
                at += samples.length;
            }
            assertThat(at).isEqualTo(from.length);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {-90, 90, 2_000, 20_000})
    void aGap(int gapMillis) throws Exception {
        short[] before = voice(1, 8_000);
        short[] after = voice(2, 8_000);
        List<Fragment> all = new ArrayList<>(fragments(call("a").fromCustomer(before).build()));
        all.addAll(
                fragments(
                        call("a")
                                .startMillis(START + 1_000 + gapMillis)
                                .fromCustomer(after)
                                .build()));
        try (Harness harness = new Harness(CallAudioFunction.builder().quietTime(QUIET), null)) {
            harness.process(all);
            harness.endOfInput();

            // Jitter is no gap, and no sample is lost or added for it.
            int silence = gapMillis > 100 ? gapMillis * 8 : 0;
            short[] expected = Arrays.copyOf(before, before.length + silence + after.length);
            System.arraycopy(after, 0, expected, before.length + silence, after.length);
            assertThat(harness.emitted()).hasSize(1);
            assertCall(harness.emitted().get(0), "a", FROM, 0, START, expected);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {-25_000, 20_001})
    void timeThatJumpsBeginsAnotherPart(int gapMillis) throws Exception {
        short[] voice = voice(1, 4_000);
        long next = START + 500 + gapMillis;
        List<Fragment> all = new ArrayList<>(fragments(call("a").fromCustomer(voice).build()));
        all.addAll(fragments(call("a").startMillis(next).fromCustomer(voice).build()));
        try (Harness harness = new Harness(CallAudioFunction.builder().quietTime(QUIET), null)) {
            harness.process(all);
            harness.endOfInput();

            assertThat(harness.emitted()).hasSize(2);
            assertCall(harness.emitted().get(0), "a", FROM, 0, START, voice);
            assertCall(harness.emitted().get(1), "a", FROM, 1, next, voice);
        }
    }

    @Test
    void takesOnlyTheTracksThatAreNamed() throws Exception {
        short[] to = voice(2, 4_000);
        try (Harness harness = new Harness(CallAudioFunction.builder().tracks(TO), null)) {
            harness.process(
                    fragments(call("a").fromCustomer(voice(1, 4_000)).toCustomer(to).build()));
            harness.endOfInput();

            assertThat(harness.emitted()).hasSize(1);
            assertCall(harness.emitted().get(0), "a", TO, 0, START, to);
        }
    }

    // ---- other codings ------------------------------------------------------------------------

    @Test
    void aLawAndMuLawAsTheTrackOrTheTagSays() throws Exception {
        byte[] codes = new byte[256];
        for (int i = 0; i < codes.length; i++) {
            codes[i] = (byte) i;
        }
        // WAVEFORMATEX of A-law, 16 kHz, mono, 8 bits.
        byte[] format = {6, 0, 1, 0, (byte) 0x80, 0x3E, 0, 0, (byte) 0x80, 0x3E, 0, 0, 1, 0, 8, 0};
        MediaFragment aLaw =
                MediaFragment.builder()
                        .track(MediaTrack.audio(1, "a", "A_MS/ACM", format, 16_000, 1))
                        .frame(MediaFrame.of(1, 0, true, codes))
                        .build();
        MediaFragment muLaw =
                MediaFragment.builder()
                        .track(MediaTrack.audio(1, "mu", "A_AAC", null, 8_000, 1))
                        .tagBefore("MimeType", "audio/PCMU; rate=16000")
                        .frame(MediaFrame.of(1, 0, true, codes))
                        .build();
        try (Harness harness = new Harness(CallAudioFunction.builder(), null)) {
            harness.process(fragments(List.of(aLaw, muLaw)));
            harness.endOfInput();

            assertThat(harness.emitted()).extracting(CallAudio::track).containsExactly("a", "mu");
            assertThat(harness.emitted())
                    .extracting(CallAudio::samplesPerSecond)
                    .containsOnly(16_000);
            assertThat(samples(harness.emitted().get(0))[0]).startsWith(-5504, -5248, -6016);
            assertThat(samples(harness.emitted().get(1))[0]).startsWith(-32124, -31100, -30076);
        }
    }

    @Test
    void tracksOfTheSameNameOrOfNone() throws Exception {
        MediaFragment.Builder fragment = MediaFragment.builder().producerTimestampMillis(START);
        short[][] voices = new short[4][];
        String[] names = {"talk", "talk", "", ""};
        for (int i = 0; i < names.length; i++) {
            voices[i] = new short[] {(short) i, 1, 2};
            byte[] data = {(byte) i, 0, 1, 0, 2, 0};
            fragment.track(MediaTrack.audio(i + 1, names[i], "A_PCM/INT/LIT", null, RATE, 1))
                    .frame(MediaFrame.of(i + 1, 0, true, data));
        }
        try (Harness harness = new Harness(CallAudioFunction.builder(), null)) {
            harness.process(fragments(List.of(fragment.build())));
            harness.endOfInput();

            assertThat(harness.emitted()).hasSize(4);
            assertCall(harness.emitted().get(0), null, "talk", 0, START, voices[0]);
            assertCall(harness.emitted().get(1), null, "talk-2", 0, START, voices[1]);
            assertCall(harness.emitted().get(2), null, "track-3", 0, START, voices[2]);
            assertCall(harness.emitted().get(3), null, "track-4", 0, START, voices[3]);
        }
    }

    @Test
    void aacBesideVideo() throws Exception {
        EmbeddedStream camera = kvs.createStream("camera");
        Camera.builder(camera)
                .clip(MediaClip.h264WithAac())
                .fragments(2)
                .unlimitedSpeed()
                .start()
                .awaitDone(TIME);

        List<CallAudio> calls = read(CallAudioFunction.builder(), camera);

        assertThat(calls).hasSize(1);
        assertThat(calls.get(0).contactId()).isNull();
        assertThat(calls.get(0).samplesPerSecond()).isEqualTo(16_000);
        assertThat(calls.get(0).duration())
                .isBetween(Duration.ofMillis(1_950), Duration.ofMillis(2_100));
        // One second of 440 Hz crosses 0 upwards 440 times.
        short[] sine = Arrays.copyOfRange(samples(calls.get(0))[0], 8_000, 24_000);
        int rises = 0;
        for (int i = 1; i < sine.length; i++) {
            rises += sine[i - 1] < 0 && sine[i] >= 0 ? 1 : 0;
        }
        assertThat(rises).isBetween(439, 441);
    }

    /** The function in Flink's operator, with time set by the test. */
    private static final class Harness implements AutoCloseable {
        private final KeyedOneInputStreamOperatorTestHarness<String, Fragment, CallAudio> operator;

        Harness(CallAudioFunction.Builder function, OperatorSubtaskState state) throws Exception {
            operator =
                    new KeyedOneInputStreamOperatorTestHarness<>(
                            new KeyedProcessOperator<>(function.build()),
                            Fragment::streamName,
                            Types.STRING);
            if (state != null) {
                operator.initializeState(state);
            }
            operator.open();
        }

        void setProcessingTime(long millis) throws Exception {
            operator.setProcessingTime(millis);
        }

        void process(List<Fragment> fragments) throws Exception {
            for (Fragment fragment : fragments) {
                operator.processElement(fragment, fragment.serverTimestampMillis());
            }
        }

        void endOfInput() throws Exception {
            operator.processWatermark(Watermark.MAX_WATERMARK);
        }

        OperatorSubtaskState snapshot() throws Exception {
            return operator.snapshot(1, 1);
        }

        List<CallAudio> emitted() {
            return operator.extractOutputValues();
        }

        @Override
        public void close() {
            try {
                operator.close();
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        }
    }

    // ---- calls --------------------------------------------------------------------------------

    private static PhoneCall.Builder call(String contactId) {
        return PhoneCall.builder(contactId).startMillis(START);
    }

    /** Its fragments as the source reads them, all in one stream. */
    private List<Fragment> fragments(PhoneCall call) throws Exception {
        return fragments(call.fragments());
    }

    private List<Fragment> fragments(List<MediaFragment> media) throws Exception {
        if (direct == null) {
            direct = kvs.createStream("direct");
        }
        EmbeddedStream stream = direct;
        int before = stream.pushed().size();
        media.forEach(stream::push);
        List<Fragment> fragments = new ArrayList<>();
        for (StoredFragment pushed : stream.pushed().subList(before, stream.pushed().size())) {
            fragments.addAll(FragmentReader.readAll(stream.name(), stream.arn(), pushed.bytes()));
        }
        return fragments;
    }

    /** Noise, with the first bytes of a Matroska document here and there. */
    static short[] voice(int seed, int samples) {
        Random random = new Random(seed);
        short[] voice = new short[samples];
        for (int i = 0; i < samples; i++) {
            voice[i] = (short) random.nextInt();
        }
        for (int i = 100; i + 1 < samples; i += 1_000) {
            voice[i] = 0x451A;
            voice[i + 1] = (short) 0xA3DF;
        }
        return voice;
    }

    private static void assertCall(
            CallAudio call,
            String contactId,
            String track,
            int part,
            long firstMillis,
            short[]... channels)
            throws Exception {
        assertThat(call.callId()).isEqualTo(contactId);
        assertThat(call.track()).isEqualTo(track);
        assertThat(call.part()).isEqualTo(part);
        assertThat(call.firstTimestampMillis()).isEqualTo(firstMillis);
        assertThat(call.samplesPerSecond()).isEqualTo(RATE);
        assertThat(samples(call)).isDeepEqualTo(channels);
    }

    /** Read from the file by the JDK. */
    static short[][] samples(CallAudio call) throws Exception {
        byte[] file = new byte[call.sizeBytes()];
        call.wav().get(file);
        try (AudioInputStream in =
                AudioSystem.getAudioInputStream(new ByteArrayInputStream(file))) {
            assertThat(in.getFormat().getSampleRate()).isEqualTo(call.samplesPerSecond());
            assertThat(in.getFormat().getSampleSizeInBits()).isEqualTo(16);
            int channels = in.getFormat().getChannels();
            short[][] samples = new short[channels][(int) in.getFrameLength()];
            ByteBuffer bytes = ByteBuffer.wrap(in.readAllBytes()).order(ByteOrder.LITTLE_ENDIAN);
            for (int i = 0; bytes.hasRemaining(); i++) {
                samples[i % channels][i / channels] = bytes.getShort();
            }
            return samples;
        }
    }
}
