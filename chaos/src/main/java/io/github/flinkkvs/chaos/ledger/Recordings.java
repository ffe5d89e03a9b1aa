/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.chaos.ledger;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The complete fragments of each stream in a file of its own, as recorded output of GetMedia, from
 * which the service has them again after a restart. Thread-safe, but each stream has one writer.
 */
public final class Recordings implements AutoCloseable {
    private final Path folder;
    private final Map<String, FileChannel> files = new ConcurrentHashMap<>();

    public Recordings(Path folder) throws IOException {
        this.folder = Files.createDirectories(folder);
    }

    /** The file of a stream; it may not exist yet. */
    public Path file(String stream) {
        return folder.resolve(stream + ".mkv");
    }

    /**
     * Opens the recording of a stream.
     *
     * @param end how much of it the ledger knows: what a kill left behind that is removed
     */
    public void open(String stream, long end) throws IOException {
        FileChannel file =
                FileChannel.open(file(stream), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        file.truncate(end);
        file.position(end);
        files.put(stream, file);
    }

    /** Appends a document, and returns the length of the recording with it. */
    public long append(String stream, byte[] document) {
        FileChannel file = files.get(stream);
        ByteBuffer bytes = ByteBuffer.wrap(document);
        try {
            while (bytes.hasRemaining()) {
                file.write(bytes);
            }
            return file.position();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() throws IOException {
        for (FileChannel file : files.values()) {
            file.close();
        }
    }
}
