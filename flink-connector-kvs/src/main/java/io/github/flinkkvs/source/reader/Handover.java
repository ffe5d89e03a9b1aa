/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.source.reader;

import io.github.flinkkvs.source.resources.ReaderLock;
import io.github.flinkkvs.source.session.EventQueue;
import io.github.flinkkvs.source.session.KvsReadException;
import io.github.flinkkvs.source.session.StreamEvent;

import org.apache.flink.annotation.Internal;

import javax.annotation.Nullable;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Where the queues of the streams, which I/O threads fill, meet Flink's fetcher thread. The fetcher
 * takes events in small batches, one stream after the other, and sleeps while there are none. The
 * memory budget bounds how much waits here.
 *
 * <p>Guarded by the reader lock; {@link #take} is called by the fetcher thread only.
 */
@Internal
public final class Handover implements EventQueue.Taker {

    /**
     * A batch ends with the event that makes it reach this size: paused streams keep the events
     * that are not taken.
     */
    private static final int BATCH_BYTES = 1 << 20;

    private static final int BATCH_EVENTS = 256;

    /** What the fetcher takes at a time. */
    public static final class Batch {

        private final Map<String, List<StreamEvent>> events = new LinkedHashMap<>();
        private final List<EventQueue> finished = new ArrayList<>();

        /** The events by split id, in the order of each stream. */
        public Map<String, List<StreamEvent>> events() {
            return events;
        }

        /** The queues of streams that are over. */
        public List<EventQueue> finished() {
            return finished;
        }
    }

    private final ReaderLock lock;

    /** The queues with events, in the order of their turn. */
    private final Set<EventQueue> ready = new LinkedHashSet<>();

    private final List<EventQueue> finished = new ArrayList<>();
    @Nullable private KvsReadException failure;
    private boolean awakened;

    public Handover(ReaderLock lock) {
        this.lock = lock;
    }

    @Override
    public void onChange(EventQueue queue) {
        lock.assertHeld();
        if (queue.isReady()) {
            if (ready.add(queue)) {
                lock.signalChange();
            }
            return;
        }
        ready.remove(queue);
        if (queue.takeFinished()) {
            finished.add(queue);
            lock.signalChange();
        }
    }

    /** Reading has failed for good; the next {@link #take} throws. */
    @Override
    public void onFailure(KvsReadException cause) {
        lock.assertHeld();
        if (failure == null) {
            failure = cause;
            lock.signalChange();
        }
    }

    /** Lets {@link #take} return at once, now or at its next call. */
    public void wakeUp() {
        lock.lock();
        try {
            awakened = true;
            lock.signalChange();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Takes the events that are ready; waits while there are none.
     *
     * @return an empty batch after {@link #wakeUp}
     * @throws KvsReadException if reading has failed for good
     */
    public Batch take() throws KvsReadException {
        lock.lock();
        try {
            while (ready.isEmpty() && finished.isEmpty() && failure == null && !awakened) {
                lock.awaitChange();
            }
            awakened = false;
            if (failure != null) {
                throw failure;
            }
            return drain();
        } catch (InterruptedException e) {
            // Flink interrupts the fetcher only to end it.
            Thread.currentThread().interrupt();
            return new Batch();
        } finally {
            lock.unlock();
        }
    }

    private Batch drain() {
        Batch batch = new Batch();
        int count = 0;
        long bytes = 0;
        while (!ready.isEmpty() && bytes < BATCH_BYTES && count < BATCH_EVENTS) {
            EventQueue queue = ready.iterator().next();
            ready.remove(queue);
            List<StreamEvent> events = new ArrayList<>();
            while (queue.isReady() && bytes < BATCH_BYTES && count < BATCH_EVENTS) {
                StreamEvent event = queue.poll();
                bytes += event.retainedBytes();
                count++;
                events.add(event);
            }
            batch.events.computeIfAbsent(queue.splitId(), id -> new ArrayList<>()).addAll(events);
            onChange(queue);
        }
        batch.finished.addAll(finished);
        finished.clear();
        return batch;
    }
}
