/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.cluster;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A process whose output goes to a log, line by line, where others can wait for a line.
 *
 * <p>A daemon thread per process copies the output. What it and waiting threads share, the count of
 * lines and the last of them, is guarded by this object. {@link #await} and {@link #skip} read the
 * log from where the one before ended, so they belong to one thread at a time.
 */
public final class ClusterProcess {

    /** Long, because only a process that is stuck takes this long. */
    private static final Duration TIMEOUT = Duration.ofMinutes(2);

    private static final int LINES_OF_MESSAGE = 20;

    private final String name;
    private final Process process;
    private final Path log;
    private final BufferedReader reader;
    private final Deque<String> last = new ArrayDeque<>();
    private final CompletableFuture<Void> copied = new CompletableFuture<>();
    private long written;
    private boolean ended;

    /** How many lines the reader has passed. */
    private long read;

    ClusterProcess(String name, Process process, Path log) {
        this.name = name;
        this.process = process;
        this.log = log;
        BufferedWriter writer;
        try {
            writer =
                    Files.newBufferedWriter(
                            log, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
            reader = Files.newBufferedReader(log);
            while (reader.readLine() != null) {
                // Of a process before this one.
            }
        } catch (IOException e) {
            process.destroyForcibly();
            throw new ClusterException("Cannot write the log " + log + ": " + e, e);
        }
        Thread copier = new Thread(() -> copy(writer), "log of " + name);
        copier.setDaemon(true);
        copier.start();
    }

    private void copy(BufferedWriter writer) {
        try (BufferedReader output =
                        new BufferedReader(
                                new InputStreamReader(
                                        process.getInputStream(), StandardCharsets.UTF_8));
                writer) {
            for (String line = output.readLine(); line != null; line = output.readLine()) {
                writer.write(line);
                writer.write('\n');
                writer.flush();
                written(line);
            }
        } catch (IOException e) {
            // The process was killed, or the log cannot be written, as on a full disk.
            process.destroyForcibly();
            ended(e.toString());
        } finally {
            ended("");
            copied.complete(null);
        }
    }

    private synchronized void written(String line) {
        remember(line);
        written++;
        notifyAll();
    }

    private void remember(String line) {
        last.addLast(line);
        if (last.size() > LINES_OF_MESSAGE) {
            last.removeFirst();
        }
    }

    private synchronized void ended(String reason) {
        if (!reason.isEmpty()) {
            remember(reason);
        }
        ended = true;
        notifyAll();
    }

    /** The name that messages have. */
    public String name() {
        return name;
    }

    /** The file with the output. */
    public Path log() {
        return log;
    }

    /** The id that the operating system gave it. */
    public long pid() {
        return process.pid();
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    /** Completes with the exit code when the process has ended and its log is complete. */
    public CompletableFuture<Integer> onExit() {
        return process.onExit().thenCombine(copied, (end, log) -> end.exitValue());
    }

    /**
     * Waits for a further line that matches, and returns the last group of the pattern, or what
     * matches if it has none.
     *
     * @throws ClusterException if the process ends before that, or two minutes pass
     */
    public String await(String pattern) {
        return await(pattern, found -> true);
    }

    /**
     * Waits for a further line whose last group, or what matches, is accepted, and returns that.
     *
     * @throws ClusterException if the process ends before that, or two minutes pass
     */
    public String await(String pattern, Predicate<String> accepted) {
        Pattern wanted = Pattern.compile(pattern);
        // For all lines together: a process that is stuck may go on to log.
        long deadline = System.nanoTime() + TIMEOUT.toNanos();
        while (true) {
            awaitLine(pattern, deadline);
            Matcher match = wanted.matcher(readLine());
            if (match.find()) {
                String found = match.group(match.groupCount());
                if (accepted.test(found)) {
                    return found;
                }
            }
        }
    }

    /** Passes over the lines up to now. */
    public void skip() {
        long lines;
        synchronized (this) {
            lines = written;
        }
        while (read < lines) {
            readLine();
        }
    }

    private synchronized void awaitLine(String pattern, long deadline) {
        while (read == written) {
            long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
            if (ended || left <= 0) {
                throw new ClusterException(
                        "Flink's %s %s before its log had a line like '%s'. The log %s ends with%n%s"
                                .formatted(
                                        name,
                                        ended ? "ended" : "took two minutes",
                                        pattern,
                                        log,
                                        String.join(System.lineSeparator(), last)));
            }
            try {
                wait(left);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new ClusterException("Interrupted while waiting for " + name, e);
            }
        }
    }

    private String readLine() {
        try {
            read++;
            return reader.readLine();
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read " + log, e);
        }
    }

    /**
     * Writes a line to the input of the process.
     *
     * @throws ClusterException if it does not take it, for example because it has ended
     */
    public void send(String line) {
        try {
            process.getOutputStream().write((line + '\n').getBytes(StandardCharsets.UTF_8));
            process.getOutputStream().flush();
        } catch (IOException e) {
            throw new ClusterException("Cannot write to " + name + ": " + e, e);
        }
    }

    /** Ends the process as {@code kill -9} does, also if it is paused, and waits for its end. */
    public void kill() {
        process.destroyForcibly().onExit().join();
    }

    /**
     * Stops the process where it is, as {@code kill -STOP} does.
     *
     * @throws ClusterException if it has ended
     */
    public void pause() {
        signal("STOP");
    }

    /**
     * Lets the process go on, as {@code kill -CONT} does.
     *
     * @throws ClusterException if it has ended
     */
    public void resume() {
        signal("CONT");
    }

    private void signal(String signal) {
        try {
            // The shell has the command, whatever else is installed.
            Process kill =
                    new ProcessBuilder("sh", "-c", "kill -" + signal + " " + process.pid())
                            .redirectErrorStream(true)
                            .start();
            String output =
                    new String(kill.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (kill.waitFor() != 0) {
                throw new ClusterException(
                        "Cannot send " + signal + " to " + name + ": " + output.strip());
            }
        } catch (IOException e) {
            throw new ClusterException("Cannot send " + signal + " to " + name + ": " + e, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ClusterException("Interrupted while sending " + signal + " to " + name, e);
        }
    }

    @Override
    public String toString() {
        return name + ", process " + process.pid();
    }
}
