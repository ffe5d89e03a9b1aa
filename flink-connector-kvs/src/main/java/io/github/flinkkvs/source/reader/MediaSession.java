/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.source.reader;

import io.github.flinkkvs.client.errors.ErrorClass;
import io.github.flinkkvs.client.errors.ErrorTable;
import io.github.flinkkvs.client.media.MediaService;
import io.github.flinkkvs.client.streams.StreamArn;
import io.github.flinkkvs.client.streams.StreamDirectory;
import io.github.flinkkvs.mkv.Fragment;
import io.github.flinkkvs.mkv.FragmentHead;
import io.github.flinkkvs.mkv.FragmentNumber;
import io.github.flinkkvs.mkv.FrameRecord;
import io.github.flinkkvs.mkv.ServiceError;
import io.github.flinkkvs.mkv.assembler.FragmentAssembler;
import io.github.flinkkvs.mkv.parser.MkvException;
import io.github.flinkkvs.source.KvsSourceOptions.BadFragmentPolicy;
import io.github.flinkkvs.source.metrics.KvsReaderMetrics;
import io.github.flinkkvs.source.metrics.KvsReaderMetrics.ReconnectCause;
import io.github.flinkkvs.source.metrics.StreamMetrics;
import io.github.flinkkvs.source.split.FragmentPosition;
import io.github.flinkkvs.source.split.KvsSplit;
import io.github.flinkkvs.source.split.OpenFragment;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.services.kinesisvideomedia.model.StartSelectorType;

import javax.annotation.Nullable;

import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;

/**
 * Reads one stream for as long as it takes: one GetMedia call after the other, each from where the
 * last complete fragment ended.
 *
 * <p>At most one attempt is current: a {@link MediaAttempt}, or a look-up of {@link
 * PositionSearch}. Whatever reports back is heard only while it is the current one, and {@link
 * #dispose} is the only way it ceases to be. All state is guarded by the reader lock.
 *
 * <p>{@link ReadCursor} knows where to go on, {@link PositionSearch} finds out where if that is
 * gone, {@link Patience} knows when, {@link Strikes} what is hopeless.
 */
final class MediaSession implements MediaAttempt.Owner, PositionSearch.Owner, MemoryBudget.Tenant {

    private static final Logger LOG = LoggerFactory.getLogger(MediaSession.class);

    private static final String CONNECTION_LIMIT_ADVICE =
            "The service allows 3 connections for a stream, over all its consumers: is another job"
                    + " reading it, or an earlier run of this one, or several scans of one SQL query"
                    + " (EXPLAIN shows them)?";

    /** The service allows 5 calls a second for all consumers of a stream together. */
    private static final long MIN_CALL_INTERVAL_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

    /**
     * To ask for each piece by itself would cost more than to receive and parse it. With more of
     * them, more would come when memory is spent already.
     */
    static final int PIECES_AHEAD = 8;

    /** Twice as many bytes as that may be: with less, what comes ahead would drive others out. */
    private static final long PLENTY_BYTES = 2 * PIECES_AHEAD * 8192;

    /** A fragment lasts 20 s at most; after this long the service will not complete it any more. */
    private static final long NEVER_COMPLETED_MILLIS = TimeUnit.MINUTES.toMillis(1);

    private final ReaderLock lock;
    private final Handover handover;
    private final MemoryBudget budget;
    private final Timer timer;
    private final MediaService service;
    private final SessionSettings settings;
    private final KvsReaderMetrics metrics;
    private final StreamMetrics streamMetrics;

    private final String splitId;
    private final ReadCursor cursor;
    private final PositionSearch search;
    private final Patience patience;
    private final Strikes strikes = new Strikes();

    /** For the fetcher. */
    private final ArrayDeque<StreamEvent> events = new ArrayDeque<>();

    /** A MediaAttempt, one of the search, or null. */
    @Nullable private Object current;

    /** The head that the last frame brought. */
    @Nullable private StreamEvent.SharedHead lastHead;

    /** The fragment whose damage was logged last. */
    @Nullable private FragmentNumber lastDamaged;

