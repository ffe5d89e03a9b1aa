/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.media;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/** Reads a file with ffprobe; tests that need it are skipped where it is not installed. */
public final class Ffprobe {

    private Ffprobe() {}

    /** Times of the packets of a stream, in milliseconds, in the order of the file. */
    public static List<Long> packetTimes(Path file, String stream) throws Exception {
        return run(file, "-select_streams", stream, "-show_entries", "packet=pts_time").stream()
                // It reports that made-up frames cannot be decoded.
                .filter(line -> line.matches("[0-9.,]+"))
                .map(line -> Math.round(Double.parseDouble(line.replace(",", "")) * 1000))
                .collect(Collectors.toList());
    }

    /** How many frames of the first video stream can be decoded. */
    public static int decodedFrames(Path file) throws Exception {
        return decodedFrames(file, "v:0");
    }

    /** The duration that the file declares, in seconds. */
    public static double duration(Path file) throws Exception {
        return Double.parseDouble(run(file, "-show_entries", "format=duration").get(0));
    }

    /** An entry of each stream, such as {@code codec_name}. */
    public static List<String> streams(Path file, String entry) throws Exception {
        return run(file, "-show_entries", "stream=" + entry).stream()
                .map(line -> line.replace(",", ""))
                .collect(Collectors.toList());
    }

    /** How many frames of a stream can be decoded. */
    public static int decodedFrames(Path file, String stream) throws Exception {
        String read = "stream=nb_read_frames";
        List<String> lines =
                run(file, "-select_streams", stream, "-count_frames", "-show_entries", read);
        return Integer.parseInt(lines.get(0).replace(",", ""));
    }

    /** The lines that it prints, including errors. */
    public static List<String> run(Path file, String... arguments)
            throws IOException, InterruptedException {
        assumeTrue(isInstalled(), "ffprobe is not installed");
        ProcessBuilder builder = new ProcessBuilder("ffprobe", "-v", "error");
        builder.command().addAll(List.of(arguments));
        builder.command().addAll(List.of("-of", "csv=p=0", file.toString()));
        Process probe = builder.redirectErrorStream(true).start();
        String out = new String(probe.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(probe.waitFor()).as(out).isZero();
        return out.lines().filter(line -> !line.isBlank()).collect(Collectors.toList());
    }

    private static boolean isInstalled() {
        for (String place : System.getenv("PATH").split(File.pathSeparator)) {
            if (Files.isExecutable(Path.of(place, "ffprobe"))) {
                return true;
            }
        }
        return false;
    }
}
