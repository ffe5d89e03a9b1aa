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

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Lets only so many requests be without an answer at a time. Each may need a new connection, and a
 * TLS handshake takes milliseconds of a processor: if thousands of streams began at once, no
 * handshake would be done in time, and all would begin again.
 *
 * <p>A request has its place until it is answered or over, but no longer than five seconds: a
 * service that takes its time to answer must not hold up the others. Those that wait begin in their
 * order.
 *
 * <p>Guarded by itself. Requests are sent in threads of the executor.
 */
@Internal
public final class CallWindow {

    private static final int PLACES = 32;
    private static final long LONGEST_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final long longestNanos;
    private final Executor executor;
    private final ScheduledExecutorService timer;
    private final Set<Place> waiting = new LinkedHashSet<>();
    private int free;

    /**
     * @param executor sends requests, and may block while credentials are fetched
     */
    public CallWindow(ScheduledExecutorService executor) {
        this(PLACES, LONGEST_NANOS, executor, executor);
    }

    /**
     * @param places how many requests may be without an answer
     * @param longestNanos how long each of them counts
     */
    public CallWindow(
            int places, long longestNanos, Executor executor, ScheduledExecutorService timer) {
        this.free = places;
        this.longestNanos = longestNanos;
        this.executor = executor;
        this.timer = timer;
    }

    /**
     * The place of one request, which has yet to be entered.
     *
     * @param request sends it
     * @param failed hears what that throws, or that the executor is closed
     */
    public Place place(Runnable request, Consumer<Throwable> failed) {
        return new Place(request, failed);
    }

    /**
     * Makes a call as soon as there is a place for it.
     *
     * @return what the call ends with; cancelling it does not cancel the call
     */
    public <T> CompletableFuture<T> call(Supplier<CompletableFuture<T>> call) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        Place place =
                place(
                        () ->
                                call.get()
                                        .whenComplete(
                                                (value, error) -> {
                                                    if (error == null) {
                                                        answer.complete(value);
                                                    } else {
                                                        answer.completeExceptionally(error);
                                                    }
                                                }),
                        answer::completeExceptionally);
        answer.whenComplete((value, error) -> place.leave());
        place.enter();
        return answer;
    }

    /** Gives a free place, if there is one, to the first request that waits. */
    private void beginNext() {
        Place next;
        synchronized (this) {
            Iterator<Place> places = waiting.iterator();
            if (free == 0 || !places.hasNext()) {
                return;
            }
            next = places.next();
            places.remove();
            next.taken = true;
            free--;
        }
        try {
            executor.execute(next::begin);
        } catch (RejectedExecutionException e) {
            // The connection is closed. One after the other: each that fails leaves.
            List<Place> all = new ArrayList<>(List.of(next));
            synchronized (this) {
                all.addAll(waiting);
                waiting.clear();
            }
            all.forEach(place -> place.failed.accept(e));
        }
    }

    /** Of one request. Its fields are guarded by the window. */
    public final class Place {

        private final Runnable request;
        private final Consumer<Throwable> failed;

        /** Whether it has been given a place. */
        private boolean taken;

        /** Whether the place is free again. */
        private boolean released;

        /** Whether the owner needs it no more. */
        private boolean over;

        @Nullable private Future<?> limit;

        private Place(Runnable request, Consumer<Throwable> failed) {
            this.request = request;
            this.failed = failed;
        }

        /** Sends the request as soon as there is a place for it. To be called once. */
        public void enter() {
            synchronized (CallWindow.this) {
                if (over) {
                    return;
                }
                waiting.add(this);
            }
            beginNext();
        }

        private void begin() {
            try {
                Future<?> ends = timer.schedule(this::release, longestNanos, TimeUnit.NANOSECONDS);
                boolean wanted;
                boolean early;
                synchronized (CallWindow.this) {
                    wanted = !over;
                    early = released;
                    limit = ends;
                }
                if (early) {
                    ends.cancel(false);
                }
                // Also if its time is over already, because this thread stood still.
                if (wanted) {
                    request.run();
                }
            } catch (RuntimeException | Error e) {
                failed.accept(e);
                leave();
            }
        }

        /**
         * The request is answered or over: if it was not sent, it never will be. May be called
         * repeatedly.
         */
        public void leave() {
            synchronized (CallWindow.this) {
                over = true;
                if (!taken) {
                    waiting.remove(this);
                    return;
                }
            }
            release();
        }

        private void release() {
            Future<?> ends;
            synchronized (CallWindow.this) {
                if (released) {
                    return;
                }
                released = true;
                free++;
                ends = limit;
            }
            if (ends != null) {
                ends.cancel(false);
            }
            beginNext();
        }
    }
}
