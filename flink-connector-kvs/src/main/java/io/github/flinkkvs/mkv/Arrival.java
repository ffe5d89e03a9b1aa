/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.mkv;

import org.apache.flink.annotation.PublicEvolving;

import javax.annotation.Nullable;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Objects;

/**
 * When the bytes of a fragment or a frame arrived at the process that reads the stream. Immutable.
 *
 * <p>The time is by this machine's clock ({@link System#currentTimeMillis()}), not by that of the
 * service or the producer: a latency that is computed from it includes the difference of the
 * clocks. The duration is measured with {@link System#nanoTime()}.
 */
@PublicEvolving
public final class Arrival {

    private final long timestampMillis;
    private final long durationNanos;

    /**
     * @param timestampMillis when the last byte arrived: epoch millis
     * @param durationNanos the time from the first byte to the last
     */
    public Arrival(long timestampMillis, long durationNanos) {
        this.timestampMillis = timestampMillis;
        this.durationNanos = durationNanos;
    }

    /** When the last byte arrived: epoch millis, by this machine's clock. */
    public long timestampMillis() {
        return timestampMillis;
    }

    /** The time from the first byte to the last in nanoseconds; 0 if they arrived together. */
    public long durationNanos() {
        return durationNanos;
    }

    static void write(@Nullable Arrival arrival, DataOutput out) throws IOException {
        out.writeBoolean(arrival != null);
        if (arrival != null) {
            out.writeLong(arrival.timestampMillis);
            out.writeLong(arrival.durationNanos);
        }
    }

    @Nullable
    static Arrival read(DataInput in) throws IOException {
        return in.readBoolean() ? new Arrival(in.readLong(), in.readLong()) : null;
    }

    @Override
    public boolean equals(Object object) {
        if (!(object instanceof Arrival)) {
            return false;
        }
        Arrival other = (Arrival) object;
        return timestampMillis == other.timestampMillis && durationNanos == other.durationNanos;
    }

    @Override
    public int hashCode() {
        return Objects.hash(timestampMillis, durationNanos);
    }

    @Override
    public String toString() {
        return "at " + timestampMillis + ", within " + durationNanos + " ns";
    }
}
