/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.examples.managed.it;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A process that sees the file system as on the service: only /tmp can be written. */
final class SealedProcess implements AutoCloseable {

    private static final Path SCRIPT = Path.of("src/test/sh/sealed.sh").toAbsolutePath();

    /** Long, because only a process that is stuck takes this long. */
    private static final Duration TIMEOUT = Duration.ofMinutes(2);

    /** Stands for the end of the output. */
    private static final String END = "\0";

    private final Process process;
    private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();
    private final List<String> seen = new ArrayList<>();

    /**
     * @param etc a folder whose files the process finds in /etc
     */
    SealedProcess(Path etc, List<String> command) throws IOException {
        List<String> sealed = new ArrayList<>(List.of(SCRIPT.toString(), etc.toString()));
        sealed.addAll(command);
        ProcessBuilder builder = new ProcessBuilder(sealed).redirectErrorStream(true);
        // Nothing from here: no credentials, no home. The messages of tools are in English.
        String path = System.getenv("PATH");
        builder.environment().clear();
        builder.environment().putAll(Map.of("PATH", path, "LC_ALL", "C"));
        process = builder.start();
        Thread reader = new Thread(this::read, "output of " + command.get(0));
        reader.setDaemon(true);
        reader.start();
    }

    private void read() {
        try (BufferedReader out =
                new BufferedReader(
                        new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                lines.add(line);
            }
        } catch (IOException e) {
            lines.add(e.toString());
        } finally {
            lines.add(END);
        }
    }

    long pid() {
        return process.pid();
    }

    /** Passes over the output up to now. */
    void skip() {
        lines.drainTo(seen);
        if (seen.remove(END)) {
            lines.add(END);
        }
    }

    /** Waits for a further line of the output, and returns its first group, or what matches. */
    String await(String pattern) throws InterruptedException {
        return await(pattern, found -> true);
    }

    /** Waits for a further line whose first group, or what matches, is accepted. */
    String await(String pattern, Predicate<String> accepted) throws InterruptedException {
        Pattern wanted = Pattern.compile(pattern);
        // For all lines together: a process that is stuck may go on to log.
        long deadline = System.nanoTime() + TIMEOUT.toNanos();
        while (true) {
            String line = lines.poll(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
            if (line == null || line.equals(END)) {
                throw new AssertionError(
                        "No output matches " + pattern + ":\n" + String.join("\n", seen));
            }
            seen.add(line);
            Matcher match = wanted.matcher(line);
            if (match.find()) {
                String found = match.groupCount() == 0 ? match.group() : match.group(1);
                if (accepted.test(found)) {
                    return found;
                }
            }
        }
    }

    /** Waits for the end, and returns the exit code and all lines of the output. */
    String awaitEnd() throws InterruptedException {
        StringBuilder output = new StringBuilder();
        for (String line = lines.take(); !line.equals(END); line = lines.take()) {
            output.append(": ").append(line);
        }
        return process.waitFor() + output.toString();
    }

    @Override
    public void close() {
        process.destroyForcibly().onExit().join();
    }
}
