/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.it;

import io.github.flinkkvs.client.aws.AwsOptions;
import io.github.flinkkvs.client.aws.AwsOptions.CredentialProvider;
import io.github.flinkkvs.client.aws.AwsOptions.TlsProvider;
import io.github.flinkkvs.source.KvsSourceOptions;
import io.github.flinkkvs.testing.Camera;
import io.github.flinkkvs.testing.EmbeddedKvs;
import io.github.flinkkvs.testing.EmbeddedStream;
import io.github.flinkkvs.testing.media.MediaClip;

import io.netty.handler.ssl.OpenSsl;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.regex.Pattern;
import java.util.stream.LongStream;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Jobs leave nothing behind in a process that runs one after the other, as a TaskManager and as a
 * JobManager.
 */
class SessionClusterITCase {

    /** The connector and the media module with all their dependencies. */
    private static final Pattern OF_A_JOB =
            Pattern.compile(
                    ".*/(flink-connector-kvs(-media)?[-/]|software/amazon/|io/netty/"
                            + "|org/reactivestreams/|com/github/kokorin/|org/bytedeco/).*");

    private static final String ROLE = "arn:aws:iam::123456789012:role/camera-reader";

    /** Netty's native library belongs to the class loader of a job, where there is one. */
    private static final TlsProvider TLS =
            OpenSsl.isAvailable() ? TlsProvider.OPENSSL : TlsProvider.JDK;

    private static final String FLEET = "fleet";

    private static final int AT_ONCE = 2;
    private static final int ROUNDS = 10;

    /** Of a round: those at once, and the one that looks for streams. */
    private static final int JOBS = AT_ONCE + 1;

    /** After these rounds, Flink has loaded everything of its own. */
    private static final int WARM_UP = 2;

    /**
     * Compares what is left after this many rounds with the least that was left after the rounds
     * before them.
     */
    private static final int COMPARED = 3;

    @TempDir Path folder;

