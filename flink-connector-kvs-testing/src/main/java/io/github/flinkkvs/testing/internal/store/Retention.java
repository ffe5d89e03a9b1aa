/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.testing.internal.store;

import io.github.flinkkvs.testing.behavior.ServiceClock;

import java.time.Duration;

/** How long, and how much, a stream keeps. Immutable. */
final class Retention {
    private static final Duration HOST_BUFFER_TIME = Duration.ofMinutes(5);
    private static final long HOST_BUFFER_BYTES = 200_000_000;

    private final ServiceClock clock;
    private final boolean hostBuffer;
    private final long keptMillis;
    private final long keptBytes;

    /**
     * @param time zero: the buffer of a host
     * @param bytes the most to keep
     */
    Retention(Duration time, long bytes, ServiceClock clock) {
        this.clock = clock;
        hostBuffer = time.isZero();
        keptMillis = (hostBuffer ? HOST_BUFFER_TIME : time).toMillis();
        keptBytes = hostBuffer ? Math.min(HOST_BUFFER_BYTES, bytes) : bytes;
    }

    /** Whether the oldest fragment must go now, given the number of stored bytes. */
    boolean ended(StoredDocument oldest, long storedBytes) {
        return storedBytes > keptBytes || oldest.ingestedAtMillis() < clock.millis() - keptMillis;
    }

    /** Whether there is an archive, and not only the buffer of a host. */
    boolean archives() {
        return !hostBuffer;
    }

    /** Whether the archive reaches back to a time, in epoch milliseconds. */
    boolean covers(long millis) {
        return archives() && millis >= clock.millis() - keptMillis;
    }
}
