/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.source.session;

import io.github.flinkkvs.source.resources.MemoryAccount;

import org.apache.flink.annotation.Internal;

import javax.annotation.Nullable;

import java.util.ArrayDeque;

/**
 * The events of a stream that were not taken yet, and their memory. Guarded by the reader lock.
 *
 * <p>Nothing is taken while alignment holds the stream. If its memory is needed meanwhile, it
 * {@linkplain #giveBack gives it back}.
 */
@Internal
public final class EventQueue {

    /** Whoever takes events. Called with the reader lock held. */
    public interface Taker {

        /** Something changed of what {@link #isReady} and {@link #takeFinished} say. */
        void onChange(EventQueue queue);

        /** Reading has failed for good. */
        void onFailure(KvsReadException cause);
    }

    private final String splitId;
    private final Taker taker;
    private final Holds holds;
    private final ReadCursor cursor;
    private final MemoryAccount account;
    private final ArrayDeque<StreamEvent> events = new ArrayDeque<>();

    /** Whether the stream was deleted, so that nothing of it can be read again. */
    private boolean deleted;

    /** Whether all that is left has to be taken, also while alignment holds the stream. */
    private boolean overdue;

    /** Whether nothing is to be added. */
    private boolean finished;

    private boolean finishedTold;

    EventQueue(String splitId, Taker taker, Holds holds, ReadCursor cursor, MemoryAccount account) {
        this.splitId = splitId;
        this.taker = taker;
        this.holds = holds;
        this.cursor = cursor;
        this.account = account;
    }

    public String splitId() {
        return splitId;
    }

    // ---- for the taker ---------------------------------------------------------------------

    /** Whether there is something to take. */
    public boolean isReady() {
        return !events.isEmpty() && (overdue || !holds.has(Holds.Hold.ALIGNMENT));
    }

    /** Takes the next event; null if there is none. */
    @Nullable
    public StreamEvent poll() {
        StreamEvent event = events.poll();
        if (event != null) {
            cursor.onTaken(event);
        }
        overdue &= !events.isEmpty();
        return event;
    }

    /** Whether the last event was taken and no more will come; true once. */
    public boolean takeFinished() {
        if (!finished || finishedTold || !events.isEmpty()) {
            return false;
        }
        finishedTold = true;
        return true;
    }

    // ---- for the session -------------------------------------------------------------------

    MemoryAccount account() {
        return account;
    }

    void add(StreamEvent event) {
        events.add(event);
        if (event.isMedia()) {
            account.completed(event.hold());
        } else {
            account.added(event.hold());
        }
        changed();
    }

    /** Everything that is wanted was read that the service had received by this time. */
    void addCaughtUp(long serviceTimeMillis) {
        if (!cursor.caughtUp(serviceTimeMillis)) {
            return;
        }
        StreamEvent.CaughtUp event = new StreamEvent.CaughtUp(account, serviceTimeMillis);
        if (events.peekLast() instanceof StreamEvent.CaughtUp) {
            // Only the last of those that follow each other says anything. It takes the place of
            // the other one, and as much memory.
            events.removeLast();
            events.add(event);
        } else {
            add(event);
        }
    }

    /** The stream was held or released. */
    void changed() {
        taker.onChange(this);
    }

    void fail(KvsReadException cause) {
        finishedTold = true;
        taker.onFailure(cause);
    }

    /**
     * Nothing is to be added.
     *
     * @param streamDeleted whether nothing can be read again
     */
    void finish(boolean streamDeleted) {
        finished = true;
        deleted |= streamDeleted;
        changed();
    }

    /** Whether {@link #giveBack} would free memory, at once or later. */
    boolean canGiveBack() {
        return !events.isEmpty() && !overdue;
    }

    /**
     * Frees memory though alignment holds the stream. What can be read again is dropped, and the
     * cursor goes back to its beginning. What precedes a stream that was created anew cannot be:
     * that is taken now, as its memory may be what the other streams need to catch up.
     *
     * @return whether there is something to be read again
     */
    boolean giveBack() {
        boolean dropped = false;
        while (!deleted
                && !events.isEmpty()
                && !(events.peekLast() instanceof StreamEvent.StreamRecreated)) {
            account.released(events.pollLast().release());
            dropped = true;
        }
        if (dropped) {
            cursor.rewindTo(events);
            finished = false;
        }
        if (!events.isEmpty()) {
            overdue = true;
            changed();
        }
        return dropped;
    }

    /** Drops everything; nothing is told any more. */
    void close() {
        finishedTold = true;
        while (!events.isEmpty()) {
            account.released(events.poll().release());
        }
        changed();
    }

    /** For tests: what waits. */
    ArrayDeque<StreamEvent> events() {
        return events;
    }
}
