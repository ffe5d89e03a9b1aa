/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.chaos.world;

import io.github.flinkkvs.chaos.check.CommittedOutput;
import io.github.flinkkvs.chaos.job.ChaosJob;
import io.github.flinkkvs.cluster.ClusterException;
import io.github.flinkkvs.cluster.ClusterProcess;
import io.github.flinkkvs.cluster.FlinkCluster;
import io.github.flinkkvs.cluster.JarRun;
import io.github.flinkkvs.cluster.ProcessGroup;

import com.fasterxml.jackson.databind.JsonNode;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * All processes of a run and what they share on disk: the service, a highly available Flink with
 * two TaskManagers, the job. Belongs to one thread, except for {@link #close()}.
 */
public final class World implements AutoCloseable {
    public static final int TASK_MANAGERS = 2;

    /** One TaskManager is enough for the job. */
    private static final int SLOTS = 4;

    /** Above what a busy machine delays, and below the long pauses of a plan. */
    private static final int HEARTBEAT_TIMEOUT_MILLIS = 18_000;

    /** As short as a busy machine allows: the next JobManager waits for it. */
    private static final int ZOOKEEPER_SESSION_MILLIS = 8000;

    static final Duration METRICS_INTERVAL = Duration.ofMillis(500);

    private static final Pattern RESOURCE_ID =
            Pattern.compile("Starting TaskManager with ResourceID: (\\S+)");

    private static final Duration TIMEOUT = Duration.ofMinutes(2);

    private final WorldSettings settings;
    private final ProcessGroup processes = new ProcessGroup();
    private final ServiceProcess service;
    private final ZooKeeper zooKeeper;
    private final SinkLock sink;
    private final CheckpointDisk checkpoints;
    private final Credentials credentials;
    private final CommittedOutput output;
    private int version;
    private int parallelism = 2;
    private FlinkCluster cluster;
    private String job;

    /** Starts everything, and the job from the beginning. */
    public World(WorldSettings settings) throws IOException {
        this.settings = settings;
        Path work = settings.work();
        try {
            service = new ServiceProcess(processes, work.resolve("service"), settings.size());
            sink = new SinkLock(work.resolve("gate"));
            checkpoints = new CheckpointDisk(settings.checkpoints());
            credentials = new Credentials(work.resolve("credentials"));
            output = new CommittedOutput(work.resolve("output"));
            service.start();
            zooKeeper = new ZooKeeper(processes, home(), work.resolve("zookeeper"));
            cluster = startCluster();
            job = submit(null);
        } catch (IOException | RuntimeException | Error e) {
            close();
            throw e;
        }
    }

    private Path home() {
        return settings.homes().get(version);
    }

    private FlinkCluster startCluster() {
        Path tables = settings.tables().resolve(home().getFileName());
        return FlinkCluster.builder(home(), settings.work().resolve(home().getFileName()))
                .addToClassPath(tables.resolve("lib") + "/*")
                .addToClassPath(settings.connector().toString())
                .taskManagers(TASK_MANAGERS)
                .slots(SLOTS)
                // Processes that live for minutes are not worth the optimizing compiler.
                .jvmOptions(List.of("-XX:TieredStopAtLevel=1"))
                .config("taskmanager.load-balance.mode", "SLOTS")
                .config("heartbeat.interval", 1000)
                .config("heartbeat.timeout", HEARTBEAT_TIMEOUT_MILLIS)
                .config("metrics.fetcher.update-interval", METRICS_INTERVAL.toMillis())
                .config("high-availability.type", "zookeeper")
                .config("high-availability.zookeeper.quorum", zooKeeper.quorum())
                .config(
                        "high-availability.zookeeper.client.session-timeout",
                        ZOOKEEPER_SESSION_MILLIS)
                .config("high-availability.cluster-id", "/" + home().getFileName())
                .config("high-availability.storageDir", uri("high-availability"))
                .config("execution.checkpointing.interval", "1 s")
                .config("execution.checkpointing.timeout", "30 s")
                .config("execution.checkpointing.dir", "file:" + checkpoints.folder())
                .config("execution.checkpointing.num-retained", 3)
                .config("execution.checkpointing.tolerable-failed-checkpoints", 1_000_000)
                .config("restart-strategy.type", "fixed-delay")
                .config("restart-strategy.fixed-delay.attempts", Integer.MAX_VALUE)
                .config("restart-strategy.fixed-delay.delay", "500 ms")
                .start();
    }

    /** Flink decodes no escapes in paths: a space stays a space. */
    private String uri(String folder) {
        return "file:" + settings.work().resolve(folder);
    }

    private String submit(String savepoint) {
        JarRun run =
                JarRun.of(
                        ChaosJob.class.getName(),
                        "--mode",
                        settings.mode().name(),
                        "--endpoint",
                        service.endpoint().toString(),
                        "--profile",
                        credentials.file().toString(),
                        "--output",
                        uri("output"),
                        "--gate",
                        sink.file().toString());
        return cluster.rest()
                .run(
                        cluster.rest().upload(settings.job()),
                        run.withParallelism(parallelism).withSavepoint(savepoint));
    }

    // ------------------------------------------------------------------ what there is

    public WorldSettings settings() {
        return settings;
    }

    public ServiceProcess service() {
        return service;
    }

    public FlinkCluster cluster() {
        return cluster;
    }

    public CommittedOutput output() {
        return output;
    }

    public SinkLock sink() {
        return sink;
    }

    public CheckpointDisk checkpoints() {
        return checkpoints;
    }

    public Credentials credentials() {
        return credentials;
    }

    /**
     * The TaskManagers that have tasks of the job.
     *
     * @throws ClusterException if there is none
     */
    public List<ClusterProcess> busyTaskManagers() {
        Set<String> busy = new HashSet<>();
        for (JsonNode known : cluster.rest().get("/taskmanagers").get("taskmanagers")) {
            if (known.get("freeSlots").asInt() < known.get("slotsNumber").asInt()) {
                busy.add(known.get("id").asText());
            }
        }
        List<ClusterProcess> processes =
                cluster.taskManagers().stream()
                        .filter(process -> busy.contains(resourceId(process)))
                        .collect(Collectors.toList());
        if (processes.isEmpty()) {
            throw new ClusterException("No TaskManager has tasks of job " + job);
        }
        return processes;
    }

    /** By which Flink knows a TaskManager. */
    private static String resourceId(ClusterProcess taskManager) {
        try {
            Matcher line = RESOURCE_ID.matcher(Files.readString(taskManager.log()));
            if (!line.find()) {
                throw new ClusterException("There is no resource id in " + taskManager.log());
            }
            return line.group(1);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The metrics of the connector in the job that runs now. */
    public SourceMetrics metrics() {
        return new SourceMetrics(cluster.rest(), job);
    }

    /** The id of the job that runs now. */
    public String job() {
        return job;
    }

    // ------------------------------------------------------------------ the job

    /**
     * Stops the job with a savepoint, and starts it from there with another parallelism.
     *
     * @return when it had stopped, in epoch milliseconds
     */
    public long rescale(int newParallelism) throws IOException {
        String savepoint = stop();
        long stopped = System.currentTimeMillis();
        parallelism = newParallelism;
        job = submit(savepoint);
        return stopped;
    }

    /**
     * Stops the job with a savepoint, and starts it from there on the next version of Flink.
     *
     * @return when it had stopped, in epoch milliseconds
     */
    public long upgrade() throws IOException {
        String savepoint = stop();
        long stopped = System.currentTimeMillis();
        cluster.close();
        version++;
        cluster = startCluster();
        job = submit(savepoint);
        return stopped;
    }

    /** Stops the job with a savepoint, after which all is committed, and returns its path. */
    public String stop() throws IOException {
        return cluster.rest()
                .stopWithSavepoint(
                        job,
                        Files.createDirectories(settings.work().resolve("savepoints")),
                        TIMEOUT);
    }

    public int parallelism() {
        return parallelism;
    }

    @Override
    public void close() {
        if (cluster != null) {
            cluster.close();
        }
        processes.close();
    }
}
