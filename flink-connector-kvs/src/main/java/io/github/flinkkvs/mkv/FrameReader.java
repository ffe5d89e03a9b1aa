/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.mkv;

import io.github.flinkkvs.mkv.parser.BlockHeader;
import io.github.flinkkvs.mkv.parser.ClusterTimes;
import io.github.flinkkvs.mkv.parser.EbmlCursor;
import io.github.flinkkvs.mkv.parser.MkvElements;
import io.github.flinkkvs.mkv.parser.MkvException;
import io.github.flinkkvs.mkv.parser.MkvParser;

import javax.annotation.Nullable;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.zip.DataFormatException;

/**
 * Finds the frames in a fragment's bytes, all at once or block by block: SimpleBlocks, BlockGroups,
 * and all modes of lacing. Not thread-safe.
 */
final class FrameReader {

    private static final long[] NO_REFERENCES = {};

    /**
     * More ReferenceBlocks of a frame than this are taken for an attack: empty ones are 2 bytes in
     * the document and 8 in memory. Codecs need some tens.
     */
    static final int MAX_REFERENCES = 1024;

    /**
     * More frames of a fragment than this are taken for an attack: laced ones without a byte of
     * their own are a byte in the document and a hundred in memory. The service allows fragments of
     * 20 s.
     */
    static final int MAX_FRAMES = 1_000_000;

    /** Longer BlockDurations would overflow frame times. */
    private static final long MAX_DURATION_NANOS = Long.MAX_VALUE / 2;

    /** How many bytes the frames of a fragment may come to that are packed. */
    static final int MAX_UNPACKED_BYTES = 64 << 20;

    private final long producerTimestampMillis;
    private final long timestampScale;
    private final List<Track> tracks;
    private final BlockDamage damage;
    private final ClusterTimes clusterTimes;
    private final List<Frame> frames = new ArrayList<>();

    /** How many frames came before. */
    private int count;

    /** How many bytes packed frames may still come to. */
    private int unpackable;

    private FrameReader(
            long producerTimestampMillis,
            long timestampScale,
            List<Track> tracks,
            int maxUnpackedBytes,
            BlockDamage damage) {
        this.producerTimestampMillis = producerTimestampMillis;
        this.timestampScale = timestampScale;
        this.tracks = tracks;
        this.unpackable = maxUnpackedBytes;
        this.damage = damage;
        this.clusterTimes = new ClusterTimes(timestampScale);
    }

    /**
     * For records: they know of their fragment what comes before its frames.
     *
     * @param maxUnpackedBytes how many bytes packed frames may come to
     * @param damage is told of blocks that are left out
     */
    FrameReader(FragmentHead head, int maxUnpackedBytes, BlockDamage damage) {
        this(
                head.producerTimestampMillis(),
                head.timestampScaleNanos(),
                head.tracks(),
                maxUnpackedBytes,
                damage);
    }

    static List<Frame> read(Fragment fragment, byte[] bytes, BlockDamage damage) {
        return new FrameReader(
                        fragment.producerTimestampMillis(),
                        fragment.timestampScaleNanos(),
                        fragment.tracks(),
                        MAX_UNPACKED_BYTES,
                        damage)
                .readDocument(bytes);
    }

    /** All frames of a whole fragment that can be read. */
    List<Frame> readDocument(byte[] bytes) {
        try {
            findBlocks(bytes);
        } catch (MkvException e) {
            throw new IllegalStateException("What was read once cannot be read again", e);
        }
        return Collections.unmodifiableList(frames);
    }

    private void findBlocks(byte[] bytes) throws MkvException {
        MkvParser parser = new MkvParser();
        ByteBuffer in = ByteBuffer.wrap(bytes);
        MkvParser.Event event;
        boolean inMedia = false;
        while ((event = parser.next(in)) != MkvParser.Event.NEED_INPUT) {
            if (event == MkvParser.Event.DATA && parser.id() == MkvElements.SIMPLE_BLOCK) {
                int from = (int) parser.dataOffset();
                addSimpleBlock(bytes, from, from + parser.sliceLength(), parser.offset());
            } else if (event == MkvParser.Event.START && parser.id() == MkvElements.CLUSTER) {
                inMedia = true;
            } else if (event == MkvParser.Event.DATA
                    && parser.id() == MkvElements.TIMESTAMP
                    && inMedia) {
                int from = (int) parser.dataOffset();
                onClusterTimestamp(bytes, from, from + parser.sliceLength());
            } else if (event == MkvParser.Event.END && parser.id() == MkvElements.BLOCK_GROUP) {
                addBlockGroup(bytes, (int) parser.dataOffset(), in.position(), 0);
            }
        }
    }

    /** The frames that were found since they were last cleared. */
    List<Frame> frames() {
        return frames;
    }

    /** Takes the Timestamp of the Cluster whose blocks follow. */
    void onClusterTimestamp(byte[] bytes, int from, int to) {
        clusterTimes.onTimestamp(bytes, from, to);
    }

    /** Counts frames that are not looked at. */
    void passOver(int frameCount) {
        count += frameCount;
    }

    /**
     * @param from where the payload begins
     * @param offset where the element begins, for messages
     */
    void addSimpleBlock(byte[] bytes, int from, int to, long offset) throws MkvException {
        BlockHeader block = BlockHeader.read(bytes, from, to, MkvElements.SIMPLE_BLOCK, offset);
        addFrames(
                block,
                bytes,
                from,
                to,
                block.isKeyFrame(),
                block.isDiscardable(),
                Frame.UNKNOWN_DURATION,
                NO_REFERENCES,
                null);
    }

