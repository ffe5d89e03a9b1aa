/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.source.split;

import io.github.flinkkvs.client.streams.StreamArn;
import io.github.flinkkvs.client.streams.StreamDescription;
import io.github.flinkkvs.source.StartingPosition;
import io.github.flinkkvs.source.StoppingPosition;

import org.apache.flink.annotation.Internal;
import org.apache.flink.api.connector.source.SourceSplit;

import javax.annotation.Nullable;

import java.util.Objects;

/**
 * One stream and how far it was read. The split's id is the stream's ARN without creation time; its
 * position belongs to the stream with exactly the ARN that it holds. Immutable.
 */
@Internal
public final class KvsSplit implements SourceSplit {

    /** A job begins to read within this many millis. */
    private static final long ABOUT_TO_EXPIRE = 240_000;

    private final StreamArn arn;
    private final StartingPosition start;
    private final StoppingPosition stop;
    @Nullable private final FragmentPosition position;
    @Nullable private final Long caughtUpMillis;
    @Nullable private final OpenFragment open;

    /**
     * @param position of the last emitted fragment; null if none was
     * @param caughtUpMillis all wanted media that the service received before this moment of its
     *     clock had been emitted; null if there was no such moment
     */
    public KvsSplit(
            StreamArn arn,
            StartingPosition start,
            StoppingPosition stop,
            @Nullable FragmentPosition position,
            @Nullable Long caughtUpMillis) {
        this(arn, start, stop, position, caughtUpMillis, null);
    }

    private KvsSplit(
            StreamArn arn,
            StartingPosition start,
            StoppingPosition stop,
            @Nullable FragmentPosition position,
            @Nullable Long caughtUpMillis,
            @Nullable OpenFragment open) {
        this.open = open;
        this.arn = arn;
        this.start = start;
        this.stop = stop;
        this.position = position;
        this.caughtUpMillis = caughtUpMillis;
    }

    /**
     * An unread split of a stream as it was when it was first seen. If the service had the media at
     * the starting time by then, and was to keep it for some minutes, everything before that time
     * counts as read: what expires after it is a gap.
     *
     * @param start as the user spelt it
     * @param stop as the user spelt it
     */
    public static KvsSplit firstSeen(
            StreamDescription stream, StartingPosition start, StoppingPosition stop) {
        long now = stream.serviceTimeMillis();
        StartingPosition begin = start.resolved(now);
        Long from = begin.timestampMillis();
        boolean kept = from != null && from - stream.oldestRetainedMillis() >= ABOUT_TO_EXPIRE;
        return new KvsSplit(stream.arn(), begin, stop.resolved(now), null, kept ? from : null);
    }

    /** An unread split of a stream about which nothing is known. */
    public static KvsSplit unread(StreamArn arn, StartingPosition start, StoppingPosition stop) {
        return new KvsSplit(arn, start, stop, null, null);
    }

    @Override
    public String splitId() {
        return arn.toString();
    }

    public StreamArn arn() {
        return arn;
    }

    /** Where reading began, or will begin if there is no position. */
    public StartingPosition start() {
        return start;
    }

    /** Where reading ends, resolved. */
    public StoppingPosition stop() {
        return stop;
    }

    @Nullable
    public FragmentPosition position() {
        return position;
    }

    @Nullable
    public Long caughtUpMillis() {
        return caughtUpMillis;
    }

    /** The fragment after the position, if some of its frames were emitted; null otherwise. */
    @Nullable
    public OpenFragment open() {
        return open;
    }

    /** The same split with frames of the next fragment emitted. */
    public KvsSplit within(@Nullable OpenFragment newOpen) {
        return new KvsSplit(arn, start, stop, position, caughtUpMillis, newOpen);
    }

    /** The same split for a reader that begins later, such as after a restart. */
    public KvsSplit delayed() {
        return new KvsSplit(arn, start.delayed(), stop, position, caughtUpMillis, open);
    }

    @Override
    public boolean equals(Object object) {
        if (!(object instanceof KvsSplit)) {
            return false;
        }
        KvsSplit other = (KvsSplit) object;
        return arn.equals(other.arn)
                && start.equals(other.start)
                && stop.equals(other.stop)
                && Objects.equals(position, other.position)
                && Objects.equals(caughtUpMillis, other.caughtUpMillis)
                && Objects.equals(open, other.open);
    }

    @Override
    public int hashCode() {
        return Objects.hash(arn, start, stop, position, caughtUpMillis, open);
    }

    @Override
    public String toString() {
        return arn.name()
                + (position == null ? " from " + start : " after " + position)
                + (open == null ? "" : " and " + open)
                + (stop.isBounded() ? " to " + stop : "");
    }
}
