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
    private static final byte VERSION_2 = 2;

    /** Of how many calls before it a stream remembers the parts. */
    private static final int REMEMBERED_CALLS = 32;

    /** Products of longer spans overflow. */
    private static final long MAX_SAMPLES = 1L << 50;

    private static final class TrackState {
        final AudioCoding coding;
        long samples;

        TrackState(AudioCoding coding) {
            this.coding = coding;
        }
    }

    private final String streamName;
    @Nullable private final String callId;

    /** The tags of the call, the last value of each name. */
    private final Map<String, String> tags = new LinkedHashMap<>();

    /** How many parts calls before it had, so that none of them comes twice if a call returns. */
    private final Map<String, Integer> earlierParts = new LinkedHashMap<>();

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

    /** How many bytes of state its chunks take. */
    private long storedBytes;

    /** When the service received the first fragment of the part, by its clock. */
    private long serverTimestampMillis;

    /** Whether the next part only goes on where the last one became too large. */
    private boolean goesOn;

    private final Map<String, TrackState> tracks = new LinkedHashMap<>();

    CallState(String streamName, @Nullable String callId) {
        this.streamName = streamName;
        this.callId = callId;
    }

    /** The next call of the stream. */
    CallState next(@Nullable String nextId) {
        CallState next = new CallState(streamName, nextId);
        next.timer = timer;
        next.earlierParts.putAll(earlierParts);
        if (callId != null) {
            next.earlierParts.remove(callId);
            next.earlierParts.put(callId, part);
            if (next.earlierParts.size() > REMEMBERED_CALLS) {
                next.earlierParts.remove(next.earlierParts.keySet().iterator().next());
            }
        }
        if (nextId != null) {
            next.part = next.earlierParts.getOrDefault(nextId, 0);
        }
        return next;
    }

    String streamName() {
        return streamName;
    }

    /** What its tags tell; null if they tell nothing. */
    @Nullable
    String callId() {
        return callId;
    }

    /** Changes with the call. */
    Map<String, String> tags() {
        return tags;
    }

    /** When the service received the first fragment of the part, in epoch millis. */
    long serverTimestampMillis() {
        return serverTimestampMillis;
    }

    /** When the open part begins. */
    long beginMillis() {
        return beginMillis;
    }

    /** Whether it is a further fragment of this call, which tells the same or nothing. */
    boolean isOf(@Nullable String otherId) {
        return otherId == null || otherId.equals(callId);
    }

    /** Whether audio is too far from the open part in time, or coded otherwise, to join it. */
    boolean isCutOffFrom(List<AudioChunk> fragment, long quietMillis) {
        long begin = Long.MAX_VALUE;
        for (AudioChunk chunk : fragment) {
            TrackState track = tracks.get(chunk.track());
            if (track != null && !track.coding.equals(chunk.coding())) {
                return true;
            }
            begin = Math.min(begin, chunk.beginMillis());
        }
        // Times that somebody made up overflow as integers.
        return Math.abs((double) begin - endMillis) > quietMillis;
    }

    /** Whether the part with this audio is small enough, as its files and as they are kept. */
    boolean hasRoomFor(List<AudioChunk> fragment, long maxBytes) {
        long stored = storedBytes;
        for (AudioChunk chunk : fragment) {
            stored += chunk.storedBytes();
        }
        return stored <= maxBytes && wavBytesWith(fragment) <= maxBytes;
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
        double span = (double) millis * coding.samplesPerSecond() / 1000;
        return coding.wavBytes((long) Math.min(MAX_SAMPLES, Math.max(samples, span)));
    }

    /**
     * Begins a part, if none is open. Without tags a part that does not go on where the last one
     * ended is a recording of its own, whose first part it is; unless it is of the same fragment.
     *
     * @param serverMillis when the service received the fragment that is about to be added
     */
    void begin(long serverMillis) {
        if (chunks == 0) {
            if (callId == null && !goesOn && serverMillis != serverTimestampMillis) {
                part = 0;
            }
            serverTimestampMillis = serverMillis;
        }
    }

    /** Counts a chunk that was added to the open part. */
    void add(AudioChunk chunk) {
        beginMillis =
                chunks == 0 ? chunk.beginMillis() : Math.min(beginMillis, chunk.beginMillis());
        endMillis = chunks == 0 ? chunk.endMillis() : Math.max(endMillis, chunk.endMillis());
        chunks++;
        storedBytes += chunk.storedBytes();
        tracks.computeIfAbsent(chunk.track(), name -> new TrackState(chunk.coding())).samples +=
                chunk.samples();
    }

    /**
     * The open part is over; the next fragment begins another.
     *
     * @param full whether it is only because there was no room for more
     */
    void endPart(boolean full) {
        part++;
        goesOn = full;
        chunks = 0;
        storedBytes = 0;
        tracks.clear();
    }

    byte[] toBytes() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        out.writeByte(VERSION_2);
        StateText.write(out, streamName);
        StateText.writeNullable(out, callId);
        StateText.write(out, tags);
        StateText.writeNullable(out, mimeType);
        out.writeInt(part);
        out.writeInt(chunks);
        out.writeLong(cameAt);
        out.writeBoolean(timer);
        out.writeLong(beginMillis);
        out.writeLong(endMillis);
        out.writeLong(storedBytes);
        out.writeLong(serverTimestampMillis);
        out.writeBoolean(goesOn);
        out.writeInt(tracks.size());
        for (Map.Entry<String, TrackState> track : tracks.entrySet()) {
            StateText.write(out, track.getKey());
            track.getValue().coding.write(out);
            out.writeLong(track.getValue().samples);
        }
        out.writeInt(earlierParts.size());
        for (Map.Entry<String, Integer> call : earlierParts.entrySet()) {
            StateText.write(out, call.getKey());
            out.writeInt(call.getValue());
        }
        return bytes.toByteArray();
    }

    static CallState fromBytes(byte[] bytes) throws IOException {
        DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes));
        byte version = in.readByte();
        switch (version) {
            case VERSION_1:
                return readVersion1(in);
            case VERSION_2:
                return readVersion2(in);
            default:
                throw new IOException("A call in the unknown version " + version);
        }
    }

    private static CallState readVersion2(DataInputStream in) throws IOException {
        String streamName = StateText.read(in);
        CallState state = new CallState(streamName, StateText.readNullable(in));
        state.tags.putAll(StateText.readMap(in));
        state.mimeType = StateText.readNullable(in);
        state.part = in.readInt();
        state.chunks = in.readInt();
        state.cameAt = in.readLong();
        state.timer = in.readBoolean();
        state.beginMillis = in.readLong();
        state.endMillis = in.readLong();
        state.storedBytes = in.readLong();
        state.serverTimestampMillis = in.readLong();
        state.goesOn = in.readBoolean();
        for (int more = in.readInt(); more > 0; more--) {
            String name = StateText.read(in);
            TrackState track = new TrackState(AudioCoding.read(in));
            track.samples = in.readLong();
            state.tracks.put(name, track);
        }
        for (int more = in.readInt(); more > 0; more--) {
            String id = StateText.read(in);
            state.earlierParts.put(id, in.readInt());
        }
        return state;
    }

    /** From when only ContactId told calls apart. */
    private static CallState readVersion1(DataInputStream in) throws IOException {
        String streamName = in.readUTF();
        String contactId = in.readBoolean() ? in.readUTF() : null;
        CallState state = new CallState(streamName, contactId);
        if (contactId != null) {
            state.tags.put(CallTracks.CONTACT_ID, contactId);
        }
        state.mimeType = in.readBoolean() ? in.readUTF() : null;
        state.part = in.readInt();
        state.chunks = in.readInt();
        state.cameAt = in.readLong();
        state.timer = in.readBoolean();
        state.beginMillis = in.readLong();
        state.endMillis = in.readLong();
        // As near as it is known.
        state.serverTimestampMillis = state.beginMillis;
        for (int more = in.readInt(); more > 0; more--) {
            String name = in.readUTF();
            TrackState track = new TrackState(AudioCoding.readVersion1(in));
            track.samples = in.readLong();
            state.tracks.put(name, track);
        }
        return state;
    }
}
