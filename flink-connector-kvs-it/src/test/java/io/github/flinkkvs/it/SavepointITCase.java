/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.it;

import io.github.flinkkvs.mkv.Fragment;
import io.github.flinkkvs.source.KvsSourceBuilder;
import io.github.flinkkvs.source.KvsSourceOptions;
import io.github.flinkkvs.source.StartingPosition;
import io.github.flinkkvs.source.StoppingPosition;
import io.github.flinkkvs.source.serialization.FragmentTypeInfo;
import io.github.flinkkvs.testing.EmbeddedKvs;
import io.github.flinkkvs.testing.EmbeddedStream;
import io.github.flinkkvs.testing.behavior.Behavior;
import io.github.flinkkvs.testing.behavior.MillisBehindNow;
import io.github.flinkkvs.testing.behavior.StreamSettings;
import io.github.flinkkvs.testing.log.StoredFragment;

import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.functions.RichFlatMapFunction;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.StateRecoveryOptions;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.util.Collector;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import javax.annotation.Nullable;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

/**
 * Savepoints taken on Flink 1.20.3: with the first version of the connector's state, with fragments
 * that have arrival times, and of a job that selects its streams. They are kept beside this test
 * with the media of the service's streams, and must restore for ever.
 */
class SavepointITCase extends KvsTestBase {

    private static final Path SAVEPOINTS = Path.of("src", "test", "resources", "savepoints");

    private static final String WRITE = "kvs.savepoints.write";

    private static final Instant CREATED = Instant.parse("2026-01-01T00:00:00Z");
    private static final Instant TAKEN = CREATED.plus(Duration.ofHours(1));

    /** The time at which the stream was first seen. */
    private static final double TOLERANCE_SECONDS = 60;

    /** Read from the earliest. */
    private EmbeddedStream front;

    /** Read from now on; nothing arrived. */
    private EmbeddedStream back;

    @ParameterizedTest
    @CsvSource({
        "flink-1.20.3, canonical, false",
        "flink-1.20.3, native, false",
        "flink-1.20.3-arrival, canonical, true",
        "flink-1.20.3-arrival, native, true"
    })
    void goesOnBehindTheLastFragment(String version, String format, boolean withArrival)
            throws Exception {
        Path folder = SAVEPOINTS.resolve(version);
        startService(TAKEN.plus(Duration.ofHours(1)));
        front.replay(folder.resolve("front.mkv"));
        back.replay(folder.resolve("back.mkv"));
        List<StoredFragment> restored = front.pushed();
        int before = back.pushed().size();

        Job<Fragment> job = job(2, folder.resolve(format).toUri());
        job.results.awaitAttempts(1);
        // The last one is in keyed state.
        assertExactly(job.results.committed(), restored.subList(0, restored.size() - 1));

        push(front, 3);
        push(back, 3);
        List<Fragment> read = job.results.awaitCommitted(restored.size() + 2 + 2);
        assertExactly(of(front, read), front.pushed().subList(0, restored.size() + 2));
        assertExactly(of(back, read), back.pushed().subList(before, before + 2));
        assertThat(read).hasSize(restored.size() + 2 + 2);
        Fragment ofState = of(front, read).get(restored.size() - 1);
        assertThat(ofState.arrival() != null).isEqualTo(withArrival);

        assertThat(start(front))
                .isEqualTo("FRAGMENT_NUMBER " + restored.get(restored.size() - 1).number());
        assertThat(start(back)).startsWith("SERVER_TIMESTAMP ");
        assertThat(Double.parseDouble(start(back).substring("SERVER_TIMESTAMP ".length())))
                .isCloseTo(TAKEN.getEpochSecond(), within(TOLERANCE_SECONDS));
    }

    /** The enumerator's state says that a scan was completed, and that a stream is over. */
    @ParameterizedTest
    @ValueSource(strings = {"canonical", "native"})
    void goesOnWithAFleet(String format) throws Exception {
        Path folder = SAVEPOINTS.resolve("flink-1.20.3-fleet");
        startService(TAKEN.plus(Duration.ofHours(1)));
        front.replay(folder.resolve("front.mkv"));
        back.replay(folder.resolve("back.mkv"));
        List<StoredFragment> restored = front.pushed();
        List<StoredFragment> over = back.pushed();
        EmbeddedStream late = kvs.createStream("late");
        push(late, 3);

        Job<Fragment> job = start(fleet(), 2, folder.resolve(format).toUri());
        push(front, 3);
        push(back, 3);
        List<Fragment> read = job.results.awaitCommitted(restored.size() + 2 + 1 + 2);
        assertExactly(of(front, read), front.pushed().subList(0, restored.size() + 2));
        assertExactly(of(back, read), over.subList(0, 1));
        assertExactly(of(late, read), late.pushed().subList(0, 2));
        assertThat(kvs.log().sessions("back")).as("of a stream that is over").isEmpty();
        assertThat(start(front))
                .isEqualTo("FRAGMENT_NUMBER " + restored.get(restored.size() - 1).number());
        assertThat(start(late)).as("of a stream that is new").isEqualTo("EARLIEST");
    }

