/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.media.clip;

import io.github.flinkkvs.client.KvsConnection;
import io.github.flinkkvs.client.SdkConnection;
import io.github.flinkkvs.client.aws.AwsConfig;
import io.github.flinkkvs.client.streams.StreamArn;
import io.github.flinkkvs.client.streams.StreamDescription;

import org.apache.flink.annotation.Internal;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.MetricGroup;

import javax.annotation.Nullable;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * Fetches the clips of a subtask. One thread, the worker, owns everything here and each {@link
 * ClipFetch}; it also makes the files. Calls report to it from other threads.
 */
@Internal
public final class ClipFetcher implements AutoCloseable {

    private static final Duration ENDPOINT_REFRESH_INTERVAL = Duration.ofMinutes(45);

    /** Streams are rarely created anew, and their retention rarely changes. */
    private static final long DESCRIPTION_NANOS = Duration.ofMinutes(1).toNanos();

    private static final int MAX_DESCRIPTIONS = 1_000;

    /** Beyond this, those of streams that are not in use are removed. */
    private static final int MAX_LANES = 1_000;

    /** What the service said about a stream, and when. */
    private static final class Known {
        final StreamDescription description;
        final long sinceNanos;

        Known(StreamDescription description, long sinceNanos) {
            this.description = description;
            this.sinceNanos = sinceNanos;
        }
    }

    private final ClipSettings settings;
    private final KvsConnection connection;
    private final ClipWorker worker;

    private final Counter clips;
    private final Counter incompleteClips;
    private final Counter failedClips;
    private final Counter lostFragments;

    private final Deque<Runnable> waitingForMemory = new ArrayDeque<>();
    private int inMemory;
    private final Map<StreamArn, StreamLane> lanes = new HashMap<>();

    /** Streams that are being looked up. */
    private final Map<String, CompletableFuture<StreamDescription>> lookUps = new HashMap<>();

    private final Map<String, Known> descriptions =
            new LinkedHashMap<>() {
                private static final long serialVersionUID = 1L;

                @Override
                protected boolean removeEldestEntry(Map.Entry<String, Known> eldest) {
                    return size() > MAX_DESCRIPTIONS;
                }
            };

    /**
     * Opens a connection of its own.
     *
     * @param name the beginning of the names of all threads
     * @throws IllegalArgumentException if the configuration does not fit this machine
     */
    public static ClipFetcher open(ClipSettings settings, MetricGroup metrics, String name) {
        KvsConnection connection =
                new SdkConnection(
                        AwsConfig.of(settings.config),
                        settings.concurrency,
                        ENDPOINT_REFRESH_INTERVAL,
                        settings.subtasks,
                        name);
        return new ClipFetcher(settings, connection, metrics, ClipWorker.start(name + "-worker"));
    }

    /**
     * @param connection closed with this, like the worker
     */
    ClipFetcher(
            ClipSettings settings,
            KvsConnection connection,
            MetricGroup metrics,
            ClipWorker worker) {
        this.settings = settings;
        this.connection = connection;
        this.worker = worker;
        clips = metrics.counter("clips");
        incompleteClips = metrics.counter("incompleteClips");
        failedClips = metrics.counter("failedClips");
        lostFragments = metrics.counter("lostFragments");
    }

    /**
     * Begins to fetch a clip; may be called by any thread.
     *
     * @return completes in the worker, never once this is closed; fails with a {@link
     *     ClipException}, or with what was unforeseen. Cancelling it gives the clip up
     */
    public CompletableFuture<Clip> fetch(ClipRequest request) {
        CompletableFuture<Clip> clip = new CompletableFuture<>();
        ClipFetch fetch = new ClipFetch(request, this, clip);
        clip.whenComplete((made, error) -> worker.post(fetch::end));
        worker.post(fetch::begin);
        return clip;
    }

    // ---- for fetches, in the worker ------------------------------------------------------------

    ClipSettings settings() {
        return settings;
    }

    KvsConnection connection() {
        return connection;
    }

    /**
     * Counts a clip whose fetch is over.
     *
     * @param clip null if there is none
     * @param lost how many of its fragments are lost
     */
    void count(@Nullable Clip clip, int lost) {
        lostFragments.inc(lost);
        if (clip == null) {
            failedClips.inc();
            return;
        }
        clips.inc();
        if (!clip.isComplete()) {
            incompleteClips.inc();
        }
    }

    /** What the service said about a stream within the last minute; null if nothing. */
    @Nullable
    StreamDescription known(String stream) {
        Known known = descriptions.get(stream);
        return known == null || worker.nanoTime() - known.sinceNanos > DESCRIPTION_NANOS
                ? null
                : known.description;
    }

    /** The service's clock, in epoch millis, from what it said about a stream. */
    long serviceTimeMillis(String stream, StreamDescription description) {
        Known known = descriptions.get(stream);
        long since = known == null ? worker.nanoTime() : known.sinceNanos;
        return description.serviceTimeMillis()
                + TimeUnit.NANOSECONDS.toMillis(worker.nanoTime() - since);
    }

    /**
     * Asks the service about a stream, once for all clips that want to know it meanwhile; what it
     * says is {@link #known} afterwards.
     *
     * @return completes in any thread
     */
    CompletableFuture<StreamDescription> describe(String stream) {
        CompletableFuture<StreamDescription> asked = lookUps.get(stream);
        if (asked == null) {
            asked = connection.directory().describe(stream);
            lookUps.put(stream, asked);
            asked.whenComplete(
                    (description, error) ->
                            worker.post(
                                    () -> {
                                        lookUps.remove(stream);
                                        if (error == null) {
                                            descriptions.put(
                                                    stream,
                                                    new Known(description, worker.nanoTime()));
                                        }
                                    }));
        }
        return asked;
    }

    void forget(String stream) {
        descriptions.remove(stream);
    }

    StreamLane lane(StreamArn stream) {
        long now = worker.nanoTime();
        if (lanes.size() >= MAX_LANES && !lanes.containsKey(stream)) {
            forgetIdle(now);
        }
        return lanes.computeIfAbsent(stream, any -> new StreamLane(now));
    }

    private void forgetIdle(long now) {
        Iterator<Map.Entry<StreamArn, StreamLane>> all = lanes.entrySet().iterator();
        while (all.hasNext()) {
            Map.Entry<StreamArn, StreamLane> lane = all.next();
            if (lane.getValue().isIdle(now)) {
                connection.forget(lane.getKey());
                all.remove();
            }
        }
    }

    /** Runs an action when there is memory for one more clip; see {@link #leaveMemory}. */
    void enterMemory(Runnable action) {
        if (inMemory == settings.concurrency) {
            waitingForMemory.add(action);
        } else {
            inMemory++;
            action.run();
        }
    }

    void forgetMemory(Runnable action) {
        waitingForMemory.remove(action);
    }

    void leaveMemory() {
        Runnable next = waitingForMemory.poll();
        if (next == null) {
            inMemory--;
        } else {
            next.run();
        }
    }

    // ---- for all threads -----------------------------------------------------------------------

    ClipWorker worker() {
        return worker;
    }

    /**
     * Gives up all clips and closes the connection; returns when the threads have ended, after some
     * milliseconds, at most some seconds. May be called repeatedly, by any thread but its own.
     */
    @Override
    public void close() {
        try {
            worker.close();
        } finally {
            connection.close();
        }
    }
}
