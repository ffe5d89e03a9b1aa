/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.source.fetch;

import io.github.flinkkvs.client.media.MediaCall;
import io.github.flinkkvs.client.media.MediaListener;
import io.github.flinkkvs.source.StartingPosition;
import io.github.flinkkvs.source.fetch.FetchEnd.How;
import io.github.flinkkvs.source.resources.ReaderLock;
import io.github.flinkkvs.source.resources.ReaderResources;
import io.github.flinkkvs.source.resources.Timer;

import javax.annotation.Nullable;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * One call for media: requests bytes a few pieces ahead, has them parsed, and notices when they
 * stop coming.
 *
 * <p>Pieces in the middle of a fragment that follow each other closely are reported together, when
 * more are requested: the reader lock, and all that is decided with it, would cost more than
 * parsing a piece.
 *
 * <p>Guarded by the reader lock, except for the body and what was not reported yet: whose they are
 * is known to {@link BodyTurn}.
 */
final class BodyCall implements MediaListener {

    /** The fetch. All methods are called with the reader lock held, and may end the call. */
    interface Owner {

        /** Whether the call's reports still matter. */
        boolean isCurrent(BodyCall call);

        /** How many pieces of this call may be outstanding; 0 for none at present. */
        int piecesAhead(BodyCall call);

        /** The service answered. */
        void onAnswered(BodyCall call, String requestId, long serviceTimeMillis);

        /** A piece was parsed, or a few of them; their results are in {@link #body}. */
        void onPieces(BodyCall call);

        /**
         * The call has ended.
         *
         * @param how BODY_ENDED, FAILED or SILENT
         * @param cause what was thrown, else null
         */
        void onEnd(BodyCall call, How how, @Nullable Throwable cause);

        /** Something unforeseen was thrown, perhaps by a call that is over. */
        void onBroken(Throwable cause);
    }

    /** A piece is reported at once if the last report is older. */
    private static final long REPORT_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    private final Owner owner;
    private final Function<MediaListener, MediaCall> opener;
    private final BodyReader body;
    private final SilenceWatch watch;
    private final TrickleWatch trickle;
    private final ReaderResources resources;
    private final ReaderLock lock;
    private final Timer timer;
    private final long beganNanos;

    @Nullable private MediaCall call;
    private String requestId = "unknown";
    private OptionalLong answeredAtMillis = OptionalLong.empty();

    /** How many requested pieces have not come yet, or were not reported. */
    private int outstanding;

    /** Whose turn it is to use {@link #body}, and what follows. */
    private final BodyTurn turn;

    /** Pieces that came and were not reported yet. */
    private int pieces;

    /** Their bytes. */
    private int bytes;

    /** When the last piece came. */
    private long arrivedNanos;

    /** The arrival of the last piece that was reported; before that, when the call began. */
    private long reportedNanos;

    /** How many pieces are reported together. */
    private int piecesPerReport;

    /**
     * @param opener makes the call; must not block
     * @param body for the bytes of this call only
     * @param silenceTimeoutNanos a connection that sends nothing for this long, although bytes were
     *     requested, is dead
     */
    BodyCall(
            Owner owner,
            Function<MediaListener, MediaCall> opener,
            BodyReader body,
            long silenceTimeoutNanos,
            ReaderResources resources) {
        this.owner = owner;
        this.opener = opener;
        this.body = body;
        this.resources = resources;
        this.lock = resources.lock();
        this.timer = resources.timer();
        this.turn = new BodyTurn(lock);
        this.beganNanos = timer.nanoTime();
        this.reportedNanos = beganNanos;
        this.trickle = new TrickleWatch(silenceTimeoutNanos);
        this.watch =
                new SilenceWatch(
                        timer, silenceTimeoutNanos, () -> whileCurrent(this::checkForSilence));
    }

    // ---- for the fetch ---------------------------------------------------------------------

    /** Makes the call once the lock is free. */
    void begin() {
        resources.metrics().onCall();
        lock.defer(this::open);
    }

    private void open() {
        MediaCall opened;
        try {
            opened = opener.apply(this);
        } catch (RuntimeException e) {
            onError(e);
            return;
        }
        lock.run(
                () -> {
                    if (owner.isCurrent(this)) {
                        call = opened;
                        askForMore();
                    } else {
                        lock.defer(opened::cancel);
                    }
                },
                owner::onBroken);
    }

    /** Requests the next bytes if the fetch allows it, unless they were requested already. */
    void askForMore() {
        lock.assertHeld();
        // The parsing thread requests more afterwards, the opening thread once it has the call.
        if (call == null || turn.hastenReport()) {
            return;
        }
        int more = piecesToAskFor();
        if (more > 0) {
            lock.defer(() -> call.request(more));
        }
    }

