/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.testing.behavior;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The wall clock of the embedded service: {@code Date} headers, server timestamps and retention
 * follow it. Timers (idle end, session cap, quotas, cameras) do not: they measure elapsed time.
 * Thread-safe.
 */
public final class ServiceClock {
    private final AtomicLong offsetMillis;
    private final double speed;
    private final long startMillis = System.currentTimeMillis();

    /**
     * @param offset the distance from this machine's clock
     * @param speed how fast it runs; 1 is real time
     */
    public ServiceClock(Duration offset, double speed) {
        this.offsetMillis = new AtomicLong(offset.toMillis());
        this.speed = speed;
    }

    /** The service's time, in whole milliseconds. */
    public Instant now() {
        return Instant.ofEpochMilli(millis());
    }

    /** Moves the clock, forward or (negative) backward, from where it stands now. */
    public void shift(Duration by) {
        offsetMillis.addAndGet(by.toMillis());
    }

    /** The distance from this machine's clock. */
    public Duration offset() {
        long machine = System.currentTimeMillis();
        return Duration.ofMillis(millisAt(machine) - machine);
    }

    /** The service's time in epoch milliseconds. */
    public long millis() {
        return millisAt(System.currentTimeMillis());
    }

    private long millisAt(long machineMillis) {
        long elapsed = Math.round((machineMillis - startMillis) * speed);
        return startMillis + elapsed + offsetMillis.get();
    }
}
