/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.media;

import javax.annotation.Nullable;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What is kept of a stream beside the audio itself: its call, and the part of it that is being
 * gathered. Not thread-safe.
 */
final class CallState {

    private static final byte VERSION_1 = 1;

    private static final class TrackState {
        final AudioCoding coding;
        long samples;

        TrackState(AudioCoding coding) {
            this.coding = coding;
        }
    }

    private final String streamName;
    @Nullable private final String contactId;

    /** What the call's last tag said. */
    @Nullable String mimeType;

    /** The part that is being gathered, or comes next. */
    int part;

    /** Its chunks so far; 0 if there is no open part. */
    int chunks;

    /** When its last fragment came, by the clock of the machine. */
    long cameAt;

    /** Whether a timer is set that asks if the call has become quiet. */
    boolean timer;

    private long beginMillis;
    private long endMillis;
    private final Map<String, TrackState> tracks = new LinkedHashMap<>();

    CallState(String streamName, @Nullable String contactId) {
        this.streamName = streamName;
        this.contactId = contactId;
    }

    String streamName() {
        return streamName;
    }

    @Nullable
    String contactId() {
        return contactId;
    }

    /** When the open part begins. */
    long beginMillis() {
        return beginMillis;
    }

    /** Whether it is a further fragment of this call, which tells its contact or nothing. */
    boolean isOf(@Nullable String otherContactId) {
        return otherContactId == null || otherContactId.equals(contactId);
    }

    /** Whether the audio of a fragment can join the open part. */
    boolean takes(List<AudioChunk> fragment, long quietMillis, long maxBytes) {
        long begin = Long.MAX_VALUE;
        for (AudioChunk chunk : fragment) {
            TrackState track = tracks.get(chunk.track());
            if (track != null && !track.coding.equals(chunk.coding())) {
                return false;
            }
            begin = Math.min(begin, chunk.beginMillis());
        }
        if (begin > endMillis + quietMillis || begin < endMillis - quietMillis) {
            return false;
        }
        return wavBytesWith(fragment) <= maxBytes;
    }

    /** The size of the part's files with the audio of one more fragment, about. */
    private long wavBytesWith(List<AudioChunk> fragment) {
        long begin = beginMillis;
        long end = endMillis;
        Map<String, AudioChunk> more = new LinkedHashMap<>();
        for (AudioChunk chunk : fragment) {
            begin = Math.min(begin, chunk.beginMillis());
            end = Math.max(end, chunk.endMillis());
            more.put(chunk.track(), chunk);
        }
        long bytes = 0;
        for (Map.Entry<String, TrackState> entry : tracks.entrySet()) {
            AudioChunk chunk = more.remove(entry.getKey());
            TrackState track = entry.getValue();
            long samples = track.samples + (chunk == null ? 0 : chunk.samples());
            bytes += wavBytes(track.coding, samples, end - begin);
        }
        for (AudioChunk chunk : more.values()) {
            bytes += wavBytes(chunk.coding(), chunk.samples(), end - begin);
        }
        return bytes;
    }

    /** Silence counts as well. */
    private static long wavBytes(AudioCoding coding, long samples, long millis) {
        long span = millis * coding.samplesPerSecond() / 1000;
        return coding.wavBytes(Math.max(samples, span));
    }

    /** Counts a chunk that was added to the open part, or begins one. */
    void add(AudioChunk chunk) {
        beginMillis =
                chunks == 0 ? chunk.beginMillis() : Math.min(beginMillis, chunk.beginMillis());
        endMillis = chunks == 0 ? chunk.endMillis() : Math.max(endMillis, chunk.endMillis());
        chunks++;
        tracks.computeIfAbsent(chunk.track(), name -> new TrackState(chunk.coding())).samples +=
                chunk.samples();
    }

    /** The open part is over; the next fragment begins another. */
    void endPart() {
        part++;
        chunks = 0;
        tracks.clear();
    }

    byte[] toBytes() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        out.writeByte(VERSION_1);
        out.writeUTF(streamName);
        writeNullable(out, contactId);
        writeNullable(out, mimeType);
        out.writeInt(part);
        out.writeInt(chunks);
        out.writeLong(cameAt);
        out.writeBoolean(timer);
        out.writeLong(beginMillis);
        out.writeLong(endMillis);
        out.writeInt(tracks.size());
        for (Map.Entry<String, TrackState> track : tracks.entrySet()) {
            out.writeUTF(track.getKey());
            track.getValue().coding.write(out);
            out.writeLong(track.getValue().samples);
        }
        return bytes.toByteArray();
    }

    static CallState fromBytes(byte[] bytes) throws IOException {
        DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes));
        byte version = in.readByte();
        if (version != VERSION_1) {
            throw new IOException("A call in the unknown version " + version);
        }
        CallState state = new CallState(in.readUTF(), readNullable(in));
        state.mimeType = readNullable(in);
        state.part = in.readInt();
        state.chunks = in.readInt();
        state.cameAt = in.readLong();
        state.timer = in.readBoolean();
        state.beginMillis = in.readLong();
        state.endMillis = in.readLong();
        for (int tracks = in.readInt(); tracks > 0; tracks--) {
            String name = in.readUTF();
            TrackState track = new TrackState(AudioCoding.read(in));
            track.samples = in.readLong();
            state.tracks.put(name, track);
        }
        return state;
    }

    private static void writeNullable(DataOutputStream out, @Nullable String text)
            throws IOException {
        out.writeBoolean(text != null);
        if (text != null) {
            out.writeUTF(text);
        }
    }

    @Nullable
    private static String readNullable(DataInputStream in) throws IOException {
        return in.readBoolean() ? in.readUTF() : null;
    }
}
