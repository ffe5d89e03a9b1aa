/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.source.metrics;

import io.github.flinkkvs.client.errors.ErrorClass;
import io.github.flinkkvs.mkv.Fragment;
import io.github.flinkkvs.mkv.FrameRecord;
import io.github.flinkkvs.source.KvsSourceOptions;

import org.apache.flink.annotation.Internal;
import org.apache.flink.configuration.ReadableConfig;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.metrics.groups.SourceReaderMetricGroup;

import java.util.Collection;
import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.LongSupplier;

/**
 * The metrics of a reader over all its streams, and of a limited number of single streams. Written
 * with the reader lock held: whoever holds it reads the newest values. Reporters read at any time
 * and may see slightly old ones.
 */
@Internal
public final class KvsReaderMetrics {

    private static final String GROUP = "KinesisVideo";

    /** Why a stream gets a new connection. */
    public enum ReconnectCause {
        /** The service ended the call after media, as it does within 45 minutes. */
        END("end"),
        /** The service ended the call without new media. */
        IDLE("idle"),
        /** The call ended within a fragment. */
        CUT("cut"),
        /** The call ended without new media, and too soon to prove that there is none. */
        EMPTY("empty"),
        /** Bytes were requested, and none came. */
        SILENCE("silence"),
        /** The data endpoint is looked up again. */
        ENDPOINT("endpoint"),
        /** An error. */
        ERROR("error");

        private final String metricName;

        ReconnectCause(String metricName) {
            this.metricName = metricName;
        }
    }

    private final String readerName;
    private final StreamGauges gauges;
    private final LongSupplier nanoTime;

    private final Counter bytes;
    private final Counter recordsIn;
    private final Counter recordErrors;
    private final Counter fragments;
    private final Counter frames;
    private final Counter duplicates;
    private final Counter duplicateFrames;
    private final Counter damagedFrames;
    private final Counter incompleteFragments;
    private final Counter discardedPartialFragments;
    private final Counter evictions;
    private final Counter skippedFragments;
    private final Counter gaps;
    private final Counter skipsToPresent;
    private final Counter archivedFragments;
    private final Counter archivedBytes;
    private final Counter listCalls;
    private final Counter lostFragments;
    private final Map<ReconnectCause, Counter> reconnects = new EnumMap<>(ReconnectCause.class);
    private final Map<ErrorClass, Counter> errors = new EnumMap<>(ErrorClass.class);

    private final Set<StreamMetrics> streams = ConcurrentHashMap.newKeySet();
    private volatile LongSupplier bufferedBytes = () -> 0;
    private volatile int connections;
    private volatile int atConnectionLimit;
    private volatile int inHistory;
    private volatile long fetchEventTimeLag;

    public KvsReaderMetrics(SourceReaderMetricGroup readerGroup, ReadableConfig config) {
        this(readerGroup, config, System::nanoTime);
    }

    /**
     * @param nanoTime a clock that never goes back
     */
    public KvsReaderMetrics(
            SourceReaderMetricGroup readerGroup, ReadableConfig config, LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        Map<String, String> scope = readerGroup.getAllVariables();
        readerName =
                scope.getOrDefault("<operator_name>", "Source")
                        + ", subtask "
                        + scope.getOrDefault("<subtask_index>", "0");
        MetricGroup group = group(readerGroup, config);
        gauges = new StreamGauges(group, config.get(KvsSourceOptions.STREAM_METRICS_LIMIT));
        bytes = readerGroup.getIOMetricGroup().getNumBytesInCounter();
        recordsIn = readerGroup.getIOMetricGroup().getNumRecordsInCounter();
        recordErrors = readerGroup.getNumRecordsInErrorsCounter();
        fragments = group.counter("fragments");
        frames = group.counter("frames");
        duplicates = group.counter("duplicateFragments");
        duplicateFrames = group.counter("duplicateFrames");
        damagedFrames = group.counter("damagedFrames");
        incompleteFragments = group.counter("incompleteFragments");
        discardedPartialFragments = group.counter("discardedPartialFragments");
        evictions = group.counter("evictions");
        skippedFragments = group.counter("skippedFragments");
        gaps = group.counter("gaps");
        skipsToPresent = group.counter("skipsToPresent");
        archivedFragments = group.counter("archivedFragments");
        archivedBytes = group.counter("archivedBytes");
        listCalls = group.counter("listCalls");
        lostFragments = group.counter("lostFragments");
        for (ReconnectCause cause : ReconnectCause.values()) {
            reconnects.put(cause, group.addGroup("cause", cause.metricName).counter("reconnects"));
        }
        for (ErrorClass errorClass : ErrorClass.values()) {
            errors.put(
                    errorClass, group.addGroup("class", errorClass.metricName()).counter("errors"));
        }
        group.gauge("bufferedBytes", () -> bufferedBytes.getAsLong());
        group.gauge("connections", () -> connections);
        group.gauge("streamsAtConnectionLimit", () -> atConnectionLimit);
        group.gauge("streamsInHistory", () -> inHistory);
        group.gauge("maxMillisBehindNow", this::maxMillisBehindNow);
        // FLIP-33's name, on the group where it belongs.
        readerGroup.gauge("currentFetchEventTimeLag", () -> fetchEventTimeLag);
    }

