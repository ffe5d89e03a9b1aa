/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.examples.input;

import io.github.flinkkvs.source.KvsSourceOptions;
import io.github.flinkkvs.source.StartingPosition;
import io.github.flinkkvs.source.StoppingPosition;
import io.github.flinkkvs.testing.EmbeddedKvs;
import io.github.flinkkvs.testing.EmbeddedStream;
import io.github.flinkkvs.testing.behavior.Limits;

import java.time.Duration;
import java.util.Map;

/** Two calls on one phone line in the embedded service. Both sides sing. */
public final class PhoneLine {

    private static final String NAME = "phone-line";

    /** The service ends a call after this time without media: both phone calls are over then. */
    private static final Duration IDLE = Duration.ofMillis(200);

    private PhoneLine() {}

    /**
     * Starts the service with both calls.
     *
     * @param fragments after how many fragments to stop; 0 for no limit
     * @param streams a prefix is that of the name; tags and a pattern must select it
     */
    public static Input open(long fragments, StreamChoice streams) {
        String name = streams.simulated(NAME);
        StreamChoice read = streams.among(Map.of(name, Map.of()));
        EmbeddedKvs kvs = EmbeddedKvs.builder().limits(Limits.none().idleEnd(IDLE)).start();
        EmbeddedStream line = kvs.createStream(name);
        long anHourAgo = System.currentTimeMillis() - Duration.ofHours(1).toMillis();
        SungCall.inTurns("5f3c9a52-0000-4000-8000-000000000001")
                .startMillis(anHourAgo)
                .build()
                .pushTo(line);
        // Connect may number the tracks either way.
        SungCall.inCanon("5f3c9a52-0000-4000-8000-000000000002")
                .startMillis(anHourAgo + Duration.ofMinutes(5).toMillis())
                .trackNumbers(2, 1)
                .build()
                .pushTo(line);
        return new Input(
                kvs.region(),
                kvs.endpoint().toString(),
                read,
                StartingPosition.earliest(),
                StoppingPosition.now(),
                Input.embeddedCredentials()
                        .set(KvsSourceOptions.QUIET_TIME, IDLE.dividedBy(2))
                        .set(KvsSourceOptions.IDLE_INTERVAL, IDLE),
                Map.of(),
                fragments,
                Input.UNKNOWN,
                "");
    }
}
