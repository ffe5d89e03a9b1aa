/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.chaos.service;

import io.github.flinkkvs.testing.media.MediaFragment;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Pushes into one stream in real time, frame by frame, until it is told to stop. All its work is
 * done in one step after another of an executor, so it needs no lock but for what others tell it.
 */
final class Producer {
    private static final Logger LOG = LoggerFactory.getLogger(Producer.class);

    /** What is pushed. */
    interface Media {
        /** What comes next, after a pause. */
        Next next();
    }

    /**
     * A fragment to push.
     *
     * @param pause silence before it
     */
    record Next(Duration pause, MediaFragment media) {}

    private final LedgeredStream stream;
    private final Media media;
    private final ScheduledExecutorService executor;
    private final Runnable failed;
    private final CompletableFuture<Void> stopped = new CompletableFuture<>();

    private volatile boolean stopping;
    private volatile boolean badNext;

    // Of the current step only.
    private LedgeredStream.Upload upload;
    private MediaFragment fragment;
    private int frame;
    private long beganNanos;

    /**
     * @param failed what happens if something cannot be pushed, in a thread of the executor
     */
    Producer(
            LedgeredStream stream,
            Media media,
            ScheduledExecutorService executor,
            Runnable failed) {
        this.stream = stream;
        this.media = media;
        this.executor = executor;
        this.failed = failed;
    }

    Producer start() {
        scheduleNext();
        return this;
    }

    /** Lets the next fragment be malformed. */
    void spoilNext() {
        badNext = true;
    }

    /** Ends after the fragment that is being pushed. */
    CompletableFuture<Void> stop() {
        stopping = true;
        return stopped;
    }

    private void scheduleNext() {
        if (stopping) {
            stopped.complete(null);
            return;
        }
        Next next = media.next();
        fragment = next.media();
        schedule(this::begin, next.pause().toNanos());
    }

    private void begin() {
        if (stopping) {
            stopped.complete(null);
            return;
        }
        if (badNext) {
            badNext = false;
            stream.pushBad(fragment);
            scheduleNext();
            return;
        }
        upload = stream.begin(fragment);
        frame = 0;
        beganNanos = System.nanoTime();
        push();
    }

    /** Lets all frames arrive that are due. */
    private void push() {
        while (frame < fragment.frames().size()) {
            long due =
                    beganNanos
                            + TimeUnit.MILLISECONDS.toNanos(
                                    fragment.frames().get(frame).offsetMillis());
            long wait = due - System.nanoTime();
            if (wait > 0) {
                schedule(this::push, wait);
                return;
            }
            upload.next();
            frame++;
        }
        long end = beganNanos + TimeUnit.MILLISECONDS.toNanos(fragment.durationMillis());
        schedule(this::complete, end - System.nanoTime());
    }

    private void complete() {
        upload.complete();
        scheduleNext();
    }

    private void schedule(Runnable step, long nanos) {
        executor.schedule(() -> run(step), Math.max(0, nanos), TimeUnit.NANOSECONDS);
    }

    private void run(Runnable step) {
        try {
            step.run();
        } catch (RejectedExecutionException e) {
            // The service is ending.
            stopped.completeExceptionally(e);
        } catch (RuntimeException e) {
            LOG.error("Nothing more is pushed into {}", stream.name(), e);
            stopped.completeExceptionally(e);
            if (!executor.isShutdown()) {
                failed.run();
            }
        }
    }
}
