/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.testing.internal.ingest;

import io.github.flinkkvs.testing.faults.AckError;

/** How a producer counts time: from the start of its recording, or absolutely. Immutable. */
public final class ProducerClock {
    /** The end of the year 9999. */
    private static final long MAX_MILLIS = 253_402_300_799_999L;

    private final long startMillis;

    private ProducerClock(long startMillis) {
        this.startMillis = startMillis;
    }

    /** Cluster Timestamps count from a start in epoch milliseconds. */
    public static ProducerClock relativeTo(long startMillis) {
        return new ProducerClock(startMillis);
    }

    /** Cluster Timestamps are epoch milliseconds. */
    public static ProducerClock absolute() {
        return new ProducerClock(0);
    }

    /** The producer timestamp of a fragment. */
    long producerMillis(long timecode) throws IngestException {
        if (timecode > MAX_MILLIS || startMillis + timecode > MAX_MILLIS || startMillis < 0) {
            throw new IngestException(
                    AckError.INVALID_PRODUCER_TIMESTAMP,
                    "Start " + startMillis + " ms, Cluster Timestamp " + timecode + " ms");
        }
        return startMillis + timecode;
    }
}
