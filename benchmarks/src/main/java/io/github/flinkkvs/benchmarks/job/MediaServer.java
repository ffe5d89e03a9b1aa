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
import io.github.flinkkvs.testing.behavior.Behavior;
import io.github.flinkkvs.testing.behavior.Delivery;
import io.github.flinkkvs.testing.behavior.Limits;
import io.github.flinkkvs.testing.behavior.MillisBehindNow;
import io.github.flinkkvs.testing.behavior.StreamSettings;
import io.github.flinkkvs.testing.log.ServedMedia;
import io.github.flinkkvs.testing.log.StoredFragment;
import io.github.flinkkvs.testing.media.MediaFragment;
import io.github.flinkkvs.testing.media.MediaFrame;
import io.github.flinkkvs.testing.media.MediaTrack;

import javax.annotation.Nullable;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * The embedded service without limits, as a process: with fragments that exist from the beginning,
 * or with cameras that push while it runs. It prints a {@link Description}. When it is told {@link
 * #SENT}, it prints the time at which the last byte of each fragment was sent, or at which each
 * frame arrived.
 */
final class MediaServer {

    static final String SENT = "sent";

    /** The last line of an answer of many lines. */
    static final String END = ".";

    /** The size of a key frame relative to other frames. */
    private static final int KEY_FRAME_WEIGHT = 10;

    /** Live media is read at once or never. */
    private static final Duration LIVE_RETENTION = Duration.ofSeconds(30);

    /**
     * @param storedFragments the number of fragments of each stream; 0 for live cameras
     * @param fragmentsPerSecond the rate of each live camera
     * @param frameTimes whether to print the time of each frame instead of each fragment
     */
    record Settings(
            boolean https,
            int streams,
            int fragmentBytes,
            int framesPerFragment,
            int storedFragments,
            double fragmentsPerSecond,
            boolean frameTimes,
            Delivery delivery) {}

    /** What clients need to know. Sizes are those of the bodies that GetMedia sends. */
    record Description(
            String region,
            String endpoint,
            @Nullable String trustStore,
            @Nullable String trustStorePassword,
            List<String> streams,
            long totalFragments,
            long totalBytes) {

        static Description of(
                EmbeddedKvs kvs, List<EmbeddedStream> streams, long fragments, long bytes) {
            boolean https = kvs.endpoint().getScheme().equals("https");
            return new Description(
                    kvs.region(),
                    kvs.endpoint().toString(),
                    https ? kvs.trustStoreFile().toString() : null,
                    https ? kvs.trustStorePassword() : null,
                    streams.stream().map(EmbeddedStream::name).toList(),
                    fragments,
                    bytes);
        }

        /** The flags that make a JVM trust the service. */
        List<String> trustFlags() {
            return trustStore == null
                    ? List.of()
                    : List.of(
                            "-Djavax.net.ssl.trustStore=" + trustStore,
                            "-Djavax.net.ssl.trustStorePassword=" + trustStorePassword);
        }
    }

    private MediaServer() {}

    public static void main(String[] arguments) throws IOException {
        Settings settings = ChildJvm.JSON.readValue(arguments[0], Settings.class);
        try (EmbeddedKvs kvs =
                EmbeddedKvs.builder()
                        .https(settings.https)
                        // A complete body waits for the others.
                        .limits(Limits.none().idleEnd(Duration.ZERO))
                        // Each answer has the same bytes.
                        .behavior(
                                Behavior.likely()
                                        .delivery(settings.delivery)
                                        .millisBehindNow(MillisBehindNow.ZERO))
                        .start()) {
            List<EmbeddedStream> streams = new ArrayList<>();
            for (int i = 0; i < settings.streams; i++) {
                StreamSettings.Builder stream = StreamSettings.named("stream-" + i);
                if (settings.storedFragments == 0) {
                    stream.retention(LIVE_RETENTION).keepExpired(false);
                }
                streams.add(kvs.createStream(stream.build()));
            }
            MediaFragment fragment = fragment(settings.fragmentBytes, settings.framesPerFragment);
            for (EmbeddedStream stream : streams) {
                for (int i = 0; i < settings.storedFragments; i++) {
                    stream.push(fragment);
                }
            }
            System.out.println(ChildJvm.JSON.writeValueAsString(describe(kvs, streams)));
            List<FragmentTime> frameTimes = settings.frameTimes ? new ArrayList<>() : null;
            if (settings.storedFragments == 0) {
                Thread cameras =
                        new Thread(
                                new LiveCameras(
                                        streams,
                                        fragment,
                                        settings.fragmentsPerSecond,
                                        frameTimes));
                cameras.setDaemon(true);
                cameras.start();
            }
            BufferedReader in =
                    new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                if (line.equals(SENT)) {
                    print(frameTimes == null ? sent(kvs) : frameTimes);
                }
            }
        }
        System.exit(0);
    }

    /** Like a video camera: a large key frame, then small frames of 40 ms each. */
    static MediaFragment fragment(int bytes, int frames) {
        Random random = new Random(1);
        MediaFragment.Builder builder =
                MediaFragment.builder()
                        .track(MediaTrack.video(1, "camera", "V_MPEG4/ISO/AVC", null, 1280, 720));
        int unit = bytes / (frames - 1 + KEY_FRAME_WEIGHT);
        for (int i = 0; i < frames; i++) {
            byte[] data = new byte[i == 0 ? bytes - (frames - 1) * unit : unit];
            random.nextBytes(data);
            builder.frame(MediaFrame.of(1, 40 * i, i == 0, data));
        }
        return builder.build();
    }

    private static Description describe(EmbeddedKvs kvs, List<EmbeddedStream> streams) {
        long fragments = 0;
        long bytes = 0;
        for (EmbeddedStream stream : streams) {
            for (StoredFragment fragment : stream.fragments()) {
                fragments++;
                bytes += fragment.size();
            }
        }
        return Description.of(kvs, streams, fragments, bytes);
    }

    private static List<FragmentTime> sent(EmbeddedKvs kvs) {
        List<FragmentTime> times = new ArrayList<>();
        for (ServedMedia session : kvs.log().sessions(null)) {
            for (Map.Entry<String, Long> sent : session.fragmentsSentNanos().entrySet()) {
                times.add(new FragmentTime(session.stream(), sent.getKey(), sent.getValue()));
            }
        }
        return times;
    }

    private static void print(List<FragmentTime> times) {
        StringBuilder lines = new StringBuilder();
        synchronized (times) {
            times.forEach(time -> lines.append(time).append('\n'));
        }
        System.out.print(lines);
        System.out.println(END);
        System.out.flush();
    }
}
