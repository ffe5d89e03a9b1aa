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
import io.github.flinkkvs.mkv.parser.MkvException;
import io.github.flinkkvs.source.fetch.FetchEnd;
import io.github.flinkkvs.source.metrics.KvsReaderMetrics;
import io.github.flinkkvs.source.metrics.KvsReaderMetrics.ReconnectCause;
import io.github.flinkkvs.source.session.PositionSearch.Question;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.concurrent.TimeUnit;

/**
 * Decides what follows when a fetch has ended: the first row that fits.
 *
 * <pre>
 * how it ended                                     what follows
 * STOP_REACHED                                     FINISH
 * BODY_ENDED, in a fragment beyond the stop        FINISH
 *   in a fragment, cut there for the third time    a bad fragment
 *   with progress                                  CALL at once
 *   in a fragment, quiet: its producer stalls      quiet, up to a minute before the answer
 *   held up                                        CALL at once; no error
 *   in a fragment                                  an error
 *   quiet, and answered                            caught up, and quiet up to the answer
 *   otherwise                                      CALL after the back-off or the idle interval
 * SILENT, held up                                  CALL at once; no error
 *   otherwise                                      an error; the endpoint is dead if unanswered
 * FAILED by passing trouble, held up               CALL at once; no error
 *   otherwise                                      by the class of the error
 * ERROR_TAG, position not found: a fragment        LOOK_UP POSITION
 *   a timestamp                                    CALL for the earliest, after the back-off
 *   otherwise: there is no fragment                caught up, and quiet up to the answer
 * ERROR_TAG otherwise                              by the class of the error
 * BAD_BYTES, in a fragment beyond the stop         FINISH
 *   for the third time                             a bad fragment
 *   otherwise                                      an error
 * HISTORY_READ, up to the stop                     FINISH
 *   going around a bad fragment                    CALL after the idle interval
 *   otherwise                                      CALL at once
 * EXPIRED                                          LOOK_UP CHECK
 * LOST, for the third time                         FAIL or LEAVE_OUT, as the user chose
 *   otherwise                                      CALL after the back-off
 * ENDED_BEFORE, with progress or held up           CALL at once
 *   otherwise                                      an error
 * BROKEN                                           FAIL
 *
 * an error          CALL after the back-off, or FAIL if the retry budget is spent
 * quiet up to t     FINISH if t is past the stop for the second time, else CALL after the idle interval
 * a bad fragment    CALL from after it if it is not wanted, else FAIL or LEAVE_OUT, as the user chose;
 *                   to leave it out without its number, LOOK_UP CHECK, and the archive from there on
 * </pre>
 *
 * <p>Only decides: it knows no lock, timer, connection or event. Guarded by the reader lock.
 */
final class Recovery {

    private static final Logger LOG = LoggerFactory.getLogger(Recovery.class);

    /** A fragment lasts 20 s at most; after this long the service will not complete it any more. */
    private static final long NEVER_COMPLETED_MILLIS = TimeUnit.MINUTES.toMillis(1);

    private final ReadCursor cursor;
    private final SessionSettings settings;
    private final Patience patience;
    private final Retries retries;
    private final ReadingWay way;
    private final UnreadableFragments unreadable;
    private final KvsReaderMetrics metrics;

    /** How often in a row the stream was quiet past its stop. */
    private int quietPastStop;

    Recovery(
            ReadCursor cursor,
            SessionSettings settings,
            Patience patience,
            Retries retries,
            ReadingWay way,
            KvsReaderMetrics metrics) {
        this.cursor = cursor;
        this.settings = settings;
        this.patience = patience;
        this.retries = retries;
        this.way = way;
        this.unreadable =
                new UnreadableFragments(cursor, settings, patience, retries, way, metrics);
        this.metrics = metrics;
    }

    private String name() {
        return cursor.arn().name();
    }

    // ---- what goes well --------------------------------------------------------------------

