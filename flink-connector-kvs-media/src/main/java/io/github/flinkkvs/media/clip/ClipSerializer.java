/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.media.clip;

import io.github.flinkkvs.media.StateBytes;
import io.github.flinkkvs.mkv.FragmentNumber;
import io.github.flinkkvs.mkv.SerializedBytes;
import io.github.flinkkvs.source.serialization.ImmutableSerializer;

import org.apache.flink.annotation.Internal;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Serializes clips; the form begins with a version. */
@Internal
public final class ClipSerializer extends ImmutableSerializer<Clip> {

    private static final long serialVersionUID = 1L;

    private static final byte VERSION_1 = 1;

    public static final ClipSerializer INSTANCE = new ClipSerializer();

    private ClipSerializer() {}

    @Override
    public void serialize(Clip clip, DataOutputView target) throws IOException {
        target.writeByte(VERSION_1);
        ClipRequestSerializer.INSTANCE.serialize(clip.request(), target);
        target.writeUTF(clip.streamName());
        target.writeUTF(clip.streamArn());
        target.writeLong(clip.beginMillis());
        target.writeLong(clip.endMillis());
        target.writeInt(clip.fragments().size());
        for (FragmentNumber number : clip.fragments()) {
            target.writeUTF(number.toString());
        }
        target.writeBoolean(clip.isComplete());
        target.writeInt(clip.array().length);
        target.write(clip.array());
    }

    @Override
    protected Clip read(DataInputView source) throws IOException {
        byte version = source.readByte();
        if (version != VERSION_1) {
            throw new IOException(
                    "A clip in version "
                            + version
                            + " of its serialized form, but only version "
                            + VERSION_1
                            + " is known here. Read it with what wrote it, or newer.");
        }
        ClipRequest request = ClipRequestSerializer.INSTANCE.deserialize(source);
        String streamName = source.readUTF();
        String streamArn = source.readUTF();
        long beginMillis = source.readLong();
        long endMillis = source.readLong();
        List<FragmentNumber> fragments = new ArrayList<>();
        for (int more = StateBytes.readCount(source); more > 0; more--) {
            fragments.add(FragmentNumber.of(source.readUTF()));
        }
        boolean complete = source.readBoolean();
        byte[] bytes = SerializedBytes.read(source);
        return new Clip(
                request, streamName, streamArn, beginMillis, endMillis, fragments, complete, bytes);
    }

    @Override
    public TypeSerializerSnapshot<Clip> snapshotConfiguration() {
        return new Snapshot();
    }

    /** Says in checkpoints that this serializer wrote the data; its versions are in the data. */
    public static final class Snapshot extends SimpleTypeSerializerSnapshot<Clip> {
        public Snapshot() {
            super(() -> INSTANCE);
        }
    }

    private Object readResolve() {
        return INSTANCE;
    }
}
