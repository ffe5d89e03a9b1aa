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

import javax.annotation.Nullable;

import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Lets only so many calls begin at a time. Each may need a new connection, and a TLS handshake
 * takes milliseconds of a processor: if thousands of streams began at once, no handshake would be
 * done in time, and all would begin again.
 *
 * <p>A call has its place until it is answered or over, but no longer than five seconds: a service
 * that takes its time to answer must not hold up the others. Those that wait begin in their order.
 *
 * <p>Guarded by itself. A call begins in the thread that enters it, or in one of the executor.
 */
@Internal
public final class CallWindow {

    private static final int PLACES = 32;
    private static final long LONGEST_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final long longestNanos;
    private final ScheduledExecutorService executor;
    private final Set<Place> waiting = new LinkedHashSet<>();
    private int free;

    public CallWindow(ScheduledExecutorService executor) {
        this(PLACES, LONGEST_NANOS, executor);
    }

    CallWindow(int places, long longestNanos, ScheduledExecutorService executor) {
        this.free = places;
        this.longestNanos = longestNanos;
        this.executor = executor;
    }

    /**
     * The place of one call, which has yet to be entered.
     *
     * @param call begins the call; must not block longer than a request for credentials does
     * @param failed hears what that throws
     */
    public Place place(Runnable call, Consumer<Throwable> failed) {
        return new Place(call, failed);
    }

    /** Gives the first one that waits a place; null if there is none, or nobody waits. */
    @Nullable
    private synchronized Place next() {
        Iterator<Place> places = waiting.iterator();
        if (free == 0 || !places.hasNext()) {
            return null;
        }
        Place next = places.next();
        places.remove();
        next.taken = true;
        free--;
        return next;
    }

    /** Of one call. Its fields are guarded by the window. */
    public final class Place {

        private final Runnable call;
        private final Consumer<Throwable> failed;
        private boolean taken;
        private boolean left;
        @Nullable private Future<?> limit;

        private Place(Runnable call, Consumer<Throwable> failed) {
            this.call = call;
            this.failed = failed;
        }

        /** Begins the call as soon as there is a place for it, now or later. To be called once. */
        public void enter() {
            synchronized (CallWindow.this) {
                if (left) {
                    return;
                }
                waiting.add(this);
            }
            Place next = next();
            if (next != null) {
                next.begin();
            }
        }

        private void begin() {
            try {
                Future<?> timer =
                        executor.schedule(this::leave, longestNanos, TimeUnit.NANOSECONDS);
                boolean over;
                synchronized (CallWindow.this) {
                    limit = timer;
                    over = left;
                }
                if (over) {
                    timer.cancel(false);
                } else {
                    call.run();
                }
            } catch (RuntimeException | Error e) {
                failed.accept(e);
                leave();
            }
        }

        /** The call is answered, or over: it does not begin any more. May be called repeatedly. */
        public void leave() {
            Future<?> timer;
            synchronized (CallWindow.this) {
                if (left) {
                    return;
                }
                left = true;
                if (!taken) {
                    waiting.remove(this);
                    return;
                }
                free++;
                timer = limit;
            }
            if (timer != null) {
                timer.cancel(false);
            }
            Place next = next();
            if (next != null) {
                try {
                    // This may be an event loop, in which no call may begin.
                    executor.execute(next::begin);
                } catch (RejectedExecutionException e) {
                    // The connection is closed, with all calls.
                }
            }
        }
    }
}
