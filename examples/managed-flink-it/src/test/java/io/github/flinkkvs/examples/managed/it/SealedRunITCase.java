/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.examples.managed.it;

import io.github.flinkkvs.testing.Camera;
import io.github.flinkkvs.testing.EmbeddedKvs;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/** The jar for the service, in a Flink that is sealed as on the service. */
@EnabledOnOs(OS.LINUX)
@Timeout(300)
class SealedRunITCase {

    private static final Path JAR =
            Path.of("..", "managed-flink", "target", "managed-flink-job.jar").toAbsolutePath();

    /** Whether it is a failure that no process can be sealed: not where somebody just builds. */
    private static final boolean REQUIRED = Boolean.getBoolean("sealed.required");

    private static final int FRAGMENTS = 20;

    /** What the service leaves beside 3 GB of heap, in MB. */
    private static final int NATIVE_MEMORY = 1024;

    private Path work;
    private Path etc;

    /** Whatever the temporary folder of this process is: the others can only write here. */
    @BeforeEach
    void folders() throws Exception {
        work = Files.createTempDirectory(Path.of("/tmp"), "sealed-run-");
        etc = Files.createDirectories(work.resolve("etc"));
        String result = run("true");
        if (REQUIRED) {
            assertThat(result).as("a process can be sealed here").isEqualTo("0");
        }
        // A container without the right to mount cannot show anything.
        assumeTrue(result.equals("0"), "No process can be sealed here: " + result);
    }

    @AfterEach
    void delete() throws IOException {
        try (Stream<Path> files = Files.walk(work)) {
            files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
        }
    }

    private String run(String... command) throws Exception {
        return Seal.run(etc, command);
    }

    /** So that a job that writes anywhere else fails below. */
    @Test
    void onlyTmpCanBeWritten() throws Exception {
        Files.writeString(etc.resolve("added"), "");

        for (String folder : List.of("/", "/etc", "/opt", "/root", "/usr", "/var")) {
            assertThat(run("touch", Path.of(folder, "sealed-run").toString())).startsWith("1: ");
        }
        // Everybody may write there, otherwise.
        for (String folder : List.of("/var/tmp", "/dev/shm")) {
            assertThat(run("touch", folder + "/sealed-run"))
                    .startsWith("1: ")
                    .endsWith("Read-only file system");
        }
        assertThat(run("touch", work.resolve("sealed-run").toString())).isEqualTo("0");
        assertThat(run("ls", "/etc/added", "/etc/passwd")).isEqualTo("0: /etc/added: /etc/passwd");
    }

    @Test
    void theJobWritesPicturesAndCompletesCheckpoints() throws Exception {
        Path pictures = Files.createDirectories(work.resolve("pictures/front-door"));
        try (EmbeddedKvs kvs = EmbeddedKvs.start();
                WatchService watch = FileSystems.getDefault().newWatchService()) {
            properties(kvs, pictures.getParent());
            Camera.builder(kvs.createStream("front-door"))
                    .fragments(FRAGMENTS)
                    .unlimitedSpeed()
                    .start()
                    .awaitDone(Duration.ofMinutes(1));
            pictures.register(watch, StandardWatchEventKinds.ENTRY_CREATE);
            try (SealedCluster cluster = new SealedCluster(etc, work)) {
                cluster.run(JAR);
                awaitPictures(watch, pictures);
                cluster.awaitCheckpoint();

                assertThat(cluster.mapped())
                        .filteredOn(line -> line.contains("jniavcodec"))
                        .isNotEmpty()
                        .allMatch(line -> line.contains(" /tmp/"));
                assertThat(cluster.nativeMemory()).isLessThan(NATIVE_MEMORY);
            }
        }
    }

    private void properties(EmbeddedKvs kvs, Path pictures) throws IOException {
        Path file = etc.resolve("flink/application_properties.json");
        Files.createDirectories(file.getParent());
        Files.writeString(
                file,
                """
                [
                  {
                    "PropertyGroupId": "kvs",
                    "PropertyMap": {
                      "aws.region": "%s",
                      "aws.endpoint": "%s",
                      "aws.credentials.basic.accesskeyid": "any",
                      "aws.credentials.basic.secretkey": "thing",
                      "streams": "front-door",
                      "start": "earliest",
                      "source.metrics.group": "kinesisanalytics",
                      "source.metrics.streams-limit": "0"
                    }
                  },
                  {
                    "PropertyGroupId": "output",
                    "PropertyMap": { "folder": "%s" }
                  }
                ]
                """
                        .formatted(kvs.region(), kvs.endpoint(), pictures.toUri()));
    }

    /** Waits for the file system to tell of a picture from each fragment. */
    private static void awaitPictures(WatchService watch, Path folder) throws Exception {
        while (fragments(folder) < FRAGMENTS) {
            WatchKey changes = watch.poll(2, TimeUnit.MINUTES);
            assertThat(changes).as("a further picture in " + folder).isNotNull();
            changes.pollEvents();
            changes.reset();
        }
    }

    private static long fragments(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.matches("\\d+-\\d+\\.jpg"))
                    .map(name -> name.substring(0, name.indexOf('-')))
                    .distinct()
                    .count();
        }
    }
}
