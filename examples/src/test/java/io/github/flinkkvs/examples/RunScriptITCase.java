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
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/** Runs commands of the documentation in an unusual environment, and on a terminal. */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "run.sh needs a POSIX shell")
class RunScriptITCase {

    private static final long TIMEOUT_SECONDS = 300;

    /** An unreachable proxy, another account, colours, and a locale with another alphabet. */
    private static final Map<String, String> FOREIGN =
            Map.ofEntries(
                    Map.entry("HTTP_PROXY", "http://127.0.0.1:9"),
                    Map.entry("http_proxy", "http://127.0.0.1:9"),
                    Map.entry("NO_PROXY", "example.com"),
                    Map.entry("AWS_PROFILE", "nobody"),
                    Map.entry("AWS_REGION", "xx-nowhere-9"),
                    Map.entry("AWS_CONFIG_FILE", "/nowhere"),
                    Map.entry("AWS_ENDPOINT_URL", "http://127.0.0.1:9"),
                    Map.entry("AWS_USE_FIPS_ENDPOINT", "true"),
                    Map.entry("TZ", "Asia/Kathmandu"),
                    Map.entry("LC_ALL", "C"),
                    Map.entry("TERM", "xterm-256color"),
                    Map.entry("CLICOLOR_FORCE", "1"),
                    Map.entry("FORCE_COLOR", "1"),
                    Map.entry("COLUMNS", "40"),
                    Map.entry("JAVA_OPTS", "-Duser.language=tr -Duser.country=TR"));

    private static final Path SCRIPT = Path.of("run.sh").toAbsolutePath();

    @TempDir Path folder;

    private record Result(int exitCode, List<String> out, String err) {}

    private Result run(Map<String, String> environment, String... command) throws Exception {
        Path out = folder.resolve("out.txt");
        Path err = folder.resolve("err.txt");
        ProcessBuilder builder =
                new ProcessBuilder(command)
                        .directory(folder.toFile())
                        .redirectOutput(out.toFile())
                        .redirectError(err.toFile());
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        builder.environment().putAll(environment);
        Process process = builder.start();
        try {
            assertThat(process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS))
                    .as("ends; %s", Files.readString(err))
                    .isTrue();
        } finally {
            process.destroyForcibly();
        }
        return new Result(
                process.exitValue(),
                Files.readAllLines(out, StandardCharsets.UTF_8),
                Files.readString(err));
    }

    @Test
    void tagsInAForeignEnvironment() throws Exception {
        Result result = run(FOREIGN, SCRIPT.toString(), "tags");

        assertThat(result.exitCode()).as(result.err()).isZero();
        assertThat(result.out()).hasSize(20).allMatch(line -> line.contains("\"fragmentNumber\""));
    }

    /** Four events with media, of which one is not over, and one without. */
    @Test
    void clipsInAForeignEnvironment() throws Exception {
        Result result = run(FOREIGN, SCRIPT.toString(), "clips", "--format", "mp4");

        assertThat(result.exitCode()).as(result.err()).isZero();
        assertThat(result.out())
                .hasSize(4)
                .allMatch(
                        line ->
                                line.matches(
                                        "clips/(front-door|backyard)/\\d{8}T\\d{6}\\.000Z-[a-z]+\\.mp4:"
                                                + " 1[012]\\.\\d{3} s"));
        for (String line : result.out()) {
            Path file = folder.resolve(line.substring(0, line.indexOf(':')));
            assertThat(Media.head(file, "mp4")).isTrue();
            if (Media.canProbe()) {
                assertThat(Media.codecs(file)).startsWith("h264");
                assertThat(Media.decodedPictures(file)).isGreaterThanOrEqualTo(250);
            }
        }
        assertThat(result.err().lines())
                .anyMatch(line -> line.startsWith("hedgehog: There is no clip of stream backyard"))
                .endsWith("clips: 4 files, 1 event without a clip");
    }

    @Test
    void progressInAFile() throws Exception {
        Result result = run(FOREIGN, SCRIPT.toString(), "backfill", "--fragments", "500");

        assertThat(result.exitCode()).as(result.err()).isZero();
        assertThat(result.out()).hasSize(1);
        assertThat(result.err().lines())
                .anyMatch(line -> line.contains(" behind"))
                .endsWith("backfill: 500 fragments");
        assertThat(result.err()).doesNotContain("\u001B").doesNotContain("\r");
    }

    @Test
    void progressOnATerminal() throws Exception {
        Path script = Path.of("/usr/bin/script");
        assumeTrue(Files.isExecutable(script), "the program 'script' is not installed");

        Result result =
                run(
                        Map.of("TERM", "xterm"),
                        script.toString(),
                        "--quiet",
                        "--return",
                        "--command",
                        "stty cols 60; '" + SCRIPT + "' backfill --fragments 500",
                        folder.resolve("typescript").toString());

        assertThat(result.exitCode()).as("%s", result.out()).isZero();
        String screen = Files.readString(folder.resolve("typescript"));
        assertThat(screen).doesNotContain("\u001B").contains("backfill: 500 fragments");
        List<String> written =
                Arrays.stream(screen.split("[\r\n]+"))
                        .filter(text -> text.contains(" behind"))
                        .toList();
        assertThat(written).isNotEmpty().allMatch(text -> text.length() < 60);
        // All in one line.
        assertThat(screen.split("\n")).filteredOn(line -> line.contains(" behind")).hasSize(1);
    }
}
