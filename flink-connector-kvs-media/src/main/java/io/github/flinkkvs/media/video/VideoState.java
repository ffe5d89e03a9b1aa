/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.media.video;

import io.github.flinkkvs.mkv.FragmentNumber;
import io.github.flinkkvs.mkv.FrameRecord;

import javax.annotation.Nullable;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What the decoder of a track knows beside its native memory. With the frames since {@link #start}
 * it is enough to make the decoder anew. Not thread-safe.
 */
final class VideoState {

    private static final byte VERSION_1 = 1;

    /** With {@link #carried}, {@link #beginMillis} and {@link Pending#leading}. */
    private static final byte VERSION_2 = 2;

    private static final int VISIBLE = 1;
    private static final int CHOSEN = 2;
    private static final int STARTS = 4;
    private static final int LEADING = 8;

    /** A frame with which decoding can begin, and how the decoder was when it got it. */
    static final class Start {
        final long sequence;

        /** Of all frames before it. */
        final long sentBytes;

        /** How many frames the decoder held back for their turn to be shown. */
        final int reordering;

        Start(long sequence, long sentBytes, int reordering) {
            this.sequence = sequence;
            this.sentBytes = sentBytes;
            this.reordering = reordering;
        }

        private void write(DataOutputStream out) throws IOException {
            out.writeLong(sequence);
            out.writeLong(sentBytes);
            out.writeByte(reordering);
        }

        private static Start read(DataInputStream in) throws IOException {
            return new Start(in.readLong(), in.readLong(), in.readByte());
        }
    }

    /** When the picture of a frame is shown, by the producer's clock. */
    static long shownAtMillis(FrameRecord record) {
        return record.frame().timestampMillis() - record.track().codecDelayNanos() / 1_000_000;
    }

    /** What is known of a frame while its picture is awaited. */
    static final class Pending {
        final String streamName;
        final FragmentNumber fragmentNumber;
        final long trackNumber;
        final int frameIndex;
        final long timestampMillis;
        final boolean visible;
        final boolean chosen;

        /** Whether it may need what was sent before decoding began, so that it has no picture. */
        final boolean leading;

        /** Null if decoding cannot begin with it. */
        @Nullable final Start start;

        Pending(
                FrameRecord record,
                boolean visible,
                boolean chosen,
                boolean leading,
                @Nullable Start start) {
            this(
                    record.fragment().streamName(),
                    record.fragment().number(),
                    record.frame().trackNumber(),
                    record.frame().index(),
                    shownAtMillis(record),
                    visible,
                    chosen,
                    leading,
                    start);
        }

        Pending(
                String streamName,
                FragmentNumber fragmentNumber,
                long trackNumber,
                int frameIndex,
                long timestampMillis,
                boolean visible,
                boolean chosen,
                boolean leading,
                @Nullable Start start) {
            this.streamName = streamName;
            this.fragmentNumber = fragmentNumber;
            this.trackNumber = trackNumber;
            this.frameIndex = frameIndex;
            this.timestampMillis = timestampMillis;
            this.visible = visible;
            this.chosen = chosen;
            this.leading = leading;
            this.start = start;
        }

        private void write(DataOutputStream out) throws IOException {
            out.writeUTF(streamName);
            out.writeUTF(fragmentNumber.toString());
            out.writeLong(trackNumber);
            out.writeInt(frameIndex);
            out.writeLong(timestampMillis);
            out.writeByte(
                    (visible ? VISIBLE : 0)
                            | (chosen ? CHOSEN : 0)
                            | (start != null ? STARTS : 0)
                            | (leading ? LEADING : 0));
            if (start != null) {
                start.write(out);
            }
        }

        private static Pending read(DataInputStream in) throws IOException {
            String streamName = in.readUTF();
            FragmentNumber fragmentNumber = FragmentNumber.of(in.readUTF());
            long trackNumber = in.readLong();
            int frameIndex = in.readInt();
            long timestampMillis = in.readLong();
            int flags = in.readByte();
            return new Pending(
                    streamName,
                    fragmentNumber,
                    trackNumber,
                    frameIndex,
                    timestampMillis,
                    (flags & VISIBLE) != 0,
                    (flags & CHOSEN) != 0,
                    (flags & LEADING) != 0,
                    (flags & STARTS) != 0 ? Start.read(in) : null);
        }

        @Override
        public String toString() {
            return "frame " + frameIndex + " of fragment " + fragmentNumber;
        }
    }

    /** Of the next frame that the decoder gets. */
    long sequence;

    /** Of all frames that it got. */
    long sentBytes;

    /**
     * The last frame of which it is certain that nothing before it is needed any more; null if a
     * decoder cannot be made anew.
     */
    @Nullable Start start;

    /**
     * That of frames before the next, none of which had a picture; null if decoding cannot begin
     * with them, or if there were none.
     */
    @Nullable Start carried;

    /** Time of the frame with which decoding began; null when frames that are shown later came. */
    @Nullable Long beginMillis;

    /**
     * Sequences of damaged frames, the first of those that no key frame lies between: what was
     * decoded after them may need them. A key frame that is shown ends it.
     */
    final TreeSet<Long> damaged = new TreeSet<>();

    /** The fragment of the last frame, sent or not, and how many of its frames came. */
    @Nullable FragmentNumber fragment;

    int ordinal;

    /** That of the last picture, where their rate is limited. */
    @Nullable Long period;

    /** Frames without their picture yet, by their sequence. */
    final TreeMap<Long, Pending> pending = new TreeMap<>();

    /** The sequence from which on frames have to be kept. */
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

    /** The next fragment has nothing to do with the last one, even if it is the same. */
    void forgetFragment() {
        fragment = null;
        period = null;
    }

    long keptBytes() {
        return start == null ? 0 : sentBytes - start.sentBytes;
    }

    /** What comes next has nothing to do with what came. */
    void forgetFrames() {
        pending.clear();
        begin(null);
        damaged.clear();
    }

    /**
     * What comes next has nothing to do with what came.
     *
     * @param millis time of the first frame; null if that is not there yet
     */
    void begin(@Nullable Long millis) {
        start = null;
        carried = null;
        beginMillis = millis;
    }

    /** Whether the next frame is shown before that with which decoding began. */
    boolean leads(long millis) {
        if (beginMillis == null) {
            return false;
        }
        if (carried != null) {
            // Those before it had no picture.
            beginMillis = millis;
        }
        boolean leads = millis < beginMillis;
        if (millis > beginMillis) {
            beginMillis = null;
        }
        return leads;
    }

    void damagedAt(long damage) {
        Long before = damaged.lower(damage);
        boolean starts =
                before != null
                        && pending.subMap(before, damage).values().stream()
                                .anyMatch(frame -> frame.start != null);
        if (before == null || starts) {
            damaged.add(damage);
        }
    }

    /** Whether a damaged frame was decoded before it, and no key frame shown since. */
    boolean isBehindDamage(long frame) {
        return damaged.lower(frame) != null;
    }

    byte[] toBytes() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        out.writeByte(VERSION_2);
        out.writeLong(sequence);
        out.writeLong(sentBytes);
        out.writeBoolean(start != null);
        if (start != null) {
            start.write(out);
        }
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
        for (Map.Entry<Long, Pending> frame : pending.entrySet()) {
            out.writeLong(frame.getKey());
            frame.getValue().write(out);
        }
        out.writeBoolean(carried != null);
        if (carried != null) {
            carried.write(out);
        }
        out.writeBoolean(beginMillis != null);
        if (beginMillis != null) {
            out.writeLong(beginMillis);
        }
        return bytes.toByteArray();
    }

    static VideoState fromBytes(byte[] bytes) throws IOException {
        DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes));
        byte version = in.readByte();
        switch (version) {
            case VERSION_1:
                return readVersion1(in);
            case VERSION_2:
                return readVersion2(in);
            default:
                throw new IOException(
                        "The state of a decoder in version "
                                + version
                                + " of its form, but this connector knows versions up to "
                                + VERSION_2
                                + ". Read it with the connector that wrote it, or a newer one.");
        }
    }

    private static VideoState readVersion2(DataInputStream in) throws IOException {
        VideoState state = readVersion1(in);
        state.carried = in.readBoolean() ? Start.read(in) : null;
        state.beginMillis = in.readBoolean() ? in.readLong() : null;
        return state;
    }

    private static VideoState readVersion1(DataInputStream in) throws IOException {
        VideoState state = new VideoState();
        state.sequence = in.readLong();
        state.sentBytes = in.readLong();
        state.start = in.readBoolean() ? Start.read(in) : null;
        for (int frames = in.readInt(); frames > 0; frames--) {
            state.damaged.add(in.readLong());
        }
        state.fragment = in.readBoolean() ? FragmentNumber.of(in.readUTF()) : null;
        state.ordinal = in.readInt();
        state.period = in.readBoolean() ? in.readLong() : null;
        for (int frames = in.readInt(); frames > 0; frames--) {
            state.pending.put(in.readLong(), Pending.read(in));
        }
        return state;
    }
}
