/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.source.reader;

import io.github.flinkkvs.client.errors.ErrorClass;
import io.github.flinkkvs.client.errors.ErrorTable;
import io.github.flinkkvs.client.streams.StreamArn;
import io.github.flinkkvs.client.streams.StreamDescription;
import io.github.flinkkvs.client.streams.StreamDirectory;
import io.github.flinkkvs.mkv.Fragment;
import io.github.flinkkvs.source.KvsSourceOptions.DeletedStreamPolicy;
import io.github.flinkkvs.source.KvsSourceOptions.RecreatedStreamPolicy;
import io.github.flinkkvs.source.metrics.KvsReaderMetrics;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import javax.annotation.Nullable;

import java.time.Instant;

/**
 * Finds out where a session goes on when its position, or its stream, may not be there any more: by
 * the stream's description, and by what the user chose for such cases.
 *
 * <p>Guarded by the reader lock. A look-up is an attempt of the session as a call is: its answer is
 * heard only while it is the current one.
 */
final class PositionSearch {

    private static final Logger LOG = LoggerFactory.getLogger(PositionSearch.class);

    /** What was read more recently than this cannot have left any stream's retention. */
    private static final long ALWAYS_RETAINED_MILLIS = 240_000;

    /** The session; all methods are called with the reader lock held. */
    interface Owner {

        /** Begins an attempt; there must be no other. */
        void begin(Object attempt);

        /** Ends an attempt; false if it is not the current one any more. */
        boolean end(Object attempt);

        /** There is something to ask the service for. */
        void goOn();

        void onStreamDeleted();

        void onStreamRecreated(StreamArn found);

        void onError(ErrorClass errorClass, String what, @Nullable Throwable cause);

        void fail(String what, String advice);

        /** Something was thrown that nobody foresaw. */
        void onBroken(Throwable cause);
    }

    private static final long UNCHECKED = Long.MIN_VALUE;

    private final Owner owner;
    private final ReadCursor cursor;
    private final StreamDirectory directory;
    private final SessionSettings settings;
    private final KvsReaderMetrics metrics;
    private final ReaderLock lock;
    private final Timer timer;

    /**
     * Until this moment of the service's clock nothing to be read next is deleted, as was just made
     * sure; {@link #UNCHECKED} if it was not.
     */
    private long checkedUntilMillis = UNCHECKED;

    /** Up to where the stream was read before a gap that is not yet reported. */
    @Nullable private Instant gapAfter;

    PositionSearch(
            Owner owner,
            ReadCursor cursor,
            StreamDirectory directory,
            SessionSettings settings,
            KvsReaderMetrics metrics,
            ReaderLock lock,
            Timer timer) {
        this.owner = owner;
        this.cursor = cursor;
        this.directory = directory;
        this.settings = settings;
        this.metrics = metrics;
        this.lock = lock;
        this.timer = timer;
    }

    private interface Answer {
        void accept(StreamDescription description);
    }

    // ---- the reasons to search -------------------------------------------------------------

    /**
     * Whether the position has to be checked before what a call brings is read: the service may
     * silently begin with the oldest fragment where it should tell of a gap.
     *
     * @param serviceTimeMillis the service's clock when it answered the call
     */
    boolean isCheckDue(long serviceTimeMillis) {
        long readUpTo = cursor.readUpToMillis();
        return readUpTo != ReadCursor.UNREAD
                && !cursor.isOverGap()
                && serviceTimeMillis - readUpTo > ALWAYS_RETAINED_MILLIS;
    }

    /**
     * Until when, by the service's clock, the position is known not to expire; for the next call
     * only, for what is read next may change.
     */
    long takeCheckedUntilMillis() {
        long taken = checkedUntilMillis;
        checkedUntilMillis = UNCHECKED;
        return taken;
    }

    /** What was not deleted when the service answered will be when the retention gets there. */
    private void onNothingExpired(StreamDescription description) {
        checkedUntilMillis =
                description.serviceTimeMillis()
                        + cursor.readUpToMillis()
                        - description.oldestRetainedMillis();
    }

    /** Makes sure that nothing to be read next was deleted. */
    void check() {
        lookUp(cursor.arn().toString(), this::onChecked);
    }

    /** The service does not know the position. */
    void onPositionNotFound() {
        lookUp(cursor.arn().toString(), this::onPositionMissing);
    }

    /** The service does not know the stream. */
    void onStreamNotFound() {
        lookUp(cursor.arn().name(), this::onNamesake);
    }

