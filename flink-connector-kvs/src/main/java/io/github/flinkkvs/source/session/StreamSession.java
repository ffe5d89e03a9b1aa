/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.source.session;

import io.github.flinkkvs.client.streams.StreamArn;
import io.github.flinkkvs.client.streams.StreamDescription;
import io.github.flinkkvs.source.StartingPosition;
import io.github.flinkkvs.source.fetch.Fetch;
import io.github.flinkkvs.source.fetch.FetchEnd;
import io.github.flinkkvs.source.metrics.KvsReaderMetrics;
import io.github.flinkkvs.source.metrics.StreamMetrics;
import io.github.flinkkvs.source.resources.MemoryAccount;
import io.github.flinkkvs.source.resources.MemoryBudget;
import io.github.flinkkvs.source.resources.ReaderResources;
import io.github.flinkkvs.source.session.Holds.Hold;
import io.github.flinkkvs.source.session.PositionSearch.Question;
import io.github.flinkkvs.source.session.ReadingWay.Way;
import io.github.flinkkvs.source.split.KvsSplit;

import org.apache.flink.annotation.Internal;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import javax.annotation.Nullable;

/**
 * Reads one stream to its end, one fetch after the other, each from the end of the last complete
 * fragment. It is always in one of these phases:
 *
 * <pre>
 * WAITING     the timer of the next call runs         PARKED   nothing runs; {@link Holds} says why
 * LOOKING_UP  a {@link StreamLookup} is the attempt   DONE     nothing is read; events may wait
 * READING     a {@link Fetch} is the attempt          CLOSED   nothing is reported any more
 *
 * in           on                                        to          doing
 * NEW          start, at the stop                        DONE
 *              start                                     WAITING     for 0
 * WAITING      due, held by ALIGNMENT                    PARKED
 *              due, the position is old                  LOOKING_UP  CHECK
 *              due                                       READING     as ReadingWay says
 * READING      answered later than NOW                   WAITING     for 0
 *              answered, the position is old             LOOKING_UP  CHECK
 *              a piece came, fallen behind               LOOKING_UP  CHECK
 *              over, held by ALIGNMENT, not final        PARKED
 *              over                                      its step    Decisions.after
 * LOOKING_UP   answer                                    its step    Decisions.after
 * READING or   evicted                                   PARKED      held by ALIGNMENT: give back
 * LOOKING_UP                                                         events, else hold by MEMORY
 * PARKED       released, or there is memory              WAITING     for 0
 * DONE         evicted, held by ALIGNMENT, something     PARKED
 *              is to be read again
 * any          closed, or a step FAIL                    CLOSED
 *
 * step CALL           to WAITING, for its delay
 * step LOOK_UP        to LOOKING_UP
 * step LEAVE_OUT      FragmentOver, then as with start
 * step SWITCH         StreamRecreated, then to WAITING, for 0
 * step FINISH         to DONE
 * </pre>
 *
 * <p>A fetch that ends while alignment holds the stream is repeated later, so its end has no
 * meaning unless the stop was reached or something broke.
 *
 * <p>Only {@link #enter} changes the phase, and ends what belongs to the old one: its timer, its
 * look-up, its fetch with the memory that it held. A report is heard only if it comes from the
 * current attempt. All state is guarded by the reader lock.
 */
@Internal
public final class StreamSession implements Fetch.Owner, StreamLookup.Owner, MemoryBudget.Tenant {

    private static final Logger LOG = LoggerFactory.getLogger(StreamSession.class);

    /** What a session is doing. */
    enum Phase {
        NEW,
        WAITING,
        LOOKING_UP,
        READING,
        PARKED,
        DONE,
        CLOSED
    }

    private final ReaderResources resources;
    private final KvsReaderMetrics metrics;
    private final StreamMetrics streamMetrics;

    private final ReadCursor cursor;
    private final Holds holds;
    private final Decisions decisions;
    private final MemoryAccount account;
    private final EventQueue queue;
    private final FragmentIntake intake;
    private final Fetches fetches;
    private final Demand demand;
    private final CallTimer callTimer;