    private List<String> jars() throws Exception {
        List<String> jars = new ArrayList<>();
        URI classes = MediaJob.class.getProtectionDomain().getCodeSource().getLocation().toURI();
        Path job =
                jar(
                        "job.jar",
                        Path.of(classes),
                        MediaJob.class.getSimpleName(),
                        FleetJob.class.getSimpleName());
        jars.add(job.toString());
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
            if (OF_A_JOB.matcher(entry.replace('\\', '/')).matches()
                    && !entry.contains("test-classes")) {
                boolean built = entry.endsWith(".jar");
                jars.add(built ? entry : jar(jars.size() + ".jar", Path.of(entry)).toString());
            }
        }
        return jars;
    }

    private Path jar(String name, Path classes, String... begins) throws IOException {
        Path jar = folder.resolve(name);
        try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar));
                Stream<Path> files = Files.walk(classes)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                String fileName = file.getFileName().toString();
                if (begins.length == 0 || Stream.of(begins).anyMatch(fileName::startsWith)) {
                    out.putNextEntry(new JarEntry(classes.relativize(file).toString()));
                    Files.copy(file, out);
                }
            }
        }
        return jar;
    }

    @Test
    @Timeout(value = 10, unit = TimeUnit.MINUTES)
    void jobsLeaveNothingBehind() throws Exception {
        Path temporary = Files.createDirectory(folder.resolve("tmp"));
        Path log = folder.resolve("log");
        List<Map<String, Long>> rounds = new ArrayList<>();
        try (EmbeddedKvs kvs = EmbeddedKvs.builder().https(true).start();
                SessionCluster cluster =
                        new SessionCluster(
                                temporary,
                                log,
                                jars(),
                                AT_ONCE,
                                ROUNDS,
                                media(kvs, film(kvs)),
                                fleet(kvs))) {
            for (int i = 0; i < ROUNDS; i++) {
                rounds.add(cluster.nextRound());
                assertThat(rounds.get(i))
                        .containsEntry("decoded frames", 50L)
                        .containsEntry("files of decoded fragments", 50L)
                        .containsEntry("sounds", 1L)
                        .containsEntry("results of functions", 4L)
                        .containsEntry("clips", 2L)
                        .containsEntry("clips of a function", 2L);
            }
            cluster.awaitEnd();
            assertThat(kvs.log().calls("GetMedia", FLEET)).hasSizeGreaterThanOrEqualTo(ROUNDS);
            assertThat(kvs.log().calls("ListStreams", null).size()).isGreaterThan(10 * ROUNDS);
        }
        // Threads that outlive the class loader of their job miss classes.
        assertThat(log).content().isEmpty();
        // One leaked job: some 1,500 classes in 10 MB, and two files that stay open.
        // Flink still holds some jobs of a round when it is counted, and releases them later. A
        // leak of one job in two rounds would be more.
        assertFlat(rounds, "classes", JOBS * 7_500);
        assertFlat(rounds, "metaspace", JOBS * (37L << 20));
        assertFlat(rounds, "threads", JOBS * 5);
        if (rounds.get(0).containsKey("open files")) {
            // A class loader keeps its jars open.
            assertFlat(rounds, "open files", JOBS * 65);
        }
        try (Stream<Path> left = Files.walk(temporary)) {
            assertThat(left.filter(Files::isRegularFile)).as("unpacked files").isEmpty();
        }
    }

    /** A fragment more than is read: it proves the last clip whole. */
    private static EmbeddedStream film(EmbeddedKvs kvs) {
        EmbeddedStream stream = kvs.createStream("camera");
        Camera.builder(stream)
                .clip(MediaClip.h264WithAac())
                .fragments(3)
                .unlimitedSpeed()
                .start()
                .awaitDone(KvsTestBase.TIME);
        return stream;
    }

    private static List<String> media(EmbeddedKvs kvs, EmbeddedStream stream) {
        List<String> program =
                new ArrayList<>(
                        List.of(
                                MediaJob.class.getName(),
                                stream.name(),
                                stream.pushed().get(1).number().toString()));
        program.addAll(options(kvs, TLS));
        return program;
    }

    /** A job that is always looking for streams. */
    private static List<String> fleet(EmbeddedKvs kvs) {
        KvsTestBase.push(kvs.createStream(FLEET), 1);
        List<String> program =
                new ArrayList<>(
                        List.of(
                                FleetJob.class.getName(),
                                FLEET,
                                KvsSourceOptions.DISCOVERY_INTERVAL.key(),
                                "100 ms"));
        program.addAll(options(kvs, TlsProvider.JDK));
        return program;
    }

    /** Assumes a role, which adds the SDK's objects for one. */
    private static List<String> options(EmbeddedKvs kvs, TlsProvider tls) {
        kvs.sts().role(ROLE);
        return List.of(
                AwsOptions.REGION.key(),
                kvs.region(),
                AwsOptions.ENDPOINT.key(),
                kvs.endpoint().toString(),
                AwsOptions.TRUST_STORE_PATH.key(),
                kvs.certificateFile().toString(),
                AwsOptions.TLS_PROVIDER.key(),
                tls.name(),
                AwsOptions.CREDENTIALS_PROVIDER.key(),
                CredentialProvider.ASSUME_ROLE.name(),
                AwsOptions.ROLE_ARN.key(),
                ROLE,
                AwsOptions.ROLE_STS_ENDPOINT.key(),
                kvs.sts().endpoint().toString(),
                AwsOptions.ROLE_PROVIDER.key() + ".basic.accesskeyid",
                "AKIDEXAMPLE",
                AwsOptions.ROLE_PROVIDER.key() + ".basic.secretkey",
                KvsTestBase.SECRET);
    }

    private static void assertFlat(List<Map<String, Long>> rounds, String what, long tolerance) {
        long before = values(rounds.subList(WARM_UP, ROUNDS - COMPARED), what).min().orElseThrow();
        assertThat(values(rounds.subList(ROUNDS - COMPARED, ROUNDS), what).max().orElseThrow())
                .as("%s after each round: %s", what, rounds)
                .isLessThanOrEqualTo(before + tolerance);
    }

    private static LongStream values(List<Map<String, Long>> rounds, String what) {
        return rounds.stream().mapToLong(round -> round.get(what));
    }
}
