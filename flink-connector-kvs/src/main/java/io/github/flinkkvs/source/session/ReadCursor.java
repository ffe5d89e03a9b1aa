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

import java.util.OptionalLong;

/**
 * How far a session has read its stream, and where it continues. The cursor is ahead of the split's
 * state by the events that wait to be emitted. Guarded by the reader lock.
 */
final class ReadCursor {

    /** {@link #readUpToMillis()} of a stream about which nothing is known. */
    static final long UNREAD = Long.MIN_VALUE;

    private StreamArn arn;
    private StartingPosition start;
    private FragmentGate gate;
    @Nullable private Long caughtUpMillis;

    /** Whether a call has begun at "now"; from then on it is a server timestamp. */
    private boolean nowIsOver;

    /** Where the next fetch begins instead of at the position, until a fragment passes. */
    @Nullable private StartingPosition detour;

    /** Whether the detour skips a gap that was reported. */
    private boolean overGap;

    /** The open fragment whose rest is lost in that gap; null if there was none. */
    @Nullable private FragmentNumber openBeforeGap;

    /** The highest fragment that was in the way. */
    @Nullable private FragmentNumber passedOver;

    /** The fragment after the last one, if some of its frames have passed; else null. */
    @Nullable private OpenFragment open;

    /** The state after the events that were taken. */
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