    @Nullable private Timer.Task nextConnect;
    private boolean called;
    private long lastCallNanos;

    private boolean paused;

    /** Whether the service ever took a call, and so the credentials. */
    private boolean accepted;

    private boolean done;
    private boolean finishReported;

    /** Whether the stream itself is gone, so that nothing of it can be read again. */
    private boolean deleted;

    private int quietPastStop;

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
        this.cursor = new ReadCursor(split);
        this.search = new PositionSearch(this, cursor, directory, settings, metrics, lock, timer);
        this.patience = new Patience(settings, timer);
        this.settings = settings;
        this.lock = lock;
        this.handover = handover;
        this.budget = budget;
        this.timer = timer;
        this.service = service;
        this.metrics = metrics;
        this.streamMetrics = metrics.stream(split.arn().name());
    }

    // ---- for the split reader --------------------------------------------------------------

    void start() {
        lock.assertHeld();
        budget.add(this);
        if (cursor.gate().isAtStop()) {
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
            patience.suspend(Patience.Reason.ALIGNMENT);
            handover.update(this);
            budget.changed(this);
        }
    }

    void resume() {
        lock.assertHeld();
        if (!paused) {
            return;
        }
        paused = false;
        handover.update(this);
        budget.changed(this);
        if (done) {
            return;
        }
        // Who did not try did not fail either, and what was checked before may have expired.
        patience.resume(Patience.Reason.ALIGNMENT);
        search.takeCheckedUntilMillis();
        proceed();
    }

    /** Ends everything; nothing is reported any more. */
    void close() {
        lock.assertHeld();
        done = true;
        finishReported = true;
        dispose();
        cancelNextConnect();
        while (!events.isEmpty()) {
            budget.released(this, events.poll().release());
        }
        budget.remove(this);
        leaveConnectionLimit();
        metrics.remove(streamMetrics);
    }

    /** The fetcher took an event. */
    void onTaken(StreamEvent event) {
        lock.assertHeld();
        cursor.onTaken(event);
    }

    /** The record emitter is through with an event. */
    void onEmitted(StreamEvent event) {
        lock.lock();
        try {
            budget.released(this, event.release());
        } finally {
            lock.unlock();
        }
    }

    String splitId() {
        return splitId;
    }

    private String name() {
        return cursor.arn().name();
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

    // ---- connecting ------------------------------------------------------------------------

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
        nextConnect =
                timer.schedule(() -> lock.run(this::connect, this::onBroken), Math.max(wait, 0));
    }

    private void cancelNextConnect() {
        if (nextConnect != null) {
            nextConnect.cancel();
            nextConnect = null;
        }
    }

    private void connect() {
        nextConnect = null;
        if (done || current != null || paused) {
            // Resuming connects anew.
            return;
        }
        called = true;
        lastCallNanos = timer.nanoTime();
        MediaAttempt attempt = newAttempt();
        current = attempt;
        metrics.onCall();
        StreamArn arn = cursor.arn();
        lock.defer(() -> attempt.open(listener -> service.open(arn, attempt.selector(), listener)));
    }

    private MediaAttempt newAttempt() {
        return new MediaAttempt(
                this,
                cursor.next(),
                search.takeCheckedUntilMillis(),
                newAssembler(),
                settings.silenceTimeoutNanos,
                lock,
                timer);
    }

    private FragmentAssembler newAssembler() {
        String name = cursor.arn().name();
        String arn = cursor.arn().toString();
        return settings.frames == null
                ? new FragmentAssembler(name, arn, settings.needsMedia, settings.maxFragmentBytes)
                : FragmentAssembler.ofFrames(name, arn, settings.frames, settings.maxFragmentBytes);
    }

    /** Ends the current attempt: what it held is free, what it still reports is not heard. */
    private void dispose() {
        Object attempt = current;
        current = null;
        lastHead = null;
        // Who has no call does not wait for memory to read on.
        patience.resume(Patience.Reason.MEMORY);
        if (attempt instanceof MediaAttempt) {
            MediaAttempt media = (MediaAttempt) attempt;
            media.cancel();
            metrics.onCallOver();
            if (media.isInFragment()) {
                metrics.onPartialDiscarded();
            }
            budget.dropped(this);
        }
    }

    // ---- what a call brings ----------------------------------------------------------------

    @Override
    public boolean isCurrent(MediaAttempt attempt) {
        return current == attempt;
    }

    @Override
    public int piecesAhead() {
        if (paused) {
            return 0;
        }
        if (!budget.mayGoOn(this)) {
            patience.suspend(Patience.Reason.MEMORY);
            return 0;
        }
        patience.resume(Patience.Reason.MEMORY);
        return budget.hasForEach(PLENTY_BYTES) ? PIECES_AHEAD : 1;
    }

    @Override
    public void onAccepted(MediaAttempt call) {
        LOG.debug("{}: reading from {} (request {})", name(), call.selector(), call.requestId());
        accepted = true;
        leaveConnectionLimit();
        if (cursor.isTooLateForNow(call.selector(), call.serviceTimeMillis())) {
            dispose();
            connectAfter(0);
            return;
        }
        if (!call.isPositionChecked() && search.isCheckDue(call.serviceTimeMillis())) {
            dispose();
            search.check();
        }
    }

    @Override
    public void onReceived(int bytes) {
        metrics.onBytes(bytes);
    }

    @Override
    public void onHeld(int bytes) {
        budget.received(this, bytes);
    }

    @Override
    public boolean onFrame(MediaAttempt call, FrameRecord frame) {
        noteLeftBehind(frame.fragment().number());
        switch (cursor.check(frame)) {
            case DUPLICATE:
                metrics.onDuplicateFrame();
                return true;
            case TOO_EARLY:
                return true;
            case BEYOND_STOP:
                finish();
                return false;
            default:
                call.setProgress();
                onProgress();
                metrics.onFrame(frame);
                if (lastHead == null || !lastHead.isOf(frame)) {
                    lastHead = new StreamEvent.SharedHead(frame.fragment());
                }
                addMedia(new StreamEvent.FrameArrived(this, frame, lastHead));
                return true;
        }
    }

    @Override
    public void onDamagedBlock(
            FragmentHead fragment, long trackNumber, int frames, MkvException problem) {
        if (!cursor.wants(fragment)) {
            return;
        }
        metrics.onDamagedFrames(frames);
        // One line for each fragment: there may be as many blocks as there are frames.
        if (!fragment.number().equals(lastDamaged)) {
            lastDamaged = fragment.number();
            LOG.warn(
                    "{}: frames of track {} of fragment {} are left out, they cannot be read: {}",
                    name(),
                    trackNumber,
                    fragment.number(),
                    problem.getMessage());
        }
    }

    /** The rest of a fragment is gone if another one comes in its place. */
    private void noteLeftBehind(FragmentNumber next) {
        OpenFragment left = cursor.leftBehindBy(next);
        if (left != null) {
            LOG.warn(
                    "{}: fragment {} is not to be had any more behind its first {} frames, which were"
                            + " read; going on with fragment {}",
                    name(),
                    left.number(),
                    left.frames(),
                    next);
            metrics.onIncomplete();
            cursor.leaveOpen();
        }
    }

    @Override
    public boolean onFragment(MediaAttempt call, Fragment fragment) {
        streamMetrics.onFragment(fragment);
        noteLeftBehind(fragment.number());
        switch (cursor.check(fragment)) {
            case DUPLICATE:
                metrics.onDuplicate();
                onPassedOver(call);
                return true;
            case TOO_EARLY:
                onPassedOver(call);
                if (cursor.startsByProducerTime()) {
                    // Whatever the service received before it is not wanted either.
                    caughtUp(fragment.serverTimestampMillis());
                }
                return true;
            case BEYOND_STOP:
                finish();
                return false;
            case EMIT_LAST:
                emit(fragment);
                finish();
                return false;
            default:
                call.setProgress();
                search.onProgress(fragment);
                onProgress();
                emit(fragment);
                return true;
        }
    }

    /** A fragment is not to be emitted; on the way to one that is, that is progress too. */
    private void onPassedOver(MediaAttempt call) {
        if (cursor.isOnDetour()) {
            call.setProgress();
            patience.restore();
        }
    }

    private void emit(Fragment fragment) {
        metrics.onFragment(fragment);
        if (settings.frames == null) {
            addMedia(new StreamEvent.FragmentArrived(this, fragment));
            return;
        }
        lastHead = null;
        add(
                new StreamEvent.FragmentOver(
                        this,
                        new FragmentPosition(fragment.number(), fragment.serverTimestampMillis())));
    }

    private void onProgress() {
        quietPastStop = 0;
        strikes.clear();
        patience.restore();
    }

    private void addMedia(StreamEvent event) {
        events.add(event);
        budget.completed(this, event.hold());
        handover.update(this);
    }

    private void add(StreamEvent event) {
        events.add(event);
        budget.added(this, event.hold());
        handover.update(this);
    }

    /** Everything that is wanted was read that the service had received by this time. */
    private void caughtUp(long serviceTimeMillis) {
        if (!cursor.caughtUp(serviceTimeMillis)) {
            return;
        }
        StreamEvent.CaughtUp event = new StreamEvent.CaughtUp(this, serviceTimeMillis);
        if (events.peekLast() instanceof StreamEvent.CaughtUp) {
            // Only the last of those that follow each other says anything. It takes the place of
            // the other one, and as much memory.
            events.removeLast();
            events.add(event);
        } else {
            add(event);
        }
    }

    @Override
    public void onEnded(MediaAttempt call) {
        boolean inFragment = call.isInFragment();
        // While we did not ask, whoever is between us and the service may have given the call up.
        boolean heldUp = call.wasHeldUp();
        boolean quiet = !heldUp && call.isSilentFor(settings.quietTimeNanos);
        PartialFragment open = call.openFragment();
        long offset = call.openBytes();
        dispose();
        if (paused) {
            // Nobody asked, so nothing is to be made of the end. Resuming connects anew.
            return;
        }
        if (isBeyondStop(open)) {
            finish();
        } else if (inFragment && !quiet && !heldUp && strike(open, offset, "it ends")) {
            onFinallyBad(open, offset, "it is never completed");
        } else if (call.hasProgress()) {
            metrics.onReconnect(inFragment ? ReconnectCause.CUT : ReconnectCause.END);
            connectAfter(0);
        } else if (inFragment && quiet) {
            // The producer stalls. It may go on, and there is nothing else to read.
            onQuiet(call.serviceTimeMillis() - NEVER_COMPLETED_MILLIS);
        } else if (heldUp) {
            onDeadWhileHeldUp(ReconnectCause.CUT);
        } else if (inFragment) {
            retry(
                    ErrorClass.RETRY,
                    ReconnectCause.CUT,
                    "the connection was cut within a fragment (request " + call.requestId() + ")",
                    null);
        } else if (quiet && call.serviceTimeMillis() != MediaAttempt.UNANSWERED) {
            onNothingLeft(call);
        } else {
            onFruitless(call);
        }
    }

    /** There was nothing to read when the service answered. */
    private void onNothingLeft(MediaAttempt call) {
        caughtUp(call.serviceTimeMillis());
        streamMetrics.onCaughtUp();
        onQuiet(call.serviceTimeMillis());
    }

    /** A call brought nothing, but ended too soon to mean that there is nothing. */
    private void onFruitless(MediaAttempt call) {
        quietPastStop = 0;
        metrics.onReconnect(ReconnectCause.EMPTY);
        long fruitlessFor = patience.fruitlessNanos();
        if (patience.takeFruitlessWarning()) {
            LOG.warn(
                    "{}: for {} s each call was answered without an error, and ended at once without"
                            + " new media. The service waits 3 s before it ends a call that has"
                            + " nothing to send, so it is not known whether there is anything to"
                            + " read. Does something between this job and the service, or in its"
                            + " place, end calls? (request {})",
                    name(),
                    TimeUnit.NANOSECONDS.toSeconds(fruitlessFor),
                    call.requestId());
        }
        connectAfter(Math.min(patience.delayNanos(ErrorClass.RETRY), settings.idleIntervalNanos));
    }

    /**
     * A call ended as it does when there is nothing to read.
     *
     * @param upToMillis nothing can come any more that the service received before this time
     */
    private void onQuiet(long upToMillis) {
        patience.restore();
        strikes.clear();
        if (cursor.gate().isPastStop(upToMillis)) {
            quietPastStop++;
            if (quietPastStop == 2) {
                finish();
                return;
            }
        }
        metrics.onReconnect(ReconnectCause.IDLE);
        connectAfter(lastCallNanos + settings.idleIntervalNanos - timer.nanoTime());
    }

    @Override
    public void onFailed(MediaAttempt call, Throwable cause) {
        PartialFragment open = call.openFragment();
        dispose();
        if (paused) {
            return;
        }
        ErrorClass errorClass = ErrorTable.classify(cause);
        if (errorClass == ErrorClass.RETRY && call.wasHeldUp()) {
            onDeadWhileHeldUp(ReconnectCause.CUT);
            return;
        }
        String what = ErrorTable.describe(cause);
        if (open != null) {
            what = "in fragment " + open.number() + ": " + what;
        }
        onError(errorClass, what, cause);
    }

    /** Memory or alignment kept a call from being read, and that it is dead is seen only now. */
    private void onDeadWhileHeldUp(ReconnectCause cause) {
        quietPastStop = 0;
        metrics.onReconnect(cause);
        connectAfter(0);
    }

    @Override
    public void onSilent(MediaAttempt call) {
        dispose();
        if (paused) {
            return;
        }
        if (call.wasHeldUp()) {
            onDeadWhileHeldUp(ReconnectCause.SILENCE);
            return;
        }
        if (call.serviceTimeMillis() == MediaAttempt.UNANSWERED) {
            // Not even an answer: the endpoint is dead, or the call that asks for it is.
            service.forgetEndpoint(cursor.arn());
        }
        retry(
                ErrorClass.RETRY,
                ReconnectCause.SILENCE,
                "no data for "
                        + TimeUnit.NANOSECONDS.toSeconds(settings.silenceTimeoutNanos)
                        + " s (request "
                        + call.requestId()
                        + ")",
                null);
    }

    @Override
    public void onBroken(Throwable cause) {
        fail("reading failed: " + cause, "", cause);
    }

    @Override
    public void onErrorTag(MediaAttempt call, ServiceError error) {
        dispose();
        ErrorClass errorClass = ErrorTable.classify(error);
        String what = "the service sent " + error + " (request " + call.requestId() + ")";
        if (errorClass != ErrorClass.REPOSITION) {
            onError(errorClass, what, null);
            return;
        }
        metrics.onError(errorClass);
        if (call.selector().startSelectorType() == StartSelectorType.FRAGMENT_NUMBER) {
            LOG.info("{}: {}", name(), what);
            search.onPositionNotFound();
        } else if (cursor.goAroundTimestamp(call.selector())) {
            LOG.warn("{}: {}; going on with the oldest fragment instead", name(), what);
            connectAfter(patience.delayNanos(errorClass));
        } else {
            // There is no fragment at all.
            onNothingLeft(call);
        }
    }

    // ---- errors ----------------------------------------------------------------------------

    @Override
    public void onError(ErrorClass errorClass, String what, @Nullable Throwable cause) {
        switch (errorClass) {
            case CONNECTION_LIMIT:
                onConnectionLimit(what, cause);
                break;
            case REFRESH_ENDPOINT:
                service.forgetEndpoint(cursor.arn());
                retry(errorClass, ReconnectCause.ENDPOINT, what, cause);
                break;
            case STREAM_NOT_FOUND:
                metrics.onError(errorClass);
                search.onStreamNotFound();
                break;
            case FATAL:
                if (accepted && cause != null && ErrorTable.isLackOfCredentials(cause)) {
                    // They were there before, so where they come from is out of order for a while.
                    retry(ErrorClass.RETRY, ReconnectCause.ERROR, what, cause);
                } else {
                    metrics.onError(errorClass);
                    fail(what, "", cause);
                }
                break;
            default:
                retry(errorClass, ReconnectCause.ERROR, what, cause);
        }
    }

    private void retry(
            ErrorClass errorClass, ReconnectCause reason, String what, @Nullable Throwable cause) {
        metrics.onError(errorClass);
        quietPastStop = 0;
        long failingFor = patience.failingNanos();
        if (patience.isExhausted(failingFor)) {
            fail(
                    what,
                    "Nothing but errors for "
                            + TimeUnit.NANOSECONDS.toSeconds(failingFor)
                            + " s; source.retry.budget says how long to go on. ",
                    cause);
            return;
        }
        long delay = patience.delayNanos(errorClass);
        if (patience.takeFailureWarning()) {
            LOG.warn(
                    "{}: nothing but errors for {} s, the last: {}; the job goes on trying for {} s",
                    name(),
                    TimeUnit.NANOSECONDS.toSeconds(failingFor),
                    what,
                    TimeUnit.NANOSECONDS.toSeconds(settings.retryBudgetNanos));
        }
        LOG.info("{}: {}; again in {} ms", name(), what, TimeUnit.NANOSECONDS.toMillis(delay));
        metrics.onReconnect(reason);
        connectAfter(delay);
    }

    private void onConnectionLimit(String what, @Nullable Throwable cause) {
        metrics.onError(ErrorClass.CONNECTION_LIMIT);
        quietPastStop = 0;
        patience.restoreAfterAnswer();
        if (patience.enterConnectionLimit()) {
            metrics.onConnectionLimit(true);
        }
        if (patience.isConnectionLimitExhausted()) {
            fail(what, CONNECTION_LIMIT_ADVICE, cause);
            return;
        }
        if (patience.takeConnectionLimitWarning()) {
            LOG.warn(
                    "{}: other consumers have held all connections for more than a minute. {} {}",
                    name(),
                    CONNECTION_LIMIT_ADVICE,
                    what);
        }
        metrics.onReconnect(ReconnectCause.ERROR);
        connectAfter(patience.delayNanos(ErrorClass.CONNECTION_LIMIT));
    }

    private void leaveConnectionLimit() {
        if (patience.leaveConnectionLimit()) {
            metrics.onConnectionLimit(false);
        }
    }

    private void fail(String what, String advice, @Nullable Throwable cause) {
        String message = cursor + ": " + what + ". " + advice;
        // First of all: what else is to be done might throw, too.
        handover.fail(new KvsReadException(message.trim(), cause));
        done = true;
        finishReported = true;
        dispose();
        cancelNextConnect();
    }

    private void finish() {
        LOG.info("{}: nothing more is read", name());
        done = true;
        dispose();
        cancelNextConnect();
        handover.update(this);
    }

    // ---- bad fragments ---------------------------------------------------------------------

    @Override
    public void onBadBytes(MediaAttempt call, MkvException problem) {
        PartialFragment open = call.openFragment();
        long offset = call.offsetInFragment(problem);
        dispose();
        if (isBeyondStop(open)) {
            finish();
            return;
        }
        String what = problem.getMessage();
        if (strike(open, offset, problem.kind().name())) {
            metrics.onError(ErrorClass.BAD_FRAGMENT);
            onFinallyBad(open, offset, what);
        } else {
            // Failures that always come at another place are bounded by the retry budget.
            retry(ErrorClass.BAD_FRAGMENT, ReconnectCause.ERROR, what, null);
        }
    }

    /** A stream is over with the first fragment beyond its stop, whether or not it can be read. */
    private boolean isBeyondStop(@Nullable PartialFragment open) {
        return open != null && cursor.judge(open) == FragmentGate.Verdict.BEYOND_STOP;
    }

    private boolean strike(@Nullable PartialFragment open, long offset, String failure) {
        quietPastStop = 0;
        FragmentNumber number = open == null ? null : open.number();
        return strikes.strike(cursor.gate().resumeAfter(), number, offset, failure);
    }

    private void onFinallyBad(@Nullable PartialFragment bad, long offset, String what) {
        String fragment = bad == null ? "The next fragment" : "Fragment " + bad.number();
        if (bad != null && !isWanted(bad)) {
            strikes.clear();
            LOG.info("{}: going on behind {}, which is not wanted: {}", name(), fragment, what);
            if (cursor.passOver(bad.number())) {
                patience.restore();
                connectAfter(0);
            } else {
                // The way around it leads back to it.
                retry(ErrorClass.BAD_FRAGMENT, ReconnectCause.ERROR, what, null);
            }
            return;
        }
        if (settings.badFragment == BadFragmentPolicy.FAIL || bad == null) {
            fail(
                    fragment
                            + " cannot be read, "
                            + Strikes.LIMIT
                            + " times in a row at its byte "
                            + offset
                            + ": "
                            + what,
                    bad == null && settings.badFragment == BadFragmentPolicy.SKIP
                            ? "It cannot be skipped, since its number is not known. "
                            : "Set source.bad-fragment = SKIP to go on behind such fragments. ",
                    null);
            return;
        }
        strikes.clear();
        cursor.skip(bad.position());
        LOG.warn("{}: {} is left out, {}", name(), fragment, what);
        metrics.onSkipped();
        patience.restore();
        add(new StreamEvent.FragmentOver(this, bad.position()));
        if (cursor.gate().isAtStop()) {
            finish();
        } else {
            connectAfter(0);
        }
    }

    private boolean isWanted(PartialFragment fragment) {
        noteLeftBehind(fragment.number());
        FragmentGate.Verdict verdict = cursor.judge(fragment);
        return verdict == FragmentGate.Verdict.EMIT || verdict == FragmentGate.Verdict.EMIT_LAST;
    }

    // ---- positions and streams that are gone -----------------------------------------------

    @Override
    public void begin(Object attempt) {
        current = attempt;
    }

    @Override
    public boolean end(Object attempt) {
        if (current != attempt) {
            return false;
        }
        dispose();
        return true;
    }

    @Override
    public void goOn() {
        connectAfter(0);
    }

    @Override
    public void onStreamDeleted() {
        deleted = true;
        finish();
    }

    @Override
    public void onStreamRecreated(StreamArn found) {
        cursor.switchTo(found);
        strikes.clear();
        add(new StreamEvent.StreamRecreated(this, found));
        connectAfter(0);
    }

    @Override
    public void fail(String what, String advice) {
        fail(what, advice, null);
    }

    // ---- memory ----------------------------------------------------------------------------

    @Override
    public boolean isPaused() {
        return paused;
    }

    @Override
    public long positionMillis() {
        return cursor.gate().positionMillis();
    }

    @Override
    public boolean hasDroppable() {
        // What comes before another stream belongs to one that is gone.
        return !deleted
                && !events.isEmpty()
                && !(events.peekLast() instanceof StreamEvent.StreamRecreated);
    }

    @Override
    public void evict() {
        metrics.onEviction();
        LOG.debug("{}: makes way for streams that are further behind", name());
        dispose();
        if (!paused) {
            // The budget says when it may begin anew.
            patience.suspend(Patience.Reason.MEMORY);
        } else if (hasDroppable()) {
            dropEvents();
        }
    }

    /** Gives up what the fetcher did not take: it is read again, from where that begins. */
    private void dropEvents() {
        while (hasDroppable()) {
            budget.released(this, events.pollLast().release());
        }
        if (events.isEmpty()) {
            cursor.rewindToTaken();
        } else {
            cursor.rewindToStart();
        }
        quietPastStop = 0;
        // It may have been read to its stop.
        done = false;
    }

    @Override
    public void proceed() {
        patience.resume(Patience.Reason.MEMORY);
        if (current instanceof MediaAttempt) {
            ((MediaAttempt) current).askForMore();
        } else if (current == null && nextConnect == null) {
            connectAfter(0);
        }
    }

    @Override
    public String toString() {
        return "session of " + name();
    }
}
