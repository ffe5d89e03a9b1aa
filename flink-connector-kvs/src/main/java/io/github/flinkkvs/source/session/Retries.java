/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.source.session;

import io.github.flinkkvs.client.errors.ErrorClass;
import io.github.flinkkvs.client.errors.ErrorTable;
import io.github.flinkkvs.source.metrics.KvsReaderMetrics;
import io.github.flinkkvs.source.metrics.KvsReaderMetrics.ReconnectCause;
import io.github.flinkkvs.source.metrics.StreamMetrics;
import io.github.flinkkvs.source.session.PositionSearch.Question;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import javax.annotation.Nullable;

import java.util.concurrent.TimeUnit;

/**
 * Decides what follows any error: usually another call after the back-off, until the retry budget
 * is spent. Guarded by the reader lock.
 */
final class Retries {

    private static final Logger LOG = LoggerFactory.getLogger(Retries.class);

    private static final String CONNECTION_LIMIT_ADVICE =
            "The service allows 3 connections for a stream, and 5 for its archive, over all its"
                    + " consumers: is another job reading it, or an earlier run of this one, or several scans of one SQL query"
                    + " (EXPLAIN shows them)?";

    private final ReadCursor cursor;
    private final SessionSettings settings;
    private final Patience patience;
    private final StreamMetrics streamMetrics;
    private final KvsReaderMetrics metrics;

    /** Whether the service ever accepted a call, which means that there were credentials. */
    private boolean accepted;

    /** Whether the stream does not exist, and is waited for. */
    private boolean missing;

    Retries(
            ReadCursor cursor,
            SessionSettings settings,
            Patience patience,
            StreamMetrics streamMetrics,
            KvsReaderMetrics metrics) {
        this.cursor = cursor;
        this.settings = settings;
        this.patience = patience;
        this.streamMetrics = streamMetrics;
        this.metrics = metrics;
    }

    private String name() {
        return cursor.arn().name();
    }

    /** The service accepted a call. */
    void onAnswered() {
        accepted = true;
        missing = false;
        leaveConnectionLimit();
    }

    /** Nothing is read any more, so nothing waits for a connection. */
    void leaveConnectionLimit() {
        if (patience.leaveConnectionLimit()) {
            metrics.onConnectionLimit(false);
        }
    }

    /**
     * An error of the service or the network.
     *
     * @param what a line for logs and messages
     */
    Step after(ErrorClass errorClass, String what, @Nullable Throwable cause) {
        switch (errorClass) {
            case CONNECTION_LIMIT:
                return afterConnectionLimit(what, cause);
            case REFRESH_ENDPOINT:
                return retry(errorClass, ReconnectCause.ENDPOINT, what, cause).atNewEndpoint();
            case STREAM_NOT_FOUND:
                metrics.onError(errorClass);
                return Step.lookUp(Question.STREAM);
            case FATAL:
                if (accepted && cause != null && ErrorTable.isLackOfCredentials(cause)) {
                    // There were credentials before, so their provider fails only for a while.
                    return retry(ErrorClass.RETRY, ReconnectCause.ERROR, what, cause);
                }
                metrics.onError(errorClass);
                return fail(what, "", cause);
            default:
                return retry(errorClass, ReconnectCause.ERROR, what, cause);
        }
    }

    /** Calls again after the back-off, or fails if the retry budget is spent. */
    Step retry(
            ErrorClass errorClass, ReconnectCause reason, String what, @Nullable Throwable cause) {
        metrics.onError(errorClass);
        long failingFor = patience.failingNanos();
        if (patience.isExhausted(failingFor)) {
            return fail(
                    what,
                    "Nothing but errors for "
                            + TimeUnit.NANOSECONDS.toSeconds(failingFor)
                            + " s; source.retry.budget says how long to go on. ",
                    cause);
        }
        long delay = patience.delayNanos(errorClass);
        if (patience.takeFailureWarning()) {
            LOG.warn(
                    "{}: nothing but errors for {} s, the last: {}; the job keeps trying for {} s",
                    name(),
                    TimeUnit.NANOSECONDS.toSeconds(failingFor),
                    what,
                    TimeUnit.NANOSECONDS.toSeconds(settings.retryBudgetNanos));
        }
        LOG.info("{}: {}; again in {} ms", name(), what, TimeUnit.NANOSECONDS.toMillis(delay));
        return Step.call(delay, reason);
    }

    /** The stream was just created, and is not known everywhere; this lasts for seconds. */
    Step waitForNewStream() {
        patience.restoreAfterAnswer();
        long delay = patience.delayNanos(ErrorClass.RETRY);
        LOG.info(
                "{}: the service does not know the stream yet; again in {} ms",
                name(),
                TimeUnit.NANOSECONDS.toMillis(delay));
        return Step.call(delay, ReconnectCause.ERROR);
    }

    /** The stream does not exist; it is tried again without limit. */
    Step waitForStream() {
        patience.restoreAfterAnswer();
        // There is nothing to read.
        streamMetrics.onReadUpTo(0);
        long delay = patience.delayNanos(ErrorClass.STREAM_NOT_FOUND);
        if (!missing) {
            missing = true;
            LOG.warn(
                    "{}: the stream was deleted. It is looked up again and again"
                            + " (source.deleted-stream = IGNORE)",
                    name());
        }
        LOG.debug("{}: no such stream; again in {} ms", name(), delay / 1_000_000);
        return Step.call(delay, ReconnectCause.ERROR);
    }

    private Step afterConnectionLimit(String what, @Nullable Throwable cause) {
        metrics.onError(ErrorClass.CONNECTION_LIMIT);
        patience.restoreAfterAnswer();
        if (patience.enterConnectionLimit()) {
            metrics.onConnectionLimit(true);
        }
        if (patience.isConnectionLimitExhausted()) {
            return fail(what, CONNECTION_LIMIT_ADVICE, cause);
        }
        if (patience.takeConnectionLimitWarning()) {
            LOG.warn(
                    "{}: other consumers have held all connections for more than a minute. {} {}",
                    name(),
                    CONNECTION_LIMIT_ADVICE,
                    what);
        }
        return Step.call(patience.delayNanos(ErrorClass.CONNECTION_LIMIT), ReconnectCause.ERROR);
    }

    /**
     * Fails the job.
     *
     * @param advice what the user can do; may be empty
     */
    Step fail(String what, String advice, @Nullable Throwable cause) {
        return Step.fail((cursor + ": " + what + ". " + advice).trim(), cause);
    }
}
