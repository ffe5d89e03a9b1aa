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
import io.github.flinkkvs.mkv.parser.MkvException;

import org.apache.flink.annotation.Internal;

import javax.annotation.Nullable;

import java.util.function.Consumer;

/**
 * Reads the frames of one fragment block by block and keeps those that a {@link FrameFilter} wants.
 * Not thread-safe.
 */
@Internal
public final class WantedFrames {

    private final FragmentHead head;
    private final FrameSelection selection;
    private final FrameReader reader;

    /**
     * @param maxFragmentBytes the limit of the fragment's size in bytes, also for its unpacked
     *     frames
     * @param damage called for each block of a wanted track that cannot be read
     */
    public WantedFrames(
            FragmentHead head, FrameFilter filter, int maxFragmentBytes, BlockDamage damage) {
        this.head = head;
        this.selection = filter.selectFrom(head);
        this.reader =
                new FrameReader(
                        head,
                        Math.min(maxFragmentBytes, FrameReader.MAX_UNPACKED_BYTES),
                        (track, frames, problem) -> {
                            if (selection.wants(track)) {
                                damage.onDamagedBlock(track, frames, problem);
                            }
                        });
    }

    /** The fragment that the frames belong to. */
    public FragmentHead head() {
        return head;
    }

    /** Takes the payload of a Cluster's Timestamp; the blocks of that Cluster follow. */
    public void onClusterTimestamp(byte[] bytes, int from, int to) {
        reader.onClusterTimestamp(bytes, from, to);
    }

    /**
     * Whether no frame of a SimpleBlock is wanted. Its frames are counted then, and its payload is
     * not needed.
     */
    public boolean passesOver(BlockHeader block) {
        if (!selection.passesOver(block)) {
            return false;
        }
        reader.passOver(block.frameCount());
        return true;
    }

    /** Takes the header and the payload of a SimpleBlock. */
    public void onSimpleBlock(BlockHeader header, byte[] payload) {
        reader.addSimpleBlock(header, payload, 0, payload.length);
    }

    /**
     * Takes the payload of a BlockGroup.
     *
     * @param dataOffset where the payload begins, for messages
     */
    public void onBlockGroup(byte[] payload, long dataOffset) throws MkvException {
        reader.addBlockGroup(payload, 0, payload.length, dataOffset);
    }

    /** Hands out the wanted frames of the last block. */
    public void handOut(@Nullable Arrival arrival, Consumer<FrameRecord> frames) {
        for (Frame frame : reader.frames()) {
            if (selection.select(frame)) {
                frames.accept(new FrameRecord(head, frame.withoutOtherBytes(), arrival));
            }
        }
        reader.frames().clear();
    }
}
