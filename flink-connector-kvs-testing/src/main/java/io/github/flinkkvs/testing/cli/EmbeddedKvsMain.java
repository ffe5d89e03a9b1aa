/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.testing.cli;

import io.github.flinkkvs.testing.Camera;
import io.github.flinkkvs.testing.EmbeddedKvs;
import io.github.flinkkvs.testing.EmbeddedKvsBuilder;
import io.github.flinkkvs.testing.EmbeddedStream;
import io.github.flinkkvs.testing.admin.Administration;
import io.github.flinkkvs.testing.behavior.Behavior;
import io.github.flinkkvs.testing.behavior.Limits;
import io.github.flinkkvs.testing.behavior.StreamSettings;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

import javax.annotation.Nullable;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;

/**
 * Runs the embedded service alone, until the process is ended. Its memory is bounded by what
 * retention keeps; if memory runs out all the same, the process states the reason and ends.
 */
@Command(
        name = "embedded-kvs",
        mixinStandardHelpOptions = true,
        description = {
            "Runs an embedded Amazon Kinesis Video Streams and prints its endpoint.",
            "Any AWS SDK or the AWS command line can talk to it:",
            "  aws kinesisvideo list-streams --endpoint-url http://127.0.0.1:PORT",
            "with any credentials. All operations are on one port."
        })
public final class EmbeddedKvsMain implements Callable<Integer> {
    private static final Logger LOG = LoggerFactory.getLogger(EmbeddedKvsMain.class);

    private static final int FAILED = 1;
    private static final int WRONG_OPTIONS = 2;

    /** The exit code of a JVM that is told to exit when memory runs out. */
    private static final int OUT_OF_MEMORY = 3;

    /** The rest is for open fragments, connections and the garbage collector. */
    private static final int PARTS_OF_HEAP = 4;

    /** As many streams of clients keep as much media as all cameras. */
    private static final int NEW_STREAMS = 10;

    /** What is said when memory runs out: then there is none to say it with. */
    private final byte[] lastWords =
            ("error: The memory of "
                            + (Runtime.getRuntime().maxMemory() >> 20)
                            + " MB is used up: lower --retention or --retention-bytes, replay less,"
                            + " or give Java more (-Xmx)"
                            + System.lineSeparator())
                    .getBytes(StandardCharsets.US_ASCII);

    @Spec private CommandSpec spec;

    @Option(
            names = "--port",
            paramLabel = "PORT",
            description = "The port of all operations; 0, the default, takes a free one.")
    private int port;

    @Nullable
    @Option(
            names = "--media-port",
            paramLabel = "PORT",
            description = "Another port for GetMedia; 0 takes a free one.")
    private Integer mediaPort;

    @Nullable
    @Option(
            names = "--archive-port",
            paramLabel = "PORT",
            description = "Another port for archived media; 0 takes a free one.")
    private Integer archivePort;

    @Option(
            names = "--listen",
            paramLabel = "ADDRESS",
            description =
                    "Address to listen on, such as 0.0.0.0 or :: in a container; default"
                            + " ${DEFAULT-VALUE}.")
    private String listen = "127.0.0.1";

    @Nullable
    @Option(
            names = "--advertise",
            paramLabel = "HOST[:PORT]",
            description =
                    "The host, and port, in URLs given to clients. Such as"
                            + " localhost, kvs.example:8080 or [::1]:8080; default: the listen"
                            + " address.")
    private String advertise;

    @Nullable
    @Option(
            names = "--advertise-media",
            paramLabel = "HOST[:PORT]",
            description = "Another host for GetMedia; refuses other operations there.")
    private String advertiseMedia;

    @Nullable
    @Option(
            names = "--advertise-archive",
            paramLabel = "HOST[:PORT]",
            description = "Another host for archived media.")
    private String advertiseArchive;

    @Mixin private AdministrationOptions administrationOptions;

    @Option(names = "--https", description = "HTTPS; also prints a certificate file to trust.")
    private boolean https;

