/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.testing.internal.log;

import io.github.flinkkvs.testing.log.EndReason;
import io.github.flinkkvs.testing.log.ServedMedia;

import javax.annotation.Nullable;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Records what is sent on a connection. Thread-safe: guarded by the lock of its log. */
public final class RecordedBody implements ServedMedia {
    private final RecordedLog log;
    private final String operation;
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

    /**
     * @param startSelector what the request asks for
     */
    public RecordedBody(
            RecordedLog log,
            String operation,
            String stream,
            String requestId,
            String startSelector) {
        this.log = log;
        this.operation = operation;
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

    @Override
    public String operation() {
        return operation;
    }

    @Override
    public String stream() {
        return stream;
    }

    @Override
    public String requestId() {
        return requestId;
    }

    @Override
    public String startSelector() {
        return startSelector;
    }

    @Override
    public List<String> fragmentsStarted() {
        synchronized (log.lock) {
            return List.copyOf(started);
        }
    }

    @Override
    public List<String> fragmentsSent() {
        synchronized (log.lock) {
            return List.copyOf(sent);
        }
    }

    @Override
    public Map<String, Long> fragmentsSentNanos() {
        synchronized (log.lock) {
            return Map.copyOf(sentNanos);
        }
    }

    @Override
    public long bytesSent() {
        synchronized (log.lock) {
            return bytesSent;
        }
    }

    @Override
    @Nullable
    public EndReason endReason() {
        synchronized (log.lock) {
            return endReason;
        }
    }

    @Override
    public long durationNanos() {
        synchronized (log.lock) {
            return (endReason == null ? System.nanoTime() : endedNanos) - openedNanos;
        }
    }

    /** The first byte of a fragment goes out. */
    public void started(String number) {
        synchronized (log.lock) {
            started.add(number);
            log.lock.notifyAll();
        }
    }

    /** The last byte of a fragment, handed over at that time, was written. */
    public void sent(String number, long handedOverNanos) {
        synchronized (log.lock) {
            sent.add(number);
            sentNanos.put(number, handedOverNanos);
            log.lock.notifyAll();
        }
    }

    /** Without waking waiters: bytes come too often for that. */
    public void bytes(long bytes) {
        synchronized (log.lock) {
            bytesSent += bytes;
        }
    }

    public void ended(EndReason reason) {
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
