/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.examples.managed.it;

import io.github.flinkkvs.cluster.ClusterProcess;
import io.github.flinkkvs.cluster.FlinkCluster;
import io.github.flinkkvs.cluster.JarRun;
import io.github.flinkkvs.cluster.TaskManagerMemory;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A Flink with the settings of the service that are known, in sealed processes: a JobManager, and a
 * TaskManager with one slot.
 */
final class SealedCluster implements AutoCloseable {

    /** Of the TaskManager, in MB. All of it is touched at the start. */
    static final int HEAP = 768;

    private final FlinkCluster cluster;
    private final ClusterProcess taskManager;

    /**
     * @param etc a folder whose files are in /etc
     * @param work a folder within /tmp, for the configuration and for what would be in /tmp on the
     *     service: processes that are killed leave files
     */
    SealedCluster(Path etc, Path work) {
        // The service's settings, with less memory, and with checkpoints once a second.
        cluster =
                FlinkCluster.builder(Path.of(System.getProperty("cluster.flink")), work)
                        .addToClassPath(System.getProperty("cluster.lib") + "/*")
                        .javaHome(Path.of(System.getProperty("cluster.java.home")))
                        .commandPrefix(Seal.prefix(etc))
                        .environment(Seal.environment())
                        // What runs for seconds only is not worth the optimizing compiler.
                        .jvmOptions(List.of("-XX:TieredStopAtLevel=1"))
                        .taskManagerOptions(List.of("-Xms" + HEAP + "m", "-XX:+AlwaysPreTouch"))
                        .memory(new TaskManagerMemory(HEAP, 256, 64, 64, 256))
                        .slots(1)
                        .cores(1)
                        .config("execution.program-config.enabled", false)
                        .config("execution.checkpointing.interval", "1 s")
                        .config("execution.checkpointing.dir", work.resolve("checkpoints").toUri())
                        .config("execution.checkpointing.incremental", true)
                        .config("state.backend.type", "rocksdb")
                        .config("restart-strategy.type", "exponential-delay")
                        .start();
        taskManager = cluster.taskManagers().get(0);
    }

    /** Uploads a jar and runs its main class without arguments, as the service does. */
    void run(Path jar) {
        cluster.rest().run(cluster.rest().upload(jar), JarRun.of(null));
    }

    /** Waits for the end of a checkpoint that begins from now on. */
    void awaitCheckpoint() {
        ClusterProcess jobManager = cluster.jobManager();
        jobManager.skip();
        long begun = Long.parseLong(jobManager.await("Triggering checkpoint (\\d+) "));
        // One that is declined is followed by another.
        jobManager.await("Completed checkpoint (\\d+) for job", id -> Long.parseLong(id) >= begun);
    }

    /** The files that the TaskManager has mapped into its memory. */
    List<String> mapped() throws IOException {
        return Files.readAllLines(Path.of("/proc/" + taskManager.pid() + "/maps"));
    }

    /** How much memory the TaskManager had at most, beside its heap, in MB. */
    long nativeMemory() throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/" + taskManager.pid() + "/status"))) {
            if (line.startsWith("VmHWM:")) {
                return Long.parseLong(line.replaceAll("\\D", "")) / 1024 - HEAP;
            }
        }
        throw new AssertionError("No VmHWM of process " + taskManager.pid());
    }

    @Override
    public void close() {
        cluster.close();
    }
}
