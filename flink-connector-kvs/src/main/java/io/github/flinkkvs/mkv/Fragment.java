/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.mkv;

import io.github.flinkkvs.mkv.document.MkvDocument;
import io.github.flinkkvs.mkv.parser.MkvException;

import org.apache.flink.annotation.PublicEvolving;

import javax.annotation.Nullable;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * One fragment of a Kinesis video stream, complete: its bytes exactly as the service sent them, and
 * what its tags and tracks say. A fragment that was read for its tags only has no media: all is
 * there but {@link #bytes()} and {@link #frames()}.
 *
 * <p>Immutable and thread-safe.
 */
@PublicEvolving
public final class Fragment extends FragmentInfo {

    /** The object, its number, whose text is a tag's, and when it came how far behind now. */
    private static final int OWN_BYTES = 192;

    @Nullable private final Long millisBehindNow;
    @Nullable private final String continuationToken;
    private final FrameCounts frameCounts;
    private final int size;
    private final boolean hasMedia;
    @Nullable private final Arrival arrival;

    /** The document, or, without media, only its Info, Tracks and Tags. */
    private final byte[] content;

    Fragment(
            FragmentBuilder builder,
            int size,
            boolean hasMedia,
            byte[] content,
            @Nullable Arrival arrival) {
        super(builder);
        this.millisBehindNow = builder.service.millisBehindNow;
        this.continuationToken = builder.service.continuationToken;
        this.frameCounts = builder.frameCounts.copy();
        this.size = size;
        this.hasMedia = hasMedia;
        this.content = content;
        this.arrival = arrival;
    }

    /**
     * How far the fragment was behind the newest one when the service sent it; 0 if it was the
     * newest. Null for archived media.
     */
    @Nullable
    public Long millisBehindNow() {
        return millisBehindNow;
    }

    /**
     * When its first and last byte arrived at the process that read the stream. Null if that is not
     * known: the bytes did not come from a source, or the fragment is from state that was written
     * before fragments said so.
     */
    @Nullable
    public Arrival arrival() {
        return arrival;
    }

    /** AWS_KINESISVIDEO_CONTINUATION_TOKEN; null for archived media. */
    @Nullable
    public String continuationToken() {
        return continuationToken;
    }

    /** How many frames each track has, by track number; tracks without frames are not in it. */
    public SortedMap<Long, Integer> frameCounts() {
        SortedMap<Long, Integer> counts = new TreeMap<>();
        for (int i = 0; i < frameCounts.tracks(); i++) {
            counts.put(frameCounts.trackNumber(i), frameCounts.frames(i));
        }
        return counts;
    }

    /** The size of the whole fragment in bytes, with or without media at hand. */
    public int sizeBytes() {
        return size;
    }

    /**
     * How many bytes of memory the fragment takes: its content, or without media its tags, and all
     * that was read from them. Name and ARN of the stream, which its fragments share, do not count.
     */
    public int retainedBytes() {
        return OWN_BYTES
                + Footprint.ofArray(content)
                + retainedInfoBytes()
                + frameCounts.retainedBytes();
    }

    /** Whether {@link #bytes()} and {@link #frames()} are there. */
    public boolean hasMedia() {
        return hasMedia;
    }

    /**
     * The fragment as the service sent it: a complete Matroska document. Read-only, a view of its
     * own at each call.
     *
     * @throws IllegalStateException if the fragment was read for its tags only
     */
    public ByteBuffer bytes() {
        return ByteBuffer.wrap(media()).asReadOnlyBuffer();
    }

    /**
     * As {@link #bytes()}, without a copy, for whoever needs an array: it is the fragment's own and
     * must not be changed.
     *
     * @throws IllegalStateException if the fragment was read for its tags only
     */
    public byte[] array() {
        return media();
    }

    /** Writes {@link #bytes()}. */
    public void writeTo(OutputStream out) throws IOException {
        out.write(media());
    }

    /**
     * The frames of all tracks in the order of the fragment, found anew at each call, and unpacked
     * where the track says that they are packed.
     *
     * @throws MkvException if a block cannot be read: it is laced in a way that does not fit its
     *     size, what its BlockGroup says about it is no sensible number, its frames are encrypted,
     *     packed in a way that is not known here, or come to more than 64 MiB; or if there are more
     *     than 1,000,000 frames
     * @throws IllegalStateException if the fragment was read for its tags only
     */
    public List<Frame> frames() throws MkvException {
        FirstDamage damage = new FirstDamage();
        List<Frame> frames = frames(damage);
        damage.rethrow();
        return frames;
    }

    /**
     * The frames that can be read, as {@link #frames()} has them; an index counts those that are
     * left out as well.
     *
     * @param damage is told of each block that is left out
     * @throws IllegalStateException if the fragment was read for its tags only
     */
    public List<Frame> frames(BlockDamage damage) {
        return new FrameReader(this, FrameReader.MAX_UNPACKED_BYTES, damage).readDocument(media());
    }

    /**
     * The fragment as a tree of all its elements, those that nothing else here shows among them.
     *
     * @throws IllegalStateException if the fragment was read for its tags only
     */
    public MkvDocument document() {
        return new MkvDocument(media());
    }

    byte[] media() {
        if (!hasMedia) {
            throw new IllegalStateException(
                    "Fragment "
                            + number()
                            + " of stream "
                            + streamName()
                            + " was read for its tags only, it has no media. Read whole fragments"
                            + " to get at bytes and frames.");
        }
        return content;
    }

    /** For the serialized form: see {@link FragmentSerialization}. */
    byte[] content() {
        return content;
    }

    FrameCounts counts() {
        return frameCounts;
    }

    /** Whether it is the same fragment with the same content, whenever either arrived. */
    @Override
    public boolean equals(Object object) {
        if (!(object instanceof Fragment)) {
            return false;
        }
        Fragment other = (Fragment) object;
        return streamName().equals(other.streamName())
                && Objects.equals(streamArn(), other.streamArn())
                && number().equals(other.number())
                && size == other.size
                && hasMedia == other.hasMedia
                && Arrays.equals(content, other.content);
    }

    @Override
    public int hashCode() {
        return Objects.hash(streamName(), number(), size);
    }

    @Override
    public String toString() {
        return "fragment " + number() + " of stream " + streamName() + ", " + size + " bytes";
    }
}
