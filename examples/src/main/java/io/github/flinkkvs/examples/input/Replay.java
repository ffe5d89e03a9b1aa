/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.examples.input;

import io.github.flinkkvs.examples.errors.ExampleException;
import io.github.flinkkvs.source.KvsSourceOptions;
import io.github.flinkkvs.source.StartingPosition;
import io.github.flinkkvs.source.StoppingPosition;
import io.github.flinkkvs.testing.EmbeddedKvs;
import io.github.flinkkvs.testing.EmbeddedStream;
import io.github.flinkkvs.testing.behavior.Limits;
import io.github.flinkkvs.testing.behavior.StreamSettings;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Recordings in the embedded service, each as a stream of its own. */
final class Replay {

    /** The service ends a call after this time without media: nothing is added to a recording. */
    private static final Duration IDLE = Duration.ofMillis(200);

    /** So long that old recordings do not expire. */
    private static final Duration RETENTION = Duration.ofDays(36_500);

    private static final Duration AHEAD = Duration.ofSeconds(1);

    private Replay() {}

    static Input open(List<Path> files, long maxFragments) {
        Map<String, RecordedMedia> recordings = new LinkedHashMap<>();
        for (Path file : files) {
            RecordedMedia recording = RecordedMedia.read(file);
            if (recordings.putIfAbsent(label(file), recording) != null) {
                throw new ExampleException(
                        "Two recordings have the name '" + label(file) + "': rename one");
            }
        }
        EmbeddedKvs kvs =
                EmbeddedKvs.builder()
                        .limits(Limits.none().idleEnd(IDLE))
                        .clockOffset(clockOffset(recordings))
                        .start();
        try {
            return serve(kvs, recordings, maxFragments);
        } catch (RuntimeException e) {
            kvs.close();
            throw e;
        }
    }

    private static Input serve(
            EmbeddedKvs kvs, Map<String, RecordedMedia> recordings, long maxFragments) {
        List<String> streams = new ArrayList<>();
        Map<String, String> labels = new LinkedHashMap<>();
        long fragments = 0;
        long incomplete = 0;
        for (Map.Entry<String, RecordedMedia> entry : recordings.entrySet()) {
            RecordedMedia recording = entry.getValue();
            incomplete += recording.incompleteFragments();
            if (recording.fragments() > 0) {
                String name = "recording-" + streams.size();
                EmbeddedStream stream =
                        kvs.createStream(StreamSettings.named(name).retention(RETENTION).build());
                recording.replayTo(stream);
                fragments += recording.fragments();
                streams.add(name);
                labels.put(name, entry.getKey());
            }
        }
        return new Input(
                kvs.region(),
                kvs.endpoint().toString(),
                StreamChoice.named(streams),
                StartingPosition.earliest(),
                StoppingPosition.now(),
                Input.embeddedCredentials()
                        .set(KvsSourceOptions.QUIET_TIME, IDLE.dividedBy(2))
                        .set(KvsSourceOptions.IDLE_INTERVAL, IDLE),
                labels,
                maxFragments,
                fragments,
                incomplete == 0 ? "" : ", left out " + incomplete + " incomplete");
    }

    /** The source stops at the current time of the service, so no fragment may be later. */
    private static Duration clockOffset(Map<String, RecordedMedia> recordings) {
        long ahead =
                recordings.values().stream()
                                .mapToLong(RecordedMedia::lastServerTimestampMillis)
                                .max()
                                .orElse(0)
                        - System.currentTimeMillis();
        return ahead < 0 ? Duration.ZERO : Duration.ofMillis(ahead).plus(AHEAD);
    }

    /**
     * The name of a file without its suffix. Unlike the name of a stream, it can have any
     * character.
     */
    private static String label(Path file) {
        String name = file.getFileName().toString();
        int dot = name.lastIndexOf('.');
        return dot > 0 ? name.substring(0, dot) : name;
    }
}
