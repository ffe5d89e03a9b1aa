/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.media.clip;

import io.github.flinkkvs.source.serialization.ImmutableSerializer;

import org.apache.flink.annotation.Internal;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

import java.io.IOException;

/** Serializes requests for clips; the form begins with a version. */
@Internal
public final class ClipRequestSerializer extends ImmutableSerializer<ClipRequest> {

    private static final long serialVersionUID = 1L;

    private static final byte VERSION_1 = 1;

    public static final ClipRequestSerializer INSTANCE = new ClipRequestSerializer();

    private ClipRequestSerializer() {}

    @Override
    public void serialize(ClipRequest request, DataOutputView target) throws IOException {
        target.writeByte(VERSION_1);
        target.writeUTF(request.stream());
        target.writeLong(request.fromMillis());
        target.writeLong(request.toMillis());
        target.writeUTF(request.clock().name());
        target.writeUTF(request.format().name());
    }

    @Override
    protected ClipRequest read(DataInputView source) throws IOException {
        byte version = source.readByte();
        if (version != VERSION_1) {
            throw new IOException(
                    "A request for a clip in version "
                            + version
                            + " of its serialized form, but only version "
                            + VERSION_1
                            + " is known here. Read it with what wrote it, or newer.");
        }
        return new ClipRequest(
                source.readUTF(),
                source.readLong(),
                source.readLong(),
                ClipRequest.Clock.valueOf(source.readUTF()),
                Clip.Format.valueOf(source.readUTF()));
    }

    @Override
    public TypeSerializerSnapshot<ClipRequest> snapshotConfiguration() {
        return new Snapshot();
    }

    /** Says in checkpoints that this serializer wrote the data; its versions are in the data. */
    public static final class Snapshot extends SimpleTypeSerializerSnapshot<ClipRequest> {
        public Snapshot() {
            super(() -> INSTANCE);
        }
    }

    private Object readResolve() {
        return INSTANCE;
    }
}
