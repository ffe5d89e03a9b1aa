/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.source.reader;

import io.github.flinkkvs.client.streams.StreamArn;
import io.github.flinkkvs.client.streams.StreamDescription;
import io.github.flinkkvs.mkv.Fragment;
import io.github.flinkkvs.mkv.FragmentHead;
import io.github.flinkkvs.mkv.FragmentNumber;
import io.github.flinkkvs.mkv.FrameRecord;
import io.github.flinkkvs.source.StartingPosition;
import io.github.flinkkvs.source.split.FragmentPosition;
import io.github.flinkkvs.source.split.KvsSplit;
import io.github.flinkkvs.source.split.OpenFragment;

import software.amazon.awssdk.services.kinesisvideomedia.model.StartSelector;
import software.amazon.awssdk.services.kinesisvideomedia.model.StartSelectorType;

import javax.annotation.Nullable;

import java.time.Instant;

/**
 * How far a session has read its stream, and what to ask the service for next. Ahead of the split's
 * state by what waits to be emitted. Guarded by the reader lock.
 */
final class ReadCursor {

    /** {@link #readUpToMillis()} of a stream that nothing is known of. */
    static final long UNREAD = Long.MIN_VALUE;

    private StreamArn arn;
    private StartingPosition start;
    private FragmentGate gate;
    @Nullable private Long caughtUpMillis;

    /** Whether "now" was asked for once; from then on it is a server timestamp. */
    private boolean nowIsOver;

    /** Replaces the position as what to ask for, until a fragment passes. */
    @Nullable private StartSelector detour;

    /** Whether the detour leads over a gap that was told of. */
    private boolean overGap;

    /** The highest fragment that was in the way. */
    @Nullable private FragmentNumber passedOver;

    /** Behind the last fragment, one of which frames were passed on; null if there is none. */
    @Nullable private OpenFragment open;

    // How far what the fetcher took reaches.
    @Nullable private FragmentPosition taken;
    @Nullable private OpenFragment takenOpen;
    @Nullable private Long takenCaughtUpMillis;

    ReadCursor(KvsSplit split) {
        this.arn = split.arn();
        this.start = split.start();
        this.gate = new FragmentGate(split.start(), split.stop(), split.position());
        this.caughtUpMillis = split.caughtUpMillis();
        this.open = split.open();
        this.taken = split.position();
        this.takenOpen = split.open();
        this.takenCaughtUpMillis = split.caughtUpMillis();
    }

    StreamArn arn() {
        return arn;
    }

    FragmentGate gate() {
        return gate;
    }

    /** What to ask the service for. */
    StartSelector next() {
        if (detour != null) {
            return detour;
        }
        FragmentNumber after = gate.resumeAfter();
        if (after != null) {
            return after(after);
        }
        switch (start.kind()) {
            case NOW:
                if (!nowIsOver) {
                    nowIsOver = true;
                    return of(StartSelectorType.NOW);
                }
                return of(StartSelectorType.SERVER_TIMESTAMP, start.timestampMillis());
            case SERVER_TIMESTAMP:
                return of(StartSelectorType.SERVER_TIMESTAMP, start.timestampMillis());
            case PRODUCER_TIMESTAMP:
                return of(StartSelectorType.PRODUCER_TIMESTAMP, start.timestampMillis());
            default:
                return of(StartSelectorType.EARLIEST);
        }
    }

    private static StartSelector after(FragmentNumber number) {
        return StartSelector.builder()
                .startSelectorType(StartSelectorType.FRAGMENT_NUMBER)
                .afterFragmentNumber(number.toString())
                .build();
    }

    private static StartSelector of(StartSelectorType type) {
        return StartSelector.builder().startSelectorType(type).build();
    }

    private static StartSelector of(StartSelectorType type, long millis) {
        return StartSelector.builder()
                .startSelectorType(type)
                .startTimestamp(Instant.ofEpochMilli(millis))
                .build();
    }

    /** Whether what is asked for next leads over a gap that was told of. */
    boolean isOverGap() {
        // A fragment of which frames passed is behind the gap, if only it tells where it stands.
        return overGap && (open == null || timeOf(open.number()) == UNREAD);
    }

