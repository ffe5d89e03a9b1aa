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
import io.github.flinkkvs.mkv.parser.MetadataBuffer;
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
 * One complete fragment of a Kinesis video stream: its bytes as the service sent them, and what its
 * tags and tracks say. A fragment that was read without media has everything except {@link
 * #bytes()}, {@link #frames()} and {@link #document()}.
 *
 * <p>Immutable and thread-safe.
 */
@PublicEvolving
public final class Fragment extends FragmentInfo {

    /** The object with millisBehindNow and arrival. */
    private static final int OWN_BYTES = 96;

    private final FrameCounts frameCounts;
    private final int size;
    private final boolean hasMedia;
    @Nullable private final Arrival arrival;

    /** All bytes; without media, the content of a {@link MetadataBuffer}. */
    private final byte[] content;

    Fragment(
            FragmentMetadata metadata,
            FrameCounts frameCounts,
            int size,
            boolean hasMedia,
            byte[] content,
            @Nullable Arrival arrival) {
        super(metadata);
        this.frameCounts = frameCounts;
        this.size = size;
        this.hasMedia = hasMedia;
        this.content = content;
        this.arrival = arrival;
    }

    /**
     * How many milliseconds the fragment was behind the newest one when the service sent it; 0 for
     * the newest. Null for archived media.
     */
    @Nullable
    public Long millisBehindNow() {
        return metadata().millisBehindNow;
    }

    /**
     * When its bytes arrived at the process that read the stream. Null if unknown: the bytes did
     * not come from a source, or the fragment was restored from state of an older version.
     */
    @Nullable
    public Arrival arrival() {
        return arrival;
    }

    /** AWS_KINESISVIDEO_CONTINUATION_TOKEN; null for archived media. */
    @Nullable
    public String continuationToken() {
        return metadata().continuationToken;
    }

    /** The number of frames of each track, by track number. Tracks without frames are absent. */
    public SortedMap<Long, Integer> frameCounts() {
        SortedMap<Long, Integer> counts = new TreeMap<>();
        for (int i = 0; i < frameCounts.tracks(); i++) {
            counts.put(frameCounts.trackNumber(i), frameCounts.frames(i));
        }
        return counts;
    }

    /** The size of the whole fragment in bytes, even if it was read without media. */
    public int sizeBytes() {
        return size;
    }

    /**
     * How many bytes of heap the fragment takes: its content, tags and tracks. Name and ARN of the
     * stream do not count, because all of its fragments share them.
     */
    public int retainedBytes() {
        return OWN_BYTES
                + Footprint.ofArray(content)
                + metadata().retainedBytes()
                + frameCounts.retainedBytes();
    }

    /** Whether {@link #bytes()}, {@link #frames()} and {@link #document()} can be called. */
    public boolean hasMedia() {
        return hasMedia;
    }

    /**
     * The fragment exactly as the service sent it: a complete Matroska document. Archived media may
     * be one document with many fragments; then each has a copy of that document's head. Read-only;
     * each call returns a new view.
     *
     * @throws IllegalStateException if the fragment was read without media
     */
    public ByteBuffer bytes() {
        return ByteBuffer.wrap(media()).asReadOnlyBuffer();
    }

    /**
     * The fragment's own array, without a copy. Its content must not be changed.
     *
     * @throws IllegalStateException if the fragment was read without media
     */
    public byte[] array() {
        return media();
    }

    /** Writes {@link #bytes()}. */
    public void writeTo(OutputStream out) throws IOException {
        out.write(media());
    }

    /**
     * The frames of all tracks in document order. Each call reads them again. Frames are unpacked
     * if their track declares a compression.
     *
     * @throws MkvException if a block cannot be read: its lacing does not fit its size, a number in
     *     its BlockGroup is out of range, its frames are encrypted or compressed in an unsupported
     *     way, unpacked frames exceed 64 MiB, or there are more than 1,000,000 frames
     * @throws IllegalStateException if the fragment was read without media
     */
    public List<Frame> frames() throws MkvException {
        FirstDamage damage = new FirstDamage();
        List<Frame> frames = frames(damage);
        damage.rethrow();
        return frames;
    }

    /**
     * As {@link #frames()}, without the blocks that cannot be read. Indexes count skipped frames,
     * too.
     *
     * @param damage called for each skipped block
     * @throws IllegalStateException if the fragment was read without media
     */
    public List<Frame> frames(BlockDamage damage) {
        return new FrameReader(this, FrameReader.MAX_UNPACKED_BYTES, damage).readDocument(media());
    }

    /**
     * The fragment as a tree of all its elements.
     *
     * @throws IllegalStateException if the fragment was read without media
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

    /** Whether both are the same fragment with the same content; arrival does not count. */
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
