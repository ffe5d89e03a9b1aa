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
import io.github.flinkkvs.source.KvsSourceOptions;
import io.github.flinkkvs.source.KvsSourceOptions.BadFragmentPolicy;
import io.github.flinkkvs.source.KvsSourceOptions.ExpiredPositionPolicy;
import io.github.flinkkvs.source.serialization.KvsDeserializationSchema;
import io.github.flinkkvs.testing.Camera;
import io.github.flinkkvs.testing.EmbeddedKvs;
import io.github.flinkkvs.testing.EmbeddedStream;
import io.github.flinkkvs.testing.behavior.Limits;
import io.github.flinkkvs.testing.behavior.SessionCapEnd;
import io.github.flinkkvs.testing.faults.Cut;
import io.github.flinkkvs.testing.faults.Fault;
import io.github.flinkkvs.testing.log.StoredFragment;

import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * A job with something to see on a dashboard: 12 cameras in real time, and faults one after the
 * other. {@code monitoring/picture.sh} runs it.
 */
public final class MonitoredJob {

    private static final List<String> CAMERAS =
            List.of(
                    "front-door",
                    "backyard",
                    "garage",
                    "lobby",
                    "gate",
                    "parking",
                    "roof",
                    "stairs",
                    "office",
                    "dock",
                    "kitchen",
                    "hall");

    private static final List<String> CUT = List.of("gate", "parking", "garage");
    private static final List<String> THROTTLED = List.of("lobby", "office");
    private static final List<String> CROWDED_OUT = List.of("dock", "stairs", "hall");

    private final EmbeddedKvs kvs;
    private final FailOnDemand<Fragment> failure = new FailOnDemand<>();
    private Camera roof;

    private MonitoredJob(EmbeddedKvs kvs) {
        this.kvs = kvs;
    }

    /**
     * @param arguments the port of the reporter for Prometheus, and the seconds to run
     */
    public static void main(String[] arguments) {
        int status = 1;
        // Calls end often, so that faults of calls show soon.
        try (EmbeddedKvs kvs =
                EmbeddedKvs.builder()
                        .limits(Limits.service().sessionCap(Duration.ofSeconds(20)))
                        .start()) {
            new MonitoredJob(kvs).run(arguments[0], Integer.parseInt(arguments[1]));
            status = 0;
        } catch (Exception e) {
            e.printStackTrace();
        }
        // Flink leaves threads behind that would keep the process alive.
        System.exit(status);
    }

    private void run(String port, int seconds) throws Exception {
        kvs.behavior(kvs.behavior().sessionCapEnd(SessionCapEnd.AFTER_FRAGMENT));
        for (String name : CAMERAS) {
            Camera camera = Camera.builder(kvs.createStream(name)).start();
            if (name.equals("roof")) {
                roof = camera;
            }
        }
        JobClient job = start(port);
        ScheduledExecutorService plan = Executors.newSingleThreadScheduledExecutor();
        schedule(plan, seconds * 12 / 100, this::cutConnections);
        schedule(plan, seconds * 25 / 100, this::mendConnections);
        schedule(plan, seconds * 30 / 100, this::throttle);
        schedule(plan, seconds * 40 / 100, roof::stop);
        schedule(plan, seconds * 45 / 100, () -> others(3));
        // When the connections of before have ended.
        schedule(plan, seconds * 55 / 100, this::loseMedia);
        schedule(plan, seconds * 58 / 100, () -> others(0));
        schedule(plan, seconds * 72 / 100, this::startAgain);
        schedule(plan, seconds * 80 / 100, failure::fail);
        CompletableFuture<Void> end = new CompletableFuture<>();
        schedule(plan, seconds, () -> end.complete(null));
        // Throws if the job fails before.
        CompletableFuture.anyOf(job.getJobExecutionResult(), end).get();
        plan.shutdownNow();
        job.cancel().get(30, TimeUnit.SECONDS);
    }

    private static void schedule(ScheduledExecutorService plan, int second, Runnable step) {
        plan.schedule(
                () -> {
                    try {
                        step.run();
                    } catch (RuntimeException e) {
                        e.printStackTrace();
                        System.exit(1);
                    }
                },
                second,
                TimeUnit.SECONDS);
    }

    private JobClient start(String port) throws Exception {
        Configuration config = new Configuration();
        config.setString("metrics.reporters", "prom");
        config.setString(
                "metrics.reporter.prom.factory.class",
                "org.apache.flink.metrics.prometheus.PrometheusReporterFactory");
        config.setString("metrics.reporter.prom.port", port);
        config.setString("metrics.reporter.prom.filterLabelValueCharacters", "false");
        config.setString("restart-strategy.type", "fixed-delay");
        config.setString("restart-strategy.fixed-delay.attempts", "10");
        config.setString("rest.bind-port", "0");
        StreamExecutionEnvironment env =
                StreamExecutionEnvironment.createLocalEnvironment(3, config);
        env.enableCheckpointing(2_000);
        KvsSource<Fragment> source =
                KvsSource.<Fragment>builder()
                        .setRegion(kvs.region())
                        .setEndpoint(kvs.endpoint().toString())
                        .set(AwsOptions.ACCESS_KEY_ID, "AKIDEXAMPLE")
                        .set(AwsOptions.SECRET_KEY, KvsTestBase.SECRET)
                        .setStreams(CAMERAS)
                        .setDeserializationSchema(KvsDeserializationSchema.fragments())
                        .set(KvsSourceOptions.EXPIRED_POSITION, ExpiredPositionPolicy.EARLIEST)
                        .set(KvsSourceOptions.BAD_FRAGMENT, BadFragmentPolicy.SKIP)
                        .build();
        env.fromSource(source, WatermarkStrategy.noWatermarks(), "cameras")
                .uid("cameras")
                .map(failure)
                .returns(source.getProducedType())
                .uid("map")
                .sinkTo(new DiscardingSink<>());
        return env.executeAsync("house");
    }

    // ---- what happens -------------------------------------------------------------------------

    private List<EmbeddedStream> streams(List<String> names) {
        return names.stream().map(kvs::stream).collect(Collectors.toList());
    }

    private void cutConnections() {
        streams(CUT)
                .forEach(
                        stream ->
                                stream.faults()
                                        .everyConnection(Fault.cutAfter(100_000, Cut.ABRUPT)));
    }

    private void mendConnections() {
        streams(CUT).forEach(stream -> stream.faults().clear());
    }

    private void throttle() {
        for (EmbeddedStream stream : streams(THROTTLED)) {
            for (int i = 0; i < 4; i++) {
                stream.faults().nextConnection(Fault.throttle());
            }
            stream.faults().nextConnection(Fault.internalFailure());
        }
    }

    /** Other consumers take, or give back, all connections of some streams. */
    private void others(int connections) {
        CROWDED_OUT.forEach(name -> kvs.foreignConnections(name, connections));
    }

    /** Of streams that are not read at present. */
    private void loseMedia() {
        List<StoredFragment> hall = new ArrayList<>(kvs.stream("hall").pushed());
        kvs.stream("hall").neverComplete(hall.get(hall.size() - 3).number());
        List<StoredFragment> stairs = new ArrayList<>(kvs.stream("stairs").pushed());
        kvs.stream("stairs").expireBefore(stairs.get(stairs.size() - 2).number());
    }

    private void startAgain() {
        roof = Camera.builder(kvs.stream("roof")).start();
    }
}
