/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.source.reader;

import io.github.flinkkvs.client.media.MediaCall;
import io.github.flinkkvs.client.media.MediaListener;
import io.github.flinkkvs.mkv.Fragment;
import io.github.flinkkvs.mkv.FragmentHead;
import io.github.flinkkvs.mkv.FragmentNumber;
import io.github.flinkkvs.mkv.FrameRecord;
import io.github.flinkkvs.mkv.ServiceError;
import io.github.flinkkvs.mkv.assembler.FragmentAssembler;
import io.github.flinkkvs.mkv.assembler.FragmentHandler;
import io.github.flinkkvs.mkv.parser.MkvException;

import software.amazon.awssdk.services.kinesisvideomedia.model.StartSelector;

import javax.annotation.Nullable;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Function;

/**
 * One GetMedia call of a session: asks for bytes a few pieces ahead, has them parsed, and notices
 * when they cease to come. What it finds out it tells its session, and only while it is the
 * session's current attempt.
 *
 * <p>Guarded by the reader lock, but for the assembler while it is at work, when it belongs to the
 * thread that brings bytes.
 */
final class MediaAttempt implements MediaListener, FragmentHandler {

    /** {@link #serviceTimeMillis()} before the service answered. */
    static final long UNANSWERED = Long.MIN_VALUE;

    private static final long HELD_UP_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** The session; all methods are called with the reader lock held, and may end the attempt. */
    interface Owner {

        boolean isCurrent(MediaAttempt attempt);

        /**
         * How many pieces may be asked for ahead of those that came; 0 if memory or alignment do
         * not allow any. As many are asked for, at the latest when half of them have come.
         */
        int piecesAhead();

        /** The service answered. */
        void onAccepted(MediaAttempt attempt);

        /** Some bytes came. */
        void onReceived(int bytes);

        /** A frame is complete; false if the attempt is over with it. */
        boolean onFrame(MediaAttempt attempt, FrameRecord frame);

        /** Some frames of a fragment cannot be read, and are left out. */
        void onDamagedBlock(
                FragmentHead fragment, long trackNumber, int frames, MkvException problem);

        /** A fragment is complete; false if the attempt is over with it. */
        boolean onFragment(MediaAttempt attempt, Fragment fragment);

        /** So many bytes of a partial fragment are held now. */
        void onHeld(int bytes);

        void onErrorTag(MediaAttempt attempt, ServiceError error);

        void onBadBytes(MediaAttempt attempt, MkvException problem);

        /** Something was thrown that nobody foresaw, be it by an attempt that is over. */
        void onBroken(Throwable cause);

        void onEnded(MediaAttempt attempt);

        void onFailed(MediaAttempt attempt, Throwable cause);

        /** Nothing came for too long though it was asked for. */
        void onSilent(MediaAttempt attempt);
    }

    private final Owner owner;
    private final StartSelector selector;
    private final long checkedUntilMillis;

    /**
     * Null once the attempt is over: the network may keep the attempt for longer than its bytes.
     */
    @Nullable private FragmentAssembler assembler;

    private final long silenceTimeoutNanos;
    private final ReaderLock lock;
    private final Timer timer;

    /** What the assembler made of the last bytes: a call for each to its owner, in their order. */
    private final List<BooleanSupplier> found = new ArrayList<>();

    @Nullable private ServiceError error;

    @Nullable private MediaCall call;
    private String requestId = "unknown";
    private long serviceTimeMillis = UNANSWERED;

    /** How many pieces were asked for that did not come yet. */
    private int outstanding;

    /** If there are none, and the service answered: since when. */
    private long unaskedSinceNanos;

    /** Whether the assembler is at work, in an I/O thread, without the lock. */
    private boolean parsing;

    // How the assembler was left when it was last at work.
    private boolean inFragment;
    @Nullable private PartialFragment openFragment;
    private long openBytes;

    private boolean progress;
    private boolean heldUp;
    private long activeNanos;
    @Nullable private Timer.Task silenceCheck;