    private String start(EmbeddedStream stream) {
        return kvs.log().sessions(stream.name()).get(0).startSelector();
    }

    @Test
    @EnabledIfSystemProperty(
            named = WRITE,
            matches = ".+",
            disabledReason = "Writes savepoints into the folder -D" + WRITE + "=DIR")
    void write() throws Exception {
        Path folder = Files.createDirectories(Path.of(System.getProperty(WRITE)));
        startService(TAKEN);
        // Records exactly what was delivered.
        kvs.behavior(Behavior.likely().millisBehindNow(MillisBehindNow.ZERO));
        push(front, 3);
        push(back, 1);
        kvs.clock().shift(Duration.ofSeconds(10));

        Job<Fragment> job = job(1, null);
        job.results.awaitCommitted(2);
        awaitSession(back, 1);
        write(job, folder);
    }

    @Test
    @EnabledIfSystemProperty(
            named = WRITE,
            matches = ".+",
            disabledReason = "Writes savepoints of a fleet into the folder -D" + WRITE + "=DIR")
    void writeFleet() throws Exception {
        Path folder = Files.createDirectories(Path.of(System.getProperty(WRITE)));
        startService(TAKEN);
        kvs.behavior(Behavior.likely().millisBehindNow(MillisBehindNow.ZERO));
        push(front, 3);
        push(back, 2);
        kvs.clock().shift(Duration.ofSeconds(10));

        Job<Fragment> job = start(fleet(), 1, null);
        job.results.awaitCommitted(2 + 1);
        write(job, folder);
    }

    private void write(Job<?> job, Path folder) throws Exception {
        job.results.awaitNewCheckpoint();
        for (SavepointFormatType format : SavepointFormatType.values()) {
            URI taken = URI.create(job.savepoint(folder, format));
            Files.move(Path.of(taken), folder.resolve(format.name().toLowerCase(Locale.ROOT)));
        }
        front.record(folder.resolve("front.mkv"));
        back.record(folder.resolve("back.mkv"));
    }

    /** The service with its streams of that time. */
    private void startService(Instant now) {
        startService(EmbeddedKvs.builder().clockOffset(Duration.between(Instant.now(), now)));
        front = kvs.createStream(StreamSettings.named("front").creationTime(CREATED).build());
        back = kvs.createStream(StreamSettings.named("back").creationTime(CREATED).build());
    }

    private Job<Fragment> job(int parallelism, @Nullable URI savepoint) throws Exception {
        return start(
                source(front, back).setStartingPosition("back", StartingPosition.now()),
                parallelism,
                savepoint);
    }

    /** Streams that it finds first begin now, but for these two, of which one ends. */
    private KvsSourceBuilder<Fragment> fleet() {
        return source().setStreamPattern("[a-z]+")
                .setStartingPosition(StartingPosition.now())
                .setStartingPosition("front", StartingPosition.earliest())
                .setStartingPosition("back", StartingPosition.earliest())
                .setStoppingPosition(
                        "back", StoppingPosition.atFragment(back.pushed().get(1).number()))
                .set(KvsSourceOptions.DISCOVERY_INTERVAL, Duration.ofMillis(100));
    }

    private Job<Fragment> start(
            KvsSourceBuilder<Fragment> source, int parallelism, @Nullable URI savepoint)
            throws Exception {
        Configuration config = new Configuration();
        if (savepoint != null) {
            // Flink takes a path as it is, without the escapes of a URI.
            config.set(
                    StateRecoveryOptions.SAVEPOINT_PATH,
                    new org.apache.flink.core.fs.Path(savepoint).toString());
        }
        StreamExecutionEnvironment env = environment(config, 0);
        DataStream<Fragment> fragments =
                env.fromSource(source.build(), WatermarkStrategy.noWatermarks(), "kvs")
                        .uid("kvs")
                        .setParallelism(parallelism)
                        .keyBy(Fragment::streamName)
                        .flatMap(new HoldBack())
                        .returns(FragmentTypeInfo.INSTANCE)
                        .uid("hold back")
                        .setParallelism(parallelism);
        return start(env, fragments);
    }

    /** Keeps the last fragment of each stream until the next one comes. */
    private static final class HoldBack extends RichFlatMapFunction<Fragment, Fragment> {

        private static final long serialVersionUID = 1L;

        private transient ValueState<Fragment> last;

        @Override
        public void open(OpenContext context) {
            last =
                    getRuntimeContext()
                            .getState(
                                    new ValueStateDescriptor<>("last", FragmentTypeInfo.INSTANCE));
        }

        @Override
        public void flatMap(Fragment fragment, Collector<Fragment> out) throws Exception {
            Fragment before = last.value();
            last.update(fragment);
            if (before != null) {
                out.collect(before);
            }
        }
    }
}
