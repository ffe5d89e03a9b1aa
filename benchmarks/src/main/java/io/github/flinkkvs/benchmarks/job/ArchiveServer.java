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
import io.github.flinkkvs.testing.EmbeddedKvs;
import io.github.flinkkvs.testing.EmbeddedStream;
import io.github.flinkkvs.testing.behavior.Limits;
import io.github.flinkkvs.testing.behavior.StreamSettings;
import io.github.flinkkvs.testing.log.ApiCall;
import io.github.flinkkvs.testing.log.StoredFragment;
import io.github.flinkkvs.testing.media.MediaFragment;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The embedded service, as a process, with streams of fragments that each began 2 s after the one
 * before, all of the same size. It prints a {@link MediaServer.Description}, and the {@link Calls}
 * since the last time whenever it is told {@link #CALLS}.
 */
final class ArchiveServer {

    static final String CALLS = "calls";

    static final Duration FRAGMENT_DURATION = Duration.ofSeconds(2);

    private static final Duration RETENTION = Duration.ofDays(30);

    /** So that no part of the history is so young that it would be read live. */
    private static final Duration AGE = Duration.ofMinutes(5);

    /**
     * @param fragments the number of fragments of each stream
     * @param quotas whether the service has those of AWS, or none
     */
    record Settings(boolean https, List<Integer> fragments, int fragmentBytes, boolean quotas) {}

    /** How often each operation was called, and how many of these calls were refused. */
    record Calls(Map<String, Integer> byOperation, int refused) {}

    private ArchiveServer() {}

    public static void main(String[] arguments) throws IOException {
        Settings settings = ChildJvm.JSON.readValue(arguments[0], Settings.class);
        Limits limits = settings.quotas ? Limits.service() : Limits.none();
        try (EmbeddedKvs kvs = EmbeddedKvs.builder().https(settings.https).limits(limits).start()) {
            MediaFragment fragment = MediaServer.fragment(settings.fragmentBytes, 10);
            List<EmbeddedStream> streams = new ArrayList<>();
            for (int count : settings.fragments) {
                streams.add(store(kvs, "camera-" + streams.size(), fragment, count));
            }
            kvs.clock().shift(AGE);
            System.out.println(ChildJvm.JSON.writeValueAsString(describe(kvs, streams)));
            BufferedReader in =
                    new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                if (line.equals(CALLS)) {
                    System.out.println(ChildJvm.JSON.writeValueAsString(calls(kvs)));
                }
            }
        }
        System.exit(0);
    }

    private static EmbeddedStream store(
            EmbeddedKvs kvs, String name, MediaFragment fragment, int count) {
        EmbeddedStream stream =
                kvs.createStream(StreamSettings.named(name).retention(RETENTION).build());
        for (int i = 0; i < count; i++) {
            stream.push(fragment);
            kvs.clock().shift(FRAGMENT_DURATION);
        }
        return stream;
    }

    /** The bytes are those of archived media. */
    private static MediaServer.Description describe(EmbeddedKvs kvs, List<EmbeddedStream> streams) {
        long fragments = 0;
        long bytes = 0;
        for (EmbeddedStream stream : streams) {
            for (StoredFragment fragment : stream.fragments()) {
                fragments++;
                bytes += fragment.archivedBytes().length;
                if (bytes % fragments != 0) {
                    throw new IllegalStateException("The fragments differ in size");
                }
            }
        }
        return MediaServer.Description.of(kvs, streams, fragments, bytes);
    }

    private static Calls calls(EmbeddedKvs kvs) {
        Map<String, Integer> byOperation = new TreeMap<>();
        int refused = 0;
        for (ApiCall call : kvs.log().calls()) {
            byOperation.merge(call.operation(), 1, Integer::sum);
            refused += call.status() == 200 ? 0 : 1;
        }
        kvs.log().clear();
        return new Calls(byOperation, refused);
    }
}