    /** The group of all metrics of this connector, within the group of an operator. */
    public static MetricGroup group(MetricGroup operator, ReadableConfig config) {
        return config.getOptional(KvsSourceOptions.METRICS_GROUP)
                .map(operator::addGroup)
                .orElse(operator)
                .addGroup(GROUP);
    }

    /**
     * Sets where to get the number of bytes held; called again if Flink replaces the split reader.
     */
    public void observe(LongSupplier heldBytes) {
        bufferedBytes = heldBytes;
    }

    /** Begins the metrics of a stream; streams beyond the limit have no gauges of their own. */
    public StreamMetrics stream(String streamName) {
        StreamMetrics metrics = new StreamMetrics(streamName, nanoTime);
        streams.add(metrics);
        gauges.add(metrics);
        return metrics;
    }

    /** Ends the metrics of a stream that is no longer read. */
    public void remove(StreamMetrics metrics) {
        metrics.end();
        streams.remove(metrics);
        gauges.remove(metrics);
    }

    // ---- what there is to report -----------------------------------------------------------

    /** The reader's name for people: its operator and subtask. */
    public String readerName() {
        return readerName;
    }

    /** The metrics of each stream that the reader has. */
    public Collection<StreamMetrics> streams() {
        return Collections.unmodifiableSet(streams);
    }

    /** The number of streams that are read from the archive. */
    public int streamsInHistory() {
        return inHistory;
    }

    /** The number of streams that wait for other consumers' connections. */
    public int streamsAtConnectionLimit() {
        return atConnectionLimit;
    }

    /** The number of fragments passed on so far. */
    public long fragments() {
        return fragments.getCount();
    }

    /** The number of frames passed on so far. */
    public long frames() {
        return frames.getCount();
    }

    /** The bytes of media received so far. */
    public long bytes() {
        return bytes.getCount();
    }

    /** The number of new connections so far, by cause. */
    public Map<String, Long> reconnects() {
        return counts(reconnects, cause -> cause.metricName);
    }

    /** The number of errors so far, by class. */
    public Map<String, Long> errors() {
        return counts(errors, ErrorClass::metricName);
    }

    private static <K> Map<String, Long> counts(
            Map<K, Counter> counters, Function<K, String> name) {
        Map<String, Long> counts = new LinkedHashMap<>();
        counters.forEach((key, counter) -> counts.put(name.apply(key), counter.getCount()));
        return counts;
    }

    private long maxMillisBehindNow() {
        return streams.stream().mapToLong(StreamMetrics::millisBehindNow).max().orElse(0);
    }

    // ---- what happens ----------------------------------------------------------------------

    public void onBytes(int count) {
        bytes.inc(count);
    }

    /** A fragment is passed on. */
    public void onFragment(Fragment fragment) {
        fragments.inc();
        fetchEventTimeLag = System.currentTimeMillis() - fragment.producerTimestampMillis();
    }

    /** A frame is passed on. */
    public void onFrame(FrameRecord frame) {
        frames.inc();
        fetchEventTimeLag = System.currentTimeMillis() - frame.frame().timestampMillis();
    }

    /**
     * Flink counts everything that a reader hands over as records; this was neither a fragment nor
     * a frame.
     */
    public void onNoRecord() {
        recordsIn.dec();
    }

    public void onRecordError() {
        recordErrors.inc();
    }

    public void onDuplicate() {
        duplicates.inc();
    }

    public void onDuplicateFrame() {
        duplicateFrames.inc();
    }

    /** This many frames were left out, since they cannot be read. */
    public void onDamagedFrames(int count) {
        damagedFrames.inc(count);
    }

    /** Some frames of a fragment were read, the rest is lost. */
    public void onIncomplete() {
        incompleteFragments.inc();
    }

    public void onPartialDiscarded() {
        discardedPartialFragments.inc();
    }

    public void onEviction() {
        evictions.inc();
    }

    public void onSkipped() {
        skippedFragments.inc();
    }

    public void onGap() {
        gaps.inc();
    }

    /** A stream was further behind than allowed. */
    public void onSkipToPresent() {
        skipsToPresent.inc();
    }

    /** A fragment came from the archive. */
    public void onArchived(long sizeBytes) {
        archivedFragments.inc();
        archivedBytes.inc(sizeBytes);
    }

    /** A call lists archived fragments. */
    public void onListCall() {
        listCalls.inc();
    }

    /** A fragment that the archive lists and does not find was left out. */
    public void onLost() {
        lostFragments.inc();
    }

    /** A stream began or stopped reading from the archive. */
    public void onHistory(boolean reading) {
        inHistory += reading ? 1 : -1;
    }

    public void onReconnect(ReconnectCause cause) {
        reconnects.get(cause).inc();
    }

    public void onError(ErrorClass errorClass) {
        errors.get(errorClass).inc();
    }

    /** A call for media begins. */
    public void onCall() {
        connections++;
    }

    /** A call for media has ended, for any reason. */
    public void onCallOver() {
        connections--;
    }

    /** A stream began or stopped waiting for other consumers' connections. */
    public void onConnectionLimit(boolean waiting) {
        atConnectionLimit += waiting ? 1 : -1;
    }
}
