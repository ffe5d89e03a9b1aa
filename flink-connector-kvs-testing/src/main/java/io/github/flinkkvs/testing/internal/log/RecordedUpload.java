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
import io.github.flinkkvs.testing.log.ReceivedMedia;

import java.util.Collection;
import java.util.List;

/** Records a PutMedia call. Thread-safe: guarded by the lock of its log. */
public final class RecordedUpload extends RecordedMedia implements ReceivedMedia {
    private final Collection<Acknowledgement> acknowledgements;

    public RecordedUpload(RecordedLog log, String stream, String requestId) {
        super(log, stream, requestId);
        acknowledgements = new Newest<>(log.limit());
    }

    @Override
    public List<Acknowledgement> acknowledgements() {
        synchronized (log.lock) {
            return List.copyOf(acknowledgements);
        }
    }

    @Override
    public long bytesReceived() {
        return bytes();
    }

    public void acknowledged(Acknowledgement sent) {
        synchronized (log.lock) {
            acknowledgements.add(sent);
            log.lock.notifyAll();
        }
    }

    @Override
    public String toString() {
        synchronized (log.lock) {
            return stream() + ": " + acknowledgements + ", " + bytes() + " bytes, " + state();
        }
    }
}
