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
import io.github.flinkkvs.mkv.Frame;

import org.apache.flink.annotation.Internal;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/**
 * Consecutive fragments that one file can hold, and when each of their frames is shown in it. Times
 * begin at 0, and pauses remain, as with {@link MkvMerger}. Unlike a merger, a run has all its
 * fragments at hand, so its file declares a duration. Immutable.
 */
@Internal
public final class FragmentRun {

    /** Takes the frames of a run. */
    public interface FrameConsumer {

        /**
         * @param nanos when the frame is shown, in nanoseconds from the beginning of the file
         */
        void accept(Frame frame, long nanos);
    }

    /** A fragment at its place in the file. */
    private static final class Placed {
        final Fragment fragment;
        final FragmentLayout layout;

        /** In units of TimestampScale. */
        final long shift;

        /** When its first frame is shown and its last one ends, in nanoseconds. */
        final long beginNanos;

        final long endNanos;

        Placed(Fragment fragment, FragmentLayout layout, Timeline timeline) {
            this.fragment = fragment;
            this.layout = layout;
            this.shift = timeline.place(layout);
            this.beginNanos = layout.earliestNanos() + shift * layout.timestampScale;
            this.endNanos = timeline.end();
        }

        /** Where its timestamp is in the file. */
        long originNanos() {
            return layout.originNanos() + shift * layout.timestampScale;
        }
    }

    private final List<Placed> placed = new ArrayList<>();
    private final Continuity continuity = new Continuity();
    private final Timeline timeline = new Timeline(true);

    private FragmentRun() {}

    /**
     * Divides fragments into as few files as possible. Fragments without frames are left out.
     *
     * @param fragments with media, in order
     */
    public static List<FragmentRun> of(List<Fragment> fragments) {
        List<FragmentRun> runs = new ArrayList<>();
        FragmentRun run = null;
        for (Fragment fragment : fragments) {
            FragmentLayout layout = new FragmentLayout(fragment);
            if (layout.times.isEmpty()) {
                continue;
            }
            if (run == null || !run.continuity.accepts(layout)) {
                run = new FragmentRun();
                runs.add(run);
            }
            run.continuity.advance(layout);
            run.placed.add(new Placed(fragment, layout, run.timeline));
        }
        return runs;
    }

    /** At least one, in order. */
    public List<Fragment> fragments() {
        List<Fragment> fragments = new ArrayList<>(placed.size());
        placed.forEach(each -> fragments.add(each.fragment));
        return Collections.unmodifiableList(fragments);
    }

    /** The duration of the file, in nanoseconds. */
    public long durationNanos() {
        return timeline.end();
    }

    /** When the first frame is shown, in nanoseconds after the timestamp of its fragment. */
    public long beginOffsetNanos() {
        Placed first = placed.get(0);
        return first.beginNanos - first.originNanos();
    }

    /** When the last frame ends, in nanoseconds after the timestamp of the last fragment. */
    public long endOffsetNanos() {
        Placed last = placed.get(placed.size() - 1);
        return last.endNanos - last.originNanos();
    }

    /** How many frames it has. */
    public long frames() {
        return placed.stream().mapToLong(each -> each.layout.frames).sum();
    }

    /** How long nothing is shown between two fragments, at most, in nanoseconds. */
    public long longestPauseNanos() {
        long longest = 0;
        for (int i = 1; i < placed.size(); i++) {
            longest = Math.max(longest, placed.get(i).beginNanos - placed.get(i - 1).endNanos);
        }
        return longest;
    }

    /** The frames of all fragments in their order, without those that cannot be read. */
    public void forEachFrame(FrameConsumer consumer) {
        for (Placed each : placed) {
            long origin = each.shift * each.layout.timestampScale;
            for (Frame frame : each.fragment.frames((track, leftOut, problem) -> {})) {
                consumer.accept(frame, origin + each.layout.nanos(frame));
            }
        }
    }

    /**
     * The file as MKV, with the blocks as they are.
     *
     * @param audio how to declare tracks that declare themselves wrongly, by track number
     */
    public byte[] mkv(Map<Long, AudioDeclaration> audio) {
        Size size = new Size();
        try {
            write(size, audio);
            // With its exact size from the start, the file exists only once.
            byte[] file = new byte[Math.toIntExact(size.bytes)];
            write(new Into(file), audio);
            return file;
        } catch (IOException e) {
            throw new IllegalStateException("What was read once cannot be read again", e);
        }
    }

    private void write(OutputStream out, Map<Long, AudioDeclaration> audio) throws IOException {
        FragmentLayout first = placed.get(0).layout;
        double duration = (double) durationNanos() / first.timestampScale;
        out.write(MkvHeader.bytes(first.timestampScale, duration));
        out.write(MkvTracks.of(placed.get(0).fragment, audio));
        for (Placed each : placed) {
            each.layout.writeClusters(each.shift, out);
        }
    }

    /** Counts bytes. */
    private static final class Size extends OutputStream {
        long bytes;

        @Override
        public void write(int value) {
            bytes++;
        }

        @Override
        public void write(byte[] data, int offset, int length) {
            bytes += length;
        }
    }

    /** Writes into an array. */
    private static final class Into extends OutputStream {
        private final ByteBuffer file;

        Into(byte[] file) {
            this.file = ByteBuffer.wrap(file);
        }

        @Override
        public void write(int value) {
            file.put((byte) value);
        }

        @Override
        public void write(byte[] data, int offset, int length) {
            file.put(data, offset, length);
        }
    }
}
