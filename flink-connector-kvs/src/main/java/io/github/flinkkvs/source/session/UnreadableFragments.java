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
import io.github.flinkkvs.mkv.FragmentNumber;
import io.github.flinkkvs.source.KvsSourceOptions.BadFragmentPolicy;
import io.github.flinkkvs.source.KvsSourceOptions.LostFragmentPolicy;
import io.github.flinkkvs.source.fetch.FetchEnd;
import io.github.flinkkvs.source.fetch.PartialFragment;
import io.github.flinkkvs.source.metrics.KvsReaderMetrics;
import io.github.flinkkvs.source.metrics.KvsReaderMetrics.ReconnectCause;
import io.github.flinkkvs.source.session.PositionSearch.Question;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import javax.annotation.Nullable;

import java.util.concurrent.TimeUnit;

/**
 * Decides what follows a fragment that cannot be read: a bad one, or one that the archive lost.
 * Guarded by the reader lock.
 */
final class UnreadableFragments {

    private static final Logger LOG = LoggerFactory.getLogger(UnreadableFragments.class);

    private final ReadCursor cursor;
    private final SessionSettings settings;
    private final Patience patience;
    private final Retries retries;
    private final ReadingWay way;
    private final KvsReaderMetrics metrics;
    private final Strikes strikes = new Strikes();

    UnreadableFragments(
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
        this.metrics = metrics;
    }

    /** Forgets the failures: they have an end. */
    void clear() {
        strikes.clear();
    }

    /** The stream got on. */
    void onPassed() {
        strikes.clear();
        way.onPassed();
    }

    /** Notes that reading failed within a fragment; true if that is final. */
    boolean strike(FetchEnd end, String failure) {
        FragmentNumber number = end.open() == null ? null : end.open().number();
        return strikes.strike(cursor.gate().resumeAfter(), number, end.offset(), failure);
    }

    /** A stream is over with the first fragment beyond its stop, whether or not it can be read. */
    boolean isBeyondStop(@Nullable PartialFragment open) {
        return open != null && cursor.judge(open) == FragmentGate.Verdict.BEYOND_STOP;
    }

    /** Reading failed for good within a fragment, or within one whose number is not known. */
    Step afterBad(FetchEnd end, String what) {
        PartialFragment bad = end.open();
        String fragment = bad == null ? "The next fragment" : "Fragment " + bad.number();
        if (bad != null && !isWanted(bad)) {
            strikes.clear();
            LOG.info("{}: continuing after {}, which is not wanted: {}", name(), fragment, what);
            if (cursor.passOver(bad.number())) {
                patience.restore();
                return Step.call(0, null);
            }
            // The detour leads back to it.
            return retries.retry(ErrorClass.BAD_FRAGMENT, ReconnectCause.ERROR, what, null);
        }
        String failure =
                fragment
                        + " cannot be read, "
                        + Strikes.LIMIT
                        + " times in a row at its byte "
                        + end.offset()
                        + ": "
                        + what;
        if (settings.badFragment == BadFragmentPolicy.FAIL) {
            return retries.fail(
                    failure,
                    "Set source.bad-fragment = SKIP to continue after such fragments. ",
                    null);
        }
        if (bad == null) {
            return goAround(failure);
        }
        metrics.onSkipped();
        return leaveOut(bad, what);
    }

    /** GetMedia does not tell the number of a bad fragment. The archive does, and has the rest. */
    private Step goAround(String failure) {
        strikes.clear();
        String obstacle = way.goAround();
        if (obstacle != null) {
            return retries.fail(
                    failure,
                    "It cannot be skipped, since only the archive tells its number, and "
                            + obstacle
                            + ". ",
                    null);
        }
        LOG.warn("{}: {}; going on with the archive, which tells its number", name(), failure);
        return Step.lookUp(Question.CHECK);
    }

    private boolean isWanted(PartialFragment fragment) {
        FragmentIntake.leaveBehind(cursor, fragment.number(), metrics);
        FragmentGate.Verdict verdict = cursor.judge(fragment);
        return verdict == FragmentGate.Verdict.EMIT || verdict == FragmentGate.Verdict.EMIT_LAST;
    }

    /** The archive lists a fragment, which is wanted, and does not deliver it. */
    Step afterLost(FetchEnd end) {
        PartialFragment lost = end.open();
        String what =
                (end.serviceError() == null
                                ? "the archive lists it, and leaves it out of an answer with later"
                                        + " ones"
                                : "the archive lists it, and then sends " + end.serviceError())
                        + Recovery.request(end);
        metrics.onError(ErrorClass.REPOSITION);
        if (!strikes.strike(cursor.gate().resumeAfter(), lost.number(), 0, "lost")) {
            long delay = patience.delayNanos(ErrorClass.REPOSITION);
            LOG.info(
                    "{}: fragment {} is missing, {}; again in {} ms",
                    name(),
                    lost.number(),
                    what,
                    TimeUnit.NANOSECONDS.toMillis(delay));
            return Step.call(delay, ReconnectCause.ERROR);
        }
        if (settings.lostFragment == LostFragmentPolicy.FAIL) {
            return retries.fail(
                    "Fragment "
                            + lost.number()
                            + " is lost, missing "
                            + Strikes.LIMIT
                            + " times in a row: "
                            + what,
                    "Set source.lost-fragment = SKIP to continue after such fragments. ",
                    null);
        }
        metrics.onLost();
        return leaveOut(lost, what);
    }

    private Step leaveOut(PartialFragment fragment, String what) {
        LOG.warn("{}: Fragment {} is left out, {}", name(), fragment.number(), what);
        onPassed();
        patience.restore();
        cursor.skip(fragment.position());
        return Step.leaveOut(fragment.position());
    }

    private String name() {
        return cursor.arn().name();
    }
}
