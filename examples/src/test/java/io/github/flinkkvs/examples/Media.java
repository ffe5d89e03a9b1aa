/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.examples;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

/** Looks into files of media; with the program ffprobe, if it is installed. */
final class Media {

    private Media() {}

    /** Whether a file begins as its format does: mkv or mp4. */
    static boolean head(Path file, String format) throws IOException {
        byte[] head;
        try (InputStream in = Files.newInputStream(file)) {
            head = in.readNBytes(8);
        }
        return new String(head, StandardCharsets.ISO_8859_1)
                .matches(format.equals("mkv") ? "(?s)\u001aE\u00df\u00a3.*" : "(?s)....ftyp");
    }

    /** Whether ffprobe is installed. */
    static boolean canProbe() throws InterruptedException {
        try {
            return new ProcessBuilder("ffprobe", "-version")
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException e) {
            return false;
        }
    }

    /** The codec of each track. */
    static List<String> codecs(Path file) throws Exception {
        return probe(file, "-show_entries", "stream=codec_name");
    }

    /** How many pictures can be decoded, if nothing is wrong with any of them. */
    static int decodedPictures(Path file) throws Exception {
        List<String> lines =
                probe(
                        file,
                        "-count_frames",
                        "-select_streams",
                        "v:0",
                        "-show_entries",
                        "stream=nb_read_frames");
        assertThat(lines).as("what ffprobe says").hasSize(1);
        return Integer.parseInt(lines.get(0));
    }

    /** What it prints, with what is wrong. */
    private static List<String> probe(Path file, String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of("ffprobe", "-v", "error"));
        command.addAll(List.of(arguments));
        command.addAll(List.of("-of", "csv=p=0", file.toString()));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        return output.lines().map(line -> line.replaceAll(",$", "")).toList();
    }
}
