/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.chaos.world;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/**
 * Where checkpoints are written. A small disk of its own becomes full for real. On a disk that
 * others use, a file stands in the place of the folder instead, so that each write of a new
 * checkpoint fails, in the JobManager and in the TaskManagers; what was written before cannot be
 * read meanwhile, either.
 */
public final class CheckpointDisk {
    /** What nobody else uses is smaller. */
    private static final long SMALL = 64L << 20;

    private static final int PAGE = 4096;

    /** Less than the time between two checkpoints. */
    private static final Duration REFILL = Duration.ofMillis(200);

    private final Path folder;

    CheckpointDisk(Path folder) throws IOException {
        this.folder = Files.createDirectories(folder);
    }

    Path folder() {
        return folder;
    }

    /** Lets time pass. */
    public interface Pause {
        /** Lets it pass. */
        void pause(Duration time) throws Exception;
    }

    /** Lets time pass while no checkpoint can be written. */
    public void whileFull(Duration time, Pause pause) throws Exception {
        if (Files.getFileStore(folder).getTotalSpace() <= SMALL) {
            whileFilled(time, pause);
        } else {
            whileAway(time, pause);
        }
    }

    /**
     * A checkpoint that is complete makes an older one go, which makes room for the next: so the
     * disk is filled up again and again.
     */
    private void whileFilled(Duration time, Pause pause) throws Exception {
        Path ballast = folder.resolveSibling("ballast");
        long end = System.nanoTime() + time.toNanos();
        try (OutputStream out = Files.newOutputStream(ballast)) {
            do {
                fill(out);
                pause.pause(REFILL);
            } while (System.nanoTime() < end);
        } finally {
            Files.delete(ballast);
        }
    }

    private static void fill(OutputStream out) {
        byte[] page = new byte[PAGE];
        while (true) {
            try {
                out.write(page);
            } catch (IOException e) {
                // The disk is full.
                return;
            }
        }
    }

    private void whileAway(Duration time, Pause pause) throws Exception {
        Path aside = folder.resolveSibling(folder.getFileName() + "-aside");
        Files.move(folder, aside);
        Files.createFile(folder);
        try {
            pause.pause(time);
        } finally {
            Files.delete(folder);
            Files.move(aside, folder);
        }
    }
}
