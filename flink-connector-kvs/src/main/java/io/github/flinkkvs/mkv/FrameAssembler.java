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

/**
 * Puts the frames of an arriving fragment together, each as soon as its block is whole. Holds the
 * bytes of one block, and none of a block whose header says that it is not wanted.
 *
 * <p>Not thread-safe; {@link FragmentAssembler} tells it what the parser finds.
 */
final class FrameAssembler {

    private enum Block {
        /** Its header is not whole. */
        UNDECIDED,
        WANTED,
        UNWANTED
    }

    private final FrameFilter filter;
    private final PieceTimes times;
    private final int maxUnpackedBytes;

    /** The payload of the open SimpleBlock or BlockGroup. */
    private final ByteChunks payload = new ByteChunks();

    private final byte[] prefix = new byte[BlockHeader.MAX_LENGTH];
    private int prefixLength;
    private Block block = Block.UNDECIDED;

    /** When the open SimpleBlock or BlockGroup began to come. */
    private long blockNanos;

    private boolean inGroup;
    private long groupOffset;

    /** Where the bytes of the open BlockGroup begin in the buffer at hand. */
    private int groupFrom;

    private FragmentHandler handler;

    private FragmentHead head;
    private FrameReader reader;
    private FrameSelection selection;

    /**
     * @param maxBytes how many bytes a fragment may have
     */
    FrameAssembler(FrameFilter filter, PieceTimes times, int maxBytes) {
        this.filter = filter;
        this.times = times;
        this.maxUnpackedBytes = Math.min(maxBytes, FrameReader.MAX_UNPACKED_BYTES);
    }

    /** How many bytes are held. */
    int heldBytes() {
        return payload.length() + (head == null ? 0 : head.retainedBytes());
    }

    boolean isInFragment() {
        return head != null;
    }

    /** The fragment's media begins. */
    void begin(FragmentHead newHead) {
        head = newHead;
        reader = new FrameReader(newHead, maxUnpackedBytes, this::onDamage);
        selection = new FrameSelection(filter, newHead);
    }

    /** The fragment is over, or was given up. */
    void clear() {
        head = null;
        reader = null;
        selection = null;
        payload.clear();
        inGroup = false;
    }

    /** A new buffer is at hand. */
    void onInput(ByteBuffer in, FragmentHandler newHandler) {
        groupFrom = in.position();
        handler = newHandler;
    }

    private void onDamage(long trackNumber, int frames, MkvException problem) {
        if (selection.wants(trackNumber)) {
            handler.onDamagedBlock(head, trackNumber, frames, problem);
        }
    }

    /** Takes a slice of a Cluster's Timestamp. */
    void onTimestamp(MkvParser parser, ByteBuffer in) {
        if (reader == null) {
            // Nothing keeps it from being where no Cluster is.
            return;
        }
        if (parser.isFirstSlice()) {
            prefixLength = 0;
        }
        addToPrefix(parser, in);
        if (parser.isLastSlice()) {
            reader.onClusterTimestamp(prefix, 0, prefixLength);
        }
    }

    private void addToPrefix(MkvParser parser, ByteBuffer in) {
        int count = Math.min(parser.sliceLength(), prefix.length - prefixLength);
        int from = in.position() - parser.sliceLength();
        ByteChunks.copy(in, from, prefix, prefixLength, count);
        prefixLength += count;
    }

    /** The buffer at hand is used up. */
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
        byte[] bytes = payload.drain(in, groupFrom, in.position());
        reader.addBlockGroup(bytes, 0, bytes.length, groupOffset);
        emit();
    }

    /** Takes a slice of a SimpleBlock. */
    void onSimpleBlock(MkvParser parser, ByteBuffer in) throws MkvException {
        int to = in.position();
        int from = to - parser.sliceLength();
        if (parser.isFirstSlice()) {
            block = Block.UNDECIDED;
            blockNanos = times.beginningOf(parser.offset());
            prefixLength = 0;
            payload.clear();
        }
        if (block == Block.UNDECIDED) {
            decide(parser, in);
        }
        if (block == Block.UNWANTED) {
            return;
        }
        if (!parser.isLastSlice()) {
            payload.append(in, from, to);
            return;
        }
        byte[] bytes = payload.drain(in, from, to);
        reader.addSimpleBlock(bytes, 0, bytes.length, parser.offset());
        emit();
    }

    private void decide(MkvParser parser, ByteBuffer in) throws MkvException {
        addToPrefix(parser, in);
        if (prefixLength < prefix.length && !parser.isLastSlice()) {
            return;
        }
        BlockHeader header =
                BlockHeader.read(prefix, 0, prefixLength, parser.id(), parser.offset());
        if (selection.passesOver(header)) {
            block = Block.UNWANTED;
            payload.clear();
            reader.passOver(header.frameCount());
        } else {
            block = Block.WANTED;
        }
    }

    private void emit() {
        Arrival arrival = times.since(blockNanos);
        for (Frame frame : reader.frames()) {
            if (selection.select(frame)) {
                handler.onFrame(new FrameRecord(head, frame.withoutOtherBytes(), arrival));
            }
        }
        reader.frames().clear();
    }
}
