/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.benchmarks.decode;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** An ffmpeg program of version 5.1 or later. */
final class FFmpegProgram {

    private static final Pattern VERSION = Pattern.compile("ffmpeg version (\\S+)");
    private static final Pattern FRAMES = Pattern.compile("(?m)^frame=(\\d+)$");
    private static final Pattern BYTES = Pattern.compile("(?m)^total_size=(\\d+)$");
    private static final Pattern CPU =
            Pattern.compile("(?m)^bench: utime=([\\d.]+)s stime=([\\d.]+)s");

    private static final Pattern SSIM = Pattern.compile("SSIM Y:([\\d.]+)");

    private static final List<String> KEY_FRAMES = List.of("-skip_frame", "nokey");

    private final String program;
    private final String version;

    /**
     * @param program the path of the program, or its name if it is on PATH
     * @throws IOException if it does not exist
     */
    FFmpegProgram(String program) throws IOException, InterruptedException {
        this.program = program;
        // Distributions add a suffix to the number.
        this.version = last(VERSION, run(List.of("-version"))).group(1).split("-")[0];
    }

    String version() {
        return version;
    }

    /** Writes a test film in H.264, with a key frame per second and without reordered frames. */
    void makeFilm(Path file, int width, int height, int seconds)
            throws IOException, InterruptedException {
        String source = "testsrc2=size=" + width + "x" + height + ":rate=25:duration=" + seconds;
        run(
                List.of(
                        ("-v error -f lavfi -i "
                                        + source
                                        + " -c:v libx264 -threads 1 -g 25 -bf 0"
                                        + " -pix_fmt yuv420p -f matroska -live 1 -y")
                                .split(" ")),
                file.toString());
    }

    /**
     * Decodes and scales the whole video of a file in one thread, and discards the pictures.
     *
     * @param times how often to repeat it
     */
    Decoding decode(Path file, int width, int height, int times)
            throws IOException, InterruptedException {
        return transcode(
                file,
                List.of(),
                times,
                scale(width, height) + ",format=bgr24",
                List.of("-f", "rawvideo"),
                "/dev/null");
    }

    /**
     * Makes JPEGs of the video of a file in one thread, one after the other.
     *
     * @param keyFrames whether to make JPEGs of key frames only
     * @param brightness the quantization table for brightness, in its natural order
     * @param colour the quantization table for colour, likewise
     */
    Decoding jpegs(
            Path file,
            boolean keyFrames,
            int width,
            int height,
            int times,
            int[] brightness,
            int[] colour,
            String out)
            throws IOException, InterruptedException {
        return transcode(
                file,
                keyFrames ? KEY_FRAMES : List.of(),
                times,
                // The encoder refuses times that repeat, as those of real cameras may.
                scale(width, height) + ",format=yuvj420p,setpts=N/TB",
                List.of(
                        "-c:v",
                        "mjpeg",
                        "-threads",
                        "1",
                        // With this scale, ffmpeg uses the tables unchanged.
                        "-q:v",
                        "8",
                        "-intra_matrix",
                        table(brightness),
                        "-chroma_intra_matrix",
                        table(colour),
                        "-f",
                        "mjpeg"),
                out);
    }

    private static String table(int[] values) {
        return Arrays.stream(values).mapToObj(String::valueOf).collect(Collectors.joining(","));
    }

    private static String scale(int width, int height) {
        return "scale=" + width + ":" + height + ":flags=bicubic";
    }

    private Decoding transcode(
            Path file, List<String> in, int times, String filter, List<String> out, String to)
            throws IOException, InterruptedException {
        List<String> options =
                new ArrayList<>(
                        List.of(
                                ("-nostats -benchmark -progress pipe:1 -filter_threads 1"
                                                + " -stream_loop "
                                                + (times - 1)
                                                + " -threads 1")
                                        .split(" ")));
        options.addAll(in);
        options.addAll(List.of("-i", file.toString(), "-map", "0:v:0", "-vf", filter));
        options.addAll(List.of("-fps_mode", "passthrough"));
        options.addAll(out);
        String printed = run(options, "-y", to);
        MatchResult cpu = last(CPU, printed);
        return new Decoding(
                Long.parseLong(last(FRAMES, printed).group(1)),
                Long.parseLong(last(BYTES, printed).group(1)),
                Double.parseDouble(cpu.group(1)) + Double.parseDouble(cpu.group(2)));
    }

    /** Returns the structural similarity (SSIM) of the brightness of JPEGs and their video. */
    double ssim(Path jpegs, Path file, boolean keyFrames, int width, int height)
            throws IOException, InterruptedException {
        List<String> options = new ArrayList<>(List.of("-f", "mjpeg", "-i", jpegs.toString()));
        if (keyFrames) {
            options.addAll(KEY_FRAMES);
        }
        options.addAll(List.of("-i", file.toString(), "-lavfi"));
        String printed =
                run(
                        options,
                        "[1:v:0]"
                                + scale(width, height)
                                + ",format=yuvj420p,settb=1/25,setpts=N[video];"
                                + "[0:v]settb=1/25,setpts=N[jpegs];[jpegs][video]ssim",
                        "-f",
                        "null",
                        "-");
        return Double.parseDouble(last(SSIM, printed).group(1));
    }

    private static MatchResult last(Pattern pattern, String printed) throws IOException {
        MatchResult last = null;
        Matcher matcher = pattern.matcher(printed);
        while (matcher.find()) {
            last = matcher.toMatchResult();
        }
        if (last == null) {
            throw new IOException("ffmpeg does not print '" + pattern + "', but:\n" + printed);
        }
        return last;
    }

    private String run(List<String> options, String... more)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(program, "-nostdin"));
        command.addAll(options);
        command.addAll(List.of(more));
        Process process;
        try {
            process = new ProcessBuilder(command).redirectErrorStream(true).start();
        } catch (IOException e) {
            throw new IOException(
                    "There is no program '"
                            + program
                            + "': install it (Debian and Ubuntu: apt-get install ffmpeg), or say"
                            + " with --ffmpeg where it is",
                    e);
        }
        String printed =
                new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException(String.join(" ", command) + " failed:\n" + printed);
        }
        return printed;
    }
}
