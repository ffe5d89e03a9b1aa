/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.media.audio.codec;

import io.github.flinkkvs.media.Fragments;
import io.github.flinkkvs.media.MediaException;
import io.github.flinkkvs.media.RecordedAudio;
import io.github.flinkkvs.media.Sound;
import io.github.flinkkvs.media.audio.FragmentAudio;
import io.github.flinkkvs.mkv.Fragment;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.ByteArrayOutputStream;
import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

class FFmpegAudioDecoderTest {

    /** Low complexity, 16 kHz, mono. */
    private static final byte[] CONFIG = {0x14, 0x08};

    @TempDir Path folder;

    private static AudioDecoder decoder(byte[] config) {
        return AudioDecoder.of(AudioCoding.aac(16_000, 1, config));
    }

    private static int samples(AudioDecoder decoder, byte[] data, int offset, int length) {
        int[] count = new int[1];
        decoder.decode(
                data,
                offset,
                length,
                samples -> {
                    count[0] += samples.length;
                    return true;
                });
        return count[0];
    }

    @ParameterizedTest
    @CsvSource({
        "opus, 48000, 1, 1.0, 0.03",
        "vorbis, 16000, 1, 1.0, 0.1",
        "mp3, 16000, 1, 1.0, 0.15",
        "mp2, 16000, 1, 1.0, 0.1",
        "flac, 16000, 1, 1.0, 0",
        "ac3, 32000, 2, 1.0, 0.05",
        "eac3, 32000, 2, 1.0, 0.05",
        "dts, 32000, 2, 0.25, 0.05",
        "truehd, 48000, 2, 0.25, 0.05",
        "pcm-u8, 8000, 1, 0.25, 0",
        "pcm-s24, 8000, 1, 0.25, 0",
        "pcm-f32, 8000, 1, 0.25, 0",
    })
    void whatFFmpegDecodes(String name, int rate, int channels, double seconds, double padding)
            throws Exception {
        Fragment fragment = Fragments.of(RecordedAudio.mkv(name + ".mkv").build()).get(0);

        Sound sound = new Sound(FragmentAudio.wav(fragment, null));

        assertThat(sound.samplesPerSecond).isEqualTo(rate);
        assertThat(sound.channels).hasNumberOfRows(channels);
        assertThat(sound.seconds()).isBetween(seconds, seconds + padding);
        assertThat(sound.hertz(seconds * 0.2, seconds * 0.9)).isCloseTo(440, within(10.0));
    }

    @Test
    void aDamagedFrameHasNoSamples() {
        try (AudioDecoder decoder = decoder(CONFIG)) {
            byte[] noise = {-1, -1, -1, -1, -1, -1, -1, -1};
            assertThat(decoder.decode(noise, 2, 5, samples -> true)).isFalse();
            assertThat(decoder.decode(new byte[0], 0, 0, samples -> true)).isFalse();
            assertThat(samples(decoder, noise, 2, 5)).isZero();
        }
    }

    @Test
    void aCodecPrivateThatIsNone() {
        assertThatThrownBy(() -> decoder(new byte[] {0, 0}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("CodecPrivate", "aac");
    }

    @Test
    void aDecoderThatDoesNotExist() {
        assertThatThrownBy(() -> AudioDecoder.of(AudioCoding.ofFFmpeg("none", 1, 1, null, 0)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("none");
    }

    @Test
    void endsWhereThereIsNoRoomForMore() throws Exception {
        ByteArrayOutputStream frames = new ByteArrayOutputStream();
        for (byte[] frame : RecordedAudio.adts("mono.aac")) {
            frames.write(frame);
        }
        byte[] packet = frames.toByteArray();
        int[] pieces = new int[1];
        try (AudioDecoder decoder = decoder(null)) {
            boolean decoded = decoder.decode(packet, 0, packet.length, samples -> ++pieces[0] < 3);
            assertThat(decoded).isFalse();
            assertThat(pieces[0]).isEqualTo(3);
            // It can continue with the next one.
            assertThat(samples(decoder, packet, 0, packet.length)).isGreaterThan(6_000);
        }
    }

    @Test
    void rateAndChannelsStayThoseOfTheFirstFrame() throws Exception {
        List<byte[]> frames = new ArrayList<>(RecordedAudio.adts("stereo.aac"));
        int stereo = frames.size();
        frames.addAll(RecordedAudio.adts("mono.aac"));
        int samples = 0;
        try (AudioDecoder decoder = decoder(null)) {
            for (byte[] frame : frames) {
                samples += samples(decoder, frame, 0, frame.length);
            }
            assertThat(decoder.samplesPerSecond()).isEqualTo(8_000);
            assertThat(decoder.channels()).isEqualTo(2);
        }
        assertThat(stereo).isGreaterThan(5);
        assertThat(samples).isEqualTo(2 * 1024 * frames.size());
    }

    /** Each change creates a filter, which takes longer than decoding the frame. */
    @Test
    void channelsThatChangeOverAndOverAreDamage() throws Exception {
        byte[] mono = RecordedAudio.adts("mono.aac").get(3);
        byte[] stereo = RecordedAudio.adts("stereo.aac").get(3);
        int decoded = 0;
        try (AudioDecoder decoder = decoder(null)) {
            for (int i = 0; i < 150; i++) {
                decoded += samples(decoder, mono, 0, mono.length) > 0 ? 1 : 0;
                decoded += samples(decoder, stereo, 0, stereo.length) > 0 ? 1 : 0;
            }
            // It allows 100 changes in total; mono, the last form, continues.
            assertThat(decoded).isEqualTo(1 + 100 + 99);
        }
    }

    @Test
    void saysThatNativesAreMissing() throws Exception {
        String classPath =
                Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                        .filter(entry -> !entry.matches(".*-(linux|macosx|windows)-[^/]*\\.jar"))
                        .collect(Collectors.joining(File.pathSeparator));
        Process process =
                new ProcessBuilder(
                                List.of(
                                        System.getProperty("java.home") + "/bin/java",
                                        "-Dorg.bytedeco.javacpp.cachedir=" + folder,
                                        "-cp",
                                        classPath,
                                        WithoutNatives.class.getName()))
                        .redirectErrorStream(true)
                        .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
        assertThat(said).contains("FFmpeg cannot be loaded").contains("org.bytedeco:ffmpeg");
    }

    /** A process without natives, in which PCM is still read. */
    static final class WithoutNatives {
        public static void main(String[] arguments) {
            AudioDecoder.of(AudioCoding.CONNECT).close();
            try {
                decoder(CONFIG);
            } catch (MediaException e) {
                System.out.println(e.getMessage());
                return;
            }
            System.exit(1);
        }
    }
}
