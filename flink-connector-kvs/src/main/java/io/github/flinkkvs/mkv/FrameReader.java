/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.mkv;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

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

    private final long producerTimestampMillis;
    private final long timestampScale;
    private final List<Track> tracks;
    private final List<Frame> frames = new ArrayList<>();

    /** How many frames came before. */
    private int count;

    FrameReader(long producerTimestampMillis, long timestampScale, List<Track> tracks) {
        this.producerTimestampMillis = producerTimestampMillis;
        this.timestampScale = timestampScale;
        this.tracks = tracks;
    }

    /** For records: they know of their fragment what comes before its frames. */
    FrameReader(FragmentHead head) {
        this(head.producerTimestampMillis(), head.timestampScaleNanos(), head.tracks());
    }

    static List<Frame> read(Fragment fragment, byte[] bytes) throws MkvException {
        return new FrameReader(
                        fragment.producerTimestampMillis(),
                        fragment.timestampScaleNanos(),
                        fragment.tracks())
                .readDocument(bytes);
    }

    /** All frames of a whole fragment. */
    List<Frame> readDocument(byte[] bytes) throws MkvException {
        MkvParser parser = new MkvParser();
        ByteBuffer in = ByteBuffer.wrap(bytes);
        MkvParser.Event event;
        while ((event = parser.next(in)) != MkvParser.Event.NEED_INPUT) {
            if (event == MkvParser.Event.DATA && parser.id() == MkvElements.SIMPLE_BLOCK) {
                int from = (int) parser.dataOffset();
                addSimpleBlock(bytes, from, from + parser.sliceLength(), parser.offset());
            } else if (event == MkvParser.Event.END && parser.id() == MkvElements.BLOCK_GROUP) {
                addBlockGroup(bytes, (int) parser.dataOffset(), in.position(), 0);
            }
        }
        return Collections.unmodifiableList(frames);
    }

    /** The frames that were found since they were last cleared. */
    List<Frame> frames() {
        return frames;
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
                NO_REFERENCES);
    }

    /**
     * @param from where the payload begins
     * @param base the offset of the array's first byte, for messages
     */
    void addBlockGroup(byte[] bytes, int from, int to, long base) throws MkvException {
        EbmlCursor group = new EbmlCursor(bytes, from, to, base);
        long duration = Frame.UNKNOWN_DURATION;
        long[] references = NO_REFERENCES;
        int referenceCount = 0;
        while (group.next()) {
            switch (group.id()) {
                case MkvElements.BLOCK_DURATION:
                    duration = group.unsigned(MAX_DURATION_NANOS / timestampScale) * timestampScale;
                    break;
                case MkvElements.REFERENCE_BLOCK:
                    if (referenceCount == MAX_REFERENCES) {
                        throw group.malformed("More than " + MAX_REFERENCES + " ReferenceBlocks");
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
                        referenceCount == 0,
                        false,
                        duration,
                        references);
            }
        }
    }

    private void addFrames(
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
            throw new MkvException(
                    MkvException.Kind.TOO_LARGE,
                    "More than " + MAX_FRAMES + " frames",
                    MkvElements.BLOCK,
                    start);
        }
        long step = defaultDuration(block.trackNumber());
        int[] sizes = block.frameSizes(bytes, start, end);
        // A BlockDuration is that of all laced frames together.
        long duration =
                blockDuration != Frame.UNKNOWN_DURATION
                        ? blockDuration / sizes.length
                        : step != 0 ? step : Frame.UNKNOWN_DURATION;
        long offset = block.relativeTimestamp() * timestampScale;
        int at = end;
        for (int size : sizes) {
            at -= size;
        }
        for (int size : sizes) {
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
                            bytes,
                            at,
                            size));
            at += size;
            offset += Math.max(duration, 0);
        }
    }

    private long defaultDuration(long trackNumber) {
        for (Track track : tracks) {
            if (track.number() == trackNumber) {
                return track.defaultDurationNanos();
            }
        }
        return 0;
    }
}
