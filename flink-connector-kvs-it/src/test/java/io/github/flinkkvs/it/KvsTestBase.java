/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.it;

import io.github.flinkkvs.client.aws.AwsOptions;
import io.github.flinkkvs.mkv.Fragment;
import io.github.flinkkvs.source.KvsSource;
import io.github.flinkkvs.source.KvsSourceBuilder;
import io.github.flinkkvs.source.KvsSourceOptions;
import io.github.flinkkvs.source.StartingPosition;
import io.github.flinkkvs.source.serialization.KvsDeserializationSchema;
import io.github.flinkkvs.testing.EmbeddedKvs;
import io.github.flinkkvs.testing.EmbeddedKvsBuilder;
import io.github.flinkkvs.testing.EmbeddedStream;
import io.github.flinkkvs.testing.behavior.Limits;
import io.github.flinkkvs.testing.log.StoredFragment;
import io.github.flinkkvs.testing.media.MediaFragment;

import org.apache.flink.api.common.JobStatus;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.functions.MapFunction;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.HeartbeatManagerOptions;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.configuration.StateRecoveryOptions;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.metrics.Metric;
import org.apache.flink.runtime.testutils.InMemoryReporter;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.apache.flink.util.ExceptionUtils;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

import javax.annotation.Nullable;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A Flink cluster for each class, an embedded service for each test, and jobs that connect them;
 * after each test, checks that nothing is left of them.
 */
@Timeout(value = 90, unit = TimeUnit.SECONDS)
@ExtendWith(LeakCheck.class)
abstract class KvsTestBase {

    /** The longest wait for anything. */
    static final Duration TIME = Duration.ofSeconds(30);

    static final Duration IDLE_END = Duration.ofMillis(300);

    /** The duration of soak tests. */
    static final Duration SOAK = Duration.ofSeconds(Long.getLong("kvs.soak.seconds", 10));

    /** The size of the tests of fleets, in streams. */
    static final int FLEET = Integer.getInteger("kvs.fleet.streams", 300);

    static final String SECRET = "wJalrXUtnFEMI-K7MDENG-bPxRfiCYEXAMPLEKEY";

    private static final int SLOTS_PER_TASK_MANAGER = 2;

    /** Belongs to the running cluster, which closes it. */
    private static volatile InMemoryReporter reporter;

    @RegisterExtension
    static final MiniClusterExtension FLINK =
            new MiniClusterExtension(
                    () -> {
                        reporter = InMemoryReporter.createWithRetainedMetrics();
                        Configuration config = new Configuration();
                        // With the next heartbeat it is known that a lost JobManager's slots are
                        // free.
                        config.set(
                                HeartbeatManagerOptions.HEARTBEAT_INTERVAL, Duration.ofMillis(500));
                        return new MiniClusterResourceConfiguration.Builder()
                                .setConfiguration(reporter.addToConfiguration(config))
                                .setNumberTaskManagers(2)
                                .setNumberSlotsPerTaskManager(SLOTS_PER_TASK_MANAGER)
                                .withHaLeadershipControl()
                                .build();
                    });

    @TempDir Path folder;

    EmbeddedKvs kvs;
    private final List<Job<?>> jobs = new CopyOnWriteArrayList<>();

    // ---- before and after a test --------------------------------------------------------------

    @BeforeEach
    final void startService() {
        startService(EmbeddedKvs.builder());
    }

    /** Replaces the service by one with other settings and the limits of {@link #limits}. */
    final void startService(EmbeddedKvsBuilder builder) {
        if (kvs != null) {
            kvs.close();
        }
        kvs = builder.limits(limits()).start();
    }

    /** The service's limits, but quick to end idle sessions and without limits of throughput. */
    static Limits limits() {
        return Limits.service().fragmentsPerSecond(0).bytesPerSecond(0).idleEnd(IDLE_END);
    }

    @AfterEach
    final void nothingIsLeft() throws Exception {
        try {
            for (Job<?> job : jobs) {
                job.cancel();
            }
            kvs.log().await(seen -> kvs.openConnections() == 0, "no connection is left", TIME);
        } finally {
            kvs.close();
            jobs.forEach(job -> job.results.forget());
        }
    }

