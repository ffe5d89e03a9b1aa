/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.mkv.assembler;

import io.github.flinkkvs.mkv.FragmentHead;
import io.github.flinkkvs.mkv.FrameFilter;
import io.github.flinkkvs.mkv.FrameRecord;
import io.github.flinkkvs.mkv.WantedFrames;
import io.github.flinkkvs.mkv.parser.BlockHeader;
import io.github.flinkkvs.mkv.parser.Bytes;
import io.github.flinkkvs.mkv.parser.MkvException;
import io.github.flinkkvs.mkv.parser.MkvParser;

import javax.annotation.Nullable;

import java.nio.ByteBuffer;
import java.util.function.Consumer;

/**
 * Hands out the frames of an arriving fragment, each as soon as its block is complete. Holds the
 * bytes of at most one block, and none of a block whose header the filter rejects.
 *
 * <p>Not thread-safe; {@link FragmentAssembler} reports to it what the parser finds.
 */
final class FrameAssembler {

    private static final byte[] NOTHING = {};

    private enum Block {
        /** Its header is not complete. */
        UNDECIDED,
        WANTED,
        UNWANTED
    }

    private final FrameFilter filter;
    private final PieceTimes times;
    private final int maxBytes;

    /** The payload of the open SimpleBlock or BlockGroup. */
    private final ByteChunks payload = new ByteChunks();

    /** The payload of a Cluster's Timestamp; a longer payload is not a number. */
    private final byte[] timestamp = new byte[9];

    private int timestampLength;
    private Block block = Block.UNDECIDED;

    /** When the first byte of the open SimpleBlock or BlockGroup arrived. */
    private long blockNanos;

    private boolean inGroup;
    private long groupOffset;

    /** Where the bytes of the open BlockGroup begin in the current buffer. */
    private int groupFrom;

    private FragmentHandler handler;

    /** One object for all blocks. */
    private final Consumer<FrameRecord> toHandler = frame -> handler.onFrame(frame);

    /** Null between fragments, and before the media of one. */
    @Nullable private WantedFrames wanted;

    /**
     * @param maxBytes the limit of a fragment's size in bytes
     */
    FrameAssembler(FrameFilter filter, PieceTimes times, int maxBytes) {
        this.filter = filter;
        this.times = times;
        this.maxBytes = maxBytes;
    }

    /** The number of bytes held. */
    int heldBytes() {
        return payload.length() + (wanted == null ? 0 : wanted.head().retainedBytes());
    }

    boolean isInFragment() {
        return wanted != null;
    }

    /** The media of a fragment begins. */
    void begin(FragmentHead head) {
        wanted =
                new WantedFrames(
                        head,
                        filter,
                        maxBytes,
                        (track, frames, problem) ->
                                handler.onDamagedBlock(head, track, frames, problem));
    }

    /** The fragment ended or was dropped. */
    void clear() {
        wanted = null;
        payload.clear();
        inGroup = false;
    }

    /** A new buffer arrived. */
    void onInput(ByteBuffer in, FragmentHandler newHandler) {
        groupFrom = in.position();
        handler = newHandler;
    }

    /** Takes a slice of a Cluster's Timestamp. */
    void onTimestamp(MkvParser parser, ByteBuffer in) {
        if (wanted == null) {
            // A malformed document can have a Timestamp outside a Cluster.
            return;
        }
        if (parser.isFirstSlice()) {
            timestampLength = 0;
        }
        int count = Math.min(parser.sliceLength(), timestamp.length - timestampLength);
        int from = in.position() - parser.sliceLength();
        Bytes.copy(in, from, timestamp, timestampLength, count);
        timestampLength += count;
        if (parser.isLastSlice()) {
            wanted.onClusterTimestamp(timestamp, 0, timestampLength);
        }
    }

    /** The current buffer was consumed. */
    void keep(ByteBuffer in) {
        if (inGroup) {
            payload.append(in, groupFrom, in.position());
        }
    }

    void beginGroup(MkvParser parser, ByteBuffer in) {
        inGroup = true;
        groupOffset = parser.dataOffset();
        blockNanos = times.beginningOf(parser.offset());
        groupFrom = in.position();
        payload.clear();
    }

    void endGroup(ByteBuffer in) throws MkvException {
        inGroup = false;
        byte[] bytes = payload.drain(NOTHING, in, groupFrom, in.position());
        wanted.onBlockGroup(bytes, groupOffset);
        emit();
    }

    /**
     * Takes a slice of a SimpleBlock.
     *
     * @param header null until it is known
     */
    void onSimpleBlock(MkvParser parser, ByteBuffer in, @Nullable BlockHeader header)
            throws MkvException {
        int to = in.position();
        int from = to - parser.sliceLength();
        if (parser.isFirstSlice()) {
            block = Block.UNDECIDED;
            blockNanos = times.beginningOf(parser.offset());
            payload.clear();
        }
        if (block == Block.UNDECIDED && header != null) {
            decide(header);
        }
        if (block == Block.UNWANTED) {
            return;
        }
        if (!parser.isLastSlice()) {
            payload.append(in, from, to);
            return;
        }
        wanted.onSimpleBlock(header, payload.drain(NOTHING, in, from, to));
        emit();
    }

    private void decide(BlockHeader header) {
        if (wanted.passesOver(header)) {
            block = Block.UNWANTED;
            payload.clear();
        } else {
            block = Block.WANTED;
        }
    }

    private void emit() {
        wanted.handOut(times.since(blockNanos), toHandler);
    }
}
