/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.chaos.job;

import io.github.flinkkvs.client.aws.AwsOptions;
import io.github.flinkkvs.source.KvsSource;
import io.github.flinkkvs.source.KvsSourceOptions;
import io.github.flinkkvs.source.StartingPosition;
import io.github.flinkkvs.source.serialization.KvsDeserializationSchema;

import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.functions.MapFunction;
import org.apache.flink.api.common.serialization.SimpleStringEncoder;
import org.apache.flink.api.java.tuple.Tuple4;
import org.apache.flink.connector.file.sink.FileSink;
import org.apache.flink.core.fs.Path;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.filesystem.bucketassigners.BasePathBucketAssigner;
import org.apache.flink.streaming.api.functions.sink.filesystem.rollingpolicies.OnCheckpointRollingPolicy;
import org.apache.flink.table.api.bridge.java.StreamTableEnvironment;

import java.time.Duration;

/**
 * Reads all streams from their first fragment on, and writes a row for each fragment or frame into
 * files that are visible with their checkpoint. The same jar runs on all versions of Flink.
 */
public final class ChaosJob {
    /** Also in {@link ChaosTables}. */
    static final Duration SILENCE = Duration.ofSeconds(5);

    static final Duration DISCOVERY = Duration.ofSeconds(2);

    private ChaosJob() {}

    /** Submits the job. */
    public static void main(String[] arguments) throws Exception {
        JobArguments job = JobArguments.parse(arguments);
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
        if (job.mode() == ReadingMode.SQL) {
            ChaosTables.run(StreamTableEnvironment.create(env), job);
            return;
        }
        DataStream<Tuple4<String, String, Integer, Long>> seen =
                job.mode().frames()
                        ? seen(env, job, KvsDeserializationSchema.frames(), Seen::of)
                        : seen(env, job, KvsDeserializationSchema.fragments(), Seen::of);
        seen.keyBy(record -> record.f0)
                .process(new Numbering(job.gate()))
                .uid("numbering")
                .sinkTo(
                        FileSink.forRowFormat(
                                        new Path(job.output()), new SimpleStringEncoder<String>())
                                .withBucketAssigner(new BasePathBucketAssigner<>())
                                .withRollingPolicy(OnCheckpointRollingPolicy.build())
                                .build())
                .uid("sink");
        env.execute("chaos " + job.mode());
    }

    private static <T> DataStream<Tuple4<String, String, Integer, Long>> seen(
            StreamExecutionEnvironment env,
            JobArguments job,
            KvsDeserializationSchema<T> records,
            MapFunction<T, Tuple4<String, String, Integer, Long>> seen) {
        return env.fromSource(source(job, records), WatermarkStrategy.noWatermarks(), "streams")
                .uid("streams")
                .map(seen)
                .returns(Seen.TYPE);
    }

    private static <T> KvsSource<T> source(JobArguments job, KvsDeserializationSchema<T> records) {
        return KvsSource.<T>builder()
                .setRegion("us-east-1")
                .setEndpoint(job.endpoint())
                .set(AwsOptions.CREDENTIALS_PROVIDER, AwsOptions.CredentialProvider.PROFILE)
                .set(AwsOptions.PROFILE_PATH, job.profile())
                .setStreamPattern(".*")
                .setStartingPosition(StartingPosition.earliest())
                .set(KvsSourceOptions.DISCOVERY_INTERVAL, DISCOVERY)
                .set(KvsSourceOptions.SILENCE_TIMEOUT, SILENCE)
                .set(KvsSourceOptions.BAD_FRAGMENT, KvsSourceOptions.BadFragmentPolicy.SKIP)
                .set(
                        KvsSourceOptions.HISTORY,
                        job.mode() == ReadingMode.ARCHIVE
                                ? KvsSourceOptions.HistoryMode.ARCHIVE
                                : KvsSourceOptions.HistoryMode.AUTO)
                .setDeserializationSchema(records)
                .build();
    }
}
