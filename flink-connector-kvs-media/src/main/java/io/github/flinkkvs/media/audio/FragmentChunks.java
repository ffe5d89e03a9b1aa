/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.media.audio;

import io.github.flinkkvs.media.audio.codec.AudioCoding;
import io.github.flinkkvs.media.audio.codec.TrackCoding;
import io.github.flinkkvs.mkv.Fragment;
import io.github.flinkkvs.mkv.Frame;
import io.github.flinkkvs.mkv.Track;
import io.github.flinkkvs.mkv.document.MkvElement;
import io.github.flinkkvs.mkv.parser.MkvException;

import javax.annotation.Nullable;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Extracts the audio of a fragment. */
final class FragmentChunks {

    /**
     * The limit of pieces into which jumps of time cut a fragment; each becomes a part of a call. A
     * fragment is some seconds long, and a clock is rarely set.
     */
    static final int MAX_PIECES = 64;

    private FragmentChunks() {}

    /**
     * The audio of a fragment, one chunk for each track. What cannot be found, or has no decoder
     * here, is left out and counted.
     *
     * @param mimeType the call's tag MimeType; null if it has none
     * @param wanted the names of tracks to take; all if it is empty
     */
    static List<AudioChunk> of(
            Fragment fragment, @Nullable String mimeType, Set<String> wanted, AudioDamage damage) {
        Map<String, Track> tracks = AudioTracks.withFrames(fragment, wanted);
        if (tracks.isEmpty()) {
            return List.of();
        }
        String fragmentNumber = fragment.number().toString();
        String stream = fragment.streamName();
        Map<Long, String> names = new HashMap<>();
        Map<Long, List<Frame>> frames = new HashMap<>();
        tracks.forEach(
                (name, track) -> {
                    names.put(track.number(), name);
                    frames.put(track.number(), new ArrayList<>());
                });
        List<Frame> all =
                fragment.frames(
                        (number, leftOut, problem) -> {
                            String name = names.get(number);
                            if (name != null) {
                                String what = problem.getMessage();
                                damage.add(leftOut, name, fragmentNumber, stream, what);
                            }
                        });
        for (Frame frame : all) {
            List<Frame> own = frames.get(frame.trackNumber());
            if (own != null) {
                own.add(frame);
            }
        }
        Map<Long, Long> delays = codecDelays(fragment);
        List<AudioChunk> chunks = new ArrayList<>();
        tracks.forEach(
                (name, track) -> {
                    List<Frame> own = frames.get(track.number());
                    if (own.isEmpty()) {
                        return;
                    }
                    try {
                        long delay = delays.getOrDefault(track.number(), 0L);
                        AudioCoding coding =
                                TrackCoding.of(
                                        track,
                                        mimeType,
                                        CallTracks.areConnects(track),
                                        delay,
                                        bytes(own.get(0)));
                        chunks.add(AudioChunk.of(name, fragmentNumber, coding, own));
                    } catch (IllegalArgumentException e) {
                        damage.add(own.size(), name, fragmentNumber, stream, e.getMessage());
                    }
                });
        return chunks;
    }

    /** CodecDelay of the tracks that have one, in nanoseconds, by their numbers. */
    private static Map<Long, Long> codecDelays(Fragment fragment) {
        Map<Long, Long> delays = new HashMap<>();
        try {
            MkvElement tracks = fragment.document().child("Segment/Tracks");
            if (tracks != null) {
                for (MkvElement entry : tracks.children("TrackEntry")) {
                    MkvElement number = entry.child("TrackNumber");
                    MkvElement delay = entry.child("CodecDelay");
                    if (number != null && delay != null) {
                        delays.put(number.longValue(), Math.max(0, delay.longValue()));
                    }
                }
            }
        } catch (MkvException e) {
            // An unreadable delay counts as none.
            return Map.of();
        }
        return delays;
    }

    private static byte[] bytes(Frame frame) {
        byte[] bytes = new byte[frame.sizeBytes()];
        frame.data().get(bytes);
        return bytes;
    }

    /**
     * The chunks of a fragment, cut where the time of its frames jumps: frames far apart in time
     * are not the same recording. Earlier pieces come first. Frames after {@link #MAX_PIECES}
     * pieces are left out and counted.
     *
     * @param longestMillis the longest step of time that is not a jump
     * @param stream its name
     */
    static List<List<AudioChunk>> cutAtJumps(
            List<AudioChunk> fragment, long longestMillis, String stream, AudioDamage damage) {
        long[] times = times(fragment);
        Arrays.sort(times);
        long[] begins = new long[times.length];
        int pieces = 0;
        for (int i = 0; i < times.length; i++) {
            long step = i == 0 ? -1 : times[i] - times[i - 1];
            if (step > longestMillis || step < 0) {
                begins[pieces++] = times[i];
            }
        }
        if (pieces <= 1) {
            return fragment.isEmpty() ? List.of() : List.of(fragment);
        }
        List<List<AudioChunk>> cut = new ArrayList<>();
        for (int i = 0; i < Math.min(pieces, MAX_PIECES); i++) {
            cut.add(new ArrayList<>());
        }
        for (AudioChunk chunk : fragment) {
            int behind = cut(chunk, begins, pieces, cut);
            chunk.countAs(
                    damage,
                    behind,
                    stream,
                    "the time of a fragment jumps more than " + MAX_PIECES + " times");
        }
        cut.removeIf(List::isEmpty);
        return cut;
    }

    private static long[] times(List<AudioChunk> fragment) {
        int frames = 0;
        for (AudioChunk chunk : fragment) {
            frames += chunk.frames();
        }
        long[] times = new long[frames];
        int at = 0;
        for (AudioChunk chunk : fragment) {
            for (int i = 0; i < chunk.frames(); i++) {
                times[at++] = chunk.millis(i);
            }
        }
        return times;
    }

    /**
     * Adds the frames of each piece of time to that piece.
     *
     * @return how many frames are after the last piece
     */
    private static int cut(
            AudioChunk chunk, long[] begins, int pieces, List<List<AudioChunk>> cut) {
        Map<Integer, List<Integer>> frames = new TreeMap<>();
        int behind = 0;
        for (int i = 0; i < chunk.frames(); i++) {
            int found = Arrays.binarySearch(begins, 0, pieces, chunk.millis(i));
            int piece = found >= 0 ? found : -found - 2;
            if (piece < cut.size()) {
                frames.computeIfAbsent(piece, any -> new ArrayList<>()).add(i);
            } else {
                behind++;
            }
        }
        frames.forEach((piece, places) -> cut.get(piece).add(chunk.part(places)));
        return behind;
    }
}
