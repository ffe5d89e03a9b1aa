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
import io.github.flinkkvs.client.streams.StreamArn;
import io.github.flinkkvs.mkv.assembler.FragmentAssembler;
import io.github.flinkkvs.source.StartingPosition;
import io.github.flinkkvs.source.fetch.FetchEnd.How;
import io.github.flinkkvs.source.resources.ReaderLock;
import io.github.flinkkvs.source.resources.ReaderResources;
import io.github.flinkkvs.source.resources.Timer;

import org.apache.flink.annotation.Internal;

import software.amazon.awssdk.services.kinesisvideomedia.model.StartSelector;
import software.amazon.awssdk.services.kinesisvideomedia.model.StartSelectorType;

import javax.annotation.Nullable;

import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.OptionalLong;

/**
 * One GetMedia call: requests bytes a few pieces ahead, has them parsed, and notices when they stop
 * coming.
 *
 * <p>Guarded by the reader lock, except for the body while it is parsed: then it belongs to the
 * thread that delivers the bytes.
 */
@Internal
public final class LiveFetch implements Fetch, MediaListener {

    private final Owner owner;
    private final Sink sink;
    private final StreamArn arn;
    private final StartingPosition asked;
    private final BodyReader body;
    private final SilenceWatch watch;
    private final long quietTimeNanos;
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
     * @param asked where to begin
     * @param assembler for the bytes of this call only
     * @param silenceTimeoutNanos a connection that sends nothing for this long, although bytes were
     *     requested, is dead
     * @param quietTimeNanos a body that ends after a silence of this length had nothing to send
     */
    public LiveFetch(
            Owner owner,
            Sink sink,
            StreamArn arn,
            StartingPosition asked,
            FragmentAssembler assembler,
            long silenceTimeoutNanos,
            long quietTimeNanos,
            ReaderResources resources) {
        this.owner = owner;
        this.sink = sink;
        this.arn = arn;
        this.asked = asked;
        this.body = new BodyReader(assembler);
        this.quietTimeNanos = quietTimeNanos;
        this.resources = resources;
        this.lock = resources.lock();
        this.timer = resources.timer();
        this.beganNanos = timer.nanoTime();
        this.watch =
                new SilenceWatch(
                        timer, silenceTimeoutNanos, () -> whileCurrent(this::checkForSilence));
    }

    // ---- for the session -------------------------------------------------------------------

    @Override
    public void begin() {
        resources.metrics().onCall();
        lock.defer(this::open);
    }

    private void open() {
        MediaCall opened;
        try {
            opened = resources.media().open(arn, selector(asked), this);
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
                this::onBroken);
    }

    @Override
    public void askForMore() {
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

    @Override
    public void cancel() {
        lock.assertHeld();
        if (call != null) {
            lock.defer(call::cancel);
        }
        watch.end();
        resources.metrics().onCallOver();
        if (body.isInFragment()) {
            resources.metrics().onPartialDiscarded();
        }
        if (!parsing) {
            // The parsing thread releases it afterwards.
            body.release();
        }
    }

    // ---- for the call ----------------------------------------------------------------------

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
                    owner.onAnswered(asked, id, serviceTimeMillis);
                });
    }

    @Override
    public void onBytes(ByteBuffer bytes) {
        lock.watch(() -> receive(bytes), this::onBroken);
    }

    private void receive(ByteBuffer bytes) {
        long arrivedMillis = timer.epochMillis();
        long arrivedNanos = timer.nanoTime();
        lock.lock();
        try {
            if (!owner.isCurrent(this)) {
                return;
            }
            outstanding--;
            parsing = true;
            watch.onBytes(outstanding > 0);
            resources.metrics().onBytes(bytes.remaining());
        } finally {
            lock.unlock();
        }
        body.read(bytes, arrivedMillis, arrivedNanos);
        int more = 0;
        lock.lock();
        try {
            parsing = false;
            if (!owner.isCurrent(this)) {
                body.release();
            } else if (goesOnAfterPiece()) {
                more = piecesToAskFor();
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

    private boolean goesOnAfterPiece() {
        if (!body.handOver(sink)) {
            owner.onOver(end(How.STOP_REACHED).build());
            return false;
        }
        if (body.error() != null) {
            owner.onOver(end(How.ERROR_TAG).serviceError(body.error()).build());
            return false;
        }
        if (body.problem() != null) {
            FetchEnd.Builder end = end(How.BAD_BYTES).cause(body.problem());
            owner.onOver(end.inFragment(body.open(), body.problemOffset()).build());
            return false;
        }
        owner.onHeld(body.heldBytes());
        // The freed memory may have gone to a stream for which this one had to make way.
        return owner.isCurrent(this);
    }

    @Override
    public void onEnd() {
        whileCurrent(
                () -> {
                    boolean quiet = !watch.wasHeldUp() && watch.isSilentFor(quietTimeNanos);
                    owner.onOver(end(How.BODY_ENDED).quiet(quiet).build());
                });
    }

    @Override
    public void onError(Throwable cause) {
        whileCurrent(() -> owner.onOver(end(How.FAILED).cause(cause).build()));
    }

    // ---- inside ----------------------------------------------------------------------------

    private static StartSelector selector(StartingPosition from) {
        StartSelector.Builder selector = StartSelector.builder();
        switch (from.kind()) {
            case NOW:
                return selector.startSelectorType(StartSelectorType.NOW).build();
            case AFTER_FRAGMENT:
                return selector.startSelectorType(StartSelectorType.FRAGMENT_NUMBER)
                        .afterFragmentNumber(from.fragmentNumber().toString())
                        .build();
            case SERVER_TIMESTAMP:
            case PRODUCER_TIMESTAMP:
                // The two enums use the same names, those of the service.
                return selector.startSelectorType(from.kind().name())
                        .startTimestamp(Instant.ofEpochMilli(from.timestampMillis()))
                        .build();
            default:
                return selector.startSelectorType(StartSelectorType.EARLIEST).build();
        }
    }

    /** How many pieces to request now: none until half of the requested ones have come. */
    private int piecesToAskFor() {
        // Ask the owner each time: it may have to make room for the bytes that came meanwhile.
        int ahead = owner.piecesAhead();
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
            owner.onOver(end(How.SILENT).build());
        }
    }

    private FetchEnd.Builder end(How how) {
        FetchEnd.Builder end =
                FetchEnd.of(how, asked)
                        .answered(requestId, answeredAtMillis)
                        .progress(body.hasProgress())
                        .heldUp(watch.wasHeldUp())
                        .lasted(timer.nanoTime() - beganNanos);
        return body.isInFragment() ? end.inFragment(body.open(), body.openBytes()) : end;
    }

    /** Reports an unexpected exception, also of a fetch that is over. */
    private void onBroken(Throwable cause) {
        owner.onOver(FetchEnd.of(How.BROKEN, asked).cause(cause).build());
    }

    private void whileCurrent(Runnable action) {
        lock.run(
                () -> {
                    if (owner.isCurrent(this)) {
                        action.run();
                    }
                },
                this::onBroken);
    }
}
