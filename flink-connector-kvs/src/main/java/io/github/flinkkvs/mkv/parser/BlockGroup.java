/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.mkv.parser;

import org.apache.flink.annotation.Internal;

import javax.annotation.Nullable;

import java.util.Arrays;

/** What a BlockGroup says about the frames of its Block. Immutable. */
@Internal
public final class BlockGroup {

    /** The value of {@link #durationNanos()} if the group declares none. */
    public static final long NO_DURATION = -1;

    /** Above this limit, frame times would overflow. */
    private static final long MAX_DURATION_NANOS = Long.MAX_VALUE / 2;

    /**
     * The limit of ReferenceBlocks of a frame. An empty one takes 2 bytes in the document and 8 in
     * memory, so a fragment could consist of them. Codecs need a few dozen.
     */
    public static final int MAX_REFERENCES = 1024;

    private static final long[] NO_REFERENCES = {};

    /** For the frames of a SimpleBlock, which has none of these elements. */
    public static final BlockGroup NONE = new BlockGroup(NO_DURATION, NO_REFERENCES, null);

    private final long durationNanos;
    private final long[] references;
    @Nullable private final MkvException problem;

    private BlockGroup(long durationNanos, long[] references, @Nullable MkvException problem) {
        this.durationNanos = durationNanos;
        this.references = references;
        this.problem = problem;
    }

    /** Reads the children of a BlockGroup; what is malformed becomes a {@link #problem()}. */
    public static BlockGroup read(EbmlCursor group, long timestampScale) {
        long duration = NO_DURATION;
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
            return new BlockGroup(NO_DURATION, NO_REFERENCES, e);
        }
        return new BlockGroup(duration, Arrays.copyOf(references, count), null);
    }

    /** BlockDuration in nanoseconds; {@link #NO_DURATION} if it is absent. */
    public long durationNanos() {
        return durationNanos;
    }

    /** ReferenceBlocks; not to be changed. */
    public long[] references() {
        return references;
    }

    /** Why the frames of the group cannot be read; null if they can. */
    @Nullable
    public MkvException problem() {
        return problem;
    }
}
