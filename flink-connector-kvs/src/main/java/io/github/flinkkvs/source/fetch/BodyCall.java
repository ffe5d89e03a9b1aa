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
import java.util.function.Function;

/**
 * One call for media: requests bytes a few pieces ahead, has them parsed, and notices when they
 * stop coming.
 *
 * <p>Guarded by the reader lock, except for the body while it is parsed: then it belongs to the
 * thread that delivers the bytes.
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

        /** A piece was parsed; its results are in {@link #body}. */
        void onPiece(BodyCall call);

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

    /** How many requested pieces have not come yet. */
    private int outstanding;

    /** Whether the body is being parsed, in an I/O thread, without the lock. */
    private boolean parsing;

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
        this.beganNanos = timer.nanoTime();
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
        if (parsing || call == null) {
            return;
        }
        int pieces = piecesToAskFor();
        if (pieces > 0) {
            lock.defer(() -> call.request(pieces));
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
        if (!parsing) {
            // The parsing thread releases it afterwards.
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
    public void onBytes(ByteBuffer bytes) {
        lock.watch(() -> receive(bytes), owner::onBroken);
    }

    private void receive(ByteBuffer bytes) {
        long arrivedMillis = timer.epochMillis();
        long arrivedNanos = timer.nanoTime();
        int count = bytes.remaining();
        long waited;
        lock.lock();
        try {
            if (!owner.isCurrent(this)) {
                return;
            }
            outstanding--;
            parsing = true;
            waited = watch.onBytes(outstanding > 0);
            resources.metrics().onBytes(count);
        } finally {
            lock.unlock();
        }
        body.read(bytes, arrivedMillis, arrivedNanos);
        int more = 0;
        lock.lock();
        try {
            parsing = false;
            if (owner.isCurrent(this)) {
                body.update();
                boolean trickles = trickle.onBytes(count, waited, body.hasCompletedAny());
                owner.onPiece(this);
                if (trickles && owner.isCurrent(this)) {
                    owner.onEnd(this, How.FAILED, new IOException(trickle.toString()));
                }
                // The freed memory may have gone to a stream for which this one had to make way.
                more = owner.isCurrent(this) ? piecesToAskFor() : 0;
            } else {
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
        whileCurrent(() -> owner.onEnd(this, How.BODY_ENDED, null));
    }

    @Override
    public void onError(Throwable cause) {
        whileCurrent(() -> owner.onEnd(this, How.FAILED, cause));
    }

    // ---- inside ----------------------------------------------------------------------------

    /** How many pieces to request now: none until half of the requested ones have come. */
    private int piecesToAskFor() {
        // Ask the owner each time: it may have to make room for the bytes that came meanwhile.
        int ahead = owner.piecesAhead(this);
        if (ahead == 0 || outstanding > ahead / 2) {
            return 0;
        }
        watch.onAsked();
        int pieces = ahead - outstanding;
        outstanding = ahead;
        return pieces;
    }

    private void checkForSilence() {
        if (watch.isDead()) {
            owner.onEnd(this, How.SILENT, null);
        }
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
