/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.source.split;

import io.github.flinkkvs.client.streams.StreamArn;
import io.github.flinkkvs.mkv.FragmentNumber;
import io.github.flinkkvs.source.StartingPosition;
import io.github.flinkkvs.source.StoppingPosition;

import org.apache.flink.annotation.Internal;
import org.apache.flink.core.io.SimpleVersionedSerializer;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;

import javax.annotation.Nullable;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.EOFException;
import java.io.IOException;

/**
 * The serialized form of a split. State lives for years: a new form gets a new version and a read
 * method of its own, and those of old versions stay as they are.
 */
@Internal
public final class KvsSplitSerializer implements SimpleVersionedSerializer<KvsSplit> {

    private static final int VERSION_1 = 1;

    /** Added the fragment that is being read frame by frame. */
    private static final int VERSION_2 = 2;

    @Override
    public int getVersion() {
        return VERSION_2;
    }

    @Override
    public byte[] serialize(KvsSplit split) throws IOException {
        DataOutputSerializer out = new DataOutputSerializer(256);
        out.writeUTF(split.arn().toString());
        out.writeByte(split.start().kind().ordinal());
        writeTimestamp(split.start().timestampMillis(), out);
        writeNumber(split.start().fragmentNumber(), out);
        out.writeByte(split.stop().kind().ordinal());
        writeTimestamp(split.stop().timestampMillis(), out);
        writeNumber(split.stop().fragmentNumber(), out);
        FragmentPosition position = split.position();
        writeNumber(position == null ? null : position.number(), out);
        if (position != null) {
            out.writeLong(position.serverTimestampMillis());
        }
        writeTimestamp(split.caughtUpMillis(), out);
        OpenFragment open = split.open();
        writeNumber(open == null ? null : open.number(), out);
        if (open != null) {
            out.writeInt(open.frames());
        }
        return out.getCopyOfBuffer();
    }

    @Override
    public KvsSplit deserialize(int version, byte[] serialized) throws IOException {
        if (version != VERSION_1 && version != VERSION_2) {
            throw new IOException(
                    "State of a Kinesis video stream in version "
                            + version
                            + ", but this connector knows versions up to "
                            + VERSION_2
                            + ". Restore it with the connector that wrote it, or a newer one.");
        }
        DataInputDeserializer in = new DataInputDeserializer(serialized);
        KvsSplit split;
        try {
            split = version == VERSION_1 ? readVersion1(in) : readVersion2(in);
        } catch (EOFException e) {
            throw damaged("it ends too early", e);
        } catch (IllegalArgumentException e) {
            throw damaged(e.getMessage(), e);
        }
        if (in.available() > 0) {
            throw new IOException(
                    in.available() + " bytes too many in the state of stream " + split.arn());
        }
        return split;
    }

    private static IOException damaged(String how, Exception cause) {
        return new IOException("Damaged state of a Kinesis video stream: " + how, cause);
    }

    private static KvsSplit readVersion1(DataInput in) throws IOException {
        StreamArn arn = StreamArn.parse(in.readUTF());
        StartingPosition start =
                StartingPosition.of(
                        kind(StartingPosition.Kind.values(), in.readByte(), "starting"),
                        readTimestamp(in),
                        readNumber(in));
        StoppingPosition stop =
                StoppingPosition.of(
                        kind(StoppingPosition.Kind.values(), in.readByte(), "stopping"),
                        readTimestamp(in),
                        readNumber(in));
        FragmentNumber number = readNumber(in);
        FragmentPosition position =
                number == null ? null : new FragmentPosition(number, in.readLong());
        return new KvsSplit(arn, start, stop, position, readTimestamp(in));
    }

    private static KvsSplit readVersion2(DataInput in) throws IOException {
        KvsSplit split = readVersion1(in);
        FragmentNumber number = readNumber(in);
        return number == null ? split : split.within(new OpenFragment(number, in.readInt()));
    }

    private static <K> K kind(K[] kinds, int ordinal, String what) {
        if (ordinal < 0 || ordinal >= kinds.length) {
            throw new IllegalArgumentException("no " + what + " position of kind " + ordinal);
        }
        return kinds[ordinal];
    }

    private static void writeTimestamp(@Nullable Long millis, DataOutput out) throws IOException {
        out.writeBoolean(millis != null);
        if (millis != null) {
            out.writeLong(millis);
        }
    }

    @Nullable
    private static Long readTimestamp(DataInput in) throws IOException {
        return in.readBoolean() ? in.readLong() : null;
    }

    private static void writeNumber(@Nullable FragmentNumber number, DataOutput out)
            throws IOException {
        out.writeUTF(number == null ? "" : number.toString());
    }

    @Nullable
    private static FragmentNumber readNumber(DataInput in) throws IOException {
        String text = in.readUTF();
        return text.isEmpty() ? null : FragmentNumber.of(text);
    }
}
