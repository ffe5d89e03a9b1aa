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
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Writes down what is pushed, before a reader can see it, so that a kill of the service loses no
 * truth: what is written survives the process. Thread-safe: guarded by this.
 */
public final class LedgerWriter implements AutoCloseable {
    private final FileChannel file;

    /** Continues a ledger, or begins one. A last line that a kill tore is removed. */
    public LedgerWriter(Path path) throws IOException {
        file = FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        file.truncate(Ledger.wholeLines(path));
        file.position(file.size());
    }

    /** A stream exists. */
    public void stream(String name, StreamKind kind, long creationMillis) {
        write(LineType.STREAM, name, kind.name(), Long.toString(creationMillis));
    }

    /** A fragment begins: from now on, readers may see its frames one by one. */
    public void begun(String stream, String number, long checksum, List<Long> frames) {
        write(LineType.BEGUN, stream, number, Long.toString(checksum), joined(frames));
    }

    /**
     * A fragment is complete: readers will see its end.
     *
     * @param recordedEnd the length of the stream's recording with it
     */
    public void completed(String stream, String number, long recordedEnd) {
        write(LineType.COMPLETED, stream, number, Long.toString(recordedEnd));
    }

    /** A fragment begins that will be malformed behind these frames. */
    public void bad(String stream, String number, List<Long> framesBefore) {
        write(LineType.BAD, stream, number, joined(framesBefore));
    }

    private static String joined(List<Long> checksums) {
        return checksums.stream().map(String::valueOf).collect(Collectors.joining(";"));
    }

    private synchronized void write(LineType type, String... fields) {
        String line = type + "," + String.join(",", fields) + "\n";
        ByteBuffer bytes = ByteBuffer.wrap(line.getBytes(StandardCharsets.UTF_8));
        try {
            while (bytes.hasRemaining()) {
                file.write(bytes);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public synchronized void close() throws IOException {
        file.close();
    }
}
