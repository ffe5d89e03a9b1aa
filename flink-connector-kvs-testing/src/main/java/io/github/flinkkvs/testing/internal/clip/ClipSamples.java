/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.testing.internal.clip;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;

/** The samples of one track of a clip, and the tables that describe them. Not thread-safe. */
final class ClipSamples {
    private final List<ClipTrack> descriptions = new ArrayList<>();
    private final List<ClipFragment.Frame> frames = new ArrayList<>();

    /** When each frame is shown. */
    private final List<Long> times = new ArrayList<>();

    /** For each chunk: its offset in the media, its number of frames, its description. */
    private final List<int[]> chunks = new ArrayList<>();

    /** Adds the frames of a fragment as a chunk. */
    void add(
            ClipTrack track,
            byte[] document,
            List<ClipFragment.Frame> added,
            long startMillis,
            ByteArrayOutputStream media) {
        if (added.isEmpty()) {
            return;
        }
        chunks.add(new int[] {media.size(), added.size(), description(track)});
        for (ClipFragment.Frame frame : added) {
            frames.add(frame);
            times.add(startMillis + frame.millis);
            media.write(document, frame.offset, frame.length);
        }
    }

    /** The index of its sample entry, from 1. */
    private int description(ClipTrack track) {
        for (int i = 0; i < descriptions.size(); i++) {
            if (descriptions.get(i).same(track)) {
                return i + 1;
            }
        }
        descriptions.add(track);
        return descriptions.size();
    }

    boolean isEmpty() {
        return frames.isEmpty();
    }

    /** That of the first frame. */
    ClipTrack description() {
        return descriptions.get(0);
    }

    /** When the first frame is shown; far away if there is none. */
    long firstMillis() {
        return times.stream().mapToLong(time -> time).min().orElse(Long.MAX_VALUE);
    }

    /** When the last frame ends, as far as frames tell. */
    long endMillis() {
        if (isEmpty()) {
            return Long.MIN_VALUE;
        }
        long[] decoded = decodingTimes();
        int last = decoded.length - 1;
        return decoded[last] + (last == 0 ? 1 : Math.max(1, decoded[last] - decoded[last - 1]));
    }

    /** Frames are decoded in the order in which they lie, at the times at which some are shown. */
    private long[] decodingTimes() {
        return times.stream().mapToLong(time -> time).sorted().toArray();
    }

    void writeTables(BoxWriter stbl, int mediaOffset) {
        long[] decoded = decodingTimes();
        long end = endMillis();
        stbl.fullBox(
                "stsd",
                0,
                0,
                box -> {
                    box.u32(descriptions.size());
                    descriptions.forEach(track -> track.writeEntry(box));
                });
        stbl.fullBox(
                "stts",
                0,
                0,
                box ->
                        runs(
                                box,
                                LongStream.range(0, decoded.length)
                                        .map(i -> duration(decoded, (int) i, end))));
        boolean reordered = false;
        for (int i = 0; i < decoded.length; i++) {
            reordered |= decoded[i] != times.get(i);
        }
        if (reordered) {
            // Version 1: a frame may be shown before the time at which it is decoded here.
            stbl.fullBox(
                    "ctts",
                    1,
                    0,
                    box ->
                            runs(
                                    box,
                                    LongStream.range(0, decoded.length)
                                            .map(i -> times.get((int) i) - decoded[(int) i])));
        }
        keyFrames(stbl);
        stbl.fullBox("stsc", 0, 0, this::chunkSizes);
        stbl.fullBox(
                "stsz",
                0,
                0,
                box -> {
                    box.u32(0).u32(frames.size());
                    frames.forEach(frame -> box.u32(frame.length));
                });
        stbl.fullBox(
                "stco",
                0,
                0,
                box -> {
                    box.u32(chunks.size());
                    chunks.forEach(chunk -> box.u32(mediaOffset + chunk[0]));
                });
    }

    private static long duration(long[] decoded, int index, long end) {
        return (index + 1 < decoded.length ? decoded[index + 1] : end) - decoded[index];
    }

    private void keyFrames(BoxWriter stbl) {
        if (!description().codec.video || frames.stream().allMatch(frame -> frame.key)) {
            return;
        }
        stbl.fullBox(
                "stss",
                0,
                0,
                box -> {
                    box.u32(frames.stream().filter(frame -> frame.key).count());
                    for (int i = 0; i < frames.size(); i++) {
                        if (frames.get(i).key) {
                            box.u32(i + 1);
                        }
                    }
                });
    }

    private void chunkSizes(BoxWriter box) {
        box.u32(chunks.size());
        for (int i = 0; i < chunks.size(); i++) {
            box.u32(i + 1).u32(chunks.get(i)[1]).u32(chunks.get(i)[2]);
        }
    }

    /** A table of values, each with how often it comes in a row. */
    private static void runs(BoxWriter box, LongStream values) {
        List<long[]> runs = new ArrayList<>();
        values.forEach(
                value -> {
                    if (runs.isEmpty() || runs.get(runs.size() - 1)[1] != value) {
                        runs.add(new long[] {0, value});
                    }
                    runs.get(runs.size() - 1)[0]++;
                });
        box.u32(runs.size());
        runs.forEach(run -> box.u32(run[0]).u32(run[1]));
    }
}
