/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.testing.cli;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.kinesisvideo.KinesisVideoClient;
import software.amazon.awssdk.services.kinesisvideo.model.APIName;
import software.amazon.awssdk.services.kinesisvideo.model.Status;

import java.io.BufferedReader;
import java.io.PipedReader;
import java.io.PipedWriter;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;

import static org.assertj.core.api.Assertions.assertThat;

@Timeout(60)
class EmbeddedKvsMainTest {
    @TempDir Path folder;

    @Test
    void printsHelp() {
        StringWriter out = new StringWriter();
        CommandLine command =
                new CommandLine(new EmbeddedKvsMain()).setOut(new PrintWriter(out, true));
        assertThat(command.execute("--help")).isZero();
        assertThat(out.toString())
                .contains("--port", "--stream", "--replay", "--camera", "--retention-bytes");
    }

    @Test
    void mistakesAreOneLine() throws Exception {
        assertFails(2, "more recordings", "--stream", "a", "--replay", "x.mkv", "y.mkv");
        assertFails(2, "--stream names 'a' twice", "--stream", "a", "b", "a");
        assertFails(2, "no file 'gone.mkv'", "--replay", "gone.mkv");
        assertFails(2, "no file '" + folder + "'", "--replay", folder.toString());
        assertFails(2, "1 to 256 letters", "--stream", "a b");
        assertFails(2, "'1x' is not a time", "--retention", "1x");
        assertFails(2, "'1t' is not a size", "--retention-bytes", "1t");
        assertFails(2, "--retention-bytes must be above 0", "--retention-bytes", "0");
        assertFails(2, "--speed must be above 0", "--speed", "0");
        assertFails(2, "between 0 and 65535, not -1", "--port", "-1");
        assertFails(2, "between 0 and 65535, not 70000", "--media-port", "70000");
        assertFails(2, "'EU' is not a region", "--region", "EU");
        assertFails(2, "'[::1]::' is neither HOST nor", "--advertise", "[::1]::");
        Path text = Files.writeString(folder.resolve("text.mkv"), "no media");
        assertFails(2, "is not recorded GetMedia output", "--replay", text.toString());
        try (ServerSocket taken = new ServerSocket(0)) {
            String port = Integer.toString(taken.getLocalPort());
            assertFails(1, "Cannot listen on port " + port, "--port", port, "--listen", "0.0.0.0");
        }
    }

    private static void assertFails(int exitCode, String message, String... arguments) {
        StringWriter err = new StringWriter();
        CommandLine line = EmbeddedKvsMain.commandLine().setErr(new PrintWriter(err, true));
        assertThat(line.execute(arguments)).as(message).isEqualTo(exitCode);
        assertThat(err.toString()).startsWith("error: ").contains(message);
        assertThat(err.toString().lines()).hasSize(1);
    }

    @Test
    void runsUntilItIsEnded() throws Exception {
        PipedReader reader = new PipedReader();
        PipedWriter writer = new PipedWriter(reader);
        Thread server =
                new Thread(
                        () ->
                                new CommandLine(new EmbeddedKvsMain())
                                        .setOut(new PrintWriter(writer, true))
                                        .execute(
                                                "--stream",
                                                "a",
                                                "b",
                                                "--camera",
                                                "--status-change-time",
                                                "1h"));
        server.start();
        URI endpoint = URI.create(new BufferedReader(reader).readLine());
        try (KinesisVideoClient client =
                KinesisVideoClient.builder()
                        .endpointOverride(endpoint)
                        .region(Region.US_EAST_1)
                        .credentialsProvider(
                                StaticCredentialsProvider.create(
                                        AwsBasicCredentials.create("any", "thing")))
                        .build()) {
            assertThat(client.listStreams().streamInfoList()).hasSize(2);
            client.createStream(r -> r.streamName("c"));
            assertThat(client.describeStream(r -> r.streamName("c")).streamInfo().status())
                    .isEqualTo(Status.CREATING);
            assertThat(
                            client.getDataEndpoint(
                                            r -> r.streamName("a").apiName(APIName.GET_MEDIA))
                                    .dataEndpoint())
                    .isEqualTo(endpoint.toString());
        }
        server.interrupt();
        server.join(10_000);
        assertThat(server.isAlive()).isFalse();
    }
}
