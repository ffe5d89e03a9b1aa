/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.source.session;

import io.github.flinkkvs.client.errors.ErrorTable;
import io.github.flinkkvs.client.streams.StreamDescription;
import io.github.flinkkvs.mkv.Fragment;
import io.github.flinkkvs.source.KvsSourceOptions.HistoryMode;
import io.github.flinkkvs.source.StartingPosition;
import io.github.flinkkvs.source.fetch.FetchEnd;
import io.github.flinkkvs.source.fetch.FetchEnd.How;
import io.github.flinkkvs.source.fetch.FragmentListing;
import io.github.flinkkvs.source.fetch.ServiceClock;
import io.github.flinkkvs.source.metrics.KvsReaderMetrics;
import io.github.flinkkvs.source.metrics.StreamMetrics;
import io.github.flinkkvs.source.resources.ReaderResources;
import io.github.flinkkvs.source.resources.Timer;
import io.github.flinkkvs.source.session.PositionSearch.Question;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import javax.annotation.Nullable;

/**
 * What a session does next. {@link ReadingWay} decides how it reads, {@link Recovery} what follows
 * the end of a fetch, {@link PositionSearch} where it continues; they share the {@link Retries}.
 * Here each of them learns what concerns it. Guarded by the reader lock.
 */
final class Decisions {

    private static final Logger LOG = LoggerFactory.getLogger(Decisions.class);

    private final ReadCursor cursor;
    private final SessionSettings settings;
    private final ServiceClock clock;
    private final ReadingWay way;
    private final Retries retries;
    private final Recovery recovery;
    private final PositionSearch search;

    Decisions(
            ReadCursor cursor,
            Holds holds,
            SessionSettings settings,
            StreamMetrics streamMetrics,
            ReaderResources resources) {
        Timer timer = resources.timer();
        KvsReaderMetrics metrics = resources.metrics();
        this.cursor = cursor;
        this.settings = settings;
        this.clock = new ServiceClock(timer);
        this.way = new ReadingWay(settings.history, settings.maxLagMillis, cursor, clock, timer);
        Patience patience = new Patience(settings, holds::nanoTime, timer::jitter);
        this.retries = new Retries(cursor, settings, patience, streamMetrics, metrics);
        this.recovery = new Recovery(cursor, settings, patience, retries, way, metrics);
        this.search = new PositionSearch(cursor, retries, settings, metrics);
    }

    ServiceClock clock() {
        return clock;
    }

    /** What to list, if the archive is read next. */
    FragmentListing listing() {
        return way.listing();
    }

    // ---- what follows ----------------------------------------------------------------------

    /** The next fetch is due. */
    ReadingWay.Way way() {
        return way.next();
    }

    /** The service accepted a call for media; null if it goes on. */
    @Nullable
    Step afterAnswer(StartingPosition asked, long serviceTimeMillis) {
        retries.onAnswered();
        boolean far = way.onAnswered(serviceTimeMillis);
        if (way.isReadingArchive()) {
            return null;
        }
        if (cursor.isTooLateForNow(asked, serviceTimeMillis)) {
            return Step.call(0, null);
        }
        return far || search.isCheckDue(serviceTimeMillis) ? Step.lookUp(Question.CHECK) : null;
    }

    /** The results of a piece were taken; null if the fetch goes on. */
    @Nullable
    Step afterPiece() {
        return way.hasFallenBehind() ? Step.lookUp(Question.CHECK) : null;
    }

    /** A fetch is over. */
    Step after(FetchEnd end) {
        if (end.how() == How.HISTORY_READ) {
            way.onHistoryRead();
        }
        if (end.how() == How.FAILED
                && way.isReadingArchive()
                && settings.history == HistoryMode.AUTO
                && ErrorTable.isDenied(end.cause())) {
            way.onDenied();
            LOG.warn(
                    "{}: the archive cannot be read, going on with GetMedia, which sends 5 fragments a"
                            + " second at most: allow this job kinesisvideo:ListFragments and"
                            + " kinesisvideo:GetMediaForFragmentList, or set source.history = LIVE."
                            + " {}",
                    cursor.arn().name(),
                    ErrorTable.describe(end.cause()));
            return Step.call(0, null);
        }
        return recovery.after(end);
    }

    /** A look-up is over. */
    Step after(Question question, @Nullable StreamDescription found, @Nullable Throwable error) {
        if (error != null) {
            return search.afterError(question, error, clock.nowMillis());
        }
        if (question != Question.STREAM) {
            way.onDescribed(found);
            if (way.isTooFarBehind(found)) {
                return search.skipToPresent(found);
            }
        }
        return search.after(question, found);
    }

    /** Something unforeseen was thrown. */
    Step afterBroken(Throwable cause) {
        return retries.fail("reading failed: " + cause, "", cause);
    }

    // ---- what happens ----------------------------------------------------------------------

    /** A fetch begins. */
    void onFetch() {
        search.onFetch();
    }

    /** The service answered a call that lists fragments. */
    void onListed(long serviceTimeMillis) {
        clock.set(serviceTimeMillis);
    }

    /** A frame passed. */
    void onFrame() {
        recovery.onProgress();
    }

    /** A fragment passed. */
    void onFragment(Fragment fragment) {
        way.onFragment(fragment.serverTimestampMillis());
        search.onProgress(fragment);
        recovery.onProgress();
    }

    /** A fragment came that precedes the wanted ones. */
    void onPassedOver() {
        recovery.onPassedOver();
    }

    /** There was nothing more to read. */
    void onCaughtUp() {
        way.onCaughtUp();
    }

    /** Media that was read will be read again. */
    void onRewound() {
        recovery.onRewound();
    }

    /** The session reads another stream now. */
    void onSwitched() {
        recovery.onSwitched();
        way.forgetDescription();
    }

    /** Alignment releases the stream. */
    void onResumed() {
        search.forgetCheck();
        way.forgetDescription();
    }

    /** The session ends. */
    void onClosed() {
        retries.leaveConnectionLimit();
    }

    /** How long ago the service received media of this server timestamp. */
    long millisSince(long serverTimestampMillis) {
        return way.millisSince(serverTimestampMillis);
    }
}
