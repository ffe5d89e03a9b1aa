/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.source.session;

import io.github.flinkkvs.client.streams.StreamDescription;
import io.github.flinkkvs.source.KvsSourceOptions.HistoryMode;
import io.github.flinkkvs.source.fetch.FragmentListing;
import io.github.flinkkvs.source.fetch.ServiceClock;
import io.github.flinkkvs.source.resources.Timer;

import javax.annotation.Nullable;

import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;

/**
 * Decides how a stream is read, anew before each fetch: from the archive or with GetMedia. The
 * state of a stream is its position, and does not say which.
 *
 * <p>The archive is never read without a description of the stream just before: that shows how far
 * behind the position is by the service's own clock, and whether unread media has expired. The
 * clock of this machine only decides whether to ask for one; if it is wrong, that costs a call.
 *
 * <p>Guarded by the reader lock.
 */
final class ReadingWay {

    /** How to go on. */
    enum Way {
        /** With a GetMedia call. */
        LIVE,
        /** From the archive. */
        ARCHIVE,
        /** Look the stream up, then decide. */
        LOOK_UP
    }

    /**
     * AUTO: with fragments of a second, GetMedia needs about 25 s to catch up with 2 minutes, at 5
     * fragments a second. Looking the stream up, listing it, and reading all but the last 30 s of
     * it from the archive take nearly as long.
     */
    static final long AUTO_MILLIS = TimeUnit.MINUTES.toMillis(2);

    /** ARCHIVE: must be more than what the archive leaves to GetMedia. */
    static final long ARCHIVE_MILLIS = TimeUnit.MINUTES.toMillis(1);

    /**
     * A GetMedia call that is this far behind makes room for the archive. More than AUTO, since the
     * call might have begun there, and was about to catch up.
     */
    static final long FALLEN_BEHIND_MILLIS = TimeUnit.MINUTES.toMillis(3);

    /** For as long as this, a description tells the present. */
    private static final long DESCRIPTION_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final HistoryMode history;
    private final long maxLagMillis;
    private final ReadCursor cursor;
    private final ServiceClock clock;
    private final Timer timer;

    /** What the service said last, until a fetch begins. */
    @Nullable private StreamDescription description;

    private long describedNanos;

    /** Whether the service archives the stream, as far as is known. */
    private boolean archived = true;

    /** Whether this job may not read the archive. */
    private boolean denied;

    private boolean readingArchive;

    /** Whether GetMedia does not get past the next fragment, and does not tell its number. */
    private boolean around;

    /** What the service said just before the fetch began; null if it was not asked. */
    @Nullable private StreamDescription described;

    /**
     * Whether the archive was read to its end, or a look-up showed no reason to read it, and
     * GetMedia has not caught up since.
     */
    private boolean historyRead;

    /** The server timestamp of the fetch's last fragment. */
    private OptionalLong lastMillis = OptionalLong.empty();

    ReadingWay(
            HistoryMode history,
            long maxLagMillis,
            ReadCursor cursor,
            ServiceClock clock,
            Timer timer) {
        this.history = history;
        this.maxLagMillis = maxLagMillis;
        this.cursor = cursor;
        this.clock = clock;
        this.timer = timer;
    }

    /** How to go on now. */
    Way next() {
        described = takeDescription();
        readingArchive = false;
        lastMillis = OptionalLong.empty();
        if (described == null) {
            return around || isFarBehind() ? Way.LOOK_UP : Way.LIVE;
        }
        around = around && readsArchive();
        boolean far =
                cursor.unreadFromMillis().isPresent() && millisBehind(described) > farMillis();
        readingArchive = around || readsArchive() && far;
        if (!readingArchive) {
            // The look was vain, and another one would be, too.
            historyRead = true;
        }
        return readingArchive ? Way.ARCHIVE : Way.LIVE;
    }

    /** What to list, if the stream is read from the archive. */
    FragmentListing listing() {
        long readUpTo = cursor.readUpToMillis();
        // As with the position's own check: a start that has expired before is no loss.
        boolean anyIsFirst = readUpTo == ReadCursor.UNREAD || cursor.isOverGap();
        return new FragmentListing(
                Math.max(
                        unreadFromMillis(described) - FragmentListing.LAG_MILLIS,
                        oldestMillis(described)),
                anyIsFirst ? null : readUpTo,
                cursor.gate().stopMillis(),
                described.serviceTimeMillis() - described.oldestRetainedMillis());
    }

    private boolean readsArchive() {
        return history != HistoryMode.LIVE && archived && !denied;
    }

