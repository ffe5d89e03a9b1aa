/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.media.video;

import io.github.flinkkvs.media.StateBytes;
import io.github.flinkkvs.mkv.FragmentNumber;
import io.github.flinkkvs.mkv.FrameRecord;

import javax.annotation.Nullable;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The state of a track's decoder outside of its native memory. Together with the frames since
 * {@link #start} it is enough to create the decoder again. Not thread-safe.
 */
final class VideoState {

    private static final byte VERSION_1 = 1;

    /** Adds {@link #carried}, {@link #beginMillis} and {@link PendingFrame#leading}. */
    private static final byte VERSION_2 = 2;

    /** The sequence number of the next frame that the decoder receives, from 0. */
    long sequence;

    /** The size of all frames that it has received, in bytes. */
    long sentBytes;

    /**
     * The last frame that certainly makes all frames before it unnecessary; null if the decoder
     * cannot be created again.
     */
    @Nullable DecoderStart start;

    /**
     * The start that the next frame inherits, because the frames before it had no picture; null if
     * there were none, or decoding cannot begin with them.
     */
    @Nullable DecoderStart carried;

    /** When the first decoded frame is shown; null once a frame came that is shown later. */
    @Nullable Long beginMillis;

    /**
     * Sequence numbers of damaged frames, on which later frames may depend. The first one suffices
     * up to a key frame that may still be shown; once shown, it removes those before it.
     */
    final TreeSet<Long> damaged = new TreeSet<>();

    /** The fragment of the last frame, received or not, and how many of its frames have come. */
    @Nullable FragmentNumber fragment;

    int ordinal;

    /** The period of the last picture, if the rate of pictures is limited. */
    @Nullable Long period;

    /** The frames whose picture the decoder has not given yet, by sequence number. */
    final TreeMap<Long, PendingFrame> pending = new TreeMap<>();

    /** The sequence number of the first frame that has to be kept. */
    long firstKept() {
        return start == null ? sequence : start.sequence;
    }

    /** The place of the next frame among those of its track in its fragment. */
    int nextPlace(FrameRecord record) {
        FragmentNumber number = record.fragment().number();
        if (!number.equals(fragment)) {
            fragment = number;
            ordinal = 0;
        }
        return ordinal++;
    }

    /** The next fragment is independent of the last one, even if it has the same number. */
    void forgetFragment() {
        fragment = null;
        period = null;
    }

    long keptBytes() {
        return start == null ? 0 : sentBytes - start.sentBytes;
    }

    /** The next frames are independent of the frames before. */
    void forgetFrames() {
        pending.clear();
        begin(null);
        damaged.clear();
    }

    /**
     * Decoding begins, independently of the frames before.
     *
     * @param millis when the first frame is shown; null if it is not known yet
     */
    void begin(@Nullable Long millis) {
        start = null;
        carried = null;
        beginMillis = millis;
    }

    /** Whether the next frame is shown before the one with which decoding began. */
    boolean leads(long millis) {
        if (beginMillis == null) {
            return false;
        }
        if (carried != null) {
            // The frames before it had no picture.
            beginMillis = millis;
        }
        boolean leads = millis < beginMillis;
        if (millis > beginMillis) {
            beginMillis = null;
        }
        return leads;
    }

    void damagedAt(long damage) {
        damaged.add(damage);
        damaged.removeIf(
                each -> damaged.lower(each) != null && !canBegin(damaged.lower(each), each));
    }

    private boolean canBegin(long from, long to) {
        return pending.subMap(from, to).values().stream().anyMatch(frame -> frame.start != null);
    }

    /** Whether a damaged frame was decoded before it, and no key frame was shown since. */
    boolean isBehindDamage(long frame) {
        return damaged.lower(frame) != null;
    }

    byte[] toBytes() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        out.writeByte(VERSION_2);
        out.writeLong(sequence);
        out.writeLong(sentBytes);
        writeStart(start, out);
        out.writeInt(damaged.size());
        for (long frame : damaged) {
            out.writeLong(frame);
        }
        out.writeBoolean(fragment != null);
        if (fragment != null) {
            out.writeUTF(fragment.toString());
        }
        out.writeInt(ordinal);
        out.writeBoolean(period != null);
        if (period != null) {
            out.writeLong(period);
        }
        out.writeInt(pending.size());
        for (Map.Entry<Long, PendingFrame> frame : pending.entrySet()) {
            out.writeLong(frame.getKey());
            frame.getValue().write(out);
        }
        writeStart(carried, out);
        out.writeBoolean(beginMillis != null);
        if (beginMillis != null) {
            out.writeLong(beginMillis);
        }
        return bytes.toByteArray();
    }

    private static void writeStart(@Nullable DecoderStart start, DataOutputStream out)
            throws IOException {
        out.writeBoolean(start != null);
        if (start != null) {
            start.write(out);
        }
    }

    /** Throws an exception that says what is wrong if the bytes are damaged. */
    static VideoState fromBytes(byte[] bytes) throws IOException {
        return StateBytes.read("a decoder", bytes, VideoState::read);
    }

    private static VideoState read(DataInputStream in) throws IOException {
        byte version = in.readByte();
        if (version != VERSION_1 && version != VERSION_2) {
            throw new IOException(
                    "The state of a decoder in version "
                            + version
                            + " of its form, but this connector knows versions up to "
                            + VERSION_2
                            + ". Read it with the connector that wrote it, or a newer one.");
        }
        VideoState state = new VideoState();
        state.sequence = in.readLong();
        state.sentBytes = in.readLong();
        StateBytes.check(state.sequence >= 0 && state.sentBytes >= 0, "sequence " + state.sequence);
        state.start = in.readBoolean() ? DecoderStart.read(in, state.sequence) : null;
        for (int frames = StateBytes.readCount(in); frames > 0; frames--) {
            state.damaged.add(readSequence(in, state));
        }
        state.fragment = in.readBoolean() ? FragmentNumber.of(in.readUTF()) : null;
        state.ordinal = StateBytes.readCount(in);
        state.period = in.readBoolean() ? in.readLong() : null;
        for (int frames = StateBytes.readCount(in); frames > 0; frames--) {
            long sequence = readSequence(in, state);
            state.pending.put(sequence, PendingFrame.read(in, sequence));
        }
        if (version == VERSION_2) {
            state.carried = in.readBoolean() ? DecoderStart.read(in, state.sequence) : null;
            state.beginMillis = in.readBoolean() ? in.readLong() : null;
        }
        return state;
    }

    private static long readSequence(DataInputStream in, VideoState state) throws IOException {
        long sequence = in.readLong();
        StateBytes.check(sequence >= 0 && sequence <= state.sequence, "frame " + sequence);
        return sequence;
    }
}
