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
import io.github.flinkkvs.client.streams.StreamArn;
import io.github.flinkkvs.client.streams.StreamDescription;
import io.github.flinkkvs.source.KvsSourceOptions;
import io.github.flinkkvs.source.KvsSourceOptions.DeletedStreamPolicy;
import io.github.flinkkvs.source.StreamPositions;
import io.github.flinkkvs.source.StreamSelector;
import io.github.flinkkvs.source.metrics.KvsReaderMetrics;
import io.github.flinkkvs.source.split.AllStreamsAssigned;
import io.github.flinkkvs.source.split.KvsSplit;
import io.github.flinkkvs.source.split.ReaderStreams;
import io.github.flinkkvs.source.split.StreamsOver;

import org.apache.flink.annotation.Internal;
import org.apache.flink.api.connector.source.SourceEvent;
import org.apache.flink.api.connector.source.SplitEnumerator;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;
import org.apache.flink.api.connector.source.SplitsAssignment;
import org.apache.flink.api.connector.source.SupportsHandleExecutionAttemptSourceEvent;
import org.apache.flink.configuration.ReadableConfig;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.metrics.SimpleCounter;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import javax.annotation.Nullable;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * Finds the streams, fixes where each begins and ends, and gives each to one reader.
 *
 * <p>A reader gets streams once it has told which ones it has, which is the first thing it does.
 * {@link StreamLedger} says why.
 *
 * <p>Flink calls all methods in the coordinator thread, except {@link #close}, for which it creates
 * a thread: {@code close} may come before {@link #start}, or while streams are looked for.
 */
@Internal
public final class KvsSourceEnumerator
        implements SplitEnumerator<KvsSplit, KvsEnumeratorState>,
                SupportsHandleExecutionAttemptSourceEvent {

    private static final Logger LOG = LoggerFactory.getLogger(KvsSourceEnumerator.class);

    /**
     * With an event for each split, a job with thousands of streams can fail: a busy TaskManager
     * does not answer all of them within Flink's 10 s. Nor may an event be larger than Flink's
     * limit for messages, 10 MB.
     */
    private static final int SPLITS_PER_EVENT = 1000;

    private final SplitEnumeratorContext<KvsSplit> context;
    private final StreamSelector streams;
    private final StreamPositions positions;
    private final ReadableConfig config;
    private final StreamLedger ledger;
    private final StreamDiscovery discovery;
    private final StreamDiscovery.Owner discovered = new Discovered();

    /** Readers that told which streams they have, since they last registered. */
    private final Set<Integer> started = new HashSet<>();

    /** Readers that were told that they have all streams that exist so far. */
    private final Set<Integer> told = new HashSet<>();

    /** Whether a scan was completed, so that what is found from now on is new. */
    private boolean scanned;

    private final boolean nothingToFind;

    /** Copies for the thread that reports metrics. */
    private volatile long waiting;

    private volatile long live;

    private final Counter scans = new SimpleCounter();
    private final Counter scanFailures = new SimpleCounter();

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
        this.ledger = new StreamLedger(new SplitPlacement(context.currentParallelism()));
        // A stream that is no longer configured is forgotten: if it comes back, it begins anew.
        ledger.restore(
                configured(restored.given()),
                configured(restored.over()),
                restored.unassigned().stream()
                        .filter(split -> streams.contains(split.arn()))
                        .map(KvsSplit::delayed)
                        .collect(Collectors.toList()));
        boolean restoredScanned = !streams.isNamed() && restored.isScanned(streams.selection());
        StreamFinder finder = finder(restoredScanned);
        this.nothingToFind = finder.isDone();
        this.scanned = nothingToFind || restoredScanned;
        this.discovery =
                new StreamDiscovery(
                        context,
                        connector,
                        finder,
                        discovered,
                        config.get(KvsSourceOptions.RETRY_BUDGET).toNanos(),
                        scanned);
    }

    private List<String> configured(Set<String> splitIds) {
        return splitIds.stream().filter(streams::contains).sorted().collect(Collectors.toList());
    }

    private StreamFinder finder(boolean restoredScanned) {
        if (streams.isNamed()) {
            Set<String> known =
                    ledger.ids().stream().map(streams::spelling).collect(Collectors.toSet());
            List<String> unknown = new ArrayList<>(streams.namesOrArns());
            unknown.removeAll(known);
            return new NamedStreams(
                    unknown,
                    config.getOptional(KvsSourceOptions.DELETED_STREAM)
                            .orElse(DeletedStreamPolicy.FAIL),
                    config.get(KvsSourceOptions.RETRY_MAX_BACKOFF).toNanos());
        }
        return new SelectedStreams(
                streams,
                config.get(KvsSourceOptions.DISCOVERY_INTERVAL).toNanos(),
                positions.areBounded(streams),
                restoredScanned,
                System::nanoTime);
    }

    // ---- streams ---------------------------------------------------------------------------

    @Override
    public void start() {
        context.metricGroup().setUnassignedSplitsGauge(() -> waiting);
        MetricGroup group = KvsReaderMetrics.group(context.metricGroup(), config);
        group.gauge("liveStreams", () -> live);
        group.counter("discoveryScans", scans);
        group.counter("discoveryFailures", scanFailures);
        if (!nothingToFind) {
            discovery.start();
        }
        count();
    }

    /** For tests: what learns of streams. */
    StreamDiscovery.Owner discovered() {
        return discovered;
    }

    /** For tests: whether a scan was completed. */
    boolean isScanned() {
        return scanned;
    }

    private final class Discovered implements StreamDiscovery.Owner {

        @Override
        public void onScanBegins() {
            ledger.beginScan();
        }

        @Override
        public List<StreamDescription> onListed(
                List<StreamDescription> wanted, List<StreamArn> others) {
            others.forEach(ledger::listed);
            List<StreamDescription> unknown = new ArrayList<>();
            for (StreamDescription stream : wanted) {
                if (ledger.knows(stream.arn())) {
                    ledger.listed(stream.arn());
                } else {
                    unknown.add(stream);
                }
            }
            return unknown;
        }

        @Override
        public void onFound(List<StreamDescription> found) {
            // Sorted, so that the same streams always go to the same readers.
            found.stream()
                    .filter(stream -> !ledger.knows(stream.arn()))
                    .sorted(Comparator.comparing(stream -> stream.arn().toString()))
                    .forEach(KvsSourceEnumerator.this::add);
            serveAll();
        }

        @Override
        public void onScanned() {
            scans.inc();
            if (!streams.isNamed()) {
                ledger.endScan();
            }
            scanned = true;
            serveAll();
        }

        @Override
        public void onScanFailed() {
            scanFailures.inc();
        }
    }

    private void add(StreamDescription stream) {
        String spelling = spelling(stream.arn());
        KvsSplit split =
                KvsSplit.firstSeen(
                        stream, positions.startOf(spelling, scanned), positions.stopOf(spelling));
        LOG.info("Found stream {}", split);
        ledger.add(split);
    }

    private String spelling(StreamArn arn) {
        if (!streams.isNamed()) {
            return arn.name();
        }
        String spelling = streams.spelling(arn.toString());
        if (spelling == null) {
            // A name is one of aws.region; an ARN has a region and an account of its own.
            boolean byName = streams.namesOrArns().contains(arn.name());
            throw new IllegalStateException(
                    "The service found stream "
                            + arn
                            + (byName
                                    ? ", which is in another region than aws.region says. Set aws.region to "
                                            + arn.region()
                                            + ", or aws.endpoint to an endpoint of your region"
                                    : ", which is not the stream of the ARN that you gave. Set aws.endpoint to an"
                                            + " endpoint of the region and account of that ARN"));
        }
        return spelling;
    }

    // ---- readers ---------------------------------------------------------------------------

    @Override
    public void addReader(int subtask) {
        // It tells which streams it has.
        started.remove(subtask);
        told.remove(subtask);
    }

    /**
     * In a batch job there may be two attempts at a time (speculative execution). Flink gives the
     * second one what the first one got, so the enumerator does not tell them apart.
     */
    @Override
    public void handleSourceEvent(int subtask, int attempt, SourceEvent event) {
        handleSourceEvent(subtask, event);
    }

    @Override
    public void handleSourceEvent(int subtask, SourceEvent event) {
        if (event instanceof ReaderStreams) {
            if (!started.add(subtask)) {
                return;
            }
            boolean settled = ledger.isSettled();
            ledger.started(subtask, ((ReaderStreams) event).splitIds());
            if (ledger.isSettled() && !settled) {
                serveAll();
            } else {
                serve(subtask);
            }
        } else if (event instanceof StreamsOver) {
            for (String splitId : ((StreamsOver) event).splitIds()) {
                LOG.info("Stream {} is over", splitId);
                ledger.over(subtask, splitId);
            }
        }
        count();
    }

    private void serveAll() {
        started.stream().sorted().forEach(this::serve);
        count();
    }

    private void serve(int subtask) {
        if (!started.contains(subtask) || !context.registeredReaders().containsKey(subtask)) {
            return;
        }
        List<KvsSplit> splits = ledger.give(subtask);
        for (int i = 0; i < splits.size(); i += SPLITS_PER_EVENT) {
            List<KvsSplit> some = splits.subList(i, Math.min(i + SPLITS_PER_EVENT, splits.size()));
            context.assignSplits(new SplitsAssignment<>(Map.of(subtask, List.copyOf(some))));
        }
        if (!scanned || !ledger.isSettled() || !told.add(subtask)) {
            return;
        }
        // Once for each attempt of a reader: an event after the last one would fail the job.
        if (positions.areBounded(streams)) {
            context.signalNoMoreSplits(subtask);
        } else {
            context.sendEventToSourceReader(subtask, new AllStreamsAssigned());
        }
    }

    @Override
    public void addSplitsBack(List<KvsSplit> splits, int subtask) {
        // The next attempt of the reader gets them when it has started.
        splits.forEach(split -> ledger.back(split.delayed(), subtask));
        started.remove(subtask);
        count();
    }

    @Override
    public void handleSplitRequest(int subtask, @Nullable String hostname) {
        // Readers do not request splits: they get their streams when they start.
    }

    private void count() {
        waiting = ledger.waitingCount();
        live = ledger.liveCount();
    }

    @Override
    public KvsEnumeratorState snapshotState(long checkpointId) {
        // Streams that exist are not new to a job that named its streams before, or selected
        // others, and now selects them.
        return new KvsEnumeratorState(
                ledger.given(),
                ledger.over(),
                ledger.waiting(),
                scanned && !streams.isNamed() ? streams.selection() : null);
    }

    /** Returns when the connection is closed, which takes some milliseconds, at most seconds. */
    @Override
    public void close() {
        discovery.close();
    }
}
