/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.benchmarks.scale;

import io.github.flinkkvs.benchmarks.jvm.ChildJvm;
import io.github.flinkkvs.cluster.FlinkRest;

import com.fasterxml.jackson.databind.JsonNode;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Reads a fleet for a while, and measures what it takes. */
final class FleetRun {

    private static final Duration TIMEOUT = Duration.ofMinutes(5);

    /** How often the heap is collected to see what is live. */
    private static final int COLLECTIONS = 3;

    private final Fleet fleet;
    private final int warmUp;
    private final int seconds;

    /**
     * Figures of the time that counts.
     *
     * @param keptUp fragments that the job emitted, relative to those that the cameras pushed
     * @param behindMillis the largest maxMillisBehindNow
     * @param behindTrend of it, in milliseconds per minute
     * @param threadsBefore and the next: of the TaskManager, at the begin and at the end
     * @param mediaMegabytes live heap, without what Flink takes before the job begins: the most
     *     that was seen after a collection
     * @param boundMegabytes what that may be by the documentation
     * @param directMegabytes of the TaskManager at the end
     * @param busy how many processors the TaskManager kept busy, without compiler threads
     * @param cameraLagMillis how far the cameras were behind their schedule at the end
     */
    record Result(
            String title,
            int streams,
            double megabits,
            double share,
            long fragments,
            double megabytesPerSecond,
            double keptUp,
            long behindMillis,
            Trend behindTrend,
            int threadsBefore,
            int threadsAfter,
            double mediaMegabytes,
            double boundMegabytes,
            double directMegabytes,
            double busy,
            double serverBusy,
            double jobManagerBusy,
            double cpuMillisPerStreamAndSecond,
            double cpuSecondsPerGigabyte,
            double serverCpuSecondsPerGigabyte,
            long lost,
            long doubled,
            long evictions,
            long reconnects,
            long cameraLagMillis,
            long checkpointBytes,
            long checkpointMillis,
            long checkpointMaxMillis,
            SavepointSizes state) {}

    /** What is read at the begin and at the end of the time that counts. */
    private record Stamp(
            long nanos,
            JvmProbe.Sample jvm,
            Duration server,
            Duration jobManager,
            long pushed,
            long seen,
            long bytes) {}

    FleetRun(Fleet fleet, int warmUp, int seconds) {
        this.fleet = fleet;
        this.warmUp = warmUp;
        this.seconds = seconds;
    }

    /**
     * @param work an empty folder
     * @throws IllegalStateException if the job fails
     */
    Result measure(Path work, int heap, String serverHeap) throws Exception {
        CameraService.Settings cameras =
                new CameraService.Settings(
                        fleet.streams(),
                        0,
                        0,
                        fleet.fragmentBytes(),
                        Fleet.FRAMES,
                        Fleet.FRAGMENT_MILLIS,
                        0,
                        1000);
        try (ChildJvm server =
                new ChildJvm(CameraService.class, cameras, serverHeap, null, List.of())) {
            CameraService.Endpoint service = server.read(CameraService.Endpoint.class);
            try (ScaleCluster cluster =
                    new ScaleCluster(work, service, heap, ScaleCluster.PARALLELISM)) {
                return measure(server, cluster);
            }
        }
    }

    private Result measure(ChildJvm server, ScaleCluster cluster) throws Exception {
        double idle = cluster.taskManager().afterCollection().heapMegabytes();
        FlinkRest rest = cluster.rest();
        String job =
                cluster.run(
                        CameraService.PREFIX,
                        Fleet.FRAGMENT_MILLIS,
                        ScaleCluster.PARALLELISM,
                        Map.of("source.memory.budget", fleet.budget() + "b"));
        rest.awaitTasks(job, TIMEOUT);
        JobMetrics metrics = new JobMetrics(rest, job);
        FlinkRest.await(
                "all streams of " + fleet.title(),
                () -> metrics.sourceSum("connections"),
                // With little memory some of them wait.
                open -> open >= fleet.streams() * Math.min(1, fleet.share() / 2),
                TIMEOUT);
        TimeUnit.SECONDS.sleep(warmUp);

        Stamp begin = stamp(server, cluster, metrics);
        List<Double> minutes = new ArrayList<>();
        List<Double> behind = new ArrayList<>();
        for (int i = 0; i < seconds; i++) {
            TimeUnit.SECONDS.sleep(1);
            minutes.add((System.nanoTime() - begin.nanos) / 60e9);
            behind.add((double) metrics.sourceMax("maxMillisBehindNow"));
        }
        Stamp end = stamp(server, cluster, metrics);
        JsonNode checkpoints = rest.checkpoints(job).get("summary");

        if (!rest.status(job).equals("RUNNING")) {
            throw new IllegalStateException(
                    fleet.title() + ": the job failed: " + rest.exceptions(job));
        }
        double live = 0;
        for (int i = 0; i < COLLECTIONS; i++) {
            live = Math.max(live, cluster.taskManager().afterCollection().heapMegabytes());
            TimeUnit.SECONDS.sleep(1);
        }
        SavepointSizes state =
                SavepointSizes.read(rest.savepoint(job, cluster.savepoints(), TIMEOUT));
        // What was counted up to now, after the collections, too.
        long lost = metrics.sum(SequenceCheck.LOST);
        long doubled = metrics.sum(SequenceCheck.DOUBLED);
        long lag = status(server).lagMillis();
        rest.cancel(job, TIMEOUT);

        double time = (end.nanos - begin.nanos) / 1e9;
        double bytes = end.bytes - begin.bytes;
        double cpu = end.jvm.cpuSeconds() - begin.jvm.cpuSeconds();
        double serverCpu = end.server.minus(begin.server).toNanos() / 1e9;
        return new Result(
                fleet.title(),
                fleet.streams(),
                fleet.megabits(),
                fleet.share(),
                end.seen - begin.seen,
                bytes / 1e6 / time,
                (double) (end.seen - begin.seen) / (end.pushed - begin.pushed),
                Collections.max(behind).longValue(),
                Trend.of(minutes, behind),
                begin.jvm.threads(),
                end.jvm.threads(),
                live - idle,
                fleet.bound(),
                end.jvm.directMegabytes(),
                cpu / time,
                serverCpu / time,
                end.jobManager.minus(begin.jobManager).toNanos() / 1e9 / time,
                1000 * cpu / time / fleet.streams(),
                cpu / bytes * 1e9,
                serverCpu / bytes * 1e9,
                lost,
                doubled,
                metrics.sourceSum("evictions"),
                metrics.sourceSumOfAll("cause", "reconnects"),
                lag,
                checkpoints.get("state_size").get("p50").asLong(),
                checkpoints.get("end_to_end_duration").get("p50").asLong(),
                checkpoints.get("end_to_end_duration").get("max").asLong(),
                state);
    }

    private static CameraService.Status status(ChildJvm server) {
        server.tell(CameraService.STATUS);
        return server.read(CameraService.Status.class);
    }

    private static Stamp stamp(ChildJvm server, ScaleCluster cluster, JobMetrics metrics)
            throws IOException {
        return new Stamp(
                System.nanoTime(),
                cluster.taskManager().sample(),
                cpu(server.pid()),
                cpu(cluster.jobManagerPid()),
                status(server).pushed(),
                metrics.sum(SequenceCheck.SEEN),
                metrics.sum(SequenceCheck.BYTES));
    }

    private static Duration cpu(long pid) {
        return ProcessHandle.of(pid)
                .flatMap(process -> process.info().totalCpuDuration())
                .orElse(Duration.ZERO);
    }
}
