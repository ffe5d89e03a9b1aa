/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.testing;

import io.github.flinkkvs.testing.behavior.StreamStatus;
import io.github.flinkkvs.testing.media.ClipLoop;
import io.github.flinkkvs.testing.media.ClusterSize;
import io.github.flinkkvs.testing.media.MediaClip;
import io.github.flinkkvs.testing.media.MediaFragment;
import io.github.flinkkvs.testing.media.ProducerTime;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import javax.annotation.Nullable;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongFunction;

/**
 * Plays a clip in a loop and pushes it into a stream, fragment by fragment, each beginning with a
 * key frame, in real time or faster.
 *
 * <p>Owned by one event loop of the server: its timers do all the work there. {@link #start()},
 * {@link #stop()} and {@link #awaitDone} may be called from any other thread.
 */
public final class Camera implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Camera.class);
    private static final long NANOS_PER_MILLI = 1_000_000;

    private final EmbeddedStream stream;
    private final Builder settings;
    private final ClipLoop loop;
    private final Vertx vertx;
    private final Context context;
    private final CountDownLatch done = new CountDownLatch(1);

    private final AtomicBoolean started = new AtomicBoolean();
    @Nullable private volatile RuntimeException failure;

    // The event loop owns everything below.
    private boolean stopped;
    private long timer = -1;
    private long startMillis;
    private long startNanos;

    private long fragmentsDone;
    @Nullable private FragmentUpload upload;

    /** What is being uploaded; null before the first fragment. */
    @Nullable private ClipLoop.Part part;

    private int framesUploaded;

    private Camera(Builder settings) {
        this.settings = settings;
        this.stream = settings.stream;
        this.loop =
                new ClipLoop(
                        settings.clip,
                        settings.fragmentDuration.toMillis(),
                        settings.framesPerSecond);
        this.vertx = stream.service().vertx();
        this.context = stream.service().eventLoop();
    }

    /** A camera for a stream, with the bundled H.264 clip in fragments of 1 s, in real time. */
    public static Builder builder(EmbeddedStream stream) {
        return new Builder(stream);
    }

    /** Begins to push; a camera can be started once. */
    public Camera start() {
        if (!started.compareAndSet(false, true)) {
            throw new IllegalStateException("The camera was started already");
        }
        stream.service().started(this);
        context.runOnContext(
                begun -> {
                    startMillis = stream.service().clock().millis();
                    startNanos = System.nanoTime();
                    if (!stream.pushed().isEmpty()) {
                        stream.newProducerSession();
                    }
                    step();
                });
        return this;
    }

    /** Stops soon; an open fragment is completed with the frames it has so far. */
    public void stop() {
        if (done.getCount() == 0) {
            return;
        }
        context.runOnContext(
                asked -> {
                    stopped = true;
                    finish();
                });
    }

    /**
     * Waits until it has pushed all its fragments or was stopped, or its stream was deleted.
     *
     * @throws IllegalStateException if it could not push
     */
    public void awaitDone(Duration timeout) {
        try {
            if (!done.await(timeout.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new AssertionError("The camera was not done within " + timeout);
            }
            if (failure != null) {
                throw new IllegalStateException("The camera could not push", failure);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("Interrupted", e);
        }
    }

    /** Stops and waits until it has stopped. */
    @Override
    public void close() {
        stop();
        awaitDone(Duration.ofSeconds(30));
    }

    // ------------------------------------------------------------------ on the event loop

    /** Does everything that is due now, then sets a timer for the next step. */
    private void step() {
        try {
            pushWhatIsDue();
        } catch (RuntimeException e) {
            LOG.warn("The camera of {} ends", stream, e);
            failure = e;
            upload = null;
            finish();
        }
    }

    private void pushWhatIsDue() {
        if (!stopped) {
            if (upload == null) {
                boolean enough = settings.fragments > 0 && fragmentsDone == settings.fragments;
                if (enough || stream.status() == StreamStatus.DELETING) {
                    finish();
                    return;
                }
                beginFragment();
            }
            while (framesUploaded < part.frameMillis().size()) {
                if (!due(part.frameMillis().get(framesUploaded))) {
                    return;
                }
                if (!settings.wholeFragments) {
                    upload.next();
                }
                framesUploaded++;
            }
            if (!due(part.endMillis())) {
                return;
            }
            upload.complete();
            upload = null;
            fragmentsDone++;
            // Lets other work on this event loop run between two fragments.
            context.runOnContext(next -> step());
            return;
        }
    }

    private boolean due(long mediaMillis) {
        if (settings.unlimited) {
            return true;
        }
        long at = startNanos + (long) (mediaMillis * NANOS_PER_MILLI / settings.speed);
        long wait = at - System.nanoTime();
        if (wait <= 0) {
            return true;
        }
        timer =
                vertx.setTimer(
                        1 + wait / NANOS_PER_MILLI,
                        id -> {
                            timer = -1;
                            step();
                        });
        return false;
    }

    private void beginFragment() {
        part = loop.next();
        framesUploaded = 0;
        MediaFragment.Builder media = part.media().clusterSize(settings.clusterSize);
        timestamps(media, part.startMillis());
        settings.tags.forEach(media::tagBefore);
        settings.tagsOf.apply(fragmentsDone).forEach(media::tagAfter);
        upload = stream.begin(media.build());
    }

    private void timestamps(MediaFragment.Builder media, long fragmentStart) {
        switch (settings.producerTime) {
            case RELATIVE:
                media.producerTimestampMillis(startMillis + fragmentStart);
                media.clusterTimestamp(fragmentStart);
                break;
            case FROM_ZERO:
                media.producerTimestampMillis(fragmentStart);
                media.clusterTimestamp(fragmentStart);
                break;
            default:
                media.producerTimestampMillis(startMillis + fragmentStart);
                media.clusterTimestamp(startMillis + fragmentStart);
        }
    }

    private void finish() {
        if (timer >= 0) {
            vertx.cancelTimer(timer);
            timer = -1;
        }
        if (upload != null) {
            if (settings.clusterSize == ClusterSize.KNOWN) {
                // The Cluster's size was announced, so all its frames must follow.
                upload.complete();
            } else {
                upload.completeEarly();
            }
            upload = null;
        }
        stopped = true;
        stream.service().done(this);
        done.countDown();
    }

    /** Builds a camera; not thread-safe. */
    public static final class Builder {
        private final EmbeddedStream stream;
        private MediaClip clip;
        private Duration fragmentDuration = Duration.ofSeconds(1);
        private double framesPerSecond;
        private double speed = 1;
        private boolean unlimited;
        private boolean wholeFragments;
        private long fragments;
        private ClusterSize clusterSize = ClusterSize.UNKNOWN_1_BYTE;
        private ProducerTime producerTime = ProducerTime.ABSOLUTE;
        private final Map<String, String> tags = new LinkedHashMap<>();
        private LongFunction<Map<String, String>> tagsOf = fragment -> Map.of();

        private Builder(EmbeddedStream stream) {
            this.stream = Objects.requireNonNull(stream);
        }

        /** What it shows; {@link MediaClip#h264()} by default. */
        public Builder clip(MediaClip media) {
            clip = Objects.requireNonNull(media);
            return this;
        }

        /** The least duration; a fragment ends before the next key frame after it. */
        public Builder fragmentDuration(Duration duration) {
            fragmentDuration = duration;
            return this;
        }

        /** Plays the clip at another frame rate; only for clips with a single track. */
        public Builder framesPerSecond(double frames) {
            framesPerSecond = frames;
            return this;
        }

        /** 1 is real time, 2 twice as fast. Timestamps of the media do not depend on it. */
        public Builder speed(double factor) {
            speed = factor;
            unlimited = false;
            return this;
        }

        /** As fast as the server takes it; needs a number of fragments. */
        public Builder unlimitedSpeed() {
            unlimited = true;
            return this;
        }

        /** How many fragments to push; 0, the default, means endlessly. */
        public Builder fragments(long number) {
            fragments = number;
            return this;
        }

        /** Frames of a fragment arrive together at its end, not one by one. */
        public Builder wholeFragments(boolean whole) {
            wholeFragments = whole;
            return this;
        }

        /**
         * The size field of Clusters; by default unknown, in one byte, as the Producer SDK writes
         * it.
         */
        public Builder clusterSize(ClusterSize size) {
            clusterSize = Objects.requireNonNull(size);
            return this;
        }

        public Builder producerTime(ProducerTime time) {
            producerTime = Objects.requireNonNull(time);
            return this;
        }

        /** A user tag of every fragment, before the Cluster. */
        public Builder tag(String name, String value) {
            tags.put(name, value);
            return this;
        }

        /** User tags after the Cluster, by fragment index, from 0. */
        public Builder tagsOf(LongFunction<Map<String, String>> function) {
            tagsOf = Objects.requireNonNull(function);
            return this;
        }

        public Camera build() {
            if (unlimited && fragments == 0) {
                throw new IllegalArgumentException("Unlimited speed needs a number of fragments");
            }
            if (!unlimited && !(speed > 0)) {
                throw new IllegalArgumentException("The speed must be above 0");
            }
            if (clip == null) {
                clip = MediaClip.h264();
            }
            if (framesPerSecond > 0 && clip.trackCount() > 1) {
                throw new IllegalArgumentException("A frame rate needs a clip with a single track");
            }
            return new Camera(this);
        }

        /** Builds and starts it. */
        public Camera start() {
            return build().start();
        }
    }
}
