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
import io.github.flinkkvs.client.streams.StreamArn;
import io.github.flinkkvs.client.streams.StreamDescription;
import io.github.flinkkvs.mkv.Fragment;
import io.github.flinkkvs.source.KvsSourceOptions.RecreatedStreamPolicy;
import io.github.flinkkvs.source.StartingPosition;
import io.github.flinkkvs.source.metrics.KvsReaderMetrics;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import javax.annotation.Nullable;

import java.time.Instant;
import java.util.concurrent.TimeUnit;

/**
 * Decides where reading continues when the position, or the stream itself, may be gone, based on
 * the stream's description and the user's options. It only decides; {@link StreamLookup} asks the
 * service. Guarded by the reader lock.
 */
final class PositionSearch {

    private static final Logger LOG = LoggerFactory.getLogger(PositionSearch.class);

    /** Media read more recently than this is within the retention of every stream. */
    private static final long ALWAYS_RETAINED_MILLIS = 240_000;

    /** A new stream need not be known everywhere in the service before it is this old. */
    private static final long YOUNG_MILLIS = 3_000;

    /** Why the session requests the stream's description. */
    enum Question {
        /** Is all unread media still there? */
        CHECK,
        /** The service does not know the position. Where does reading continue? */
        POSITION,
        /** The service does not know the stream. Was it deleted, or created anew? */
        STREAM;

        /** What to ask for: the stream with that ARN, or the one that has the name now. */
        String nameOrArn(StreamArn arn) {
            return this == STREAM ? arn.withoutCreationTime() : arn.toString();
        }
    }

    private static final long UNCHECKED = Long.MIN_VALUE;

    private final ReadCursor cursor;
    private final Retries retries;
    private final SessionSettings settings;
    private final KvsReaderMetrics metrics;

    /**
     * The last look-up showed that no unread media is deleted before this moment of the service's
     * clock; {@link #UNCHECKED} if there was none.
     */
    private long checkedUntilMillis = UNCHECKED;

    /** The same for the fetch that is under way. */
    private long fetchCheckedUntilMillis = UNCHECKED;

    /** How far the stream was read before a gap that is not yet reported. */
    @Nullable private String gapAfter;

    /** What became of the fragments in that gap. */
    private String gapCause;

    PositionSearch(
            ReadCursor cursor,
            Retries retries,
            SessionSettings settings,
            KvsReaderMetrics metrics) {
        this.cursor = cursor;
        this.retries = retries;
        this.settings = settings;
        this.metrics = metrics;
    }

    // ---- whether to check ------------------------------------------------------------------

    /**
     * A fetch begins. A check is valid for this fetch only, since the next one may begin elsewhere.
     */
    void onFetch() {
        fetchCheckedUntilMillis = checkedUntilMillis;
        checkedUntilMillis = UNCHECKED;
    }

    /** Time has passed without a fetch, so the checked media may have expired. */
    void forgetCheck() {
        checkedUntilMillis = UNCHECKED;
    }

    /**
     * Whether to check the position before reading what a fetch delivers: the service may silently
     * begin with the oldest fragment when it should report a gap.
     *
     * @param serviceTimeMillis the service's clock when it answered
     */
    boolean isCheckDue(long serviceTimeMillis) {
        long readUpTo = cursor.readUpToMillis();
        return readUpTo != ReadCursor.UNREAD
                && !cursor.isOverGap()
                && serviceTimeMillis - readUpTo > ALWAYS_RETAINED_MILLIS
                && serviceTimeMillis > fetchCheckedUntilMillis;
    }

    /** The next fragment was read. */
    void onProgress(Fragment fragment) {
        if (gapAfter != null) {
            LOG.warn(
                    "{}: fragments between {} and {} (server time) were {}; going on with {}",
                    cursor.arn().name(),
                    gapAfter,
                    Instant.ofEpochMilli(fragment.serverTimestampMillis()),
                    gapCause,
                    fragment);
            gapAfter = null;
        }
    }

    // ---- what follows from an answer -------------------------------------------------------

    /** The service described the stream. */
    Step after(Question question, StreamDescription description) {
        if (question == Question.STREAM) {
            return afterNamesake(description.arn());
        }
        if (question == Question.CHECK && beginsWithTheOldest()) {
            return Step.call(0, null);
        }
        if (cursor.hasExpired(description)) {
            return afterExpiry(description);
        }
        // Media that is there now is deleted once its retention ends.
        checkedUntilMillis =
                description.serviceTimeMillis()
                        + cursor.readUpToMillis()
                        - description.oldestRetainedMillis();
        if (question == Question.POSITION) {
            cursor.goAroundPosition(description);
        }
        return Step.call(0, null);
    }