    /** The stream got on. */
    void onProgress() {
        quietPastStop = 0;
        unreadable.onPassed();
        patience.restore();
    }

    /** A fragment came that precedes the wanted ones. */
    void onPassedOver() {
        patience.restore();
    }

    /** Media that was read will be read again. */
    void onRewound() {
        quietPastStop = 0;
    }

    /** The session reads another stream now. */
    void onSwitched() {
        quietPastStop = 0;
        unreadable.onPassed();
    }

    // ---- ends ------------------------------------------------------------------------------

    Step after(FetchEnd end) {
        Step step = stepAfter(end);
        if (step.reconnectCause() != ReconnectCause.IDLE) {
            // Not quiet, so the count of quiet ends in a row begins anew.
            quietPastStop = 0;
        }
        return step;
    }

    private Step stepAfter(FetchEnd end) {
        switch (end.how()) {
            case STOP_REACHED:
                return Step.finish();
            case BODY_ENDED:
                return afterBody(end);
            case SILENT:
                return afterSilence(end);
            case FAILED:
                return afterFailure(end);
            case ERROR_TAG:
                return afterErrorTag(end);
            case BAD_BYTES:
                return afterBadBytes(end);
            case HISTORY_READ:
                return afterHistory(end);
            case EXPIRED:
                return Step.lookUp(Question.CHECK);
            case LOST:
                return unreadable.afterLost(end);
            case ENDED_BEFORE:
                return afterEarlyEnd(end);
            default:
                return retries.fail("reading failed: " + end.cause(), "", end.cause());
        }
    }

    private Step afterBody(FetchEnd end) {
        boolean inFragment = end.isInFragment();
        if (unreadable.isBeyondStop(end.open())) {
            return Step.finish();
        }
        if (inFragment && !end.isQuiet() && !end.isHeldUp() && unreadable.strike(end, "it ends")) {
            return unreadable.afterBad(end, "it is never completed");
        }
        if (end.hasProgress()) {
            return Step.call(0, inFragment ? ReconnectCause.CUT : ReconnectCause.END);
        }
        if (inFragment && end.isQuiet()) {
            // The producer stalls. It may go on, and there is nothing else to read.
            return quiet(end, end.answeredAtMillis().getAsLong() - NEVER_COMPLETED_MILLIS);
        }
        if (end.isHeldUp()) {
            return afterHoldUp(ReconnectCause.CUT);
        }
        if (inFragment) {
            return retries.retry(
                    ErrorClass.RETRY,
                    ReconnectCause.CUT,
                    "the connection was cut within a fragment" + request(end),
                    null);
        }
        return end.isQuiet() && end.answeredAtMillis().isPresent()
                ? nothingLeft(end)
                : fruitless(end);
    }

    private Step afterSilence(FetchEnd end) {
        if (end.isHeldUp()) {
            return afterHoldUp(ReconnectCause.SILENCE);
        }
        Step step =
                retries.retry(
                        ErrorClass.RETRY,
                        ReconnectCause.SILENCE,
                        "no data for "
                                + TimeUnit.NANOSECONDS.toSeconds(settings.silenceTimeoutNanos)
                                + " s"
                                + request(end),
                        null);
        // Without even an answer the endpoint is dead, or the call that asks for it is.
        return end.answeredAtMillis().isPresent() ? step : step.atNewEndpoint();
    }

    private Step afterFailure(FetchEnd end) {
        ErrorClass errorClass = ErrorTable.classify(end.cause());
        if (errorClass == ErrorClass.RETRY && end.isHeldUp()) {
            return afterHoldUp(ReconnectCause.CUT);
        }
        String what = ErrorTable.describe(end.cause());
        if (end.open() != null) {
            what = "in fragment " + end.open().number() + ": " + what;
        }
        return retries.after(errorClass, what, end.cause());
    }

