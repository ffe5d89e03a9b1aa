/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.source.reader;

import io.github.flinkkvs.client.ErrorClass;
import io.github.flinkkvs.client.ErrorTable;
import io.github.flinkkvs.client.MediaCall;
import io.github.flinkkvs.client.MediaListener;
import io.github.flinkkvs.client.MediaService;
import io.github.flinkkvs.client.StreamArn;
import io.github.flinkkvs.client.StreamDescription;
import io.github.flinkkvs.client.StreamDirectory;
import io.github.flinkkvs.mkv.Fragment;
import io.github.flinkkvs.mkv.FragmentAssembler;
import io.github.flinkkvs.mkv.FragmentHandler;
import io.github.flinkkvs.mkv.FragmentNumber;
import io.github.flinkkvs.mkv.MkvException;
import io.github.flinkkvs.mkv.ServiceError;
import io.github.flinkkvs.source.KvsSourceOptions.BadFragmentPolicy;
import io.github.flinkkvs.source.KvsSourceOptions.DeletedStreamPolicy;
import io.github.flinkkvs.source.KvsSourceOptions.RecreatedStreamPolicy;
import io.github.flinkkvs.source.StartingPosition;
import io.github.flinkkvs.source.metrics.KvsReaderMetrics;
import io.github.flinkkvs.source.metrics.KvsReaderMetrics.ReconnectCause;
import io.github.flinkkvs.source.metrics.StreamMetrics;
import io.github.flinkkvs.source.split.FragmentPosition;
import io.github.flinkkvs.source.split.KvsSplit;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.services.kinesisvideomedia.model.StartSelector;
import software.amazon.awssdk.services.kinesisvideomedia.model.StartSelectorType;

import javax.annotation.Nullable;

