/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.client.errors;

import org.apache.flink.annotation.Internal;

import java.util.concurrent.ThreadLocalRandom;
import java.util.function.DoubleSupplier;

/** Growing delays with jitter between retries. Not thread-safe. */
@Internal
public final class Backoff {

    private final long initialNanos;
    private final long maxNanos;
    private final DoubleSupplier random;
    private int failures;

    public Backoff(long initialNanos, long maxNanos) {
        this(initialNanos, maxNanos, () -> ThreadLocalRandom.current().nextDouble());
    }

    /**
     * @param random numbers from 0 to 1
     */
    public Backoff(long initialNanos, long maxNanos, DoubleSupplier random) {
        this.random = random;
        this.initialNanos = initialNanos;
        this.maxNanos = maxNanos;
    }

    /** The next delay: half fixed, half random, so that many streams do not retry at once. */
    public long nextNanos() {
        long full = initialNanos << Math.min(failures, 20);
        // The shift overflows for long initial delays.
        full = full <= 0 ? maxNanos : Math.min(full, maxNanos);
        failures++;
        return full / 2 + (long) (full / 2 * random.getAsDouble());
    }

    /** The number of delays since the last reset. */
    public int failures() {
        return failures;
    }

    /** Makes the next delay the shortest again. */
    public void reset() {
        failures = 0;
    }
}
