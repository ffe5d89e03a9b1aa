/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.benchmarks.job;

import io.github.flinkkvs.client.aws.AwsOptions;
import io.github.flinkkvs.source.KvsSource;
import io.github.flinkkvs.source.StartingPosition;
import io.github.flinkkvs.source.serialization.KvsDeserializationSchema;

import org.apache.flink.api.common.JobID;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.runtime.jobgraph.JobGraph;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.minicluster.MiniClusterConfiguration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;

/**
 * A Flink cluster in this JVM that runs one job after the other. Each job reads streams of a
 * service from the earliest fragment into a {@link ProbeSink}, with parallelism 1, a checkpoint per
 * second, and, unless the caller says otherwise, all streams and the default of every option of the
 * source.
 */
final class KvsJobs implements AutoCloseable {

    private static final Duration CHECKPOINT_INTERVAL = Duration.ofSeconds(1);

    private final MediaServer.Description service;
    private final MiniCluster cluster;

    KvsJobs(MediaServer.Description service) throws Exception {
        this.service = service;
        Configuration configuration = new Configuration();
        ReceivedBytes.addTo(configuration);
        cluster =
                new MiniCluster(
                        new MiniClusterConfiguration.Builder()
                                .setConfiguration(configuration)
                                .setNumTaskManagers(1)
                                .setNumSlotsPerTaskManager(1)
                                .withRandomPorts()
                                .build());
        cluster.start();
    }

    /** The options for the service, with credentials that it does not check. */
    static Configuration options(MediaServer.Description service) {
        return new Configuration()
                .set(AwsOptions.REGION, service.region())
                .set(AwsOptions.ENDPOINT, service.endpoint())
                .set(AwsOptions.ACCESS_KEY_ID, "any")
                .set(AwsOptions.SECRET_KEY, "thing");
    }

    <T> JobID start(KvsDeserializationSchema<T> schema, Consumer<T> probe) throws Exception {
        return start(options(service), service.streams(), schema, probe);
    }

    /**
     * @param options of the source
     */
    <T> JobID start(
            Configuration options,
            List<String> streams,
            KvsDeserializationSchema<T> schema,
            Consumer<T> probe)
            throws Exception {
        KvsSource<T> source =
                KvsSource.<T>builder()
                        .setSourceConfig(options)
                        .setStreams(streams)
                        .setStartingPosition(StartingPosition.earliest())
                        .setDeserializationSchema(schema)
                        .build();
        StreamExecutionEnvironment env =
                StreamExecutionEnvironment.getExecutionEnvironment(
                        new Configuration().set(RestartStrategyOptions.RESTART_STRATEGY, "none"));
        env.setParallelism(1);
        env.enableCheckpointing(CHECKPOINT_INTERVAL.toMillis());
        env.fromSource(source, WatermarkStrategy.noWatermarks(), "kvs")
                .sinkTo(new ProbeSink<>(probe));
        JobGraph job = env.getStreamGraph().getJobGraph();
        cluster.submitJob(job).get();
        return job.getJobID();
    }

    /** Cancels a job and waits until it has ended. Throws if the job had failed. */
    void cancel(JobID job) throws Exception {
        cluster.cancelJob(job).get();
        cluster.requestJobResult(job)
                .get()
                .getSerializedThrowable()
                .ifPresent(
                        failure -> {
                            throw new IllegalStateException("The job failed", failure);
                        });
    }

    @Override
    public void close() throws Exception {
        cluster.close();
    }
}
