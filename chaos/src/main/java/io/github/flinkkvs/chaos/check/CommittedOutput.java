/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.chaos.check;

import io.github.flinkkvs.chaos.record.OutputRow;

import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * What the job has committed: the files of its sink that are visible. The file system tells of new
 * ones. Belongs to one thread.
 */
public final class CommittedOutput implements Closeable {
    private final Path folder;
    private final WatchService watch;
    private final Set<Path> read = new HashSet<>();
    private final List<OutputRow> rows = new ArrayList<>();

    /**
     * @param folder of the sink; made if it is missing
     */
    public CommittedOutput(Path folder) throws IOException {
        this.folder = Files.createDirectories(folder);
        watch = FileSystems.getDefault().newWatchService();
        folder.register(watch, StandardWatchEventKinds.ENTRY_CREATE);
    }

    /** All rows that are committed now, in no particular order. A view. */
    public List<OutputRow> rows() {
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : (Iterable<Path>) files::iterator) {
                if (visible(file) && read.add(file)) {
                    Files.readAllLines(file).forEach(line -> rows.add(OutputRow.parse(line)));
                }
            }
            return rows;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean visible(Path file) {
        String name = file.getFileName().toString();
        // What is not committed begins with a dot, and so do folders of Flink's table sink.
        return !name.startsWith(".") && !name.startsWith("_") && Files.isRegularFile(file);
    }

    /**
     * Waits until the rows meet a condition, or until it is too late.
     *
     * @param condition is asked again whenever there are more rows, and at least once a second
     * @return whether they meet it
     */
    public boolean await(Predicate<List<OutputRow>> condition, Duration timeout)
            throws InterruptedException {
        long deadline = System.nanoTime() + timeout.toNanos();
        while (!condition.test(rows())) {
            if (System.nanoTime() >= deadline) {
                return false;
            }
            long wait = Math.min(deadline - System.nanoTime(), TimeUnit.SECONDS.toNanos(1));
            WatchKey changes = watch.poll(wait, TimeUnit.NANOSECONDS);
            if (changes != null) {
                changes.pollEvents();
                changes.reset();
            }
        }
        return true;
    }

    /** Reads on for a while. */
    public void watch(Duration time) throws InterruptedException {
        await(committed -> false, time);
    }

    @Override
    public void close() throws IOException {
        watch.close();
    }
}
