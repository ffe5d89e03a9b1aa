/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.media.clip;

import io.github.flinkkvs.client.streams.StreamArn;

import org.apache.flink.annotation.PublicEvolving;
import org.apache.flink.api.common.typeinfo.TypeInfo;

import java.time.Instant;
import java.util.Objects;

/**
 * What a clip shows: a range of time of a stream. Immutable and thread-safe.
 *
 * <p>Archived media comes in whole fragments: a clip begins with the fragment in which the range
 * begins, and ends with the one in which it ends.
 */
@PublicEvolving
@TypeInfo(ClipRequestTypeInfo.Factory.class)
public final class ClipRequest {

    /** Whose clock the range is by. */
    public enum Clock {
        /**
         * The producer's: when the media was recorded. The clock of a camera must agree with that
         * of the events, and the producer must send absolute times.
         */
        PRODUCER,
        /**
         * The service's: when the media arrived, which is up to some seconds later. Needs nothing
         * of the producer.
         */
        SERVER
    }

    /** The end of the year 9999. */
    private static final long MAX_MILLIS = 253_402_300_799_999L;

    private final String stream;
    private final long fromMillis;
    private final long toMillis;
    private final Clock clock;
    private final Clip.Format format;

    ClipRequest(String stream, long fromMillis, long toMillis, Clock clock, Clip.Format format) {
        this.stream = stream;
        this.fromMillis = fromMillis;
        this.toMillis = toMillis;
        this.clock = clock;
        this.format = format;
    }

    /**
     * A clip as MKV, by the producer's clock.
     *
     * @param stream the name or ARN of the stream
     * @param from to the millisecond, inclusive
     * @param to to the millisecond, inclusive; not before {@code from}. It may be in the future:
     *     the clip is made when the media of that time is in the archive
     * @throws IllegalArgumentException if no stream can have that name, if the text begins like an
     *     ARN and is none, if {@code to} is before {@code from}, or if a time is thousands of years
     *     away
     */
    public static ClipRequest of(String stream, Instant from, Instant to) {
        Objects.requireNonNull(stream, "stream");
        if (StreamArn.isArn(stream)) {
            StreamArn.parse(stream);
        } else if (!StreamArn.isName(stream)) {
            throw new IllegalArgumentException(
                    "'"
                            + stream
                            + "' is not the name of a stream: that has 1 to 256 letters, digits,"
                            + " dots, hyphens and underscores");
        }
        if (to.isBefore(from)) {
            throw new IllegalArgumentException(
                    "A clip from " + from + " to " + to + ": its end is before its beginning");
        }
        Instant latest = Instant.ofEpochMilli(MAX_MILLIS);
        if (to.isAfter(latest) || from.isBefore(Instant.ofEpochMilli(-MAX_MILLIS))) {
            throw new IllegalArgumentException(
                    "No clip is from " + from + " to " + to + ": give times up to the year 9999");
        }
        return new ClipRequest(
                stream, from.toEpochMilli(), to.toEpochMilli(), Clock.PRODUCER, Clip.Format.MKV);
    }

    /** The same clip in another format. */
    public ClipRequest withFormat(Clip.Format newFormat) {
        return new ClipRequest(
                stream, fromMillis, toMillis, clock, Objects.requireNonNull(newFormat));
    }

    /** The same range by another clock. */
    public ClipRequest withClock(Clock newClock) {
        return new ClipRequest(
                stream, fromMillis, toMillis, Objects.requireNonNull(newClock), format);
    }

    /** The name or ARN of the stream, as it was given. */
    public String stream() {
        return stream;
    }

    /** Where the range begins, inclusive: epoch millis by {@link #clock()}. */
    public long fromMillis() {
        return fromMillis;
    }

    /** Where the range ends, inclusive: epoch millis by {@link #clock()}. */
    public long toMillis() {
        return toMillis;
    }

    /** Whose clock the range is by. */
    public Clock clock() {
        return clock;
    }

    /** The format of the file. */
    public Clip.Format format() {
        return format;
    }

    @Override
    public boolean equals(Object object) {
        if (!(object instanceof ClipRequest)) {
            return false;
        }
        ClipRequest other = (ClipRequest) object;
        return stream.equals(other.stream)
                && fromMillis == other.fromMillis
                && toMillis == other.toMillis
                && clock == other.clock
                && format == other.format;
    }

    @Override
    public int hashCode() {
        return Objects.hash(stream, fromMillis, toMillis, clock, format);
    }

    @Override
    public String toString() {
        return "clip of stream "
                + stream
                + " from "
                + Instant.ofEpochMilli(fromMillis)
                + " to "
                + Instant.ofEpochMilli(toMillis)
                + (clock == Clock.SERVER ? " by the service's clock" : "");
    }
}
