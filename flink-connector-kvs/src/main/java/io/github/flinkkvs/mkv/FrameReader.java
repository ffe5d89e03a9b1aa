/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.mkv;

import io.github.flinkkvs.mkv.parser.BlockGroup;
import io.github.flinkkvs.mkv.parser.BlockHeader;
import io.github.flinkkvs.mkv.parser.ClusterTimes;
import io.github.flinkkvs.mkv.parser.EbmlCursor;
import io.github.flinkkvs.mkv.parser.MkvElements;
import io.github.flinkkvs.mkv.parser.MkvException;
import io.github.flinkkvs.mkv.parser.MkvParser;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.zip.DataFormatException;

/**
 * Reads frames from the bytes of a fragment, all at once or block by block: SimpleBlocks,
 * BlockGroups, and all modes of lacing. Not thread-safe.
 */
final class FrameReader {

    /**
     * The limit of frames of a fragment. An empty laced frame takes a byte in the document and a
     * hundred in memory. The service allows fragments of 20 s.
     */
    static final int MAX_FRAMES = 1_000_000;

    /** The limit of bytes that the packed frames of a fragment are unpacked to. */
    static final int MAX_UNPACKED_BYTES = 64 << 20;

    private final FragmentInfo fragment;
    private final BlockDamage damage;
    private final ClusterTimes clusterTimes;
    private final List<Frame> frames = new ArrayList<>();

    /** The header of a block that was not read before. */
    private final BlockHeader ownHeader = new BlockHeader();

    /** The index of the next frame. */
    private int count;

    /** How many more bytes unpacking may produce. */
    private int unpackable;

    /**
     * @param fragment the fragment that the frames belong to
     * @param maxUnpackedBytes how many bytes packed frames may be unpacked to
     * @param damage called for each block that cannot be read
     */
    FrameReader(FragmentInfo fragment, int maxUnpackedBytes, BlockDamage damage) {
        this.fragment = fragment;
        this.unpackable = maxUnpackedBytes;
        this.damage = damage;
        this.clusterTimes = new ClusterTimes(fragment.timestampScaleNanos());
    }

    /** All readable frames of a complete fragment. */
    List<Frame> readDocument(byte[] bytes) {
        try {
            findBlocks(bytes);
        } catch (MkvException e) {
            throw new IllegalStateException(
                    "A fragment that was read before cannot be read again", e);
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
                int to = from + parser.sliceLength();
                ownHeader.read(bytes, from, to, parser.id(), parser.offset());
                addSimpleBlock(ownHeader, bytes, from, to);
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

    /** The frames read since the caller last cleared this list. */
    List<Frame> frames() {
        return frames;
    }

    /** Takes the Timestamp of the Cluster whose blocks follow. */
    void onClusterTimestamp(byte[] bytes, int from, int to) {
        clusterTimes.onTimestamp(bytes, from, to);
    }

    /** Counts frames that are skipped. */
    void passOver(int frameCount) {
        count += frameCount;
    }

    /**
     * Adds the frames of a SimpleBlock.
     *
     * @param from where its payload begins
     */
    void addSimpleBlock(BlockHeader block, byte[] bytes, int from, int to) {
        addFrames(block, bytes, from, to, BlockGroup.NONE, block.isKeyFrame());
    }

    /**
     * Adds the frames of a BlockGroup.
     *
     * @param from where its payload begins
     * @param base the offset of the array's first byte, for messages
     */
    void addBlockGroup(byte[] bytes, int from, int to, long base) throws MkvException {
        // Read the whole group first: elements about the frames may follow the Block.
        BlockGroup group =
                BlockGroup.read(
                        new EbmlCursor(bytes, from, to, base), fragment.timestampScaleNanos());
        EbmlCursor blocks = new EbmlCursor(bytes, from, to, base);
        while (blocks.next()) {
            if (blocks.id() == MkvElements.BLOCK) {
                int start = blocks.dataStart();
                int end = blocks.dataEnd();
                ownHeader.read(bytes, start, end, blocks.id(), blocks.offset());
                addFrames(ownHeader, bytes, start, end, group, group.references().length == 0);
            }
        }
    }

    /** Adds the frames of a block; if one of them cannot be read, none is added. */
    private void addFrames(
            BlockHeader block,
            byte[] bytes,
            int start,
            int end,
            BlockGroup group,
            boolean keyFrame) {
        int framesBefore = frames.size();
        int countBefore = count;
        try {
            if (group.problem() != null) {
                throw group.problem();
            }
            if (clusterTimes.isImpossible()) {
                throw block.problem(
                        MkvException.Kind.MALFORMED, "A Cluster whose time is out of range");
            }
            addReadable(block, bytes, start, end, group, keyFrame);
        } catch (MkvException e) {
            frames.subList(framesBefore, frames.size()).clear();
            count = countBefore + block.frameCount();
            damage.onDamagedBlock(block.trackNumber(), block.frameCount(), e);
        }
    }

    private void addReadable(
            BlockHeader block, byte[] bytes, int start, int end, BlockGroup group, boolean keyFrame)
            throws MkvException {
        if (frames.size() + block.frameCount() > MAX_FRAMES) {
            throw block.problem(MkvException.Kind.TOO_LARGE, "More than " + MAX_FRAMES + " frames");
        }
        Track track = fragment.declaredTrack(block.trackNumber());
        long step = track == null ? 0 : track.defaultDurationNanos();
        ContentEncodings encodings = track == null ? null : track.encodings();
        boolean packed = encodings != null && encodings.areOfFrames();
        int[] sizes = block.frameSizes(bytes, start, end);
        // A BlockDuration is that of all laced frames together.
        long duration =
                group.durationNanos() != BlockGroup.NO_DURATION
                        ? group.durationNanos() / sizes.length
                        : step != 0 ? step : Frame.UNKNOWN_DURATION;
        boolean discardable = group == BlockGroup.NONE && block.isDiscardable();
        long offset =
                clusterTimes.offsetNanos()
                        + block.relativeTimestamp() * fragment.timestampScaleNanos();
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
                            fragment.producerTimestampMillis(),
                            offset,
                            duration,
                            keyFrame,
                            block.isInvisible(),
                            discardable,
                            group.references(),
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
}
