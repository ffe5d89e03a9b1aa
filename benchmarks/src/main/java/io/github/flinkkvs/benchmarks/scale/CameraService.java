/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.benchmarks.scale;

import io.github.flinkkvs.benchmarks.jvm.ChildJvm;
import io.github.flinkkvs.cluster.FlinkRest;
import io.github.flinkkvs.testing.EmbeddedKvs;
import io.github.flinkkvs.testing.EmbeddedStream;
import io.github.flinkkvs.testing.behavior.Behavior;
import io.github.flinkkvs.testing.behavior.Limits;
import io.github.flinkkvs.testing.behavior.MillisBehindNow;
import io.github.flinkkvs.testing.behavior.StreamSettings;
import io.github.flinkkvs.testing.log.ApiCall;

import io.netty.handler.ssl.OpenSsl;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * The embedded service over HTTPS as a process, with cameras that push once they are switched on.
 * It prints an {@link Endpoint}, and a {@link Status} for each line that it reads. It ends with its
 * input.
 */
final class CameraService {

    private static final String STATUS = "status";

    private static final String SWITCH_ON = "switch on";

    static final String PREFIX = "camera-";

    /** The streams of short jobs have another prefix than those of the job that is measured. */
    static final String SHORT_PREFIX = "short-";

    /**
     * The shortest one that Kinesis Video Streams has, but for none at all. A fragment keeps some 2
     * kB of its own; its media is that of all others, if its pieces have 4 kB or more.
     */
    private static final Duration RETENTION = Duration.ofHours(1);

    /**
     * @param cameras how many streams get media
     * @param silent how many further streams have the same prefix and get none
     * @param shortCameras how many streams with media have {@link #SHORT_PREFIX}
     * @param sessionMillis how long a GetMedia call lasts; 0 for no end
     * @param logLimit how many entries of each kind the service keeps
     */
    record Settings(
            int cameras,
            int silent,
            int shortCameras,
            int fragmentBytes,
            int framesPerFragment,
            long fragmentMillis,
            long sessionMillis,
            int logLimit) {}

    /** What clients need to know. */
    record Endpoint(String region, String url, String trustStore, String trustStorePassword) {

        /** The flags that make a JVM trust the service. */
        List<String> trustFlags() {
            return List.of(
                    "-Djavax.net.ssl.trustStore=" + trustStore,
                    "-Djavax.net.ssl.trustStorePassword=" + trustStorePassword);
        }
    }

    /**
     * @param pushed fragments that are complete
     * @param lagMillis how far the cameras are behind their schedule
     * @param listCalls the calls of ListStreams up to now
     * @param readStreams the streams of which GetMedia was called
     */
    record Status(long pushed, long lagMillis, int listCalls, long readStreams) {}

    private CameraService() {}

    static Status status(ChildJvm service) {
        return service.ask(STATUS, Status.class);
    }

    /** Lets its cameras push. */
    static void switchOn(ChildJvm service) {
        service.ask(SWITCH_ON, Status.class);
    }

    /** Waits until GetMedia was called for so many streams. */
    static void awaitCalls(ChildJvm service, int streams, Duration timeout) {
        FlinkRest.await(
                "calls of " + streams + " streams",
                () -> status(service).readStreams(),
                called -> called == streams,
                timeout);
    }

    public static void main(String[] arguments) throws IOException {
        Settings settings = ChildJvm.JSON.readValue(arguments[0], Settings.class);
        try (EmbeddedKvs kvs =
                EmbeddedKvs.builder()
                        .https(true)
                        .openSsl(OpenSsl.isAvailable())
                        .logLimit(settings.logLimit)
                        .limits(Limits.none().sessionCap(Duration.ofMillis(settings.sessionMillis)))
                        .behavior(Behavior.likely().millisBehindNow(MillisBehindNow.AGE))
                        .start()) {
            List<EmbeddedStream> cameras = streams(kvs, PREFIX, 0, settings.cameras);
            streams(kvs, PREFIX, settings.cameras, settings.silent);
            cameras.addAll(streams(kvs, SHORT_PREFIX, 0, settings.shortCameras));
            Cameras pushing =
                    new Cameras(
                            cameras,
                            settings.fragmentBytes,
                            settings.framesPerFragment,
                            settings.fragmentMillis);
            Thread thread = new Thread(pushing, "cameras");
            thread.setDaemon(true);
            // Without them there is nothing to measure, and the benchmark learns of it.
            thread.setUncaughtExceptionHandler(
                    (dead, error) -> {
                        error.printStackTrace();
                        Runtime.getRuntime().halt(1);
                    });
            print(
                    new Endpoint(
                            kvs.region(),
                            kvs.endpoint().toString(),
                            kvs.trustStoreFile().toString(),
                            kvs.trustStorePassword()));
            BufferedReader in =
                    new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                if (line.equals(SWITCH_ON)) {
                    thread.start();
                }
                print(status(kvs, pushing));
            }
        }
        System.exit(0);
    }

    private static List<EmbeddedStream> streams(
            EmbeddedKvs kvs, String prefix, int from, int number) {
        List<EmbeddedStream> streams = new ArrayList<>();
        for (int i = from; i < from + number; i++) {
            streams.add(
                    kvs.createStream(
                            StreamSettings.named("%s%05d".formatted(prefix, i))
                                    .retention(RETENTION)
                                    .keepExpired(false)
                                    .build()));
        }
        return streams;
    }

    private static Status status(EmbeddedKvs kvs, Cameras cameras) {
        return new Status(
                cameras.pushed(),
                cameras.lagMillis(),
                kvs.log().calls("ListStreams", null).size(),
                kvs.log().calls("GetMedia", null).stream().map(ApiCall::stream).distinct().count());
    }

    private static void print(Object value) throws IOException {
        System.out.println(ChildJvm.JSON.writeValueAsString(value));
        System.out.flush();
    }
}
