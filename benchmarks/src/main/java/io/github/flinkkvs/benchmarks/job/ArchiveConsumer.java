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
import io.github.flinkkvs.source.KvsSourceOptions;
import io.github.flinkkvs.source.KvsSourceOptions.HistoryMode;
import io.github.flinkkvs.source.serialization.KvsDeserializationSchema;

import org.apache.flink.api.common.JobID;
import org.apache.flink.configuration.Configuration;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.function.LongUnaryOperator;

/**
 * The process to measure: whenever it gets an {@link Order}, a reader reads the whole history of a
 * stream, and it prints the {@link Meter.Run}.
 */
final class ArchiveConsumer {

    /** GetMedia delivers 5 fragments per second. */
    private static final Duration PATIENCE = Duration.ofMinutes(30);

    /** So many that the job never waits for a quota that the service does not have. */
    private static final int WITHOUT_QUOTAS = 1_000_000;

    /** The readers. */
    enum Reader {
        /** The bare client of the AWS SDK, with the calls that the connector makes. */
        BARE,
        /** A job that reads archived media. */
        ARCHIVE,
        /** A job that reads the same in one GetMedia session. */
        GET_MEDIA
    }

    /**
     * @param quotas whether the service has quotas
     */
    record Settings(MediaServer.Description service, long serverPid, boolean quotas) {}

    /**
     * What to read.
     *
     * @param stream the number of the stream
     * @param fragments how many it has
     * @param beginAt the number of fragments with which measuring begins
     */
    record Order(Reader reader, int stream, int fragments, int beginAt) {}

    private final Settings settings;
    private final ProcessHandle server;
    private final int fragmentBytes;
    private final KvsJobs jobs;

    private ArchiveConsumer(Settings settings, KvsJobs jobs) {
        this.settings = settings;
        this.server = ProcessHandle.of(settings.serverPid).orElseThrow();
        // Of archived media: the trailing Tags of GetMedia do not count.
        this.fragmentBytes =
                (int) (settings.service.totalBytes() / settings.service.totalFragments());
        this.jobs = jobs;
    }

    public static void main(String[] arguments) throws Exception {
        Settings settings = ChildJvm.JSON.readValue(arguments[0], Settings.class);
        try (KvsJobs jobs = new KvsJobs(settings.service)) {
            ArchiveConsumer consumer = new ArchiveConsumer(settings, jobs);
            BufferedReader in =
                    new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                // Garbage of the previous reader must not count for this one.
                System.gc();
                Meter.Run run = consumer.run(ChildJvm.JSON.readValue(line, Order.class));
                System.out.println(ChildJvm.JSON.writeValueAsString(run));
            }
        }
        System.exit(0);
    }

    private Meter.Run run(Order order) throws Exception {
        switch (order.reader) {
            case BARE:
                return runBare(order);
            case ARCHIVE:
                return runJob(order, HistoryMode.ARCHIVE);
            default:
                return runJob(order, HistoryMode.LIVE);
        }
    }

    private Meter.Run runBare(Order order) throws Exception {
        Meter meter = meter(order, passed -> passed);
        try (BareArchive bare =
                new BareArchive(settings.service, stream(order), order.fragments, fragmentBytes)) {
            bare.start(meter::count, meter::fail);
            return meter.await(PATIENCE);
        }
    }

    private Meter.Run runJob(Order order, HistoryMode history) throws Exception {
        Meter meter = meter(order, passed -> ReceivedBytes.count());
        Configuration options =
                KvsJobs.options(settings.service).set(KvsSourceOptions.HISTORY, history);
        if (!settings.quotas) {
            options.set(KvsSourceOptions.HISTORY_FRAGMENTS_PER_SECOND, WITHOUT_QUOTAS);
        }
        JobID job =
                jobs.start(
                        options,
                        List.of(stream(order)),
                        KvsDeserializationSchema.fragments(),
                        fragment -> meter.count(fragmentBytes));
        try {
            return meter.await(PATIENCE);
        } finally {
            jobs.cancel(job);
        }
    }

    private String stream(Order order) {
        return settings.service.streams().get(order.stream);
    }

    private Meter meter(Order order, LongUnaryOperator received) {
        return new Meter(
                order.reader.name(),
                (long) order.beginAt * fragmentBytes,
                (long) order.fragments * fragmentBytes,
                server,
                received);
    }
}
