/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.testing;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import picocli.CommandLine;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.kinesisvideo.KinesisVideoClient;

import java.io.BufferedReader;
import java.io.PipedReader;
import java.io.PipedWriter;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;

import static org.assertj.core.api.Assertions.assertThat;

@Timeout(60)
class EmbeddedKvsMainTest {
    @Test
    void printsHelp() {
        StringWriter out = new StringWriter();
        CommandLine command =
                new CommandLine(new EmbeddedKvsMain()).setOut(new PrintWriter(out, true));
        assertThat(command.execute("--help")).isZero();
        assertThat(out.toString()).contains("--port", "--stream", "--replay", "--camera");
        assertThat(
                        new CommandLine(new EmbeddedKvsMain())
                                .setErr(new PrintWriter(out, true))
                                .execute("--stream", "a", "--replay", "x.mkv", "y.mkv"))
                .isEqualTo(2);
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
                                        .execute("--stream", "a", "b", "--camera"));
        server.start();
        URI endpoint = URI.create(new BufferedReader(reader).readLine());
        try (KinesisVideoClient client =
                KinesisVideoClient.builder()
                        .endpointOverride(endpoint)
                        .region(Region.US_EAST_1)
                        .credentialsProvider(TestClients.credentials())
                        .build()) {
            assertThat(client.listStreams().streamInfoList()).hasSize(2);
        }
        server.interrupt();
        server.join(10_000);
        assertThat(server.isAlive()).isFalse();
    }
}
