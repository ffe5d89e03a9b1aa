/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.source.session;

import io.github.flinkkvs.source.resources.ReaderLock;
import io.github.flinkkvs.source.resources.Timer;

import javax.annotation.Nullable;

import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** The timer of a session's next call, which keeps calls apart. Guarded by the reader lock. */
final class CallTimer {

    /** The service allows 5 calls a second for all consumers of a stream together. */
    private static final long MIN_CALL_INTERVAL_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

    private final Timer timer;
    private final ReaderLock lock;
    private final Consumer<? super Throwable> onThrown;

    @Nullable private Due next;
    private boolean called;
    private long lastCallNanos;

    /**
     * @param onThrown called, with the lock held, with whatever an action throws
     */
    CallTimer(Timer timer, ReaderLock lock, Consumer<? super Throwable> onThrown) {
        this.timer = timer;
        this.lock = lock;
        this.onThrown = onThrown;
    }

    /** Runs an action after a delay, with the lock held; replaces the action scheduled before. */
    void schedule(Runnable action, long delayNanos) {
        cancel();
        long wait = Math.max(delayNanos, 0);
        if (called) {
            long sinceLastCall = timer.nanoTime() - lastCallNanos;
            wait = Math.max(wait, MIN_CALL_INTERVAL_NANOS - sinceLastCall);
        }
        // If it runs at once, it waits for the lock.
        Due due = new Due(action);
        due.task = timer.schedule(due, wait);
        next = due;
    }

    void cancel() {
        if (next != null) {
            next.task.cancel();
            next = null;
        }
    }

    /** The call is made now. */
    void onCall() {
        called = true;
        lastCallNanos = timer.nanoTime();
    }

    private final class Due implements Runnable {

        private final Runnable action;
        private Timer.Task task;

        Due(Runnable action) {
            this.action = action;
        }

        @Override
        public void run() {
            lock.run(
                    () -> {
                        // It may have been cancelled while this thread waited for the lock.
                        if (next == this) {
                            next = null;
                            action.run();
                        }
                    },
                    onThrown);
        }
    }
}
