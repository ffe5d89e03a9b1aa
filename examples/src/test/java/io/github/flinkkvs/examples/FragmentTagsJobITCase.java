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
import io.github.flinkkvs.testing.log.StoredFragment;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.ByteArrayOutputStream;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/** The job as a process: what it prints, where, and its exit code. */
class FragmentTagsJobITCase {

    private static final ObjectMapper MAPPER = new ObjectMapper();

    private static final Map<String, String> CREDENTIALS =
            Map.of("AWS_ACCESS_KEY_ID", "any", "AWS_SECRET_ACCESS_KEY", "thing");

    @TempDir Path folder;

    private RunExample.Result tags(Map<String, String> environment, String... arguments)
            throws Exception {
        List<String> all = new ArrayList<>(List.of("tags"));
        all.addAll(Arrays.asList(arguments));
        return RunExample.run(folder, environment, all);
    }

    private RunExample.Result endpoint(EmbeddedKvs kvs, String streams, String... more)
            throws Exception {
        List<String> arguments = new ArrayList<>();
        arguments.addAll(List.of("--endpoint", kvs.endpoint().toString()));
        arguments.addAll(List.of("--region", kvs.region(), "--streams", streams));
        arguments.addAll(Arrays.asList(more));
        return tags(CREDENTIALS, arguments.toArray(String[]::new));
    }

    private static List<String> values(RunExample.Result result, String stream, String field)
            throws Exception {
        List<String> values = new ArrayList<>();
        for (String line : result.out()) {
            JsonNode json = MAPPER.readTree(line);
            if (json.get("stream").asText().equals(stream)) {
                values.add(json.get(field).asText());
            }
        }
        return values;
    }

    private static List<String> numbers(List<StoredFragment> fragments) {
        return fragments.stream().map(StoredFragment::number).toList();
    }

    private static void assertSummary(RunExample.Result result, String summary) {
        assertThat(result.err()).containsExactly(summary);
        assertThat(result.exitCode()).isZero();
    }

    private static void assertFailure(RunExample.Result result, String... message) {
        assertThat(result.out()).isEmpty();
        assertThat(result.err()).hasSize(1);
        assertThat(result.err().get(0)).startsWith("error: ").contains(message);
        assertThat(result.exitCode()).isEqualTo(ExampleMain.FAILED);
    }

    // ---- cameras ------------------------------------------------------------------------------

    @Test
    void showsTwentyFragmentsOfTwoCameras() throws Exception {
        RunExample.Result result = tags(Map.of());

        assertSummary(result, "tags: 20 fragments");
        assertThat(result.out()).hasSize(20);
        for (String stream : List.of("front-door", "backyard")) {
            List<String> numbers = values(result, stream, "fragmentNumber");
            assertThat(numbers).hasSize(10).isSorted().doesNotHaveDuplicates();
        }
        JsonNode first = MAPPER.readTree(result.out().get(0));
        assertThat(first.get("frames").get("1").asInt()).isEqualTo(25);
        assertThat(first.get("tags").get(0).get("name").asText()).isEqualTo("location");
        assertThat(first.get("tags").findValuesAsText("name"))
                .noneMatch(name -> name.startsWith("AWS_"));
    }

    // ---- recordings ---------------------------------------------------------------------------

    @Test
    void replaysExactlyTheCompleteFragments() throws Exception {
        List<StoredFragment> fragments = record("cam", 6);
        // Broken off at the end, broken off just after the start of the last fragment, out of
        // order.
        Path cut = folder.resolve("cut off.mkv");
        Files.write(cut, bytes(fragments.subList(0, 4), 500));
        Path early = folder.resolve("early.cut.mkv");
        Files.write(early, bytes(fragments.subList(0, 4), 3));
        Path mixed = folder.resolve("mixed");
        List<StoredFragment> order = new ArrayList<>(fragments.subList(3, 6));
        order.addAll(fragments);
        Files.write(mixed, bytes(order, 0));

        RunExample.Result result =
                tags(
                        Map.of(),
                        "--replay",
                        cut.toString(),
                        "--replay",
                        early.toString(),
                        "--replay",
                        mixed.toString());

        assertSummary(result, "tags: 12 fragments, left out 2 incomplete");
        assertThat(values(result, "cut off", "fragmentNumber"))
                .isEqualTo(numbers(fragments.subList(0, 3)));
        assertThat(values(result, "early.cut", "fragmentNumber"))
                .isEqualTo(numbers(fragments.subList(0, 3)));
        assertThat(values(result, "mixed", "fragmentNumber")).isEqualTo(numbers(fragments));
        assertThat(values(result, "mixed", "sizeBytes"))
                .isEqualTo(fragments.stream().map(f -> String.valueOf(f.size())).toList());
    }

    @Test
    void aRecordingWithoutCompleteFragmentsIsNoError() throws Exception {
        Path file = folder.resolve("cut.mkv");
        Files.write(file, bytes(record("cam", 1), 1000));

        RunExample.Result result = tags(Map.of(), "--replay", file.toString());

        assertThat(result.out()).isEmpty();
        assertSummary(result, "tags: 0 fragments, left out 1 incomplete");
    }

