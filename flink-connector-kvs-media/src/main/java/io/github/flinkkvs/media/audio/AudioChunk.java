/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.media.audio;

import io.github.flinkkvs.media.StateBytes;
import io.github.flinkkvs.media.StateText;
import io.github.flinkkvs.media.audio.codec.AudioCoding;
import io.github.flinkkvs.media.audio.codec.AudioDecoder;
import io.github.flinkkvs.mkv.Frame;
import io.github.flinkkvs.mkv.SerializedBytes;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.List;

/** The coded audio of one track in one fragment. Immutable. */
final class AudioChunk {

    private static final byte VERSION_1 = 1;
    private static final byte VERSION_2 = 2;

    /** The bytes of a frame in the serialized form besides its content. */
    private static final int FRAME_BYTES = 12;

    /** An upper limit of the rest, except name and coding. */
    private static final int HEAD_BYTES = 128;

    private final String track;
    private final String fragment;
    private final AudioCoding coding;
    private final long[] millis;
    private final int[] sizes;
    private final byte[] data;

    /** Where each frame begins in the data. */
    private final int[] offsets;

    /**
     * @param fragment its number; empty if it is not known
     * @param millis when each frame was recorded, by the producer's clock; at least one
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
        this.offsets = new int[sizes.length];
        for (int i = 1; i < sizes.length; i++) {
            offsets[i] = offsets[i - 1] + sizes[i - 1];
        }
    }

    /**
     * @param frames of the track, at least one
     */
    static AudioChunk of(String track, String fragment, AudioCoding coding, List<Frame> frames) {
        long[] millis = new long[frames.size()];
        int[] sizes = new int[frames.size()];
        int bytes = 0;
        for (int i = 0; i < sizes.length; i++) {
            millis[i] = frames.get(i).timestampMillis();
            sizes[i] = frames.get(i).sizeBytes();
            bytes = Math.addExact(bytes, sizes[i]);
        }
        byte[] data = new byte[bytes];
        int at = 0;
        for (int i = 0; i < sizes.length; i++) {
            frames.get(i).data().get(data, at, sizes[i]);
            at += sizes[i];
        }
        return new AudioChunk(track, fragment, coding, millis, sizes, data);
    }

    /** A chunk of some of its frames, by index. */
    AudioChunk part(List<Integer> places) {
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

    /** The name of the track, which no other track of the fragment has. */
    String track() {
        return track;
    }

    AudioCoding coding() {
        return coding;
    }

    /** Whether both are of the same fragment; false if unknown. */
    boolean isOfFragmentOf(AudioChunk other) {
        return !fragment.isEmpty() && fragment.equals(other.fragment);
    }

    /** How many frames there are. */
    int frames() {
        return sizes.length;
    }

    /** When a frame was recorded, by the producer's clock, in epoch millis. */
    long millis(int frame) {
        return millis[frame];
    }

    /** When its first frame begins. */
    long beginMillis() {
        return millis[0];
    }

    /** The latest end of a frame. */
    long endMillis() {
        long end = Long.MIN_VALUE;
        for (int i = 0; i < sizes.length; i++) {
            end = Math.max(end, millis[i] + coding.millis(coding.samples(1, sizes[i])));
        }
        return end;
    }

    /** How many samples each channel has; an estimate for what FFmpeg decodes. */
    long samples() {
        return coding.samples(sizes.length, data.length);
    }

    /** The most bytes that its serialized form takes. */
    long storedBytes() {
        int header = coding.codecPrivate() == null ? 0 : coding.codecPrivate().length;
        return HEAD_BYTES
                + 3L * track.length()
                + header
                + data.length
                + (long) FRAME_BYTES * sizes.length;
    }

    /**
     * Decodes a frame.
     *
     * @return false if it is damaged, or if there was no room for its samples
     */
    boolean decode(int frame, AudioDecoder decoder, AudioDecoder.Samples out) {
        return decoder.decode(data, offsets[frame], sizes[frame], out);
    }

    /**
     * Counts frames of the chunk that are left out.
     *
     * @param stream its name
     * @param what is wrong with them
     */
    void countAs(AudioDamage damage, int leftOut, String stream, String what) {
        damage.add(leftOut, track, fragment, stream, what);
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

    /** Throws an exception that says what is wrong if the bytes are damaged. */
    static AudioChunk fromBytes(byte[] bytes) throws IOException {
        return StateBytes.read("a call", bytes, AudioChunk::read);
    }

    private static AudioChunk read(DataInputStream in) throws IOException {
        byte version = in.readByte();
        switch (version) {
            case VERSION_1:
                return readFrames(in.readUTF(), "", AudioCoding.readVersion1(in), in);
            case VERSION_2:
                String track = StateText.read(in);
                return readFrames(track, StateText.read(in), AudioCoding.read(in), in);
            default:
                throw new IOException(
                        "Audio of a call is in version "
                                + version
                                + " of its serialized form, but this connector knows versions up to "
                                + VERSION_2
                                + ". Restore it with the connector that wrote it, or a newer one.");
        }
    }

    private static AudioChunk readFrames(
            String track, String fragment, AudioCoding coding, DataInputStream in)
            throws IOException {
        int frames = in.readInt();
        StateBytes.check(
                frames > 0 && frames <= in.available() / FRAME_BYTES, frames + " frames of audio");
        long[] millis = new long[frames];
        int[] sizes = new int[frames];
        long bytes = 0;
        for (int i = 0; i < frames; i++) {
            millis[i] = in.readLong();
            sizes[i] = in.readInt();
            StateBytes.check(sizes[i] >= 0, "a frame of " + sizes[i] + " bytes");
            bytes += sizes[i];
        }
        byte[] data = SerializedBytes.read(in);
        StateBytes.check(bytes == data.length, "frames of " + bytes + " bytes in " + data.length);
        return new AudioChunk(track, fragment, coding, millis, sizes, data);
    }
}