import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Reads one stream for as long as it takes: one GetMedia call after the other, each from where the
 * last complete fragment ended.
 *
 * <p>At most one {@link Attempt} is current: a GetMedia call or a look at the stream's description.
 * Whatever reports back is heard only while it is the current one, and {@link #dispose} is the only
 * way it ceases to be. All state is guarded by the reader lock; bytes are parsed outside of it, in
 * the I/O thread that brings them, by the assembler of their own call.
 */
final class MediaSession implements MemoryBudget.Tenant {

    private static final Logger LOG = LoggerFactory.getLogger(MediaSession.class);

    /** The service allows 5 calls a second for all consumers of a stream together. */
    private static final long MIN_CALL_INTERVAL_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

    private static final long THROTTLED_BACKOFF_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long CONNECTION_LIMIT_WARNING_NANOS = TimeUnit.MINUTES.toNanos(1);

    /** Without bytes for this long, though they were asked for, a stream makes way for others. */
    private static final long SILENT_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** What was read more recently than this cannot have left any stream's retention. */
    private static final long ALWAYS_RETAINED_MILLIS = TimeUnit.MINUTES.toMillis(4);

    private final ReaderLock lock;
    private final Handover handover;
    private final MemoryBudget budget;
    private final Timer timer;
    private final MediaService service;
    private final StreamDirectory directory;
    private final SessionSettings settings;
    private final KvsReaderMetrics metrics;
    private final StreamMetrics streamMetrics;

    private final String splitId;
    private final StartingPosition start;
    private StreamArn arn;
    private FragmentGate gate;
    @Nullable private Long caughtUpMillis;

    /** For the fetcher; and the last position that it took. */
    private final ArrayDeque<StreamEvent> events = new ArrayDeque<>();

    @Nullable private FragmentPosition taken;

    @Nullable private Attempt current;
    @Nullable private Timer.Task nextConnect;
    private boolean paused;
    private boolean done;
    private boolean finishReported;

    /** Replaces the position as what to ask for, until a fragment passes. */
    @Nullable private StartSelector detour;

    private boolean nowIsOver;
    private boolean positionChecked;
    private long gapAfterMillis = Long.MIN_VALUE;
    private int quietPastStop;

    private final Strikes strikes = new Strikes();
    private final Backoff backoff;
    private final Backoff throttledBackoff;
    private boolean called;
    private long lastCallNanos;
    private boolean failing;
    private long failingSinceNanos;
    private boolean atConnectionLimit;
    private boolean connectionLimitReported;
    private long atConnectionLimitSinceNanos;

    /** Something under way that may report back. */
    private abstract class Attempt {

        final boolean isCurrent() {
            lock.assertHeld();
            return current == this;
        }

        /** Gives it up; called with the lock held. */
        void cancel() {}
    }

    MediaSession(
            KvsSplit split,
            SessionSettings settings,
            ReaderLock lock,
            Handover handover,
            MemoryBudget budget,
            Timer timer,
            MediaService service,
            StreamDirectory directory,
            KvsReaderMetrics metrics) {
        this.splitId = split.splitId();
        this.arn = split.arn();
        this.start = split.start();
        this.gate = new FragmentGate(split.start(), split.stop(), split.position());
        this.taken = split.position();
        this.caughtUpMillis = split.caughtUpMillis();
        this.settings = settings;
        this.lock = lock;
        this.handover = handover;
        this.budget = budget;
        this.timer = timer;
        this.service = service;
        this.directory = directory;
        this.metrics = metrics;
        this.streamMetrics = metrics.stream(arn.name());
        this.backoff = new Backoff(settings.initialBackoffNanos, settings.maxBackoffNanos);
        this.throttledBackoff = new Backoff(THROTTLED_BACKOFF_NANOS, settings.maxBackoffNanos);
    }

    // ---- for the split reader -----------------------------------------------------------------

    void start() {
        lock.assertHeld();
        budget.add(this);
        if (gate.isAtStop()) {
            finish();
        } else {
            connectAfter(0);
        }
    }

    /** Stops asking for data; the connection stays for as long as the service leaves it open. */
    void pause() {
        lock.assertHeld();
        if (!paused) {
            paused = true;
            handover.update(this);
            budget.rebalance();
        }
    }

    void resume() {
        lock.assertHeld();
        if (!paused) {
            return;
        }
        paused = false;
        handover.update(this);
        if (done) {
            return;
        }
        if (current instanceof GetMedia) {
            ((GetMedia) current).askForMore();
        } else if (current == null && nextConnect == null) {
            connectAfter(0);
        }
        budget.rebalance();
    }

    /** Ends everything; nothing is reported any more. */
    void close() {
        lock.assertHeld();
        done = true;
        finishReported = true;
        dispose();
        cancelNextConnect();
        events.clear();
        budget.remove(this);
        metrics.remove(streamMetrics);
    }

    /** The fetcher took an event. */
    void onTaken(StreamEvent event) {
        lock.assertHeld();
        if (event instanceof StreamEvent.FragmentArrived) {
            taken = ((StreamEvent.FragmentArrived) event).position();
        } else if (event instanceof StreamEvent.StreamRecreated) {
            taken = null;
        }
    }

    /** The record emitter is through with a fragment. */
    void onEmitted(StreamEvent.FragmentArrived event) {
        lock.lock();
        budget.released(this, event.retainedBytes());
        lock.unlock();
    }

    String splitId() {
        return splitId;
    }

    ArrayDeque<StreamEvent> events() {
        return events;
    }

    /**
     * Whether the last event was taken and no more will come; true once, for whoever tells Flink.
     */
    boolean takeFinished() {
        if (!done || finishReported || !events.isEmpty()) {
            return false;
        }
        finishReported = true;
        return true;
    }

    // ---- connecting ---------------------------------------------------------------------------

    private void connectAfter(long delayNanos) {
        if (done) {
            return;
        }
        cancelNextConnect();
        long wait = delayNanos;
        if (called) {
            long sinceLastCall = timer.nanoTime() - lastCallNanos;
            wait = Math.max(wait, MIN_CALL_INTERVAL_NANOS - sinceLastCall);
        }
        nextConnect = timer.schedule(this::connect, Math.max(wait, 0));
    }

    private void cancelNextConnect() {
        if (nextConnect != null) {
            nextConnect.cancel();
            nextConnect = null;
        }
    }

    private void connect() {
        lock.lock();
        try {
            nextConnect = null;
            if (done || current != null || paused) {
                // Resuming connects anew.
                return;
            }
            called = true;
            lastCallNanos = timer.nanoTime();
            GetMedia call = new GetMedia(startSelector(), positionChecked);
            positionChecked = false;
            current = call;
            metrics.onCall();
            lock.defer(call::open);
        } finally {
            lock.unlock();
        }
    }

    private StartSelector startSelector() {
        if (detour != null) {
            return detour;
        }
        FragmentNumber after = gate.resumeAfter();
        if (after != null) {
            return StartSelector.builder()
                    .startSelectorType(StartSelectorType.FRAGMENT_NUMBER)
                    .afterFragmentNumber(after.toString())
                    .build();
        }
        switch (start.kind()) {
            case NOW:
                if (!nowIsOver) {
                    nowIsOver = true;
                    return selector(StartSelectorType.NOW);
                }
                return timestamp(StartSelectorType.SERVER_TIMESTAMP, start.timestampMillis());
            case SERVER_TIMESTAMP:
                return timestamp(StartSelectorType.SERVER_TIMESTAMP, start.timestampMillis());
            case PRODUCER_TIMESTAMP:
                return timestamp(StartSelectorType.PRODUCER_TIMESTAMP, start.timestampMillis());
            default:
                return selector(StartSelectorType.EARLIEST);
        }
    }

    private static StartSelector selector(StartSelectorType type) {
        return StartSelector.builder().startSelectorType(type).build();
    }

    private static StartSelector timestamp(StartSelectorType type, long millis) {
        return StartSelector.builder()
                .startSelectorType(type)
                .startTimestamp(Instant.ofEpochMilli(millis))
                .build();
    }

    /** One GetMedia call. */
    private final class GetMedia extends Attempt implements MediaListener, FragmentHandler {

        private final StartSelector selector;

        /** Whether it is known that nothing to be read next was deleted. */
        private final boolean positionChecked;

        private final FragmentAssembler assembler =
                new FragmentAssembler(
                        arn.name(), arn.toString(), settings.needsMedia, settings.maxFragmentBytes);

        /** What the assembler made of the last bytes; touched by the thread that feeds it. */
        private final List<Fragment> fragments = new ArrayList<>();

        @Nullable private ServiceError error;

        @Nullable private MediaCall call;
        private String requestId = "unknown";
        private long serviceTimeMillis = Long.MIN_VALUE;
        private boolean progress;

        /** Whether bytes were asked for that did not come yet. */
        private boolean asked;

        /** Whether the assembler is at work, in an I/O thread, without the lock. */
        private boolean parsing;

        // How the assembler was left when it was last at work.
        private boolean inFragment;
        @Nullable private FragmentNumber openNumber;
        private long openBytes;
        private int heldBytes;

        private long activeNanos = timer.nanoTime();
        @Nullable private Timer.Task silenceCheck;

        GetMedia(StartSelector selector, boolean positionChecked) {
            this.selector = selector;
            this.positionChecked = positionChecked;
        }

        void open() {
            MediaCall opened = service.open(arn, selector, this);
            lock.lock();
            try {
                if (isCurrent()) {
                    call = opened;
                    watchForSilence();
                    askForMore();
                } else {
                    lock.defer(opened::cancel);
                }
            } finally {
                lock.unlock();
            }
        }

        @Override
        void cancel() {
            if (call != null) {
                lock.defer(call::cancel);
            }
            if (silenceCheck != null) {
                silenceCheck.cancel();
            }
            if (inFragment) {
                metrics.onPartialDiscarded();
            }
        }

        /** Asks for the next bytes if memory allows, unless that was done already. */
        void askForMore() {
            // Who parses asks afterwards; who opens asks when the call is there.
            if (!parsing && call != null && mayAskForMore()) {
                lock.defer(call::request);
            }
        }

        private boolean mayAskForMore() {
            if (asked || paused || !budget.mayGoOn(MediaSession.this)) {
                return false;
            }
            asked = true;
            activeNanos = timer.nanoTime();
            return true;
        }

        @Override
        public void onResponse(String id, long timeMillis) {
            lock.lock();
            try {
                if (isCurrent()) {
                    requestId = id;
                    serviceTimeMillis = timeMillis;
                    activeNanos = timer.nanoTime();
                    LOG.debug("{}: reading from {} (request {})", arn.name(), selector, id);
                    onCallAccepted(this);
                }
            } finally {
                lock.unlock();
            }
        }

        @Override
        public void onBytes(ByteBuffer bytes) {
            lock.lock();
            try {
                if (!isCurrent()) {
                    return;
                }
                asked = false;
                parsing = true;
                activeNanos = timer.nanoTime();
                metrics.onBytes(bytes.remaining());
            } finally {
                lock.unlock();
            }
            MkvException problem = null;
            try {
                assembler.feed(bytes, this);
            } catch (MkvException e) {
                problem = e;
            }
            boolean more;
            lock.lock();
            try {
                parsing = false;
                more = isCurrent() && onParsed(problem);
            } finally {
                fragments.clear();
                lock.unlock();
            }
            if (more) {
                // Not deferred: it may deliver at once, and would then grow the stack of deferrals.
                call.request();
            }
        }

        @Override
        public void onFragment(Fragment fragment) {
            fragments.add(fragment);
        }

        @Override
        public void onServiceError(ServiceError serviceError) {
            error = serviceError;
        }

        /** Whether to ask for more. */
        private boolean onParsed(@Nullable MkvException problem) {
            inFragment = assembler.isInFragment();
            openNumber = assembler.openFragmentNumber();
            openBytes = assembler.openFragmentBytes();
            heldBytes = inFragment ? Math.max(assembler.heldBytes(), 1) : 0;
            for (Fragment fragment : fragments) {
                if (!accept(fragment, this)) {
                    return false;
                }
            }
            if (error != null) {
                onErrorTag(this, error);
                return false;
            }
            if (problem != null) {
                onBadFragment(this, problem);
                return false;
            }
            budget.received(MediaSession.this, heldBytes);
            return mayAskForMore();
        }

        @Override
        public void onEnd() {
            lock.lock();
            try {
                if (isCurrent()) {
                    onCallEnded(this);
                }
            } finally {
                lock.unlock();
            }
        }

        @Override
        public void onError(Throwable cause) {
            lock.lock();
            try {
                if (isCurrent()) {
                    onCallFailed(this, cause);
                }
            } finally {
                lock.unlock();
            }
        }

        private void watchForSilence() {
            long due = activeNanos + settings.silenceTimeoutNanos - timer.nanoTime();
            silenceCheck = timer.schedule(this::checkForSilence, Math.max(due, 1));
        }

        private void checkForSilence() {
            lock.lock();
            try {
                if (!isCurrent()) {
                    return;
                }
                // A connection that was not asked, as it is paused or waits for memory, may be
                // silent.
                if (!asked) {
                    activeNanos = timer.nanoTime();
                }
                if (timer.nanoTime() - activeNanos < settings.silenceTimeoutNanos) {
                    watchForSilence();
                    return;
                }
                dispose();
                if (serviceTimeMillis == Long.MIN_VALUE) {
                    // Not even an answer: the endpoint is dead, or the call that asks for it is.
                    service.forgetEndpoint(arn);
                }
                retry(
                        ErrorClass.RETRY,
                        ReconnectCause.SILENCE,
                        "no data for "
                                + TimeUnit.NANOSECONDS.toSeconds(settings.silenceTimeoutNanos)
                                + " s (request "
                                + requestId
                                + ")",
                        null);
            } finally {
                lock.unlock();
            }
        }
    }

    /** Ends the current attempt: what it held is free, what it still reports is not heard. */
    private void dispose() {
        Attempt attempt = current;
        if (attempt != null) {
            current = null;
            attempt.cancel();
            if (attempt instanceof GetMedia) {
                metrics.onCallOver();
            }
            budget.dropped(this);
        }
    }

    // ---- what a call brings -------------------------------------------------------------------

    /** Takes a complete fragment; false if the call is over with it. */
    private boolean accept(Fragment fragment, GetMedia call) {
        streamMetrics.onFragment(fragment);
        switch (gate.check(fragment)) {
            case DUPLICATE:
                metrics.onDuplicate();
                return true;
            case TOO_EARLY:
                return true;
            case BEYOND_STOP:
                finish();
                return false;
            case EMIT_LAST:
                emit(fragment);
                finish();
                return false;
            default:
                call.progress = true;
                onProgress(fragment);
                emit(fragment);
                return true;
        }
    }

    private void emit(Fragment fragment) {
        metrics.onFragment(fragment);
        budget.completed(this, fragment.retainedBytes());
        add(new StreamEvent.FragmentArrived(this, fragment));
    }

    private void onProgress(Fragment fragment) {
        if (gapAfterMillis != Long.MIN_VALUE) {
            LOG.warn(
                    "{}: fragments between {} and {} (server time) were deleted before they were read;"
                            + " going on with {}",
                    arn.name(),
                    Instant.ofEpochMilli(gapAfterMillis),
                    Instant.ofEpochMilli(fragment.serverTimestampMillis()),
                    fragment);
            gapAfterMillis = Long.MIN_VALUE;
        }
        detour = null;
        quietPastStop = 0;
        strikes.clear();
        onHealthy();
    }

    private void onHealthy() {
        failing = false;
        backoff.reset();
        throttledBackoff.reset();
    }

    private void add(StreamEvent event) {
        events.add(event);
        handover.update(this);
    }

    private void onCallEnded(GetMedia call) {
        boolean cut = call.inFragment;
        FragmentNumber number = call.openNumber;
        long offset = call.openBytes;
        dispose();
        if (paused) {
            // Nobody asked, so nothing is to be made of the end. Resuming connects anew.
            return;
        }
        if (cut && strike(number, offset, "it ends")) {
            onFinallyBad(number, offset, "it is never completed");
        } else if (call.progress) {
            metrics.onReconnect(cut ? ReconnectCause.CUT : ReconnectCause.END);
            connectAfter(0);
        } else if (cut) {
            retry(
                    ErrorClass.RETRY,
                    ReconnectCause.CUT,
                    "the connection was cut within a fragment (request " + call.requestId + ")",
                    null);
        } else {
            onQuiet(call, true);
        }
    }

    /** A call ended as it does when there is nothing to read. */
    private void onQuiet(GetMedia call, boolean caughtUp) {
        onHealthy();
        strikes.clear();
        if (caughtUp && call.serviceTimeMillis != Long.MIN_VALUE) {
            caughtUpMillis = call.serviceTimeMillis;
            streamMetrics.onCaughtUp();
            add(new StreamEvent.CaughtUp(call.serviceTimeMillis));
        }
        if (gate.isPastStop(call.serviceTimeMillis)) {
            quietPastStop++;
            if (quietPastStop == 2) {
                finish();
                return;
            }
        }
        metrics.onReconnect(ReconnectCause.IDLE);
        connectAfter(lastCallNanos + settings.idleIntervalNanos - timer.nanoTime());
    }

    private void onCallFailed(GetMedia call, Throwable cause) {
        FragmentNumber number = call.openNumber;
        dispose();
        if (paused) {
            return;
        }
        ErrorClass errorClass = ErrorTable.classify(cause);
        String what = ErrorTable.describe(cause);
        if (number != null) {
            what = "in fragment " + number + ": " + what;
        }
        handle(errorClass, what, cause);
    }

    private void onErrorTag(GetMedia call, ServiceError error) {
        dispose();
        ErrorClass errorClass = ErrorTable.classify(error);
        String what = "the service sent " + error + " (request " + call.requestId + ")";
        if (errorClass != ErrorClass.REPOSITION) {
            handle(errorClass, what, null);
            return;
        }
        metrics.onError(errorClass);
        boolean byNumber = call.selector.startSelectorType() == StartSelectorType.FRAGMENT_NUMBER;
        if (byNumber) {
            LOG.info("{}: {}", arn.name(), what);
            lookUp(arn.toString(), this::onPositionNotFound);
        } else if (call.selector == detour
                && call.selector.startSelectorType() == StartSelectorType.SERVER_TIMESTAMP) {
            detour = selector(StartSelectorType.EARLIEST);
            connectAfter(backoff.nextNanos());
        } else {
            // There is no fragment of that time yet, or none at all.
            onQuiet(call, false);
        }
    }

    // ---- errors -------------------------------------------------------------------------------

    private void handle(ErrorClass errorClass, String what, @Nullable Throwable cause) {
        switch (errorClass) {
            case CONNECTION_LIMIT:
                onConnectionLimit(what, cause);
                break;
            case REFRESH_ENDPOINT:
                service.forgetEndpoint(arn);
                retry(errorClass, ReconnectCause.ENDPOINT, what, cause);
                break;
            case STREAM_NOT_FOUND:
                metrics.onError(errorClass);
                onStreamNotFound();
                break;
            case FATAL:
                metrics.onError(errorClass);
                fail(what, "", cause);
                break;
            default:
                retry(errorClass, ReconnectCause.ERROR, what, cause);
        }
    }

    private void retry(
            ErrorClass errorClass, ReconnectCause reason, String what, @Nullable Throwable cause) {
        metrics.onError(errorClass);
        quietPastStop = 0;
        if (!failing) {
            failing = true;
            failingSinceNanos = timer.nanoTime();
        }
        long failingFor = timer.nanoTime() - failingSinceNanos;
        if (failingFor > settings.retryBudgetNanos) {
            fail(
                    what,
                    "Nothing but errors for "
                            + TimeUnit.NANOSECONDS.toSeconds(failingFor)
                            + " s; source.retry.budget says how long to go on. ",
                    cause);
            return;
        }
        long delay =
                errorClass == ErrorClass.THROTTLED
                        ? throttledBackoff.nextNanos()
                        : backoff.nextNanos();
        LOG.info("{}: {}; again in {} ms", arn.name(), what, TimeUnit.NANOSECONDS.toMillis(delay));
        metrics.onReconnect(reason);
        connectAfter(delay);
    }

    private void onConnectionLimit(String what, @Nullable Throwable cause) {
        metrics.onError(ErrorClass.CONNECTION_LIMIT);
        quietPastStop = 0;
        long now = timer.nanoTime();
        if (!atConnectionLimit) {
            atConnectionLimit = true;
            atConnectionLimitSinceNanos = now;
            metrics.onConnectionLimit(true);
        }
        long waiting = now - atConnectionLimitSinceNanos;
        if (waiting > settings.connectionLimitFailAfterNanos) {
            fail(what, "", cause);
            return;
        }
        if (waiting > CONNECTION_LIMIT_WARNING_NANOS && !connectionLimitReported) {
            connectionLimitReported = true;
            LOG.warn(
                    "{}: other consumers have held all connections for more than a minute. The service"
                            + " allows 3 for a stream, over all its consumers; is another job, or an"
                            + " earlier run of this one, reading it? {}",
                    arn.name(),
                    what);
        }
        metrics.onReconnect(ReconnectCause.ERROR);
        connectAfter(throttledBackoff.nextNanos());
    }

    private void fail(String what, String advice, @Nullable Throwable cause) {
        FragmentNumber after = gate.resumeAfter();
        String message =
                "Stream "
                        + arn
                        + (after == null ? ", from " + start : ", after fragment " + after)
                        + ": "
                        + what
                        + ". "
                        + advice;
        done = true;
        finishReported = true;
        dispose();
        cancelNextConnect();
        handover.fail(new KvsReadException(message.trim(), cause));
    }

    private void finish() {
        LOG.info("{}: read to its stop", arn.name());
        done = true;
        dispose();
        cancelNextConnect();
        handover.update(this);
    }

    // ---- bad fragments ------------------------------------------------------------------------

    private void onBadFragment(GetMedia call, MkvException problem) {
        FragmentNumber number = call.openNumber;
        long offset = Math.max(problem.offset() - call.assembler.fragmentOffset(), 0);
        dispose();
        metrics.onError(ErrorClass.BAD_FRAGMENT);
        String what = problem.getMessage();
        if (strike(number, offset, problem.kind().name())) {
            onFinallyBad(number, offset, what);
            return;
        }
        LOG.warn("{}: {}; reading it again", arn.name(), what);
        metrics.onReconnect(ReconnectCause.ERROR);
        connectAfter(backoff.nextNanos());
    }

    private boolean strike(@Nullable FragmentNumber number, long offset, String failure) {
        quietPastStop = 0;
        return strikes.strike(gate.resumeAfter(), number, offset, failure);
    }

    private void onFinallyBad(@Nullable FragmentNumber number, long offset, String what) {
        String fragment = number == null ? "The next fragment" : "Fragment " + number;
        if (settings.badFragment == BadFragmentPolicy.FAIL || number == null) {
            fail(
                    fragment
                            + " cannot be read, "
                            + Strikes.LIMIT
                            + " times in a row at its byte "
                            + offset
                            + ": "
                            + what,
                    number == null && settings.badFragment == BadFragmentPolicy.SKIP
                            ? "It cannot be skipped, since its number is not known. "
                            : "Set source.bad-fragment = SKIP to go on behind such fragments. ",
                    null);
            return;
        }
        LOG.warn("{}: {} is left out, {}", arn.name(), fragment, what);
        metrics.onSkipped();
        strikes.clear();
        FragmentPosition position =
                new FragmentPosition(
                        number,
                        number.serverTimestampHint().orElse(Math.max(gate.positionMillis(), 0)));
        gate.skip(position);
        add(new StreamEvent.FragmentSkipped(position));
        if (gate.isAtStop()) {
            finish();
        } else {
            connectAfter(0);
        }
    }

    // ---- positions and streams that are gone ----------------------------------------------------

    private interface Answer {
        void accept(StreamDescription description);
    }

    private final class LookUp extends Attempt {}

    /** Asks for a stream's description; errors are handled as those of a call are. */
    private void lookUp(String nameOrArn, Answer answer) {
        LookUp lookUp = new LookUp();
        current = lookUp;
        // A call may wait for credentials, so it is not for the I/O threads.
        timer.schedule(
                () ->
                        directory
                                .describe(nameOrArn)
                                .whenComplete(
                                        (found, error) ->
                                                onAnswer(lookUp, nameOrArn, answer, found, error)),
                0);
    }

    private void onAnswer(
            LookUp lookUp,
            String nameOrArn,
            Answer answer,
            @Nullable StreamDescription found,
            @Nullable Throwable error) {
        lock.lock();
        try {
            if (lookUp.isCurrent()) {
                dispose();
                if (error == null) {
                    answer.accept(found);
                } else {
                    onLookUpFailed(nameOrArn, error);
                }
            }
        } finally {
            lock.unlock();
        }
    }

    private void onLookUpFailed(String nameOrArn, Throwable error) {
        ErrorClass errorClass = ErrorTable.classify(error);
        if (errorClass == ErrorClass.STREAM_NOT_FOUND && !StreamArn.isArn(nameOrArn)) {
            onStreamDeleted();
        } else {
            handle(errorClass, ErrorTable.describe(error), error);
        }
    }

    private void onCallAccepted(GetMedia call) {
        if (atConnectionLimit) {
            atConnectionLimit = false;
            connectionLimitReported = false;
            metrics.onConnectionLimit(false);
        }
        // The service may silently begin with the oldest fragment where it should tell of a gap.
        if (gate.last() != null
                && detour == null
                && !call.positionChecked
                && call.serviceTimeMillis - readUpToMillis() > ALWAYS_RETAINED_MILLIS) {
            dispose();
            lookUp(arn.toString(), this::onPositionChecked);
        }
    }

    /** Everything that the service received before this server timestamp was read. */
    private long readUpToMillis() {
        long position = gate.last() == null ? Long.MIN_VALUE : gate.last().serverTimestampMillis();
        return caughtUpMillis == null ? position : Math.max(position, caughtUpMillis);
    }

    private void onPositionChecked(StreamDescription description) {
        if (readUpToMillis() >= description.oldestRetainedMillis()) {
            positionChecked = true;
            connectAfter(0);
        } else {
            onExpired(description);
        }
    }

    private void onPositionNotFound(StreamDescription description) {
        long oldest = description.oldestRetainedMillis();
        if (readUpToMillis() < oldest) {
            onExpired(description);
            return;
        }
        // Nothing that is unread was deleted. The gate leaves out what was read.
        detour =
                gate.positionMillis() >= oldest
                        ? timestamp(StartSelectorType.SERVER_TIMESTAMP, gate.positionMillis())
                        : selector(StartSelectorType.EARLIEST);
        connectAfter(0);
    }

    private void onExpired(StreamDescription description) {
        long readUpTo = readUpToMillis();
        Instant oldest = Instant.ofEpochMilli(description.oldestRetainedMillis());
        String read =
                readUpTo == Long.MIN_VALUE
                        ? "the start"
                        : Instant.ofEpochMilli(readUpTo) + " (server time)";
        switch (settings.expiredPosition) {
            case FAIL:
                fail(
                        "what follows has left the stream's retention: it was read up to "
                                + read
                                + ", and the service keeps only what came after "
                                + oldest,
                        "Set source.expired-position to EARLIEST or TIMESTAMP to go on with a gap. ",
                        null);
                return;
            case EARLIEST:
                detour = selector(StartSelectorType.EARLIEST);
                break;
            default:
                gate.skipToServerTimestamp(settings.expiredPositionMillis);
                detour =
                        timestamp(
                                StartSelectorType.SERVER_TIMESTAMP, settings.expiredPositionMillis);
        }
        metrics.onGap();
        gapAfterMillis = readUpTo == Long.MIN_VALUE ? 0 : readUpTo;
        LOG.warn(
                "{}: what follows {} has left the stream's retention, going on from {}",
                arn.name(),
                read,
                settings.expiredPosition);
        connectAfter(0);
    }

    private void onStreamNotFound() {
        lookUp(arn.name(), this::onNamesake);
    }

    /** There is no stream of this ARN, but one of its name. */
    private void onNamesake(StreamDescription description) {
        StreamArn found = description.arn();
        if (found.equals(arn)) {
            retry(
                    ErrorClass.STREAM_NOT_FOUND,
                    ReconnectCause.ERROR,
                    "the stream exists but is not active",
                    null);
        } else if (settings.recreatedStream == RecreatedStreamPolicy.FAIL) {
            fail(
                    "the stream was deleted, and another one of its name was created: " + found,
                    "Set source.recreated-stream = READ_NEW to read that one. ",
                    null);
        } else {
            LOG.warn("{}: the stream was created anew, reading {}", arn.name(), found);
            arn = found;
            gate = new FragmentGate(StartingPosition.earliest(), gate.stop(), null);
            caughtUpMillis = null;
            detour = selector(StartSelectorType.EARLIEST);
            strikes.clear();
            add(new StreamEvent.StreamRecreated(found));
            connectAfter(0);
        }
    }

    private void onStreamDeleted() {
        if (settings.deletedStream == DeletedStreamPolicy.FINISH) {
            LOG.warn("{}: the stream was deleted, it is read no more", arn.name());
            finish();
        } else {
            fail(
                    "the service knows no stream of this name",
                    "Check the name, the region and the account, or set source.deleted-stream ="
                            + " FINISH to read the other streams only. ",
                    null);
        }
    }

    // ---- memory -------------------------------------------------------------------------------

    @Override
    public boolean isPaused() {
        return paused;
    }

    @Override
    public boolean isSilent() {
        return current instanceof GetMedia
                && ((GetMedia) current).asked
                && timer.nanoTime() - ((GetMedia) current).activeNanos > SILENT_NANOS;
    }

    @Override
    public long positionMillis() {
        return gate.positionMillis();
    }

    @Override
    public void evict() {
        metrics.onEviction();
        LOG.debug("{}: makes way for streams that are further behind", arn.name());
        dispose();
        if (paused && events.stream().allMatch(e -> e instanceof StreamEvent.FragmentArrived)) {
            // Complete fragments, too, can be read again. Other events cannot.
            for (StreamEvent event : events) {
                budget.released(this, event.retainedBytes());
            }
            events.clear();
            gate.rewindTo(taken);
        }
    }

    @Override
    public void proceed() {
        if (current instanceof GetMedia) {
            ((GetMedia) current).askForMore();
        } else if (current == null && nextConnect == null) {
            connectAfter(0);
        }
    }

    @Override
    public String toString() {
        return "session of " + arn.name();
    }
}
