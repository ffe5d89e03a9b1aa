/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.testing.internal.ingest;

import io.github.flinkkvs.testing.behavior.StreamSettings;
import io.github.flinkkvs.testing.faults.AckError;
import io.github.flinkkvs.testing.internal.store.FragmentStore;
import io.github.flinkkvs.testing.internal.store.StoredDocument;
import io.github.flinkkvs.testing.internal.streams.KvsStream;
import io.github.flinkkvs.testing.log.Acknowledgement;

import javax.annotation.Nullable;

import java.util.function.Supplier;

/**
 * Stores and acknowledges the fragments of a PutMedia call. Owned by the event loop of its
 * connection.
 */
final class UploadedFragments implements UploadAssembler.Sink {
    private final FragmentStore store;
    private final Supplier<StreamSettings> settings;
    private final ProducerClock clock;
    private final UploadFaults faults;
    private final AckWriter acks;
    private int count;
    private long timecode;

    /** The fragment that is being stored; null if none is. */
    @Nullable private StoredDocument open;

    UploadedFragments(KvsStream stream, ProducerClock clock, UploadFaults faults, AckWriter acks) {
        store = stream.store();
        settings = stream::settings;
        this.clock = clock;
        this.faults = faults;
        this.acks = acks;
    }

    @Override
    public void begin(long at, byte[] header, byte[] clusterStart) throws IngestException {
        long producerMillis = clock.producerMillis(at);
        try {
            open = store.begin(header, server -> producerMillis, producer -> clusterStart);
        } catch (IllegalStateException e) {
            // A camera, or a test, pushes into the same stream.
            throw new IngestException(AckError.INTERNAL_ERROR, e.getMessage());
        }
        timecode = at;
        acknowledge(Acknowledgement.Type.BUFFERING);
    }

    @Override
    public void append(byte[] bytes) {
        store.append(open, bytes, 0, bytes.length);
    }

    @Override
    public void complete(long durationMillis) throws IngestException {
        AckError error = faults.error(count++);
        if (error == AckError.ARCHIVAL_ERROR) {
            acknowledge(Acknowledgement.Type.RECEIVED);
        }
        if (error != null) {
            throw new IngestException(error, "A scripted fault");
        }
        store.completed(open, durationMillis);
        acknowledge(Acknowledgement.Type.RECEIVED);
        if (!settings.get().retention().isZero()) {
            acknowledge(Acknowledgement.Type.PERSISTED);
        }
        open = null;
    }

    private void acknowledge(Acknowledgement.Type type) {
        acks.send(Acknowledgement.of(type, timecode, open.number()));
    }

    /**
     * Acknowledges an error.
     *
     * @param at the Cluster Timestamp of the fragment that it is about; null if there is none
     */
    void refuse(AckError error, @Nullable Long at) {
        String number = null;
        if (at != null) {
            number = open == null ? store.unusedNumber() : open.number();
        }
        acks.send(Acknowledgement.error(error, at, number));
    }

    /** Drops the fragment that is not complete, if there is one. */
    void abandon() {
        if (open != null) {
            store.abandoned(open);
            open = null;
        }
    }
}
