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
import io.github.flinkkvs.testing.behavior.StreamSettings;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Two simulated cameras in the embedded service that send in real time. */
public final class Cameras {

    /** How many fragments of both cameras a job shows by default. */
    public static final long FRAGMENTS = 20;

    private static final int LOG_ENTRIES = 100;
    private static final long KEPT_BYTES = 64 << 20;

    private static final List<String> VISITS =
            List.of("nobody", "nobody", "cat", "person", "doorbell", "parcel", "parcel");
    private static final List<String> ANIMALS =
            List.of("none", "cat", "cat", "hedgehog", "none", "blackbird");

    private Cameras() {}

    /**
     * Starts the service and the cameras.
     *
     * @param fragments how many fragments to read
     * @param streams which of the two to read; a prefix is that of both names
     */
    public static Input open(long fragments, StreamChoice streams) {
        String frontDoor = streams.simulated("front-door");
        String backyard = streams.simulated("backyard");
        Map<String, Map<String, String>> tags = new LinkedHashMap<>();
        tags.put(frontDoor, Map.of("location", "entrance"));
        tags.put(backyard, Map.of("location", "garden"));
        StreamChoice read = streams.among(tags);
        EmbeddedKvs kvs = EmbeddedKvs.builder().logLimit(LOG_ENTRIES).start();
        // So the last line comes with the last fragment.
        long each = 1 + (fragments - 1) / streams.countOf(tags);
        Camera.builder(kvs.createStream(endless(frontDoor, tags)))
                .fragments(each)
                .tag("location", "entrance")
                .tagsOf(second -> Map.of("seen", pick(VISITS, second)))
                .start();
        Camera.builder(kvs.createStream(endless(backyard, tags)))
                .fragments(each)
                .tag("location", "garden")
                .tagsOf(second -> Map.of("animal", pick(ANIMALS, second)))
                .start();
        return new Input(
                kvs.region(),
                kvs.endpoint().toString(),
                read,
                StartingPosition.earliest(),
                StoppingPosition.never(),
                Input.embeddedCredentials(),
                Map.of(),
                fragments,
                Input.UNKNOWN,
                "");
    }

    /**
     * A stream with bounded memory, however many fragments its camera sends.
     *
     * @param tags those of each stream, by its name
     */
    public static StreamSettings endless(String name, Map<String, Map<String, String>> tags) {
        return StreamSettings.named(name)
                .tags(tags.get(name))
                .retentionBytes(KEPT_BYTES)
                .keepExpired(false)
                .build();
    }

    private static String pick(List<String> script, long second) {
        return script.get((int) (second % script.size()));
    }
}
