/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.source.session;

import java.util.EnumSet;
import java.util.Set;
import java.util.function.LongSupplier;

/**
 * The reasons why a stream is not read at present, and a clock that stands still meanwhile: a
 * stream that did not try did not fail either. Guarded by the reader lock.
 */
final class Holds {

    /** What keeps a stream from being read. */
    enum Hold {
        /** Flink paused the split: its watermark is ahead of the others'. */
        ALIGNMENT,
        /** The memory of the reader is spent. */
        MEMORY
    }

    private final LongSupplier clock;
    private final Set<Hold> holds = EnumSet.noneOf(Hold.class);
    private long heldSinceNanos;

    /** How long the stream was held before. */
    private long heldNanos;

    /**
     * @param clock in nanoseconds; never goes back
     */
    Holds(LongSupplier clock) {
        this.clock = clock;
    }

    /** Holds the stream; returns false if this already held it. */
    boolean add(Hold hold) {
        if (holds.isEmpty()) {
            heldSinceNanos = clock.getAsLong();
        }
        return holds.add(hold);
    }

    /** Releases the stream; returns false if this did not hold it. */
    boolean remove(Hold hold) {
        boolean removed = holds.remove(hold);
        if (removed && holds.isEmpty()) {
            heldNanos += clock.getAsLong() - heldSinceNanos;
        }
        return removed;
    }

    boolean has(Hold hold) {
        return holds.contains(hold);
    }

    /** The time in nanoseconds, not counting the time for which the stream was held. */
    long nanoTime() {
        long now = holds.isEmpty() ? clock.getAsLong() : heldSinceNanos;
        return now - heldNanos;
    }

    @Override
    public String toString() {
        return holds.toString();
    }
}
