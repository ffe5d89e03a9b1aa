/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.source.session;

import io.github.flinkkvs.mkv.Fragment;
import io.github.flinkkvs.mkv.FragmentNumber;
import io.github.flinkkvs.source.StartingPosition;
import io.github.flinkkvs.source.StoppingPosition;
import io.github.flinkkvs.source.split.FragmentPosition;

import javax.annotation.Nullable;

import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;

/**
 * Decides which fragments of a stream are emitted: each once, none before the start, none after the
 * stop. The request to the service only says where reading begins; the gate has the last word.
 * Guarded by the reader lock.
 */
final class FragmentGate {

    enum Verdict {
        EMIT,
        /** Emit it; it is the last one. */
        EMIT_LAST,
        /** It was emitted before. */
        DUPLICATE,
        /** It lies before the start. */
        TOO_EARLY,
        /** It lies beyond the stop: the stream is over. */
        BEYOND_STOP
    }

    /**
     * The service receives a fragment later than it was produced: a producer that sends it once it
     * is complete waits for its 20 s at most, and the way takes time.
     */
    private static final long RECEIVED_AFTER_MILLIS = TimeUnit.MINUTES.toMillis(1);

    private final StartingPosition start;
    private final StoppingPosition stop;

    /** The last fragment that passed or was skipped; null before the first. */
    @Nullable private FragmentPosition last;

    /** Whether a fragment has passed, so that the start no longer matters. */
    private boolean begun;

    /** Fragments before this server timestamp are left out until one passes. */
    private long notBeforeMillis = Long.MIN_VALUE;

    FragmentGate(StartingPosition start, StoppingPosition stop, @Nullable FragmentPosition last) {
        this.start = start;
        this.stop = stop;
        this.last = last;
        this.begun = last != null;
    }

    /** A gate in the same state, which lets fragments pass ahead of this one. */
    FragmentGate copy() {
        FragmentGate copy = new FragmentGate(start, stop, last);
        copy.begun = begun;
        copy.notBeforeMillis = notBeforeMillis;
        return copy;
    }

    @Nullable
    FragmentPosition last() {
        return last;
    }

    StoppingPosition stop() {
        return stop;
    }

    /** Judges a complete fragment; if it is to be emitted, it has passed. */
    Verdict check(Fragment fragment) {
        Verdict verdict =
                judge(
                        fragment.number(),
                        fragment.serverTimestampMillis(),
                        fragment.producerTimestampMillis());
        if (verdict == Verdict.EMIT || verdict == Verdict.EMIT_LAST) {
            skip(new FragmentPosition(fragment.number(), fragment.serverTimestampMillis()));
        }
        return verdict;
    }

    /** Judges a fragment, complete or not. */
    Verdict judge(FragmentNumber number, long serverMillis, long producerMillis) {
        if (last != null && number.compareTo(last.number()) <= 0) {
            return Verdict.DUPLICATE;
        }
        if (isTooEarly(number, serverMillis, producerMillis)) {
            return Verdict.TOO_EARLY;
        }
        switch (stop.kind()) {
            case NEVER:
                return Verdict.EMIT;
            case FRAGMENT:
                int beyond = number.compareTo(stop.fragmentNumber());
                if (beyond == 0) {
                    return Verdict.EMIT_LAST;
                }
                return beyond > 0 ? Verdict.BEYOND_STOP : Verdict.EMIT;
            case SERVER_TIMESTAMP:
                return serverMillis > stop.timestampMillis() ? Verdict.BEYOND_STOP : Verdict.EMIT;
            case PRODUCER_TIMESTAMP:
                return producerMillis > stop.timestampMillis() ? Verdict.BEYOND_STOP : Verdict.EMIT;
            default:
                throw new IllegalStateException("Unresolved stop: " + stop);
        }
    }

