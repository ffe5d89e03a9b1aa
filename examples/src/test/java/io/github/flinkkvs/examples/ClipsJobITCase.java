/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.examples;

import io.github.flinkkvs.examples.run.ExampleMain;
import io.github.flinkkvs.testing.Camera;
import io.github.flinkkvs.testing.EmbeddedKvs;
import io.github.flinkkvs.testing.EmbeddedStream;
import io.github.flinkkvs.testing.behavior.StreamSettings;
import io.github.flinkkvs.testing.log.StoredFragment;
import io.github.flinkkvs.testing.media.MediaClip;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;

/** The job as a process: the files it writes, what it prints, and its exit code. */
class ClipsJobITCase {

    private static final Map<String, String> CREDENTIALS =
            Map.of("AWS_ACCESS_KEY_ID", "any", "AWS_SECRET_ACCESS_KEY", "thing");

    private static final int FRAGMENTS = 20;
    private static final int FRAMES = 25;

    @TempDir Path folder;

    private EmbeddedKvs kvs;
    private EmbeddedStream door;
    private EmbeddedStream yard;

    @BeforeEach
    void film() {
        kvs = EmbeddedKvs.start();
        door = film("door", MediaClip.h264WithAac(), "entrance");
        yard = film("yard", MediaClip.h264(), "garden");
        kvs.clock().shift(Duration.ofMinutes(5));
    }

    @AfterEach
    void close() {
        kvs.close();
    }

    /** Fragments of a second. */
    private EmbeddedStream film(String name, MediaClip clip, String location) {
        EmbeddedStream stream =
                kvs.createStream(StreamSettings.named(name).tag("location", location).build());
        Camera.builder(stream)
                .clip(clip)
                .fragments(FRAGMENTS)
                .unlimitedSpeed()
                .start()
                .awaitDone(Duration.ofSeconds(30));
        return stream;
    }

    private RunExample.Result clips(String... arguments) throws Exception {
        List<String> all =
                new ArrayList<>(
                        List.of("clips", "--out", out().toString(), "--before=1", "--after=1"));
        all.addAll(List.of(arguments));
        return RunExample.run(folder, CREDENTIALS, all);
    }

    private RunExample.Result clipsOfServer(String... arguments) throws Exception {
        List<String> all =
                new ArrayList<>(
                        List.of("--endpoint=" + kvs.endpoint(), "--region=" + kvs.region()));
        all.addAll(List.of(arguments));
        return clips(all.toArray(String[]::new));
    }

    private Path out() {
        return folder.resolve("media");
    }

    private String events(String... lines) throws IOException {
        return "--events=" + Files.write(folder.resolve("events.csv"), List.of(lines));
    }

    /** In the middle of a fragment. */
    private static Instant time(EmbeddedStream stream, int fragment) {
        return Instant.ofEpochMilli(stream.pushed().get(fragment).producerTimestampMillis() + 500);
    }

    private static String name(Instant time) {
        String digits = time.toString().replaceAll("[-:Z]", "");
        String millis = digits.contains(".") ? "" : ".000";
        return digits + millis + "Z";
    }

    private List<String> files() throws IOException {
        try (Stream<Path> files = Files.walk(out())) {
            return files.filter(Files::isRegularFile)
                    .map(file -> out().relativize(file).toString())
                    .sorted()
                    .toList();
        }
    }

    /** Three fragments of a second. */
    private void assertPlays(String file, String container, String... codecs) throws Exception {
        Path media = out().resolve(file);
        assertThat(Media.head(media, container)).isTrue();
        if (Media.canProbe()) {
            assertThat(Media.codecs(media)).containsExactly(codecs);
            assertThat(Media.decodedPictures(media)).isEqualTo(3 * FRAMES);
        }
    }

