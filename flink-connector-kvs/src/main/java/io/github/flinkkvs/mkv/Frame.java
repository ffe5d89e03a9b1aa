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

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * One frame of a fragment: a view of the fragment's bytes, with what its block says about it.
 * Immutable. A frame of a complete fragment keeps all bytes of that fragment reachable.
 */
@PublicEvolving
public final class Frame {

    /** The value of {@link #durationNanos()} if the fragment does not declare a duration. */
    public static final long UNKNOWN_DURATION = -1;

    /** If a block has at most this many bytes besides the frame, the frame is not copied. */
    private static final int OTHER_BYTES = 64;

    private final long trackNumber;
    private final int index;
    private final long producerTimestampMillis;
    private final long offsetNanos;
    private final long durationNanos;
    private final boolean keyFrame;
    private final boolean invisible;
    private final boolean discardable;
    private final long[] references;
    private final byte[] document;
    private final int dataAt;
    private final int size;

    Frame(
            long trackNumber,
            int index,
            long producerTimestampMillis,
            long offsetNanos,
            long durationNanos,
            boolean keyFrame,
            boolean invisible,
            boolean discardable,
            long[] references,
            byte[] document,
            int dataAt,
            int size) {
        this.trackNumber = trackNumber;
        this.index = index;
        this.producerTimestampMillis = producerTimestampMillis;
        this.offsetNanos = offsetNanos;
        this.durationNanos = durationNanos;
        this.keyFrame = keyFrame;
        this.invisible = invisible;
        this.discardable = discardable;
        this.references = references;
        this.document = document;
        this.dataAt = dataAt;
        this.size = size;
    }

    /** The number of its track, as in {@link Track#number()}. */
    public long trackNumber() {
        return trackNumber;
    }

    /** The index among all frames of the fragment, from 0. */
    public int index() {
        return index;
    }

    /**
     * When the frame was recorded, by the producer's clock: epoch millis, or, if the producer sends
     * relative times, millis since the start of its session.
     */
    public long timestampMillis() {
        return producerTimestampMillis + Math.floorDiv(offsetNanos, 1_000_000L);
    }

    /** The time since the fragment's producer timestamp, in nanoseconds; may be negative. */
    public long offsetNanos() {
        return offsetNanos;
    }

    /**
     * BlockDuration, or the track's DefaultDuration, in nanoseconds; {@link #UNKNOWN_DURATION} if
     * both are absent.
     */
    public long durationNanos() {
        return durationNanos;
    }

    /**
     * Whether the frame can be decoded without another one. A SimpleBlock has a flag for this; in a
     * BlockGroup, the absence of ReferenceBlocks means it.
     */
    public boolean isKeyFrame() {
        return keyFrame;
    }

    /** Whether the frame should be decoded, but not shown. */
    public boolean isInvisible() {
        return invisible;
    }

    /** Whether a late decoder may skip the frame. */
    public boolean isDiscardable() {
        return discardable;
    }

    /**
     * ReferenceBlocks: the times of the frames that this one needs, relative to its own time, in
     * units of TimestampScale; a copy.
     */
    public long[] references() {
        return references.clone();
    }

    /** The payload, unpacked; read-only. Each call returns a new view. */
    public ByteBuffer data() {
        return ByteBuffer.wrap(document, dataAt, size).slice().asReadOnlyBuffer();
    }

    /** As {@link #data()}, but writable: callers must not change it. */
    ByteBuffer payload() {
        return ByteBuffer.wrap(document, dataAt, size);
    }

    /** The same frame, copied if it would keep many bytes alive that are not its own. */
    Frame withoutOtherBytes() {
        if (document.length - size <= size + OTHER_BYTES) {
            return this;
        }
        return new Frame(
                trackNumber,
                index,
                producerTimestampMillis,
                offsetNanos,
                durationNanos,
                keyFrame,
                invisible,
                discardable,
                references,
                Arrays.copyOfRange(document, dataAt, dataAt + size),
                0,
                size);
    }

    /** How many bytes of heap the frame takes, with all bytes of the block that it keeps alive. */
    int retainedBytes() {
        return 96
                + Footprint.ofArray(document)
                + (references.length == 0 ? 0 : Footprint.ofArray(8, references.length));
    }

    /** The size of the payload in bytes. */
    public int sizeBytes() {
        return size;
    }

    /** Whether everything except the payload is equal. */
    boolean isAsDescribedBy(Frame other) {
        return trackNumber == other.trackNumber
                && index == other.index
                && producerTimestampMillis == other.producerTimestampMillis
                && offsetNanos == other.offsetNanos
                && durationNanos == other.durationNanos
                && keyFrame == other.keyFrame
                && invisible == other.invisible
                && discardable == other.discardable
                && Arrays.equals(references, other.references);
    }

    @Override
    public String toString() {
        return "frame "
                + index
                + " of track "
                + trackNumber
                + (keyFrame ? " (key), " : ", ")
                + size
                + " bytes";
    }
}
