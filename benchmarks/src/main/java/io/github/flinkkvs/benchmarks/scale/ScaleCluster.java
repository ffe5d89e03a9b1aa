/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.benchmarks.scale;

import io.github.flinkkvs.benchmarks.jvm.CompilerCpu;
import io.github.flinkkvs.cluster.FlinkCluster;
import io.github.flinkkvs.cluster.FlinkRest;
import io.github.flinkkvs.cluster.JarRun;
import io.github.flinkkvs.cluster.TaskManagerMemory;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A JobManager and one TaskManager with two slots for the job that is measured, as processes, and
 * the jar of the job. A job that fails is not restarted, so that its failure is seen.
 */
final class ScaleCluster implements AutoCloseable {

    /** The subtasks of the job: one for each of two processors. */
    static final int PARALLELISM = 2;

    private final CameraService.Endpoint service;
    private final Path work;
    private final FlinkCluster cluster;
    private final String jar;
    private final JvmProbe taskManager;

    /**
     * @param slots of the TaskManager
     * @param checkpointInterval between the beginnings of two checkpoints
     */
    ScaleCluster(
            Path work,
            CameraService.Endpoint service,
            Heap heap,
            int slots,
            Duration checkpointInterval)
            throws IOException {
        this.service = service;
        this.work = work;
        List<String> options = new ArrayList<>(heap.flags());
        options.add(CompilerCpu.FLAG);
        Path jobJar = JobJar.write(work.resolve("job.jar"), Homes.connector());
        cluster =
                FlinkCluster.builder(Homes.flink(), work.resolve("cluster"))
                        .slots(slots)
                        .memory(new TaskManagerMemory(heap.megabytes(), 1024, 64, 64, 256))
                        .jvmOptions(service.trustFlags())
                        .taskManagerOptions(options)
                        .config("execution.checkpointing.interval", checkpointInterval.toMillis())
                        .config(
                                "execution.checkpointing.dir",
                                work.resolve("checkpoints").toUri().toString())
                        .config("execution.checkpointing.savepoint-dir", savepoints().toUri())
                        .config("restart-strategy.type", "none")
                        .config("metrics.fetcher.update-interval", JobMetrics.INTERVAL.toMillis())
                        // The machine may be busy.
                        .config("heartbeat.timeout", "120000")
                        .start();
        JvmProbe probe = null;
        try {
            jar = rest().upload(jobJar);
            probe = JvmProbe.attach(cluster.taskManagers().get(0).pid());
        } finally {
            if (probe == null) {
                cluster.close();
            }
        }
        taskManager = probe;
    }

    FlinkRest rest() {
        return cluster.rest();
    }

    JvmProbe taskManager() {
        return taskManager;
    }

    long jobManagerPid() {
        return cluster.jobManager().pid();
    }

    Path savepoints() {
        return work.resolve("savepoints");
    }

    /**
     * Runs a job, and returns its id.
     *
     * @param options of the source, beside those that lead to the service
     */
    String run(String prefix, long fragmentMillis, int parallelism, Map<String, String> options) {
        List<String> arguments = new ArrayList<>();
        arguments.add(CameraJob.PREFIX + "=" + prefix);
        arguments.add(CameraJob.FRAGMENT_MILLIS + "=" + fragmentMillis);
        arguments.add("aws.region=" + service.region());
        arguments.add("aws.endpoint=" + service.url());
        arguments.add("aws.credentials.basic.accesskeyid=any");
        arguments.add("aws.credentials.basic.secretkey=thing");
        options.forEach((key, value) -> arguments.add(key + "=" + value));
        return rest().run(
                        jar,
                        JarRun.of(CameraJob.class.getName(), arguments.toArray(new String[0]))
                                .withParallelism(parallelism));
    }

    @Override
    public void close() throws IOException {
        try {
            taskManager.close();
        } finally {
            cluster.close();
        }
    }
}
