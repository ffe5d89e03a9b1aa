/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.it;

import io.github.flinkkvs.media.CallAudio;
import io.github.flinkkvs.media.audio.CallAudioFunction;
import io.github.flinkkvs.mkv.Fragment;
import io.github.flinkkvs.source.KvsSourceOptions;
import io.github.flinkkvs.source.serialization.KvsDeserializationSchema;
import io.github.flinkkvs.testing.EmbeddedStream;
import io.github.flinkkvs.testing.PhoneCall;
import io.github.flinkkvs.testing.media.MediaFragment;

import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.functions.MapFunction;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.test.junit5.InjectMiniCluster;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

import static org.assertj.core.api.Assertions.assertThat;

/** Calls whose streams are created as they begin: the sound of each arrives whole, and once. */
class CallsITCase extends KvsTestBase {

    private static final int CALLS = FLEET / 5;
    private static final int AT_ONCE = 24;

    /** 20 s. */
    private static final int SAMPLES = 20 * PhoneCall.SAMPLES_PER_SECOND;

    /** A call of 20 s takes one. */
    private static final Duration FRAGMENT_INTERVAL = Duration.ofMillis(50);

    /** Never: on a slow machine, a stream may wait for its turn for longer than a call is quiet. */
    private static final Duration QUIET = Duration.ofHours(1);

    private static final long START = 1_750_000_000_000L;

    /** What one side of a call says. */
    private static short[] voice(int call, String track) {
        return CallAudioITCase.voice(track.hashCode() + call, SAMPLES);
    }

    /** Calls that begin one after the other, {@link #AT_ONCE} of them at the same time. */
    private final class Line implements Runnable {
        private final List<Queue<MediaFragment>> media = new ArrayList<>();
        private final List<EmbeddedStream> streams = new ArrayList<>();
        private int begun;

        /** Completes when half of the calls have begun, and when all are over. */
        final CompletableFuture<Void> half = new CompletableFuture<>();

        final CompletableFuture<Void> over = new CompletableFuture<>();

        /** The next second of all calls. */
        @Override
        public void run() {
            try {
                if (begun < CALLS && streams.size() < AT_ONCE) {
                    begin(begun++);
                }
                for (int i = streams.size() - 1; i >= 0; i--) {
                    streams.get(i).push(media.get(i).remove());
                    if (media.get(i).isEmpty()) {
                        media.remove(i);
                        streams.remove(i);
                    }
                }
                if (begun >= CALLS / 2) {
                    half.complete(null);
                }
                if (begun == CALLS && streams.isEmpty()) {
                    over.complete(null);
                }
            } catch (RuntimeException e) {
                half.completeExceptionally(e);
                over.completeExceptionally(e);
                throw e;
            }
        }

        private void begin(int call) {
            streams.add(kvs.createStream("call-" + call));
            Queue<MediaFragment> fragments =
                    new ArrayDeque<>(
                            PhoneCall.builder("contact-" + call)
                                    .startMillis(START)
                                    .fromCustomer(voice(call, CallAudioITCase.FROM))
                                    .toCustomer(voice(call, CallAudioITCase.TO))
                                    .build()
                                    .fragments());
            // The next call in its stream shows that it is over.
            fragments.addAll(PhoneCall.builder("next").fromCustomer((short) 1).build().fragments());
            media.add(fragments);
        }
    }

    /** Says whether a call sounds as it should. */
    private static final class Verdict implements MapFunction<CallAudio, String> {

        private static final long serialVersionUID = 1L;

        @Override
        public String map(CallAudio call) throws Exception {
            int number = Integer.parseInt(call.streamName().substring("call-".length()));
            short[] expected = voice(number, call.track());
            short[] actual = CallAudioITCase.samples(call)[0];
            int differs = Arrays.mismatch(expected, actual);
            return call.callId()
                    + " "
                    + call.track()
                    + " part "
                    + call.part()
                    + (differs < 0 ? " whole" : " differs at sample " + differs);
        }
    }

    private static List<String> expected() {
        List<String> verdicts = new ArrayList<>();
        for (int i = 0; i < CALLS; i++) {
            verdicts.add("contact-" + i + " " + CallAudioITCase.FROM + " part 0 whole");
            verdicts.add("contact-" + i + " " + CallAudioITCase.TO + " part 0 whole");
        }
        return verdicts;
    }

    @Test
    @Timeout(value = 180, unit = TimeUnit.SECONDS)
    void eachIsWholeThoughATaskManagerIsLost(@InjectMiniCluster MiniCluster cluster)
            throws Exception {
        Configuration config = new Configuration();
        StreamExecutionEnvironment env = environment(config, 100);
        DataStream<String> verdicts =
                env.fromSource(
                                KvsTestBase.<Fragment>source(kvs, List.of())
                                        .setStreamPrefix("call-")
                                        .set(
                                                KvsSourceOptions.DISCOVERY_INTERVAL,
                                                Duration.ofMillis(250))
                                        .setDeserializationSchema(
                                                KvsDeserializationSchema.fragments())
                                        .build(),
                                WatermarkStrategy.noWatermarks(),
                                "kvs")
                        .uid("kvs")
                        .setParallelism(4)
                        .keyBy(Fragment::streamName, Types.STRING)
                        .process(CallAudioFunction.builder().quietTime(QUIET).build())
                        .uid("calls")
                        .setParallelism(4)
                        .map(new Verdict())
                        .setParallelism(4);
        Job<String> job = start(env, verdicts);
        job.results.awaitAttempts(1);

        Line line = new Line();
        ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
        try {
            timer.scheduleAtFixedRate(line, 0, FRAGMENT_INTERVAL.toMillis(), TimeUnit.MILLISECONDS);
            line.half.get(TIME.toSeconds(), TimeUnit.SECONDS);
            cluster.startTaskManager();
            cluster.terminateTaskManager(0).get(TIME.toSeconds(), TimeUnit.SECONDS);
            line.over.get(TIME.toSeconds(), TimeUnit.SECONDS);
        } finally {
            timer.shutdownNow();
        }

        assertThat(job.results.awaitCommitted(2 * CALLS))
                .containsExactlyInAnyOrderElementsOf(expected());
        assertThat(job.results.attempts()).isEqualTo(2);
    }
}