    private boolean isTooEarly(FragmentNumber number, long serverMillis, long producerMillis) {
        if (serverMillis < notBeforeMillis) {
            return true;
        }
        if (begun) {
            return false;
        }
        switch (start.kind()) {
            case NOW:
            case SERVER_TIMESTAMP:
                return serverMillis < start.timestampMillis();
            case PRODUCER_TIMESTAMP:
                return producerMillis < start.timestampMillis();
            case AFTER_FRAGMENT:
                return number.compareTo(start.fragmentNumber()) <= 0;
            case AT_FRAGMENT:
                return number.compareTo(start.fragmentNumber()) < 0;
            default:
                return false;
        }
    }

    /** Leaves out a fragment that would pass, as if it had passed. */
    void skip(FragmentPosition position) {
        last = position;
        begin();
    }

    /** Frames of a fragment that would pass have passed, even if the rest of it is lost. */
    void begin() {
        begun = true;
        // Clocks may go back, but nothing after the first fragment is left out.
        notBeforeMillis = Long.MIN_VALUE;
    }

    /** Goes back to an earlier fragment: those after it are read again. */
    void rewindTo(@Nullable FragmentPosition position) {
        last = position;
        begun = position != null;
    }

    /** Leaves out fragments before a server timestamp, until one is not before it. */
    void skipToServerTimestamp(long millis) {
        notBeforeMillis = millis;
    }

    /**
     * Whether everything still to come lies beyond the stop, given that nothing arrives now and the
     * service's clock shows this time.
     */
    boolean isPastStop(long serviceTimeMillis) {
        switch (stop.kind()) {
            case NEVER:
                return false;
            case FRAGMENT:
                if (last != null && last.number().compareTo(stop.fragmentNumber()) >= 0) {
                    return true;
                }
                // A fragment number without a time cannot be waited for.
                OptionalLong time = stop.fragmentNumber().serverTimestampHint();
                return time.isEmpty() || serviceTimeMillis > time.getAsLong();
            default:
                return serviceTimeMillis > receivedByMillis();
        }
    }

    /**
     * Whether everything wanted was read.
     *
     * @param millis all media was read that the service received up to then, inclusive
     */
    boolean isReadToStop(long millis) {
        boolean byProducer = stop.kind() == StoppingPosition.Kind.PRODUCER_TIMESTAMP;
        return millis >= (byProducer ? receivedByMillis() : stopMillis());
    }

    /** When the service has received all that is wanted, if the stop is a timestamp. */
    private long receivedByMillis() {
        long millis = stop.timestampMillis();
        return stop.kind() == StoppingPosition.Kind.PRODUCER_TIMESTAMP
                // The end of time has nothing behind it.
                ? Math.max(millis, millis + RECEIVED_AFTER_MILLIS)
                : millis;
    }

    /**
     * The server timestamp, in epoch millis, after which no fragment is wanted; {@link
     * Long#MAX_VALUE} if there is none, or it is not known.
     */
    long stopMillis() {
        switch (stop.kind()) {
            case SERVER_TIMESTAMP:
                return stop.timestampMillis();
            case FRAGMENT:
                return stop.fragmentNumber().serverTimestampHint().orElse(Long.MAX_VALUE);
            default:
                return Long.MAX_VALUE;
        }
    }

    /** Whether the last fragment that passed is the one at the stop. */
    boolean isAtStop() {
        return stop.kind() == StoppingPosition.Kind.FRAGMENT
                && last != null
                && last.number().compareTo(stop.fragmentNumber()) >= 0;
    }

    /** The fragment after which reading continues; null if there is none yet. */
    @Nullable
    FragmentNumber resumeAfter() {
        if (last != null) {
            return last.number();
        }
        return start.kind() == StartingPosition.Kind.AFTER_FRAGMENT ? start.fragmentNumber() : null;
    }

    /**
     * The time of the last fragment, else of the start, in epoch millis; it shows which of two
     * streams is further behind.
     */
    long positionMillis() {
        if (last != null) {
            return last.serverTimestampMillis();
        }
        switch (start.kind()) {
            case EARLIEST:
                return Long.MIN_VALUE;
            case AFTER_FRAGMENT:
            case AT_FRAGMENT:
                return start.fragmentNumber().serverTimestampHint().orElse(Long.MIN_VALUE);
            default:
                return start.timestampMillis();
        }
    }
}
