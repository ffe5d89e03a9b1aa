/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.source.enumerator;

import io.github.flinkkvs.client.errors.Backoff;
import io.github.flinkkvs.client.errors.ErrorClass;
import io.github.flinkkvs.client.errors.ErrorTable;
import io.github.flinkkvs.client.streams.StreamDescription;
import io.github.flinkkvs.client.streams.StreamDirectory;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Looks up any number of streams, a few at a time, and repeats calls that failed with a transient
 * error. Guarded by itself; answers arrive in the threads of the directory.
 */
final class StreamResolver {

    private static final Logger LOG = LoggerFactory.getLogger(StreamResolver.class);

    /** The service allows 300 such calls a second for a whole account. */
    private static final int CALLS_AT_A_TIME = 20;

    private static final long INITIAL_DELAY_NANOS = TimeUnit.MILLISECONDS.toNanos(250);
    private static final long MAX_DELAY_NANOS = TimeUnit.SECONDS.toNanos(10);

    /** This many failures in a row take some seconds, while the job runs and reads nothing. */
    private static final int FAILURES_WORTH_A_WARNING = 4;

    private final StreamDirectory directory;
    private final ScheduledExecutorService executor;
    private final long budgetNanos;
    private final boolean leaveOutMissing;

    private final Queue<String> waiting = new ArrayDeque<>();
    private final Map<String, StreamDescription> found = new LinkedHashMap<>();
    private final CompletableFuture<Map<String, StreamDescription>> result =
            new CompletableFuture<>();
    private int open;
    private boolean warned;

    /**
     * @param budgetNanos how long the look-up of a stream may return nothing but errors
     * @param leaveOutMissing whether streams that do not exist are left out instead of failing
     */
    StreamResolver(
            StreamDirectory directory,
            ScheduledExecutorService executor,
            long budgetNanos,
            boolean leaveOutMissing) {
        this.directory = directory;
        this.executor = executor;
        this.budgetNanos = budgetNanos;
        this.leaveOutMissing = leaveOutMissing;
    }

    /**
     * Looks up streams by name or ARN; called once.
     *
     * @return by the same names and ARNs; may be cancelled, which ends all calls
     */
    CompletableFuture<Map<String, StreamDescription>> resolve(List<String> namesOrArns) {
        synchronized (this) {
            waiting.addAll(namesOrArns);
            open = waiting.size();
        }
        if (namesOrArns.isEmpty()) {
            result.complete(Map.of());
        }
        for (int i = 0; i < Math.min(CALLS_AT_A_TIME, namesOrArns.size()); i++) {
            executor.execute(() -> watch(this::next));
        }
        return result;
    }

    /** Fails the result with whatever a step throws: nobody reads the futures of the steps. */
    private void watch(Runnable step) {
        try {
            step.run();
        } catch (RuntimeException | Error e) {
            result.completeExceptionally(e);
        }
    }

    private void next() {
        String stream;
        synchronized (this) {
            stream = waiting.poll();
        }
        if (stream != null) {
            lookUp(stream, new Failures());
        }
    }

    private void lookUp(String stream, Failures failures) {
        if (result.isDone()) {
            return;
        }
        CompletableFuture<StreamDescription> answer;
        try {
            answer = directory.describe(stream);
        } catch (RuntimeException e) {
            answer = CompletableFuture.failedFuture(e);
        }
        answer.whenComplete(
                (description, error) ->
                        watch(
                                () -> {
                                    if (error == null) {
                                        onFound(stream, description);
                                    } else {
                                        onError(stream, failures, error);
                                    }
                                }));
    }

    private void onFound(String stream, StreamDescription description) {
        synchronized (this) {
            found.put(stream, description);
        }
        onDone();
    }

    private void onDone() {
        boolean last;
        synchronized (this) {
            last = --open == 0;
        }
        if (last) {
            result.complete(found);
        } else {
            executor.execute(() -> watch(this::next));
        }
    }

    private void onError(String stream, Failures failures, Throwable error) {
        ErrorClass errorClass = ErrorTable.classify(error);
        String what = ErrorTable.describe(error);
        if (errorClass == ErrorClass.STREAM_NOT_FOUND && leaveOutMissing) {
            LOG.warn("There is no stream {}; it is not read: {}", stream, what);
            onDone();
        } else if (errorClass == ErrorClass.STREAM_NOT_FOUND) {
            fail(
                    stream,
                    what,
                    "Check the name, the region and the account, or set source.deleted-stream ="
                            + " FINISH to read the other streams only.",
                    error);
        } else if (errorClass == ErrorClass.FATAL || failures.sinceFirstNanos() > budgetNanos) {
            fail(stream, what, "", error);
        } else {
            long delay = failures.backoff.nextNanos();
            LOG.info(
                    "Looking up stream {} failed, again in {} ms: {}",
                    stream,
                    TimeUnit.NANOSECONDS.toMillis(delay),
                    what);
            int count = failures.backoff.failures();
            if (count == FAILURES_WORTH_A_WARNING && takeWarning()) {
                LOG.warn(
                        "Stream {} could not be looked up {} times in a row, and nothing is read"
                                + " before all streams are known. Look-ups are retried for {} s in"
                                + " all (source.retry.budget): {}",
                        stream,
                        count,
                        TimeUnit.NANOSECONDS.toSeconds(budgetNanos),
                        what);
            }
            executor.schedule(
                    () -> watch(() -> lookUp(stream, failures)), delay, TimeUnit.NANOSECONDS);
        }
    }

    /** The failures of one stream; used by one thread at a time. */
    private static final class Failures {

        private final Backoff backoff = new Backoff(INITIAL_DELAY_NANOS, MAX_DELAY_NANOS);
        private long firstNanos;

        /** Notes an error; returns how long ago the first one was. */
        long sinceFirstNanos() {
            long now = System.nanoTime();
            if (backoff.failures() == 0) {
                firstNanos = now;
            }
            return now - firstNanos;
        }
    }

    /** True once for all streams. */
    private synchronized boolean takeWarning() {
        boolean first = !warned;
        warned = true;
        return first;
    }

    private void fail(String stream, String what, String advice, Throwable error) {
        result.completeExceptionally(
                new IllegalStateException(
                        ("Stream " + stream + " cannot be looked up: " + what + ". " + advice)
                                .trim(),
                        error));
    }
}