    @ParameterizedTest
    @CsvSource({
        "output_get_media, 5, ''",
        "kinesis_video_renderer_example_output, 8, ''",
        "output-get-media-equal-timecode, 1, ', left out 1 incomplete'",
        "empty-mkv-with-tags, 0, ', left out 1 incomplete'"
    })
    void replaysRealRecordings(String name, int fragments, String remark) throws Exception {
        String samples = System.getProperty("kvs.samples", "");
        assumeTrue(!samples.isEmpty(), "-Dkvs.samples names no folder with recordings");
        Path file = Path.of(samples, name + ".mkv");
        assumeTrue(Files.exists(file), "There is no " + file);

        RunExample.Result result = tags(Map.of(), "--replay", file.toString());

        assertSummary(
                result,
                "tags: " + fragments + (fragments == 1 ? " fragment" : " fragments") + remark);
        assertThat(values(result, name, "fragmentNumber"))
                .hasSize(fragments)
                .isSorted()
                .doesNotHaveDuplicates();
        assertThat(result.out()).hasSize(fragments);
    }

    private static List<StoredFragment> record(String name, int fragments) {
        try (EmbeddedKvs kvs = EmbeddedKvs.start()) {
            EmbeddedStream stream = kvs.createStream(name);
            push(stream, fragments);
            return stream.pushed();
        }
    }

    private static void push(EmbeddedStream stream, int fragments) {
        Camera.builder(stream)
                .fragments(fragments)
                .unlimitedSpeed()
                .start()
                .awaitDone(Duration.ofSeconds(30));
    }

    /** As GetMedia sends them; of the last one only so many bytes, unless it is 0. */
    private static byte[] bytes(List<StoredFragment> fragments, int ofLast) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (int i = 0; i < fragments.size(); i++) {
            byte[] fragment = fragments.get(i).bytes();
            boolean cut = ofLast > 0 && i == fragments.size() - 1;
            bytes.write(fragment, 0, cut ? ofLast : fragment.length);
        }
        return bytes.toByteArray();
    }

    // ---- endpoint -----------------------------------------------------------------------------

    @Test
    void readsFromAServer() throws Exception {
        try (EmbeddedKvs kvs = EmbeddedKvs.start()) {
            EmbeddedStream stream = kvs.createStream("a");
            push(stream, 6);
            List<String> numbers = numbers(stream.pushed());

            RunExample.Result earliest = endpoint(kvs, "a", "--from", "earliest", "--fragments=6");
            assertSummary(earliest, "tags: 6 fragments");
            assertThat(values(earliest, "a", "fragmentNumber")).isEqualTo(numbers);

            RunExample.Result after =
                    endpoint(kvs, "a", "--from", numbers.get(1), "--fragments", "2");
            assertSummary(after, "tags: 2 fragments");
            assertThat(values(after, "a", "fragmentNumber")).isEqualTo(numbers.subList(2, 4));
        }
    }

    @Test
    void countsFragmentsOverAllStreams() throws Exception {
        try (EmbeddedKvs kvs = EmbeddedKvs.start()) {
            Camera.builder(kvs.createStream("a")).start();
            Camera.builder(kvs.createStream("b")).start();

            RunExample.Result result = endpoint(kvs, "a,b", "--fragments", "5");

            assertSummary(result, "tags: 5 fragments");
            assertThat(values(result, "a", "fragmentNumber")).isNotEmpty();
            assertThat(values(result, "b", "fragmentNumber")).isNotEmpty();
        }
    }

    @Test
    void anUnknownStream() throws Exception {
        try (EmbeddedKvs kvs = EmbeddedKvs.start()) {
            push(kvs.createStream("a"), 1);
            assertFailure(
                    endpoint(kvs, "a,nobody", "--from", "earliest"),
                    "nobody",
                    "ResourceNotFoundException");
        }
    }

    @Test
    void noCredentials() throws Exception {
        try (EmbeddedKvs kvs = EmbeddedKvs.start()) {
            kvs.createStream("a");
            Map<String, String> none =
                    Map.of(
                            "AWS_CONFIG_FILE", folder.resolve("none").toString(),
                            "AWS_SHARED_CREDENTIALS_FILE", folder.resolve("none").toString());
            assertFailure(
                    tags(
                            none,
                            "--endpoint",
                            kvs.endpoint().toString(),
                            "--region",
                            kvs.region(),
                            "--streams",
                            "a"),
                    "No AWS credentials found");
        }
    }

    @Test
    void aRefusedConnection() throws Exception {
        int port;
        try (ServerSocket socket = new ServerSocket(0)) {
            port = socket.getLocalPort();
        }
        assertFailure(
                tags(
                        CREDENTIALS,
                        "--endpoint",
                        "http://127.0.0.1:" + port,
                        "--region",
                        "us-east-1",
                        "--streams",
                        "a"),
                "Cannot connect to http://127.0.0.1:" + port);
    }

    @Test
    void wrongOptions() throws Exception {
        RunExample.Result result = tags(Map.of(), "--no-such-option");
        assertThat(result.out()).isEmpty();
        assertThat(result.err()).hasSize(1);
        assertThat(result.exitCode()).isEqualTo(ExampleMain.WRONG_OPTIONS);
    }

    @Test
    void noSuchJob() throws Exception {
        RunExample.Result result = RunExample.run(folder, Map.of(), List.of("tagz"));
        assertThat(result.out()).isEmpty();
        assertThat(result.err()).hasSize(1);
        assertThat(result.exitCode()).isEqualTo(ExampleMain.WRONG_OPTIONS);
    }
}
