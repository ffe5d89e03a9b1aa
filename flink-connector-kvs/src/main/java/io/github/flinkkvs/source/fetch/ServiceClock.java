/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.source.fetch;

import io.github.flinkkvs.source.resources.Timer;

import org.apache.flink.annotation.Internal;

import java.util.concurrent.TimeUnit;

/**
 * The service's clock as its last answer told it, plus the time since then; before the first
 * answer, the clock of this machine. Guarded by the reader lock.
 */
@Internal
public final class ServiceClock {

    private final Timer timer;
    private boolean known;
    private long answeredMillis;
    private long answeredNanos;

    public ServiceClock(Timer timer) {
        this.timer = timer;
    }

    /**
     * The service answered.
     *
     * @param serviceTimeMillis epoch millis, by its own clock
     */
    public void set(long serviceTimeMillis) {
        known = true;
        answeredMillis = serviceTimeMillis;
        answeredNanos = timer.nanoTime();
    }

    /** Epoch millis. */
    public long nowMillis() {
        return known
                ? answeredMillis + TimeUnit.NANOSECONDS.toMillis(timer.nanoTime() - answeredNanos)
                : timer.epochMillis();
    }
}
