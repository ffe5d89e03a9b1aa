/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.testing.internal.body;

import io.github.flinkkvs.testing.behavior.IdleRule;
import io.github.flinkkvs.testing.behavior.SessionCapEnd;
import io.github.flinkkvs.testing.faults.Fault;
import io.github.flinkkvs.testing.internal.log.RecordedBody;
import io.github.flinkkvs.testing.internal.store.MediaStart;
import io.github.flinkkvs.testing.internal.store.StoredDocument;
import io.github.flinkkvs.testing.internal.streams.KvsStream;
import io.github.flinkkvs.testing.internal.streams.LiveBody;
import io.github.flinkkvs.testing.internal.streams.ServiceState;
import io.github.flinkkvs.testing.log.EndReason;

import io.netty.buffer.ByteBuf;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;

import javax.annotation.Nullable;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The body of one GetMedia call: live media until none arrives for too long, or the session reaches
 * its cap.
 *
 * <p>Owned by the event loop of its connection; any thread may call the methods of {@link
 * LiveBody}.
 */
public final class MediaBody implements LiveBody, BodySource, LiveMedia.Listener {
    private static final long NANOS_PER_MILLI = 1_000_000;

    private final Vertx vertx;
    private final Context context;
    private final ServiceState service;
    private final KvsStream stream;
    private final RecordedBody record;
    @Nullable private final String accessKeyId;
    private final BodyWriter writer;
    private final LiveMedia media;
    private final AtomicBoolean wakePending = new AtomicBoolean();
    private volatile boolean ended;

    private long lastMediaNanos = System.nanoTime();
    private boolean waiting;
    private long idleTimer = -1;
    private long capTimer = -1;

    /**
     * @param accessKeyId the access key of the call; null if it is not known
     */
    public MediaBody(
            Vertx vertx,
            ServiceState service,
            KvsStream stream,
            HttpServerRequest request,
            RecordedBody record,
            MediaStart start,
            List<Fault> scripted,
            @Nullable String accessKeyId) {
        this.vertx = vertx;
        this.context = vertx.getOrCreateContext();
        this.service = service;
        this.stream = stream;
        this.record = record;
        this.accessKeyId = accessKeyId;
        BodyFaults faults = new BodyFaults(scripted);
        Pacing pacing = new Pacing();
        media = new LiveMedia(service, stream.store(), start, faults, pacing, this);
        writer = new BodyWriter(vertx, service, request, record, faults, pacing, this);
    }

    /** Sends the head of the answer at once, then the media. */
    public void begin() {
        writer.begin();
        Duration cap = service.limits().sessionCap();
        if (!cap.isZero()) {
            capTimer = vertx.setTimer(Math.max(1, cap.toMillis()), id -> capReached());
        }
        writer.pump();
    }

    /** Wake-ups that come close together count as one. */
    @Override
    public void wake() {
        if (!ended && wakePending.compareAndSet(false, true)) {
            context.runOnContext(
                    woken -> {
                        wakePending.set(false);
                        writer.pump();
                    });
        }
    }

    @Override
    public Future<Void> requestEnd(EndReason reason) {
        Promise<Void> sent = Promise.promise();
        context.runOnContext(asked -> writer.end(reason).onComplete(sent));
        return sent.future();
    }

    @Override
    @Nullable
    public String accessKeyId() {
        return accessKeyId;
    }

    // ------------------------------------------------------------------ media

    @Override
    @Nullable
    public ByteBuf next(int max) {
        waiting = false;
        ByteBuf bytes = media.next(max);
        if (bytes == null) {
            if (media.end() != null) {
                writer.end(media.end());
            } else if (media.delayNanos() > 0) {
                writer.pause(media.delayNanos());
            } else {
                waitForMedia();
            }
        }
        return bytes;
    }

    @Override
    public void handedOver() {
        if (service.behavior().idleRule() != IdleRule.FRAGMENTS) {
            lastMediaNanos = System.nanoTime();
        }
    }

    @Override
    public void taken(StoredDocument fragment) {
        lastMediaNanos = System.nanoTime();
    }

    @Override
    public void started(StoredDocument fragment) {
        record.started(fragment.number());
    }

    @Override
    public void done(StoredDocument fragment) {
        String number = fragment.number();
        long handedOverNanos = writer.lastWriteNanos();
        writer.lastWrite().onSuccess(written -> record.sent(number, handedOverNanos));
        lastMediaNanos = System.nanoTime();
    }

    // ------------------------------------------------------------------ ending

    private void waitForMedia() {
        waiting = true;
        if (idleTimer < 0 && !service.limits().idleEnd().isZero()) {
            armIdleTimer();
        }
    }

    private void armIdleTimer() {
        long last = lastMediaNanos;
        if (service.behavior().idleRule() == IdleRule.INGESTED_BYTES) {
            last = Math.max(last, stream.store().lastIngestNanos());
        }
        long left = service.limits().idleEnd().toNanos() - (System.nanoTime() - last);
        if (left <= 0) {
            writer.end(EndReason.IDLE);
            return;
        }
        idleTimer =
                vertx.setTimer(
                        1 + left / NANOS_PER_MILLI,
                        id -> {
                            idleTimer = -1;
                            if (waiting && !ended && !writer.paused()) {
                                armIdleTimer();
                            }
                        });
    }

    private void capReached() {
        capTimer = -1;
        if (writer.stalled()) {
            return;
        }
        if (media.inFragment()
                && service.behavior().sessionCapEnd() == SessionCapEnd.AFTER_FRAGMENT) {
            media.endBehindFragment(EndReason.SESSION_CAP);
        } else {
            writer.end(EndReason.SESSION_CAP);
        }
    }

    /** From here on the connection no longer counts towards the quota. */
    @Override
    public void ended(EndReason reason) {
        ended = true;
        cancel(idleTimer);
        cancel(capTimer);
        stream.connections().remove(this);
    }

    private void cancel(long timer) {
        if (timer >= 0) {
            vertx.cancelTimer(timer);
        }
    }
}
