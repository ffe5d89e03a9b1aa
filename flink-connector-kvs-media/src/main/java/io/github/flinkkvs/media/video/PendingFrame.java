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

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;

/** A frame that the decoder has received, but whose picture it has not given yet. */
final class PendingFrame {

    private static final int VISIBLE = 1;
    private static final int CHOSEN = 2;
    private static final int STARTS = 4;
    private static final int LEADING = 8;

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
    @Nullable final DecoderStart start;

    PendingFrame(
            FrameRecord record,
            boolean visible,
            boolean chosen,
            boolean leading,
            @Nullable DecoderStart start) {
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

    PendingFrame(
            String streamName,
            FragmentNumber fragmentNumber,
            long trackNumber,
            int frameIndex,
            long timestampMillis,
            boolean visible,
            boolean chosen,
            boolean leading,
            @Nullable DecoderStart start) {
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

    /** When the picture of a frame is shown: millis of the producer's clock. */
    static long shownAtMillis(FrameRecord record) {
        return record.frame().timestampMillis() - record.track().codecDelayNanos() / 1_000_000;
    }

    void write(DataOutputStream out) throws IOException {
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

    static PendingFrame read(DataInputStream in, long sequence) throws IOException {
        String streamName = in.readUTF();
        FragmentNumber fragmentNumber = FragmentNumber.of(in.readUTF());
        long trackNumber = in.readLong();
        int frameIndex = in.readInt();
        long timestampMillis = in.readLong();
        int flags = in.readByte();
        StateBytes.check((flags & ~(VISIBLE | CHOSEN | STARTS | LEADING)) == 0, "flags " + flags);
        return new PendingFrame(
                streamName,
                fragmentNumber,
                trackNumber,
                frameIndex,
                timestampMillis,
                (flags & VISIBLE) != 0,
                (flags & CHOSEN) != 0,
                (flags & LEADING) != 0,
                (flags & STARTS) != 0 ? DecoderStart.read(in, sequence) : null);
    }

    @Override
    public String toString() {
        return "frame " + frameIndex + " of fragment " + fragmentNumber;
    }
}
