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
import io.github.flinkkvs.mkv.Fragment;
import io.github.flinkkvs.mkv.FragmentHead;
import io.github.flinkkvs.mkv.FragmentNumber;
import io.github.flinkkvs.mkv.FrameRecord;
import io.github.flinkkvs.source.StartingPosition;
import io.github.flinkkvs.source.StartingPosition.Kind;
import io.github.flinkkvs.source.fetch.PartialFragment;
import io.github.flinkkvs.source.split.FragmentPosition;
import io.github.flinkkvs.source.split.KvsSplit;
import io.github.flinkkvs.source.split.KvsSplitState;
import io.github.flinkkvs.source.split.OpenFragment;

import javax.annotation.Nullable;

/**
 * How far a session has read its stream, and where it goes on. It is ahead of the split's state by
 * the events that wait to be emitted. Guarded by the reader lock.
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

    /** Where the next fetch begins in place of the position, until a fragment passes. */
    @Nullable private StartingPosition detour;

    /** Whether the detour leads over a gap that was reported. */
    private boolean overGap;

    /** The highest fragment that was in the way. */
    @Nullable private FragmentNumber passedOver;

    /** The fragment behind the last one, if some of its frames have passed; else null. */
    @Nullable private OpenFragment open;

    /** As far as events were taken. */
    private final KvsSplitState taken;

    ReadCursor(KvsSplit split) {
        this.arn = split.arn();
        this.start = split.start();
        this.gate = new FragmentGate(split.start(), split.stop(), split.position());
        this.caughtUpMillis = split.caughtUpMillis();
        this.open = split.open();
        this.taken = new KvsSplitState(split);
    }

    StreamArn arn() {
        return arn;
    }

    FragmentGate gate() {
        return gate;
    }

    /** Where the next fetch is to begin. */
    StartingPosition next() {
        if (detour != null) {
            return detour;
        }
        FragmentNumber after = gate.resumeAfter();
        if (after != null) {
            return after(after);
        }
        if (start.kind() == Kind.NOW && !nowIsOver) {
            nowIsOver = true;
            return start;
        }
        return start.delayed();
    }

    private static StartingPosition after(FragmentNumber number) {
        return StartingPosition.of(Kind.AFTER_FRAGMENT, null, number);
    }

    private static StartingPosition atServerTimestamp(long millis) {
        return StartingPosition.of(Kind.SERVER_TIMESTAMP, millis, null);
    }

    /** Whether the next fetch leads over a gap that was reported. */
    boolean isOverGap() {
        // A fragment whose frames passed is behind the gap, if its number tells its time.
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
        } else if (start.kind() == Kind.AFTER_FRAGMENT) {
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
    boolean isTooLateForNow(StartingPosition asked, long serviceTimeMillis) {
        return asked.kind() == Kind.NOW && serviceTimeMillis > start.timestampMillis();
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
        return start.kind() == Kind.PRODUCER_TIMESTAMP;
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

    /** Goes around a position that the service does not find, though nothing unread was deleted. */
    void goAroundPosition(StreamDescription stream) {
        // What the producer's clock says tells nothing about where the service has a fragment.
        boolean knowsServerTime = gate.last() != null || !startsByProducerTime();
        // The gate leaves out what was read.
        detour =
                knowsServerTime && gate.positionMillis() >= stream.oldestRetainedMillis()
                        ? atServerTimestamp(gate.positionMillis())
                        : StartingPosition.earliest();
    }

    /**
     * Asks for the oldest fragment where the service knows none of a timestamp: how it matches them
     * is not documented, and the gate leaves out what is too early.
     */
    void goAroundTimestamp() {
        detour = StartingPosition.earliest();
    }

    /** Goes on with the oldest fragment, over a gap. */
    void skipToEarliest() {
        overGap = true;
        detour = StartingPosition.earliest();
    }

    /** Goes on from a server timestamp, over a gap. */
    void skipToServerTimestamp(long millis) {
        overGap = true;
        gate.skipToServerTimestamp(millis);
        detour = atServerTimestamp(millis);
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

    // ---- what was taken --------------------------------------------------------------------

    /** An event was taken: it is never read again. */
    void onTaken(StreamEvent event) {
        event.applyTo(taken);
    }

    /** Goes back to the end of what was taken, and of the events that are to be taken still. */
    void rewindTo(Iterable<StreamEvent> stillToTake) {
        KvsSplitState to = new KvsSplitState(taken.toSplit());
        stillToTake.forEach(event -> event.applyTo(to));
        KvsSplit split = to.toSplit();
        gate.rewindTo(split.position());
        open = split.open();
        caughtUpMillis = split.caughtUpMillis();
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
