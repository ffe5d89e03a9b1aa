/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.examples.managed.it;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Lets a process see the file system as on the service: only /tmp can be written. */
final class Seal {

    private static final Path SCRIPT = Path.of("src/test/sh/sealed.sh").toAbsolutePath();

    private Seal() {}

    /**
     * What the command of a sealed process begins with.
     *
     * @param etc a folder whose files the process finds in /etc
     */
    static List<String> prefix(Path etc) {
        return List.of(SCRIPT.toString(), etc.toString());
    }

    /** Nothing from here: no credentials, no home. The messages of tools are in English. */
    static Map<String, String> environment() {
        return Map.of("PATH", System.getenv("PATH"), "LC_ALL", "C");
    }

    /** Runs a command, and returns its exit code and all lines of its output. */
    static String run(Path etc, String... command) throws Exception {
        List<String> sealed = new ArrayList<>(prefix(etc));
        sealed.addAll(List.of(command));
        ProcessBuilder builder = new ProcessBuilder(sealed).redirectErrorStream(true);
        builder.environment().clear();
        builder.environment().putAll(environment());
        Process process = builder.start();
        try {
            String output =
                    new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            StringBuilder result = new StringBuilder().append(process.waitFor());
            output.lines().forEach(line -> result.append(": ").append(line));
            return result.toString();
        } finally {
            process.destroyForcibly();
        }
    }
}
