/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.testing;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;

/** Runs the embedded service alone, until the process is ended. */
@Command(
        name = "embedded-kvs",
        mixinStandardHelpOptions = true,
        description = {
            "Runs an embedded Amazon Kinesis Video Streams and prints its endpoint.",
            "Any AWS SDK or the AWS command line can talk to it:",
            "  aws kinesisvideo list-streams --endpoint-url http://127.0.0.1:PORT",
            "with any credentials."
        })
public final class EmbeddedKvsMain implements Callable<Integer> {
    @Spec private CommandSpec spec;

    @Option(names = "--port", description = "Control plane port; 0 takes a free one.")
    private int port;

    @Option(names = "--listen", description = "Address to listen on; default ${DEFAULT-VALUE}.")
    private String listen = "127.0.0.1";

    @Option(
            names = "--advertise",
            description = "Host in the URLs that clients are given; default ${DEFAULT-VALUE}.")
    private String advertise = "127.0.0.1";

    @Option(names = "--https", description = "HTTPS; also prints a certificate file to trust.")
    private boolean https;

    @Option(names = "--region", description = "Region in ARNs; default ${DEFAULT-VALUE}.")
    private String region = "us-east-1";

    @Option(names = "--no-limits", description = "No quotas and no session cap.")
    private boolean noLimits;

    @Option(
            names = "--stream",
            arity = "1..*",
            description = "Names of streams to create; default 'stream'.")
    private List<String> streams = new ArrayList<>(List.of("stream"));

    @Option(
            names = "--replay",
            arity = "1..*",
            description = "Recorded GetMedia output, one file per stream in the same order.")
    private List<Path> recordings = new ArrayList<>();

    @Option(names = "--camera", description = "An endless H.264 camera for each other stream.")
    private boolean camera;

    public static void main(String[] arguments) {
        System.exit(new CommandLine(new EmbeddedKvsMain()).execute(arguments));
    }

    @Override
    public Integer call() {
        if (recordings.size() > streams.size()) {
            throw new CommandLine.ParameterException(
                    spec.commandLine(), "There are more recordings than streams");
        }
        try (EmbeddedKvs kvs = start()) {
            Runtime.getRuntime().addShutdownHook(new Thread(kvs::close, "embedded-kvs-close"));
            for (int i = 0; i < streams.size(); i++) {
                EmbeddedStream stream =
                        kvs.createStream(
                                StreamSettings.named(streams.get(i)).keepExpired(false).build());
                if (i < recordings.size()) {
                    stream.replay(recordings.get(i));
                } else if (camera) {
                    Camera.builder(stream).start();
                }
            }
            PrintWriter out = spec.commandLine().getOut();
            out.println(kvs.endpoint());
            if (https) {
                out.println(kvs.certificateFile());
            }
            out.flush();
            // Until the process is ended.
            new CountDownLatch(1).await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return 0;
    }

    private EmbeddedKvs start() {
        return EmbeddedKvs.builder()
                .port(port)
                .host(listen, advertise)
                .https(https)
                .region(region)
                .limits(noLimits ? Limits.none() : Limits.service())
                .start();
    }
}
