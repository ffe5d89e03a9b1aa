/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.media;

import io.github.flinkkvs.mkv.FragmentNumber;
import io.github.flinkkvs.mkv.SerializedBytes;
import io.github.flinkkvs.source.serialization.ImmutableSerializer;

import org.apache.flink.annotation.Internal;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

import java.io.IOException;

/** Serializes pictures. The form begins with a version, like that of fragments. */
@Internal
public final class PictureSerializer extends ImmutableSerializer<Picture> {

    private static final long serialVersionUID = 1L;

    /** Has no length: it follows from the size and the format. */
    private static final byte VERSION_1 = 1;

    private static final byte VERSION_2 = 2;

    public static final PictureSerializer INSTANCE = new PictureSerializer();

    private PictureSerializer() {}

    @Override
    public void serialize(Picture picture, DataOutputView target) throws IOException {
        target.writeByte(VERSION_2);
        target.writeUTF(picture.streamName());
        target.writeUTF(picture.fragmentNumber().toString());
        target.writeLong(picture.trackNumber());
        target.writeInt(picture.frameIndex());
        target.writeLong(picture.timestampMillis());
        target.writeInt(picture.width());
        target.writeInt(picture.height());
        target.writeUTF(picture.format().name());
        target.writeInt(picture.array().length);
        target.write(picture.array());
    }

    @Override
    protected Picture read(DataInputView source) throws IOException {
        byte version = source.readByte();
        if (version != VERSION_1 && version != VERSION_2) {
            throw new IOException(
                    "A picture in version "
                            + version
                            + " of its serialized form, but this connector knows versions up to "
                            + VERSION_2
                            + ". Read it with the connector that wrote it, or a newer one.");
        }
        String streamName = source.readUTF();
        FragmentNumber fragmentNumber = FragmentNumber.of(source.readUTF());
        long trackNumber = source.readLong();
        int frameIndex = source.readInt();
        long timestampMillis = source.readLong();
        int width = source.readInt();
        int height = source.readInt();
        Picture.Format format = Picture.Format.valueOf(source.readUTF());
        int length =
                version == VERSION_1
                        ? Math.multiplyExact(
                                Math.multiplyExact(width, height), format.bytesPerPixel())
                        : source.readInt();
        byte[] pixels = SerializedBytes.read(length, source);
        return new Picture(
                streamName,
                fragmentNumber,
                trackNumber,
                frameIndex,
                timestampMillis,
                width,
                height,
                format,
                pixels);
    }

    @Override
    public TypeSerializerSnapshot<Picture> snapshotConfiguration() {
        return new Snapshot();
    }

    /** Says in checkpoints that this serializer wrote the data; its versions are in the data. */
    public static final class Snapshot extends SimpleTypeSerializerSnapshot<Picture> {
        public Snapshot() {
            super(() -> INSTANCE);
        }
    }

    private Object readResolve() {
        return INSTANCE;
    }
}