    private Phase phase = Phase.NEW;
    @Nullable private StreamLookup lookup;
    @Nullable private Fetch fetch;

    public StreamSession(
            KvsSplit split,
            SessionSettings settings,
            ReaderResources resources,
            EventQueue.Taker taker) {
        this.resources = resources;
        this.metrics = resources.metrics();
        this.streamMetrics = metrics.stream(split.arn().name());
        this.cursor = new ReadCursor(split);
        this.holds = new Holds(resources.timer()::nanoTime);
        this.decisions = new Decisions(cursor, holds, settings, streamMetrics, resources);
        this.account = new MemoryAccount(resources.budget(), this);
        this.queue = new EventQueue(split.splitId(), taker, holds, cursor, account);
        this.intake =
                new FragmentIntake(cursor, decisions, queue, settings, streamMetrics, metrics);
        this.fetches = new Fetches(cursor, settings, decisions, resources);
        this.demand = new Demand(holds, account, resources.budget());
        this.callTimer = new CallTimer(resources.timer(), resources.lock(), this::onBroken);
    }

    // ---- for the split reader --------------------------------------------------------------

    public void start() {
        resources.lock().assertHeld();
        account.open();
        goOnOrFinish();
    }

    /** Stops asking for data; the connection stays for as long as the service leaves it open. */
    public void pause() {
        resources.lock().assertHeld();
        if (holds.add(Hold.ALIGNMENT)) {
            queue.changed();
            account.changed();
        }
    }

    public void resume() {
        resources.lock().assertHeld();
        if (holds.remove(Hold.ALIGNMENT)) {
            queue.changed();
            account.changed();
            decisions.onResumed();
            proceed();
        }
    }

    /** Ends everything; nothing is reported any more. */
    public void close() {
        resources.lock().assertHeld();
        enter(Phase.CLOSED);
        queue.close();
        account.close();
        decisions.onClosed();
        metrics.remove(streamMetrics);
    }

    /** The stream that is read now. */
    public StreamArn arn() {
        return cursor.arn();
    }

    EventQueue queue() {
        return queue;
    }

    Phase phase() {
        return phase;
    }

    // ---- phases ----------------------------------------------------------------------------

    /**
     * Enters a phase, and ends what belonged to the old one.
     *
     * @return false if that made the session move on: what it freed may have let another stream
     *     evict this one
     */
    private boolean enter(Phase next) {
        phase = next;
        callTimer.cancel();
        lookup = null;
        // A session without a call does not wait for memory.
        holds.remove(Hold.MEMORY);
        if (fetch != null) {
            fetch.cancel();
            fetch = null;
            intake.onFetchOver();
            account.dropped();
        }
        return phase == next;
    }

    private void perform(@Nullable Step step) {
        if (step == null) {
            return;
        }
        if (step.kind() == Step.Kind.FAIL) {
            // This comes first, since the rest may throw, too.
            queue.fail(new KvsReadException(step.message(), step.cause()));
            enter(Phase.CLOSED);
            return;
        }
        if (step.forgetsEndpoint()) {
            resources.media().forgetEndpoint(cursor.arn());
            resources.archive().forgetEndpoint(cursor.arn());
        }
        if (step.reconnectCause() != null) {
            metrics.onReconnect(step.reconnectCause());
        }
        step.caughtUpAtMillis().ifPresent(intake::onCaughtUp);
        switch (step.kind()) {
            case CALL:
                callAfter(step.delayNanos());
                break;
            case LOOK_UP:
                lookUp(step.question());
                break;
            case LEAVE_OUT:
                queue.add(new StreamEvent.FragmentOver(account, step.position()));
                goOnOrFinish();
                break;
            case SWITCH:
                cursor.switchTo(step.arn());
                decisions.onSwitched();
                queue.add(new StreamEvent.StreamRecreated(account, step.arn()));
                callAfter(0);
                break;
            default:
                finish(step.kind() == Step.Kind.FINISH_DELETED);
        }
    }