    /** A fragment is read on. */
    void onProgress(Fragment fragment) {
        if (gapAfter != null) {
            LOG.warn(
                    "{}: fragments between {} and {} (server time) were deleted before they were read;"
                            + " going on with {}",
                    cursor.arn().name(),
                    gapAfter,
                    Instant.ofEpochMilli(fragment.serverTimestampMillis()),
                    fragment);
            gapAfter = null;
        }
    }

    // ---- looking up ------------------------------------------------------------------------

    private void lookUp(String nameOrArn, Answer answer) {
        Object attempt = new Object();
        owner.begin(attempt);
        // A call may wait for credentials, so it is not for the I/O threads.
        timer.schedule(
                () -> {
                    try {
                        directory
                                .describe(nameOrArn)
                                .whenComplete(
                                        (found, error) ->
                                                onAnswer(attempt, nameOrArn, answer, found, error));
                    } catch (RuntimeException e) {
                        onAnswer(attempt, nameOrArn, answer, null, e);
                    }
                },
                0);
    }

    private void onAnswer(
            Object attempt,
            String nameOrArn,
            Answer answer,
            @Nullable StreamDescription found,
            @Nullable Throwable error) {
        lock.run(
                () -> {
                    if (!owner.end(attempt)) {
                        return;
                    }
                    if (error == null) {
                        answer.accept(found);
                    } else {
                        onError(nameOrArn, error);
                    }
                },
                owner::onBroken);
    }

    private void onError(String nameOrArn, Throwable error) {
        ErrorClass errorClass = ErrorTable.classify(error);
        if (errorClass == ErrorClass.STREAM_NOT_FOUND && !StreamArn.isArn(nameOrArn)) {
            onDeleted();
        } else {
            owner.onError(errorClass, ErrorTable.describe(error), error);
        }
    }

    // ---- what is found ---------------------------------------------------------------------

    private void onChecked(StreamDescription description) {
        if (cursor.hasExpired(description)) {
            onExpired(description);
        } else {
            onNothingExpired(description);
            owner.goOn();
        }
    }

    private void onPositionMissing(StreamDescription description) {
        if (cursor.hasExpired(description)) {
            onExpired(description);
        } else {
            onNothingExpired(description);
            cursor.goAroundPosition(description);
            owner.goOn();
        }
    }

    private void onExpired(StreamDescription description) {
        long readUpTo = cursor.readUpToMillis();
        boolean unread = readUpTo == ReadCursor.UNREAD;
        String read = unread ? "the start" : Instant.ofEpochMilli(readUpTo) + " (server time)";
        switch (settings.expiredPosition) {
            case FAIL:
                owner.fail(
                        "what follows has left the stream's retention: it was read up to "
                                + read
                                + ", and the service keeps only what came after "
                                + Instant.ofEpochMilli(description.oldestRetainedMillis()),
                        "Set source.expired-position to EARLIEST or TIMESTAMP to go on with a gap. ");
                return;
            case EARLIEST:
                cursor.skipToEarliest();
                break;
            default:
                cursor.skipToServerTimestamp(settings.expiredPositionMillis);
        }
        metrics.onGap();
        gapAfter = unread ? Instant.EPOCH : Instant.ofEpochMilli(readUpTo);
        LOG.warn(
                "{}: what follows {} has left the stream's retention, going on from {}",
                cursor.arn().name(),
                read,
                settings.expiredPosition);
        owner.goOn();
    }

    /** There is no stream of this ARN, but one of its name. */
    private void onNamesake(StreamDescription description) {
        StreamArn found = description.arn();
        if (found.equals(cursor.arn())) {
            owner.onError(ErrorClass.RETRY, "the stream exists but is not active", null);
        } else if (settings.recreatedStream == RecreatedStreamPolicy.FAIL) {
            owner.fail(
                    "the stream was deleted, and another one of its name was created: " + found,
                    "Set source.recreated-stream = READ_NEW to read that one. ");
        } else {
            LOG.warn("{}: the stream was created anew, reading {}", cursor.arn().name(), found);
            owner.onStreamRecreated(found);
        }
    }

    private void onDeleted() {
        if (settings.deletedStream == DeletedStreamPolicy.FINISH) {
            LOG.warn("{}: the stream was deleted, it is read no more", cursor.arn().name());
            owner.onStreamDeleted();
        } else {
            owner.fail(
                    "the service knows no stream of this name",
                    "Check the name, the region and the account, or set source.deleted-stream ="
                            + " FINISH to read the other streams only. ");
        }
    }
}
