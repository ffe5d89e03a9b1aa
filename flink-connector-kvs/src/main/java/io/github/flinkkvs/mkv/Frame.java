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
 * One frame of a fragment: a view on the fragment's bytes with what its block says about it.
 * Immutable; it keeps the bytes of its whole fragment reachable.
 */
@PublicEvolving
public final class Frame {

    /** {@link #durationNanos()} where the block does not tell. */
    public static final long UNKNOWN_DURATION = -1;

    /** What a block has besides its frame, usually less than this, is not worth a copy. */
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

    /** Its place among all frames of the fragment, from 0. */
    public int index() {
        return index;
    }

    /**
     * When it was recorded, by the producer's clock: epoch millis, or relative to the producer's 0.
     */
    public long timestampMillis() {
        return producerTimestampMillis + Math.floorDiv(offsetNanos, 1_000_000L);
    }

    /** Its time from the fragment's producer timestamp on, in nanoseconds; may be negative. */
    public long offsetNanos() {
        return offsetNanos;
    }

    /** BlockDuration, else the track's DefaultDuration, else {@link #UNKNOWN_DURATION}. */
    public long durationNanos() {
        return durationNanos;
    }

    /** Whether it can be decoded without another frame: its flag, or no ReferenceBlock. */
    public boolean isKeyFrame() {
        return keyFrame;
    }

    /** Whether it should be decoded but not shown. */
    public boolean isInvisible() {
        return invisible;
    }

    /** Whether a decoder that is late may leave it out. */
    public boolean isDiscardable() {
        return discardable;
    }

    /**
     * ReferenceBlocks: times of the frames it needs, relative to its own, in units of
     * TimestampScale.
     */
    public long[] references() {
        return references.clone();
    }

    /** Its payload as the producer wrote it; read-only, a view of its own at each call. */
    public ByteBuffer data() {
        return ByteBuffer.wrap(document, dataAt, size).slice().asReadOnlyBuffer();
    }

    /** As {@link #data()}, for whoever does not change it. */
    ByteBuffer payload() {
        return ByteBuffer.wrap(document, dataAt, size);
    }

    /** The same frame; it does not keep alive many bytes that are not its own. */
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

    /** How many bytes of memory it takes, with all of the block that it keeps alive. */
    int retainedBytes() {
        return 96
                + Footprint.ofArray(document)
                + (references.length == 0 ? 0 : Footprint.ofArray(8, references.length));
    }

    /** The size of its payload in bytes. */
    public int sizeBytes() {
        return size;
    }

    /** Whether all but the payload is the same. */
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