    private long farMillis() {
        return history == HistoryMode.ARCHIVE ? ARCHIVE_MILLIS : AUTO_MILLIS;
    }

    /** Whether, as far as is known, the stream should be looked up before it is read. */
    private boolean isFarBehind() {
        OptionalLong from = cursor.unreadFromMillis();
        if (from.isEmpty()) {
            return false;
        }
        long behind = clock.nowMillis() - Math.max(from.getAsLong(), cursor.arn().createdMillis());
        return behind > maxLagMillis || readsArchive() && behind > farMillis();
    }

    /** How far behind a stream is that was just described. */
    private long millisBehind(StreamDescription stream) {
        return stream.serviceTimeMillis() - unreadFromMillis(stream);
    }

    /** Where unread media begins, limited to what the stream may have. */
    private long unreadFromMillis(StreamDescription stream) {
        return Math.max(cursor.unreadFromMillis().orElse(ReadCursor.UNREAD), oldestMillis(stream));
    }

    private long oldestMillis(StreamDescription stream) {
        return Math.max(stream.oldestRetainedMillis(), cursor.arn().createdMillis());
    }

    /** Whether a stream that was just described is to skip to the present. */
    boolean isTooFarBehind(StreamDescription stream) {
        return maxLagMillis < Long.MAX_VALUE
                && cursor.unreadFromMillis().isPresent()
                && millisBehind(stream) > maxLagMillis;
    }

    // ---- around a fragment -----------------------------------------------------------------

    /**
     * GetMedia does not get past the next fragment, and does not tell its number. The archive does:
     * it is read until the stream gets on, however near the present that is.
     *
     * @return why it cannot be read; null if it can, as far as is known
     */
    @Nullable
    String goAround() {
        around = readsArchive();
        if (around) {
            return null;
        }
        return history == HistoryMode.LIVE
                ? "source.history is LIVE"
                : archived
                        ? "this job has no permission to read it"
                        : "the stream has no data retention";
    }

    /** Whether the archive is read only to get past a fragment. */
    boolean isGoingAround() {
        return around;
    }

    /** The stream got on. */
    void onPassed() {
        around = false;
    }

    // ---- what is learned -------------------------------------------------------------------

    /** The service described the stream. */
    void onDescribed(StreamDescription stream) {
        clock.set(stream.serviceTimeMillis());
        description = stream;
        describedNanos = timer.nanoTime();
        archived = stream.hasRetention();
    }

    /** What the service said may not hold any more. */
    void forgetDescription() {
        description = null;
    }

    @Nullable
    private StreamDescription takeDescription() {
        boolean fresh =
                description != null && timer.nanoTime() - describedNanos < DESCRIPTION_NANOS;
        StreamDescription taken = fresh ? description : null;
        description = null;
        return taken;
    }

    /**
     * The service accepted a call for media.
     *
     * @return whether the stream is to be looked up instead: by the service's clock it is far
     *     behind
     */
    boolean onAnswered(long serviceTimeMillis) {
        clock.set(serviceTimeMillis);
        return described == null && isFarBehind();
    }

    /** A fragment was read. */
    void onFragment(long serverTimestampMillis) {
        lastMillis = OptionalLong.of(serverTimestampMillis);
        if (clock.nowMillis() - serverTimestampMillis <= AUTO_MILLIS) {
            historyRead = false;
        }
    }

    /** Whether the fetch is so far behind that the stream is better looked up. */
    boolean hasFallenBehind() {
        if (lastMillis.isEmpty()) {
            return false;
        }
        // As after a look-up, nothing is older than its stream.
        long last = Math.max(lastMillis.getAsLong(), cursor.arn().createdMillis());
        long behind = clock.nowMillis() - last;
        // The service tells its time in whole seconds.
        return behind - 1_000 > maxLagMillis
                || !readingArchive
                        && !historyRead
                        && readsArchive()
                        && behind > FALLEN_BEHIND_MILLIS;
    }

    /** Everything archived was read. */
    void onHistoryRead() {
        historyRead = true;
    }

    /** There was nothing more to read. */
    void onCaughtUp() {
        historyRead = false;
    }

    /** The service does not let this job read the archive. */
    void onDenied() {
        denied = true;
    }

    boolean isReadingArchive() {
        return readingArchive;
    }

    /** How long ago the service received media of this server timestamp. */
    long millisSince(long serverTimestampMillis) {
        return clock.nowMillis() - serverTimestampMillis;
    }
}
