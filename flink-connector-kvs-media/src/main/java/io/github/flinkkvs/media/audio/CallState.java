/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.media.audio;

import javax.annotation.Nullable;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The state of a stream besides the audio itself: its call, and the call's open part. Not
 * thread-safe.
 */
final class CallState {

    /** The number of earlier calls whose parts a stream remembers. */
    private static final int REMEMBERED_CALLS = 32;

    private final String streamName;
    @Nullable private final CallId id;

    /** The tags of the call, the last value of each name. */
    private final Map<String, String> tags = new LinkedHashMap<>();

    /** The number of parts of earlier calls, so that no part number repeats if a call returns. */
    final Map<CallId, Integer> earlierParts = new LinkedHashMap<>();

    /** The call's last tag MimeType; null if it has none. */
    @Nullable String mimeType;

    /** The number of the open part, or of the next one. */
    int part;

    /** When its last fragment came, by this machine's clock, in epoch millis. */
    long cameAt;

    /** Whether a timer is set that checks whether the call has become quiet. */
    boolean timer;

    /** The part that chunks are added to. */
    final CallPart open = new CallPart();

    /** When the service received the first fragment of the part, by its clock. */
    long serverTimestampMillis;

    /** Whether the last part ended only because it was full, so that the next one continues it. */
    boolean goesOn;

    CallState(String streamName, @Nullable CallId id) {
        this.streamName = streamName;
        this.id = id;
    }

    /** The next call of the stream. */
    CallState next(@Nullable CallId nextId) {
        CallState next = new CallState(streamName, nextId);
        next.timer = timer;
        next.earlierParts.putAll(earlierParts);
        if (id != null) {
            next.earlierParts.remove(id);
            next.earlierParts.remove(id.inEarlierVersions());
            next.earlierParts.put(id, part);
            if (next.earlierParts.size() > REMEMBERED_CALLS) {
                next.earlierParts.remove(next.earlierParts.keySet().iterator().next());
            }
        }
        if (nextId != null) {
            int parts = next.earlierParts.getOrDefault(nextId.inEarlierVersions(), 0);
            next.part = next.earlierParts.getOrDefault(nextId, parts);
        }
        return next;
    }

    String streamName() {
        return streamName;
    }

    /** Null if its fragments have none of the tags that identify calls. */
    @Nullable
    CallId id() {
        return id;
    }

    /** Null if {@link #id} is. */
    @Nullable
    String callId() {
        return id == null ? null : id.text();
    }

    /** Changes with the call. */
    Map<String, String> tags() {
        return tags;
    }

    /** Whether a fragment with this id, or without one, belongs to this call. */
    boolean isOf(@Nullable CallId told) {
        return told == null || id != null && id.isSameAs(told);
    }

    /**
     * Begins a part if none is open. Without tags, a part that does not continue the last one is
     * the first part of a new recording, unless both are of the same fragment.
     *
     * @param serverMillis when the service received the fragment that is about to be added
     */
    void begin(long serverMillis) {
        if (!open.isOpen()) {
            if (id == null && !goesOn && serverMillis != serverTimestampMillis) {
                part = 0;
            }
            serverTimestampMillis = serverMillis;
        }
    }

    /**
     * The open part is over; the next fragment begins another.
     *
     * @param full whether it ends only because there is no room for more
     */
    void endPart(boolean full) {
        part++;
        goesOn = full;
        open.clear();
    }

    byte[] toBytes() throws IOException {
        return CallStateForm.write(this);
    }

    static CallState fromBytes(byte[] bytes) throws IOException {
        return CallStateForm.read(bytes);
    }
}
