/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.media;

import io.github.flinkkvs.mkv.Fragment;
import io.github.flinkkvs.mkv.Frame;
import io.github.flinkkvs.mkv.Track;
import io.github.flinkkvs.mkv.document.MkvElement;
import io.github.flinkkvs.mkv.parser.MkvException;

import javax.annotation.Nullable;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** The audio that one fragment has of one track, as it is coded. Immutable. */
final class AudioChunk {

    private static final byte VERSION_1 = 1;
    private static final byte VERSION_2 = 2;

    /** What a frame takes in the serialized form beside its bytes. */
    private static final int FRAME_BYTES = 12;

    /** More than the rest takes, but for name and coding. */
    private static final int HEAD_BYTES = 128;

    private static final String UNDECODABLE = "a frame cannot be decoded";

    private static final String TOO_MUCH =
            "a frame has more samples than there may be, or is too far from the others in time";

    private final String track;
    private final String fragment;
    private final AudioCoding coding;
    private final long[] millis;
    private final int[] sizes;
    private final byte[] data;

    /**
     * @param fragment its number; empty if it is not known
     */
    AudioChunk(
            String track,
            String fragment,
            AudioCoding coding,
            long[] millis,
            int[] sizes,
            byte[] data) {
        this.track = track;
        this.fragment = fragment;
        this.coding = coding;
        this.millis = millis;
        this.sizes = sizes;
        this.data = data;
    }

    /**
     * The audio of a fragment. What cannot be found or decoded is left out and counted.
     *
     * @param mimeType what the call's tag says; null if it has none
     * @param tracks the names of tracks to take; all if it is empty
     */
    static List<AudioChunk> of(
            Fragment whole, @Nullable String mimeType, Set<String> tracks, AudioDamage damage) {
        Map<String, Track> wanted = wanted(whole, tracks);
        if (wanted.isEmpty()) {
            return List.of();
        }
        List<Frame> frames =
                whole.frames(
                        (number, leftOut, problem) ->
                                wanted.forEach(
                                        (name, track) -> {
                                            if (track.number() == number) {
                                                String where = where(name, whole);
                                                damage.add(leftOut, where, problem.getMessage());
                                            }
                                        }));
        Map<Long, Long> delays = codecDelays(whole);
        List<AudioChunk> chunks = new ArrayList<>();
        wanted.forEach(
                (name, track) -> {
                    List<Frame> own = new ArrayList<>();
                    for (Frame frame : frames) {
                        if (frame.trackNumber() == track.number()) {
                            own.add(frame);
                        }
                    }
                    if (own.isEmpty()) {
                        return;
                    }
                    try {
                        long delay = delays.getOrDefault(track.number(), 0L);
                        AudioCoding coding =
                                AudioCoding.of(track, mimeType, delay, bytes(own.get(0)));
                        chunks.add(of(name, whole.number().toString(), coding, own));
                    } catch (IllegalArgumentException e) {
                        damage.add(own.size(), where(name, whole), e.getMessage());
                    }
                });
        return chunks;
    }

    private static Map<String, Track> wanted(Fragment whole, Set<String> tracks) {
        Map<String, Track> wanted = new LinkedHashMap<>();
        Set<Long> numbers = new HashSet<>();
        for (Track track : whole.tracks()) {
            String name = CallTracks.nameOf(track);
            if (track.type() == Track.Type.AUDIO
                    && whole.frameCounts().containsKey(track.number())
                    && (tracks.isEmpty() || tracks.contains(name))
                    && numbers.add(track.number())) {
                // Of tracks of the same name, the number tells the later ones.
                wanted.put(wanted.containsKey(name) ? name + '-' + track.number() : name, track);
            }
        }
        return wanted;
    }

    /** CodecDelay of the tracks that have one, in nanoseconds, by their numbers. */
    private static Map<Long, Long> codecDelays(Fragment whole) {
        Map<Long, Long> delays = new HashMap<>();
        try {
            MkvElement tracks = whole.document().child("Segment/Tracks");
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
            // What cannot be read delays nothing.
            return Map.of();
        }
        return delays;
    }

    private static byte[] bytes(Frame frame) {
        byte[] bytes = new byte[frame.sizeBytes()];
        frame.data().get(bytes);
        return bytes;
    }

    private static AudioChunk of(
            String track, String fragment, AudioCoding coding, List<Frame> frames) {
        long[] millis = new long[frames.size()];
        int[] sizes = new int[frames.size()];
        int bytes = 0;
        for (int i = 0; i < sizes.length; i++) {
            millis[i] = frames.get(i).timestampMillis();
            sizes[i] = frames.get(i).sizeBytes();
            bytes += sizes[i];
        }
        byte[] data = new byte[bytes];
        int at = 0;
        for (int i = 0; i < sizes.length; i++) {
            frames.get(i).data().get(data, at, sizes[i]);
            at += sizes[i];
        }
        return new AudioChunk(track, fragment, coding, millis, sizes, data);
    }

    private static String where(String track, Fragment whole) {
        return where(track, whole.number().toString(), whole.streamName());
    }

    private static String where(String track, String fragment, String stream) {
        return "track "
                + track
                + (fragment.isEmpty() ? "" : " of fragment " + fragment)
                + " of stream "
                + stream;
    }

