/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.source.reader;

import io.github.flinkkvs.client.KvsConnection;
import io.github.flinkkvs.mkv.FrameFilter;
import io.github.flinkkvs.source.KvsSourceOptions;
import io.github.flinkkvs.source.metrics.KvsReaderMetrics;
import io.github.flinkkvs.source.resources.MemoryBudget;
import io.github.flinkkvs.source.resources.ReaderLock;
import io.github.flinkkvs.source.resources.ReaderResources;
import io.github.flinkkvs.source.resources.Timer;
import io.github.flinkkvs.source.session.EventQueue;
import io.github.flinkkvs.source.session.KvsReadException;
import io.github.flinkkvs.source.session.SessionSettings;
import io.github.flinkkvs.source.session.StreamEvent;
import io.github.flinkkvs.source.session.StreamSession;
import io.github.flinkkvs.source.split.KvsSplit;

import org.apache.flink.annotation.Internal;
import org.apache.flink.configuration.ReadableConfig;
import org.apache.flink.connector.base.source.reader.RecordsBySplits;
import org.apache.flink.connector.base.source.reader.RecordsWithSplitIds;
import org.apache.flink.connector.base.source.reader.splitreader.SplitReader;
import org.apache.flink.connector.base.source.reader.splitreader.SplitsAddition;
import org.apache.flink.connector.base.source.reader.splitreader.SplitsChange;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import javax.annotation.Nullable;

import java.io.IOException;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Reads any number of streams at once. Flink's fetcher thread calls all methods but {@link
 * #wakeUp}; it only ever waits in {@link #fetch}.
 */
@Internal
public final class KvsSplitReader implements SplitReader<StreamEvent, KvsSplit> {

    private static final Logger LOG = LoggerFactory.getLogger(KvsSplitReader.class);

    /** One of its own, so that a configuration can choose it. */
    private static final Logger HEALTH_LOG = LoggerFactory.getLogger(HealthLine.class);

    private final SessionSettings settings;
    private final KvsConnection connection;
    private final ReaderLock lock = new ReaderLock();
    private final Handover handover = new Handover(lock);
    private final ReaderResources resources;
    private final HealthLine health;

    /** By split id; used by the fetcher thread only. */
    private final Map<String, StreamSession> sessions = new LinkedHashMap<>();

    /**
     * @param findsNewStreams whether streams are selected rather than named
     * @param frames the wanted frames; null if fragments are wanted as a whole
     * @param connection to the service; closed with this reader
     */
    public KvsSplitReader(
            ReadableConfig config,
            boolean findsNewStreams,
            boolean needsMedia,
            @Nullable FrameFilter frames,
            KvsConnection connection,
            KvsReaderMetrics metrics) {
        this.settings = new SessionSettings(config, findsNewStreams, needsMedia, frames);
        this.connection = connection;
        Timer timer = new ExecutorTimer(connection, lock, this::onThrown);
        MemoryBudget budget =
                new MemoryBudget(
                        lock,
                        config.get(KvsSourceOptions.MEMORY_BUDGET).getBytes(),
                        timer::nanoTime);
        this.resources =
                new ReaderResources(
                        lock,
                        timer,
                        budget,
                        connection.media(),
                        connection.archive(),
                        connection.directory(),
                        metrics);
        metrics.observe(this::bufferedBytes);
        this.health =
                new HealthLine(
                        resources, config.get(KvsSourceOptions.HEALTH_INTERVAL), HEALTH_LOG::info);
    }

    private void onThrown(Throwable cause) {
        handover.onFailure(new KvsReadException("Reading failed: " + cause, cause));
    }

    private long bufferedBytes() {
        lock.lock();
        try {
            return resources.budget().held();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public RecordsWithSplitIds<StreamEvent> fetch() throws IOException {
        Handover.Batch batch = handover.take();
        RecordsBySplits.Builder<StreamEvent> records = new RecordsBySplits.Builder<>();
        batch.events().forEach(records::addAll);
        for (EventQueue queue : batch.finished()) {
            StreamSession session = sessions.remove(queue.splitId());
            locked(session::close);
            connection.forget(session.arn());
            records.addFinishedSplit(queue.splitId());
        }
        return records.build();
    }

    @Override
    public void handleSplitsChanges(SplitsChange<KvsSplit> change) {
        if (!(change instanceof SplitsAddition)) {
            throw new UnsupportedOperationException("Unsupported change of splits: " + change);
        }
        locked(health::start);
        for (KvsSplit split : change.splits()) {
            LOG.info("Reading stream {}", split);
            StreamSession session = new StreamSession(split, settings, resources, handover);
            sessions.put(split.splitId(), session);
            locked(session::start);
        }
    }

    @Override
    public void pauseOrResumeSplits(Collection<KvsSplit> toPause, Collection<KvsSplit> toResume) {
        locked(
                () -> {
                    forEach(toPause, StreamSession::pause);
                    forEach(toResume, StreamSession::resume);
                });
    }

    private void forEach(Collection<KvsSplit> splits, Consumer<StreamSession> action) {
        for (KvsSplit split : splits) {
            StreamSession session = sessions.get(split.splitId());
            // Splits that are finished may still be named.
            if (session != null) {
                action.accept(session);
            }
        }
    }

    private void locked(Runnable action) {
        lock.lock();
        try {
            action.run();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void wakeUp() {
        handover.wakeUp();
    }

    @Override
    public void close() {
        try {
            locked(
                    () -> {
                        health.close();
                        sessions.values().forEach(StreamSession::close);
                    });
        } finally {
            sessions.clear();
            // Flink waits for this before it closes the job's class loader.
            connection.close();
        }
    }

    /** Runs due actions in the connection's own thread. */
    private static final class ExecutorTimer implements Timer {

        private final KvsConnection connection;
        private final ReaderLock lock;
        private final Consumer<Throwable> onThrown;

        /**
         * @param onThrown called, with the lock held, with whatever an action throws: the executor
         *     would keep it in a future that nobody reads
         */
        ExecutorTimer(KvsConnection connection, ReaderLock lock, Consumer<Throwable> onThrown) {
            this.connection = connection;
            this.lock = lock;
            this.onThrown = onThrown;
        }

        @Override
        public long nanoTime() {
            return System.nanoTime();
        }

        @Override
        public long epochMillis() {
            return System.currentTimeMillis();
        }

        @Override
        public double jitter() {
            return ThreadLocalRandom.current().nextDouble();
        }

        @Override
        public Task schedule(Runnable action, long delayNanos) {
            ScheduledFuture<?> future =
                    connection
                            .executor()
                            .schedule(
                                    () -> lock.watch(action, onThrown),
                                    delayNanos,
                                    TimeUnit.NANOSECONDS);
            return () -> future.cancel(false);
        }
    }
}
