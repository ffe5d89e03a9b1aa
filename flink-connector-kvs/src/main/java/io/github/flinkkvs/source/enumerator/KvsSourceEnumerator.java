/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.source.enumerator;

import io.github.flinkkvs.client.KvsConnection;
import io.github.flinkkvs.client.streams.StreamDescription;
import io.github.flinkkvs.source.KvsSourceOptions;
import io.github.flinkkvs.source.KvsSourceOptions.DeletedStreamPolicy;
import io.github.flinkkvs.source.StreamPositions;
import io.github.flinkkvs.source.StreamSelector;
import io.github.flinkkvs.source.split.AllStreamsAssigned;
import io.github.flinkkvs.source.split.KvsSplit;

import org.apache.flink.annotation.Internal;
import org.apache.flink.api.connector.source.SplitEnumerator;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;
import org.apache.flink.configuration.ReadableConfig;
import org.apache.flink.util.FlinkRuntimeException;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import javax.annotation.Nullable;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * Finds the streams, fixes where each begins and ends, and gives each to one reader.
 *
 * <p>Flink calls all methods in the coordinator thread, except {@link #close}, for which it creates
 * a thread: {@code close} may come before {@link #start}, or while streams are looked up. {@link
 * #lookUp} runs in a worker thread. It opens and closes the connection to the service by itself,
 * and shares nothing with the other threads but {@link #closed}.
 */
@Internal
public final class KvsSourceEnumerator implements SplitEnumerator<KvsSplit, KvsEnumeratorState> {

    private static final Logger LOG = LoggerFactory.getLogger(KvsSourceEnumerator.class);

    private final SplitEnumeratorContext<KvsSplit> context;
    private final StreamSelector streams;
    private final StreamPositions positions;
    private final ReadableConfig config;
    private final Supplier<KvsConnection> connector;
    private final SplitPlacement placement;

    /** Ids of the splits assigned to readers. */
    private final Set<String> assigned = new LinkedHashSet<>();

    /** Splits that wait for their reader, by subtask. */
    private final Map<Integer, List<KvsSplit>> pending = new TreeMap<>();

    /** The number of pending splits, for the thread that reports metrics. */
    private volatile long pendingCount;

    private final CompletableFuture<Void> closed = new CompletableFuture<>();

    /** Whether all streams are known, so that readers can be told that there are no more. */
    private boolean complete;

    /**
     * @param connector opens a connection to the service, which this enumerator closes
     */
    public KvsSourceEnumerator(
            SplitEnumeratorContext<KvsSplit> context,
            StreamSelector streams,
            StreamPositions positions,
            ReadableConfig config,
            Supplier<KvsConnection> connector,
            KvsEnumeratorState restored) {
        this.context = context;
        this.streams = streams;
        this.positions = positions;
        this.config = config;
        this.connector = connector;
        this.placement = new SplitPlacement(context.currentParallelism());
        // A stream that is no longer in the list is forgotten: if it comes back, it begins anew.
        restored.assigned().stream()
                .filter(
                        splitId ->
                                streams.namesOrArns().stream()
                                        .anyMatch(s -> StreamSelector.names(s, splitId)))
                .forEach(assigned::add);
        for (KvsSplit split : restored.unassigned()) {
            if (streams.contains(split.arn())) {
                await(placement.place(), split.delayed());
            }
        }
    }

    @Override
    public void start() {
        context.metricGroup().setUnassignedSplitsGauge(() -> pendingCount);
        List<String> unknown = new ArrayList<>();
        for (String stream : streams.namesOrArns()) {
            if (!isKnown(stream)) {
                unknown.add(stream);
            }
        }
        if (unknown.isEmpty()) {
            complete = true;
            return;
        }
        context.callAsync(() -> lookUp(unknown), this::onLookedUp);
    }

    private boolean isKnown(String stream) {
        return assigned.stream().anyMatch(splitId -> StreamSelector.names(stream, splitId))
                || pending.values().stream()
                        .flatMap(List::stream)
                        .anyMatch(split -> StreamSelector.names(stream, split.splitId()));
    }

    private Map<String, StreamDescription> lookUp(List<String> unknown) throws Exception {
        if (closed.isDone()) {
            throw new CancellationException();
        }
        // Closed here, since closing waits for threads.
        try (KvsConnection connection = connector.get()) {
            CompletableFuture<Map<String, StreamDescription>> found =
                    new StreamResolver(
                                    connection.directory(),
                                    connection.executor(),
                                    config.get(KvsSourceOptions.RETRY_BUDGET).toNanos(),
                                    config.get(KvsSourceOptions.DELETED_STREAM)
                                            == DeletedStreamPolicy.FINISH)
                            .resolve(unknown);
            closed.thenRun(() -> found.cancel(false));
            return found.get();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof Exception ? (Exception) e.getCause() : e;
        }
    }

    private void onLookedUp(
            @Nullable Map<String, StreamDescription> found, @Nullable Throwable error) {
        if (closed.isDone()) {
            return;
        }
        if (error != null) {
            throw new FlinkRuntimeException(error.getMessage(), error);
        }
        List<String> sorted = found.keySet().stream().sorted().collect(Collectors.toList());
        for (String stream : sorted) {
            KvsSplit split =
                    KvsSplit.firstSeen(
                            found.get(stream), positions.startOf(stream), positions.stop());
            LOG.info("Found stream {}", split);
            await(placement.place(), split);
        }
        complete = true;
        context.registeredReaders().keySet().forEach(this::serve);
    }

    private void await(int subtask, KvsSplit split) {
        pending.computeIfAbsent(subtask, s -> new ArrayList<>()).add(split);
        pendingCount++;
    }

    @Override
    public void addReader(int subtask) {
        serve(subtask);
    }

    /** Called once per registered reader: signalling the end of splits twice would fail the job. */
    private void serve(int subtask) {
        assignPending(subtask);
        if (complete && positions.stop().isBounded()) {
            context.signalNoMoreSplits(subtask);
        } else if (complete) {
            context.sendEventToSourceReader(subtask, new AllStreamsAssigned());
        }
    }

    private void assignPending(int subtask) {
        List<KvsSplit> splits = pending.remove(subtask);
        if (splits != null) {
            pendingCount -= splits.size();
            for (KvsSplit split : splits) {
                assigned.add(split.splitId());
                context.assignSplit(split, subtask);
            }
        }
    }

    @Override
    public void addSplitsBack(List<KvsSplit> splits, int subtask) {
        for (KvsSplit split : splits) {
            assigned.remove(split.splitId());
            await(subtask, split.delayed());
        }
        // The next attempt of the reader registers anew, unless it already did.
        if (context.registeredReaders().containsKey(subtask)) {
            assignPending(subtask);
        }
    }

    @Override
    public void handleSplitRequest(int subtask, @Nullable String hostname) {
        // Readers do not request splits: they get their streams when they register.
    }

    @Override
    public KvsEnumeratorState snapshotState(long checkpointId) {
        return new KvsEnumeratorState(
                assigned,
                pending.values().stream().flatMap(List::stream).collect(Collectors.toList()));
    }

    /** Returns at once. A running look-up ends, and closes its connection in its own thread. */
    @Override
    public void close() {
        closed.complete(null);
    }
}
