/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.benchmarks.decode;

import io.github.flinkkvs.benchmarks.decode.OwnDecoder.JpegFrames;
import io.github.flinkkvs.benchmarks.jvm.ChildJvm;
import io.github.flinkkvs.benchmarks.report.Chart;

import javax.annotation.Nullable;
import javax.imageio.plugins.jpeg.JPEGQTable;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The measurements of the JPEGs of one input: the speed round by round, and size and similarity,
 * which are the same in each round.
 *
 * @param ssim the similarity of our JPEGs, measured by the program
 * @param programSsim the similarity of the JPEGs of the program
 */
record JpegRow(String what, Row speed, double ssim, double programSsim) {

    /** The content of the result file. */
    record Result(
            String machine,
            String ffmpegVersion,
            String sameBuildVersion,
            List<JpegRow> rows,
            List<Chart> charts) {}

    private static final int THUMBNAIL_WIDTH = 320;

    /** The work of our decoder in each round. */
    private static final double SECONDS = 1;

    private static final int ROUNDS = 10;

    /** The scale of the tables of ImageIO for the default quality of 0.85. */
    private static final float SCALE = 2 - 2 * 0.85f;

    private static final int[] BRIGHTNESS =
            JPEGQTable.K1Luminance.getScaledInstance(SCALE, true).getTable();
    private static final int[] COLOUR =
            JPEGQTable.K2Chrominance.getScaledInstance(SCALE, true).getTable();

    /** A JPEG of each key frame, and of each frame at the width of a thumbnail. */
    static List<JpegRow> measure(
            Input input,
            ChildJvm own,
            FFmpegProgram program,
            FFmpegProgram sameBuild,
            boolean quick)
            throws IOException, InterruptedException {
        List<JpegRow> rows = new ArrayList<>();
        if (input.width() > THUMBNAIL_WIDTH) {
            for (JpegFrames frames : JpegFrames.values()) {
                System.err.println("decode: " + input.name() + ", JPEGs: " + frames);
                rows.add(measure(input, frames, own, program, sameBuild, quick));
            }
        }
        return rows;
    }

    private static JpegRow measure(
            Input input,
            JpegFrames frames,
            ChildJvm own,
            FFmpegProgram program,
            FFmpegProgram sameBuild,
            boolean quick)
            throws IOException, InterruptedException {
        boolean keyFrames = frames == JpegFrames.KEY_FRAMES;
        int width = keyFrames ? input.width() : THUMBNAIL_WIDTH;
        int height = (int) Math.round((double) input.height() * width / input.width());
        int times = 1;
        if (!quick) {
            // Warms up.
            Decoding first = ours(own, input, frames, 4, null);
            ours(own, input, frames, (int) Math.ceil(2000.0 / first.frames()), null);
            Decoding second = ours(own, input, frames, 4, null);
            times = (int) Math.ceil(SECONDS * 4 / second.cpuSeconds());
        }
        List<Decoding> ours = new ArrayList<>();
        List<Decoding> theirs = new ArrayList<>();
        List<Decoding> sameBuilds = new ArrayList<>();
        for (int round = 0; round < (quick ? 1 : ROUNDS); round++) {
            ours.add(ours(own, input, frames, times, null));
            theirs.add(theirs(program, input, keyFrames, width, height, times, "/dev/null"));
            sameBuilds.add(theirs(sameBuild, input, keyFrames, width, height, times, "/dev/null"));
        }
        for (int round = 0; round < ours.size(); round++) {
            long made = ours.get(round).frames();
            if (theirs.get(round).frames() != made || sameBuilds.get(round).frames() != made) {
                throw new IOException(
                        "Not as many JPEGs of "
                                + input.name()
                                + ": "
                                + ours.get(round)
                                + ", "
                                + theirs.get(round)
                                + ", "
                                + sameBuilds.get(round));
            }
        }
        Path folder = input.set().getParent();
        Path our = folder.resolve("ours.mjpeg");
        Path their = folder.resolve("theirs.mjpeg");
        ours(own, input, frames, 1, our.toFile());
        theirs(program, input, keyFrames, width, height, 1, their.toString());
        double ssim = program.ssim(our, input.merged(), keyFrames, width, height);
        double programSsim = program.ssim(their, input.merged(), keyFrames, width, height);
        Files.delete(our);
        Files.delete(their);
        Row speed =
                new Row(
                        input.name(),
                        input.width() + "x" + input.height(),
                        width + "x" + height,
                        ours,
                        theirs,
                        sameBuilds);
        return new JpegRow(keyFrames ? "key frames" : "all frames", speed, ssim, programSsim);
    }

    private static Decoding ours(
            ChildJvm own, Input input, JpegFrames frames, int times, @Nullable File out)
            throws IOException {
        int width = frames == JpegFrames.KEY_FRAMES ? 0 : THUMBNAIL_WIDTH;
        return own.ask(
                ChildJvm.JSON.writeValueAsString(
                        new OwnDecoder.Order(input.set().toFile(), width, times, frames, out)),
                Decoding.class);
    }

    private static Decoding theirs(
            FFmpegProgram program,
            Input input,
            boolean keyFrames,
            int width,
            int height,
            int times,
            String out)
            throws IOException, InterruptedException {
        return program.jpegs(
                input.merged(), keyFrames, width, height, times, BRIGHTNESS, COLOUR, out);
    }

    static String table(List<JpegRow> rows, String program, String sameBuild) {
        StringBuilder table = new StringBuilder();
        table.append("| input | JPEGs of | size | ours, JPEGs/s | ")
                .append(program)
                .append(", JPEGs/s | ours relative to it (95 %) | ffmpeg ")
                .append(sameBuild)
                .append(
                        " of our build, JPEGs/s | ours relative to it (95 %) | bytes, ours | theirs | SSIM, ours"
                                + " | theirs |\n");
        table.append("|---|---|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|\n");
        for (JpegRow row : rows) {
            Row speed = row.speed;
            table.append(
                    String.format(
                            Locale.ROOT,
                            "| %s | %s | %s | %s | %s | %s | %s | %s | %d | %d | %.4f | %.4f |%n",
                            speed.input(),
                            row.what,
                            speed.picture(),
                            Row.framesPerSecond(speed.ours()).text(0, false),
                            Row.framesPerSecond(speed.program()).text(0, false),
                            speed.speed(speed.program()).text(2, true),
                            Row.framesPerSecond(speed.sameBuild()).text(0, false),
                            speed.speed(speed.sameBuild()).text(2, true),
                            bytes(speed.ours()),
                            bytes(speed.program()),
                            row.ssim,
                            row.programSsim));
        }
        return table.toString().strip();
    }

    private static long bytes(List<Decoding> rounds) {
        return rounds.get(0).bytes() / rounds.get(0).frames();
    }
}
