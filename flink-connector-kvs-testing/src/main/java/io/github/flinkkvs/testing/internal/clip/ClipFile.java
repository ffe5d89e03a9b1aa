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

/**
 * Makes one MP4 file of fragments: an index, then the frames as they are. Frames keep their times.
 * But if a fragment begins in the first half of its predecessor, as server timestamps can say, it
 * is put behind it. Not thread-safe.
 */
public final class ClipFile {
    private static final int MILLIS_PER_SECOND = 1_000;
    private static final int[] UNITY_MATRIX = {0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000};

    private final List<ClipSamples> tracks = new ArrayList<>();
    private final ByteArrayOutputStream media = new ByteArrayOutputStream();
    private long firstStart;

    /** Those of the fragment that was added last, on the clock of the clip. */
    private long middle;

    private long end;

    /**
     * Adds a fragment.
     *
     * @param startMillis when it begins, on any clock that all fragments share
     * @param durationMillis how long it lasts
     * @throws ClipException if its media cannot be in this clip
     */
    public void add(byte[] document, long startMillis, long durationMillis) throws ClipException {
        ClipFragment fragment = ClipFragment.of(document);
        if (tracks.isEmpty()) {
            firstStart = startMillis;
            fragment.tracks.forEach(track -> tracks.add(new ClipSamples()));
        }
        long start = startMillis - firstStart;
        if (start < middle) {
            start = end;
        }
        for (int i = 0; i < Math.min(tracks.size(), fragment.tracks.size()); i++) {
            tracks.get(i)
                    .add(
                            fragment.tracks.get(i),
                            fragment.document,
                            fragment.frames.get(i),
                            start,
                            media);
        }
        middle = start + durationMillis / 2;
        end = start + durationMillis;
    }

    /** Its bytes. */
    public byte[] toByteArray() {
        byte[] type =
                new BoxWriter()
                        .box("ftyp", box -> box.ascii("isom").u32(0x200).ascii("isomiso6mp41"))
                        .toByteArray();
        // The offsets in the index depend on its size, and its size does not depend on them.
        int indexSize = index(0).length;
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        file.writeBytes(type);
        file.writeBytes(index(type.length + indexSize + 8));
        file.writeBytes(new BoxWriter().u32(8L + media.size()).ascii("mdat").toByteArray());
        file.writeBytes(media.toByteArray());
        return file.toByteArray();
    }

    private byte[] index(int mediaOffset) {
        long first = tracks.stream().mapToLong(ClipSamples::firstMillis).min().orElse(0);
        long duration =
                tracks.stream().mapToLong(ClipSamples::endMillis).max().orElse(first) - first;
        return new BoxWriter()
                .box(
                        "moov",
                        moov -> {
                            moov.fullBox("mvhd", 0, 0, box -> movieHeader(box, duration));
                            for (int i = 0; i < tracks.size(); i++) {
                                ClipSamples track = tracks.get(i);
                                int id = i + 1;
                                if (!track.isEmpty()) {
                                    moov.box(
                                            "trak",
                                            trak -> track(trak, track, id, first, mediaOffset));
                                }
                            }
                        })
                .toByteArray();
    }

    private void movieHeader(BoxWriter box, long duration) {
        box.u32(0).u32(0).u32(MILLIS_PER_SECOND).u32(duration);
        // Normal speed and volume.
        box.u32(0x10000).u16(0x100).zeros(10);
        matrix(box).zeros(24).u32(tracks.size() + 1);
    }

    private static BoxWriter matrix(BoxWriter box) {
        for (int value : UNITY_MATRIX) {
            box.u32(value);
        }
        return box;
    }

    private static void track(
            BoxWriter trak, ClipSamples track, int id, long first, int mediaOffset) {
        ClipTrack description = track.description();
        boolean video = description.codec.video;
        long duration = track.endMillis() - track.firstMillis();
        long delay = track.firstMillis() - first;
        trak.fullBox(
                "tkhd",
                0,
                3,
                box -> {
                    box.u32(0).u32(0).u32(id).u32(0).u32(delay + duration).zeros(12);
                    matrix(box.u16(video ? 0 : 0x100).u16(0));
                    box.u32((long) description.width() << 16);
                    box.u32((long) description.height() << 16);
                });
        if (delay > 0) {
            trak.box(
                    "edts",
                    edts ->
                            edts.fullBox(
                                    "elst",
                                    0,
                                    0,
                                    box -> {
                                        box.u32(2).u32(delay).u32(-1).u32(0x10000);
                                        box.u32(duration).u32(0).u32(0x10000);
                                    }));
        }
        trak.box(
                "mdia",
                mdia -> {
                    // Language: undetermined.
                    mdia.fullBox(
                            "mdhd",
                            0,
                            0,
                            box ->
                                    box.u32(0)
                                            .u32(0)
                                            .u32(MILLIS_PER_SECOND)
                                            .u32(duration)
                                            .u16(0x55C4)
                                            .u16(0));
                    mdia.fullBox(
                            "hdlr",
                            0,
                            0,
                            box -> box.u32(0).ascii(video ? "vide" : "soun").zeros(13));
                    mdia.box("minf", minf -> media(minf, track, video, mediaOffset));
                });
    }

    private static void media(BoxWriter minf, ClipSamples track, boolean video, int mediaOffset) {
        if (video) {
            minf.fullBox("vmhd", 0, 1, box -> box.zeros(8));
        } else {
            minf.fullBox("smhd", 0, 0, box -> box.zeros(4));
        }
        minf.box(
                "dinf",
                dinf ->
                        // The media are in this file.
                        dinf.fullBox(
                                "dref", 0, 0, box -> box.u32(1).fullBox("url ", 0, 1, url -> {})));
        minf.box("stbl", stbl -> track.writeTables(stbl, mediaOffset));
    }
}
