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
import java.util.List;
import java.util.Map;

/** Starts a job that finds many streams, none of which has media. */
final class DiscoveryRun {

    private static final Duration TIMEOUT = Duration.ofMinutes(10);

    private final int streams;

    /**
     * @param secondsToSplits from the submission of the job until all streams are known and each is
     *     with a reader
     * @param secondsToCalls from the submission until GetMedia was called for each of them
     * @param listCalls the calls of ListStreams up to the first of these times
     */
    record Result(
            int streams,
            double secondsToSplits,
            double secondsToCalls,
            int listCalls,
            SavepointSizes state) {}

    DiscoveryRun(int streams) {
        this.streams = streams;
    }

    /**
     * @param work an empty folder
     */
    Result measure(Path work, Heap heap) throws Exception {
        CameraService.Settings settings =
                new CameraService.Settings(0, streams, 0, 1, 1, 1, 0, 20 * streams);
        try (ChildJvm server = new ChildJvm(CameraService.class, settings, "2g", null, List.of())) {
            CameraService.Endpoint service = server.read(CameraService.Endpoint.class);
            try (ScaleCluster cluster =
                    new ScaleCluster(
                            work,
                            service,
                            heap,
                            ScaleCluster.PARALLELISM,
                            FleetRun.CHECKPOINT_INTERVAL)) {
                return measure(server, cluster);
            }
        }
    }

    private Result measure(ChildJvm server, ScaleCluster cluster) throws Exception {
        FlinkRest rest = cluster.rest();
        long begin = System.nanoTime();
        String job =
                cluster.run(
                        CameraService.PREFIX,
                        Fleet.FRAGMENT_MILLIS,
                        ScaleCluster.PARALLELISM,
                        Map.of());
        rest.awaitTasks(job, TIMEOUT);
        JobMetrics metrics = new JobMetrics(rest, job);
        FlinkRest.await(
                "splits of " + streams + " streams",
                () -> metrics.enumerator("liveStreams") - metrics.enumerator("unassignedSplits"),
                assigned -> assigned == streams,
                TIMEOUT);
        double splits = (System.nanoTime() - begin) / 1e9;
        int listCalls = CameraService.status(server).listCalls();
        CameraService.awaitCalls(server, streams, TIMEOUT);
        double calls = (System.nanoTime() - begin) / 1e9;
        SavepointSizes state =
                SavepointSizes.read(rest.savepoint(job, cluster.savepoints(), TIMEOUT));
        rest.cancel(job, TIMEOUT);
        return new Result(streams, splits, calls, listCalls, state);
    }
}