    /**
     * Everything that is wanted, and that the service received before this server timestamp, was
     * read; {@link #UNREAD} if nothing is known.
     */
    long readUpToMillis() {
        long millis = caughtUpMillis == null ? UNREAD : caughtUpMillis;
        if (gate.last() != null) {
            millis = Math.max(millis, gate.last().serverTimestampMillis());
        } else if (start.kind() == StartingPosition.Kind.AFTER_FRAGMENT) {
            millis = Math.max(millis, timeOf(start.fragmentNumber()));
        }
        // Of the open fragment the rest is to be read, so it has to be there still.
        return open == null ? millis : Math.max(millis, timeOf(open.number()));
    }

    private static long timeOf(FragmentNumber number) {
        return number.serverTimestampHint().orElse(UNREAD);
    }

    /** Whether something may have been deleted that was not read. */
    boolean hasExpired(StreamDescription stream) {
        return readUpToMillis() < stream.oldestRetainedMillis();
    }

    /** Whether a call for "now" was answered later than that, and may have missed something. */
    boolean isTooLateForNow(StartSelector asked, long serviceTimeMillis) {
        return asked.startSelectorType() == StartSelectorType.NOW
                && serviceTimeMillis > start.timestampMillis();
    }

    // ---- moving ----------------------------------------------------------------------------

    FragmentGate.Verdict check(Fragment fragment) {
        FragmentGate.Verdict verdict =
                isBeforeOpen(fragment.number())
                        ? FragmentGate.Verdict.TOO_EARLY
                        : gate.check(fragment);
        if (verdict == FragmentGate.Verdict.EMIT) {
            endDetour();
            open = null;
        } else if (verdict == FragmentGate.Verdict.TOO_EARLY || detour != null) {
            // There may be more of them than a call brings: the next one goes on behind it.
            detour = after(fragment.number());
        }
        return verdict;
    }

    /** Judges a frame; if it is to be emitted, it has passed. */
    FragmentGate.Verdict check(FrameRecord frame) {
        FragmentHead fragment = frame.fragment();
        FragmentGate.Verdict verdict =
                judge(
                        fragment.number(),
                        fragment.serverTimestampMillis(),
                        fragment.producerTimestampMillis());
        if (verdict != FragmentGate.Verdict.EMIT && verdict != FragmentGate.Verdict.EMIT_LAST) {
            return verdict;
        }
        int index = frame.frame().index();
        if (open != null && open.number().equals(fragment.number()) && index < open.frames()) {
            return FragmentGate.Verdict.DUPLICATE;
        }
        open = new OpenFragment(fragment.number(), index + 1);
        return verdict;
    }

    private FragmentGate.Verdict judge(
            FragmentNumber number, long serverMillis, long producerMillis) {
        return isBeforeOpen(number)
                ? FragmentGate.Verdict.TOO_EARLY
                : gate.judge(number, serverMillis, producerMillis);
    }

    /**
     * The fragment that was open, if another one comes in its place: the rest of it is lost. Null
     * otherwise.
     */
    @Nullable
    OpenFragment leftBehindBy(FragmentNumber next) {
        return open != null && next.compareTo(open.number()) > 0 ? open : null;
    }

    /** Reading began with the open fragment, or was at it already. */
    private boolean isBeforeOpen(FragmentNumber number) {
        return open != null
                && number.compareTo(open.number()) < 0
                && (gate.last() == null || number.compareTo(gate.last().number()) > 0);
    }

    /** Nothing more is to be read of the open fragment. */
    void leaveOpen() {
        open = null;
        gate.begin();
    }

    private void endDetour() {
        detour = null;
        overGap = false;
    }

    /** Whether something in place of the position is asked for. */
    boolean isOnDetour() {
        return detour != null;
    }

    /**
     * Everything that is wanted was read that there was at this moment of the service's clock.
     *
     * @return false if that was known, as before a start in the future
     */
    boolean caughtUp(long serviceTimeMillis) {
        if (caughtUpMillis != null && serviceTimeMillis < caughtUpMillis) {
            return false;
        }
        caughtUpMillis = serviceTimeMillis;
        return true;
    }

    /** Whether the start is a time of the producer's clock, which may differ from the service's. */
    boolean startsByProducerTime() {
        return start.kind() == StartingPosition.Kind.PRODUCER_TIMESTAMP;
    }

    /** Judges a fragment that is being received; it does not pass by that. */
    FragmentGate.Verdict judge(PartialFragment fragment) {
        return judge(fragment.number(), fragment.serverMillis(), fragment.producerMillis());
    }

