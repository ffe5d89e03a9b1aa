/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.testing.internal.body;

import io.github.flinkkvs.testing.faults.Cut;
import io.github.flinkkvs.testing.faults.Fault;
import io.github.flinkkvs.testing.internal.http.ConnectionCut;
import io.github.flinkkvs.testing.internal.log.RecordedBody;
import io.github.flinkkvs.testing.internal.streams.ServiceState;
import io.github.flinkkvs.testing.log.EndReason;

import io.netty.buffer.ByteBuf;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;

import java.time.Duration;

/**
 * Writes a body as fast as its reader, the quota of bytes and scripted faults let it. It takes the
 * next bytes only when the socket has drained, so a slow reader costs no memory.
 *
 * <p>Owned by the event loop of its connection.
 */
final class BodyWriter {
    private static final int SLICE = 64 * 1024;

    /** With HTTPS Vert.x takes any number of bytes before it reports a full queue. */
    private static final int MAX_UNWRITTEN = 16 * SLICE;

    private static final long NANOS_PER_MILLI = 1_000_000;

    private final Vertx vertx;
    private final Context context;
    private final ServiceState service;
    private final HttpServerRequest request;
    private final HttpServerResponse response;
    private final RecordedBody record;
    private final BodyFaults faults;
    private final Pacing pacing;
    private final BodySource source;

    private boolean ended;
    private boolean stalled;
    private long sent;
    private boolean dripWaits;
    private long pauseTimer = -1;
    private long slowTimer = -1;
    private Future<Void> lastWrite = Future.succeededFuture();
    private long lastWriteNanos;

    /** Bytes handed to Vert.x that it has not written to the network yet. */
    private long unwritten;

    BodyWriter(
            Vertx vertx,
            ServiceState service,
            HttpServerRequest request,
            RecordedBody record,
            BodyFaults faults,
            Pacing pacing,
            BodySource source) {
        this.vertx = vertx;
        this.context = vertx.getOrCreateContext();
        this.service = service;
        this.request = request;
        this.response = request.response();
        this.record = record;
        this.faults = faults;
        this.pacing = pacing;
        this.source = source;
    }

    /** Sends the head of the answer at once. */
    void begin() {
        response.closeHandler(closed -> finish(EndReason.CLIENT));
        response.exceptionHandler(error -> finish(EndReason.CLIENT));
        response.drainHandler(drained -> pump());
        response.setChunked(true);
        // An empty write is what makes Vert.x send the head now.
        lastWrite = response.write(Buffer.buffer());
    }

    /** Sends the available bytes, as far as they may go out now. */
    void pump() {
        while (!ended && !stalled && !dripWaits && pauseTimer < 0) {
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
            int max = pacing.bytesNow(service.limits().bytesPerSecond(), faults.limit(sent, SLICE));
            if (max == 0) {
                pause(pacing.nanosToNextBytes());
                return;
            }
            ByteBuf bytes = source.next(max);
            if (bytes == null) {
                return;
            }
            send(bytes);
        }
    }

    /** Continues after this time. */
    void pause(long nanos) {
        pauseTimer =
                vertx.setTimer(
                        1 + nanos / NANOS_PER_MILLI,
                        id -> {
                            pauseTimer = -1;
                            pump();
                        });
    }

    boolean paused() {
        return pauseTimer >= 0;
    }

    /** Completes when everything sent so far was written to the network. */
    Future<Void> lastWrite() {
        return lastWrite;
    }

    /** When bytes were handed to the network last, as {@link System#nanoTime()}. */
    long lastWriteNanos() {
        return lastWriteNanos;
    }

    /** A scripted fault keeps the body silent. */
    boolean stalled() {
        return stalled;
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
        pacing.sent(length);
        record.bytes(length);
        source.handedOver();
        if (faults.drips()) {
            dripWaits = true;
            lastWrite.onComplete(written -> dripOn(faults.dripPauseMillis()));
        }
    }

    private void written(int length) {
        boolean full = unwritten >= MAX_UNWRITTEN;
        unwritten -= length;
        if (full && unwritten < MAX_UNWRITTEN) {
            // Deferred, because this may be called during a send.
            context.runOnContext(next -> pump());
        }
    }

    private void dripOn(long pauseMillis) {
        Runnable next =
                () -> {
                    dripWaits = false;
                    pump();
                };
        if (pauseMillis > 0) {
            vertx.setTimer(pauseMillis, id -> next.run());
        } else {
            context.runOnContext(now -> next.run());
        }
    }

    private void watchSlowReader() {
        Duration limit = service.behavior().slowReaderLimit();
        if (slowTimer < 0 && !limit.isZero()) {
            slowTimer =
                    vertx.setTimer(
                            Math.max(1, limit.toMillis()),
                            id -> {
                                finish(EndReason.SLOW_READER);
                                ConnectionCut.reset(request.connection());
                            });
        }
    }

    private void breakOff(Fault fault) {
        if (fault.kind() == Fault.Kind.STALL) {
            stalled = true;
            return;
        }
        if (fault.cut() == Cut.CLEAN) {
            end(EndReason.CUT);
            return;
        }
        stalled = true;
        lastWrite.onComplete(
                written -> {
                    if (!ended) {
                        finish(EndReason.CUT);
                        ConnectionCut.inMidChunk(request.connection(), fault.cut() == Cut.ABRUPT);
                    }
                });
    }

    /** Ends the body cleanly; the returned future completes when its end was written. */
    Future<Void> end(EndReason reason) {
        if (ended) {
            return Future.succeededFuture();
        }
        finish(reason);
        return response.end();
    }

    private void finish(EndReason reason) {
        if (ended) {
            return;
        }
        ended = true;
        cancel(slowTimer);
        cancel(pauseTimer);
        source.ended(reason);
        record.ended(reason);
    }

    private void cancel(long timer) {
        if (timer >= 0) {
            vertx.cancelTimer(timer);
        }
    }
}
