/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.source.serialization;

import io.github.flinkkvs.mkv.Fragment;
import io.github.flinkkvs.mkv.FragmentSerialization;

import org.apache.flink.annotation.Internal;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

import java.io.IOException;

/**
 * Serializes fragments. The form begins with a version, so that fragments in old state stay
 * readable when it changes.
 */
@Internal
public final class FragmentSerializer extends ImmutableSerializer<Fragment> {

    private static final long serialVersionUID = 1L;

    private static final byte VERSION_1 = 1;

    /** Added the time of arrival. */
    private static final byte VERSION_2 = 2;

    public static final FragmentSerializer INSTANCE = new FragmentSerializer();

    private FragmentSerializer() {}

    @Override
    public void serialize(Fragment record, DataOutputView target) throws IOException {
        target.writeByte(VERSION_2);
        FragmentSerialization.write(record, target);
    }

    @Override
    protected Fragment read(DataInputView source) throws IOException {
        byte version = source.readByte();
        switch (version) {
            case VERSION_1:
                return FragmentSerialization.readVersion1(source);
            case VERSION_2:
                return FragmentSerialization.readVersion2(source);
            default:
                throw new IOException(
                        "A fragment in version "
                                + version
                                + " of its serialized form, but this connector knows versions up"
                                + " to "
                                + VERSION_2
                                + ". Read it with the connector that wrote it, or a newer one.");
        }
    }

    @Override
    public TypeSerializerSnapshot<Fragment> snapshotConfiguration() {
        return new Snapshot();
    }

    /** Says in checkpoints that this serializer wrote the data; its versions are in the data. */
    public static final class Snapshot extends SimpleTypeSerializerSnapshot<Fragment> {
        public Snapshot() {
            super(() -> INSTANCE);
        }
    }

    private Object readResolve() {
        return INSTANCE;
    }
}
