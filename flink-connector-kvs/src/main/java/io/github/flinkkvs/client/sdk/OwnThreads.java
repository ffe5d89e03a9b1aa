/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.client.sdk;

import org.apache.flink.annotation.Internal;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;

/**
 * Daemon threads with numbered names, and a way to wait for their end: once Flink has closed the
 * class loader of a job, a thread that still runs its code fails when it needs one more class.
 */
@Internal
public final class OwnThreads implements ThreadFactory {

    /** The longest time that closing waits. */
    static final long MAX_WAIT_MILLIS = 1_000;

    private final String prefix;
    private final List<Thread> threads = new CopyOnWriteArrayList<>();

    public OwnThreads(String prefix) {
        this.prefix = prefix;
    }

    @Override
    public synchronized Thread newThread(Runnable task) {
        Thread thread = new Thread(task, prefix + "-" + (threads.size() + 1));
        thread.setDaemon(true);
        threads.add(thread);
        return thread;
    }

    /**
     * Waits until all have ended, for at most {@link #MAX_WAIT_MILLIS}. An interrupt does not end
     * the wait; it is kept for the caller.
     */
    public void awaitEnd() {
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(MAX_WAIT_MILLIS);
        boolean interrupted = false;
        for (Thread thread : threads) {
            while (thread.isAlive() && deadline - System.nanoTime() > 0) {
                try {
                    TimeUnit.NANOSECONDS.timedJoin(thread, deadline - System.nanoTime());
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
