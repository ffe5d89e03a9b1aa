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

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A job that reads all the time, and others that begin and end beside it, each with a class loader
 * of its own. In between it is seen what the TaskManager keeps.
 */
final class SoakRun {

    private static final Duration TIMEOUT = Duration.ofMinutes(5);

    /** Many, to see what they leave behind. */
    private static final Duration CHECKPOINT_INTERVAL = Duration.ofSeconds(1);

    /** The streams of each short job. */
    private static final int SHORT_STREAMS = 5;

    /** After each short job. */
    private static final int SAMPLES = 3;

    private static final double MEGABITS = 0.5;

    private final int streams;
    private final Duration session;
    private final int jobs;
    private final Duration time;

    /**
     * What the TaskManager keeps after a collection.
     *
     * @param minute since the long job reads all streams
     * @param jobs short ones that have ended
     */
    record Row(double minute, int jobs, JvmProbe.Sample jvm) {}

    /**
     * @param seen fragments that the long job emitted
     * @param silenceMillis at the end, the longest time since a stream of the long job emitted one
     * @param reconnects of the long job
     */
    record Result(
            List<Row> rows,
            long seen,
            long lost,
            long doubled,
            long silenceMillis,
            long reconnects) {}

    /**
     * @param jobs how many short jobs there are in the time
     */
    SoakRun(int streams, Duration session, int jobs, Duration time) {
        this.streams = streams;
        this.session = session;
        this.jobs = jobs;
        this.time = time;
    }

    /**
     * @param work an empty folder
     * @throws IllegalStateException if the long job fails
     */
    Result measure(Path work, Heap heap, String serverHeap) throws Exception {
        CameraService.Settings cameras =
                new CameraService.Settings(
                        streams,
                        0,
                        SHORT_STREAMS,
                        new Fleet(streams, MEGABITS, 1).fragmentBytes(),
                        Fleet.FRAMES,
                        Fleet.FRAGMENT_MILLIS,
                        session.toMillis(),
                        1000);
        try (ChildJvm server =
                new ChildJvm(CameraService.class, cameras, serverHeap, null, List.of())) {
            CameraService.Endpoint service = server.read(CameraService.Endpoint.class);
            CameraService.switchOn(server);
            try (ScaleCluster cluster =
                    new ScaleCluster(
                            work,
                            service,
                            heap,
                            ScaleCluster.PARALLELISM + 1,
                            CHECKPOINT_INTERVAL)) {
                return measure(cluster);
            }
        }
    }

    private Result measure(ScaleCluster cluster) throws Exception {
        FlinkRest rest = cluster.rest();
        String job = run(cluster, CameraService.PREFIX, ScaleCluster.PARALLELISM);
        rest.awaitTasks(job, TIMEOUT);
        JobMetrics metrics = new JobMetrics(rest, job);
        metrics.refresh();
        FlinkRest.await(
                "all streams",
                () -> metrics.sum(SequenceCheck.STREAMS),
                read -> read == streams,
                TIMEOUT);
        List<Row> rows = new ArrayList<>();
        long begin = System.nanoTime();
        for (int i = 0; i < jobs; i++) {
            long cycle = begin + time.toNanos() * i / jobs;
            runShortJob(cluster, cycle + time.toNanos() / jobs / 4);
            for (int sample = 1; sample <= SAMPLES; sample++) {
                // The rest of the cycle, evenly.
                sleepUntil(cycle + time.toNanos() / jobs * (4 + 3 * sample) / 13);
                Row row =
                        new Row(
                                (System.nanoTime() - begin) / 60e9,
                                i + 1,
                                cluster.taskManager().afterCollection());
                System.err.println("soak: " + row);
                rows.add(row);
            }
            if (!rest.status(job).equals("RUNNING")) {
                throw new IllegalStateException("The job failed: " + rest.exceptions(job));
            }
        }
        metrics.refresh();
        Result result =
                new Result(
                        rows,
                        metrics.sum(SequenceCheck.SEEN),
                        metrics.sum(SequenceCheck.LOST),
                        metrics.sum(SequenceCheck.DOUBLED),
                        metrics.max(SequenceCheck.SILENCE),
                        metrics.sourceSumOfAll("cause", "reconnects"));
        rest.cancel(job, TIMEOUT);
        return result;
    }

    private static String run(ScaleCluster cluster, String prefix, int parallelism) {
        return cluster.run(prefix, Fleet.FRAGMENT_MILLIS, parallelism, Map.of());
    }

    /** Runs a job until some time, but at least until it has emitted something. */
    private static void runShortJob(ScaleCluster cluster, long end) throws InterruptedException {
        FlinkRest rest = cluster.rest();
        String job = run(cluster, CameraService.SHORT_PREFIX, 1);
        rest.awaitTasks(job, TIMEOUT);
        JobMetrics metrics = new JobMetrics(rest, job);
        FlinkRest.await(
                "fragments of a short job",
                () -> metrics.sum(SequenceCheck.SEEN),
                seen -> seen > 0,
                TIMEOUT);
        sleepUntil(end);
        rest.cancel(job, TIMEOUT);
    }

    private static void sleepUntil(long nanoTime) throws InterruptedException {
        TimeUnit.NANOSECONDS.sleep(Math.max(0, nanoTime - System.nanoTime()));
    }
}
