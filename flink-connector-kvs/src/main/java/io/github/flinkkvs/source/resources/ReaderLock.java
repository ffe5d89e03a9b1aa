/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.source.resources;

import org.apache.flink.annotation.Internal;

import java.util.ArrayDeque;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * The one lock of a reader. It guards the sessions, the memory budget and the hand-over.
 *
 * <p>It is never held while bytes are parsed or foreign code is called. What must be called because
 * of a change, such as asking a connection for more or cancelling it, is {@linkplain #defer
 * deferred}, and runs in the same thread as soon as the lock is free again.
 *
 * <p>Flink sees exceptions in its own threads. In the threads of timers and the network they would
 * be lost: all code called there goes through {@link #run} or {@link #watch}, which report them.
 */
@Internal
public final class ReaderLock {

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final ArrayDeque<Runnable> deferred = new ArrayDeque<>();

    public void lock() {
        lock.lock();
    }

    /** Frees the lock, then runs what was deferred while it was held. */
    public void unlock() {
        if (lock.getHoldCount() > 1 || deferred.isEmpty()) {
            lock.unlock();
            return;
        }
        Runnable[] actions = deferred.toArray(new Runnable[0]);
        deferred.clear();
        lock.unlock();
        run(actions, 0);
    }

    /** Runs all of them even if one throws: another stream may wait for each of them. */
    private static void run(Runnable[] actions, int from) {
        int next = from;
        try {
            while (next < actions.length) {
                actions[next++].run();
            }
        } finally {
            if (next < actions.length) {
                run(actions, next);
            }
        }
    }

    /**
     * Runs an action with the lock held, in a thread whose exceptions would be lost.
     *
     * @param onThrown as with {@link #watch}
     */
    public void run(Runnable action, Consumer<? super Throwable> onThrown) {
        watch(
                () -> {
                    lock();
                    try {
                        action.run();
                    } finally {
                        unlock();
                    }
                },
                onThrown);
    }

    /**
     * Runs an action without the lock, in a thread whose exceptions would be lost.
     *
     * @param onThrown called, with the lock held, with whatever the action or a deferred action
     *     throws
     */
    public void watch(Runnable action, Consumer<? super Throwable> onThrown) {
        try {
            action.run();
        } catch (Throwable e) {
            lock();
            try {
                onThrown.accept(e);
            } finally {
                unlock();
            }
        }
    }

    /** Runs an action once the lock is free. */
    public void defer(Runnable action) {
        assertHeld();
        deferred.add(action);
    }

    /** Wakes the threads that {@linkplain #awaitChange wait}. */
    public void signalChange() {
        assertHeld();
        changed.signalAll();
    }

    public void awaitChange() throws InterruptedException {
        changed.await();
    }

    public void assertHeld() {
        assert lock.isHeldByCurrentThread() : "needs the reader lock";
    }
}
