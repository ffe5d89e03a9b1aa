/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.testing;

import javax.annotation.Nullable;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What one GetMedia connection was sent. Thread-safe: guarded by the lock of its log. */
public final class MediaSession {
    private final ServiceLog log;
    private final String stream;
    private final String requestId;
    private final String startSelector;
    private final long openedNanos = System.nanoTime();
    private final Collection<String> started;
    private final Collection<String> sent;
    private final Map<String, Long> sentNanos;
    private long bytesSent;
    private long endedNanos;
    @Nullable private EndReason endReason;

    MediaSession(ServiceLog log, String stream, String requestId, String startSelector) {
        this.log = log;
        this.stream = stream;
        this.requestId = requestId;
        this.startSelector = startSelector;
        int limit = log.limit();
        started = new Newest<>(limit);
        sent = new Newest<>(limit);
        sentNanos =
                new LinkedHashMap<>() {
                    private static final long serialVersionUID = 1L;

                    @Override
                    protected boolean removeEldestEntry(Map.Entry<String, Long> eldest) {
                        return size() > limit;
                    }
                };
    }

    public String stream() {
        return stream;
    }

    public String requestId() {
        return requestId;
    }

    /** The selector as in {@link ApiCall#startSelector()}. */
    public String startSelector() {
        return startSelector;
    }

    /** Numbers of the fragments whose first byte was sent, in order. */
    public List<String> fragmentsStarted() {
        synchronized (log.lock) {
            return List.copyOf(started);
        }
    }

    /** Numbers of the fragments whose last byte was handed to the network, in order. */
    public List<String> fragmentsSent() {
        synchronized (log.lock) {
            return List.copyOf(sent);
        }
    }

    /**
     * When the last byte of each fragment was handed to the network, by fragment number: a {@link
     * System#nanoTime()} from before it was encrypted and written. Of a fragment that was sent
     * twice, the second time.
     */
    public Map<String, Long> fragmentsSentNanos() {
        synchronized (log.lock) {
            return Map.copyOf(sentNanos);
        }
    }

    /** Bytes of the body so far. */
    public long bytesSent() {
        synchronized (log.lock) {
            return bytesSent;
        }
    }

    /** Null while it lasts. */
    @Nullable
    public EndReason endReason() {
        synchronized (log.lock) {
            return endReason;
        }
    }

    /** How long it lasted, or has lasted until now, in nanoseconds. */
    public long durationNanos() {
        synchronized (log.lock) {
            return (endReason == null ? System.nanoTime() : endedNanos) - openedNanos;
        }
    }

    void started(String number) {
        synchronized (log.lock) {
            started.add(number);
            log.lock.notifyAll();
        }
    }

    void sent(String number, long handedOverNanos) {
        synchronized (log.lock) {
            sent.add(number);
            sentNanos.put(number, handedOverNanos);
            log.lock.notifyAll();
        }
    }

    /** Without waking waiters: bytes come too often for that. */
    void bytes(long bytes) {
        synchronized (log.lock) {
            bytesSent += bytes;
        }
    }

    void ended(EndReason reason) {
        synchronized (log.lock) {
            endReason = reason;
            endedNanos = System.nanoTime();
            log.lock.notifyAll();
        }
    }

    boolean hasSent(String number) {
        return sentNanos.containsKey(number);
    }

    boolean hasEnded() {
        return endReason != null;
    }

    @Override
    public String toString() {
        synchronized (log.lock) {
            return stream
                    + " "
                    + startSelector
                    + ": "
                    + sent.size()
                    + " fragments, "
                    + bytesSent
                    + " bytes, "
                    + (endReason == null ? "open" : endReason);
        }
    }
}
