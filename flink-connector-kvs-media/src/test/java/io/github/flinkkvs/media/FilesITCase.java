/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.media;

import io.github.flinkkvs.client.AwsOptions;
import io.github.flinkkvs.mkv.Fragment;
import io.github.flinkkvs.source.KvsSource;
import io.github.flinkkvs.source.KvsSourceOptions;
import io.github.flinkkvs.source.StartingPosition;
import io.github.flinkkvs.source.StoppingPosition;
import io.github.flinkkvs.source.serialization.FragmentTypeInfo;
import io.github.flinkkvs.source.serialization.KvsDeserializationSchema;
import io.github.flinkkvs.testing.Camera;
import io.github.flinkkvs.testing.EmbeddedKvs;
import io.github.flinkkvs.testing.EmbeddedStream;
import io.github.flinkkvs.testing.Limits;
import io.github.flinkkvs.testing.StoredFragment;

import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.functions.MapFunction;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.core.fs.Path;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.test.junit5.MiniClusterExtension;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;

/** Files of two cameras, from jobs whose task fails once. */
@Timeout(value = 90, unit = TimeUnit.SECONDS)
class FilesITCase {

    private static final Duration IDLE_END = Duration.ofMillis(300);
    private static final int FRAGMENTS = 6;

    @RegisterExtension
    static final MiniClusterExtension FLINK =
            new MiniClusterExtension(
                    new MiniClusterResourceConfiguration.Builder()
                            .setNumberTaskManagers(1)
                            .setNumberSlotsPerTaskManager(2)
                            .build());

    @TempDir java.nio.file.Path folder;

    private EmbeddedKvs kvs;
    private final List<EmbeddedStream> streams = new ArrayList<>();

    @BeforeEach
    void startService() {
        kvs =
                EmbeddedKvs.builder()
                        .limits(Limits.service().fragmentsPerSecond(0).idleEnd(IDLE_END))
                        .start();
        for (String name : List.of("front-door", "backyard")) {
            EmbeddedStream stream = kvs.createStream(name);
            Camera.builder(stream)
                    .fragments(FRAGMENTS)
                    .unlimitedSpeed()
                    .start()
                    .awaitDone(Duration.ofSeconds(30));
            streams.add(stream);
        }
    }

    @AfterEach
    void stopService() {
        kvs.close();
    }

    private void run(Sink<Fragment> sink) throws Exception {
        KvsSource<Fragment> source =
                KvsSource.<Fragment>builder()
                        .setRegion(kvs.region())
                        .setEndpoint(kvs.endpoint().toString())
                        .set(AwsOptions.ACCESS_KEY_ID, "any")
                        .set(AwsOptions.SECRET_KEY, "thing")
                        .setStreams("front-door", "backyard")
                        .setStartingPosition(StartingPosition.earliest())
                        .setStoppingPosition(StoppingPosition.now())
                        .set(KvsSourceOptions.QUIET_TIME, IDLE_END.dividedBy(2))
                        .set(KvsSourceOptions.IDLE_INTERVAL, IDLE_END)
                        .setDeserializationSchema(KvsDeserializationSchema.fragments())
                        .build();
        FailOnce.seen.set(0);
        StreamExecutionEnvironment env =
                StreamExecutionEnvironment.getExecutionEnvironment(
                        new Configuration()
                                .set(RestartStrategyOptions.RESTART_STRATEGY, "fixed-delay")
                                .set(
                                        RestartStrategyOptions
                                                .RESTART_STRATEGY_FIXED_DELAY_ATTEMPTS,
                                        1)
                                .set(
                                        RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_DELAY,
                                        Duration.ofMillis(1)));
        env.setParallelism(2);
        env.enableCheckpointing(100);
        env.fromSource(source, WatermarkStrategy.noWatermarks(), "cameras")
                .map(new FailOnce())
                .returns(FragmentTypeInfo.INSTANCE)
                .sinkTo(sink);
        env.execute();
        assertThat(FailOnce.seen.get()).isGreaterThan(2 * FRAGMENTS);
    }

    /** Throws at one fragment of all tasks. */
    private static final class FailOnce implements MapFunction<Fragment, Fragment> {
        private static final long serialVersionUID = 1L;
        static final AtomicInteger seen = new AtomicInteger();

        @Override
        public Fragment map(Fragment fragment) {
            if (seen.incrementAndGet() == FRAGMENTS) {
                throw new IllegalStateException("Scripted failure");
            }
            return fragment;
        }
    }

    private static String name(Fragment fragment) {
        return fragment.streamName() + "/" + fragment.number() + ".mkv";
    }

    private List<java.nio.file.Path> files(String stream) throws Exception {
        try (Stream<java.nio.file.Path> files = Files.walk(folder.resolve(stream))) {
            return files.filter(Files::isRegularFile).sorted().collect(Collectors.toList());
        }
    }

    @Test
    void aFileForEachFragment() throws Exception {
        run(
                new RecordFiles<Fragment>(
                                Path.fromLocalFile(folder.toFile()),
                                FilesITCase::name,
                                Fragment::writeTo)
                        .sink());
        for (EmbeddedStream stream : streams) {
            List<java.nio.file.Path> files = files(stream.name());
            assertThat(files).hasSize(FRAGMENTS);
            for (StoredFragment fragment : stream.pushed()) {
                java.nio.file.Path file =
                        folder.resolve(stream.name()).resolve(fragment.number() + ".mkv");
                assertThat(fragment.matches(ByteBuffer.wrap(Files.readAllBytes(file)))).isTrue();
            }
        }
    }

    @Test
    void mergedFilesHaveEachFrameOnce() throws Exception {
        run(MergedFiles.sink(Path.fromLocalFile(folder.toFile())));
        for (EmbeddedStream stream : streams) {
            int frames = 0;
            for (java.nio.file.Path file : files(stream.name())) {
                String name = file.getFileName().toString();
                if (name.startsWith(".")) {
                    // What the failed attempt had begun is no result.
                    continue;
                }
                assertThat(name).endsWith(".mkv");
                assertThat(Ffprobe.packetTimes(file, "v:0")).isSorted().startsWith(0L);
                frames += Ffprobe.decodedFrames(file);
            }
            assertThat(frames).isEqualTo(FRAGMENTS * 25);
        }
    }
}
