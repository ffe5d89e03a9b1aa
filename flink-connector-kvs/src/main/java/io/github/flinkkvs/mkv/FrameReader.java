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
import java.util.List;

/** Finds the frames in a fragment's bytes: SimpleBlocks, BlockGroups, and all modes of lacing. */
final class FrameReader {

    private static final long[] NO_REFERENCES = {};

    private final byte[] bytes;
    private final ByteBuffer view;
    private final long producerTimestampMillis;
    private final long timestampScale;
    private final List<Track> tracks;
    private final List<Frame> frames = new ArrayList<>();

    private FrameReader(Fragment fragment, byte[] bytes) {
        this.bytes = bytes;
        this.view = ByteBuffer.wrap(bytes).asReadOnlyBuffer();
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
        return List.copyOf(reader.frames);
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
        BlockHeader block = null;
        int blockStart = 0;
        int blockEnd = 0;
        long duration = Frame.UNKNOWN_DURATION;
        long[] references = NO_REFERENCES;
        while (group.next()) {
            switch (group.id()) {
                case MkvElements.BLOCK:
                    blockStart = group.dataStart();
                    blockEnd = group.dataEnd();
                    block = BlockHeader.read(bytes, blockStart, blockEnd, group.id(), blockStart);
                    break;
                case MkvElements.BLOCK_DURATION:
                    duration = group.unsigned() * timestampScale;
                    break;
                case MkvElements.REFERENCE_BLOCK:
                    references = Arrays.copyOf(references, references.length + 1);
                    references[references.length - 1] = group.signed();
                    break;
                default:
                    break;
            }
        }
        if (block != null) {
            addFrames(
                    block,
                    blockStart,
                    blockEnd,
                    references.length == 0,
                    false,
                    duration,
                    references);
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
            ByteBuffer data = view.duplicate();
            data.limit(at + size).position(at);
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
                            data.slice().asReadOnlyBuffer()));
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
