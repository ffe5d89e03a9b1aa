/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.examples.input;

import io.github.flinkkvs.source.StartingPosition;
import io.github.flinkkvs.source.StoppingPosition;
import io.github.flinkkvs.testing.Camera;
import io.github.flinkkvs.testing.EmbeddedKvs;
import io.github.flinkkvs.testing.EmbeddedStream;
import io.github.flinkkvs.testing.behavior.Limits;
import io.github.flinkkvs.testing.behavior.StreamSettings;
import io.github.flinkkvs.testing.media.ClipLoop;
import io.github.flinkkvs.testing.media.MediaClip;

import javax.annotation.Nullable;

import java.time.Duration;
import java.util.Map;

/**
 * A simulated camera in the embedded service that sends in real time, and has done so for 100
 * minutes: the service stores what it sent. All quotas of the service hold.
 */
public final class StoredHistory {

    /** How many fragments are stored when the job begins. */
    public static final int FRAGMENTS = 3_000;

    private static final Duration FRAGMENT = Duration.ofSeconds(2);

    private StoredHistory() {}

    /**
     * Starts the service and the camera.
     *
     * @param fragments after how many fragments to stop; null for no limit
     * @param live how many fragments a job is to read live
     * @param streams a prefix is that of the name; tags and a pattern must select it
     */
    public static Input open(@Nullable Long fragments, long live, StreamChoice streams) {
        String name = streams.simulated("front-door");
        Map<String, String> tags = Map.of("location", "entrance");
        StreamChoice read = streams.among(Map.of(name, tags));
        EmbeddedKvs kvs =
                EmbeddedKvs.builder()
                        .limits(Limits.service())
                        .clockOffset(FRAGMENT.multipliedBy(FRAGMENTS).negated())
                        .start();
        EmbeddedStream stream = kvs.createStream(StreamSettings.named(name).tags(tags).build());
        ClipLoop loop = new ClipLoop(MediaClip.h264(), FRAGMENT.toMillis(), 0);
        for (int i = 0; i < FRAGMENTS; i++) {
            long now = kvs.clock().millis();
            stream.push(loop.next().media().producerTimestampMillis(now).build());
            kvs.clock().shift(FRAGMENT);
        }
        Camera.builder(stream).fragmentDuration(FRAGMENT).start();
        return new Input(
                kvs.region(),
                kvs.endpoint().toString(),
                read,
                StartingPosition.earliest(),
                StoppingPosition.never(),
                Input.embeddedCredentials(),
                Map.of(),
                fragments == null ? 0 : fragments,
                FRAGMENTS + live,
                "");
    }
}
