/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.mkv;

import io.github.flinkkvs.mkv.parser.BlockGroup;

import org.apache.flink.annotation.Internal;

import javax.annotation.Nullable;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * The serialized form of a {@link FrameRecord}: arrival, the bytes of its {@link FragmentHead}, and
 * the frame.
 */
@Internal
public final class FrameSerialization {

    private static final int KEY_FRAME = 1;
    private static final int INVISIBLE = 2;
    private static final int DISCARDABLE = 4;

    /** Writes a frame in version 2 of the form. */
    public static void write(FrameRecord record, DataOutput out) throws IOException {
        Arrival.write(record.arrival(), out);
        FragmentHead fragment = record.fragment();
        out.writeUTF(fragment.streamName());
        out.writeBoolean(fragment.streamArn() != null);
        if (fragment.streamArn() != null) {
            out.writeUTF(fragment.streamArn());
        }
        writeBytes(fragment.content(), out);
        Frame frame = record.frame();
        out.writeLong(frame.trackNumber());
        out.writeInt(frame.index());
        out.writeLong(frame.offsetNanos());
        out.writeLong(frame.durationNanos());
        out.writeByte(
                (frame.isKeyFrame() ? KEY_FRAME : 0)
                        | (frame.isInvisible() ? INVISIBLE : 0)
                        | (frame.isDiscardable() ? DISCARDABLE : 0));
        long[] references = frame.references();
        out.writeInt(references.length);
        for (long reference : references) {
            out.writeLong(reference);
        }
        writeBytes(frame.payload(), out);
    }

    /** Reads version 2 of the form, which {@link #write} writes. */
    public static FrameRecord readVersion2(DataInput in) throws IOException {
        return read(Arrival.read(in), in);
    }

    /** Reads version 1 of the form, which does not say when the frame arrived. */
    public static FrameRecord readVersion1(DataInput in) throws IOException {
        return read(null, in);
    }

    private static FrameRecord read(@Nullable Arrival arrival, DataInput in) throws IOException {
        String streamName = in.readUTF();
        String streamArn = in.readBoolean() ? in.readUTF() : null;
        FragmentHead fragment = HeadReader.read(streamName, streamArn, SerializedBytes.read(in));
        long trackNumber = in.readLong();
        int index = in.readInt();
        long offsetNanos = in.readLong();
        long durationNanos = in.readLong();
        int flags = in.readByte();
        int count = in.readInt();
        if (count < 0 || count > BlockGroup.MAX_REFERENCES) {
            throw FragmentSerialization.notOne("frame");
        }
        long[] references = new long[count];
        for (int i = 0; i < count; i++) {
            references[i] = in.readLong();
        }
        byte[] payload = SerializedBytes.read(in);
        return new FrameRecord(
                fragment,
                new Frame(
                        trackNumber,
                        index,
                        fragment.producerTimestampMillis(),
                        offsetNanos,
                        durationNanos,
                        (flags & KEY_FRAME) != 0,
                        (flags & INVISIBLE) != 0,
                        (flags & DISCARDABLE) != 0,
                        references,
                        payload,
                        0,
                        payload.length),
                arrival);
    }

    private static void writeBytes(ByteBuffer bytes, DataOutput out) throws IOException {
        out.writeInt(bytes.remaining());
        out.write(bytes.array(), bytes.arrayOffset() + bytes.position(), bytes.remaining());
    }

    private FrameSerialization() {}
}
