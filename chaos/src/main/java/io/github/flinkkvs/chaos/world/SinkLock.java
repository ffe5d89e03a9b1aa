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
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Lets the job's sink stand still: the other side of the job's gate. */
public final class SinkLock {
    private final Path file;

    SinkLock(Path file) throws IOException {
        this.file = Files.createFile(file);
    }

    Path file() {
        return file;
    }

    /** Does something while the sink stands still. */
    public void whileClosed(Action action) throws Exception {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE);
                FileLock lock = channel.lock()) {
            assert lock.isValid();
            action.run();
        }
    }

    /** What is done. */
    public interface Action {
        /** Does it. */
        void run() throws Exception;
    }
}