    /** Gives the call up, once, also if it has ended. It reports nothing after this. */
    void cancel() {
        lock.assertHeld();
        if (call != null) {
            lock.defer(call::cancel);
        }
        watch.end();
        resources.metrics().onCallOver();
        // A parsing thread releases it afterwards.
        if (!turn.over()) {
            body.release();
        }
    }

    BodyReader body() {
        return body;
    }

    boolean isAnswered() {
        return answeredAtMillis.isPresent();
    }

    /** Whether bytes were requested at least this long ago, and none came. */
    boolean isSilentFor(long nanos) {
        return !watch.wasHeldUp() && watch.isSilentFor(nanos);
    }

    /** Begins to describe the end of the fetch by what this call knows. */
    FetchEnd.Builder end(How how, StartingPosition asked) {
        FetchEnd.Builder end =
                FetchEnd.of(how, asked)
                        .answered(requestId, answeredAtMillis)
                        .heldUp(watch.wasHeldUp())
                        .lasted(timer.nanoTime() - beganNanos);
        return body.isInFragment() ? end.inFragment(body.open(), body.openBytes()) : end;
    }

    // ---- for the service -------------------------------------------------------------------

    @Override
    public void onTurn() {
        whileCurrent(watch::begin);
    }

    @Override
    public void onResponse(String id, long serviceTimeMillis) {
        whileCurrent(
                () -> {
                    requestId = id;
                    answeredAtMillis = OptionalLong.of(serviceTimeMillis);
                    watch.onAnswered();
                    owner.onAnswered(this, id, serviceTimeMillis);
                });
    }

    @Override
    public void onBytes(ByteBuffer piece) {
        lock.watch(() -> receive(piece), owner::onBroken);
    }

    private void receive(ByteBuffer piece) {
        long arrivedMillis = timer.epochMillis();
        long now = timer.nanoTime();
        if (!turn.begin()) {
            return;
        }
        pieces++;
        bytes += piece.remaining();
        arrivedNanos = now;
        body.read(piece, arrivedMillis, now);
        if (isReportDue() || !turn.end()) {
            report();
        }
    }

    private boolean isReportDue() {
        return pieces >= piecesPerReport
                || arrivedNanos - reportedNanos > REPORT_NANOS
                || body.hasNews();
    }

    private void report() {
        int more = 0;
        lock.lock();
        try {
            if (turn.endLocked() && owner.isCurrent(this)) {
                boolean trickles = takeOver();
                owner.onPieces(this);
                if (trickles && owner.isCurrent(this)) {
                    owner.onEnd(this, How.FAILED, new IOException(trickle.toString()));
                }
                // The freed memory may have gone to a stream for which this one had to make way.
                more = owner.isCurrent(this) ? piecesToAskFor() : 0;
            } else {
                turn.over();
                body.release();
            }
        } finally {
            body.clear();
            lock.unlock();
        }
        if (more > 0) {
            // Not deferred: it may deliver at once, and would then grow the stack of deferrals.
            call.request(more);
        }
    }

    @Override
    public void onEnd() {
        whileCurrent(() -> endWith(How.BODY_ENDED, null));
    }

    @Override
    public void onError(Throwable cause) {
        whileCurrent(() -> endWith(How.FAILED, cause));
    }

    // ---- inside ----------------------------------------------------------------------------

    /**
     * Takes over what the pieces have brought that were not reported yet.
     *
     * @return whether the connection brings too little
     */
    private boolean takeOver() {
        outstanding -= pieces;
        long waited = watch.onBytes(arrivedNanos, outstanding > 0);
        resources.metrics().onBytes(bytes);
        body.update();
        boolean trickles = trickle.onBytes(bytes, waited, body.hasCompletedAny());
        reportedNanos = arrivedNanos;
        pieces = 0;
        bytes = 0;
        return trickles;
    }

    /** How many pieces to request now: none until half of the requested ones have come. */
    private int piecesToAskFor() {
        // Ask the owner each time: it may have to make room for the bytes that came meanwhile.
        int ahead = owner.piecesAhead(this);
        int more = ahead == 0 || outstanding > ahead / 2 ? 0 : ahead - outstanding;
        if (more > 0) {
            watch.onAsked();
            outstanding = ahead;
        }
        piecesPerReport = ahead == 0 ? 1 : outstanding - ahead / 2;
        return more;
    }

    private void checkForSilence() {
        if (watch.isDead()) {
            endWith(How.SILENT, null);
        }
    }

    private void endWith(How how, @Nullable Throwable cause) {
        turn.use(
                () -> {
                    if (pieces > 0) {
                        takeOver();
                    }
                });
        owner.onEnd(this, how, cause);
    }

    private void whileCurrent(Runnable action) {
        lock.run(
                () -> {
                    if (owner.isCurrent(this)) {
                        action.run();
                    }
                },
                owner::onBroken);
    }
}