    /** Whether what is read of a fragment may pass. */
    boolean wants(FragmentHead fragment) {
        FragmentGate.Verdict verdict =
                judge(
                        fragment.number(),
                        fragment.serverTimestampMillis(),
                        fragment.producerTimestampMillis());
        return verdict == FragmentGate.Verdict.EMIT || verdict == FragmentGate.Verdict.EMIT_LAST;
    }

    /** Goes on behind a fragment that would pass, but cannot be read. */
    void skip(FragmentPosition bad) {
        endDetour();
        open = null;
        gate.skip(bad);
    }

    /**
     * Goes on behind a fragment that would not pass, and cannot be read either: it is merely in the
     * way.
     *
     * @return whether reading was never that far on a way around something
     */
    boolean passOver(FragmentNumber inTheWay) {
        detour = after(inTheWay);
        if (passedOver != null && inTheWay.compareTo(passedOver) <= 0) {
            return false;
        }
        passedOver = inTheWay;
        return true;
    }

    /** Goes around a position that is not there, though nothing unread was deleted. */
    void goAroundPosition(StreamDescription stream) {
        // What the producer's clock says tells nothing about where the service has a fragment.
        boolean knowsServerTime = gate.last() != null || !startsByProducerTime();
        // The gate leaves out what was read.
        detour =
                knowsServerTime && gate.positionMillis() >= stream.oldestRetainedMillis()
                        ? of(StartSelectorType.SERVER_TIMESTAMP, gate.positionMillis())
                        : of(StartSelectorType.EARLIEST);
    }

    /**
     * Asks for the oldest fragment where the service knows none of a timestamp: how it matches them
     * is not documented, and the gate leaves out what is too early.
     *
     * @return false if the oldest fragment was asked for already
     */
    boolean goAroundTimestamp(StartSelector refused) {
        if (refused.startTimestamp() == null) {
            return false;
        }
        detour = of(StartSelectorType.EARLIEST);
        return true;
    }

    /** Goes on with the oldest fragment, over a gap. */
    void skipToEarliest() {
        overGap = true;
        detour = of(StartSelectorType.EARLIEST);
    }

    /** Goes on from a server timestamp, over a gap. */
    void skipToServerTimestamp(long millis) {
        overGap = true;
        gate.skipToServerTimestamp(millis);
        detour = of(StartSelectorType.SERVER_TIMESTAMP, millis);
    }

    /** Reads another stream of the same name from its beginning. */
    void switchTo(StreamArn newArn) {
        arn = newArn;
        start = StartingPosition.earliest();
        gate = new FragmentGate(start, gate.stop(), null);
        caughtUpMillis = null;
        endDetour();
        passedOver = null;
        open = null;
    }

    // ---- what the fetcher took -------------------------------------------------------------

    void onTaken(StreamEvent event) {
        if (event instanceof StreamEvent.FragmentArrived) {
            taken = ((StreamEvent.FragmentArrived) event).position();
            takenOpen = null;
        } else if (event instanceof StreamEvent.FrameArrived) {
            takenOpen = ((StreamEvent.FrameArrived) event).open();
        } else if (event instanceof StreamEvent.FragmentOver) {
            taken = ((StreamEvent.FragmentOver) event).position();
            takenOpen = null;
        } else if (event instanceof StreamEvent.CaughtUp) {
            takenCaughtUpMillis = ((StreamEvent.CaughtUp) event).serviceTimeMillis();
        } else {
            taken = null;
            takenOpen = null;
            takenCaughtUpMillis = null;
        }
    }

    /** Goes back to where what the fetcher took ends. */
    void rewindToTaken() {
        rewindTo(taken, takenOpen, takenCaughtUpMillis);
    }

    /** Goes back to the beginning of the stream. */
    void rewindToStart() {
        rewindTo(null, null, null);
    }

    private void rewindTo(
            @Nullable FragmentPosition position,
            @Nullable OpenFragment newOpen,
            @Nullable Long newCaughtUpMillis) {
        gate.rewindTo(position);
        open = newOpen;
        caughtUpMillis = newCaughtUpMillis;
        // The way around another position may begin behind this one.
        endDetour();
    }

    /** Where it is, for messages. */
    @Override
    public String toString() {
        FragmentNumber after = gate.resumeAfter();
        return "Stream " + arn + (after == null ? ", from " + start : ", after fragment " + after);
    }
}