    private void goOnOrFinish() {
        if (cursor.gate().isAtStop()) {
            finish(false);
        } else {
            callAfter(0);
        }
    }

    private void callAfter(long delayNanos) {
        if (enter(Phase.WAITING)) {
            callTimer.schedule(this::onDue, delayNanos);
        }
    }

    private void onDue() {
        if (holds.has(Hold.ALIGNMENT)) {
            enter(Phase.PARKED);
            return;
        }
        Way way = decisions.way();
        if (way == Way.LOOK_UP) {
            lookUp(Question.CHECK);
        } else {
            call(way);
        }
    }

    private void call(Way way) {
        enter(Phase.READING);
        callTimer.onCall();
        decisions.onFetch();
        fetch = fetches.make(way, this, intake);
        fetch.begin();
    }

    private void lookUp(Question question) {
        if (enter(Phase.LOOKING_UP)) {
            String nameOrArn = question.nameOrArn(cursor.arn());
            lookup = new StreamLookup(question, nameOrArn, this, resources);
            lookup.ask();
        }
    }

    private void finish(boolean streamDeleted) {
        LOG.info("{}: nothing more is read", cursor.arn().name());
        if (enter(Phase.DONE)) {
            queue.finish(streamDeleted);
        }
    }

    // ---- what a fetch brings ---------------------------------------------------------------

    @Override
    public boolean isCurrent(Fetch attempt) {
        return attempt == fetch;
    }

    @Override
    public int piecesAhead() {
        return demand.piecesAhead();
    }

    @Override
    public void onAnswered(StartingPosition asked, String requestId, long serviceTimeMillis) {
        LOG.debug("{}: reading from {} (request {})", cursor.arn().name(), asked, requestId);
        perform(decisions.afterAnswer(asked, serviceTimeMillis));
    }

    @Override
    public void onListed(long serviceTimeMillis) {
        decisions.onListed(serviceTimeMillis);
    }

    @Override
    public void onHeld(long bytes) {
        account.received(bytes);
        // That may have evicted this session.
        if (phase == Phase.READING) {
            perform(decisions.afterPiece());
        }
    }

    @Override
    public void onOver(FetchEnd end) {
        if (holds.has(Hold.ALIGNMENT) && !end.isFinal()) {
            enter(Phase.PARKED);
        } else {
            perform(decisions.after(end));
        }
    }

    // ---- what a look-up brings -------------------------------------------------------------

    @Override
    public boolean isCurrent(StreamLookup attempt) {
        return attempt == lookup;
    }

    @Override
    public void onAnswer(
            Question question, @Nullable StreamDescription found, @Nullable Throwable error) {
        perform(decisions.after(question, found, error));
    }

    @Override
    public void onBroken(Throwable cause) {
        perform(decisions.afterBroken(cause));
    }

    // ---- memory ----------------------------------------------------------------------------

    @Override
    public boolean isPaused() {
        return holds.has(Hold.ALIGNMENT);
    }

    @Override
    public long positionMillis() {
        return cursor.gate().positionMillis();
    }

    @Override
    public boolean canGiveBack() {
        return queue.canGiveBack();
    }

    @Override
    public void evict() {
        metrics.onEviction();
        LOG.debug("{}: makes way for streams that are further behind", cursor.arn().name());
        if (phase == Phase.READING || phase == Phase.LOOKING_UP) {
            enter(Phase.PARKED);
        }
        if (!holds.has(Hold.ALIGNMENT)) {
            // The budget tells the session when it may begin again.
            holds.add(Hold.MEMORY);
        } else if (queue.giveBack()) {
            decisions.onRewound();
            if (phase == Phase.DONE) {
                enter(Phase.PARKED);
            }
        }
    }

    @Override
    public void proceed() {
        holds.remove(Hold.MEMORY);
        if (phase == Phase.READING) {
            fetch.askForMore();
        } else if (phase == Phase.PARKED && !holds.has(Hold.ALIGNMENT)) {
            callAfter(0);
        }
    }
}
