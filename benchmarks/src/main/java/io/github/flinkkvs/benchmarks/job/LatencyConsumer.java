/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.benchmarks.job;

import io.github.flinkkvs.mkv.FragmentNumber;
import io.github.flinkkvs.source.serialization.KvsDeserializationSchema;

import org.apache.flink.api.common.JobID;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** The job whose latency is measured: prints when each fragment was in its sink. */
final class LatencyConsumer {

    /**
     * @param seconds for how long the job runs from its first fragment on
     */
    record Settings(MediaServer.Description service, int seconds) {}

    private static final Duration PATIENCE = Duration.ofMinutes(1);

    /** Kept as it is until the job is over, so that nothing is formatted meanwhile. */
    private record Arrival(String stream, FragmentNumber number, long nanos) {}

    private LatencyConsumer() {}

    public static void main(String[] arguments) throws Exception {
        Settings settings = ChildJvm.JSON.readValue(arguments[0], Settings.class);
        long nanos = TimeUnit.SECONDS.toNanos(settings.seconds);
        List<Arrival> arrivals = new ArrayList<>(1 << 20);
        CountDownLatch enough = new CountDownLatch(1);
        try (KvsJobs jobs = new KvsJobs(settings.service)) {
            JobID job =
                    jobs.start(
                            KvsDeserializationSchema.fragments(),
                            fragment -> {
                                long now = System.nanoTime();
                                arrivals.add(
                                        new Arrival(fragment.streamName(), fragment.number(), now));
                                if (now - arrivals.get(0).nanos >= nanos) {
                                    enough.countDown();
                                }
                            });
            boolean inTime =
                    enough.await(settings.seconds + PATIENCE.toSeconds(), TimeUnit.SECONDS);
            // Once the job is gone nothing is added any more.
            jobs.cancel(job);
            if (!inTime) {
                throw new IllegalStateException("Only " + arrivals.size() + " fragments arrived");
            }
        }
        StringBuilder lines = new StringBuilder();
        for (Arrival arrival : arrivals) {
            lines.append(new FragmentTime(arrival.stream, arrival.number.toString(), arrival.nanos))
                    .append('\n');
        }
        System.out.print(lines);
        System.out.println(MediaServer.END);
        System.out.flush();
        System.exit(0);
    }
}
