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
import io.github.flinkkvs.client.aws.AwsOptions;
import io.github.flinkkvs.client.aws.AwsOptions.TlsProvider;
import io.github.flinkkvs.mkv.Fragment;
import io.github.flinkkvs.source.KvsSourceOptions;
import io.github.flinkkvs.source.KvsSourceOptions.HistoryMode;
import io.github.flinkkvs.source.serialization.KvsDeserializationSchema;

import org.apache.flink.api.common.JobID;
import org.apache.flink.configuration.Configuration;

import software.amazon.awssdk.services.kinesisvideomedia.model.GetMediaResponse;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongUnaryOperator;

/**
 * The process to measure: the readers read the same streams in turn, and it prints each {@link
 * Meter.Run}.
 */
final class JobConsumer {

    private static final Duration PATIENCE = Duration.ofMinutes(2);

    /**
     * @param tls what all readers but the bare SDK decrypt with
     * @param readers who takes part, in the order of the first round
     * @param warmUpRounds the number of rounds that are not printed
     */
    record Settings(
            MediaServer.Description service,
            long serverPid,
            TlsProvider tls,
            List<Reader> readers,
            int warmUpRounds,
            int rounds) {}

    private final MediaServer.Description service;
    private final ProcessHandle server;
    private final Configuration options;
    private final BareSdk bare;
    private final BareSdk client;
    private final KvsJobs jobs;

    private JobConsumer(
            Settings settings, Configuration options, BareSdk bare, BareSdk client, KvsJobs jobs) {
        this.service = settings.service;
        this.server = ProcessHandle.of(settings.serverPid).orElseThrow();
        this.options = options;
        this.bare = bare;
        this.client = client;
        this.jobs = jobs;
    }

    public static void main(String[] arguments) throws Exception {
        Settings settings = ChildJvm.JSON.readValue(arguments[0], Settings.class);
        Configuration options =
                KvsJobs.options(settings.service)
                        .set(AwsOptions.TLS_PROVIDER, settings.tls)
                        // The bodies of archived media are shorter.
                        .set(KvsSourceOptions.HISTORY, HistoryMode.LIVE);
        try (BareSdk bare = BareSdk.asShipped(settings.service);
                BareSdk client = BareSdk.ofConnector(settings.service, options);
                KvsJobs jobs = new KvsJobs(settings.service)) {
            JobConsumer consumer = new JobConsumer(settings, options, bare, client, jobs);
            List<Reader> order = new ArrayList<>(settings.readers);
            for (int round = -settings.warmUpRounds; round < settings.rounds; round++) {
                for (Reader reader : order) {
                    // Garbage of the previous reader must not count for this one.
                    System.gc();
                    Meter.Run run = consumer.run(reader);
                    if (round >= 0) {
                        System.out.println(ChildJvm.JSON.writeValueAsString(run));
                    }
                }
                Collections.rotate(order, 1);
            }
        }
        System.exit(0);
    }

    private Meter.Run run(Reader reader) throws Exception {
        switch (reader) {
            case BARE:
                return runBare(reader, bare, meter -> bytes -> meter.count(bytes.remaining()));
            case CLIENT:
                return runBare(reader, client, meter -> bytes -> meter.count(bytes.remaining()));
            case ARRAYS:
                int size = (int) (service.totalBytes() / service.totalFragments());
                return runBare(reader, client, meter -> new FragmentArrays(size, meter::count));
            case FRAGMENTS:
                return runJob(reader, KvsDeserializationSchema.fragments());
            default:
                return runJob(reader, KvsDeserializationSchema.tagsOnly());
        }
    }

    private Meter.Run runBare(
            Reader reader, BareSdk sdk, Function<Meter, Consumer<ByteBuffer>> receiver)
            throws InterruptedException {
        Meter meter = meter(reader, passed -> passed);
        List<DiscardedBody<GetMediaResponse>> bodies =
                sdk.start(() -> receiver.apply(meter), meter::fail);
        try {
            return meter.await(PATIENCE);
        } finally {
            bodies.forEach(DiscardedBody::cancel);
        }
    }

    private Meter.Run runJob(Reader reader, KvsDeserializationSchema<Fragment> schema)
            throws Exception {
        Meter meter = meter(reader, passed -> ReceivedBytes.count());
        JobID job =
                jobs.start(
                        options,
                        service.streams(),
                        schema,
                        fragment -> meter.count(fragment.sizeBytes()));
        try {
            return meter.await(PATIENCE);
        } finally {
            jobs.cancel(job);
        }
    }

    private Meter meter(Reader reader, LongUnaryOperator received) {
        long total = service.totalBytes();
        return new Meter(reader.name(), total / 10, total, server, received);
    }
}
