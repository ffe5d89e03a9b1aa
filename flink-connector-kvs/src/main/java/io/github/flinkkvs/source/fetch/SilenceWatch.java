/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.source.fetch;

import io.github.flinkkvs.source.resources.Timer;

import javax.annotation.Nullable;

import java.util.concurrent.TimeUnit;

/**
 * Watches a connection: whether it sends nothing though it was asked, and whether we did not ask
 * for so long that it may be dead by our own doing. Guarded by the reader lock.
 */
final class SilenceWatch {

    private static final long HELD_UP_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final Timer timer;
    private final long timeoutNanos;
    private final Runnable whenDue;

    /** Whether bytes were asked for that did not come yet. */
    private boolean waiting;

    /** Before the service answers, it has nothing that could wait for us. */
    private boolean answered;

    /** When bytes last came, or were asked for after they had not been. */
    private long activeNanos;

    /** Since when the connection is not asked, if it is not. */
    private long unaskedSinceNanos;

    private boolean heldUp;

    /** Since it was held up: how long we waited for the bytes that came. */
    private long waitedNanos;

    @Nullable private Timer.Task check;

    /**
     * @param whenDue runs without the lock, and calls {@link #isDead}
     */
    SilenceWatch(Timer timer, long timeoutNanos, Runnable whenDue) {
        this.timer = timer;
        this.timeoutNanos = timeoutNanos;
        this.whenDue = whenDue;
        this.activeNanos = timer.nanoTime();
    }

    /** From now on silence counts. */
    void begin() {
        activeNanos = timer.nanoTime();
        schedule();
    }

    void onAnswered() {
        answered = true;
        activeNanos = timer.nanoTime();
        unaskedSinceNanos = activeNanos;
    }

    /** Bytes are asked for. */
    void onAsked() {
        if (waiting) {
            return;
        }
        if (isUnaskedForLong()) {
            heldUp = true;
            waitedNanos = 0;
        }
        waiting = true;
        activeNanos = timer.nanoTime();
    }

    /**
     * Bytes came.
     *
     * @param more whether more of them were asked for
     */
    void onBytes(boolean more) {
        long now = timer.nanoTime();
        waitedNanos += now - activeNanos;
        if (waitedNanos > HELD_UP_NANOS) {
            // Bytes that were under way before would have come at once, so the connection lives.
            heldUp = false;
        }
        waiting = more;
        activeNanos = now;
        unaskedSinceNanos = now;
    }

    /** Whether bytes were asked for so long ago, and none came. */
    boolean isSilentFor(long nanos) {
        return waiting && timer.nanoTime() - activeNanos >= nanos;
    }

    /**
     * Whether the connection was not asked for a while, in which whoever is between us and the
     * service may have given it up, and nothing has come since that proves the contrary.
     */
    boolean wasHeldUp() {
        return heldUp || isUnaskedForLong();
    }

    private boolean isUnaskedForLong() {
        return !waiting && answered && timer.nanoTime() - unaskedSinceNanos > HELD_UP_NANOS;
    }

    /** Whether the connection was silent for too long. If not, it is watched on. */
    boolean isDead() {
        if (!waiting) {
            // It was not asked, because of alignment or memory, so it may be silent.
            activeNanos = timer.nanoTime();
        }
        if (timer.nanoTime() - activeNanos >= timeoutNanos) {
            return true;
        }
        schedule();
        return false;
    }

    private void schedule() {
        long due = activeNanos + timeoutNanos - timer.nanoTime();
        check = timer.schedule(whenDue, Math.max(due, 1));
    }

    void end() {
        if (check != null) {
            check.cancel();
        }
    }
}
