/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.source.session;

import io.github.flinkkvs.mkv.Fragment;
import io.github.flinkkvs.mkv.FragmentHead;
import io.github.flinkkvs.mkv.FragmentNumber;
import io.github.flinkkvs.mkv.FrameRecord;
import io.github.flinkkvs.mkv.parser.MkvException;
import io.github.flinkkvs.source.fetch.Fetch;
import io.github.flinkkvs.source.fetch.Fetch.Outcome;
import io.github.flinkkvs.source.metrics.KvsReaderMetrics;
import io.github.flinkkvs.source.metrics.StreamMetrics;
import io.github.flinkkvs.source.split.FragmentPosition;
import io.github.flinkkvs.source.split.OpenFragment;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import javax.annotation.Nullable;

/**
 * Takes each fragment, or each frame, once: what passes goes into the {@link EventQueue}. Guarded
 * by the reader lock.
 */
final class FragmentIntake implements Fetch.Sink {

    private static final Logger LOG = LoggerFactory.getLogger(FragmentIntake.class);

    private final ReadCursor cursor;
    private final Decisions decisions;
    private final EventQueue queue;

    /** Whether the source reads frames instead of fragments. */
    private final boolean byFrames;

    private final KvsReaderMetrics metrics;
    private final StreamMetrics streamMetrics;

    /** The head of the last frame's fragment. */
    @Nullable private StreamEvent.SharedHead lastHead;

    /** The fragment whose damage was logged last. */
    @Nullable private FragmentNumber lastDamaged;

    FragmentIntake(
            ReadCursor cursor,
            Decisions decisions,
            EventQueue queue,
            SessionSettings settings,
            StreamMetrics streamMetrics,
            KvsReaderMetrics metrics) {
        this.cursor = cursor;
        this.decisions = decisions;
        this.queue = queue;
        this.byFrames = settings.frames != null;
        this.metrics = metrics;
        this.streamMetrics = streamMetrics;
    }

    @Override
    public Outcome onFrame(FrameRecord frame) {
        leaveBehind(cursor, frame.fragment().number(), metrics);
        switch (cursor.check(frame)) {
            case DUPLICATE:
                metrics.onDuplicateFrame();
                return Outcome.NO_PROGRESS;
            case TOO_EARLY:
                return Outcome.NO_PROGRESS;
            case BEYOND_STOP:
                return Outcome.OVER;
            default:
                decisions.onFrame();
                metrics.onFrame(frame);
                if (lastHead == null || !lastHead.isOf(frame)) {
                    lastHead = new StreamEvent.SharedHead(frame.fragment());
                }
                queue.add(new StreamEvent.FrameArrived(queue.account(), frame, lastHead));
                return Outcome.PROGRESS;
        }
    }

    @Override
    public Outcome onFragment(Fragment fragment) {
        streamMetrics.onFragment(fragment, decisions.millisSince(fragment.serverTimestampMillis()));
        leaveBehind(cursor, fragment.number(), metrics);
        switch (cursor.check(fragment)) {
            case DUPLICATE:
                metrics.onDuplicate();
                return passOver();
            case TOO_EARLY:
                if (cursor.startsByProducerTime()) {
                    // Media that the service received before it is not wanted either.
                    queue.addCaughtUp(fragment.serverTimestampMillis());
                }
                return passOver();
            case BEYOND_STOP:
                return Outcome.OVER;
            case EMIT_LAST:
                emit(fragment);
                return Outcome.OVER;
            default:
                emit(fragment);
                return Outcome.PROGRESS;
        }
    }

    /**
     * Passes over a fragment that is not emitted. On the way to a wanted one, that is progress too.
     */
    private Outcome passOver() {
        if (!cursor.isOnDetour()) {
            return Outcome.NO_PROGRESS;
        }
        decisions.onPassedOver();
        return Outcome.PROGRESS;
    }

    private void emit(Fragment fragment) {
        decisions.onFragment(fragment);
        if (byFrames) {
            FragmentPosition position =
                    new FragmentPosition(fragment.number(), fragment.serverTimestampMillis());
            queue.add(new StreamEvent.FragmentOver(queue.account(), position));
        } else {
            metrics.onFragment(fragment);
            queue.add(new StreamEvent.FragmentArrived(queue.account(), fragment));
        }
        lastHead = null;
    }

    @Override
    public void onDamagedBlock(
            FragmentHead fragment, long trackNumber, int frames, MkvException problem) {
        if (!cursor.wants(fragment)) {
            return;
        }
        metrics.onDamagedFrames(frames);
        // One line per fragment: there may be a damaged block for every frame.
        if (!fragment.number().equals(lastDamaged)) {
            lastDamaged = fragment.number();
            LOG.warn(
                    "{}: frames of track {} of fragment {} cannot be read and are left out: {}",
                    cursor.arn().name(),
                    trackNumber,
                    fragment.number(),
                    problem.getMessage());
        }
    }

    @Override
    public void onReadUpTo(long serviceTimeMillis) {
        queue.addCaughtUp(serviceTimeMillis);
        streamMetrics.onReadUpTo(decisions.millisSince(serviceTimeMillis));
    }

    /** At this moment of the service's clock (epoch millis) there was nothing to read. */
    void onCaughtUp(long serviceTimeMillis) {
        decisions.onCaughtUp();
        queue.addCaughtUp(serviceTimeMillis);
        streamMetrics.onReadUpTo(0);
    }

    /** A fetch is over: the next one does not share fragment heads with it. */
    void onFetchOver() {
        lastHead = null;
    }

    /** If another fragment arrives instead of the open one, the rest of the open one is lost. */
    static void leaveBehind(ReadCursor cursor, FragmentNumber next, KvsReaderMetrics metrics) {
        OpenFragment left = cursor.leftBehindBy(next);
        if (left != null) {
            LOG.warn(
                    "{}: the service no longer has fragment {}, of which {} frames were read; going"
                            + " on with fragment {}",
                    cursor.arn().name(),
                    left.number(),
                    left.frames(),
                    next);
            metrics.onIncomplete();
            cursor.leaveOpen();
        }
    }
}