    /**
     * The chunks of a fragment, cut where the time of its frames jumps: what is far apart in time
     * is no part of the same recording. Earlier ones come first.
     *
     * @param longestMillis the longest step of time that is no jump
     */
    static List<List<AudioChunk>> cutAtJumps(List<AudioChunk> fragment, long longestMillis) {
        long[] times = fragment.stream().flatMapToLong(c -> Arrays.stream(c.millis)).toArray();
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
        for (int i = 0; i < pieces; i++) {
            cut.add(new ArrayList<>());
        }
        for (AudioChunk chunk : fragment) {
            chunk.cut(begins, pieces, cut);
        }
        return cut;
    }

    /** Adds the part of each piece of time to those of other tracks. */
    private void cut(long[] begins, int pieces, List<List<AudioChunk>> cut) {
        Map<Integer, List<Integer>> frames = new TreeMap<>();
        int[] offsets = new int[sizes.length];
        int at = 0;
        for (int i = 0; i < sizes.length; i++) {
            int found = Arrays.binarySearch(begins, 0, pieces, millis[i]);
            int piece = found >= 0 ? found : -found - 2;
            frames.computeIfAbsent(piece, any -> new ArrayList<>()).add(i);
            offsets[i] = at;
            at += sizes[i];
        }
        frames.forEach((piece, places) -> cut.get(piece).add(part(places, offsets)));
    }

    /** Some of its frames. */
    private AudioChunk part(List<Integer> places, int[] offsets) {
        long[] partMillis = new long[places.size()];
        int[] partSizes = new int[places.size()];
        int bytes = 0;
        for (int i = 0; i < partSizes.length; i++) {
            partMillis[i] = millis[places.get(i)];
            partSizes[i] = sizes[places.get(i)];
            bytes += partSizes[i];
        }
        byte[] partData = new byte[bytes];
        int at = 0;
        for (int i = 0; i < partSizes.length; i++) {
            System.arraycopy(data, offsets[places.get(i)], partData, at, partSizes[i]);
            at += partSizes[i];
        }
        return new AudioChunk(track, fragment, coding, partMillis, partSizes, partData);
    }

    String track() {
        return track;
    }

    AudioCoding coding() {
        return coding;
    }

    /** Whether the two are of the same fragment; false if that is not known. */
    boolean isOfFragmentOf(AudioChunk other) {
        return !fragment.isEmpty() && fragment.equals(other.fragment);
    }

    /** When its first frame begins. */
    long beginMillis() {
        return millis[0];
    }

    /** When its last frame ends. */
    long endMillis() {
        int last = sizes.length - 1;
        return millis[last] + coding.millis(coding.samples(1, sizes[last]));
    }

    /** How many samples each channel has; of what FFmpeg decodes about. */
    long samples() {
        return coding.samples(sizes.length, data.length);
    }

    /** How many bytes its serialized form has at most. */
    long storedBytes() {
        int header = coding.codecPrivate() == null ? 0 : coding.codecPrivate().length;
        return HEAD_BYTES
                + 3L * track.length()
                + header
                + data.length
                + (long) FRAME_BYTES * sizes.length;
    }

    /**
     * Decodes its frames, each to its time.
     *
     * @param stream its name, for what is said of damage
     */
    void decode(AudioDecoder decoder, TrackAudio target, String stream, AudioDamage damage) {
        long delay = coding.codecDelayMillis();
        int at = 0;
        int damaged = 0;
        for (int i = 0; i < sizes.length; i++) {
            long time = millis[i] - delay;
            if (!decoder.decode(data, at, sizes[i], all -> target.add(time, all, decoder))) {
                damaged++;
            }
            at += sizes[i];
        }
        damage.add(
                damaged, where(track, fragment, stream), target.isFull() ? TOO_MUCH : UNDECODABLE);
    }

    /** Counts all of it as damaged. */
    void leaveOut(String stream, String what, AudioDamage damage) {
        damage.add(sizes.length, where(track, fragment, stream), what);
    }

    byte[] toBytes() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream((int) storedBytes());
        DataOutputStream out = new DataOutputStream(bytes);
        out.writeByte(VERSION_2);
        StateText.write(out, track);
        StateText.write(out, fragment);
        coding.write(out);
        writeFrames(out);
        return bytes.toByteArray();
    }

    private void writeFrames(DataOutputStream out) throws IOException {
        out.writeInt(sizes.length);
        for (int i = 0; i < sizes.length; i++) {
            out.writeLong(millis[i]);
            out.writeInt(sizes[i]);
        }
        out.writeInt(data.length);
        out.write(data);
    }

    static AudioChunk fromBytes(byte[] bytes) throws IOException {
        DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes));
        byte version = in.readByte();
        switch (version) {
            case VERSION_1:
                return readFrames(in.readUTF(), "", AudioCoding.readVersion1(in), in);
            case VERSION_2:
                String track = StateText.read(in);
                return readFrames(track, StateText.read(in), AudioCoding.read(in), in);
            default:
                throw new IOException("Audio of a call in the unknown version " + version);
        }
    }

    private static AudioChunk readFrames(
            String track, String fragment, AudioCoding coding, DataInputStream in)
            throws IOException {
        long[] millis = new long[in.readInt()];
        int[] sizes = new int[millis.length];
        for (int i = 0; i < sizes.length; i++) {
            millis[i] = in.readLong();
            sizes[i] = in.readInt();
        }
        byte[] data = new byte[in.readInt()];
        in.readFully(data);
        return new AudioChunk(track, fragment, coding, millis, sizes, data);
    }
}
