/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.examples.input;

import io.github.flinkkvs.examples.errors.ExampleException;
import io.github.flinkkvs.mkv.Fragment;
import io.github.flinkkvs.mkv.FragmentNumber;
import io.github.flinkkvs.mkv.ServiceError;
import io.github.flinkkvs.mkv.assembler.FragmentAssembler;
import io.github.flinkkvs.mkv.assembler.FragmentHandler;
import io.github.flinkkvs.mkv.parser.MkvException;
import io.github.flinkkvs.testing.EmbeddedStream;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.TreeMap;

/**
 * The complete fragments in a file of recorded GetMedia output. Fragments that were broken off, as
 * the last one often is, are left out: the real service never has such fragments, and the source
 * would request them again and again.
 */
final class RecordedMedia implements FragmentHandler {

    /** The embedded service holds a recording in memory, and a second copy while it reads it. */
    private static final long MAX_BYTES = Runtime.getRuntime().maxMemory() / 3;

    private record Slice(int offset, int length) {}

    private final Path file;
    private final byte[] bytes;

    /** Complete fragments in the order of their numbers. A file can hold several recordings. */
    private final TreeMap<FragmentNumber, Slice> fragments = new TreeMap<>();

    private long incomplete;
    private long lastServerTimestampMillis;

    /** Whether the file has a fragment number, even if only that of an incomplete fragment. */
    private boolean fromGetMedia;

    private FragmentAssembler assembler;

    /** The offset at which the assembler began. */
    private int begin;

    private RecordedMedia(Path file, byte[] bytes) {
        this.file = file;
        this.bytes = bytes;
    }

    static RecordedMedia read(Path file) {
        RecordedMedia recording = new RecordedMedia(file, load(file));
        recording.findFragments();
        if (!recording.fromGetMedia) {
            throw new ExampleException(
                    file + " is not output of GetMedia: it has no fragment numbers");
        }
        return recording;
    }

    private static byte[] load(Path file) {
        if (!Files.exists(file)) {
            throw new ExampleException("There is no file " + file);
        }
        if (Files.isDirectory(file)) {
            throw new ExampleException(file + " is a directory, not a file");
        }
        try {
            if (Files.size(file) > MAX_BYTES) {
                throw new ExampleException(
                        file
                                + " is too large to replay from memory: at most "
                                + (MAX_BYTES >> 20)
                                + " MB. Set JAVA_OPTS=-Xmx4g for more");
            }
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new ExampleException("Cannot read " + file + ": " + e.getMessage());
        }
    }

    private void findFragments() {
        int next = 0;
        while (next < bytes.length) {
            next = findFragmentsFrom(next);
        }
    }

    /**
     * Reads to the end, or to the document that follows one that was broken off; returns its
     * offset.
     */
    private int findFragmentsFrom(int offset) {
        begin = offset;
        assembler = new FragmentAssembler(file.toString(), null, false, Integer.MAX_VALUE);
        try {
            assembler.feed(ByteBuffer.wrap(bytes, offset, bytes.length - offset), this);
        } catch (MkvException e) {
            noteOpenFragment();
            int found = begin + (int) e.offset();
            if (e.kind() == MkvException.Kind.BROKEN_OFF && found > offset) {
                incomplete++;
                return found;
            }
            throw new ExampleException(
                    file
                            + (fromGetMedia
                                    ? " is damaged: " + e.getMessage()
                                    : " is not output of GetMedia: " + e.getMessage()));
        }
        noteOpenFragment();
        // Bytes after the last fragment are the beginning of another one.
        if (assembler.isInFragment() || begin + assembler.fragmentOffset() < bytes.length) {
            incomplete++;
        }
        return bytes.length;
    }

    private void noteOpenFragment() {
        fromGetMedia |= assembler.openFragmentNumber() != null;
    }

    @Override
    public void onFragment(Fragment fragment) {
        int end = begin + (int) assembler.fragmentOffset();
        fragments.put(
                fragment.number(), new Slice(end - fragment.sizeBytes(), fragment.sizeBytes()));
        lastServerTimestampMillis =
                Math.max(lastServerTimestampMillis, fragment.serverTimestampMillis());
        fromGetMedia = true;
    }

    @Override
    public void onServiceError(ServiceError error) {
        // The service sent this in place of a fragment.
        incomplete++;
        fromGetMedia = true;
    }

    /** The number of complete fragments. */
    int fragments() {
        return fragments.size();
    }

    /** The number of fragments that were broken off. */
    long incompleteFragments() {
        return incomplete;
    }

    /** The latest server timestamp of a complete fragment, in epoch millis; 0 without fragments. */
    long lastServerTimestampMillis() {
        return lastServerTimestampMillis;
    }

    /** Gives the complete fragments to a stream, byte for byte. */
    void replayTo(EmbeddedStream stream) {
        try {
            Path copy = Files.createTempFile("recording", ".mkv");
            try {
                try (OutputStream out = Files.newOutputStream(copy)) {
                    for (Slice slice : fragments.values()) {
                        out.write(bytes, slice.offset, slice.length);
                    }
                }
                stream.replay(copy);
            } finally {
                Files.delete(copy);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
