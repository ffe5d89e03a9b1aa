/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.examples.events;

import io.github.flinkkvs.examples.errors.ExampleException;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A CSV file with an event in each line: stream, time, and, if there is one, its name. Empty lines
 * and a first line with the names of the columns are left out.
 */
public final class EventFile {

    private static final int MAX_BYTES = 16 << 20;

    /** A quoted field or a plain one, and what ends it. */
    private static final Pattern FIELD =
            Pattern.compile("\\s*(?:\"((?:[^\"]|\"\")*+)\"\\s*|([^,\"]*+))(,|$)");

    private final Path file;
    private final List<CameraEvent> events = new ArrayList<>();

    /** The number of a line by the file that it leads to. */
    private final Map<String, Integer> lines = new HashMap<>();

    private EventFile(Path file) {
        this.file = file;
    }

    /**
     * Reads all events, in the order of the file; at least one.
     *
     * @throws ExampleException that names the line in which something is wrong
     */
    public static List<CameraEvent> read(Path file) {
        EventFile events = new EventFile(file);
        int number = 0;
        for (String line : events.text().split("\\R")) {
            number++;
            if (!line.isBlank()) {
                events.add(number, line);
            }
        }
        if (events.events.isEmpty()) {
            throw new ExampleException(file + " has no events");
        }
        return List.copyOf(events.events);
    }

    private String text() {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(MAX_BYTES + 1);
            if (bytes.length > MAX_BYTES) {
                throw new ExampleException(
                        file + " is too large: at most " + (MAX_BYTES >> 20) + " MB of events");
            }
            String text =
                    StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
            // Spreadsheets begin their files with a byte order mark.
            return text.startsWith("\uFEFF") ? text.substring(1) : text;
        } catch (CharacterCodingException e) {
            throw new ExampleException(file + " is not a text in UTF-8");
        } catch (NoSuchFileException e) {
            throw new ExampleException("There is no file " + file);
        } catch (IOException e) {
            throw new ExampleException("Cannot read " + file + ": " + e.getMessage());
        }
    }

    private void add(int number, String line) {
        List<String> fields = fields(line);
        if (fields == null || fields.size() < 2 || fields.size() > 3) {
            throw wrong(number, "is not STREAM,TIME,NAME");
        }
        if (events.isEmpty() && fields.get(0).equalsIgnoreCase("stream")) {
            return;
        }
        if (fields.get(0).isEmpty()) {
            throw wrong(number, "names no stream");
        }
        CameraEvent event =
                new CameraEvent(
                        fields.get(0),
                        time(number, fields.get(1)),
                        fields.size() == 3 ? fields.get(2) : "");
        Integer same = lines.putIfAbsent(event.stream() + '/' + event.fileName(), number);
        if (same != null) {
            throw wrong(
                    number,
                    "leads to the same file as line " + same + ": give it another name or time");
        }
        events.add(event);
    }

    /** Null if it is no line of a CSV file. */
    private static List<String> fields(String line) {
        List<String> fields = new ArrayList<>();
        Matcher field = FIELD.matcher(line);
        int at = 0;
        while (field.find(at) && field.start() == at) {
            String quoted = field.group(1);
            fields.add((quoted == null ? field.group(2) : quoted.replace("\"\"", "\"")).strip());
            at = field.end();
            if (field.group(3).isEmpty()) {
                return fields;
            }
        }
        return null;
    }

    private Instant time(int number, String text) {
        try {
            return Instant.parse(text);
        } catch (DateTimeException e) {
            throw wrong(
                    number,
                    "has the time '"
                            + text
                            + "', which is not of the form 2026-01-31T08:00:00Z or"
                            + " 2026-01-31T09:00:00+01:00");
        }
    }

    private ExampleException wrong(int line, String what) {
        return new ExampleException("Line " + line + " of " + file + " " + what);
    }
}
