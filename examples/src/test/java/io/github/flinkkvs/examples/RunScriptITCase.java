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
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import static org.assertj.core.api.Assertions.assertThat;

/** Runs the first command of the README in an unusual environment. */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "run.sh needs a POSIX shell")
class RunScriptITCase {

    private static final long TIMEOUT_SECONDS = 300;

    /** An unreachable proxy, settings for another account, and a locale with another alphabet. */
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
                    Map.entry("JAVA_OPTS", "-Duser.language=tr -Duser.country=TR"));

    @Test
    void tagsInAForeignEnvironment(@TempDir Path folder) throws Exception {
        Path script = Path.of("run.sh").toAbsolutePath();
        Path out = folder.resolve("out.txt");
        Path err = folder.resolve("err.txt");
        ProcessBuilder builder =
                new ProcessBuilder(script.toString(), "tags")
                        .directory(folder.toFile())
                        .redirectOutput(out.toFile())
                        .redirectError(err.toFile());
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        builder.environment().putAll(FOREIGN);
        Process process = builder.start();
        try {
            assertThat(process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS))
                    .as("ends; %s", Files.readString(err))
                    .isTrue();
        } finally {
            process.destroyForcibly();
        }
        List<String> lines = Files.readAllLines(out, StandardCharsets.UTF_8);
        assertThat(process.exitValue()).as("%s", Files.readString(err)).isZero();
        assertThat(lines).hasSize(20).allMatch(line -> line.contains("\"fragmentNumber\""));
    }
}