    private Step afterErrorTag(FetchEnd end) {
        ErrorClass errorClass = ErrorTable.classify(end.serviceError());
        String what = "the service sent " + end.serviceError() + request(end);
        if (errorClass != ErrorClass.REPOSITION) {
            return retries.after(errorClass, what, null);
        }
        metrics.onError(errorClass);
        switch (end.asked().kind()) {
            case AFTER_FRAGMENT:
                LOG.info("{}: {}", name(), what);
                return Step.lookUp(Question.POSITION);
            case SERVER_TIMESTAMP:
            case PRODUCER_TIMESTAMP:
                cursor.goAroundTimestamp();
                LOG.warn("{}: {}; going on with the oldest fragment instead", name(), what);
                return Step.call(patience.delayNanos(errorClass), null);
            default:
                // There is no fragment at all.
                return nothingLeft(end);
        }
    }

    private Step afterBadBytes(FetchEnd end) {
        if (unreadable.isBeyondStop(end.open())) {
            return Step.finish();
        }
        MkvException problem = (MkvException) end.cause();
        if (!unreadable.strike(end, problem.kind().name())) {
            // The retry budget bounds failures that come at a different place each time.
            return retries.retry(
                    ErrorClass.BAD_FRAGMENT, ReconnectCause.ERROR, problem.getMessage(), null);
        }
        metrics.onError(ErrorClass.BAD_FRAGMENT);
        return unreadable.afterBad(end, problem.getMessage());
    }

    private Step afterHistory(FetchEnd end) {
        patience.restore();
        unreadable.clear();
        if (cursor.gate().isReadToStop(end.readUpToMillis())) {
            return Step.finish();
        }
        // What is young may not be listed yet, and GetMedia would come back here.
        return Step.call(way.isGoingAround() ? settings.idleIntervalNanos : 0, null);
    }

    private Step afterEarlyEnd(FetchEnd end) {
        if (end.hasProgress() || end.isHeldUp()) {
            return Step.call(0, ReconnectCause.CUT);
        }
        return retries.retry(
                ErrorClass.RETRY,
                ReconnectCause.CUT,
                "the archive's answer ended before fragment " + end.open().number() + request(end),
                null);
    }

    static String request(FetchEnd end) {
        return " (request " + end.requestId() + ")";
    }

    /**
     * The call died while memory or alignment kept the session from reading it. That is no error.
     */
    private Step afterHoldUp(ReconnectCause cause) {
        return Step.call(0, cause);
    }

    // ---- ends without anything new ---------------------------------------------------------

    /** There was nothing to read when the service answered. */
    private Step nothingLeft(FetchEnd end) {
        long answered = end.answeredAtMillis().getAsLong();
        return quiet(end, answered).caughtUpAt(answered);
    }

    /**
     * A call ended as it does when there is nothing to read.
     *
     * @param upToMillis no media that the service received before this time can still come
     */
    private Step quiet(FetchEnd end, long upToMillis) {
        patience.restore();
        unreadable.clear();
        if (cursor.gate().isPastStop(upToMillis)) {
            quietPastStop++;
            if (quietPastStop == 2) {
                return Step.finish();
            }
        }
        return Step.call(settings.idleIntervalNanos - end.lastedNanos(), ReconnectCause.IDLE);
    }

    /** A call delivered nothing, but ended too soon to prove that there is nothing. */
    private Step fruitless(FetchEnd end) {
        long fruitlessFor = patience.fruitlessNanos();
        if (patience.takeFruitlessWarning()) {
            LOG.warn(
                    "{}: for {} s each call was answered without an error, and ended at once without"
                            + " new media. The service waits 3 s before it ends a call that has"
                            + " nothing to send, so it is not known whether there is anything to"
                            + " read. Does something between this job and the service, or in its"
                            + " place, end calls?{}",
                    name(),
                    TimeUnit.NANOSECONDS.toSeconds(fruitlessFor),
                    request(end));
        }
        long delay = patience.delayNanos(ErrorClass.RETRY);
        return Step.call(Math.min(delay, settings.idleIntervalNanos), ReconnectCause.EMPTY);
    }
}
