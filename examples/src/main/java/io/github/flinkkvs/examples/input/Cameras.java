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

import java.util.List;
import java.util.Map;

/** Two simulated cameras in the embedded service that send in real time. */
public final class Cameras {

    /** How many fragments of both cameras a job shows by default. */
    public static final long FRAGMENTS = 20;

    private static final int LOG_ENTRIES = 100;
    private static final long KEPT_BYTES = 64 << 20;

    private static final String FRONT_DOOR = "front-door";
    private static final String BACKYARD = "backyard";

    private static final List<String> VISITS =
            List.of("nobody", "nobody", "cat", "person", "doorbell", "parcel", "parcel");
    private static final List<String> ANIMALS =
            List.of("none", "cat", "cat", "hedgehog", "none", "blackbird");

    private Cameras() {}

    /**
     * Starts the service and the cameras.
     *
     * @param fragments how many fragments both send together, at least
     */
    public static Input open(long fragments) {
        EmbeddedKvs kvs = EmbeddedKvs.builder().logLimit(LOG_ENTRIES).start();
        // Each camera sends half of the fragments, so the last line comes with the last fragment.
        long each = (fragments + 1) / 2;
        Camera.builder(kvs.createStream(endless(FRONT_DOOR)))
                .fragments(each)
                .tag("location", "entrance")
                .tagsOf(second -> Map.of("seen", pick(VISITS, second)))
                .start();
        Camera.builder(kvs.createStream(endless(BACKYARD)))
                .fragments(each)
                .tag("location", "garden")
                .tagsOf(second -> Map.of("animal", pick(ANIMALS, second)))
                .start();
        return new Input(
                kvs.region(),
                kvs.endpoint().toString(),
                List.of(FRONT_DOOR, BACKYARD),
                StartingPosition.earliest(),
                StoppingPosition.never(),
                Input.embeddedCredentials(),
                Map.of(),
                fragments,
                Input.UNKNOWN,
                "",
                kvs::close);
    }

    /** A stream with bounded memory, however many fragments its camera sends. */
    private static StreamSettings endless(String name) {
        return StreamSettings.named(name).retentionBytes(KEPT_BYTES).keepExpired(false).build();
    }

    private static String pick(List<String> script, long second) {
        return script.get((int) (second % script.size()));
    }
}
