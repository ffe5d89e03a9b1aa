/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.testing.internal.log;

import io.github.flinkkvs.testing.log.Acknowledgement;
import io.github.flinkkvs.testing.log.EndReason;
import io.github.flinkkvs.testing.log.ReceivedMedia;

import javax.annotation.Nullable;

import java.util.Collection;
import java.util.List;

/** Records a PutMedia call. Thread-safe: guarded by the lock of its log. */
public final class RecordedUpload implements ReceivedMedia {
    private final RecordedLog log;
    private final String stream;
    private final String requestId;
    private final long openedNanos = System.nanoTime();
    private final Collection<Acknowledgement> acknowledgements;
    private long bytesReceived;
    private long endedNanos;
    @Nullable private EndReason endReason;

    public RecordedUpload(RecordedLog log, String stream, String requestId) {
        this.log = log;
        this.stream = stream;
        this.requestId = requestId;
        acknowledgements = new Newest<>(log.limit());
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
    public List<Acknowledgement> acknowledgements() {
        synchronized (log.lock) {
            return List.copyOf(acknowledgements);
        }
    }

    @Override
    public long bytesReceived() {
        synchronized (log.lock) {
            return bytesReceived;
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

    public void acknowledged(Acknowledgement sent) {
        synchronized (log.lock) {
            acknowledgements.add(sent);
            log.lock.notifyAll();
        }
    }

    /** Without waking waiters: bytes come too often for that. */
    public void bytes(long bytes) {
        synchronized (log.lock) {
            bytesReceived += bytes;
        }
    }

    public void ended(EndReason reason) {
        synchronized (log.lock) {
            endReason = reason;
            endedNanos = System.nanoTime();
            log.lock.notifyAll();
        }
    }

    @Override
    public String toString() {
        synchronized (log.lock) {
            return stream
                    + ": "
                    + acknowledgements
                    + ", "
                    + bytesReceived
                    + " bytes, "
                    + (endReason == null ? "open" : endReason);
        }
    }
}