    /** Where the next fetch begins. */
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
        // The service begins after a fragment or at a time; the gate leaves out what is too early.
        return start.kind() == Kind.AT_FRAGMENT ? timeOrEarliest() : start.delayed();
    }

    private StartingPosition timeOrEarliest() {
        long millis = timeOf(start.fragmentNumber());
        // Others may have the same time, and the service may begin with the last of them.
        return millis == UNREAD ? StartingPosition.earliest() : atServerTimestamp(millis - 1);
    }

    private static StartingPosition after(FragmentNumber number) {
        return StartingPosition.of(Kind.AFTER_FRAGMENT, null, number);
    }

    private static StartingPosition atServerTimestamp(long millis) {
        return StartingPosition.of(Kind.SERVER_TIMESTAMP, millis, null);
    }

    /** Whether the next fetch skips a gap that was reported. */
    boolean isOverGap() {
        // Another fragment whose frames passed lies after the gap, if its number contains its time.
        return overGap
                && (open == null
                        || open.number().equals(openBeforeGap)
                        || timeOf(open.number()) == UNREAD);
    }

    /**
     * All wanted media that the service received before this server timestamp was read; {@link
     * #UNREAD} if nothing is known.
     */
    long readUpToMillis() {
        long millis = caughtUpMillis == null ? UNREAD : caughtUpMillis;
        if (gate.last() != null) {
            millis = Math.max(millis, gate.last().serverTimestampMillis());
        } else if (start.fragmentNumber() != null) {
            millis = Math.max(millis, timeOf(start.fragmentNumber()));
        }
        // The rest of the open fragment must still be read, so the fragment must still be there.
        return open == null ? millis : Math.max(millis, timeOf(open.number()));
    }

    private static long timeOf(FragmentNumber number) {
        return number.serverTimestampHint().orElse(UNREAD);
    }

    /**
     * Unread media begins at this server timestamp or later; at {@link #UNREAD} if it begins with
     * the oldest fragment. Empty if only GetMedia knows where it begins.
     */
    OptionalLong unreadFromMillis() {
        boolean byProducer = startsByProducerTime();
        long millis = UNREAD;
        if (caughtUpMillis != null
                && !(byProducer && caughtUpMillis.equals(start.timestampMillis()))) {
            // Not the start itself, which is a time of the producer's clock.
            millis = caughtUpMillis;
        }
        if (gate.last() != null) {
            millis = Math.max(millis, gate.last().serverTimestampMillis());
        } else if (byProducer || start.kind() == Kind.NOW && !nowIsOver) {
            return OptionalLong.empty();
        } else {
            millis = Math.max(millis, timeOf(start));
        }
        if (open != null) {
            millis = Math.max(millis, timeOf(open.number()));
        }
        if (detour != null) {
            return OptionalLong.of(Math.max(millis, timeOf(detour)));
        }
        boolean atUnknownTime =
                millis == UNREAD && !(gate.last() == null && start.kind() == Kind.EARLIEST);
        return atUnknownTime ? OptionalLong.empty() : OptionalLong.of(millis);
    }

    private static long timeOf(StartingPosition position) {
        switch (position.kind()) {
            case AFTER_FRAGMENT:
            case AT_FRAGMENT:
                return timeOf(position.fragmentNumber());
            case EARLIEST:
                return UNREAD;
            default:
                return position.timestampMillis();
        }
    }

    /** Judges listed fragments as they will be judged when their media comes. */
    LookAhead lookAhead() {
        return new LookAhead(gate.copy(), open);
    }

    /** Whether unread media may have been deleted. */
    boolean hasExpired(StreamDescription stream) {
        return readUpToMillis() < stream.oldestRetainedMillis();
    }

    /** Whether a call for "now" was answered so late that it may have missed media. */
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
            // There may be more of them than one call delivers: the next call continues after it.
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
     * The open fragment, if another one arrives instead, so that its rest is lost. Null otherwise.
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

    /** The rest of the open fragment is not read. */
    void leaveOpen() {
        open = null;
        gate.begin();
    }

    private void endDetour() {
        detour = null;
        overGap = false;
    }

    /** Whether the next fetch begins elsewhere than at the position. */
    boolean isOnDetour() {
        return detour != null;
    }

    /**
     * All wanted media that the service had at this moment of its clock was read.
     *
     * @return false if that was already known, as before a start in the future
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

    /** Judges a fragment that is being received, without making it pass. */
    FragmentGate.Verdict judge(PartialFragment fragment) {
        return judge(fragment.number(), fragment.serverMillis(), fragment.producerMillis());
    }

    /** Whether frames of this fragment may pass. */
    boolean wants(FragmentHead fragment) {
        FragmentGate.Verdict verdict =
                judge(
                        fragment.number(),
                        fragment.serverTimestampMillis(),
                        fragment.producerTimestampMillis());
        return verdict == FragmentGate.Verdict.EMIT || verdict == FragmentGate.Verdict.EMIT_LAST;
    }

    /** Continues after a fragment that would pass, but cannot be read. */
    void skip(FragmentPosition bad) {
        endDetour();
        open = null;
        gate.skip(bad);
    }

    /**
     * Continues after a fragment that would not pass, and cannot be read either: it is merely in
     * the way.
     *
     * @return whether no detour has come this far before
     */
    boolean passOver(FragmentNumber inTheWay) {
        detour = after(inTheWay);
        if (passedOver != null && inTheWay.compareTo(passedOver) <= 0) {
            return false;
        }
        passedOver = inTheWay;
        return true;
    }

    /**
     * Goes around a position that the service does not find, although no unread media was deleted.
     */
    void goAroundPosition(StreamDescription stream) {
        // The producer's clock does not show where the service keeps a fragment.
        boolean knowsServerTime = gate.last() != null || !startsByProducerTime();
        // The gate leaves out what was read before.
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

    /** Continues with the oldest fragment, after a gap. */
    void skipToEarliest() {
        skipTo(StartingPosition.earliest());
    }

    /** Continues from a server timestamp, after a gap. */
    void skipToServerTimestamp(long millis) {
        gate.skipToServerTimestamp(millis);
        skipTo(atServerTimestamp(millis));
    }

    private void skipTo(StartingPosition afterGap) {
        overGap = true;
        openBeforeGap = open == null ? null : open.number();
        detour = afterGap;
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

    /** Goes back to the end of the taken events and of those that must still be taken. */
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

    /** The position, for messages. */
    @Override
    public String toString() {
        FragmentNumber after = gate.resumeAfter();
        return "Stream " + arn + (after == null ? ", from " + start : ", after fragment " + after);
    }
}
