/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.mkv.assembler;

import io.github.flinkkvs.mkv.parser.BlockHeader;
import io.github.flinkkvs.mkv.parser.Bytes;
import io.github.flinkkvs.mkv.parser.MkvException;
import io.github.flinkkvs.mkv.parser.MkvParser;

import javax.annotation.Nullable;

import java.nio.ByteBuffer;

/**
 * Reads the header of each block that arrives, once, as soon as its bytes are there. Counting,
 * filtering and reading frames all use this one header. Not thread-safe.
 */
final class BlockPrefix {

    /** The first bytes of a block that arrives in several slices. */
    private final byte[] bytes = new byte[BlockHeader.MAX_LENGTH];

    private int length;
    private final BlockHeader header = new BlockHeader();
    private boolean known;

    /**
     * Takes a slice of the payload of a SimpleBlock or Block.
     *
     * @throws MkvException with the last slice, if the block has no valid header: so the error does
     *     not depend on how the bytes were cut
     */
    void onSlice(MkvParser parser, ByteBuffer in) throws MkvException {
        boolean first = parser.isFirstSlice();
        boolean last = parser.isLastSlice();
        if (first && last && in.hasArray()) {
            int to = in.arrayOffset() + in.position();
            read(in.array(), to - parser.sliceLength(), to, parser);
        } else {
            if (first) {
                known = false;
                length = 0;
            }
            if (!known && length < bytes.length) {
                append(parser, in);
            }
        }
        if (last && !known) {
            throw header.problem();
        }
    }

    private void append(MkvParser parser, ByteBuffer in) {
        int count = Math.min(parser.sliceLength(), bytes.length - length);
        Bytes.copy(in, in.position() - parser.sliceLength(), bytes, length, count);
        length += count;
        if (length == bytes.length || parser.isLastSlice()) {
            read(bytes, 0, length, parser);
        }
    }

    private void read(byte[] array, int from, int to, MkvParser parser) {
        known = header.tryRead(array, from, to, parser.id(), parser.offset());
    }

    /** The header; null until it is known. It changes with the next block. */
    @Nullable
    BlockHeader header() {
        return known ? header : null;
    }
}
