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
import io.github.flinkkvs.client.errors.Backoff;
import io.github.flinkkvs.client.errors.ErrorClass;
import io.github.flinkkvs.client.streams.StreamArn;
import io.github.flinkkvs.client.streams.StreamDescription;

import org.apache.flink.api.connector.source.SplitEnumeratorContext;
import org.apache.flink.util.FlinkRuntimeException;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import javax.annotation.Nullable;

import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Scans for streams, again and again if needed: the next scan begins some time after the end of the
 * last, so there are never two at once. Until the first is complete, errors count against the retry
 * budget, and one that waiting cannot mend fails the job. Later, also after a restart, a failed
 * scan is logged and counted.
 *
 * <p>Scans run in the threads of the connection, and everything that is found or decided goes to
 * the coordinator thread, which also calls {@link #start}. A worker thread opens the connection, as
 * that may block, and closes it when nothing is left to find. {@link #close} may be called at any
 * time, in any other thread. The connection is guarded by this; all other fields belong to the
 * coordinator thread.
 */
final class StreamDiscovery implements StreamFinder.Sink {

    private static final Logger LOG = LoggerFactory.getLogger(StreamDiscovery.class);

    private static final long INITIAL_DELAY_NANOS = TimeUnit.MILLISECONDS.toNanos(250);
    private static final long MAX_DELAY_NANOS = TimeUnit.SECONDS.toNanos(10);

    /** This many failures in a row take some seconds, while the job runs and may read nothing. */
    private static final int FAILURES_WORTH_A_WARNING = 4;

    /** What learns of streams and scans, in the coordinator thread. */
    interface Owner {

        void onScanBegins();

        /**
         * @return those of the wanted streams that are not known yet
         */
        List<StreamDescription> onListed(List<StreamDescription> wanted, List<StreamArn> others);

        void onFound(List<StreamDescription> streams);

        void onScanned();

        void onScanFailed();
    }

    private final SplitEnumeratorContext<?> context;
    private final Supplier<KvsConnection> connector;
    private final StreamFinder finder;
    private final Owner owner;
    private final long budgetNanos;

    private final Backoff backoff = new Backoff(INITIAL_DELAY_NANOS, MAX_DELAY_NANOS);
    private long failingSinceNanos;
    private int answers;
    private boolean scanned;

    /** Whether the connection was closed once, and opened again. */
    private boolean renewed;

    /** Null before it is opened and after it is closed; guarded by this. */
    @Nullable private KvsConnection connection;

    /** Guarded by this. */
    private boolean closed;

    /**
     * @param connector opens the connection, which this discovery closes
     * @param budgetNanos how long the first scan may bring nothing but errors
     * @param scanned whether there was a complete scan, before a restart
     */
    StreamDiscovery(
            SplitEnumeratorContext<?> context,
            Supplier<KvsConnection> connector,
            StreamFinder finder,
            Owner owner,
            long budgetNanos,
            boolean scanned) {
        this.context = context;
        this.connector = connector;
        this.finder = finder;
        this.owner = owner;
        this.budgetNanos = budgetNanos;
        this.scanned = scanned;
    }

    /** Begins the first scan; called once. */
    void start() {
        context.callAsync(
                this::open,
                (opened, error) -> {
                    if (isClosed()) {
                        return;
                    }
                    if (error != null) {
                        throw new FlinkRuntimeException(error.getMessage(), error);
                    }
                    scanAfter(0);
                });
    }

    // ---- the connection --------------------------------------------------------------------

    private Void open() {
        if (isClosed()) {
            throw new CancellationException();
        }
        KvsConnection opened = connector.get();
        synchronized (this) {
            if (!closed) {
                connection = opened;
                return null;
            }
        }
        opened.close();
        throw new CancellationException();
    }

    private synchronized boolean isClosed() {
        return closed;
    }

    @Nullable
    private synchronized KvsConnection connection() {
        return connection;
    }

    private Void exchange() {
        KvsConnection opened = connector.get();
        KvsConnection old;
        synchronized (this) {
            old = closed ? opened : connection;
            connection = closed ? null : opened;
        }
        old.close();
        return null;
    }

    private Void release() {
        KvsConnection open;
        synchronized (this) {
            open = connection;
            connection = null;
        }
        if (open != null) {
            open.close();
        }
        return null;
    }

    /** Ends everything, and returns when the connection is closed. */
    void close() {
        synchronized (this) {
            closed = true;
        }
        release();
    }

    // ---- scans -----------------------------------------------------------------------------

    private void scanAfter(long delayNanos) {
        KvsConnection open = connection();
        if (open != null) {
            try {
                open.executor().schedule(() -> scan(open), delayNanos, TimeUnit.NANOSECONDS);
            } catch (RejectedExecutionException e) {
                LOG.debug("The connection was closed", e);
            }
        }
    }

    private void scan(KvsConnection open) {
        onCoordinator(owner::onScanBegins);
        CompletableFuture<Void> scan;
        try {
            scan = finder.scan(open, this);
        } catch (RuntimeException | Error e) {
            scan = CompletableFuture.failedFuture(e);
        }
        scan.whenComplete((done, error) -> onCoordinator(() -> onScanOver(error)));
    }

    private void onCoordinator(Runnable action) {
        try {
            context.runInCoordinatorThread(action);
        } catch (RejectedExecutionException e) {
            LOG.debug("The coordinator was closed", e);
        }
    }

    private void onScanOver(@Nullable Throwable error) {
        if (isClosed()) {
            return;
        }
        if (error != null) {
            scanAfter(onFailure(error));
            return;
        }
        scanned = true;
        backoff.reset();
        owner.onScanned();
        if (finder.isDone()) {
            context.callAsync(
                    this::release,
                    (done, failure) -> {
                        if (failure != null) {
                            LOG.warn("The connection was not closed properly", failure);
                        }
                    });
        } else if (renewed) {
            scanAfter(finder.intervalNanos());
        } else {
            renew();
        }
    }

    /**
     * Closes the first connection, in favour of another. When Flink ends a job, it closes the class
     * loader before the enumerator; what a connection needs to close must have been loaded by then.
     */
    private void renew() {
        renewed = true;
        context.callAsync(
                this::exchange,
                (done, failure) -> {
                    if (failure != null) {
                        LOG.warn("The connection was not renewed properly", failure);
                    }
                    scanAfter(finder.intervalNanos());
                });
    }

    /** Returns how long to wait before the next scan. */
    private long onFailure(Throwable error) {
        long now = System.nanoTime();
        if (finder.answers() != answers) {
            // It failed halfway, but got on.
            answers = finder.answers();
            backoff.reset();
        }
        if (backoff.failures() == 0) {
            failingSinceNanos = now;
        }
        ErrorClass errorClass = StreamsNotFoundException.classify(error);
        boolean hopeless =
                errorClass == ErrorClass.FATAL
                        || errorClass == ErrorClass.STREAM_NOT_FOUND
                        || now - failingSinceNanos > budgetNanos;
        String what = StreamsNotFoundException.describe(error);
        if (hopeless && !scanned) {
            throw new FlinkRuntimeException(what, error);
        }
        owner.onScanFailed();
        long delay = backoff.nextNanos();
        if (scanned) {
            delay = Math.max(delay, finder.intervalNanos());
            LOG.warn(
                    "Looking for streams failed, again in {} ms. Streams that are known are read: {}",
                    TimeUnit.NANOSECONDS.toMillis(delay),
                    what);
            return delay;
        }
        LOG.info(
                "Looking for streams failed, again in {} ms: {}",
                TimeUnit.NANOSECONDS.toMillis(delay),
                what);
        if (backoff.failures() == FAILURES_WORTH_A_WARNING) {
            LOG.warn(
                    "Looking for streams failed {} times in a row, and no stream is read before it"
                            + " is found. It is retried for {} s in all (source.retry.budget): {}",
                    FAILURES_WORTH_A_WARNING,
                    TimeUnit.NANOSECONDS.toSeconds(budgetNanos),
                    what);
        }
        return delay;
    }

    // ---- what a scan finds -----------------------------------------------------------------

    @Override
    public CompletableFuture<List<StreamDescription>> listed(
            List<StreamDescription> wanted, List<StreamArn> others) {
        CompletableFuture<List<StreamDescription>> unknown = new CompletableFuture<>();
        onCoordinator(() -> unknown.complete(owner.onListed(wanted, others)));
        return unknown;
    }

    @Override
    public void found(List<StreamDescription> streams) {
        onCoordinator(
                () -> {
                    if (!isClosed()) {
                        owner.onFound(streams);
                    }
                });
    }
}
