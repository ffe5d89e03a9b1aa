/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.media.clip;

import io.github.flinkkvs.client.errors.Backoff;
import io.github.flinkkvs.client.errors.ErrorTable;
import io.github.flinkkvs.client.media.FragmentArchive;
import io.github.flinkkvs.client.streams.StreamArn;
import io.github.flinkkvs.client.streams.StreamDescription;
import io.github.flinkkvs.media.clip.ClipException.Kind;

import javax.annotation.Nullable;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * The way of one clip: its stream is looked up, its fragments are {@linkplain ClipListing listed}
 * when they are all there, and {@linkplain ClipDownload downloaded}; then the file is made. Owned
 * by the worker of its {@link ClipFetcher}.
 */
final class ClipFetch {

    private static final long MIN_BACKOFF_NANOS = Duration.ofMillis(200).toNanos();
    private static final long MAX_BACKOFF_NANOS = Duration.ofSeconds(10).toNanos();

    /** For too many calls, or too many connections. */
    private static final long QUOTA_BACKOFF_NANOS = Duration.ofSeconds(1).toNanos();

    private final ClipRequest request;
    private final ClipFetcher fetcher;
    private final CompletableFuture<Clip> result;
    private final Backoff backoff = new Backoff(MIN_BACKOFF_NANOS, MAX_BACKOFF_NANOS);

    private long beganNanos;
    private Runnable cancelDeadline = () -> {};

    /** Of the next step, if it is not due yet. */
    private Runnable cancelStep = () -> {};

    @Nullable private StreamDescription stream;
    private boolean lookedUpAgain;
    @Nullable private ClipDownload download;

    private String lastProblem = "";
    private boolean ended;

    ClipFetch(ClipRequest request, ClipFetcher fetcher, CompletableFuture<Clip> result) {
        this.request = request;
        this.fetcher = fetcher;
        this.result = result;
    }

    // ---- beginning and end ---------------------------------------------------------------------

    void begin() {
        if (result.isDone()) {
            return;
        }
        beganNanos = nanoTime();
        long timeoutNanos = TimeUnit.MILLISECONDS.toNanos(settings().timeoutMillis);
        cancelDeadline = schedule(this::timeOut, timeoutNanos);
        guarded(this::lookUp).run();
    }

    private void timeOut() {
        fail(
                Kind.TIMEOUT,
                "it was not ready after "
                        + settings().timeoutMillis / 1_000.0
                        + " s ("
                        + ClipOptions.TIMEOUT.key()
                        + ")"
                        + (lastProblem.isEmpty() ? "" : ". The last problem was: " + lastProblem));
    }

    void fail(Kind kind, String why) {
        fail(kind, why, null);
    }

    private void fail(Kind kind, String why, @Nullable Throwable cause) {
        result.completeExceptionally(
                new ClipException(kind, "There is no " + request + ": " + why, cause));
    }

    /** Frees everything; called once the result is known, however that came. */
    void end() {
        if (ended) {
            return;
        }
        ended = true;
        cancelDeadline.run();
        cancelStep.run();
        int lost = 0;
        if (download != null) {
            lost = download.lost();
            download.end();
            download = null;
        }
        fetcher.count(result.isCompletedExceptionally() ? null : result.join(), lost);
    }

    // ---- for the steps -------------------------------------------------------------------------

    ClipSettings settings() {
        return fetcher.settings();
    }

    FragmentArchive archive() {
        return fetcher.connection().archive();
    }

    /** Not null once it was found. */
    StreamDescription stream() {
        return stream;
    }

    /**
     * The server timestamp, in epoch millis, before which the stream has nothing: it did not exist,
     * or its retention is over.
     *
     * @param sooner how much sooner the retention is taken to be over, in millis
     */
    long oldestMillis(long sooner) {
        long age = fetcher.serviceTimeMillis(request.stream(), stream) - stream.serviceTimeMillis();
        return Math.max(stream.oldestRetainedMillis() + age + sooner, stream.arn().createdMillis());
    }

    StreamLane lane() {
        return fetcher.lane(stream.arn());
    }

    /** Does an action, unless the result is known; whatever it throws becomes the result. */
    private Runnable guarded(Runnable action) {
        return () -> {
            if (ended || result.isDone()) {
                return;
            }
            try {
                action.run();
            } catch (ClipException e) {
                fail(e.kind(), e.getMessage(), e);
            } catch (Throwable e) {
                result.completeExceptionally(e);
            }
        };
    }

    /** Does an action in the worker, from any thread. */
    void post(Runnable action) {
        fetcher.worker().post(guarded(action));
    }

    /** Does the next step after a delay. */
    void later(Runnable action, long delayNanos) {
        cancelStep = schedule(action, delayNanos);
    }

    /**
     * Does something after a delay, whatever the next step is.
     *
     * @return cancels it
     */
    Runnable schedule(Runnable action, long delayNanos) {
        return fetcher.worker().schedule(guarded(action), delayNanos);
    }

