/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.chaos.job;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.UUID;

/**
 * Stands in front of the sink. Each record passes with a shared lock on one byte of a file; whoever
 * holds an exclusive lock on the file lets the sink stand still. A cancelled task is interrupted
 * while it waits. Belongs to the thread of its task.
 */
final class SinkGate implements AutoCloseable {
    private final FileChannel file;

    /** Locks of one process must not overlap, even shared ones: each gate has a byte of its own. */
    private final long place = UUID.randomUUID().getMostSignificantBits() & Long.MAX_VALUE - 1;

    SinkGate(String path) throws IOException {
        file = FileChannel.open(Path.of(path), StandardOpenOption.READ, StandardOpenOption.WRITE);
    }

    /** Waits while the sink stands still. */
    void pass() throws IOException {
        try (FileLock lock = file.lock(place, 1, true)) {
            assert lock.isShared();
        }
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