    @Option(names = "--region", description = "Region in ARNs; default ${DEFAULT-VALUE}.")
    private String region = "us-east-1";

    @Option(names = "--no-limits", description = "No quotas and no session cap.")
    private boolean noLimits;

    @Option(
            names = "--stream",
            arity = "1..*",
            paramLabel = "NAME",
            description = "Names of streams to create; default 'stream'.")
    private List<String> streams = new ArrayList<>(List.of("stream"));

    @Option(
            names = "--replay",
            arity = "1..*",
            paramLabel = "FILE",
            description = "Recorded GetMedia output, one file per stream in the same order.")
    private List<Path> recordings = new ArrayList<>();

    @Option(names = "--camera", description = "An endless H.264 camera for each other stream.")
    private boolean camera;

    @Option(
            names = "--speed",
            paramLabel = "FACTOR",
            description = "How fast cameras send; 1, the default, is real time.")
    private double speed = 1;

    @Option(
            names = "--retention",
            paramLabel = "TIME",
            converter = Quantities.Time.class,
            description =
                    "How long media is kept, such as 90s, 30m or 7d; default 24h. Recordings"
                            + " count from the start.")
    private Duration retention = Duration.ofHours(24);

    @Option(
            names = "--listing-lag",
            paramLabel = "TIME",
            converter = Quantities.Time.class,
            description =
                    "How long after its end ListFragments lists a fragment; default 0s. In AWS it"
                            + " takes up to a second or so.")
    private Duration listingLag = Duration.ZERO;

    @Option(
            names = "--status-change-time",
            paramLabel = "TIME",
            converter = Quantities.Time.class,
            description =
                    "How long a stream is CREATING, UPDATING or DELETING after a call; default 0s.")
    private Duration statusChangeTime = Duration.ZERO;

    @Nullable
    @Option(
            names = "--retention-bytes",
            paramLabel = "SIZE",
            converter = Quantities.Size.class,
            description =
                    "How much media of all cameras together is kept, such as 64m or 2g; above"
                            + " it the oldest expires early. Each stream that a client creates"
                            + " keeps up to a tenth of it. Default: a quarter of the heap that"
                            + " recordings leave.")
    private Long retentionBytes;

    public static void main(String[] arguments) {
        System.exit(commandLine().execute(arguments));
    }

    /** Each error is one line on its error output. */
    static CommandLine commandLine() {
        CommandLine line = new CommandLine(new EmbeddedKvsMain());
        line.setParameterExceptionHandler(
                (e, args) -> fail(line, e.getMessage() + " (see --help)", WRONG_OPTIONS));
        line.setExecutionExceptionHandler(
                (e, command, parsed) -> fail(line, e.getMessage(), FAILED));
        return line;
    }

    private static int fail(CommandLine line, String message, int exitCode) {
        line.getErr().println("error: " + message);
        line.getErr().flush();
        return exitCode;
    }

