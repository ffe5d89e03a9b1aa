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
import java.io.EOFException;
import java.io.IOException;
import java.io.UTFDataFormatException;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The state of a track's decoder outside of its native memory. Together with the frames since
 * {@link #start} it is enough to create the decoder again. Not thread-safe.
 */
final class VideoState {

    private static final byte VERSION_1 = 1;

    /** Adds {@link #carried}, {@link #beginMillis} and {@link Pending#leading}. */
    private static final byte VERSION_2 = 2;

    private static final int VISIBLE = 1;
    private static final int CHOSEN = 2;
    private static final int STARTS = 4;
    private static final int LEADING = 8;

    /** A frame with which decoding can begin, and the decoder's state just before it. */
    static final class Start {
        final long sequence;

        /** The size of all frames before it, in bytes. */
        final long sentBytes;

        /** How many frames the decoder held back to put them into the order of presentation. */
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

        private static Start read(DataInputStream in, long maxSequence) throws IOException {
            Start start = new Start(in.readLong(), in.readLong(), in.readByte());
            check(start.sequence >= 0 && start.sequence <= maxSequence, "start " + start.sequence);
            check(start.sentBytes >= 0, "bytes before a start: " + start.sentBytes);
            int most = TrackFrames.MAX_REORDERING;
            check(start.reordering >= 0 && start.reordering <= most, "a reordering");
            return start;
        }
    }

    /** When the picture of a frame is shown: millis of the producer's clock. */
    static long shownAtMillis(FrameRecord record) {
        return record.frame().timestampMillis() - record.track().codecDelayNanos() / 1_000_000;
    }

    /** A frame that the decoder has received, but whose picture it has not given yet. */
    static final class Pending {
        final String streamName;
        final FragmentNumber fragmentNumber;
        final long trackNumber;
        final int frameIndex;
        final long timestampMillis;
        final boolean visible;
        final boolean chosen;

        /** Whether it may depend on frames from before decoding began, and so have no picture. */
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

        private static Pending read(DataInputStream in, long sequence) throws IOException {
            String streamName = in.readUTF();
            FragmentNumber fragmentNumber = FragmentNumber.of(in.readUTF());
            long trackNumber = in.readLong();
            int frameIndex = in.readInt();
            long timestampMillis = in.readLong();
            int flags = in.readByte();
            check((flags & ~(VISIBLE | CHOSEN | STARTS | LEADING)) == 0, "flags " + flags);
            return new Pending(
                    streamName,
                    fragmentNumber,
                    trackNumber,
                    frameIndex,
                    timestampMillis,
                    (flags & VISIBLE) != 0,
                    (flags & CHOSEN) != 0,
                    (flags & LEADING) != 0,
                    (flags & STARTS) != 0 ? Start.read(in, sequence) : null);
        }

        @Override
        public String toString() {
            return "frame " + frameIndex + " of fragment " + fragmentNumber;
        }
    }

    /** The sequence number of the next frame that the decoder receives, from 0. */
    long sequence;

    /** The size of all frames that it has received, in bytes. */
    long sentBytes;

    /**
     * The last frame that certainly makes all frames before it unnecessary; null if the decoder
     * cannot be created again.
     */
    @Nullable Start start;

    /**
     * The start that the next frame inherits, because the frames before it had no picture; null if
     * there were none, or decoding cannot begin with them.
     */
    @Nullable Start carried;

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
    final TreeMap<Long, Pending> pending = new TreeMap<>();

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
        for (Map.Entry<Long, Pending> frame : pending.entrySet()) {
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

    private static void writeStart(@Nullable Start start, DataOutputStream out) throws IOException {
        out.writeBoolean(start != null);
        if (start != null) {
            start.write(out);
        }
    }

    /** Throws an exception that says what is wrong if the bytes are damaged. */
    static VideoState fromBytes(byte[] bytes) throws IOException {
        DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes));
        VideoState state;
        try {
            state = read(in);
        } catch (EOFException e) {
            throw damaged("it ends after " + bytes.length + " bytes", e);
        } catch (UTFDataFormatException | IllegalArgumentException e) {
            throw damaged(e.getMessage(), e);
        }
        check(in.available() == 0, in.available() + " bytes too many");
        return state;
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
        check(state.sequence >= 0 && state.sentBytes >= 0, "sequence " + state.sequence);
        state.start = in.readBoolean() ? Start.read(in, state.sequence) : null;
        for (int frames = readCount(in); frames > 0; frames--) {
            state.damaged.add(readSequence(in, state));
        }
        state.fragment = in.readBoolean() ? FragmentNumber.of(in.readUTF()) : null;
        state.ordinal = readCount(in);
        state.period = in.readBoolean() ? in.readLong() : null;
        for (int frames = readCount(in); frames > 0; frames--) {
            long sequence = readSequence(in, state);
            state.pending.put(sequence, Pending.read(in, sequence));
        }
        if (version == VERSION_2) {
            state.carried = in.readBoolean() ? Start.read(in, state.sequence) : null;
            state.beginMillis = in.readBoolean() ? in.readLong() : null;
        }
        return state;
    }

    private static int readCount(DataInputStream in) throws IOException {
        int count = in.readInt();
        check(count >= 0, "count " + count);
        return count;
    }

    private static long readSequence(DataInputStream in, VideoState state) throws IOException {
        long sequence = in.readLong();
        check(sequence >= 0 && sequence <= state.sequence, "frame " + sequence);
        return sequence;
    }

    private static void check(boolean condition, String wrong) throws IOException {
        if (!condition) {
            throw damaged(wrong, null);
        }
    }

    private static IOException damaged(String what, @Nullable Exception cause) {
        String help = ". Restore the job from another checkpoint or savepoint.";
        return new IOException("The state of a decoder is damaged: " + what + help, cause);
    }
}
