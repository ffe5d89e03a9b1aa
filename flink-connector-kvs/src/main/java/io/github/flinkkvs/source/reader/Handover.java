/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.source.reader;

import javax.annotation.Nullable;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Where sessions, which are filled by I/O threads, meet Flink's fetcher thread. The fetcher takes
 * what is ready in small batches, one stream after the other, and sleeps while there is nothing.
 * How much waits here is bounded by the memory budget.
 *
 * <p>Guarded by the reader lock; {@link #take} is called by the fetcher thread only.
 */
final class Handover {

    /**
     * A batch ends with the event that makes it reach this: paused streams keep what is not taken.
     */
    private static final int BATCH_BYTES = 1 << 20;

    private static final int BATCH_EVENTS = 256;

    /** What the fetcher takes at a time. */
    static final class Batch {
        final List<StreamEvent> events = new ArrayList<>();
        final List<MediaSession> finished = new ArrayList<>();
    }

    private final ReaderLock lock;

    /** Sessions that are not paused and have events, in the order of their turn. */
    private final Set<MediaSession> ready = new LinkedHashSet<>();

    private final List<MediaSession> finished = new ArrayList<>();
    @Nullable private KvsReadException failure;
    private boolean awakened;

    Handover(ReaderLock lock) {
        this.lock = lock;
    }

    /** A session has events, or the last one was taken, or it was paused or resumed. */
    void update(MediaSession session) {
        lock.assertHeld();
        if (session.isPaused() || session.events().isEmpty()) {
            ready.remove(session);
            if (session.takeFinished()) {
                finished.add(session);
                lock.signalChange();
            }
        } else if (ready.add(session)) {
            lock.signalChange();
        }
    }

    /** Reading has failed for good; whoever takes next fails too. */
    void fail(KvsReadException cause) {
        lock.assertHeld();
        if (failure == null) {
            failure = cause;
            lock.signalChange();
        }
    }

    /** Lets {@link #take} return at once, now or at its next call. */
    void wakeUp() {
        lock.lock();
        try {
            awakened = true;
            lock.signalChange();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Takes what is ready; waits while there is nothing.
     *
     * @return an empty batch after {@link #wakeUp}
     * @throws KvsReadException if reading has failed for good
     */
    Batch take() throws KvsReadException {
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
        long bytes = 0;
        while (!ready.isEmpty() && bytes < BATCH_BYTES && batch.events.size() < BATCH_EVENTS) {
            MediaSession session = ready.iterator().next();
            ready.remove(session);
            ArrayDeque<StreamEvent> events = session.events();
            while (!events.isEmpty() && bytes < BATCH_BYTES && batch.events.size() < BATCH_EVENTS) {
                StreamEvent event = events.poll();
                session.onTaken(event);
                bytes += event.retainedBytes();
                batch.events.add(event);
            }
            update(session);
        }
        batch.finished.addAll(finished);
        finished.clear();
        return batch;
    }
}
