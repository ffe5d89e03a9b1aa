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
 * Watches a connection: whether it sends nothing although bytes were requested, and whether nothing
 * was requested for so long that the peer may have closed it. Guarded by the reader lock.
 */
final class SilenceWatch {

    private static final long HELD_UP_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final Timer timer;
    private final long timeoutNanos;
    private final Runnable whenDue;

    /** Whether requested bytes have not come yet. */
    private boolean waiting;

    /** Before the service answers, it has nothing that could wait for us. */
    private boolean answered;

    /** When bytes last came, or when requests were resumed. */
    private long activeNanos;

    /** When requests were paused, if they are. */
    private long unaskedSinceNanos;

    private boolean heldUp;

    /** Since requests were paused for too long: how long we waited for the bytes that came. */
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

    /** Silence counts from now on. */
    void begin() {
        activeNanos = timer.nanoTime();
        schedule();
    }

    void onAnswered() {
        answered = true;
        activeNanos = timer.nanoTime();
        unaskedSinceNanos = activeNanos;
    }

    /** Bytes are requested. */
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
     * @param more whether more of them were requested
     * @return how long they were waited for, in nanos
     */
    long onBytes(boolean more) {
        long now = timer.nanoTime();
        long waited = now - activeNanos;
        waitedNanos += waited;
        if (waitedNanos > HELD_UP_NANOS) {
            // Bytes already in transit would have come at once, so the connection is alive.
            heldUp = false;
        }
        waiting = more;
        activeNanos = now;
        unaskedSinceNanos = now;
        return waited;
    }

    /** Whether bytes were requested at least this long ago, and none came. */
    boolean isSilentFor(long nanos) {
        return waiting && timer.nanoTime() - activeNanos >= nanos;
    }

    /**
     * Whether requests were paused long enough for the service, or a proxy in between, to give the
     * connection up, and nothing has come since that proves it alive.
     */
    boolean wasHeldUp() {
        return heldUp || isUnaskedForLong();
    }

    private boolean isUnaskedForLong() {
        return !waiting && answered && timer.nanoTime() - unaskedSinceNanos > HELD_UP_NANOS;
    }

    /** Whether the connection was silent for too long. If not, watching continues. */
    boolean isDead() {
        if (!waiting) {
            // Nothing was requested, because of alignment or memory, so it may be silent.
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
