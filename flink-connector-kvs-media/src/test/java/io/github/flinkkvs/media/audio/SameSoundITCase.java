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
import io.github.flinkkvs.media.audio.codec.AudioDecoder;
import io.github.flinkkvs.mkv.Fragment;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.File;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/** Sound equals that of the ffmpeg program, where it is installed. */
class SameSoundITCase {

    @TempDir Path folder;

    private short[] ffmpeg(byte[] file, String... arguments) throws Exception {
        assumeTrue(
                Arrays.stream(System.getenv("PATH").split(File.pathSeparator))
                        .anyMatch(place -> Files.isExecutable(Path.of(place, "ffmpeg"))),
                "ffmpeg is not installed");
        Path in = Files.write(folder.resolve("in"), file);
        List<String> command = new ArrayList<>(List.of("ffmpeg", "-v", "error"));
        command.addAll(List.of(arguments));
        command.addAll(List.of("-i", in.toString(), "-f", "s16le", "-"));
        Process process =
                new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        byte[] bytes = process.getInputStream().readAllBytes();
        assertThat(process.waitFor()).isZero();
        short[] samples = new short[bytes.length / 2];
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asShortBuffer().get(samples);
        return samples;
    }

    private static short[] interleaved(Sound sound) {
        int channels = sound.channels.length;
        short[] samples = new short[sound.samples() * channels];
        for (int i = 0; i < samples.length; i++) {
            samples[i] = sound.channels[i % channels][i / channels];
        }
        return samples;
    }

    /**
     * @param tolerance how far a sample may be from that of the program, which may be another
     *     version of FFmpeg
     */
    @ParameterizedTest
    @CsvSource({
        "opus, 2",
        "vorbis, 2",
        "mp3, 2",
        "mp2, 2",
        "flac, 0",
        "ac3, 2",
        "eac3, 2",
        "dts, 2",
        "truehd, 0",
        "pcm-u8, 0",
        "pcm-s24, 1",
        "pcm-f32, 1",
    })
    void aFragment(String name, int tolerance) throws Exception {
        byte[] file = RecordedAudio.bytes(name + ".mkv");
        Fragment fragment = Fragments.of(RecordedAudio.mkv(name + ".mkv").build()).get(0);
        short[] expected = ffmpeg(file, "-flags2", "skip_manual");

        short[] actual = interleaved(new Sound(FragmentAudio.wav(fragment, null)));

        // Since version 8, FFmpeg returns the first block of Vorbis, which fades in.
        int more = actual.length - expected.length;
        assertThat(more).isBetween(0, name.equals("vorbis") ? 512 : 0);
        for (int i = 0; i < expected.length; i++) {
            assertThat(Math.abs(actual[more + i] - expected[i]))
                    .as("sample %d: %d, expected %d", i, actual[more + i], expected[i])
                    .isLessThanOrEqualTo(tolerance);
        }
    }

    /** Everything except the padding at the end, which exists only where the encoder ended. */
    @Test
    void aRecordingBeginsWhereTheProgramBegins() throws Exception {
        short[] expected = ffmpeg(RecordedAudio.bytes("opus.mkv"));

        List<CallAudio> calls =
                CallHarness.run(CallAudioFunction.builder(), RecordedAudio.mkv("opus.mkv").build());

        short[] actual = interleaved(Sound.of(calls.get(0)));
        for (int i = 0; i < expected.length; i++) {
            assertThat((int) actual[i]).isBetween(expected[i] - 2, expected[i] + 2);
        }
    }

    @ParameterizedTest
    @CsvSource({"A_LAW, alaw", "MU_LAW, mulaw"})
    void allCodesOfG711(AudioCoding.Kind kind, String format) throws Exception {
        short[] expected = ffmpeg(allCodes(), "-f", format, "-ar", "8000", "-ac", "1");

        assertThat(ofAllCodes(kind)).isEqualTo(expected);
    }

    private static byte[] allCodes() {
        byte[] codes = new byte[256];
        for (int i = 0; i < codes.length; i++) {
            codes[i] = (byte) i;
        }
        return codes;
    }

    /** The samples of the G.711 codes, in order. */
    static short[] ofAllCodes(AudioCoding.Kind kind) {
        short[][] decoded = new short[1][];
        try (AudioDecoder decoder = AudioDecoder.of(new AudioCoding(kind, 8_000, 1))) {
            decoder.decode(
                    allCodes(),
                    0,
                    256,
                    samples -> {
                        decoded[0] = samples;
                        return true;
                    });
        }
        return decoded[0];
    }
}