    /**
     * @param checkedUntilMillis until when, by the service's clock, nothing to be read next is
     *     known to be deleted
     */
    MediaAttempt(
            Owner owner,
            StartSelector selector,
            long checkedUntilMillis,
            FragmentAssembler assembler,
            long silenceTimeoutNanos,
            ReaderLock lock,
            Timer timer) {
        this.owner = owner;
        this.selector = selector;
        this.checkedUntilMillis = checkedUntilMillis;
        this.assembler = assembler;
        this.silenceTimeoutNanos = silenceTimeoutNanos;
        this.lock = lock;
        this.timer = timer;
        this.activeNanos = timer.nanoTime();
    }

    // ---- for the session -------------------------------------------------------------------

    /** Makes the call; without the lock. */
    void open(Function<MediaListener, MediaCall> opener) {
        MediaCall opened;
        try {
            opened = opener.apply(this);
        } catch (RuntimeException e) {
            onError(e);
            return;
        }
        whileCurrent(
                () -> {
                    call = opened;
                    askForMore();
                },
                () -> lock.defer(opened::cancel));
    }

    /** Gives the call up; what it still brings is not heard, since it is no longer current. */
    void cancel() {
        lock.assertHeld();
        if (call != null) {
            lock.defer(call::cancel);
        }
        if (silenceCheck != null) {
            silenceCheck.cancel();
        }
        if (!parsing) {
            // Who parses leaves it behind.
            assembler = null;
        }
    }

    /** Asks for the next bytes if memory allows, unless that was done already. */
    void askForMore() {
        lock.assertHeld();
        // Who parses asks afterwards; who opens asks when the call is there.
        if (parsing || call == null) {
            return;
        }
        int pieces = piecesToAskFor();
        if (pieces > 0) {
            lock.defer(() -> call.request(pieces));
        }
    }

    StartSelector selector() {
        return selector;
    }

    /** Whether it is known that nothing to be read next was deleted when the service answered. */
    boolean isPositionChecked() {
        return serviceTimeMillis <= checkedUntilMillis;
    }

    String requestId() {
        return requestId;
    }

    /** The service's clock when it answered: epoch millis; or {@link #UNANSWERED}. */
    long serviceTimeMillis() {
        return serviceTimeMillis;
    }

    /** Whether it brought a fragment that was not read before. */
    boolean hasProgress() {
        return progress;
    }

    void setProgress() {
        progress = true;
    }

    /** Whether it was not read for a while, in which the service may have given it up. */
    boolean wasHeldUp() {
        return heldUp || isHeldUp();
    }

    /** Before it answers, the service has nothing that could wait for us. */
    private boolean isHeldUp() {
        return outstanding == 0
                && serviceTimeMillis != UNANSWERED
                && timer.nanoTime() - unaskedSinceNanos > HELD_UP_NANOS;
    }

    /** Whether it holds a part of a fragment. */
    boolean isInFragment() {
        return inFragment;
    }

    /** That fragment; null if its number is not known yet. */
    @Nullable
    PartialFragment openFragment() {
        return openFragment;
    }

    /** How many bytes of that fragment came. */
    long openBytes() {
        return openBytes;
    }

    /** Where in its fragment bytes are bad. */
    long offsetInFragment(MkvException problem) {
        return Math.max(problem.offset() - assembler.fragmentOffset(), 0);
    }

    /** Whether bytes were asked for so long ago, and none came. */
    boolean isSilentFor(long nanos) {
        return outstanding > 0 && timer.nanoTime() - activeNanos >= nanos;
    }

    // ---- for the call ----------------------------------------------------------------------

    @Override
    public void onTurn() {
        whileCurrent(
                () -> {
                    activeNanos = timer.nanoTime();
                    watchForSilence();
                });
    }

    @Override
    public void onResponse(String id, long timeMillis) {
        whileCurrent(
                () -> {
                    requestId = id;
                    serviceTimeMillis = timeMillis;
                    activeNanos = timer.nanoTime();
                    unaskedSinceNanos = activeNanos;
                    owner.onAccepted(this);
                });
    }

    @Override
    public void onBytes(ByteBuffer bytes) {
        lock.watch(() -> receive(bytes), owner::onBroken);
    }

