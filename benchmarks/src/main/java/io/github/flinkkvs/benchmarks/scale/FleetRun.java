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

    private static final Duration TIMEOUT = Duration.ofMinutes(8);

    static final Duration CHECKPOINT_INTERVAL = Duration.ofSeconds(5);

    private static final Duration SETTLE_TIMEOUT = Duration.ofMinutes(4);

    /** A job that does not settle. */
    static final int NEVER = -1;

    /** How often the heap is collected to see what is live. */
    private static final int COLLECTIONS = 3;

    /** In less time, figures are a matter of chance. */
    private static final int CERTAIN_SECONDS = 30;

    /** Flink's own come and go. */
    private static final int MORE_THREADS = 5;

    private static final long STILL_MILLIS = 30_000;

    private static final double KEPT_UP = 0.98;

    private static final double BEHIND_MILLIS_PER_MINUTE = 500;

    /** A fragment is 2 s old when it is complete, and 2 s pass until the next one. */
    private static final int SETTLED_MILLIS_BEHIND = 5000;

    private static final int SETTLED_SECONDS = 5;

    private final Fleet fleet;
    private final int warmUp;
    private final int seconds;

    /**
     * Figures of the time that counts.
     *
     * @param readAfterSeconds from the moment when all tasks ran until each stream had emitted
     *     something
     * @param settledAfterSeconds from then until no stream was far behind; {@link #NEVER} if one
     *     was to the end
     * @param silenceMillis the longest time in which a stream emitted nothing
     * @param keptUp fragments that the job emitted, relative to those that the cameras pushed
     * @param behindMillis the largest maxMillisBehindNow
     * @param behindTrend of it, in milliseconds per minute
     * @param threadsBefore and the next: of the TaskManager, at the begin and at the end
     * @param mediaMegabytes live heap, without what Flink takes before the job begins: the most
     *     that was seen after a collection
     * @param boundMegabytes what that may be by the documentation
     * @param directMegabytes of the TaskManager at the end
     * @param busy how many processors the TaskManager kept busy, without compiler threads
     * @param lost and the next three: since the job began
     * @param cameraLagMillis how far the cameras were behind their schedule at the end
     */
    record Result(
            String title,
            int streams,
            double megabits,
            double share,
            int readAfterSeconds,
            int settledAfterSeconds,
            long silenceMillis,
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
            SavepointSizes state) {

        /** What is not as the documentation says. Each stream had been read before. */
        List<String> faults(int seconds) {
            List<String> faults = new ArrayList<>();
            if (lost + doubled > 0) {
                faults.add("fragments were lost or doubled");
            }
            if (mediaMegabytes > boundMegabytes) {
                faults.add("media take more of the heap than they may");
            }
            if (silenceMillis > STILL_MILLIS) {
                faults.add("a stream stands still");
            }
            if (seconds >= CERTAIN_SECONDS) {
                if (threadsAfter > threadsBefore + MORE_THREADS) {
                    faults.add("there are more and more threads");
                }
                if (share == 1 && keptUp < KEPT_UP) {
                    faults.add("the job does not keep up");
                }
                if (share == 1
                        && behindTrend.low() > 0
                        && behindTrend.slope() > BEHIND_MILLIS_PER_MINUTE) {
                    faults.add("it falls behind");
                }
            }
            return faults;
        }
    }

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
    Result measure(Path work, Heap heap, String serverHeap) throws Exception {
        CameraService.Settings cameras =
                new CameraService.Settings(
                        fleet.streams(),
                        0,
                        0,
                        fleet.fragmentBytes(),
                        Fleet.FRAMES,
                        Fleet.FRAGMENT_MILLIS,
                        0,
                        // Some calls of each stream, before its camera is on.
                        20 * fleet.streams());
        try (ChildJvm server =
                new ChildJvm(CameraService.class, cameras, serverHeap, null, heap.pages())) {
            CameraService.Endpoint service = server.read(CameraService.Endpoint.class);
            try (ScaleCluster cluster =
                    new ScaleCluster(
                            work, service, heap, ScaleCluster.PARALLELISM, CHECKPOINT_INTERVAL)) {
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
        long running = System.nanoTime();
        JobMetrics metrics = new JobMetrics(rest, job);
        metrics.refresh();
        CameraService.awaitCalls(server, fleet.streams(), TIMEOUT);
        CameraService.switchOn(server);
        FlinkRest.await(
                "all streams of " + fleet.title(),
                () -> metrics.sum(SequenceCheck.STREAMS),
                read -> read == fleet.streams(),
                TIMEOUT);
        int read = (int) TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - running);
        int settled = settle(metrics);
        TimeUnit.SECONDS.sleep(warmUp);

        Stamp begin = stamp(server, cluster, metrics);
        List<Double> minutes = new ArrayList<>();
        List<Double> behind = new ArrayList<>();
        long silence = 0;
        for (int i = 0; i < seconds; i++) {
            TimeUnit.SECONDS.sleep(1);
            minutes.add((System.nanoTime() - begin.nanos) / 60e9);
            behind.add((double) metrics.sourceMax("maxMillisBehindNow"));
            silence = Math.max(silence, metrics.max(SequenceCheck.SILENCE));
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
        metrics.refresh();
        long lost = metrics.sum(SequenceCheck.LOST);
        long doubled = metrics.sum(SequenceCheck.DOUBLED);
        long lag = CameraService.status(server).lagMillis();
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
                read,
                settled,
                silence,
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

    /**
     * Waits until no stream is far behind, which is later than that all are read: until its hot
     * code is compiled, a job takes several times the CPU time.
     *
     * @return seconds that it took; {@link #NEVER} if it took too long
     */
    private int settle(JobMetrics metrics) throws InterruptedException {
        long begin = System.nanoTime();
        int good = 0;
        while (fleet.share() == 1 && good < SETTLED_SECONDS) {
            TimeUnit.SECONDS.sleep(1);
            good = metrics.sourceMax("maxMillisBehindNow") < SETTLED_MILLIS_BEHIND ? good + 1 : 0;
            if (System.nanoTime() - begin > SETTLE_TIMEOUT.toNanos()) {
                return NEVER;
            }
        }
        return (int) TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - begin);
    }

    private static Stamp stamp(ChildJvm server, ScaleCluster cluster, JobMetrics metrics)
            throws IOException, InterruptedException {
        metrics.refresh();
        return new Stamp(
                System.nanoTime(),
                cluster.taskManager().sample(),
                cpu(server.pid()),
                cpu(cluster.jobManagerPid()),
                CameraService.status(server).pushed(),
                metrics.sum(SequenceCheck.SEEN),
                metrics.sum(SequenceCheck.BYTES));
    }

    private static Duration cpu(long pid) {
        return ProcessHandle.of(pid)
                .flatMap(process -> process.info().totalCpuDuration())
                .orElse(Duration.ZERO);
    }
}
