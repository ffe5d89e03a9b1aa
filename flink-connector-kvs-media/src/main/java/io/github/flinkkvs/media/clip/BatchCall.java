/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.media.clip;

import io.github.flinkkvs.client.media.FragmentArchive;
import io.github.flinkkvs.client.media.MediaCall;
import io.github.flinkkvs.client.media.MediaListener;
import io.github.flinkkvs.client.streams.StreamArn;
import io.github.flinkkvs.mkv.FragmentNumber;
import io.github.flinkkvs.mkv.parser.MkvException;

import javax.annotation.Nullable;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.LongSupplier;

/**
 * A GetMediaForFragmentList call, read as fast as it comes: what it may bring is limited before it
 * is made. Guarded by itself; once it is over, everything it knows stays as it is.
 */
final class BatchCall implements MediaListener {

    /** How many pieces of 8 KiB are requested ahead. */
    private static final int PIECES_AHEAD = 16;

    private final ArchivedBody body;
    private final long maxBytes;
    private final LongSupplier clock;
    private final Runnable whenOver;

    @Nullable private MediaCall call;
    private int outstanding;
    private long bytes;

    /** Whether the call had its turn: before, it may be silent. */
    private boolean begun;

    /** When something last happened. */
    private long activeNanos;

    private boolean over;
    private boolean answered;
    private boolean tooLarge;
    private boolean silent;
    @Nullable private MkvException damage;
    @Nullable private Throwable error;

    /**
     * @param maxBytes the limit of the body's size
     * @param clock nanoseconds of a clock that never goes back
     * @param whenOver called once, by any thread, without a lock; not after {@link #cancel}
     */
    BatchCall(ArchivedBody body, long maxBytes, LongSupplier clock, Runnable whenOver) {
        this.body = body;
        this.maxBytes = maxBytes;
        this.clock = clock;
        this.whenOver = whenOver;
    }

    void begin(FragmentArchive archive, StreamArn stream, List<FragmentNumber> fragments) {
        MediaCall opened = archive.open(stream, fragments, this);
        boolean cancelled;
        synchronized (this) {
            call = opened;
            cancelled = over;
            outstanding = PIECES_AHEAD;
        }
        if (cancelled) {
            opened.cancel();
        } else {
            opened.request(PIECES_AHEAD);
        }
    }

    /** Gives the call up. */
    void cancel() {
        MediaCall toCancel;
        synchronized (this) {
            over = true;
            toCancel = call;
        }
        if (toCancel != null) {
            toCancel.cancel();
        }
    }

    /** Ends the call if nothing has come for this long since it had its turn. */
    void checkForSilence(long timeoutNanos) {
        boolean dead;
        synchronized (this) {
            dead = !over && begun && clock.getAsLong() - activeNanos >= timeoutNanos;
            silent |= dead;
        }
        if (dead) {
            end(true);
        }
    }

    @Override
    public synchronized void onTurn() {
        begun = true;
        activeNanos = clock.getAsLong();
    }

    @Override
    public synchronized void onResponse(String requestId, long serviceTimeMillis) {
        answered = true;
        activeNanos = clock.getAsLong();
    }

    @Override
    public void onBytes(ByteBuffer piece) {
        int more = 0;
        boolean done;
        synchronized (this) {
            if (over) {
                return;
            }
            activeNanos = clock.getAsLong();
            bytes += piece.remaining();
            tooLarge = bytes > maxBytes;
            done = tooLarge || !read(piece);
            if (--outstanding <= PIECES_AHEAD / 2) {
                more = PIECES_AHEAD - outstanding;
                outstanding = PIECES_AHEAD;
            }
        }
        if (done) {
            // The body may have more than is needed.
            end(true);
        } else if (more > 0) {
            call.request(more);
        }
    }

    private boolean read(ByteBuffer piece) {
        try {
            return body.read(piece);
        } catch (MkvException e) {
            damage = e;
            return false;
        } catch (RuntimeException | Error e) {
            // Nobody else would hear of it.
            error = e;
            return false;
        }
    }

    @Override
    public void onEnd() {
        end(false);
    }

    @Override
    public void onError(Throwable cause) {
        synchronized (this) {
            if (!over) {
                error = cause;
            }
        }
        end(false);
    }

    private void end(boolean cancel) {
        MediaCall toCancel;
        synchronized (this) {
            if (over) {
                return;
            }
            over = true;
            toCancel = cancel ? call : null;
        }
        if (toCancel != null) {
            toCancel.cancel();
        }
        whenOver.run();
    }

    /** To be read once the call is over. */
    synchronized ArchivedBody body() {
        return body;
    }

    /** Whether the service sent a body. */
    synchronized boolean isAnswered() {
        return answered;
    }

    /** Whether it was given up because nothing came. */
    synchronized boolean isSilent() {
        return silent;
    }

    /** Whether it brought more than it may. */
    synchronized boolean isTooLarge() {
        return tooLarge;
    }

    /** Why its bytes cannot be read; null if they can. */
    @Nullable
    synchronized MkvException damage() {
        return damage;
    }

    /** Why it failed; null if it did not. */
    @Nullable
    synchronized Throwable error() {
        return error;
    }
}
