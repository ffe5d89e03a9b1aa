/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.it;

import io.github.flinkkvs.testing.Camera;
import io.github.flinkkvs.testing.EmbeddedKvs;
import io.github.flinkkvs.testing.EmbeddedStream;
import io.github.flinkkvs.testing.log.StoredFragment;
import io.github.flinkkvs.testing.media.MediaClip;
import io.github.flinkkvs.testing.media.MediaFragment;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * An embedded service in a separate process, with the service's own limits, so that memory, threads
 * and CPU time of this process are the reader's. It takes one command per line.
 */
final class KvsProcess implements AutoCloseable {

    /** Marks answers among log lines. */
    private static final String ANSWER = "> ";

    private final Process process;
    private final BufferedReader answers;
    private final PrintWriter orders;
    private final String endpoint;
    private final List<String> streams;

    /**
     * @param streams how many
     * @param speed of clock and cameras; 1 is real time
     */
    KvsProcess(int streams, double speed) throws IOException {
        process =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-Xmx3g",
                                "-cp",
                                System.getProperty("java.class.path"),
                                KvsProcess.class.getName(),
                                String.valueOf(streams),
                                String.valueOf(speed))
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
        answers =
                new BufferedReader(
                        new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        orders = new PrintWriter(process.getOutputStream(), true, StandardCharsets.UTF_8);
        endpoint = answer();
        this.streams = new ArrayList<>();
        for (int i = 0; i < streams; i++) {
            this.streams.add(name(i));
        }
    }

    private static String name(int stream) {
        return "stream-" + stream;
    }

    String region() {
        return "us-east-1";
    }

    String endpoint() {
        return endpoint;
    }

    List<String> streams() {
        return streams;
    }

    /**
     * Starts a camera on each stream that sends H.264 with 5 frames and one fragment per second.
     */
    void startCameras() {
        order("cameras");
    }

    /** Starts a camera on each stream whose fragments last 10 s and have this size. */
    void startSlowCameras(int fragments, int bytes) {
        order("slow " + fragments + " " + bytes);
    }

    /**
     * Pushes fragments into all streams at once. Each stream moves through producer time at its own
     * pace: the first in steps of 10 s, the second of 20 s, and so on.
     */
    void push(int fragments, int bytes) {
        order("push " + fragments + " " + bytes);
    }

    /** Stops all cameras; returns how many fragments each stream has. */
    Map<String, Integer> stop() {
        String[] counts = order("stop").split(" ");
        Map<String, Integer> byStream = new HashMap<>();
        for (int i = 0; i < counts.length; i++) {
            byStream.put(name(i), Integer.valueOf(counts[i]));
        }
        return byStream;
    }

    /** How many calls were refused. */
    int refused() {
        return Integer.parseInt(order("refused"));
    }

    private String order(String line) {
        orders.println(line);
        return answer();
    }

    private String answer() {
        try {
            for (String line = answers.readLine(); line != null; line = answers.readLine()) {
                if (line.startsWith(ANSWER)) {
                    return line.substring(ANSWER.length());
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        throw new AssertionError("The service's process has ended");
    }

    @Override
    public void close() throws IOException {
        process.destroy();
        process.onExit().join();
        answers.close();
    }

    // ---- the other process --------------------------------------------------------------------

    public static void main(String[] arguments) throws IOException {
        double speed = Double.parseDouble(arguments[1]);
        BufferedReader orders =
                new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        try (EmbeddedKvs kvs =
                EmbeddedKvs.builder().clockSpeed(speed).dataPortPerStream(true).start()) {
            for (int i = 0; i < Integer.parseInt(arguments[0]); i++) {
                kvs.createStream(name(i));
            }
            List<Camera> cameras = new ArrayList<>();
            System.out.println(ANSWER + kvs.endpoint());
            for (String line = orders.readLine(); line != null; line = orders.readLine()) {
                System.out.println(ANSWER + execute(line.split(" "), kvs, cameras, speed));
            }
        }
    }

    private static String execute(
            String[] order, EmbeddedKvs kvs, List<Camera> cameras, double speed)
            throws IOException {
        switch (order[0]) {
            case "cameras":
                for (EmbeddedStream stream : kvs.streams()) {
                    cameras.add(Camera.builder(stream).framesPerSecond(5).speed(speed).start());
                }
                return "started";
            case "slow":
                MediaClip clip = clip(kvs, Integer.parseInt(order[2]));
                for (EmbeddedStream stream : kvs.streams()) {
                    cameras.add(
                            Camera.builder(stream)
                                    .clip(clip)
                                    .fragmentDuration(Duration.ofSeconds(10))
                                    .framesPerSecond(clip.frameCount() / 10.0)
                                    .fragments(Integer.parseInt(order[1]))
                                    .speed(speed)
                                    .start());
                }
                return "started";
            case "push":
                for (int i = 0; i < Integer.parseInt(order[1]); i++) {
                    for (int s = 0; s < kvs.streams().size(); s++) {
                        kvs.stream(name(s))
                                .push(
                                        MediaFragment.ofSize(Integer.parseInt(order[2]), i)
                                                .toBuilder()
                                                .producerTimestampMillis(i * (s + 1) * 10_000L)
                                                .build());
                    }
                }
                return "pushed";
            case "stop":
                cameras.forEach(Camera::close);
                List<String> counts = new ArrayList<>();
                for (int s = 0; s < kvs.streams().size(); s++) {
                    counts.add(String.valueOf(kvs.stream(name(s)).pushed().size()));
                }
                return String.join(" ", counts);
            case "refused":
                return String.valueOf(
                        kvs.log().calls().stream().filter(call -> call.status() != 200).count());
            default:
                throw new IllegalArgumentException(order[0]);
        }
    }

    /** One round is one fragment. */
    private static MediaClip clip(EmbeddedKvs kvs, int bytes) throws IOException {
        StoredFragment model = kvs.createStream("zzz-model").push(MediaFragment.ofSize(bytes));
        kvs.deleteStream("zzz-model");
        Path file = Files.createTempFile("clip", ".mkv");
        try {
            Files.write(file, model.bytes());
            return MediaClip.of(file);
        } finally {
            Files.delete(file);
        }
    }
}
