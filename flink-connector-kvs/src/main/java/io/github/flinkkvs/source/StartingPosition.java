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

/** Where reading of a new stream begins. Immutable. */
@PublicEvolving
public final class StartingPosition implements Serializable {

    private static final long serialVersionUID = 1L;

    /** The kinds of starting positions; their order is part of the serialized form. */
    @Internal
    public enum Kind {
        NOW,
        EARLIEST,
        SERVER_TIMESTAMP,
        PRODUCER_TIMESTAMP,
        AFTER_FRAGMENT,
        AT_FRAGMENT
    }

    private final Kind kind;

    /** Epoch millis, for the two timestamps and for a resolved {@code NOW}. */
    @Nullable private final Long timestampMillis;

    @Nullable private final FragmentNumber fragmentNumber;

    private StartingPosition(
            Kind kind, @Nullable Long timestampMillis, @Nullable FragmentNumber fragmentNumber) {
        this.kind = kind;
        this.timestampMillis = timestampMillis;
        this.fragmentNumber = fragmentNumber;
    }

    /**
     * Fragments that the service begins to receive from now on. "Now" is the service's clock when
     * the job first sees the stream, and stays that moment when the job restarts.
     */
    public static StartingPosition now() {
        return new StartingPosition(Kind.NOW, null, null);
    }

    /** The oldest fragment that the service still has. */
    public static StartingPosition earliest() {
        return new StartingPosition(Kind.EARLIEST, null, null);
    }

    /** Fragments whose server timestamp is at or after the given time. */
    public static StartingPosition atServerTimestamp(Instant time) {
        return new StartingPosition(Kind.SERVER_TIMESTAMP, time.toEpochMilli(), null);
    }

    /**
     * From the first fragment on whose producer timestamp is at or after the given time. Producers'
     * clocks may go back, so later fragments can be older; they are read too.
     */
    public static StartingPosition atProducerTimestamp(Instant time) {
        return new StartingPosition(Kind.PRODUCER_TIMESTAMP, time.toEpochMilli(), null);
    }

    /**
     * The fragment after the given one.
     *
     * @throws IllegalArgumentException if the text is no fragment number
     */
    public static StartingPosition afterFragment(String fragmentNumber) {
        return new StartingPosition(Kind.AFTER_FRAGMENT, null, FragmentNumber.of(fragmentNumber));
    }

    /**
     * The given fragment, such as the first one of a phone call in its contact record; if the
     * service no longer has it, see {@link KvsSourceOptions#EXPIRED_POSITION}.
     *
     * @throws IllegalArgumentException if the text is no fragment number
     */
    public static StartingPosition atFragment(String fragmentNumber) {
        return new StartingPosition(Kind.AT_FRAGMENT, null, FragmentNumber.of(fragmentNumber));
    }

    /**
     * A position from its parts.
     *
     * @throws IllegalArgumentException if the time or number is missing that the kind needs
     */
    @Internal
    public static StartingPosition of(
            Kind kind, @Nullable Long timestampMillis, @Nullable FragmentNumber fragmentNumber) {
        boolean needsTimestamp = kind == Kind.SERVER_TIMESTAMP || kind == Kind.PRODUCER_TIMESTAMP;
        boolean needsNumber = kind == Kind.AFTER_FRAGMENT || kind == Kind.AT_FRAGMENT;
        if (needsTimestamp && timestampMillis == null || needsNumber && fragmentNumber == null) {
            throw new IllegalArgumentException("starting position " + kind + " without its value");
        }
        return new StartingPosition(kind, timestampMillis, fragmentNumber);
    }

    /** The same position with "now" fixed to a moment of the service's clock. */
    @Internal
    public StartingPosition resolved(long serviceTimeMillis) {
        return kind == Kind.NOW && timestampMillis == null
                ? new StartingPosition(Kind.NOW, serviceTimeMillis, null)
                : this;
    }

    /**
     * The same position for a reader that begins later: a "now" that has passed becomes a server
     * timestamp.
     */
    @Internal
    public StartingPosition delayed() {
        return kind == Kind.NOW && timestampMillis != null
                ? new StartingPosition(Kind.SERVER_TIMESTAMP, timestampMillis, null)
                : this;
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
        if (!(object instanceof StartingPosition)) {
            return false;
        }
        StartingPosition other = (StartingPosition) object;
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
            case NOW:
                return timestampMillis == null
                        ? "now"
                        : "now (" + Instant.ofEpochMilli(timestampMillis) + ")";
            case EARLIEST:
                return "earliest";
            case AFTER_FRAGMENT:
                return "after fragment " + fragmentNumber;
            case AT_FRAGMENT:
                return "fragment " + fragmentNumber;
            default:
                return (kind == Kind.SERVER_TIMESTAMP ? "server" : "producer")
                        + " timestamp "
                        + Instant.ofEpochMilli(timestampMillis);
        }
    }
}
