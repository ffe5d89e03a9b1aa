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
import io.github.flinkkvs.mkv.MkvException;
import io.github.flinkkvs.mkv.Track;

import javax.annotation.Nullable;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The audio that one fragment has of one track, as it is coded. Immutable. */
final class AudioChunk {

    private static final byte VERSION_1 = 1;

    private final String track;
    private final AudioCoding coding;
    private final long[] millis;
    private final int[] sizes;
    private final byte[] data;

    AudioChunk(String track, AudioCoding coding, long[] millis, int[] sizes, byte[] data) {
        this.track = track;
        this.coding = coding;
        this.millis = millis;
        this.sizes = sizes;
        this.data = data;
    }

    /**
     * The audio of a fragment.
     *
     * @param mimeType what the call's tag says; null if it has none
     * @param tracks the names of tracks to take; all if it is empty
     * @throws IllegalArgumentException if audio is coded in a way that is not known here
     */
    static List<AudioChunk> of(Fragment fragment, @Nullable String mimeType, Set<String> tracks)
            throws MkvException {
        List<AudioChunk> chunks = new ArrayList<>();
        Set<String> names = new HashSet<>();
        List<Frame> frames = null;
        for (Track track : fragment.tracks()) {
            String name = CallTracks.nameOf(track);
            if (track.type() == Track.Type.AUDIO && (tracks.isEmpty() || tracks.contains(name))) {
                frames = frames == null ? fragment.frames() : frames;
                // Of tracks of the same name, the number tells the later ones.
                String unique = names.add(name) ? name : name + '-' + track.number();
                AudioChunk chunk = of(unique, track, mimeType, frames);
                if (chunk != null) {
                    chunks.add(chunk);
                }
            }
        }
        return chunks;
    }

    /** Null if the track has no frames. */
    @Nullable
    private static AudioChunk of(
            String name, Track track, @Nullable String mimeType, List<Frame> all) {
        List<Frame> frames = new ArrayList<>();
        int bytes = 0;
        for (Frame frame : all) {
            if (frame.trackNumber() == track.number()) {
                frames.add(frame);
                bytes += frame.sizeBytes();
            }
        }
        if (frames.isEmpty()) {
            return null;
        }
        long[] millis = new long[frames.size()];
        int[] sizes = new int[frames.size()];
        byte[] data = new byte[bytes];
        int at = 0;
        for (int i = 0; i < sizes.length; i++) {
            Frame frame = frames.get(i);
            millis[i] = frame.timestampMillis();
            sizes[i] = frame.sizeBytes();
            frame.data().get(data, at, sizes[i]);
            at += sizes[i];
        }
        return new AudioChunk(name, AudioCoding.of(track, mimeType), millis, sizes, data);
    }

    String track() {
        return track;
    }

    AudioCoding coding() {
        return coding;
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

    /** The time from its first frame to the latest, whatever their order. */
    long spanMillis() {
        return Math.max(0, Arrays.stream(millis).max().orElseThrow() - millis[0]);
    }

    /** How many samples each channel has; of AAC about. */
    long samples() {
        return coding.samples(sizes.length, data.length);
    }

    /** Decodes its frames, each to its time. */
    void decode(AudioDecoder decoder, TrackAudio target) {
        int at = 0;
        for (int i = 0; i < sizes.length; i++) {
            target.add(millis[i], decoder.decode(data, at, sizes[i]), decoder);
            at += sizes[i];
        }
    }

    byte[] toBytes() throws IOException {
        ByteArrayOutputStream bytes =
                new ByteArrayOutputStream(data.length + 12 * sizes.length + 64);
        DataOutputStream out = new DataOutputStream(bytes);
        out.writeByte(VERSION_1);
        out.writeUTF(track);
        coding.write(out);
        out.writeInt(sizes.length);
        for (int i = 0; i < sizes.length; i++) {
            out.writeLong(millis[i]);
            out.writeInt(sizes[i]);
        }
        out.writeInt(data.length);
        out.write(data);
        return bytes.toByteArray();
    }

    static AudioChunk fromBytes(byte[] bytes) throws IOException {
        DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes));
        byte version = in.readByte();
        if (version != VERSION_1) {
            throw new IOException("Audio of a call in the unknown version " + version);
        }
        String track = in.readUTF();
        AudioCoding coding = AudioCoding.read(in);
        long[] millis = new long[in.readInt()];
        int[] sizes = new int[millis.length];
        for (int i = 0; i < sizes.length; i++) {
            millis[i] = in.readLong();
            sizes[i] = in.readInt();
        }
        byte[] data = new byte[in.readInt()];
        in.readFully(data);
        return new AudioChunk(track, coding, millis, sizes, data);
    }
}