    long nanoTime() {
        return fetcher.worker().nanoTime();
    }

    /** What to say if the time runs out. */
    void setProblem(String problem) {
        lastProblem = problem;
    }

    /** Something came. */
    void onProgress() {
        backoff.reset();
        lastProblem = "";
    }

    /** Does an action again, after a delay that grows until something comes. */
    void again(Runnable action) {
        later(action, backoff.nextNanos());
    }

    /** Does an action again after a failed call, if that may help. */
    void again(Throwable error, Runnable action) {
        lastProblem = ErrorTable.describe(error);
        switch (ErrorTable.classify(error)) {
            case STREAM_NOT_FOUND:
                fetcher.forget(request.stream());
                if (stream != null && !lookedUpAgain) {
                    // It may have been created anew since it was looked up.
                    lookedUpAgain = true;
                    endDownload();
                    later(this::lookUp, 0);
                } else {
                    String advice = ". Check name, region and account";
                    fail(Kind.STREAM_NOT_FOUND, lastProblem + advice, error);
                }
                break;
            case REPOSITION:
                // It left the retention since the stream was looked up.
                failExpired();
                break;
            case FATAL:
                fail(Kind.REFUSED, lastProblem, error);
                break;
            case THROTTLED:
            case CONNECTION_LIMIT:
                later(action, Math.max(QUOTA_BACKOFF_NANOS, backoff.nextNanos()));
                break;
            case REFRESH_ENDPOINT:
                if (stream != null) {
                    archive().forgetEndpoint(stream.arn());
                }
                again(action);
                break;
            default:
                again(action);
        }
    }

    private void endDownload() {
        if (download != null) {
            download.end();
            download = null;
        }
    }

    /** The stream has no media in the range. */
    void failWithoutMedia() {
        if (request.toMillis() < stream.oldestRetainedMillis()) {
            failExpired();
        } else {
            fail(
                    Kind.NO_MEDIA,
                    "the stream has no media of that time"
                            + (request.clock() == ClipRequest.Clock.PRODUCER
                                    ? " by the producer's clock. If that differs from the clock of"
                                            + " the events, or counts from the beginning of a"
                                            + " session, ask by the service's clock"
                                    : ""));
        }
    }

    private void failExpired() {
        fail(
                Kind.EXPIRED,
                "its media has left the stream's retention: the oldest that the stream still has is"
                        + " of "
                        + Instant.ofEpochMilli(stream.oldestRetainedMillis()));
    }

    // ---- the way -------------------------------------------------------------------------------

    private void lookUp() {
        StreamDescription known = fetcher.known(request.stream());
        if (known != null) {
            found(known);
            return;
        }
        fetcher.describe(request.stream())
                .whenComplete(
                        (description, error) ->
                                post(
                                        () -> {
                                            if (error != null) {
                                                again(error, this::lookUp);
                                                return;
                                            }
                                            found(description);
                                        }));
    }

    private void found(StreamDescription description) {
        stream = description;
        if (!description.isArchived()) {
            fail(
                    Kind.NOT_ARCHIVED,
                    "the stream has no data retention, so nothing of it is archived. Set its data"
                            + " retention to an hour or more");
            return;
        }
        if (request.clock() == ClipRequest.Clock.SERVER
                && request.toMillis() < description.oldestRetainedMillis()) {
            failExpired();
            return;
        }
        ClipListing listing = new ClipListing(request, this, this::download);
        long now = fetcher.serviceTimeMillis(request.stream(), description);
        long wait = listing.firstMillis() - now;
        long waited = TimeUnit.NANOSECONDS.toMillis(nanoTime() - beganNanos);
        if (wait > settings().timeoutMillis - waited) {
            fail(
                    Kind.IN_THE_FUTURE,
                    "it ends in "
                            + (request.toMillis() - now) / 1_000
                            + " s, and the media of that time is waited for "
                            + settings().timeoutMillis / 1_000.0
                            + " s at most ("
                            + ClipOptions.TIMEOUT.key()
                            + "). Ask later, or raise that");
            return;
        }
        later(listing::begin, TimeUnit.MILLISECONDS.toNanos(Math.max(0, wait)));
    }

    private void download(ClipSelection selection) {
        download = new ClipDownload(new ClipMedia(selection), this, fetcher, this::make);
        download.begin();
    }

    private void make(ClipMedia media) {
        StreamArn arn = stream.arn();
        Clip clip =
                ClipFile.of(
                        request,
                        arn.name(),
                        arn.toString(),
                        media.received(),
                        media.lost() > 0,
                        settings().maxBytes);
        if (clip != null) {
            result.complete(clip);
        } else if (media.lost() > 0) {
            fail(
                    Kind.LOST,
                    "the archive lists "
                            + media.lost()
                            + " fragments of that time and does not deliver them: "
                            + media.problem());
        } else {
            failWithoutMedia();
        }
    }
}
