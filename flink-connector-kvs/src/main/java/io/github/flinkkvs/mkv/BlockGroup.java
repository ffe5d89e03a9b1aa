/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.mkv;

import io.github.flinkkvs.mkv.parser.EbmlCursor;
import io.github.flinkkvs.mkv.parser.MkvElements;
import io.github.flinkkvs.mkv.parser.MkvException;

import javax.annotation.Nullable;

import java.util.Arrays;

/** What a BlockGroup says about the frames of its Block. Immutable. */
final class BlockGroup {

    /** Above this limit, frame times would overflow. */
    private static final long MAX_DURATION_NANOS = Long.MAX_VALUE / 2;

    /**
     * The limit of ReferenceBlocks of a frame. An empty one takes 2 bytes in the document and 8 in
     * memory, so a fragment could consist of them. Codecs need a few dozen.
     */
    static final int MAX_REFERENCES = 1024;

    private static final long[] NO_REFERENCES = {};

    /** For the frames of a SimpleBlock, which has none of these elements. */
    static final BlockGroup NONE = new BlockGroup(Frame.UNKNOWN_DURATION, NO_REFERENCES, null);

    private final long durationNanos;
    private final long[] references;
    @Nullable private final MkvException problem;

    private BlockGroup(long durationNanos, long[] references, @Nullable MkvException problem) {
        this.durationNanos = durationNanos;
        this.references = references;
        this.problem = problem;
    }

    /** Reads the children of a BlockGroup; what is malformed becomes a {@link #problem()}. */
    static BlockGroup read(EbmlCursor group, long timestampScale) {
        long duration = Frame.UNKNOWN_DURATION;
        long[] references = NO_REFERENCES;
        int count = 0;
        try {
            while (group.next()) {
                switch (group.id()) {
                    case MkvElements.BLOCK_DURATION:
                        // An empty one stands for its default: the duration that the track
                        // declares.
                        if (!group.isEmpty()) {
                            duration =
                                    group.unsigned(MAX_DURATION_NANOS / timestampScale)
                                            * timestampScale;
                        }
                        break;
                    case MkvElements.REFERENCE_BLOCK:
                        if (count == MAX_REFERENCES) {
                            throw group.malformed(
                                    "More than " + MAX_REFERENCES + " ReferenceBlocks");
                        }
                        if (count == references.length) {
                            references = Arrays.copyOf(references, 2 * count + 1);
                        }
                        references[count++] = group.signed();
                        break;
                    default:
                        break;
                }
            }
        } catch (MkvException e) {
            return new BlockGroup(Frame.UNKNOWN_DURATION, NO_REFERENCES, e);
        }
        return new BlockGroup(duration, Arrays.copyOf(references, count), null);
    }

    /** BlockDuration in nanoseconds; {@link Frame#UNKNOWN_DURATION} if it is absent. */
    long durationNanos() {
        return durationNanos;
    }

    /** ReferenceBlocks; not to be changed. */
    long[] references() {
        return references;
    }

    /** Why the frames of the group cannot be read; null if they can. */
    @Nullable
    MkvException problem() {
        return problem;
    }
}
