/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.benchmarks.jvm;

import com.fasterxml.jackson.databind.ObjectMapper;

import javax.annotation.Nullable;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A child JVM with a fixed heap that is touched beforehand. Parent and child exchange lines, which
 * are JSON or words. The child ends when its standard input ends, so it never outlives its parent.
 */
public final class ChildJvm implements AutoCloseable {

    public static final ObjectMapper JSON = new ObjectMapper();

    private static final long EXIT_SECONDS = 30;

    private final String name;
    private final Process process;
    private final BufferedReader out;
    private final PrintStream in;

    /**
     * Starts a main class with one argument, its settings as JSON.
     *
     * @param cpu the processor to which it is confined; null for all of them
     */
    public ChildJvm(
            Class<?> main, Object settings, String heap, @Nullable Integer cpu, List<String> flags)
            throws IOException {
        List<String> command = new ArrayList<>();
        if (cpu != null) {
            command.addAll(List.of("taskset", "-c", cpu.toString()));
        }
        command.add(ProcessHandle.current().info().command().orElse("java"));
        command.addAll(
                List.of(
                        "-XX:+UseG1GC",
                        "-XX:+AlwaysPreTouch",
                        "-Xms" + heap,
                        "-Xmx" + heap,
                        // Flink needs the two packages opened on Java 17.
                        "--add-opens=java.base/java.util=ALL-UNNAMED",
                        "--add-opens=java.base/java.lang=ALL-UNNAMED"));
        command.addAll(flags);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
        command.add(JSON.writeValueAsString(settings));
        name = main.getSimpleName();
        process =
                new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        out = process.inputReader();
        in = new PrintStream(process.getOutputStream(), true, StandardCharsets.UTF_8);
    }

    public long pid() {
        return process.pid();
    }

    public void tell(String line) {
        in.println(line);
    }

    /** Returns the next line that the child prints. Throws if the child ends instead. */
    public String line() {
        try {
            String line = out.readLine();
            if (line == null) {
                throw new IllegalStateException(name + " has ended, see above");
            }
            return line;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns the next object that the child prints. Prints other lines, such as a profiler's. */
    public <T> T read(Class<T> type) {
        try {
            String line = line();
            while (!line.startsWith("{")) {
                System.err.println(line);
                line = line();
            }
            return JSON.readValue(line, type);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Tells the child something and returns what it answers. */
    public <T> T ask(String line, Class<T> type) {
        tell(line);
        return read(type);
    }

    /** Ends the child: first by closing its input, then by force. */
    @Override
    public void close() {
        in.close();
        try {
            if (!process.waitFor(EXIT_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    /** Whether there are two processors and the command {@code taskset}. */
    public static boolean canPin() {
        return Runtime.getRuntime().availableProcessors() >= 2
                && Files.isExecutable(Path.of("/usr/bin/taskset"));
    }
}