    @Test
    void aFileForEachEvent() throws Exception {
        Instant bell = time(door, 5);
        Instant cat = time(yard, 10);

        RunExample.Result result =
                clipsOfServer(
                        events(
                                "stream,time,event",
                                "door," + bell + ",doorbell",
                                "\"yard\",\"" + cat + "\",\"cat, or \"\"hedgehog\"\"\"",
                                "yard," + cat + ",again",
                                "yard," + cat.plusSeconds(3_600) + ",tomorrow",
                                "yard," + cat.minusSeconds(100) + ",yesterday",
                                "cellar," + cat + ",mouse"));

        assertThat(result.exitCode()).as("%s", result.err()).isZero();
        String doorbell = "door/" + name(bell) + "-doorbell.mkv";
        String hedgehog = "yard/" + name(cat) + "-cat_or_hedgehog_.mkv";
        String again = "yard/" + name(cat) + "-again.mkv";
        assertThat(files()).containsExactly(doorbell, again, hedgehog);
        // The last frame of sound ends a little later.
        assertThat(result.out())
                .extracting(line -> line.replaceAll("3\\.0\\d\\d s$", "3.000 s"))
                .containsExactlyInAnyOrder(
                        out().resolve(doorbell) + ": 3.000 s",
                        out().resolve(hedgehog) + ": 3.000 s",
                        out().resolve(again) + ": 3.000 s");
        assertPlays(doorbell, "mkv", "h264", "aac");
        assertPlays(hedgehog, "mkv", "h264");
        assertThat(result.err()).hasSize(4);
        assertThat(result.err())
                .anyMatch(
                        line ->
                                line.startsWith("tomorrow: There is no clip of stream yard from ")
                                        && line.contains("it ends in "))
                .anyMatch(
                        line ->
                                line.startsWith("yesterday: There is no clip of stream yard from ")
                                        && line.contains("the stream has no media of that time"))
                .anyMatch(
                        line ->
                                line.startsWith("mouse: There is no clip of stream cellar from ")
                                        && line.contains("Check name, region and account"))
                .endsWith("clips: 3 files, 3 events without a clip");
    }

    @Test
    void asMp4OfTheStreamsThatAreSelected() throws Exception {
        Instant bell = time(door, 5);

        RunExample.Result result =
                clipsOfServer(
                        "--stream-prefix=do",
                        "--stream-tag=location=entrance",
                        "--format=mp4",
                        events(door.arn() + "," + bell, "yard," + bell, "cellar," + bell));

        assertThat(result.err())
                .containsExactly("clips: 1 file, left out 2 events of other streams");
        assertThat(result.exitCode()).isZero();
        String file = "door/" + name(bell) + ".mp4";
        assertThat(files()).containsExactly(file);
        assertPlays(file, "mp4", "h264", "aac");
    }

    @Test
    void recordings() throws Exception {
        Path recording = folder.resolve("my yard.mkv");
        try (OutputStream out = Files.newOutputStream(recording)) {
            for (StoredFragment fragment : yard.pushed()) {
                out.write(fragment.bytes());
            }
        }

        RunExample.Result result =
                clips(
                        "--replay=" + recording,
                        events("my yard," + time(yard, 3) + ",cat", "barn," + time(yard, 3)));

        assertThat(result.err()).hasSize(2).endsWith("clips: 1 file, 1 event without a clip");
        assertThat(result.err().get(0)).startsWith("There is no clip of stream barn from ");
        assertThat(result.exitCode()).isZero();
        assertPlays("my yard/" + name(time(yard, 3)) + "-cat.mkv", "mkv", "h264");
    }

    /** What would be the same for every event. */
    @Test
    void callsThatTheServiceRefuses() throws Exception {
        kvs.accessKeys().allow("AKIDEXAMPLE");

        RunExample.Result result = clipsOfServer(events("door," + time(door, 5)));

        assertThat(result.out()).isEmpty();
        assertThat(result.err()).hasSize(1);
        assertThat(result.err().get(0)).startsWith("error: There is no clip of stream door");
        assertThat(result.exitCode()).isEqualTo(ExampleMain.FAILED);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--before -1 | --before and --after must not be negative",
                "--fragments 3 | leave out --from and --fragments",
                "--region r --events f --from now | leave out --from and --fragments",
                "--history live | Clips come from the archive: leave out --history",
                "--region r | --region and --replay need --events",
                "--replay f | --region and --replay need --events",
                "--format avi | expected one of"
            })
    void wrongOptions(String arguments, String message) {
        StringWriter err = new StringWriter();
        CommandLine job = new CommandLine(new ClipsJob()).setErr(new PrintWriter(err));
        assertThat(ExampleMain.execute(job, arguments.split(" ")))
                .isEqualTo(ExampleMain.WRONG_OPTIONS);
        assertThat(err.toString()).contains(message).hasLineCount(1);
    }

    @Test
    void eventsOfOtherStreamsOnly() throws Exception {
        StringWriter err = new StringWriter();
        CommandLine job = new CommandLine(new ClipsJob()).setErr(new PrintWriter(err));
        int exitCode =
                ExampleMain.execute(
                        job,
                        "--endpoint=" + kvs.endpoint(),
                        "--region=" + kvs.region(),
                        "--streams=door",
                        events("yard," + time(yard, 5)));
        assertThat(exitCode).isEqualTo(ExampleMain.FAILED);
        assertThat(err.toString().strip())
                .isEqualTo("error: No event is of the streams that were chosen");
    }
}
