/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.examples;

import io.github.flinkkvs.examples.run.ExampleMain;
import io.github.flinkkvs.testing.EmbeddedKvs;
import io.github.flinkkvs.testing.EmbeddedStream;
import io.github.flinkkvs.testing.PhoneCall;
import io.github.flinkkvs.testing.log.StoredFragment;
import io.github.flinkkvs.testing.media.MediaFragment;
import io.github.flinkkvs.testing.media.MediaTrack;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import javax.sound.sampled.AudioInputStream;
import javax.sound.sampled.AudioSystem;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;

/** The job as a process: the files it writes, what it prints, and its exit code. */
class CallAudioJobITCase {

    private static final Map<String, String> CREDENTIALS =
            Map.of("AWS_ACCESS_KEY_ID", "any", "AWS_SECRET_ACCESS_KEY", "thing");

    /** When the service received it, which is when the test runs. */
    private static final Pattern TIME = Pattern.compile("\\d{8}T\\d{6}\\.\\d{3}Z-");

    @TempDir Path folder;

    private RunExample.Result audio(String... arguments) throws Exception {
        List<String> all = new ArrayList<>(List.of("audio", "--out", out().toString()));
        all.addAll(Arrays.asList(arguments));
        return RunExample.run(folder, CREDENTIALS, all);
    }

    private Path out() {
        return folder.resolve("wav");
    }

    /** The lines name exactly the files that are there. */
    private void assertFiles(RunExample.Result result, String... lines) throws IOException {
        assertThat(result.err())
                .containsExactly(
                        "audio: " + lines.length + (lines.length == 1 ? " file" : " files"));
        assertThat(result.exitCode()).isZero();
        assertThat(result.out())
                .allMatch(line -> TIME.matcher(line).find())
                .extracting(line -> TIME.matcher(line).replaceFirst(""))
                .containsExactlyInAnyOrder(
                        Stream.of(lines).map(line -> out() + "/" + line).toArray(String[]::new));
        try (Stream<Path> files = Files.walk(out())) {
            assertThat(files.filter(Files::isRegularFile).map(Path::toString))
                    .containsExactlyInAnyOrderElementsOf(
                            result.out().stream()
                                    .map(line -> line.substring(0, line.lastIndexOf(": ")))
                                    .toList());
        }
    }

    /** What the example wrote under this name, but for its time. */
    private Path file(String name) throws IOException {
        try (Stream<Path> files = Files.walk(out())) {
            return files.filter(
                            file -> {
                                String path = out().relativize(file).toString();
                                return TIME.matcher(path).replaceFirst("").equals(name);
                            })
                    .findFirst()
                    .orElseThrow();
        }
    }

    private static short[] samples(Path file, int channels) throws Exception {
        try (AudioInputStream in = AudioSystem.getAudioInputStream(file.toFile())) {
            assertThat(in.getFormat().getChannels()).isEqualTo(channels);
            byte[] bytes = in.readAllBytes();
            short[] samples = new short[bytes.length / 2];
            for (int i = 0; i < samples.length; i++) {
                samples[i] = (short) (bytes[2 * i + 1] << 8 | bytes[2 * i] & 0xFF);
            }
            return samples;
        }
    }

    private static PhoneCall call(String contactId, int samples) {
        short[] voice = new short[samples];
        for (int i = 0; i < samples; i++) {
            voice[i] = (short) (i + 1);
        }
        return PhoneCall.builder(contactId).fromCustomer(voice).build();
    }

    // ---- phone line ---------------------------------------------------------------------------

    @Test
    void aFileForEachSideOfTwoCalls() throws Exception {
        String first = "phone-line/5f3c9a52-0000-4000-8000-000000000001-AUDIO_";
        String second = "phone-line/5f3c9a52-0000-4000-8000-000000000002-AUDIO_";
        assertFiles(
                audio(),
                first + "FROM_CUSTOMER.wav: 4.000 s",
                first + "TO_CUSTOMER.wav: 8.000 s",
                second + "FROM_CUSTOMER.wav: 8.000 s",
                second + "TO_CUSTOMER.wav: 10.000 s");
    }

    @Test
    void bothSidesInStereo() throws Exception {
        assertFiles(
                audio("--stereo"),
                "phone-line/5f3c9a52-0000-4000-8000-000000000001-stereo.wav: 8.000 s",
                "phone-line/5f3c9a52-0000-4000-8000-000000000002-stereo.wav: 10.000 s");
        short[] both =
                samples(file("phone-line/5f3c9a52-0000-4000-8000-000000000001-stereo.wav"), 2);
        // The customer, on the left, begins. The right is silent until 4 s.
        int end = 2 * 4 * PhoneCall.SAMPLES_PER_SECOND;
        for (int i = 0; i < both.length; i++) {
            if ((i < end) == (i % 2 == 1)) {
                assertThat(both[i]).isZero();
            }
        }
        assertThat(both[2 * 400]).isNotZero();
        assertThat(both[end + 2 * 400 + 1]).isNotZero();
    }

