/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.testing.internal.log;

import io.github.flinkkvs.testing.log.ServedMedia;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Records what is sent on a connection. Thread-safe: guarded by the lock of its log. */
public final class RecordedBody extends RecordedMedia implements ServedMedia {
    private final String operation;
    private final String startSelector;
    private final Collection<String> started;
    private final Collection<String> sent;
    private final Map<String, Long> sentNanos;

    /**
     * @param startSelector what the request asks for
     */
    public RecordedBody(
            RecordedLog log,
            String operation,
            String stream,
            String requestId,
            String startSelector) {
        super(log, stream, requestId);
        this.operation = operation;
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
        return bytes();
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

    boolean hasSent(String number) {
        return sentNanos.containsKey(number);
    }

    boolean hasEnded() {
        return endReason() != null;
    }

    @Override
    public String toString() {
        synchronized (log.lock) {
            return stream()
                    + " "
                    + startSelector
                    + ": "
                    + sent.size()
                    + " fragments, "
                    + bytes()
                    + " bytes, "
                    + state();
        }
    }
}