    private void receive(ByteBuffer bytes) {
        long arrivedMillis = timer.epochMillis();
        long arrivedNanos = timer.nanoTime();
        FragmentAssembler parser;
        lock.lock();
        try {
            if (!owner.isCurrent(this)) {
                return;
            }
            outstanding--;
            parsing = true;
            activeNanos = timer.nanoTime();
            unaskedSinceNanos = activeNanos;
            owner.onReceived(bytes.remaining());
            parser = assembler;
        } finally {
            lock.unlock();
        }
        MkvException problem = null;
        try {
            parser.feed(bytes, arrivedMillis, arrivedNanos, this);
        } catch (MkvException e) {
            problem = e;
        }
        int more = 0;
        lock.lock();
        try {
            parsing = false;
            if (!owner.isCurrent(this)) {
                assembler = null;
            } else if (onParsed(problem)) {
                more = piecesToAskFor();
            }
        } finally {
            found.clear();
            lock.unlock();
        }
        if (more > 0) {
            // Not deferred: it may deliver at once, and would then grow the stack of deferrals.
            call.request(more);
        }
    }

    @Override
    public void onFrame(FrameRecord frame) {
        found.add(() -> owner.onFrame(this, frame));
    }

    @Override
    public void onDamagedBlock(
            FragmentHead fragment, long trackNumber, int frames, MkvException damage) {
        found.add(
                () -> {
                    owner.onDamagedBlock(fragment, trackNumber, frames, damage);
                    return true;
                });
    }

    @Override
    public void onFragment(Fragment fragment) {
        found.add(() -> owner.onFragment(this, fragment));
    }

    @Override
    public void onServiceError(ServiceError serviceError) {
        error = serviceError;
    }

    /** Whether the attempt goes on. */
    private boolean onParsed(@Nullable MkvException problem) {
        inFragment = assembler.isInFragment();
        FragmentNumber number = assembler.openFragmentNumber();
        openFragment =
                number == null
                        ? null
                        : new PartialFragment(
                                number,
                                assembler.openServerTimestampMillis(),
                                assembler.openProducerTimestampMillis());
        openBytes = assembler.openFragmentBytes();
        int held = inFragment ? Math.max(assembler.heldBytes(), 1) : 0;
        for (BooleanSupplier each : found) {
            if (!each.getAsBoolean()) {
                return false;
            }
        }
        if (error != null) {
            owner.onErrorTag(this, error);
            return false;
        }
        if (problem != null) {
            owner.onBadBytes(this, problem);
            return false;
        }
        owner.onHeld(held);
        // What became free may have gone to a stream for which this one had to make way.
        return owner.isCurrent(this);
    }

    @Override
    public void onEnd() {
        whileCurrent(() -> owner.onEnded(this));
    }

    @Override
    public void onError(Throwable cause) {
        whileCurrent(() -> owner.onFailed(this, cause));
    }

    // ---- inside ----------------------------------------------------------------------------

    /** How many pieces to ask for now: none until half of those asked for have come. */
    private int piecesToAskFor() {
        // The owner is asked each time: it may have to make room for what has come meanwhile.
        int ahead = owner.piecesAhead();
        if (ahead == 0 || outstanding > ahead / 2) {
            return 0;
        }
        if (outstanding == 0) {
            heldUp |= isHeldUp();
            activeNanos = timer.nanoTime();
        }
        int pieces = ahead - outstanding;
        outstanding = ahead;
        return pieces;
    }

    private void watchForSilence() {
        long due = activeNanos + silenceTimeoutNanos - timer.nanoTime();
        silenceCheck = timer.schedule(this::checkForSilence, Math.max(due, 1));
    }

    private void checkForSilence() {
        whileCurrent(
                () -> {
                    // A connection that was not asked, as it is paused or waits for memory, may be
                    // silent.
                    if (outstanding == 0) {
                        activeNanos = timer.nanoTime();
                    }
                    if (timer.nanoTime() - activeNanos < silenceTimeoutNanos) {
                        watchForSilence();
                    } else {
                        owner.onSilent(this);
                    }
                });
    }

    private void whileCurrent(Runnable action) {
        whileCurrent(action, () -> {});
    }

    private void whileCurrent(Runnable action, Runnable otherwise) {
        lock.run(() -> (owner.isCurrent(this) ? action : otherwise).run(), owner::onBroken);
    }
}
