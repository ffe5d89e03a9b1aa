/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.examples.sql;

import io.github.flinkkvs.examples.errors.ExampleException;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The processes of a Flink cluster. All of them end with {@link #close()} or with this process.
 * Thread-safe: the list of processes is guarded by this object.
 */
final class FlinkProcesses implements AutoCloseable {

    /** Long, because only a process that does not start takes this long. */
    private static final Duration TIMEOUT = Duration.ofMinutes(2);

    private static final int LINES_OF_LOG = 20;

    private final List<Process> processes = new ArrayList<>();
    private final Thread atExit = new Thread(this::kill, "kvs-example-cluster-end");

    FlinkProcesses() {
        Runtime.getRuntime().addShutdownHook(atExit);
    }

    /**
     * A process that is up.
     *
     * @param values what its log said: per pattern the last group, or the whole match without
     *     groups
     */
    record Started(Process process, List<String> values) {}

    /** Starts a process. */
    synchronized Process start(ProcessBuilder builder) throws IOException {
        Process process = builder.start();
        processes.add(process);
        return process;
    }

    /**
     * Starts a process, copies its output to a log, and waits until a line of it matches each
     * pattern, in their order.
     *
     * @param name of the process, for messages
     * @throws ExampleException if the process ends before that, or takes more than two minutes
     */
    Started startAndAwait(String name, List<String> command, Path log, String... patterns) {
        try {
            Process process = start(new ProcessBuilder(command).redirectErrorStream(true));
            CompletableFuture<List<String>> values = new CompletableFuture<>();
            Thread reader =
                    new Thread(() -> copyLog(process, log, patterns, values), "log of " + name);
            reader.setDaemon(true);
            reader.start();
            return new Started(process, values.get(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS));
        } catch (ExecutionException e) {
            throw new ExampleException(
                    "Flink's "
                            + name
                            + " did not start. Its log ends with\n"
                            + e.getCause().getMessage());
        } catch (TimeoutException e) {
            throw new ExampleException(
                    "Flink's "
                            + name
                            + " did not come up within "
                            + TIMEOUT.toSeconds()
                            + " s: see "
                            + log);
        } catch (IOException e) {
            throw new ExampleException("Cannot start Flink's " + name + ": " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ExampleException("Interrupted while Flink was starting");
        }
    }

    private static void copyLog(
            Process process, Path log, String[] patterns, CompletableFuture<List<String>> found) {
        List<String> values = new ArrayList<>();
        Deque<String> last = new ArrayDeque<>();
        try (BufferedReader lines =
                        new BufferedReader(
                                new InputStreamReader(
                                        process.getInputStream(), StandardCharsets.UTF_8));
                BufferedWriter copy =
                        Files.newBufferedWriter(
                                log, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                copy.write(line);
                copy.newLine();
                copy.flush();
                last.addLast(line);
                if (last.size() > LINES_OF_LOG) {
                    last.removeFirst();
                }
                if (values.size() < patterns.length) {
                    Matcher match = Pattern.compile(patterns[values.size()]).matcher(line);
                    if (match.find()) {
                        values.add(match.group(match.groupCount()));
                        if (values.size() == patterns.length) {
                            found.complete(values);
                        }
                    }
                }
            }
        } catch (IOException e) {
            // The process was killed, or the log cannot be written: reported below.
            last.addLast(e.toString());
        }
        found.completeExceptionally(new ExampleException(String.join("\n", last)));
    }

    private synchronized List<Process> kill() {
        processes.forEach(Process::destroyForcibly);
        return List.copyOf(processes);
    }

    /**
     * Kills all processes, because nobody needs an orderly end of them, and waits for their end.
     */
    @Override
    public void close() {
        for (Process process : kill()) {
            process.onExit().join();
        }
        try {
            Runtime.getRuntime().removeShutdownHook(atExit);
        } catch (IllegalStateException e) {
            // This process is ending, and has run the hook.
        }
    }
}
