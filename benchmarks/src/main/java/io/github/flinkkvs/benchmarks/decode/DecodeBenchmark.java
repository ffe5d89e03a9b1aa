/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.benchmarks.decode;

import io.github.flinkkvs.benchmarks.jvm.ChildJvm;
import io.github.flinkkvs.benchmarks.jvm.CompilerCpu;
import io.github.flinkkvs.benchmarks.options.ReportOptions;
import io.github.flinkkvs.benchmarks.options.SamplesOption;
import io.github.flinkkvs.benchmarks.report.Chart;
import io.github.flinkkvs.benchmarks.report.Machine;
import io.github.flinkkvs.benchmarks.report.Median;

import org.bytedeco.javacpp.Loader;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.stream.Stream;

/** Measures the decoder of video and JPEGs beside the ffmpeg program, on the same frames. */
@Command(
        name = "decode",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Measures the video decoder beside the ffmpeg program, in one thread each.")
public final class DecodeBenchmark implements Callable<Integer> {

    /** The widths of pictures to measure; 0 for that of the video. */
    private static final int[] WIDTHS = {0, 320};

    /** The work of our decoder in each round. The programs get as many frames. */
    private static final double SECONDS = 1;

    private static final int ROUNDS = 10;

    @Mixin private SamplesOption samples;

    @Option(
            names = "--ffmpeg",
            paramLabel = "PROGRAM",
            defaultValue = "ffmpeg",
            description =
                    "The ffmpeg program: version 5.1 or later, with libx264 (${DEFAULT-VALUE}).")
    private String program;

    @Option(
            names = "--jpegs",
            description =
                    "Measures JPEGs of decoded frames instead of their pixels; the result is called"
                            + " jpeg.json instead of decode.json.")
    private boolean jpegs;

    @Mixin private ReportOptions options;

    /** The content of the result file. */
    record Result(
            String machine,
            String ffmpegVersion,
            String sameBuildVersion,
            int rounds,
            List<Row> rows,
            List<Chart> charts) {}

    public static void main(String[] arguments) {
        System.exit(new CommandLine(new DecodeBenchmark()).execute(arguments));
    }

    @Override
    public Integer call() throws Exception {
        FFmpegProgram ffmpeg;
        try {
            ffmpeg = new FFmpegProgram(program);
        } catch (IOException e) {
            System.err.println("error: " + e.getMessage());
            return 1;
        }
        FFmpegProgram sameBuild = new FFmpegProgram(Loader.load(org.bytedeco.ffmpeg.ffmpeg.class));
        String machine = Machine.describe();
        if (jpegs) {
            List<JpegRow> rows =
                    measure(
                            ffmpeg,
                            (in, own) ->
                                    JpegRow.measure(in, own, ffmpeg, sameBuild, options.quick()));
            String table =
                    machine
                            + "\n\n"
                            + JpegRow.table(
                                    rows, "ffmpeg " + ffmpeg.version(), sameBuild.version());
            options.report(
                    "jpeg",
                    new JpegRow.Result(
                            machine, ffmpeg.version(), sameBuild.version(), rows, List.of()),
                    table,
                    List.of());
            return 0;
        }
        List<Row> rows = measure(ffmpeg, (in, own) -> measure(in, own, ffmpeg, sameBuild));
        String table =
                machine + "\n\n" + table(rows, "ffmpeg " + ffmpeg.version(), sameBuild.version());
        List<Chart> charts = List.of(chart(rows));
        options.report(
                "decode",
                new Result(machine, ffmpeg.version(), sameBuild.version(), ROUNDS, rows, charts),
                table,
                charts);
        return 0;
    }

    /** Measures an input. {@code own} runs the decoder of the connector. */
    private interface Measurement<R> {
        List<R> of(Input input, ChildJvm own) throws IOException, InterruptedException;
    }

    private <R> List<R> measure(FFmpegProgram ffmpeg, Measurement<R> measurement)
            throws IOException, InterruptedException {
        Path folder = Files.createTempDirectory("decode-benchmark");
        try (ChildJvm own =
                new ChildJvm(OwnDecoder.class, "", "1g", null, List.of(CompilerCpu.FLAG))) {
            List<R> rows = new ArrayList<>();
            for (Input input : Input.all(ffmpeg, samples.folder(), folder)) {
                rows.addAll(measurement.of(input, own));
            }
            return rows;
        } finally {
            try (Stream<Path> files = Files.list(folder)) {
                for (Path file : files.toList()) {
                    Files.delete(file);
                }
            }
            Files.delete(folder);
        }
    }

    private List<Row> measure(
            Input input, ChildJvm own, FFmpegProgram ffmpeg, FFmpegProgram sameBuild)
            throws IOException, InterruptedException {
        List<Row> rows = new ArrayList<>();
        for (int width : WIDTHS) {
            if (width < input.width()) {
                System.err.println("decode: " + input.name() + ", width: " + width);
                rows.add(measure(input, width, own, ffmpeg, sameBuild));
            }
        }
        return rows;
    }

    private Row measure(
            Input input, int width, ChildJvm own, FFmpegProgram ffmpeg, FFmpegProgram sameBuild)
            throws IOException, InterruptedException {
        int pictureWidth = width == 0 ? input.width() : width;
        int pictureHeight =
                (int) Math.round((double) input.height() * pictureWidth / input.width());
        int times = 1;
        if (!options.quick()) {
            // Warms up.
            decode(own, input, width, 1 + 500 / input.frames());
            double rate = decode(own, input, width, times).framesPerSecond();
            times = (int) Math.ceil(SECONDS * rate / input.frames());
        }
        List<Decoding> ours = new ArrayList<>();
        List<Decoding> theirs = new ArrayList<>();
        List<Decoding> sameBuilds = new ArrayList<>();
        for (int round = 0; round < (options.quick() ? 1 : ROUNDS); round++) {
            ours.add(decode(own, input, width, times));
            theirs.add(ffmpeg.decode(input.merged(), pictureWidth, pictureHeight, times));
            sameBuilds.add(sameBuild.decode(input.merged(), pictureWidth, pictureHeight, times));
        }
        long frames = (long) input.frames() * times;
        long bytes = frames * pictureWidth * pictureHeight * 3;
        for (List<Decoding> rounds : List.of(ours, theirs, sameBuilds)) {
            for (Decoding round : rounds) {
                if (round.frames() != frames || round.bytes() != bytes) {
                    throw new IOException(
                            input.name()
                                    + " has "
                                    + frames
                                    + " frames and "
                                    + bytes
                                    + " bytes, but not all were decoded: "
                                    + round);
                }
            }
        }
        return new Row(
                input.name(),
                input.width() + "x" + input.height(),
                pictureWidth + "x" + pictureHeight,
                ours,
                theirs,
                sameBuilds);
    }

    private static Decoding decode(ChildJvm own, Input input, int width, int times)
            throws IOException {
        OwnDecoder.Order order =
                new OwnDecoder.Order(input.set().toFile(), width, times, null, null);
        return own.ask(ChildJvm.JSON.writeValueAsString(order), Decoding.class);
    }

    private static String table(List<Row> rows, String program, String sameBuild) {
        StringBuilder table = new StringBuilder();
        table.append("| input | video | pictures | ours, frames/s | ")
                .append(program)
                .append(", frames/s | ours relative to it (95 %) | ffmpeg ")
                .append(sameBuild)
                .append(" of our build, frames/s | ours relative to it (95 %) |\n");
        table.append("|---|---|---|--:|--:|--:|--:|--:|\n");
        for (Row row : rows) {
            table.append(
                    String.format(
                            Locale.ROOT,
                            "| %s | %s | %s | %s | %s | %s | %s | %s |%n",
                            row.input(),
                            row.video(),
                            row.picture(),
                            Row.framesPerSecond(row.ours()).text(0, false),
                            Row.framesPerSecond(row.program()).text(0, false),
                            row.speed(row.program()).text(2, true),
                            Row.framesPerSecond(row.sameBuild()).text(0, false),
                            row.speed(row.sameBuild()).text(2, true)));
        }
        return table.toString().strip();
    }

    private static Chart chart(List<Row> rows) {
        return Chart.bars(
                "decode",
                "Speed of the decoder, relative to the ffmpeg program",
                "of ffmpeg",
                rows.stream().map(row -> row.input() + ", " + row.picture()).toList(),
                List.of(
                        series("the system's ffmpeg", rows, row -> row.speed(row.program())),
                        series("ffmpeg of our build", rows, row -> row.speed(row.sameBuild()))));
    }

    private static Chart.Series series(String name, List<Row> rows, Function<Row, Median> median) {
        List<Median> medians = rows.stream().map(median).toList();
        return new Chart.Series(
                name,
                medians.stream().map(Median::value).toList(),
                medians.stream().map(Median::low).toList(),
                medians.stream().map(Median::high).toList());
    }
}