    /** Whether reading begins with the oldest fragment, whichever that is: a gap was told of. */
    private boolean beginsWithTheOldest() {
        return cursor.readUpToMillis() == ReadCursor.UNREAD
                || cursor.isOverGap() && cursor.next().kind() == StartingPosition.Kind.EARLIEST;
    }

    /**
     * The service did not describe the stream.
     *
     * @param nowMillis the service's clock, as far as is known: epoch millis
     */
    Step afterError(Question question, Throwable error, long nowMillis) {
        ErrorClass errorClass = ErrorTable.classify(error);
        if (errorClass != ErrorClass.STREAM_NOT_FOUND || question != Question.STREAM) {
            return retries.after(errorClass, ErrorTable.describe(error), error);
        }
        if (Math.abs(nowMillis - cursor.arn().createdMillis()) < YOUNG_MILLIS) {
            return retries.waitForNewStream();
        }
        switch (settings.deletedStream) {
            case FINISH:
                over("the stream was deleted and is no longer read");
                return Step.finishDeleted();
            case IGNORE:
                return retries.waitForStream();
            default:
                return retries.fail(
                        "the service knows no stream of this name",
                        "Check the name, the region and the account, or set source.deleted-stream ="
                                + " FINISH to read the other streams only. ",
                        null);
        }
    }

    /** If streams are selected, it is nothing unusual. */
    private void over(String why) {
        if (settings.findsNewStreams) {
            LOG.info("{}: {}", cursor.arn().name(), why);
        } else {
            LOG.warn("{}: {}", cursor.arn().name(), why);
        }
    }

    /** The stream is further behind than the user wants: it goes on with the present. */
    Step skipToPresent(StreamDescription description) {
        long present = description.serviceTimeMillis();
        gapAfter = readUpTo();
        gapCause = "skipped (source.max-lag)";
        cursor.skipToServerTimestamp(present);
        metrics.onSkipToPresent();
        LOG.warn(
                "{}: what follows {} (server time) is further behind than source.max-lag, {} s, and is"
                        + " skipped; going on from {}",
                cursor.arn().name(),
                gapAfter,
                TimeUnit.MILLISECONDS.toSeconds(settings.maxLagMillis),
                Instant.ofEpochMilli(present));
        return Step.call(0, null);
    }

    private String readUpTo() {
        long readUpTo = cursor.readUpToMillis();
        return readUpTo == ReadCursor.UNREAD
                ? "the start"
                : Instant.ofEpochMilli(readUpTo).toString();
    }

    private Step afterExpiry(StreamDescription description) {
        long readUpTo = cursor.readUpToMillis();
        boolean unread = readUpTo == ReadCursor.UNREAD;
        switch (settings.expiredPosition) {
            case FAIL:
                return retries.fail(
                        "unread media has left the stream's retention: "
                                + (unread
                                        ? "nothing of the stream was read"
                                        : "the stream was read up to "
                                                + Instant.ofEpochMilli(readUpTo)
                                                + " (server time)")
                                + ", and the service keeps only what came after "
                                + Instant.ofEpochMilli(description.oldestRetainedMillis()),
                        "Set source.expired-position to EARLIEST or TIMESTAMP to go on with a gap. ",
                        null);
            case EARLIEST:
                cursor.skipToEarliest();
                break;
            default:
                cursor.skipToServerTimestamp(settings.expiredPositionMillis);
        }
        metrics.onGap();
        gapAfter = readUpTo();
        gapCause = "deleted before they were read";
        LOG.warn(
                "{}: unread media after {} (server time) has left the stream's retention, going on from {}",
                cursor.arn().name(),
                gapAfter,
                settings.expiredPosition);
        return Step.call(0, null);
    }

    /** There is a stream with this name. */
    private Step afterNamesake(StreamArn found) {
        if (found.equals(cursor.arn())) {
            return retries.after(ErrorClass.RETRY, "the stream exists but is not active", null);
        }
        if (settings.recreatedStream == RecreatedStreamPolicy.FAIL) {
            return retries.fail(
                    "the stream was deleted, and another one of its name was created: " + found,
                    "Set source.recreated-stream = READ_NEW to read that one. ",
                    null);
        }
        if (settings.findsNewStreams) {
            over("the stream was deleted, and created anew as " + found);
            return Step.finishDeleted();
        }
        LOG.warn("{}: the stream was created anew, reading {}", cursor.arn().name(), found);
        return Step.switchTo(found);
    }
}
