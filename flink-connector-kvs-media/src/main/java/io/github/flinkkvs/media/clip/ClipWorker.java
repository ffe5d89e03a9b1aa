/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.media.clip;

import io.github.flinkkvs.client.sdk.OwnThreads;

import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** The thread that owns all fetches of a {@link ClipFetcher}, and its clock. Thread-safe. */
interface ClipWorker extends AutoCloseable {

    /** Nanoseconds of a clock that never goes back. */
    long nanoTime();

    /** Runs an action soon, after those that were posted before. */
    default void post(Runnable action) {
        schedule(action, 0);
    }

    /**
     * Runs an action once, after a delay; never, once this is closed.
     *
     * @return cancels it, unless it is running or has run
     */
    Runnable schedule(Runnable action, long delayNanos);

    /** Runs nothing any more; returns when the thread has ended, after a second at most. */
    @Override
    void close();

    /** A real thread. */
    static ClipWorker start(String name) {
        OwnThreads threads = new OwnThreads(name);
        ScheduledThreadPoolExecutor executor = new ScheduledThreadPoolExecutor(1, threads);
        executor.setRemoveOnCancelPolicy(true);
        return new ClipWorker() {
            @Override
            public long nanoTime() {
                return System.nanoTime();
            }

            @Override
            public Runnable schedule(Runnable action, long delayNanos) {
                try {
                    ScheduledFuture<?> task =
                            executor.schedule(action, delayNanos, TimeUnit.NANOSECONDS);
                    return () -> task.cancel(false);
                } catch (RejectedExecutionException e) {
                    // Closed: nobody waits for anything any more.
                    return () -> {};
                }
            }

            @Override
            public void close() {
                executor.shutdownNow();
                threads.awaitEnd();
            }
        };
    }
}
