/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.benchmarks.decode;

import org.junit.jupiter.api.Test;
import picocli.CommandLine;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Pattern;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

class DecodeBenchmarkTest {

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private int run(String... arguments) {
        PrintStream systemOut = System.out;
        PrintStream systemErr = System.err;
        System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
        System.setErr(new PrintStream(err, true, StandardCharsets.UTF_8));
        try {
            return new CommandLine(new DecodeBenchmark()).execute(arguments);
        } finally {
            System.setOut(systemOut);
            System.setErr(systemErr);
        }
    }

    /** It fails unless all decoders decode all frames into pictures of the same size. */
    @Test
    void measures() throws InterruptedException {
        try {
            new FFmpegProgram("ffmpeg");
        } catch (IOException e) {
            abort(e.getMessage());
        }
        int exit = run("--quick");
        assertThat(exit).as("%s", err).isZero();
        assertThat(out.toString(StandardCharsets.UTF_8))
                .contains("| camera | 160x120 | 160x120 |")
                .contains("| large camera | 1280x720 | 1280x720 |")
                .contains("| large camera | 1280x720 | 320x180 |");
    }

    /** It fails unless all make the same number of JPEGs. */
    @Test
    void measuresJpegs() throws InterruptedException {
        try {
            new FFmpegProgram("ffmpeg");
        } catch (IOException e) {
            abort(e.getMessage());
        }
        int exit = run("--quick", "--jpegs");
        assertThat(exit).as("%s", err).isZero();
        String printed = out.toString(StandardCharsets.UTF_8);
        for (String row :
                List.of(
                        "| large camera | key frames | 1280x720 |",
                        "| large camera | all frames | 320x180 |")) {
            // SSIM of both.
            assertThat(printed)
                    .containsPattern(Pattern.quote(row) + ".*\\| 0\\.9\\d+ \\| 0\\.9\\d+ \\|\\n");
        }
    }

    @Test
    void saysThatTheProgramIsMissing() {
        assertThat(run("--quick", "--ffmpeg=no-such-program")).isEqualTo(1);
        assertThat(err.toString(StandardCharsets.UTF_8))
                .contains("There is no program 'no-such-program': install it")
                .doesNotContain("Exception");
    }

    @Test
    void ratiosAreTakenRoundByRound() {
        List<Decoding> ours = List.of(new Decoding(100, 1, 1), new Decoding(100, 1, 10));
        List<Decoding> theirs = List.of(new Decoding(100, 1, 2), new Decoding(100, 1, 20));
        Row row = new Row("camera", "", "", ours, theirs, ours);
        assertThat(row.speed(row.program()).value()).isEqualTo(2);
        assertThat(row.speed(row.sameBuild()).value()).isEqualTo(1);
        assertThat(Row.framesPerSecond(row.ours()).value()).isEqualTo(55);
    }
}
