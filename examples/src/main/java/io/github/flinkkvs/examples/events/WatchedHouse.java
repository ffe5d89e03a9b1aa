/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.examples.events;

import io.github.flinkkvs.examples.input.Cameras;
import io.github.flinkkvs.examples.input.Input;
import io.github.flinkkvs.examples.input.StreamChoice;
import io.github.flinkkvs.source.StartingPosition;
import io.github.flinkkvs.source.StoppingPosition;
import io.github.flinkkvs.testing.Camera;
import io.github.flinkkvs.testing.EmbeddedKvs;
import io.github.flinkkvs.testing.EmbeddedStream;
import io.github.flinkkvs.testing.behavior.Limits;
import io.github.flinkkvs.testing.media.ClipLoop;
import io.github.flinkkvs.testing.media.MediaClip;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A house with an alarm system and two simulated cameras in the embedded service. They send in real
 * time, and have done so for two minutes: the service stores what they sent. All quotas of the
 * service hold.
 *
 * @param input the cameras
 * @param events what the alarm system reports: of now, of the past, and one of before the cameras
 *     were switched on
 */
public record WatchedHouse(Input input, List<CameraEvent> events) {

    private static final Duration STORED = Duration.ofMinutes(2);
    private static final Duration FRAGMENT = Duration.ofSeconds(1);
    private static final int LOG_ENTRIES = 100;

    /**
     * Starts the service and the cameras.
     *
     * @param streams which of the two to choose; a prefix is that of both names
     */
    public static WatchedHouse open(StreamChoice streams) {
        String frontDoor = streams.simulated("front-door");
        String backyard = streams.simulated("backyard");
        Map<String, Map<String, String>> tags = new LinkedHashMap<>();
        tags.put(frontDoor, Map.of("location", "entrance"));
        tags.put(backyard, Map.of("location", "garden"));
        StreamChoice chosen = streams.among(tags);
        EmbeddedKvs kvs =
                EmbeddedKvs.builder()
                        .limits(Limits.service())
                        .logLimit(LOG_ENTRIES)
                        .clockOffset(STORED.negated())
                        .start();
        EmbeddedStream withSound = kvs.createStream(Cameras.endless(frontDoor, tags));
        EmbeddedStream silent = kvs.createStream(Cameras.endless(backyard, tags));
        ClipLoop soundLoop = new ClipLoop(MediaClip.h264WithAac(), FRAGMENT.toMillis(), 0);
        ClipLoop silentLoop = new ClipLoop(MediaClip.h264(), FRAGMENT.toMillis(), 0);
        for (Duration sent = Duration.ZERO;
                sent.compareTo(STORED) < 0;
                sent = sent.plus(FRAGMENT)) {
            long now = kvs.clock().millis();
            withSound.push(soundLoop.next().media().producerTimestampMillis(now).build());
            silent.push(silentLoop.next().media().producerTimestampMillis(now).build());
            kvs.clock().shift(FRAGMENT);
        }
        Camera.builder(withSound).clip(MediaClip.h264WithAac()).fragmentDuration(FRAGMENT).start();
        Camera.builder(silent).clip(MediaClip.h264()).fragmentDuration(FRAGMENT).start();
        Input input =
                new Input(
                        kvs.region(),
                        kvs.endpoint().toString(),
                        chosen,
                        StartingPosition.earliest(),
                        StoppingPosition.never(),
                        Input.embeddedCredentials(),
                        Map.of(),
                        0,
                        Input.UNKNOWN,
                        "");
        Instant now = Instant.ofEpochMilli(kvs.clock().millis()).truncatedTo(ChronoUnit.SECONDS);
        return new WatchedHouse(
                input,
                List.of(
                        new CameraEvent(backyard, now.minusSeconds(600), "hedgehog"),
                        new CameraEvent(frontDoor, now.minusSeconds(90), "doorbell"),
                        new CameraEvent(frontDoor, now.minusSeconds(72), "parcel"),
                        new CameraEvent(backyard, now.minusSeconds(30), "cat"),
                        new CameraEvent(backyard, now, "person")));
    }
}
