/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.examples;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/** The job as a process: which files it writes. */
class ArchiveJobITCase {

    @TempDir Path folder;

    private Path out() {
        return folder.resolve("a b");
    }

    private RunExample.Result archive(String... arguments) throws Exception {
        return RunExample.run(
                folder,
                Map.of(),
                Stream.concat(
                                Stream.of("archive", "--out", out().toString()),
                                Arrays.stream(arguments))
                        .toList());
    }

    private static Path sample(String name) {
        String samples = System.getProperty("kvs.samples", "");
        assumeTrue(!samples.isEmpty(), "-Dkvs.samples names no folder with recordings");
        return Path.of(samples, name + ".mkv");
    }

    private static List<Path> files(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile).sorted().toList();
        }
    }

    @Test
    void writesWhatTheCamerasSend() throws Exception {
        RunExample.Result result = archive();

        assertThat(result.err()).containsExactly("archive: 20 fragments");
        assertThat(result.exitCode()).isZero();
        assertThat(result.out()).hasSize(20).doesNotHaveDuplicates();
        for (String line : result.out()) {
            assertThat(Path.of(line)).isNotEmptyFile();
        }
        assertThat(out().resolve("front-door")).isDirectory();
        assertThat(out().resolve("backyard")).isDirectory();
    }

    @ParameterizedTest
    @CsvSource({
        "output_get_media, 5, 300",
        "kinesis_video_renderer_example_output, 8, 444",
        "output-get-media-equal-timecode, 1, 120"
    })
    void filesAreTheRecordedFragments(String name, int fragments, int frames) throws Exception {
        Path sample = sample(name);

        RunExample.Result result = archive("--replay", sample.toString());

        assertThat(result.exitCode()).as("%s", result.err()).isZero();
        List<Path> files = files(out());
        assertThat(files).hasSize(fragments);
        assertThat(result.out())
                .containsExactlyInAnyOrderElementsOf(files.stream().map(Path::toString).toList());
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (Path file : files) {
            assertThat(file.getParent().getFileName()).hasToString(name);
            all.write(Files.readAllBytes(file));
        }
        byte[] recorded = Files.readAllBytes(sample);
        assertThat(all.toByteArray()).isEqualTo(Arrays.copyOf(recorded, all.size()));

        int decoded = 0;
        for (Path file : files) {
            decoded += decodedFrames(file);
        }
        RunExample.Result merged = archive("--merge", "--replay", sample.toString());
        assertThat(merged.exitCode()).as("%s", merged.err()).isZero();
        assertThat(merged.out()).hasSize(fragments);
        int played = 0;
        for (String file : new TreeSet<>(merged.out())) {
            played += decodedFrames(Path.of(file));
        }
        assertThat(played).isEqualTo(decoded).isEqualTo(frames);
    }

    private static int decodedFrames(Path file) throws IOException, InterruptedException {
        boolean installed =
                Arrays.stream(System.getenv("PATH").split(File.pathSeparator))
                        .anyMatch(place -> Files.isExecutable(Path.of(place, "ffprobe")));
        assumeTrue(installed, "ffprobe is not installed");
        Process probe =
                new ProcessBuilder(
                                "ffprobe",
                                "-v",
                                "error",
                                "-select_streams",
                                "v:0",
                                "-count_frames",
                                "-show_entries",
                                "stream=nb_read_frames",
                                "-of",
                                "csv=p=0",
                                file.toString())
                        .redirectErrorStream(true)
                        .start();
        String out = new String(probe.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(probe.waitFor()).as(out).isZero();
        return Integer.parseInt(out.trim().replace(",", ""));
    }
}
