/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.source.fetch;

import io.github.flinkkvs.source.resources.ReaderLock;

import java.util.concurrent.atomic.AtomicReference;

/**
 * Whose turn it is to use the body of a call: that of the thread that delivers its pieces, which
 * takes it without the reader lock, or that of whoever holds the lock. A turn is never waited for,
 * except by the delivering thread while another one holds the lock.
 */
final class BodyTurn {

    private enum State {
        FREE,
        /** A piece is parsed. */
        PARSING,
        /** A piece is parsed, and its thread has to report at once. */
        REPORT_DUE,
        /** Another thread uses the body, with the lock held. */
        LOCKED,
        /** The call is over; nobody's turn comes any more. */
        OVER
    }

    private final ReaderLock lock;
    private final AtomicReference<State> state = new AtomicReference<>(State.FREE);

    BodyTurn(ReaderLock lock) {
        this.lock = lock;
    }

    // ---- for the thread that delivers pieces, without the lock -----------------------------

    /**
     * Begins its turn.
     *
     * @return false if the call is over
     */
    boolean begin() {
        while (!state.compareAndSet(State.FREE, State.PARSING)) {
            if (state.get() == State.OVER) {
                return false;
            }
            // Whoever uses the body holds the lock.
            lock.lock();
            lock.unlock();
        }
        return true;
    }

    /**
     * Ends its turn.
     *
     * @return false if the turn goes on: the thread has to report, or the call is over
     */
    boolean end() {
        return state.compareAndSet(State.PARSING, State.FREE);
    }

    // ---- with the lock held ----------------------------------------------------------------

    /**
     * Ends the turn of the thread that delivers pieces; called by that thread.
     *
     * @return false if the call is over
     */
    boolean endLocked() {
        lock.assertHeld();
        return state.compareAndSet(State.PARSING, State.FREE)
                || state.compareAndSet(State.REPORT_DUE, State.FREE);
    }

    /**
     * If a piece is being parsed, its thread will report it at once.
     *
     * @return whether one is
     */
    boolean hastenReport() {
        lock.assertHeld();
        return state.compareAndSet(State.PARSING, State.REPORT_DUE)
                || state.get() == State.REPORT_DUE;
    }

    /** Uses the body, unless a piece is being parsed or the call is over. */
    void use(Runnable action) {
        lock.assertHeld();
        if (state.compareAndSet(State.FREE, State.LOCKED)) {
            try {
                action.run();
            } finally {
                state.set(State.FREE);
            }
        }
    }

    /**
     * The call is over.
     *
     * @return whether a piece is being parsed: then its thread gets to know it afterwards
     */
    boolean over() {
        lock.assertHeld();
        State before = state.getAndSet(State.OVER);
        return before == State.PARSING || before == State.REPORT_DUE;
    }
}
