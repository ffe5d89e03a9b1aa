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
 * The events of a stream that still have to be taken, and their memory. Guarded by the reader lock.
 *
 * <p>Nothing is taken while alignment holds the stream. If its memory is needed meanwhile, it
 * {@linkplain #giveBack gives it back}.
 */
@Internal
public final class EventQueue {

    /** Consumes the events. Called with the reader lock held. */
    public interface Taker {

        /** The result of {@link #isReady} or {@link #takeFinished} may have changed. */
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

    /** Whether the stream was deleted, so that none of it can be read again. */
    private boolean deleted;

    /** How many of the first events must be taken even while alignment holds the stream. */
    private int overdue;

    /** Whether no more events will be added. */
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
        return !events.isEmpty() && (overdue > 0 || !holds.has(Holds.Hold.ALIGNMENT));
    }

    /** Takes the next event; null if there is none. */
    @Nullable
    public StreamEvent poll() {
        StreamEvent event = events.poll();
        if (event != null) {
            cursor.onTaken(event);
        }
        overdue = Math.max(overdue - 1, 0);
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

    /** All wanted media that the service had received by this time was read. */
    void addCaughtUp(long serviceTimeMillis) {
        if (!cursor.caughtUp(serviceTimeMillis)) {
            return;
        }
        StreamEvent.CaughtUp event = new StreamEvent.CaughtUp(account, serviceTimeMillis);
        if (events.peekLast() instanceof StreamEvent.CaughtUp) {
            // Of several in a row only the last matters. It replaces the one before, and uses the
            // same memory.
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
     * No more events will be added.
     *
     * @param streamDeleted whether none of it can be read again
     */
    void finish(boolean streamDeleted) {
        finished = true;
        deleted |= streamDeleted;
        changed();
    }

    /** Whether {@link #giveBack} would free memory, at once or later. */
    boolean canGiveBack() {
        return events.size() > overdue;
    }

    /**
     * Frees memory although alignment holds the stream. Drops the events that can be read again,
     * and moves the cursor back to the first of them. Events of the old stream, before it was
     * created anew, cannot be read again: they are taken now, since the other streams may need
     * their memory to catch up.
     *
     * @return whether something must be read again
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
            overdue = events.size();
            changed();
        }
        return dropped;
    }

    /** Drops everything; reports nothing after this. */
    void close() {
        finishedTold = true;
        while (!events.isEmpty()) {
            account.released(events.poll().release());
        }
        changed();
    }
}
