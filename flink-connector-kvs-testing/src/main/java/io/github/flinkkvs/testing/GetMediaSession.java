/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.testing;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerResponse;

import javax.annotation.Nullable;

import java.math.BigInteger;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The body of one GetMedia call. It takes the next bytes from the stream only when the socket has
 * drained, so a slow reader costs no memory.
 *
 * <p>Owned by the event loop of its connection; other threads only call {@link #wake()}, {@link
 * #requestEnd} and {@link #credentialsExpired}.
 */
final class GetMediaSession {
    private static final int SLICE = 64 * 1024;

    /** With HTTPS Vert.x takes any number of bytes before it tells that its queue is full. */
    private static final int MAX_UNWRITTEN = 16 * SLICE;

    private static final long NANOS_PER_SECOND = 1_000_000_000;
    private static final long NANOS_PER_MILLI = 1_000_000;

    private final Vertx vertx;
    private final Context context;
    private final EmbeddedStream stream;
    private final HttpServerResponse response;
    private final HttpConnection connection;
    private final MediaSession record;
    private final BodyFaults faults;
    private final MediaStart start;
    @Nullable private final String accessKeyId;
    private final AtomicBoolean wakePending = new AtomicBoolean();
    private volatile boolean ended;

    // Where it stands.
    private BigInteger position;
    private boolean seeking;
    private boolean anyDelivered;
    @Nullable private StoredFragment current;
    private int offset;
    private int fragmentsDone;
    @Nullable private StoredFragment lastDone;
    private boolean repeating;

    /** Bytes that the service adds: trailing Tags, an error document. */
    @Nullable private ByteBuf extra;

    /** Set when the body is to end behind {@link #extra}. */
    @Nullable private EndReason endBehindExtra;

    private boolean capReached;
    private boolean stalled;
    private long sent;

    // Pacing.
    private final Deque<Long> fragmentStarts = new ArrayDeque<>();
    private long windowStartNanos = System.nanoTime();
    private long windowBytes;
    private long paceTimer = -1;
    private boolean dripWaits;

    // Idle end, session cap, slow reader.
    private long lastMediaNanos = System.nanoTime();
    private boolean waiting;
    private long idleTimer = -1;
    private long capTimer = -1;
    private long slowTimer = -1;
    private Future<Void> lastWrite = Future.succeededFuture();
    private long lastWriteNanos;

    /** Bytes that were handed over and are not on their way yet. */
    private long unwritten;

    GetMediaSession(
            Vertx vertx,
            EmbeddedStream stream,
            HttpServerResponse response,
            HttpConnection connection,
            MediaSession record,
            MediaStart start,
            List<Fault> faults,
            @Nullable String accessKeyId) {
        this.vertx = vertx;
        this.context = vertx.getOrCreateContext();
        this.stream = stream;
        this.response = response;
        this.connection = connection;
        this.record = record;
        this.start = start;
        this.position = start.after;
        this.seeking = true;
        this.faults = new BodyFaults(faults);
        this.accessKeyId = accessKeyId;
    }

    private Limits limits() {
        return stream.service().limits();
    }

    private Behavior behavior() {
        return stream.service().behavior();
    }

    /** Sends the head of the answer at once, then what there is. */
    void begin() {
        response.closeHandler(closed -> finish(EndReason.CLIENT));
        response.exceptionHandler(error -> finish(EndReason.CLIENT));
        response.drainHandler(drained -> pump());
        response.setChunked(true);
        // An empty write is what makes Vert.x send the head now.
        lastWrite = response.write(Buffer.buffer());
        Duration cap = limits().sessionCap();
        if (!cap.isZero()) {
            capTimer = vertx.setTimer(Math.max(1, cap.toMillis()), id -> capReached());
        }
        if (start.errorId != 0) {
            error(start.errorId, behavior().notFoundCode(), start.after.toString());
        }
        pump();
    }

    /** There may be new media. Any thread; wake-ups that come close together count as one. */
    void wake() {
        if (!ended && wakePending.compareAndSet(false, true)) {
            context.runOnContext(
                    woken -> {
                        wakePending.set(false);
                        pump();
                    });
        }
    }

    /** Ends the body cleanly; what is returned completes when its end is on its way. Any thread. */
    Future<Void> requestEnd(EndReason reason) {
        Promise<Void> sent = Promise.promise();
        context.runOnContext(asked -> end(reason).onComplete(sent));
        return sent.future();
    }

    /** Any thread. */
    void credentialsExpired(String expiredAccessKeyId) {
        if (expiredAccessKeyId.equals(accessKeyId)) {
            requestEnd(EndReason.CREDENTIALS);
        }
    }

    // ------------------------------------------------------------------ sending

    private void pump() {
        waiting = false;
        while (!ended && !stalled && !dripWaits && paceTimer < 0) {
            Fault broken = faults.breakAt(sent);
            if (broken != null) {
                breakOff(broken);
                return;
            }
            if (response.writeQueueFull() || unwritten >= MAX_UNWRITTEN) {
                watchSlowReader();
                return;
            }
            cancel(slowTimer);
            slowTimer = -1;
            int max = throttled(faults.limit(sent, SLICE));
            if (max == 0) {
                return;
            }
            ByteBuf bytes = nextBytes(max);
            if (bytes == null) {
                if (!ended && paceTimer < 0) {
                    waitForMedia();
                }
                return;
            }
            send(bytes);
        }
    }

    // Deprecated in favour of Vert.x 5, but the only public way to hand over bytes without a copy.
    @SuppressWarnings("deprecation")
    private static Buffer wrap(ByteBuf bytes) {
        return Buffer.buffer(bytes);
    }

    private void send(ByteBuf bytes) {
        int length = bytes.readableBytes();
        lastWriteNanos = System.nanoTime();
        lastWrite = response.write(wrap(faults.corrupt(sent, bytes)));
        unwritten += length;
        lastWrite.onComplete(written -> written(length));
        sent += length;
        windowBytes += length;
        if (behavior().idleRule() != IdleRule.FRAGMENTS) {
            lastMediaNanos = System.nanoTime();
        }
        record.bytes(length);
        if (faults.drips()) {
            dripWaits = true;
            lastWrite.onComplete(
                    written -> {
                        long pause = faults.dripPauseMillis();
                        if (pause > 0) {
                            vertx.setTimer(pause, id -> dripOn());
                        } else {
                            context.runOnContext(next -> dripOn());
                        }
                    });
        }
    }

    private void written(int length) {
        boolean full = unwritten >= MAX_UNWRITTEN;
        unwritten -= length;
        if (full && unwritten < MAX_UNWRITTEN) {
            // Not from within: it may be told while it is sending.
            context.runOnContext(next -> pump());
        }
    }

    private void dripOn() {
        dripWaits = false;
        pump();
    }

    /** The next bytes of the body; null if there are none now, or none any more. */
    @Nullable
    private ByteBuf nextBytes(int max) {
        while (!ended) {
            if (extra != null) {
                if (extra.isReadable()) {
                    return extra.readRetainedSlice(Math.min(max, extra.readableBytes()));
                }
                extra = null;
                if (endBehindExtra != null) {
                    end(endBehindExtra);
                    return null;
                }
                fragmentDone();
            }
            if (current == null && !takeNext()) {
                return null;
            }
            if (extra != null) {
                continue;
            }
            // Asked before the bytes are: what arrives in between is seen in the next round.
            boolean open = current.open();
            ByteBuf bytes = current.slice(offset, max);
            if (bytes != null) {
                if (offset == 0) {
                    record.started(current.number());
                }
                offset += bytes.readableBytes();
                return bytes;
            }
            if (open) {
                return null;
            }
            if (!endOfStored()) {
                return null;
            }
        }
        return null;
    }

    /** Behind the last stored byte of a fragment; false if the body ends there. */
    private boolean endOfStored() {
        AfterBreak afterBreak = current.afterBreak();
        if (afterBreak == AfterBreak.END_OF_BODY) {
            end(EndReason.BROKEN_FRAGMENT);
            return false;
        }
        if (afterBreak == AfterBreak.NEXT_FRAGMENT) {
            position = current.sequence();
            current = null;
            return true;
        }
        byte[] trailing =
                current.trailingTags(stream.millisBehindNow(current, behavior().millisBehindNow()));
        extra = Unpooled.wrappedBuffer(trailing);
        return true;
    }

    private void fragmentDone() {
        StoredFragment done = current;
        if (done == null) {
            return;
        }
        String number = done.number();
        long handedOverNanos = lastWriteNanos;
        lastWrite.onSuccess(written -> record.sent(number, handedOverNanos));
        position = position.max(done.sequence());
        lastDone = done;
        current = null;
        repeating = false;
        fragmentsDone++;
        lastMediaNanos = System.nanoTime();
        if (capReached) {
            end(EndReason.SESSION_CAP);
        }
    }

    /** Takes up the next fragment, or an error in its place; false if there is none now. */
    private boolean takeNext() {
        if (ended) {
            return false;
        }
        Fault errorTag = faults.errorTag(fragmentsDone);
        if (errorTag != null) {
            error(errorTag.number, errorTag.text, null);
            return true;
        }
        if (lastDone != null && !repeating && faults.repeat(fragmentsDone)) {
            repeating = true;
            take(lastDone);
            return true;
        }
        if (anyDelivered
                && stream.overtook(position)
                && behavior().overtakenReader() != ExpiredPosition.START_AT_EARLIEST) {
            MediaStart error = EmbeddedStream.expired(position, behavior().overtakenReader());
            error(error.errorId, behavior().notFoundCode(), position.toString());
            return true;
        }
        StoredFragment next = stream.next(position, behavior().delivery());
        while (next != null && seeking && !start.first.test(next)) {
            position = next.sequence();
            next = stream.next(position, behavior().delivery());
        }
        if (next == null || !paced()) {
            return false;
        }
        seeking = false;
        take(next);
        return true;
    }

    private void take(StoredFragment fragment) {
        current = fragment;
        offset = 0;
        anyDelivered = true;
        lastMediaNanos = System.nanoTime();
    }

    private void error(int id, String code, @Nullable String number) {
        extra =
                Unpooled.wrappedBuffer(
                        ServiceTags.error(id, code, number, behavior().errorDocument()));
        endBehindExtra = EndReason.IN_BAND_ERROR;
    }

    // ------------------------------------------------------------------ pacing

    /** Whether one more fragment may start now; otherwise a timer goes on when it may. */
    private boolean paced() {
        int limit = limits().fragmentsPerSecond();
        if (limit <= 0) {
            return true;
        }
        long now = System.nanoTime();
        while (!fragmentStarts.isEmpty() && now - fragmentStarts.peek() >= NANOS_PER_SECOND) {
            fragmentStarts.remove();
        }
        if (fragmentStarts.size() >= limit) {
            pause(fragmentStarts.peek() + NANOS_PER_SECOND - now);
            return false;
        }
        fragmentStarts.add(now);
        return true;
    }

    /** How many bytes may go out now; if none, a timer goes on when some may. */
    private int throttled(int max) {
        long limit = limits().bytesPerSecond();
        if (limit <= 0) {
            return max;
        }
        long now = System.nanoTime();
        if (now - windowStartNanos >= NANOS_PER_SECOND) {
            windowStartNanos = now;
            windowBytes = 0;
        }
        if (windowBytes >= limit) {
            pause(windowStartNanos + NANOS_PER_SECOND - now);
            return 0;
        }
        return (int) Math.min(max, limit - windowBytes);
    }

    private void pause(long nanos) {
        paceTimer =
                vertx.setTimer(
                        1 + nanos / NANOS_PER_MILLI,
                        id -> {
                            paceTimer = -1;
                            pump();
                        });
    }

    // ------------------------------------------------------------------ ending

    private void waitForMedia() {
        waiting = true;
        if (idleTimer < 0 && !limits().idleEnd().isZero()) {
            armIdleTimer();
        }
    }

    private void armIdleTimer() {
        long last = lastMediaNanos;
        if (behavior().idleRule() == IdleRule.INGESTED_BYTES) {
            last = Math.max(last, stream.lastIngestNanos());
        }
        long left = limits().idleEnd().toNanos() - (System.nanoTime() - last);
        if (left <= 0) {
            end(EndReason.IDLE);
            return;
        }
        idleTimer =
                vertx.setTimer(
                        1 + left / NANOS_PER_MILLI,
                        id -> {
                            idleTimer = -1;
                            if (waiting && !ended) {
                                armIdleTimer();
                            }
                        });
    }

    private void watchSlowReader() {
        Duration limit = behavior().slowReaderLimit();
        if (slowTimer < 0 && !limit.isZero()) {
            slowTimer =
                    vertx.setTimer(
                            Math.max(1, limit.toMillis()),
                            id -> {
                                finish(EndReason.SLOW_READER);
                                ConnectionCut.reset(connection);
                            });
        }
    }

    private void capReached() {
        capTimer = -1;
        if (stalled) {
            return;
        }
        if (current != null && behavior().sessionCapEnd() == SessionCapEnd.AFTER_FRAGMENT) {
            capReached = true;
        } else {
            end(EndReason.SESSION_CAP);
        }
    }

    private void breakOff(Fault fault) {
        if (fault.kind == Fault.Kind.STALL) {
            stalled = true;
            return;
        }
        if (fault.cut == Cut.CLEAN) {
            end(EndReason.CUT);
            return;
        }
        stalled = true;
        lastWrite.onComplete(
                written -> {
                    if (!ended) {
                        finish(EndReason.CUT);
                        ConnectionCut.inMidChunk(connection, fault.cut == Cut.ABRUPT);
                    }
                });
    }

    private Future<Void> end(EndReason reason) {
        if (ended) {
            return Future.succeededFuture();
        }
        finish(reason);
        return response.end();
    }

    /** The connection no longer counts, whoever ended it. */
    private void finish(EndReason reason) {
        if (ended) {
            return;
        }
        ended = true;
        cancel(idleTimer);
        cancel(capTimer);
        cancel(slowTimer);
        cancel(paceTimer);
        stream.remove(this);
        record.ended(reason);
    }

    private void cancel(long timer) {
        if (timer >= 0) {
            vertx.cancelTimer(timer);
        }
    }
}
