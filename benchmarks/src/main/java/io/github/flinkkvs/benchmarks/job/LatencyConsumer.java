/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.benchmarks.job;

import io.github.flinkkvs.benchmarks.jvm.ChildJvm;
import io.github.flinkkvs.mkv.FragmentNumber;
import io.github.flinkkvs.source.serialization.KvsDeserializationSchema;

import org.apache.flink.api.common.JobID;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Runs the job to measure, and prints when each fragment or frame reached its sink. */
final class LatencyConsumer {

    /**
     * @param frames whether the job reads frames instead of fragments
     * @param seconds how long the job runs after its first record
     */
    record Settings(MediaServer.Description service, boolean frames, int seconds) {}

    private static final Duration PATIENCE = Duration.ofMinutes(1);

    /** Formatted only after the job, so that formatting does not slow it down. */
    private record Arrival(String stream, FragmentNumber number, int frame, long nanos) {

        FragmentTime time() {
            return frame < 0
                    ? new FragmentTime(stream, number.toString(), nanos)
                    : FragmentTime.ofFrame(stream, number.toString(), frame, nanos);
        }
    }

    private static final int WHOLE = -1;

    private LatencyConsumer() {}

    public static void main(String[] arguments) throws Exception {
        Settings settings = ChildJvm.JSON.readValue(arguments[0], Settings.class);
        long nanos = TimeUnit.SECONDS.toNanos(settings.seconds);
        List<Arrival> arrivals = new ArrayList<>(1 << 20);
        CountDownLatch enough = new CountDownLatch(1);
        try (KvsJobs jobs = new KvsJobs(settings.service)) {
            Consumer<Arrival> probe =
                    arrival -> {
                        arrivals.add(arrival);
                        if (arrival.nanos - arrivals.get(0).nanos >= nanos) {
                            enough.countDown();
                        }
                    };
            JobID job = settings.frames ? startFrames(jobs, probe) : startFragments(jobs, probe);
            boolean inTime =
                    enough.await(settings.seconds + PATIENCE.toSeconds(), TimeUnit.SECONDS);
            // Nothing is added after the end of the job.
            jobs.cancel(job);
            if (!inTime) {
                throw new IllegalStateException("Only " + arrivals.size() + " records arrived");
            }
        }
        StringBuilder lines = new StringBuilder();
        for (Arrival arrival : arrivals) {
            lines.append(arrival.time()).append('\n');
        }
        System.out.print(lines);
        System.out.println(MediaServer.END);
        System.out.flush();
        System.exit(0);
    }

    private static JobID startFragments(KvsJobs jobs, Consumer<Arrival> probe) throws Exception {
        return jobs.start(
                KvsDeserializationSchema.fragments(),
                fragment ->
                        probe.accept(
                                new Arrival(
                                        fragment.streamName(),
                                        fragment.number(),
                                        WHOLE,
                                        System.nanoTime())));
    }

    private static JobID startFrames(KvsJobs jobs, Consumer<Arrival> probe) throws Exception {
        return jobs.start(
                KvsDeserializationSchema.frames(),
                frame ->
                        probe.accept(
                                new Arrival(
                                        frame.fragment().streamName(),
                                        frame.fragment().number(),
                                        frame.frame().index(),
                                        System.nanoTime())));
    }
}
