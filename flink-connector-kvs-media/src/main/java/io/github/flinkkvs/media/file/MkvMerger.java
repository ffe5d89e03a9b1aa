/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.media.file;

import io.github.flinkkvs.mkv.Fragment;

import org.apache.flink.annotation.PublicEvolving;

import java.io.IOException;
import java.io.OutputStream;

/**
 * Makes one playable Matroska file of consecutive fragments: one header, one Segment, the Tracks of
 * the first fragment, and a Cluster for each Cluster of theirs. Blocks are copied byte for byte,
 * even those that cannot be read. Times begin at 0. Pauses remain, unless the merger leaves them
 * out. Tags are not copied.
 *
 * <p>A file is complete after each fragment. It is as large as it is written: nothing is kept but
 * the fragment at hand, so the file has neither a duration nor Cues.
 *
 * <p>Not thread-safe. The owner of the stream closes it.
 */
@PublicEvolving
public final class MkvMerger {

    private final OutputStream out;
    private final Continuity continuity = new Continuity();

    private final Timeline timeline;

    private boolean begun;
    private long frames;

    /** Writes to {@code out}, which should be buffered. */
    public MkvMerger(OutputStream out) {
        this(out, new Timeline(true));
    }

    private MkvMerger(OutputStream out, Timeline timeline) {
        this.out = out;
        this.timeline = timeline;
    }

    /**
     * A merger that leaves out the time between fragments, for streams that are mostly silent: each
     * fragment follows the one before it after the average time between frames. Times within a
     * fragment stay as they are, so its tracks stay in step.
     *
     * @param out should be buffered
     */
    public static MkvMerger withoutPauses(OutputStream out) {
        return new MkvMerger(out, new Timeline(false));
    }

    /**
     * Whether a fragment can continue this file: its tracks are the same, byte for byte, it is
     * later than the last fragment, by no more than a day, and none of its tracks goes back in
     * time. If not, begin a new file with it.
     *
     * @throws IllegalStateException if the fragment was read for its tags only
     */
    public boolean accepts(Fragment fragment) {
        return continuity.accepts(new FragmentLayout(fragment));
    }

    /**
     * Writes the next fragment if it can continue this file.
     *
     * @return false if {@link #accepts} returns false; then nothing was written
     * @throws IOException if writing fails; the file is then incomplete
     * @throws IllegalStateException if the fragment was read for its tags only
     */
    public boolean add(Fragment fragment) throws IOException {
        FragmentLayout layout = new FragmentLayout(fragment);
        if (!continuity.accepts(layout)) {
            return false;
        }
        if (!layout.clusters.isEmpty()) {
            if (!begun) {
                begin(layout);
            }
            layout.writeClusters(timeline.place(layout), out);
        }
        continuity.advance(layout);
        frames += layout.frames;
        return true;
    }

    /** The number of frames written. */
    public long frames() {
        return frames;
    }

    private void begin(FragmentLayout first) throws IOException {
        out.write(MkvHeader.bytes(first.timestampScale));
        if (first.tracks != null) {
            byte[] tracks = new byte[first.tracks.remaining()];
            first.tracks.duplicate().get(tracks);
            out.write(tracks);
        }
        begun = true;
    }
}
