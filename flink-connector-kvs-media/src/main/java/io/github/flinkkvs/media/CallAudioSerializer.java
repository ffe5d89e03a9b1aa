/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.media;

import io.github.flinkkvs.mkv.SerializedBytes;
import io.github.flinkkvs.source.serialization.ImmutableSerializer;

import org.apache.flink.annotation.Internal;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

import java.io.IOException;
import java.util.Map;

/** Serializes the audio of calls; the form begins with a version. */
@Internal
public final class CallAudioSerializer extends ImmutableSerializer<CallAudio> {

    private static final long serialVersionUID = 1L;

    private static final byte VERSION_1 = 1;
    private static final byte VERSION_2 = 2;

    public static final CallAudioSerializer INSTANCE = new CallAudioSerializer();

    private CallAudioSerializer() {}

    @Override
    public void serialize(CallAudio record, DataOutputView target) throws IOException {
        target.writeByte(VERSION_2);
        StateText.writeNullable(target, record.callId());
        StateText.write(target, record.tags());
        StateText.write(target, record.streamName());
        StateText.write(target, record.track());
        target.writeInt(record.part());
        target.writeLong(record.firstTimestampMillis());
        target.writeLong(record.serverTimestampMillis());
        target.writeInt(record.samplesPerSecond());
        target.writeInt(record.channels());
        target.writeInt(record.bytes().length);
        target.write(record.bytes());
    }

    @Override
    protected CallAudio read(DataInputView source) throws IOException {
        byte version = source.readByte();
        switch (version) {
            case VERSION_1:
                return readVersion1(source);
            case VERSION_2:
                return readVersion2(source);
            default:
                throw new IOException(
                        "The audio of a call in version "
                                + version
                                + " of its serialized form, but this connector knows versions up to "
                                + VERSION_2
                                + ". Read it with the connector that wrote it, or a newer one.");
        }
    }

    private static CallAudio readVersion2(DataInputView source) throws IOException {
        String callId = StateText.readNullable(source);
        Map<String, String> tags = StateText.readMap(source);
        String stream = StateText.read(source);
        String track = StateText.read(source);
        int part = source.readInt();
        long firstTimestampMillis = source.readLong();
        long serverTimestampMillis = source.readLong();
        return new CallAudio(
                callId,
                tags,
                stream,
                track,
                part,
                firstTimestampMillis,
                serverTimestampMillis,
                readAboveZero(source),
                readAboveZero(source),
                SerializedBytes.read(source));
    }

    /** From when only ContactId identified calls. */
    private static CallAudio readVersion1(DataInputView source) throws IOException {
        String contactId = source.readBoolean() ? source.readUTF() : null;
        String stream = source.readUTF();
        String track = source.readUTF();
        int part = source.readInt();
        long firstTimestampMillis = source.readLong();
        return new CallAudio(
                contactId,
                contactId == null ? Map.of() : Map.of(CallAudio.CONTACT_ID, contactId),
                stream,
                track,
                part,
                firstTimestampMillis,
                firstTimestampMillis,
                readAboveZero(source),
                readAboveZero(source),
                SerializedBytes.read(source));
    }

    /** A rate, or a number of channels. */
    private static int readAboveZero(DataInputView source) throws IOException {
        int number = source.readInt();
        StateBytes.check(number > 0, "sound of " + number + " Hz or channels");
        return number;
    }

    @Override
    public TypeSerializerSnapshot<CallAudio> snapshotConfiguration() {
        return new Snapshot();
    }

    /** Says in checkpoints that this serializer wrote the data; its versions are in the data. */
    public static final class Snapshot extends SimpleTypeSerializerSnapshot<CallAudio> {
        public Snapshot() {
            super(() -> INSTANCE);
        }
    }

    private Object readResolve() {
        return INSTANCE;
    }
}
