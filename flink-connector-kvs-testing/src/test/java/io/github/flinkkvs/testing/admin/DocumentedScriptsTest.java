/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.testing.admin;

import io.github.flinkkvs.testing.EmbeddedKvs;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/** Runs the Python and the JavaScript of docs/testing.md. */
class DocumentedScriptsTest {
    private static final Path PAGE = Path.of("..", "docs", "testing.md");

    /** Each script begins with its name in a comment. */
    private static final Pattern SCRIPT =
            Pattern.compile("```(?:python|js)\n((?:#|//) (\\S+)\n.*?)```", Pattern.DOTALL);

    private static final int TIMEOUT_SECONDS = 60;

    @TempDir private Path folder;
    private EmbeddedKvs kvs;
    private Administration administration;
    private List<String> scripts;

    @BeforeEach
    void start() throws IOException {
        kvs = EmbeddedKvs.start();
        administration = Administration.start(kvs);
        scripts = new ArrayList<>();
        Matcher found = SCRIPT.matcher(Files.readString(PAGE));
        while (found.find()) {
            scripts.add(found.group(2));
            Files.writeString(folder.resolve(found.group(2)), found.group(1));
        }
    }

    @AfterEach
    void close() {
        administration.close();
        kvs.close();
    }

    @Test
    void everyScriptIsTested() {
        assertThat(scripts)
                .containsExactly("kvs_admin.py", "test_front_door.py", "back-door.test.mjs");
    }

    @Test
    void python() throws Exception {
        assumeTrue(works("python3", "--version"), "there is no python3");
        assertRuns(
                "python3", "-c", "import kvs_admin; print(kvs_admin.admin('GET', '/')['region'])");
    }

    @Test
    void pythonWithBoto3() throws Exception {
        assumeTrue(works("python3", "-c", "import boto3"), "there is no python3 with boto3");
        assertRuns("python3", "test_front_door.py");
        assertThat(kvs.log().sessions("front-door")).hasSize(1);
    }

    @Test
    void javaScript() throws Exception {
        assumeTrue(works("node", "-e", "fetch"), "there is no node with fetch");
        assertRuns("node", "back-door.test.mjs");
        assertThat(kvs.log().sessions("back-door")).hasSize(1);
    }

    private void assertRuns(String... command) throws Exception {
        Path output = folder.resolve("output");
        Process process = start(output, command);
        boolean ended = process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS);
        process.destroyForcibly();
        assertThat(ended).isTrue();
        assertThat(process.exitValue())
                .as(Files.readString(output, StandardCharsets.UTF_8))
                .isZero();
    }

    private boolean works(String... command) throws InterruptedException {
        try {
            return start(folder.resolve("ignored"), command).waitFor() == 0;
        } catch (IOException e) {
            return false;
        }
    }

    private Process start(Path output, String... command) throws IOException {
        ProcessBuilder process =
                new ProcessBuilder(command)
                        .directory(folder.toFile())
                        .redirectErrorStream(true)
                        .redirectOutput(output.toFile());
        process.environment().put("KVS_ADMIN", administration.endpoint().toString());
        return process.start();
    }
}
