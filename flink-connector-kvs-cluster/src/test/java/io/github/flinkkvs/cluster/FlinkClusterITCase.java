/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** A cluster whose processes die, and a job in it. */
@DisabledOnOs(OS.WINDOWS)
@Timeout(300)
class FlinkClusterITCase {

    private static final Path HOME = Path.of(System.getProperty("cluster.flink"));
    private static final Duration TIMEOUT = Duration.ofMinutes(1);

    @TempDir Path folder;

    private FlinkCluster start(int taskManagers) {
        return FlinkCluster.builder(HOME, folder.resolve("a cluster"))
                .taskManagers(taskManagers)
                .slots(1)
                .jvmOptions(List.of("-XX:TieredStopAtLevel=1"))
                .config("heartbeat.interval", 500)
                .config("heartbeat.timeout", 20_000)
                .config("metrics.fetcher.update-interval", 200)
                .config("execution.checkpointing.interval", "200 ms")
                .config("execution.checkpointing.dir", folder.resolve("checkpoints").toUri())
                .config("restart-strategy.type", "fixed-delay")
                .config("restart-strategy.fixed-delay.attempts", 1000)
                .config("restart-strategy.fixed-delay.delay", "200 ms")
                .start();
    }

    private Path jar() throws IOException {
        Path jar = folder.resolve("job.jar");
        String name = WatchFolder.class.getName().replace('.', '/') + ".class";
        try (OutputStream file = Files.newOutputStream(jar);
                JarOutputStream out = new JarOutputStream(file)) {
            out.putNextEntry(new JarEntry(name));
            out.write(WatchFolder.class.getClassLoader().getResourceAsStream(name).readAllBytes());
        }
        return jar;
    }

    @Test
    void aJobOutlivesProcesses() throws Exception {
        Path files = Files.createDirectories(folder.resolve("files"));
        String savepoint;
        JarRun run = JarRun.of(WatchFolder.class.getName(), files.toUri().toString());
        try (FlinkCluster cluster = start(2)) {
            FlinkRest rest = cluster.rest();
            assertThat(rest.overview().get("taskmanagers").asInt()).isEqualTo(2);
            String job = rest.run(rest.upload(jar()), run.withParallelism(2));
            rest.awaitTasks(job, TIMEOUT);
            rest.awaitCheckpoint(job, TIMEOUT);

            ClusterProcess killed = cluster.taskManagers().get(0);
            killed.kill();
            assertThat(killed.isAlive()).isFalse();
            cluster.startTaskManager();
            assertThat(cluster.taskManagers()).hasSize(2).doesNotContain(killed);
            cluster.jobManager().await("Restoring job \\S+ from Checkpoint");
            rest.awaitTasks(job, TIMEOUT);
            JsonNode checkpoints = rest.awaitCheckpoint(job, TIMEOUT);
            assertThat(checkpoints.get("counts").get("restored").asInt()).isPositive();

            ClusterProcess paused = cluster.taskManagers().get(0);
            paused.pause();
            paused.resume();
            rest.awaitCheckpoint(job, TIMEOUT);
            Path savepoints = folder.resolve("save points");
            assertThat(rest.savepoint(job, savepoints, TIMEOUT)).startsWith("file:");
            savepoint = rest.stopWithSavepoint(job, savepoints, TIMEOUT);
            assertThat(savepoints).isDirectoryContaining("glob:**/savepoint-*");
        }

        // On the same work folder, with one slot less.
        try (FlinkCluster cluster = start(1)) {
            cluster.jobManager().kill();
            ClusterProcess second = cluster.startJobManager();
            assertThat(second.log()).hasFileName("jobmanager-3.log");
            cluster.startTaskManager();
            FlinkRest rest = cluster.rest();
            rest.awaitTaskManagers(1, TIMEOUT);
            String job =
                    rest.run(rest.upload(jar()), run.withParallelism(1).withSavepoint(savepoint));
            JsonNode checkpoints = rest.awaitCheckpoint(job, TIMEOUT);
            assertThat(checkpoints.get("latest").get("restored").get("is_savepoint").asBoolean())
                    .isTrue();
            String vertex = rest.job(job).get("vertices").get(0).get("id").asText();
            FlinkRest.await(
                    "metrics",
                    () -> rest.metrics(job, vertex, List.of()).findValuesAsText("id"),
                    ids -> ids.contains("0.numRecordsOut"),
                    TIMEOUT);
            rest.cancel(job, TIMEOUT);
            assertThatThrownBy(() -> rest.awaitStatus(job, "RUNNING", TIMEOUT))
                    .isInstanceOf(ClusterException.class)
                    .hasMessageStartingWith("Job " + job + " is CANCELED, not RUNNING: ");
        }
    }

    @Test
    void saysWhyFlinkDoesNotStart() {
        assertThatThrownBy(() -> FlinkCluster.builder(folder, folder).start())
                .isInstanceOf(ClusterException.class)
                .hasMessage("There is no Flink in " + folder + ": it has no folder lib");
        FlinkClusterBuilder wrong =
                FlinkCluster.builder(HOME, folder.resolve("wrong"))
                        .config("taskmanager.numberOfTaskSlots", "many");
        assertThatThrownBy(wrong::start)
                .isInstanceOf(ClusterException.class)
                .hasMessageContaining("ended before its log had a line")
                .hasMessageContaining("many");
    }
}