    /**
     * @param from where the payload begins
     * @param base the offset of the array's first byte, for messages
     */
    void addBlockGroup(byte[] bytes, int from, int to, long base) throws MkvException {
        long duration = Frame.UNKNOWN_DURATION;
        long[] references = NO_REFERENCES;
        MkvException problem = null;
        try {
            EbmlCursor group = new EbmlCursor(bytes, from, to, base);
            int referenceCount = 0;
            while (group.next()) {
                switch (group.id()) {
                    case MkvElements.BLOCK_DURATION:
                        // An empty one has its default, which is the track's.
                        duration = group.isEmpty() ? duration : duration(group);
                        break;
                    case MkvElements.REFERENCE_BLOCK:
                        if (referenceCount == MAX_REFERENCES) {
                            throw group.malformed(
                                    "More than " + MAX_REFERENCES + " ReferenceBlocks");
                        }
                        if (referenceCount == references.length) {
                            references = Arrays.copyOf(references, 2 * referenceCount + 1);
                        }
                        references[referenceCount++] = group.signed();
                        break;
                    default:
                        break;
                }
            }
            references = Arrays.copyOf(references, referenceCount);
        } catch (MkvException e) {
            problem = e;
        }
        // The Block's frames last: what is said about them may come after it.
        EbmlCursor blocks = new EbmlCursor(bytes, from, to, base);
        while (blocks.next()) {
            if (blocks.id() == MkvElements.BLOCK) {
                int start = blocks.dataStart();
                int end = blocks.dataEnd();
                addFrames(
                        BlockHeader.read(bytes, start, end, blocks.id(), blocks.offset()),
                        bytes,
                        start,
                        end,
                        references.length == 0,
                        false,
                        duration,
                        references,
                        problem);
            }
        }
    }

    private long duration(EbmlCursor element) throws MkvException {
        return element.unsigned(MAX_DURATION_NANOS / timestampScale) * timestampScale;
    }

    /** Adds the frames of a block; if they cannot be read, it is left out as a whole. */
    private void addFrames(
            BlockHeader block,
            byte[] bytes,
            int start,
            int end,
            boolean keyFrame,
            boolean discardable,
            long blockDuration,
            long[] references,
            @Nullable MkvException groupProblem) {
        int framesBefore = frames.size();
        int countBefore = count;
        try {
            if (groupProblem != null) {
                throw groupProblem;
            }
            if (clusterTimes.isImpossible()) {
                throw block.problem(
                        MkvException.Kind.MALFORMED, "A Cluster with a time that cannot be");
            }
            addReadable(block, bytes, start, end, keyFrame, discardable, blockDuration, references);
        } catch (MkvException e) {
            frames.subList(framesBefore, frames.size()).clear();
            count = countBefore + block.frameCount();
            damage.onDamagedBlock(block.trackNumber(), block.frameCount(), e);
        }
    }

    private void addReadable(
            BlockHeader block,
            byte[] bytes,
            int start,
            int end,
            boolean keyFrame,
            boolean discardable,
            long blockDuration,
            long[] references)
            throws MkvException {
        if (frames.size() + block.frameCount() > MAX_FRAMES) {
            throw block.problem(MkvException.Kind.TOO_LARGE, "More than " + MAX_FRAMES + " frames");
        }
        Track track = track(block.trackNumber());
        long step = track == null ? 0 : track.defaultDurationNanos();
        ContentEncodings encodings = track == null ? null : track.encodings();
        boolean packed = encodings != null && encodings.areOfFrames();
        int[] sizes = block.frameSizes(bytes, start, end);
        // A BlockDuration is that of all laced frames together.
        long duration =
                blockDuration != Frame.UNKNOWN_DURATION
                        ? blockDuration / sizes.length
                        : step != 0 ? step : Frame.UNKNOWN_DURATION;
        long offset = clusterTimes.offsetNanos() + block.relativeTimestamp() * timestampScale;
        int at = end;
        for (int size : sizes) {
            at -= size;
        }
        for (int size : sizes) {
            byte[] data = packed ? unpacked(block, encodings, bytes, at, at + size) : bytes;
            frames.add(
                    new Frame(
                            block.trackNumber(),
                            count++,
                            producerTimestampMillis,
                            offset,
                            duration,
                            keyFrame,
                            block.isInvisible(),
                            discardable,
                            references,
                            data,
                            packed ? 0 : at,
                            packed ? data.length : size));
            at += size;
            offset += Math.max(duration, 0);
        }
    }

    private byte[] unpacked(
            BlockHeader block, ContentEncodings encodings, byte[] bytes, int from, int to)
            throws MkvException {
        try {
            byte[] data = encodings.undoFrame(bytes, from, to, unpackable);
            unpackable -= data.length;
            return data;
        } catch (DataFormatException e) {
            throw block.problem(
                    MkvException.Kind.PACKED,
                    "A frame of track "
                            + block.trackNumber()
                            + " cannot be unpacked: "
                            + e.getMessage());
        }
    }

    @Nullable
    private Track track(long number) {
        for (int i = 0; i < tracks.size(); i++) {
            if (tracks.get(i).number() == number) {
                return tracks.get(i);
            }
        }
        return null;
    }
}
