/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.examples.sql;

import io.github.flinkkvs.cluster.FlinkCluster;
import io.github.flinkkvs.testing.EmbeddedKvs;
import io.github.flinkkvs.testing.EmbeddedStream;
import io.github.flinkkvs.testing.behavior.Limits;
import io.github.flinkkvs.testing.log.StoredFragment;
import io.github.flinkkvs.testing.media.MediaFragment;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;

/** A streaming query in a cluster of processes, one of which dies. */
class SqlClusterITCase {

    private static final int BEFORE = 40;
    private static final int AFTER = 40;
    private static final Duration IDLE = Duration.ofMillis(200);

    @TempDir Path folder;

    private static StoredFragment push(EmbeddedStream stream, int second) {
        return stream.push(
                MediaFragment.ofSize(20_000, second).toBuilder()
                        .producerTimestampMillis(second * 1_000L)
                        .build());
    }

    private String script(EmbeddedKvs kvs, Path files) {
        return """
        SET 'table.dml-sync' = 'true';
        SET 'execution.checkpointing.interval' = '200 ms';
        SET 'restart-strategy.type' = 'fixed-delay';
        SET 'restart-strategy.fixed-delay.attempts' = '100';
        SET 'restart-strategy.fixed-delay.delay' = '200 ms';
        ADD JAR '%s';
        CREATE TABLE camera (
            video BYTES,
            fragment_number STRING METADATA FROM 'fragment-number'
        ) WITH (
            'connector' = 'kvs',
            'streams' = 'front-door',
            'scan.startup.mode' = 'earliest',
            'scan.bounded.mode' = 'producer-timestamp',
            'scan.bounded.timestamp' = '%d',
            'source.session.quiet-time' = '100 ms',
            'source.session.idle-interval' = '200 ms',
            'aws.region' = '%s',
            'aws.endpoint' = '%s',
            'aws.credentials.basic.accesskeyid' = 'any',
            'aws.credentials.basic.secretkey' = 'thing'
        );
        CREATE TABLE files (fragment_number STRING, video BYTES) WITH (
            'connector' = 'filesystem',
            'path' = '%s',
            'format' = 'json',
            'sink.rolling-policy.rollover-interval' = '200 ms',
            'sink.rolling-policy.check-interval' = '100 ms'
        );
        INSERT INTO files SELECT fragment_number, video FROM camera;
        """
                .formatted(
                        Path.of("cluster/target/flink/sql/flink-sql-connector-kvs.jar")
                                .toAbsolutePath(),
                        (BEFORE + AFTER - 1) * 1_000L,
                        kvs.region(),
                        kvs.endpoint(),
                        files);
    }

    /** Files that are committed; others have a name that begins with a dot. */
    private static List<Path> committed(Path folder) throws Exception {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> !file.getFileName().toString().startsWith(".")).toList();
        }
    }

    /** Waits for the file system to tell of a committed file. */
    private static void awaitCommit(WatchService watch, Path folder) throws Exception {
        while (committed(folder).isEmpty()) {
            WatchKey changes = watch.poll(2, TimeUnit.MINUTES);
            assertThat(changes).as("a first file in " + folder).isNotNull();
            changes.pollEvents();
            changes.reset();
        }
    }

    private static void close(WatchService watch) {
        try {
            watch.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    @Timeout(value = 5, unit = TimeUnit.MINUTES)
    void nothingIsLostOrTwiceWhenATaskManagerIsKilled() throws Exception {
        Path files = Files.createDirectory(folder.resolve("files"));
        List<StoredFragment> pushed = new ArrayList<>();
        try (EmbeddedKvs kvs = EmbeddedKvs.builder().limits(Limits.none().idleEnd(IDLE)).start();
                FlinkCluster cluster =
                        SqlCluster.start(
                                Path.of("cluster/target/flink").toAbsolutePath(),
                                folder.resolve("cluster"));
                WatchService watch = FileSystems.getDefault().newWatchService()) {
            files.register(watch, StandardWatchEventKinds.ENTRY_CREATE);
            EmbeddedStream stream = kvs.createStream("front-door");
            for (int i = 0; i < BEFORE; i++) {
                pushed.add(push(stream, i));
            }
            Path out = folder.resolve("client.txt");
            Process client =
                    SqlCluster.client(
                            cluster,
                            ProcessBuilder.Redirect.from(
                                    Files.writeString(folder.resolve("nothing"), "").toFile()),
                            ProcessBuilder.Redirect.to(out.toFile()),
                            List.of(
                                    "-hist",
                                    folder.resolve("history").toString(),
                                    "-f",
                                    Files.writeString(
                                                    folder.resolve("script.sql"),
                                                    script(kvs, files))
                                            .toString()));

            // A query that fails commits nothing.
            client.onExit().thenRun(() -> close(watch));
            try {
                awaitCommit(watch, files);
            } catch (ClosedWatchServiceException e) {
                throw new AssertionError(Files.readString(out), e);
            }
            cluster.taskManagers().get(0).kill();
            assertThat(client.isAlive()).isTrue();
            for (int i = 0; i < AFTER; i++) {
                pushed.add(push(stream, BEFORE + i));
            }
            cluster.startTaskManager();

            assertThat(client.waitFor(3, TimeUnit.MINUTES)).as("the query ends").isTrue();
            assertThat(Files.readString(out)).doesNotContain("[ERROR]");
        }

        Map<String, byte[]> written = new HashMap<>();
        for (Path file : committed(files)) {
            for (String line : Files.readAllLines(file)) {
                JsonNode row = new ObjectMapper().readTree(line);
                String number = row.get("fragment_number").asText();
                assertThat(written.put(number, row.get("video").binaryValue()))
                        .as("earlier copy of " + number)
                        .isNull();
            }
        }
        assertThat(written).hasSize(pushed.size());
        for (StoredFragment fragment : pushed) {
            assertThat(fragment.matches(ByteBuffer.wrap(written.get(fragment.number())))).isTrue();
        }
    }
}
