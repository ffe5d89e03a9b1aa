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
import io.github.flinkkvs.mkv.parser.MkvException;
import io.github.flinkkvs.mkv.parser.MkvParser;

import javax.annotation.Nullable;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Finds what a merger copies from a fragment: the Tracks, and the blocks of each Cluster. */
final class FragmentLayout {

    private static final int TRACKS = 0x1654AE6B;
    private static final int CLUSTER = 0x1F43B675;
    private static final int TIMESTAMP = 0xE7;
    private static final int SIMPLE_BLOCK = 0xA3;
    private static final int BLOCK_GROUP = 0xA0;

    private static final int MAX_BUFFER_BYTES = 1 << 16;

    /** A Cluster's time, in units of TimestampScale, and where its blocks are. */
    static final class Cluster {
        long timestamp;
        long blockBytes;

        /** Pairs of begin and end; adjacent blocks are one range. */
        private int[] ranges = new int[2];

        private int count;

        private void add(int from, int to) {
            blockBytes += to - from;
            if (count > 0 && ranges[count - 1] == from) {
                ranges[count - 1] = to;
                return;
            }
            if (count == ranges.length) {
                ranges = Arrays.copyOf(ranges, 2 * count);
            }
            ranges[count++] = from;
            ranges[count++] = to;
        }
    }

    /** When the frames of a track are shown, in nanoseconds of the producer's clock. */
    static final class TrackTimes {

        /** The time of the frame that comes first in the fragment. */
        final long first;

        private long earliest;
        private long latest;
        private int frames;

        private TrackTimes(long first) {
            this.first = first;
            this.earliest = first;
            this.latest = first;
        }

        private void add(long time) {
            earliest = Math.min(earliest, time);
            latest = Math.max(latest, time);
            frames++;
        }

        long earliest() {
            return earliest;
        }

        long latest() {
            return latest;
        }

        /** The average step from frame to frame; 0 if all frames have the same time. */
        long step() {
            return (latest - earliest) / Math.max(1, frames - 1);
        }
    }

    /** The whole element; null if there is none. */
    @Nullable ByteBuffer tracks;

    /** What is in it: the form of its size is not the producer's in each kind of archived media. */
    @Nullable ByteBuffer declarations;

    final List<Cluster> clusters = new ArrayList<>();
    final long timestampScale;
    final int frames;

    /** Times of each track with frames. */
    final Map<Long, TrackTimes> times = new HashMap<>();

    /** How long before its Cluster the earliest frame is, in units of TimestampScale. */
    final long lead;

    /** The time of the first Cluster, in nanoseconds of the producer's clock. */
    private final long origin;

    private final ByteBuffer document;

    FragmentLayout(Fragment fragment) {
        timestampScale = fragment.timestampScaleNanos();
        document = fragment.bytes();
        try {
            find();
        } catch (MkvException e) {
            throw new IllegalStateException("What was read once cannot be read again", e);
        }
        origin = clusters.isEmpty() ? 0 : clusters.get(0).timestamp * timestampScale;
        // Blocks that cannot be read are copied, too; the times are those of the others.
        List<Frame> all = fragment.frames((track, leftOut, problem) -> {});
        long earliest = 0;
        for (Frame frame : all) {
            long time = nanos(frame);
            times.computeIfAbsent(frame.trackNumber(), track -> new TrackTimes(time)).add(time);
            earliest = Math.min(earliest, frame.offsetNanos());
        }
        frames = all.size();
        lead = -Math.floorDiv(earliest, timestampScale);
    }

    /** The fragment's timestamp, in nanoseconds of its Clusters' times. */
    long originNanos() {
        return origin;
    }

    /** When a frame of the fragment is shown, in nanoseconds of the producer's clock. */
    long nanos(Frame frame) {
        return origin + frame.offsetNanos();
    }

    /** When the first of its frames is shown, in nanoseconds of the producer's clock. */
    long earliestNanos() {
        return times.values().stream().mapToLong(TrackTimes::earliest).min().orElse(origin);
    }

    /**
     * Writes the Clusters with their blocks as they are.
     *
     * @param shift how far to move their times, in units of TimestampScale
     */
    void writeClusters(long shift, OutputStream out) throws IOException {
        for (Cluster cluster : clusters) {
            // A later Cluster may declare a time before the first one: it then begins with the
            // first one.
            out.write(
                    MkvHeader.cluster(Math.max(0, cluster.timestamp + shift), cluster.blockBytes));
            writeBlocks(cluster, out);
        }
    }

    private void writeBlocks(Cluster cluster, OutputStream out) throws IOException {
        byte[] buffer = new byte[(int) Math.min(MAX_BUFFER_BYTES, cluster.blockBytes)];
        ByteBuffer bytes = document.duplicate();
        for (int i = 0; i < cluster.count; i += 2) {
            bytes.limit(cluster.ranges[i + 1]).position(cluster.ranges[i]);
            while (bytes.hasRemaining()) {
                int length = Math.min(bytes.remaining(), buffer.length);
                bytes.get(buffer, 0, length);
                out.write(buffer, 0, length);
            }
        }
    }

    private void find() throws MkvException {
        MkvParser parser = new MkvParser();
        ByteBuffer in = document.duplicate();
        Cluster cluster = null;
        MkvParser.Event event;
        while ((event = parser.next(in)) != MkvParser.Event.NEED_INPUT) {
            int id = parser.id();
            if (event == MkvParser.Event.START && id == CLUSTER) {
                // Clusters without blocks do not matter, except for the time of the first one.
                if (cluster == null || cluster.count > 0 || clusters.size() == 1) {
                    cluster = new Cluster();
                    clusters.add(cluster);
                }
                cluster.timestamp = 0;
            } else if (event == MkvParser.Event.DATA && id == TRACKS && tracks == null) {
                tracks = element((int) parser.offset(), in);
                declarations = element((int) parser.dataOffset(), in);
            } else if (event == MkvParser.Event.DATA && id == TIMESTAMP && cluster != null) {
                for (int at = (int) parser.dataOffset(); at < in.position(); at++) {
                    cluster.timestamp = cluster.timestamp << 8 | document.get(at) & 0xFF;
                }
            } else if (cluster != null
                    && (event == MkvParser.Event.DATA && id == SIMPLE_BLOCK
                            || event == MkvParser.Event.END && id == BLOCK_GROUP)) {
                cluster.add((int) parser.offset(), in.position());
            }
        }
    }

    /** From there to the position of the parser. */
    private ByteBuffer element(int from, ByteBuffer in) {
        ByteBuffer element = document.duplicate();
        element.limit(in.position()).position(from);
        return element.slice();
    }
}