    // ---- recordings ---------------------------------------------------------------------------

    @Test
    void ofARecording() throws Exception {
        Path recording = folder.resolve("line 7.mkv");
        try (EmbeddedKvs kvs = EmbeddedKvs.start();
                OutputStream bytes = Files.newOutputStream(recording)) {
            EmbeddedStream stream = kvs.createStream("a");
            call("../x", 12_000).pushTo(stream);
            for (StoredFragment fragment : stream.pushed()) {
                bytes.write(fragment.bytes());
            }
        }

        RunExample.Result result = audio("--replay", recording.toString());

        String file = "line 7/.._x-d6b96a97d147daaa-AUDIO_FROM_CUSTOMER.wav";
        assertFiles(result, file + ": 1.500 s");
        short[] samples = samples(file(file), 1);
        assertThat(samples).hasSize(12_000);
        for (int i = 0; i < samples.length; i++) {
            assertThat(samples[i]).isEqualTo((short) (i + 1));
        }
        // A second run writes the same file.
        assertThat(audio("--replay", recording.toString()).exitCode()).isZero();
        assertFiles(result, file + ": 1.500 s");
    }

    /** As a microphone that records every day, into files of one name. */
    @Test
    void recordingsOfTwoDaysIntoOneFolder() throws Exception {
        for (String day : List.of("monday", "tuesday")) {
            Path recording = Files.createDirectories(folder.resolve(day)).resolve("hall-mic.mkv");
            try (EmbeddedKvs kvs = EmbeddedKvs.start();
                    OutputStream bytes = Files.newOutputStream(recording)) {
                EmbeddedStream stream = kvs.createStream("a");
                call("any", 12_000).fragments().forEach(f -> stream.push(withoutTags(f)));
                for (StoredFragment fragment : stream.pushed()) {
                    bytes.write(fragment.bytes());
                }
            }
            assertThat(audio("--replay", recording.toString()).exitCode()).isZero();
        }
        try (Stream<Path> files = Files.list(out().resolve("hall-mic"))) {
            assertThat(files).hasSize(2);
        }
    }

    @Test
    void callsByTagsOfTheUser() throws Exception {
        try (EmbeddedKvs kvs = EmbeddedKvs.start()) {
            EmbeddedStream line = kvs.createStream("a");
            for (String lane : List.of("1", "2")) {
                MediaFragment fragment = call("same", 8_000).fragments().get(0);
                line.push(fragment.toBuilder().tagBefore("lane", lane).build());
            }

            RunExample.Result result =
                    audio(
                            "--endpoint=" + kvs.endpoint(),
                            "--region=" + kvs.region(),
                            "--streams=a",
                            "--from=earliest",
                            "--fragments=2",
                            "--call-tags=ContactId,lane");

            assertFiles(
                    result,
                    "a/same_1-AUDIO_FROM_CUSTOMER.wav: 0.972 s",
                    "a/same_2-AUDIO_FROM_CUSTOMER.wav: 0.972 s");
        }
    }

    private static MediaFragment withoutTags(MediaFragment fragment) {
        return MediaFragment.builder()
                .track(MediaTrack.audio(1, "mic", "A_PCM/INT/LIT", null, 8_000, 1))
                .frames(fragment.frames())
                .build();
    }

    // ---- endpoint -----------------------------------------------------------------------------

    @Test
    void stopsAfterSoManyFragmentsOfAServer() throws Exception {
        try (EmbeddedKvs kvs = EmbeddedKvs.start()) {
            call("c", 60_000).pushTo(kvs.createStream("a"));

            RunExample.Result result =
                    audio(
                            "--endpoint=" + kvs.endpoint(),
                            "--region=" + kvs.region(),
                            "--streams=a",
                            "--from=earliest",
                            "--fragments=2");

            // Two fragments of 15 blocks of 64 ms and one of 12 ms.
            assertFiles(result, "a/c-AUDIO_FROM_CUSTOMER.wav: 1.944 s");
        }
    }

    @Test
    void whereNoFileCanBeWritten() throws Exception {
        Files.writeString(out(), "a file, not a folder");

        RunExample.Result result = audio();

        assertThat(result.out()).isEmpty();
        assertThat(result.err()).hasSize(1);
        assertThat(result.err().get(0)).startsWith("error: Cannot write " + out());
        assertThat(result.exitCode()).isEqualTo(ExampleMain.FAILED);
    }

    @Test
    void anUnknownStream() throws Exception {
        try (EmbeddedKvs kvs = EmbeddedKvs.start()) {
            RunExample.Result result =
                    audio(
                            "--endpoint=" + kvs.endpoint(),
                            "--region=" + kvs.region(),
                            "--streams=nobody");
            assertThat(result.out()).isEmpty();
            assertThat(result.err()).hasSize(1);
            assertThat(result.err().get(0)).startsWith("error: ").contains("nobody");
            assertThat(result.exitCode()).isEqualTo(ExampleMain.FAILED);
        }
    }
}
