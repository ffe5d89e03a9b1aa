/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.testing;

import io.github.flinkkvs.testing.cli.EmbeddedKvsMain;
import io.github.flinkkvs.testing.media.MediaFragment;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.services.kinesisvideo.KinesisVideoClient;
import software.amazon.awssdk.services.kinesisvideomedia.KinesisVideoMediaClient;
import software.amazon.awssdk.services.kinesisvideomedia.model.GetMediaResponse;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

import static org.assertj.core.api.Assertions.assertThat;

/** The embedded service as a separate process, in a heap that a day of cameras would fill. */
@Timeout(120)
class EmbeddedKvsProcessTest {
    private static final int HEAP_MB = 48;
    private static final String[] CAMERAS = {
        "--stream", "a", "b", "c", "d", "e", "f", "g", "h", "--camera", "--no-limits"
    };

    @TempDir Path folder;

    /** A process that has printed its endpoint, or has ended. */
    private static final class Server implements AutoCloseable {
        final Process process;
        final String endpoint;
        private final BufferedReader out;

        Server(String... arguments) throws IOException {
            List<String> command =
                    new ArrayList<>(
                            List.of(
                                    Path.of(System.getProperty("java.home"), "bin", "java")
                                            .toString(),
                                    "-Xmx" + HEAP_MB + "m",
                                    "-cp",
                                    System.getProperty(
                                            "surefire.test.class.path",
                                            System.getProperty("java.class.path")),
                                    EmbeddedKvsMain.class.getName()));
            command.addAll(List.of(arguments));
            process = new ProcessBuilder(command).start();
            out =
                    new BufferedReader(
                            new InputStreamReader(
                                    process.getInputStream(), StandardCharsets.UTF_8));
            endpoint = out.readLine();
        }

        String nextLine() throws IOException {
            return out.readLine();
        }

        /** Its error output until its end. */
        String errors() throws IOException {
            return new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
        }

        @Override
        public void close() throws InterruptedException {
            process.destroyForcibly();
            process.waitFor(10, TimeUnit.SECONDS);
        }
    }

    private static String[] with(String... more) {
        List<String> all = new ArrayList<>(List.of(CAMERAS));
        all.addAll(List.of(more));
        return all.toArray(String[]::new);
    }

    @Test
    void camerasGoOnForEverInAnyHeap() throws Exception {
        try (Server server = new Server(with("--speed", "400"));
                KinesisVideoClient control = TestClients.control(URI.create(server.endpoint));
                KinesisVideoMediaClient media = TestClients.media(URI.create(server.endpoint));
                ResponseInputStream<GetMediaResponse> body =
                        media.getMedia(r -> r.streamName("a").startSelector(TestClients.now()))) {
            // When one of the eight has sent a quarter of the heap, all have sent twice the heap.
            byte[] buffer = new byte[64 * 1024];
            for (long read = 0; read < HEAP_MB * 250_000; ) {
                int count = body.read(buffer);
                assertThat(count).isPositive();
                read += count;
            }
            body.abort();
            assertThat(control.listStreams().streamInfoList()).hasSize(8);
        }
    }

    @Test
    void administrationOverHttp() throws Exception {
        try (Server server = new Server("--stream", "door", "--admin-port", "0");
                KinesisVideoClient control = TestClients.control(URI.create(server.endpoint))) {
            URI administration = URI.create(server.nextLine());
            assertThat(administration.getHost()).isEqualTo("127.0.0.1");
            HttpClient http = HttpClient.newHttpClient();
            HttpResponse<String> pushed =
                    http.send(
                            HttpRequest.newBuilder(
                                            administration.resolve("/streams/door/fragments"))
                                    .POST(HttpRequest.BodyPublishers.noBody())
                                    .build(),
                            HttpResponse.BodyHandlers.ofString());
            assertThat(pushed.statusCode()).isEqualTo(201);
            control.listStreams();
            HttpResponse<String> calls =
                    http.send(
                            HttpRequest.newBuilder(administration.resolve("/log/calls")).build(),
                            HttpResponse.BodyHandlers.ofString());
            assertThat(calls.body()).contains("ListStreams", TestClients.ACCESS_KEY);
        }
    }

    @Test
    void aProcessWithoutMemoryEndsAndSaysWhy() throws Exception {
        try (Server server = new Server(with("--speed", "400", "--retention-bytes", "10g"))) {
            String errors = server.errors();
            assertThat(server.process.waitFor(30, TimeUnit.SECONDS)).isTrue();
            assertThat(server.process.exitValue()).isEqualTo(3);
            assertThat(errors)
                    .containsPattern("error: The memory of [0-9]+ MB is used up")
                    .contains("--retention-bytes", "-Xmx");
        }
    }

    @Test
    void aRecordingThatDoesNotFitEndsItToo() throws Exception {
        Path recording = folder.resolve("large.mkv");
        try (EmbeddedKvs kvs = EmbeddedKvs.start()) {
            EmbeddedStream stream = kvs.createStream("large");
            for (int i = 0; i < 8; i++) {
                stream.push(MediaFragment.ofSize(5_000_000, i));
            }
            stream.record(recording);
        }
        try (Server server = new Server("--replay", recording.toString())) {
            assertThat(server.endpoint).isNull();
            assertThat(server.errors()).contains("error: ", "is used up");
            assertThat(server.process.waitFor(30, TimeUnit.SECONDS)).isTrue();
            assertThat(server.process.exitValue()).isEqualTo(3);
        }
    }
}