    @Override
    public Integer call() throws Exception {
        checkOptions();
        try (HeapWatch heap = new HeapWatch(this::outOfMemory);
                EmbeddedKvs kvs = start()) {
            Runtime.getRuntime().addShutdownHook(new Thread(kvs::close, "embedded-kvs-close"));
            kvs.onFailure(this::failed);
            fill(kvs);
            serve(kvs);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (OutOfMemoryError e) {
            outOfMemory();
        }
        return 0;
    }

    /** Prints the addresses, and waits until the process is ended. */
    private void serve(EmbeddedKvs kvs) throws InterruptedException {
        try (Administration administration = administrationOptions.start(kvs)) {
            PrintWriter out = spec.commandLine().getOut();
            out.println(kvs.endpoint());
            if (https) {
                out.println(kvs.certificateFile());
            }
            if (administration != null) {
                out.println(administration.endpoint());
            }
            out.flush();
            new CountDownLatch(1).await();
        }
    }

    private void checkOptions() {
        if (recordings.size() > streams.size()) {
            throw wrong("There are more recordings than streams");
        }
        Set<String> names = new HashSet<>();
        for (String name : streams) {
            if (!names.add(name)) {
                throw wrong("--stream names '" + name + "' twice");
            }
        }
        for (Path recording : recordings) {
            if (!Files.isReadable(recording) || Files.isDirectory(recording)) {
                throw wrong("--replay: there is no file '" + recording + "' that can be read");
            }
        }
        if (!(speed > 0)) {
            throw wrong("--speed must be above 0");
        }
        if (retentionBytes != null && retentionBytes == 0) {
            throw wrong("--retention-bytes must be above 0");
        }
    }

    private ParameterException wrong(String message) {
        return new ParameterException(spec.commandLine(), message);
    }

    private EmbeddedKvs start() throws Exception {
        long ofEachNewStream = Math.max(1, retentionBytes() / NEW_STREAMS);
        String host = advertise == null ? called(listen) : advertise;
        try {
            EmbeddedKvsBuilder kvs =
                    EmbeddedKvs.builder()
                            .port(port)
                            .onePort(true)
                            .host(listen, host)
                            .https(https)
                            .region(region)
                            .logLimit(administrationOptions.logLimit())
                            .limits(noLimits ? Limits.none() : Limits.service())
                            .behavior(
                                    Behavior.likely()
                                            .statusChangeTime(statusChangeTime)
                                            .archive(archive -> archive.listingLag(listingLag)))
                            .streamsOfClients(
                                    name ->
                                            StreamSettings.named(name)
                                                    .retentionBytes(ofEachNewStream)
                                                    .keepExpired(false));
            if (mediaPort != null) {
                kvs.mediaPort(mediaPort);
            }
            if (archivePort != null) {
                kvs.archivePort(archivePort);
            }
            if (advertiseMedia != null || advertiseArchive != null) {
                kvs.dataHosts(
                        advertiseMedia == null ? host : advertiseMedia,
                        advertiseArchive == null ? host : advertiseArchive);
            }
            return kvs.start();
        } catch (IllegalArgumentException e) {
            throw wrong(e.getMessage());
        }
    }

    /** The host by which clients on this machine reach a listen address. */
    private static String called(String address) {
        boolean any = Set.of("0.0.0.0", "::", "[::]").contains(address);
        return any ? "localhost" : address;
    }

    private void fill(EmbeddedKvs kvs) throws Exception {
        int cameras = streams.size() - recordings.size();
        long ofEachCamera = Math.max(1, retentionBytes() / Math.max(1, cameras));
        for (int i = 0; i < streams.size(); i++) {
            boolean recorded = i < recordings.size();
            StreamSettings.Builder settings =
                    StreamSettings.named(streams.get(i)).retention(retention).keepExpired(false);
            if (!recorded) {
                settings.retentionBytes(ofEachCamera);
            }
            try {
                EmbeddedStream stream = kvs.createStream(settings.build());
                if (recorded) {
                    stream.replay(recordings.get(i));
                } else if (camera) {
                    Camera.builder(stream).speed(speed).start();
                }
            } catch (IllegalArgumentException e) {
                throw wrong(e.getMessage());
            }
        }
    }

    private long retentionBytes() throws Exception {
        if (retentionBytes != null) {
            return retentionBytes;
        }
        long left = Runtime.getRuntime().maxMemory();
        for (Path recording : recordings) {
            left -= Files.size(recording);
        }
        return left / PARTS_OF_HEAP;
    }

    // ------------------------------------------------------------------ what ends it

    private void failed(Throwable failure) {
        if (failure instanceof OutOfMemoryError) {
            outOfMemory();
        }
        LOG.error("Failure in the embedded service", failure);
    }

    /** Without memory nothing is reliable, not even an orderly shutdown. Allocates nothing. */
    private void outOfMemory() {
        try {
            System.err.write(lastWords, 0, lastWords.length);
            System.err.flush();
        } finally {
            Runtime.getRuntime().halt(OUT_OF_MEMORY);
        }
    }
}
