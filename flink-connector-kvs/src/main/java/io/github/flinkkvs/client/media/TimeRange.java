/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.client.media;

import org.apache.flink.annotation.Internal;

/** A range of the timestamps at which fragments begin, both ends inclusive. Immutable. */
@Internal
public final class TimeRange {

    /** Whose clock counts. */
    public enum Clock {
        SERVER,
        PRODUCER
    }

    private final Clock clock;
    private final long fromMillis;
    private final long toMillis;

    /**
     * @param fromMillis epoch millis
     * @param toMillis epoch millis, not before {@code fromMillis}
     */
    public TimeRange(Clock clock, long fromMillis, long toMillis) {
        if (toMillis < fromMillis) {
            throw new IllegalArgumentException("from " + fromMillis + " to " + toMillis);
        }
        this.clock = clock;
        this.fromMillis = fromMillis;
        this.toMillis = toMillis;
    }

    public Clock clock() {
        return clock;
    }

    /** Epoch millis. */
    public long fromMillis() {
        return fromMillis;
    }

    /** Epoch millis. */
    public long toMillis() {
        return toMillis;
    }

    @Override
    public String toString() {
        return clock + " time " + fromMillis + " to " + toMillis;
    }
}
