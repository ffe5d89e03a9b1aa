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

/** Finds the frames in a fragment's bytes: SimpleBlocks, BlockGroups, and all modes of lacing. */
final class FrameReader {

    private static final long[] NO_REFERENCES = {};

    /** Longer BlockDurations would overflow frame times. */
    private static final long MAX_DURATION_NANOS = Long.MAX_VALUE / 2;

    private final byte[] bytes;
    private final long producerTimestampMillis;
    private final long timestampScale;
    private final List<Track> tracks;
    private final List<Frame> frames = new ArrayList<>();

    private FrameReader(Fragment fragment, byte[] bytes) {
        this.bytes = bytes;
        this.producerTimestampMillis = fragment.producerTimestampMillis();
        this.timestampScale = fragment.timestampScaleNanos();
        this.tracks = fragment.tracks();
    }

    static List<Frame> read(Fragment fragment, byte[] bytes) throws MkvException {
        FrameReader reader = new FrameReader(fragment, bytes);
        MkvParser parser = new MkvParser();
        ByteBuffer in = ByteBuffer.wrap(bytes);
        MkvParser.Event event;
        while ((event = parser.next(in)) != MkvParser.Event.NEED_INPUT) {
            if (event == MkvParser.Event.DATA && parser.id() == MkvElements.SIMPLE_BLOCK) {
                reader.addSimpleBlock(parser);
            } else if (event == MkvParser.Event.END && parser.id() == MkvElements.BLOCK_GROUP) {
                reader.addBlockGroup((int) parser.dataOffset(), in.position());
            }
        }
        return Collections.unmodifiableList(reader.frames);
    }

    private void addSimpleBlock(MkvParser parser) throws MkvException {
        int from = (int) parser.dataOffset();
        int to = from + parser.sliceLength();
        BlockHeader block = BlockHeader.read(bytes, from, to, parser.id(), parser.offset());
        addFrames(
                block,
                from,
                to,
                block.isKeyFrame(),
                block.isDiscardable(),
                Frame.UNKNOWN_DURATION,
                NO_REFERENCES);
    }

    private void addBlockGroup(int from, int to) throws MkvException {
        EbmlCursor group = new EbmlCursor(bytes, from, to, 0);
        long duration = Frame.UNKNOWN_DURATION;
        long[] references = NO_REFERENCES;
        int referenceCount = 0;
        while (group.next()) {
            switch (group.id()) {
                case MkvElements.BLOCK_DURATION:
                    duration = group.unsigned(MAX_DURATION_NANOS / timestampScale) * timestampScale;
                    break;
                case MkvElements.REFERENCE_BLOCK:
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
        EbmlCursor blocks = new EbmlCursor(bytes, from, to, 0);
        while (blocks.next()) {
            if (blocks.id() == MkvElements.BLOCK) {
                int start = blocks.dataStart();
                int end = blocks.dataEnd();
                addFrames(
                        BlockHeader.read(bytes, start, end, blocks.id(), blocks.offset()),
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
            int start,
            int end,
            boolean keyFrame,
            boolean discardable,
            long blockDuration,
            long[] references)
            throws MkvException {
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
                            frames.size(),
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
