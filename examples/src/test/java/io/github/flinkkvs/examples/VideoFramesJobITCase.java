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

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import javax.imageio.ImageIO;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/** The job as a process: the files it writes, what it prints, and its exit code. */
class VideoFramesJobITCase {

    @TempDir Path folder;

    private RunExample.Result frames(String... arguments) throws Exception {
        List<String> all = new ArrayList<>(List.of("frames", "--out", out().toString()));
        all.addAll(Arrays.asList(arguments));
        return RunExample.run(folder, Map.of(), all);
    }

    private Path out() {
        return folder.resolve("pictures");
    }

    private List<String> files(String stream) throws IOException {
        try (Stream<Path> files = Files.list(out().resolve(stream))) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    private static BufferedImage image(Path file) throws IOException {
        return ImageIO.read(file.toFile());
    }

    @Test
    void picturesOfTwoCameras() throws Exception {
        RunExample.Result result = frames("--fragments", "4", "--every", "10");

        assertThat(result.err()).containsExactly("frames: 12 pictures");
        assertThat(result.exitCode()).isZero();
        for (String stream : List.of("front-door", "backyard")) {
            List<String> files = files(stream);
            assertThat(files).hasSize(7).last().isEqualTo("contact-sheet.jpg");
            assertThat(files.stream().filter(file -> file.endsWith("-00020.jpg"))).hasSize(2);
            assertThat(result.out())
                    .filteredOn(line -> line.contains(stream))
                    .containsExactlyElementsOf(
                            files.subList(0, 6).stream()
                                    .map(file -> out().resolve(stream).resolve(file).toString())
                                    .toList());
            BufferedImage first = image(out().resolve(stream).resolve(files.get(0)));
            assertThat(first.getWidth()).isEqualTo(160);
            assertThat(first.getHeight()).isEqualTo(120);
            BufferedImage sheet = image(out().resolve(stream).resolve("contact-sheet.jpg"));
            assertThat(sheet.getWidth()).isEqualTo(4 + 6 * 204);
            assertThat(sheet.getHeight()).isEqualTo(4 + 154);
        }
    }

    @Test
    void picturesOfARecording() throws Exception {
        String samples = System.getProperty("kvs.samples", "");
        assumeTrue(!samples.isEmpty(), "-Dkvs.samples names no folder with recordings");
        Path file = Path.of(samples, "output_get_media.mkv");
        assumeTrue(Files.exists(file), "There is no " + file);

        RunExample.Result result = frames("--replay", file.toString(), "--every", "30");

        assertThat(result.err()).containsExactly("frames: 10 pictures");
        assertThat(result.exitCode()).isZero();
        assertThat(files("output_get_media")).hasSize(11);
        assertThat(image(Path.of(result.out().get(0))).getWidth()).isEqualTo(640);
    }

    @Test
    void wrongOptions() throws Exception {
        RunExample.Result result = frames("--every", "0");

        assertThat(result.out()).isEmpty();
        assertThat(result.err())
                .containsExactly(
                        "error: --every must be greater than 0 (see examples/run.sh frames --help)");
        assertThat(result.exitCode()).isEqualTo(ExampleMain.WRONG_OPTIONS);
    }

    @Test
    void aFolderThatCannotBeWritten() throws Exception {
        Files.writeString(out(), "a file");

        RunExample.Result result = frames("--fragments", "1");

        assertThat(result.err()).hasSize(1);
        assertThat(result.err().get(0)).startsWith("error: Cannot write " + out());
        assertThat(result.exitCode()).isEqualTo(ExampleMain.FAILED);
    }
}
