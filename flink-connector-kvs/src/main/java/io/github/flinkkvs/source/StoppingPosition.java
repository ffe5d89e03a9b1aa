/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.source;

import io.github.flinkkvs.mkv.FragmentNumber;

import org.apache.flink.annotation.Internal;
import org.apache.flink.annotation.PublicEvolving;

import javax.annotation.Nullable;

import java.io.Serializable;
import java.time.Instant;
import java.util.Objects;

/**
 * Where reading ends, inclusive. A stream ends at the stop, at the first fragment beyond it, or, if
 * none comes, when the service's clock has passed the stop and the stream was then quiet twice in a
 * row. Immutable.
 */
@PublicEvolving
public final class StoppingPosition implements Serializable {

    private static final long serialVersionUID = 1L;

    /** The kinds of stopping positions; their order is part of the serialized form. */
    @Internal
    public enum Kind {
        NEVER,
        NOW,
        SERVER_TIMESTAMP,
        PRODUCER_TIMESTAMP,
        FRAGMENT
    }

    /** The service gives its time in the Date header of its answers, in seconds. */
    private static final long CLOCK_STEP_MILLIS = 1000;

    private final Kind kind;
    @Nullable private final Long timestampMillis;
    @Nullable private final FragmentNumber fragmentNumber;

    private StoppingPosition(
            Kind kind, @Nullable Long timestampMillis, @Nullable FragmentNumber fragmentNumber) {
        this.kind = kind;
        this.timestampMillis = timestampMillis;
        this.fragmentNumber = fragmentNumber;
    }

    /** Reads for ever. */
    public static StoppingPosition never() {
        return new StoppingPosition(Kind.NEVER, null, null);
    }

    /**
     * Reads what the service began to receive up to now. "Now" is the service's clock when the job
     * first sees the stream.
     */
    public static StoppingPosition now() {
        return new StoppingPosition(Kind.NOW, null, null);
    }

    /** Reads fragments whose server timestamp is at or before the given time. */
    public static StoppingPosition atServerTimestamp(Instant time) {
        return new StoppingPosition(Kind.SERVER_TIMESTAMP, time.toEpochMilli(), null);
    }

    /**
     * Reads up to the first fragment whose producer timestamp is after the given time. Producers'
     * clocks may go back: older fragments after that one are not read. If no such fragment comes,
     * those before it have a minute to reach the service, by its clock.
     */
    public static StoppingPosition atProducerTimestamp(Instant time) {
        return new StoppingPosition(Kind.PRODUCER_TIMESTAMP, time.toEpochMilli(), null);
    }

    /**
     * Reads up to and including the given fragment.
     *
     * @throws IllegalArgumentException if the text is no fragment number
     */
    public static StoppingPosition atFragment(String fragmentNumber) {
        return new StoppingPosition(Kind.FRAGMENT, null, FragmentNumber.of(fragmentNumber));
    }

    /**
     * A position from its parts.
     *
     * @throws IllegalArgumentException if the time or number is missing that the kind needs
     */
    @Internal
    public static StoppingPosition of(
            Kind kind, @Nullable Long timestampMillis, @Nullable FragmentNumber fragmentNumber) {
        boolean needsTimestamp = kind == Kind.SERVER_TIMESTAMP || kind == Kind.PRODUCER_TIMESTAMP;
        if (needsTimestamp && timestampMillis == null
                || kind == Kind.FRAGMENT && fragmentNumber == null) {
            throw new IllegalArgumentException("stopping position " + kind + " without its value");
        }
        return new StoppingPosition(kind, timestampMillis, fragmentNumber);
    }

    /**
     * The same position with "now" fixed to a moment of the service's clock. The clock gives whole
     * seconds, so "now" is the end of that second: nothing received up to now is left out.
     */
    @Internal
    public StoppingPosition resolved(long serviceTimeMillis) {
        return kind == Kind.NOW
                ? new StoppingPosition(
                        Kind.SERVER_TIMESTAMP, serviceTimeMillis + CLOCK_STEP_MILLIS - 1, null)
                : this;
    }

    /** Whether there is a stop at all, which makes a source bounded. */
    public boolean isBounded() {
        return kind != Kind.NEVER;
    }

    @Internal
    public Kind kind() {
        return kind;
    }

    @Internal
    @Nullable
    public Long timestampMillis() {
        return timestampMillis;
    }

    @Internal
    @Nullable
    public FragmentNumber fragmentNumber() {
        return fragmentNumber;
    }

    @Override
    public boolean equals(Object object) {
        if (!(object instanceof StoppingPosition)) {
            return false;
        }
        StoppingPosition other = (StoppingPosition) object;
        return kind == other.kind
                && Objects.equals(timestampMillis, other.timestampMillis)
                && Objects.equals(fragmentNumber, other.fragmentNumber);
    }

    @Override
    public int hashCode() {
        return Objects.hash(kind, timestampMillis, fragmentNumber);
    }

    @Override
    public String toString() {
        switch (kind) {
            case NEVER:
                return "never";
            case NOW:
                return "now";
            case FRAGMENT:
                return "fragment " + fragmentNumber;
            default:
                return (kind == Kind.SERVER_TIMESTAMP ? "server" : "producer")
                        + " timestamp "
                        + Instant.ofEpochMilli(timestampMillis);
        }
    }
}
