/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.media.clip;

import io.github.flinkkvs.media.MediaException;
import io.github.flinkkvs.media.ffmpeg.FFmpegLibrary;
import io.github.flinkkvs.media.ffmpeg.Mp4Writer;
import io.github.flinkkvs.media.file.FragmentRun;
import io.github.flinkkvs.mkv.Fragment;
import io.github.flinkkvs.mkv.Frame;
import io.github.flinkkvs.mkv.Track;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/** A run of fragments as an MP4 file, with the frames as they are. */
final class Mp4File {

    /** The times and sizes of a track's frames. */
    private static final class Frames {
        final Frame first;
        private long[] nanos = new long[64];
        private int[] bytes = new int[64];
        private int count;

        Frames(Frame first) {
            this.first = first;
        }

        void add(long time, int size) {
            if (count == nanos.length) {
                nanos = Arrays.copyOf(nanos, 2 * count);
                bytes = Arrays.copyOf(bytes, 2 * count);
            }
            nanos[count] = time;
            bytes[count++] = size;
        }

        void giveTimesTo(Mp4Track track) {
            track.setTimes(Arrays.copyOf(nanos, count), Arrays.copyOf(bytes, count));
        }
    }

    private final byte[] bytes;
    private final boolean whole;

    private Mp4File(byte[] bytes, boolean whole) {
        this.bytes = bytes;
        this.whole = whole;
    }

    /**
     * @param maxBytes the limit of the file's size, not counting what the frames take more in MP4
     *     than in Matroska
     * @throws ClipException of the kinds {@code NOT_FOR_MP4} and {@code TOO_LARGE}
     * @throws MediaException if native libraries are missing
     */
    static Mp4File of(FragmentRun run, long maxBytes) {
        FFmpegLibrary.loadWithFiles();
        if (Mp4Writer.indexBytes(1, run.frames()) > maxBytes) {
            throw new ClipException(
                    ClipException.Kind.TOO_LARGE,
                    "The index of an MP4 file with "
                            + run.frames()
                            + " frames has more than "
                            + maxBytes
                            + " bytes");
        }
        try (Mp4Writer file = new Mp4Writer()) {
            return write(run, file);
        } catch (MediaException e) {
            throw new ClipException(
                    ClipException.Kind.NOT_FOR_MP4, e.getMessage() + ". Ask for MKV", e);
        }
    }

    private static Mp4File write(FragmentRun run, Mp4Writer file) {
        Map<Long, Frames> frames = new LinkedHashMap<>();
        run.forEachFrame(
                (frame, nanos) ->
                        frames.computeIfAbsent(frame.trackNumber(), number -> new Frames(frame))
                                .add(nanos, frame.sizeBytes()));
        Fragment first = run.fragments().get(0);
        Map<Long, Mp4Track> tracks = new LinkedHashMap<>();
        for (Track track : first.tracks()) {
            Frames own = frames.get(track.number());
            // A track that is declared again is the same track.
            if (own != null && !tracks.containsKey(track.number())) {
                Mp4Track added = Mp4Track.add(file, first, track, own.first);
                own.giveTimesTo(added);
                tracks.put(track.number(), added);
            }
        }
        if (tracks.isEmpty()) {
            throw new ClipException(
                    ClipException.Kind.NOT_FOR_MP4, "The frames belong to no declared track");
        }
        file.begin(run.frames());
        boolean[] leftOut = new boolean[1];
        run.forEachFrame(
                (frame, nanos) -> {
                    Mp4Track track = tracks.get(frame.trackNumber());
                    leftOut[0] |= track == null || !track.write(frame);
                });
        return new Mp4File(file.finish(), !leftOut[0]);
    }

    /** Not to be changed. */
    byte[] bytes() {
        return bytes;
    }

    /** Whether it has all frames; those that are damaged are left out. */
    boolean isWhole() {
        return whole;
    }
}
