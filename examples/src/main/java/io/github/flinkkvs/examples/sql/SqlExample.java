/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.examples.sql;

import io.github.flinkkvs.cluster.ClusterException;
import io.github.flinkkvs.cluster.FlinkCluster;
import io.github.flinkkvs.examples.errors.ExampleException;
import io.github.flinkkvs.testing.Camera;
import io.github.flinkkvs.testing.EmbeddedKvs;
import io.github.flinkkvs.testing.behavior.Limits;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import sun.misc.Signal;

import javax.annotation.Nullable;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;

/** Queries two cameras as tables, with the SQL client of a Flink cluster of its own. */
@Command(
        name = "sql",
        header = "Queries two cameras with SQL in a Flink cluster.",
        description = {
            "Starts an embedded service with two cameras, and a Flink cluster: a JobManager, a"
                    + " TaskManager and an SQL client, each a process of its own. Prints each"
                    + " statement of a script and its result.",
            ""
        })
public final class SqlExample implements Callable<Integer> {

    /** A full minute, so that each minute of media is one window. */
    private static final Instant START = Instant.parse("2026-01-01T08:00:00Z");

    private static final int FRAGMENTS = 90;
    private static final Duration FRAGMENT = Duration.ofSeconds(2);

    /** The service ends a call after this time without media: all media exists beforehand. */
    private static final Duration IDLE = Duration.ofMillis(200);

    private static final List<String> VISITS =
            List.of("nobody", "nobody", "cat", "person", "nobody", "person");

    @Option(
            names = {"-f", "--file"},
            paramLabel = "FILE",
            description = {
                "Runs a script of your own instead of the example's queries, with the same tables.",
                "It can use $${endpoint} and $${region} of the embedded service, $${jars} for the folder"
                        + " of the SQL jars, and $${out} for that of --out."
            })
    @Nullable
    private Path file;

    @Option(
            names = {"-i", "--interactive"},
            description = "Opens an SQL client to type into, with the example's tables.")
    private boolean interactive;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            defaultValue = "sql",
            description =
                    "The table 'pictures' has its files in DIR/pictures; ${DEFAULT-VALUE} by default.")
    private Path out;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Shows this help.")
    private boolean help;

    @Spec private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        if (file != null && interactive) {
            throw new ParameterException(
                    spec.commandLine(), "--file and --interactive exclude each other");
        }
        String own = file == null ? "" : read(file);
        Path folder = Files.createTempDirectory("kvs-sql");
        try (EmbeddedKvs kvs = cameras();
                FlinkCluster cluster = SqlCluster.start(home(), folder)) {
            Map<String, String> variables =
                    Map.of(
                            "endpoint", kvs.endpoint().toString(),
                            "region", kvs.region(),
                            "jars", home().resolve("sql").toString(),
                            "out", out.toAbsolutePath().toString());
            String tables = substitute(resource("tables.sql"), variables);
            if (interactive) {
                type(cluster, Files.writeString(folder.resolve("tables.sql"), tables));
            } else if (file == null) {
                run(cluster, folder, null, tables + substitute(resource("queries.sql"), variables));
            } else {
                run(cluster, folder, tables, substitute(own, variables));
            }
        } catch (ExampleException | ClusterException e) {
            throw new ExampleException(
                    e.getMessage() + " (logs are in " + folder.resolve("log") + ")");
        }
        delete(folder);
        return 0;
    }

    /** Starts the service with three minutes of media of each camera. */
    private static EmbeddedKvs cameras() {
        EmbeddedKvs kvs =
                EmbeddedKvs.builder()
                        .limits(Limits.none().idleEnd(IDLE))
                        .clockOffset(Duration.between(Instant.now(), START))
                        .start();
        Map<String, String> places = Map.of("front-door", "entrance", "backyard", "garden");
        for (String name : List.of("front-door", "backyard")) {
            Camera camera =
                    Camera.builder(kvs.createStream(name))
                            .unlimitedSpeed()
                            .fragments(FRAGMENTS)
                            .fragmentDuration(FRAGMENT)
                            .tag("location", places.get(name))
                            .tagsOf(i -> Map.of("seen", VISITS.get((int) (i % VISITS.size()))))
                            .start();
            camera.awaitDone(Duration.ofMinutes(1));
        }
        return kvs;
    }

    /** The folder that the module examples/cluster builds. */
    private static Path home() {
        return Path.of(System.getProperty("examples.flink", "cluster/target/flink"))
                .toAbsolutePath();
    }

    private void run(FlinkCluster cluster, Path folder, @Nullable String init, String script)
            throws IOException, InterruptedException {
        List<String> statements = SqlScript.statements(script);
        List<String> arguments =
                Stream.of(
                                "-hist",
                                folder.resolve("history").toString(),
                                "-f",
                                Files.writeString(
                                                folder.resolve("script.sql"),
                                                SqlScript.join(statements))
                                        .toString())
                        .toList();
        if (init != null) {
            Path tables = Files.writeString(folder.resolve("tables.sql"), init);
            arguments =
                    Stream.concat(Stream.of("-i", tables.toString()), arguments.stream()).toList();
        }
        Process client =
                SqlCluster.client(
                        cluster,
                        ProcessBuilder.Redirect.from(nothing(folder)),
                        ProcessBuilder.Redirect.PIPE,
                        arguments);
        try (Reader output =
                new InputStreamReader(client.getInputStream(), StandardCharsets.UTF_8)) {
            new SqlTranscript(statements, spec.commandLine().getOut()).write(output);
        }
        if (client.waitFor() != 0) {
            throw new ExampleException("The SQL client failed: see " + cluster.log("client-err"));
        }
    }

    private static File nothing(Path folder) throws IOException {
        return Files.writeString(folder.resolve("nothing"), "").toFile();
    }

    private void type(FlinkCluster cluster, Path tables) throws IOException, InterruptedException {
        // Ctrl-C ends a query in the client, but not the example.
        Signal.handle(new Signal("INT"), signal -> {});
        spec.commandLine()
                .getErr()
                .println("sql: Flink's web interface is at " + cluster.rest().url());
        spec.commandLine().getErr().flush();
        int exitCode =
                SqlCluster.client(
                                cluster,
                                ProcessBuilder.Redirect.INHERIT,
                                ProcessBuilder.Redirect.INHERIT,
                                List.of("-i", tables.toString()))
                        .waitFor();
        if (exitCode != 0) {
            throw new ExampleException("The SQL client failed: see " + cluster.log("client"));
        }
    }

    private static String read(Path script) {
        try {
            return Files.readString(script);
        } catch (IOException e) {
            throw new ExampleException("Cannot read " + script + ": " + e);
        }
    }

    private static String resource(String name) throws IOException {
        try (InputStream in = SqlExample.class.getResourceAsStream(name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static String substitute(String script, Map<String, String> variables) {
        String text = script;
        for (Map.Entry<String, String> variable : variables.entrySet()) {
            text = text.replace("${" + variable.getKey() + "}", variable.getValue());
        }
        return text;
    }

    private static void delete(Path folder) throws IOException {
        List<Path> all;
        try (Stream<Path> files = Files.walk(folder)) {
            all = files.sorted((a, b) -> b.compareTo(a)).toList();
        }
        for (Path each : all) {
            Files.deleteIfExists(each);
        }
    }
}
