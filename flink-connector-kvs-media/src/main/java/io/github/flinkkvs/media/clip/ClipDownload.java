/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.media.clip;

import io.github.flinkkvs.client.errors.ErrorClass;
import io.github.flinkkvs.client.errors.ErrorTable;
import io.github.flinkkvs.client.streams.StreamArn;
import io.github.flinkkvs.media.clip.ClipException.Kind;
import io.github.flinkkvs.mkv.FragmentNumber;
import io.github.flinkkvs.mkv.ServiceError;

import javax.annotation.Nullable;

import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Downloads the fragments of a clip, call by call, until each has come or is lost: when the lane of
 * its stream is free, and there is memory for it. Owned by the worker of its {@link ClipFetcher}.
 */
final class ClipDownload {

    private final ClipMedia media;
    private final ClipFetch fetch;
    private final ClipFetcher fetcher;
    private final Consumer<ClipMedia> whenDone;
    private final StreamArn stream;
    private final StreamLane lane;

    private final Runnable whenLaneIsFree = this::enterMemory;
    private final Runnable whenMemoryIsFree = this::beginCalls;
    private boolean inLane;
    private boolean inMemory;
    private boolean ended;

    @Nullable private BatchCall call;
    private Runnable cancelSilenceCheck = () -> {};

    ClipDownload(
            ClipMedia media, ClipFetch fetch, ClipFetcher fetcher, Consumer<ClipMedia> whenDone) {
        this.media = media;
        this.fetch = fetch;
        this.fetcher = fetcher;
        this.whenDone = whenDone;
        this.stream = fetch.stream().arn();
        this.lane = fetch.lane();
    }

    void begin() {
        lane.enter(whenLaneIsFree);
    }

    private void enterMemory() {
        inLane = true;
        fetcher.enterMemory(whenMemoryIsFree);
    }

    private void beginCalls() {
        inMemory = true;
        // Not at once: this may run within the end of another clip.
        fetch.later(this::request, 0);
    }

    private void request() {
        Set<FragmentNumber> wanted = media.wanted();
        List<FragmentNumber> requested = media.requested(wanted);
        long cost = fetch.settings().fragmentNanos * requested.size();
        long wait = lane.takeMedia(fetch.nanoTime(), cost);
        fetch.later(() -> open(wanted, requested), wait);
    }

    private void open(Set<FragmentNumber> wanted, List<FragmentNumber> requested) {
        int left = (int) (fetch.settings().maxBytes - media.receivedBytes());
        ArchivedBody body =
                new ArchivedBody(stream.name(), stream.toString(), wanted, media.ends(), left);
        BatchCall opened =
                new BatchCall(body, left, fetch::nanoTime, () -> fetch.post(this::onCallOver));
        call = opened;
        checkForSilence(opened);
        opened.begin(fetch.archive(), stream, requested);
    }

    private void checkForSilence(BatchCall watched) {
        long timeoutNanos = fetch.settings().silenceNanos;
        cancelSilenceCheck =
                fetch.schedule(
                        () -> {
                            watched.checkForSilence(timeoutNanos);
                            checkForSilence(watched);
                        },
                        timeoutNanos / 2 + 1);
    }

    private void onCallOver() {
        BatchCall over = call;
        if (over == null) {
            return;
        }
        stopCall();
        ArchivedBody body = over.body();
        ServiceError refusal = refusal(body);
        if (refusal != null) {
            fetch.fail(Kind.REFUSED, "the service sent " + refusal + " in place of its media");
            return;
        }
        boolean ended = over.damage() == null && !over.isTooLarge();
        boolean wholeBody = over.isAnswered() && over.error() == null && !over.isSilent();
        boolean atOnce = media.take(body, ended ? body.end() : null, over.damage(), wholeBody);
        if (over.isTooLarge()) {
            fetch.fail(
                    Kind.TOO_LARGE,
                    "it has more media than listed, more than "
                            + ClipOptions.MAX_BYTES.key()
                            + " allows. Ask for a shorter time, or raise that");
        } else if (media.isDone()) {
            leaveLane();
            whenDone.accept(media);
        } else if (over.error() != null) {
            fetch.again(over.error(), this::request);
        } else if (atOnce) {
            fetch.onProgress();
            fetch.later(this::request, 0);
        } else {
            fetch.setProblem(
                    over.isSilent()
                            ? "a connection was silent for "
                                    + fetch.settings().silenceNanos / 1e9
                                    + " s ("
                                    + ClipOptions.SILENCE_TIMEOUT.key()
                                    + ")"
                            : media.problem());
            fetch.again(this::request);
        }
    }

    /** What would be the same with the next call; null if nothing is. */
    @Nullable
    private static ServiceError refusal(ArchivedBody body) {
        for (ServiceError error : body.errors()) {
            if (ErrorTable.classify(error) == ErrorClass.FATAL) {
                return error;
            }
        }
        return null;
    }

    private void stopCall() {
        cancelSilenceCheck.run();
        if (call != null) {
            call.cancel();
            call = null;
        }
    }

    private void leaveLane() {
        lane.forget(whenLaneIsFree);
        if (inLane) {
            inLane = false;
            lane.leave();
        }
    }

    /** How many fragments are lost. */
    int lost() {
        return media.lost();
    }

    /** Gives up whatever is under way, and everything that it holds. */
    void end() {
        if (ended) {
            return;
        }
        ended = true;
        stopCall();
        leaveLane();
        fetcher.forgetMemory(whenMemoryIsFree);
        if (inMemory) {
            inMemory = false;
            fetcher.leaveMemory();
        }
    }
}
