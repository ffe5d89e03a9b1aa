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

import javax.sound.sampled.AudioInputStream;
import javax.sound.sampled.AudioSystem;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;

/** The job as a process: a file for each call, written while others go on. */
class CallsJobITCase {

    private static final String CALL = "5f3c9a52-0000-4000-8000-00000000000";

    @TempDir Path folder;

    @Test
    void aFileForEachCall() throws Exception {
        Path out = folder.resolve("wav");

        RunExample.Result result =
                RunExample.run(
                        folder,
                        Map.of(),
                        List.of("calls", "--calls=3", "--stream-prefix=acme-", "--out=" + out));

        assertThat(result.err()).containsExactly("calls: 3 files");
        assertThat(result.exitCode()).isZero();
        assertThat(result.out())
                .extracting(line -> line.replaceAll("[0-9T.]{19}Z-", ""))
                .containsExactlyInAnyOrder(
                        line(out, 1, "8.000 s"), line(out, 2, "10.000 s"), line(out, 3, "8.000 s"));
        List<Path> files;
        try (Stream<Path> all = Files.walk(out)) {
            files = all.filter(Files::isRegularFile).toList();
        }
        assertThat(files).hasSize(3);
        for (Path file : files) {
            try (AudioInputStream wav = AudioSystem.getAudioInputStream(file.toFile())) {
                assertThat(wav.getFormat().getChannels()).isEqualTo(2);
            }
        }
    }

    private static String line(Path out, int call, String length) {
        String stream = "acme-contact-" + CALL + call;
        return out.resolve(stream).resolve(CALL + call + "-stereo.wav") + ": " + length;
    }
}
