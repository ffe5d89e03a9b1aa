/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.chaos.ledger;

import io.github.flinkkvs.chaos.ledger.PushedFragment.Fate;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** What was pushed, as the ledger says when it is read. Not thread-safe. */
public final class Ledger {
    private final Map<String, PushedStream> streams = new TreeMap<>();

    private Ledger() {}

    /** Reads the whole lines of a file; one without lines, or none, is an empty ledger. */
    public static Ledger read(Path path) throws IOException {
        Ledger ledger = new Ledger();
        if (Files.exists(path)) {
            byte[] bytes = Files.readAllBytes(path);
            String lines = new String(bytes, 0, whole(bytes), StandardCharsets.UTF_8);
            lines.lines().forEach(ledger::add);
        }
        return ledger;
    }

    /** The length of a file up to the end of its last whole line; 0 if there is no file. */
    static long wholeLines(Path path) throws IOException {
        return Files.exists(path) ? whole(Files.readAllBytes(path)) : 0;
    }

    private static int whole(byte[] bytes) {
        int end = bytes.length;
        while (end > 0 && bytes[end - 1] != '\n') {
            end--;
        }
        return end;
    }

    private void add(String line) {
        String[] fields = line.split(",", -1);
        String stream = fields[1];
        switch (LineType.valueOf(fields[0])) {
            case STREAM:
                streams.put(
                        stream,
                        new PushedStream(StreamKind.valueOf(fields[2]), Long.parseLong(fields[3])));
                break;
            case BEGUN:
                put(
                        stream,
                        new PushedFragment(
                                new BigInteger(fields[2]),
                                Long.parseLong(fields[3]),
                                checksums(fields[4]),
                                Fate.ABANDONED,
                                0));
                break;
            case COMPLETED:
                streams.get(stream)
                        .fragments()
                        .computeIfPresent(
                                new BigInteger(fields[2]),
                                (number, begun) -> begun.completedAt(Long.parseLong(fields[3])));
                break;
            default:
                put(
                        stream,
                        new PushedFragment(
                                new BigInteger(fields[2]), 0, checksums(fields[3]), Fate.BAD, 0));
        }
    }

    private void put(String stream, PushedFragment fragment) {
        streams.get(stream).fragments().put(fragment.number(), fragment);
    }

    private static List<Long> checksums(String joined) {
        return joined.isEmpty()
                ? List.of()
                : Arrays.stream(joined.split(";")).map(Long::valueOf).collect(Collectors.toList());
    }

    /** The streams, by name. */
    public Map<String, PushedStream> streams() {
        return streams;
    }
}
