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

import javax.annotation.Nullable;

/** Records a call that carries media either way. Thread-safe: guarded by the lock of its log. */
abstract class RecordedMedia {
    final RecordedLog log;
    private final String stream;
    private final String requestId;
    private final long openedNanos = System.nanoTime();
    private long bytes;
    private long endedNanos;
    @Nullable private EndReason endReason;

    RecordedMedia(RecordedLog log, String stream, String requestId) {
        this.log = log;
        this.stream = stream;
        this.requestId = requestId;
    }

    public String stream() {
        return stream;
    }

    public String requestId() {
        return requestId;
    }

    @Nullable
    public EndReason endReason() {
        synchronized (log.lock) {
            return endReason;
        }
    }

    public long durationNanos() {
        synchronized (log.lock) {
            return (endReason == null ? System.nanoTime() : endedNanos) - openedNanos;
        }
    }

    /** All bytes so far. */
    long bytes() {
        synchronized (log.lock) {
            return bytes;
        }
    }

    /** More bytes, without waking waiters: bytes come too often for that. */
    public void bytes(long more) {
        synchronized (log.lock) {
            bytes += more;
        }
    }

    public void ended(EndReason reason) {
        synchronized (log.lock) {
            endReason = reason;
            endedNanos = System.nanoTime();
            log.lock.notifyAll();
        }
    }

    /** How it ended, if it did. */
    Object state() {
        return endReason == null ? "open" : endReason;
    }
}
