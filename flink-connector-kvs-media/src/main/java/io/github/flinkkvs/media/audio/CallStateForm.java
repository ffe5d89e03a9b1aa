/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.media.audio;

import io.github.flinkkvs.media.CallAudio;
import io.github.flinkkvs.media.StateBytes;
import io.github.flinkkvs.media.StateText;
import io.github.flinkkvs.media.audio.codec.AudioCoding;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.Map;

/** The serialized form of {@link CallState}, which begins with its version. */
final class CallStateForm {

    private static final byte VERSION_1 = 1;
    private static final byte VERSION_2 = 2;
    private static final byte VERSION_3 = 3;

    private CallStateForm() {}

    static byte[] write(CallState state) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        CallPart open = state.open;
        out.writeByte(VERSION_3);
        StateText.write(out, state.streamName());
        out.writeBoolean(state.id() != null);
        if (state.id() != null) {
            write(out, state.id());
        }
        StateText.write(out, state.tags());
        StateText.writeNullable(out, state.mimeType);
        out.writeInt(state.part);
        out.writeInt(open.chunks);
        out.writeLong(state.cameAt);
        out.writeBoolean(state.timer);
        out.writeLong(open.beginMillis);
        out.writeLong(open.endMillis);
        out.writeLong(open.storedBytes);
        out.writeLong(state.serverTimestampMillis);
        out.writeBoolean(state.goesOn);
        out.writeInt(open.tracks.size());
        for (Map.Entry<String, CallPart.Track> track : open.tracks.entrySet()) {
            StateText.write(out, track.getKey());
            track.getValue().coding.write(out);
            out.writeLong(track.getValue().samples);
        }
        out.writeInt(state.earlierParts.size());
        for (Map.Entry<CallId, Integer> call : state.earlierParts.entrySet()) {
            write(out, call.getKey());
            out.writeInt(call.getValue());
        }
        return bytes.toByteArray();
    }

    private static void write(DataOutputStream out, CallId id) throws IOException {
        StateText.writeNullable(out, id.tags());
        StateText.write(out, id.text());
    }

    /** Throws an exception that says what is wrong if the bytes are damaged. */
    static CallState read(byte[] bytes) throws IOException {
        return StateBytes.read("a call", bytes, CallStateForm::read);
    }

    private static CallState read(DataInputStream in) throws IOException {
        byte version = in.readByte();
        switch (version) {
            case VERSION_1:
                return readVersion1(in);
            case VERSION_2:
                return readVersion2(in);
            case VERSION_3:
                return readVersion3(in);
            default:
                throw new IOException(
                        "The state of a call is in version "
                                + version
                                + " of its serialized form, but this connector knows versions up to "
                                + VERSION_3
                                + ". Restore it with the connector that wrote it, or a newer one.");
        }
    }

    private static CallState readVersion3(DataInputStream in) throws IOException {
        String streamName = StateText.read(in);
        CallState state = new CallState(streamName, in.readBoolean() ? readId(in) : null);
        readCall(in, state);
        for (int more = StateBytes.readCount(in); more > 0; more--) {
            CallId id = readId(in);
            state.earlierParts.put(id, in.readInt());
        }
        return state;
    }

    private static CallId readId(DataInputStream in) throws IOException {
        String tags = StateText.readNullable(in);
        return CallId.restored(tags, StateText.read(in));
    }

    /** The version without the names of the tags that identify a call. */
    private static CallState readVersion2(DataInputStream in) throws IOException {
        String streamName = StateText.read(in);
        String id = StateText.readNullable(in);
        CallState state = new CallState(streamName, id == null ? null : CallId.restored(null, id));
        readCall(in, state);
        for (int more = StateBytes.readCount(in); more > 0; more--) {
            CallId earlier = CallId.restored(null, StateText.read(in));
            state.earlierParts.put(earlier, in.readInt());
        }
        return state;
    }

    private static void readCall(DataInputStream in, CallState state) throws IOException {
        state.tags().putAll(StateText.readMap(in));
        state.mimeType = CallTracks.sensible(StateText.readNullable(in));
        state.part = StateBytes.readCount(in);
        state.open.chunks = StateBytes.readCount(in);
        state.cameAt = in.readLong();
        state.timer = in.readBoolean();
        state.open.beginMillis = in.readLong();
        state.open.endMillis = in.readLong();
        state.open.storedBytes = in.readLong();
        state.serverTimestampMillis = in.readLong();
        state.goesOn = in.readBoolean();
        for (int more = StateBytes.readCount(in); more > 0; more--) {
            String name = StateText.read(in);
            AudioCoding coding = AudioCoding.read(in);
            state.open.tracks.put(name, new CallPart.Track(coding, in.readLong()));
        }
    }

    /** The version in which only ContactId identified calls. */
    private static CallState readVersion1(DataInputStream in) throws IOException {
        String streamName = in.readUTF();
        String contactId = in.readBoolean() ? in.readUTF() : null;
        CallState state =
                new CallState(
                        streamName, contactId == null ? null : CallId.restored(null, contactId));
        if (contactId != null) {
            state.tags().put(CallAudio.CONTACT_ID, contactId);
        }
        state.mimeType = CallTracks.sensible(in.readBoolean() ? in.readUTF() : null);
        state.part = StateBytes.readCount(in);
        state.open.chunks = StateBytes.readCount(in);
        state.cameAt = in.readLong();
        state.timer = in.readBoolean();
        state.open.beginMillis = in.readLong();
        state.open.endMillis = in.readLong();
        // The nearest known value.
        state.serverTimestampMillis = state.open.beginMillis;
        for (int more = StateBytes.readCount(in); more > 0; more--) {
            String name = in.readUTF();
            AudioCoding coding = AudioCoding.readVersion1(in);
            state.open.tracks.put(name, new CallPart.Track(coding, in.readLong()));
        }
        return state;
    }
}
