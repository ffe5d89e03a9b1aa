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

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** What users write into files of events, by hand or with a spreadsheet. */
class EventFileTest {

    private static final Instant TIME = Instant.parse("2026-01-31T08:00:00Z");

    @TempDir Path folder;

    private Path file(String text) throws Exception {
        return Files.writeString(folder.resolve("events.csv"), text);
    }

    @Test
    void aLineForEachEvent() throws Exception {
        Path file =
                file(
                        "\uFEFFStream,Time,Event\r\n"
                                + "front-door,2026-01-31T08:00:00Z,doorbell\r\n"
                                + "\r\n"
                                + " backyard , 2026-01-31T09:00:00.250+01:00 \r\n"
                                + "\"front-door\",\"2026-01-31T08:00:00Z\",\"he said \"\"hi\"\", twice\"\n"
                                + "arn:aws:kinesisvideo:eu-central-1:1:stream/a/1,2026-01-31T08:00:00Z,");
        assertThat(EventFile.read(file))
                .containsExactly(
                        new CameraEvent("front-door", TIME, "doorbell"),
                        new CameraEvent("backyard", TIME.plusMillis(250), ""),
                        new CameraEvent("front-door", TIME, "he said \"hi\", twice"),
                        new CameraEvent(
                                "arn:aws:kinesisvideo:eu-central-1:1:stream/a/1", TIME, ""));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\u0000',
            value = {
                "a | Line 2 of FILE is not STREAM,TIME,NAME",
                "a,2026-01-31T08:00:00Z,b,c | Line 2 of FILE is not STREAM,TIME,NAME",
                "a,2026-01-31T08:00:00Z,\"b | Line 2 of FILE is not STREAM,TIME,NAME",
                "a;2026-01-31T08:00:00Z;b | Line 2 of FILE is not STREAM,TIME,NAME",
                ",2026-01-31T08:00:00Z | Line 2 of FILE names no stream",
                "a,2026-01-31 08:00,b | Line 2 of FILE has the time '2026-01-31 08:00', which is not",
                "a,noon,b | of the form 2026-01-31T08:00:00Z or 2026-01-31T09:00:00+01:00"
            })
    void wrongLines(String line, String message) throws Exception {
        Path file = file("stream,time,event\n" + line + "\n");
        assertThatThrownBy(() -> EventFile.read(file))
                .isInstanceOf(ExampleException.class)
                .hasMessageContaining(message.replace("FILE", file.toString()));
    }

    /** The one would replace the other. */
    @Test
    void twoEventsWithTheSameFile() throws Exception {
        Path file =
                file(
                        "a,2026-01-31T08:00:00Z,door/bell\n"
                                + "b,2026-01-31T08:00:00Z,door/bell\n"
                                + "a,2026-01-31T09:00:00+01:00,door:bell\n");
        assertThatThrownBy(() -> EventFile.read(file))
                .isInstanceOf(ExampleException.class)
                .hasMessage(
                        "Line 3 of "
                                + file
                                + " leads to the same file as line 1: give it another name or time");
    }

    @Test
    void filesThatAreNone() throws Exception {
        Path missing = folder.resolve("none.csv");
        assertThatThrownBy(() -> EventFile.read(missing))
                .isInstanceOf(ExampleException.class)
                .hasMessage("There is no file " + missing);
        assertThatThrownBy(() -> EventFile.read(folder))
                .isInstanceOf(ExampleException.class)
                .hasMessageStartingWith("Cannot read " + folder);
        Path empty = file("stream,time,event\n\n");
        assertThatThrownBy(() -> EventFile.read(empty))
                .isInstanceOf(ExampleException.class)
                .hasMessage(empty + " has no events");
        Path latin =
                Files.write(
                        folder.resolve("latin.csv"),
                        "a,2026-01-31T08:00:00Z,T\u00fcr".getBytes(StandardCharsets.ISO_8859_1));
        assertThatThrownBy(() -> EventFile.read(latin))
                .isInstanceOf(ExampleException.class)
                .hasMessage(latin + " is not a text in UTF-8");
        Path large = Files.write(folder.resolve("large.csv"), new byte[(16 << 20) + 1]);
        assertThatThrownBy(() -> EventFile.read(large))
                .isInstanceOf(ExampleException.class)
                .hasMessageContaining("is too large: at most 16 MB");
    }

    @Test
    void namesOfFiles() {
        assertThat(new CameraEvent("a", TIME, "doorbell").fileName())
                .isEqualTo("20260131T080000.000Z-doorbell");
        assertThat(new CameraEvent("a", TIME.plusMillis(7), "").fileName())
                .isEqualTo("20260131T080000.007Z");
        assertThat(new CameraEvent("a", TIME, "../T\u00fcr \"1\"").fileName())
                .isEqualTo("20260131T080000.000Z-.._T_r_1_");
        assertThat(new CameraEvent("a", TIME, "x".repeat(1_000)).fileName()).hasSizeLessThan(130);
    }
}