    // ---- streams ------------------------------------------------------------------------------

    /** Pushes some small fragments, all different. */
    static List<StoredFragment> push(EmbeddedStream stream, int count) {
        List<StoredFragment> pushed = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            pushed.add(push(stream, 3_000, stream.pushed().size()));
        }
        return pushed;
    }

    static StoredFragment push(EmbeddedStream stream, int bytes, int seed) {
        return stream.push(MediaFragment.ofSize(bytes, stream.name().hashCode() + seed));
    }

    /** Pushes a small fragment of that producer time. */
    static StoredFragment pushAt(EmbeddedStream stream, long producerMillis) {
        return stream.push(
                MediaFragment.ofSize(3_000, producerMillis).toBuilder()
                        .producerTimestampMillis(producerMillis)
                        .build());
    }

    /** Waits until the n-th GetMedia call of a stream (from 1) was accepted. */
    void awaitSession(EmbeddedStream stream, int count) {
        kvs.log().awaitSessions(stream.name(), count, TIME);
    }

    // ---- sources ------------------------------------------------------------------------------

    /** A source of fragments from the earliest, without long delays. */
    KvsSourceBuilder<Fragment> source(EmbeddedStream... streams) {
        return source(
                Arrays.stream(streams).map(EmbeddedStream::name).collect(Collectors.toList()));
    }

    KvsSourceBuilder<Fragment> source(List<String> streams) {
        return KvsTestBase.<Fragment>source(kvs, streams)
                .setDeserializationSchema(KvsDeserializationSchema.fragments());
    }

    KvsSourceBuilder<Fragment> sourceWithoutCredentials(List<String> streams) {
        return KvsTestBase.<Fragment>sourceWithoutCredentials(kvs, streams)
                .setDeserializationSchema(KvsDeserializationSchema.fragments());
    }

    /** A source of records of any type. */
    static <T> KvsSourceBuilder<T> source(EmbeddedKvs kvs, List<String> streams) {
        return KvsTestBase.<T>sourceWithoutCredentials(kvs, streams)
                .set(AwsOptions.ACCESS_KEY_ID, "AKIDEXAMPLE")
                .set(AwsOptions.SECRET_KEY, SECRET);
    }

    private static <T> KvsSourceBuilder<T> sourceWithoutCredentials(
            EmbeddedKvs kvs, List<String> streams) {
        return KvsSource.<T>builder()
                .setRegion(kvs.region())
                .setEndpoint(kvs.endpoint().toString())
                .setStreams(streams)
                .setStartingPosition(StartingPosition.earliest())
                .set(KvsSourceOptions.QUIET_TIME, IDLE_END.dividedBy(2))
                .set(KvsSourceOptions.IDLE_INTERVAL, Duration.ofMillis(300))
                .set(KvsSourceOptions.RETRY_INITIAL_BACKOFF, Duration.ofMillis(50))
                .set(KvsSourceOptions.RETRY_MAX_BACKOFF, Duration.ofMillis(500));
    }

    /**
     * A source of only the counts of fragments, with default options.
     *
     * @param media whether the reader has to keep it
     */
    static KvsSourceBuilder<String> source(KvsProcess service, boolean media) {
        return KvsSource.<String>builder()
                .setRegion(service.region())
                .setEndpoint(service.endpoint())
                .set(AwsOptions.ACCESS_KEY_ID, "AKIDEXAMPLE")
                .set(AwsOptions.SECRET_KEY, SECRET)
                .setStreams(service.streams())
                .setStartingPosition(StartingPosition.earliest())
                .setDeserializationSchema(new Progress.Schema(media));
    }

    // ---- jobs ---------------------------------------------------------------------------------

    /** A job from a source into a {@link ResultSink}; checkpoints every 100 ms. */
    <T> JobBuilder<T> job(KvsSourceBuilder<T> source) {
        return new JobBuilder<>(source.build());
    }

    /** Builds a job. */
    final class JobBuilder<T> {
        private final KvsSource<T> source;
        private final Configuration config = new Configuration();
        private int parallelism = 1;
        private int restarts = 3;
        private WatermarkStrategy<T> watermarks = WatermarkStrategy.noWatermarks();
        private MapFunction<T, T> map = record -> record;

        private JobBuilder(KvsSource<T> source) {
            this.source = source;
        }

        /** Of the source; the sink's is 1. */
        JobBuilder<T> parallelism(int readers) {
            parallelism = readers;
            return this;
        }

        JobBuilder<T> restarts(int attempts) {
            restarts = attempts;
            return this;
        }

        JobBuilder<T> watermarks(WatermarkStrategy<T> strategy) {
            watermarks = strategy;
            return this;
        }

        /** Placed between source and sink, with the parallelism of the source. */
        JobBuilder<T> map(MapFunction<T, T> function) {
            map = function;
            return this;
        }

        JobBuilder<T> from(@Nullable String savepoint) {
            if (savepoint != null) {
                config.set(StateRecoveryOptions.SAVEPOINT_PATH, savepoint);
            }
            return this;
        }

        Job<T> start() throws Exception {
            StreamExecutionEnvironment env = environment(config, restarts);
            DataStream<T> records =
                    env.fromSource(source, watermarks, "kvs")
                            .uid("kvs")
                            .setParallelism(parallelism)
                            .map(map)
                            .returns(source.getProducedType())
                            .uid("map")
                            .setParallelism(parallelism);
            return KvsTestBase.this.start(env, records);
        }
    }

    StreamExecutionEnvironment environment(Configuration config, int restarts) {
        if (restarts == 0) {
            config.set(RestartStrategyOptions.RESTART_STRATEGY, "none");
        } else {
            config.set(RestartStrategyOptions.RESTART_STRATEGY, "fixed-delay");
            config.set(RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_ATTEMPTS, restarts);
            config.set(
                    RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_DELAY,
                    Duration.ofMillis(10));
        }
        config.set(
                CheckpointingOptions.CHECKPOINTS_DIRECTORY,
                folder.resolve("checkpoints").toUri().toString());
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment(config);
        env.enableCheckpointing(100);
        return env;
    }

    <T> Job<T> start(StreamExecutionEnvironment env, DataStream<T> records) throws Exception {
        Results<T> results = new Results<>();
        records.flatMap(new ResultSink<>(results, records.getType()))
                .uid("results")
                .setParallelism(1)
                .sinkTo(new DiscardingSink<>())
                .setParallelism(1);
        return execute(env, results);
    }

    /** Starts a job that only records the progress of its streams, with a parallelism of 1. */
    Job<?> start(KvsSource<String> source, WatermarkStrategy<String> watermarks, Progress progress)
            throws Exception {
        StreamExecutionEnvironment env = environment(new Configuration(), 0);
        env.fromSource(source, watermarks, "kvs")
                .setParallelism(1)
                .map(progress.sink())
                .setParallelism(1)
                .sinkTo(new DiscardingSink<>())
                .setParallelism(1);
        return execute(env, new Results<>());
    }

    private <T> Job<T> execute(StreamExecutionEnvironment env, Results<T> results)
            throws Exception {
        Job<T> job = new Job<>(env.executeAsync(), results);
        jobs.add(job);
        return job;
    }

    /** A running job. */
    final class Job<T> {
        final JobClient client;
        final Results<T> results;

        private Job(JobClient client, Results<T> results) {
            this.client = client;
            this.results = results;
        }

        /** Waits until it ends by itself; everything is then committed. */
        List<T> awaitFinished() throws Exception {
            client.getJobExecutionResult().get(TIME.toSeconds(), TimeUnit.SECONDS);
            return results.committed();
        }

        /** Waits until it fails; returns all messages of its failure. */
        String awaitFailure() throws Exception {
            StringBuilder messages = new StringBuilder();
            for (Throwable t = awaitException(); t != null; t = t.getCause()) {
                messages.append(t.getMessage()).append('\n');
            }
            return messages.toString();
        }

        /** Waits until it fails; returns its failure. */
        Throwable awaitException() throws Exception {
            try {
                client.getJobExecutionResult().get(TIME.toSeconds(), TimeUnit.SECONDS);
            } catch (ExecutionException e) {
                assertThat(ExceptionUtils.stringifyException(e)).doesNotContain(SECRET);
                return e;
            }
            throw new AssertionError("The job did not fail");
        }

        void cancel() throws Exception {
            if (!client.getJobStatus()
                    .get(TIME.toSeconds(), TimeUnit.SECONDS)
                    .isGloballyTerminalState()) {
                try {
                    client.cancel().get(TIME.toSeconds(), TimeUnit.SECONDS);
                } catch (ExecutionException e) {
                    // It ended in the meantime.
                }
            }
            try {
                client.getJobExecutionResult().get(TIME.toSeconds(), TimeUnit.SECONDS);
            } catch (ExecutionException e) {
                // Cancelled, or failed as it should.
            }
        }

        JobStatus status() throws Exception {
            return client.getJobStatus().get(TIME.toSeconds(), TimeUnit.SECONDS);
        }

        /** Stops it with a savepoint; its last fragments are then committed. */
        String stopWithSavepoint() throws Exception {
            return client.stopWithSavepoint(
                            false,
                            folder.resolve("savepoints").toUri().toString(),
                            SavepointFormatType.CANONICAL)
                    .get(TIME.toSeconds(), TimeUnit.SECONDS);
        }

        /** Takes a savepoint and lets the job continue. */
        String savepoint() throws Exception {
            return savepoint(folder.resolve("savepoints"), SavepointFormatType.CANONICAL);
        }

        String savepoint(Path directory, SavepointFormatType format) throws Exception {
            return client.triggerSavepoint(directory.toUri().toString(), format)
                    .get(TIME.toSeconds(), TimeUnit.SECONDS);
        }
    }

    // ---- metrics ------------------------------------------------------------------------------

    /**
     * The sum of a counter or gauge over all readers and attempts of a job. The attempts on a lost
     * TaskManager, or on another one, have metrics of the same identifier.
     */
    static long metric(Job<?> job, String name) {
        String id = job.client.getJobID().toString();
        return reporter.getMetricsByGroup().entrySet().stream()
                .filter(group -> id.equals(group.getKey().getAllVariables().get("<job_id>")))
                .flatMap(
                        group ->
                                group.getValue().entrySet().stream()
                                        .filter(
                                                metric ->
                                                        group.getKey()
                                                                .getMetricIdentifier(
                                                                        metric.getKey())
                                                                .endsWith("." + name)))
                .mapToLong(metric -> value(metric.getValue()))
                .sum();
    }

    private static long value(Metric metric) {
        return metric instanceof Counter
                ? ((Counter) metric).getCount()
                : ((Number) ((Gauge<?>) metric).getValue()).longValue();
    }

    static long reconnects(Job<?> job, String cause) {
        return metric(job, "KinesisVideo.cause." + cause + ".reconnects");
    }

    // ---- the truth ----------------------------------------------------------------------------

    /** Each fragment that was pushed is there once, byte for byte, in the order of its stream. */
    static void assertAll(List<Fragment> actual, EmbeddedStream... streams) {
        int sum = 0;
        for (EmbeddedStream stream : streams) {
            assertExactly(of(stream, actual), stream.pushed());
            sum += stream.pushed().size();
        }
        assertThat(actual).hasSize(sum);
    }

    static List<Fragment> of(EmbeddedStream stream, List<Fragment> fragments) {
        return fragments.stream()
                .filter(fragment -> fragment.streamArn().equals(stream.arn()))
                .collect(Collectors.toList());
    }

    /** Checks that they are equal, byte for byte, in this order. */
    static void assertExactly(List<Fragment> actual, List<StoredFragment> expected) {
        assertThat(actual)
                .extracting(fragment -> fragment.number().toString())
                .containsExactlyElementsOf(
                        expected.stream().map(StoredFragment::number).collect(Collectors.toList()));
        for (int i = 0; i < actual.size(); i++) {
            ByteBuffer bytes = actual.get(i).bytes();
            boolean archived = bytes.equals(ByteBuffer.wrap(expected.get(i).archivedBytes()));
            assertThat(archived || expected.get(i).matches(bytes))
                    .as("bytes of %s", actual.get(i))
                    .isTrue();
        }
    }
}
