/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.source.fetch;

import io.github.flinkkvs.client.media.ArchivedFragment;
import io.github.flinkkvs.mkv.FragmentNumber;
import io.github.flinkkvs.source.fetch.FetchEnd.How;
import io.github.flinkkvs.source.fetch.FragmentOrder.Slot;

import javax.annotation.Nullable;

import java.util.List;

/**
 * One GetMediaForFragmentList call: what was requested, and what its body has shown. Guarded by the
 * reader lock.
 */
final class ArchiveBatch {

    /** After this many bodies that end with a fragment, each at another length, it is cut off. */
    private static final int MAX_ENDINGS = 3;

    /** A rest of this size is cheaper to read than another connection. */
    private static final long SMALL_REST_BYTES = 64 << 10;

    /** After so many pieces, a rest is not small. */
    private static final int SMALL_REST_PIECES = 16;

    private final List<ArchivedFragment> fragments;
    private final boolean alone;
    private final boolean hasSmallRest;
    private final BodyCall call;
    private final ArchivePace.Spending spending;
    private final FragmentOrder order;

    /** The fragment of the last result, and the slot for it when its first result came. */
    @Nullable private FragmentNumber taking;

    @Nullable private Slot takingInto;

    /**
     * The last fragment, until the number of what follows it is known: the service may send an
     * error for it after a part of it.
     */
    @Nullable private BodyResult unconfirmed;

    /** The highest fragment that the body has shown. */
    @Nullable private FragmentNumber highest;

    /** How many pieces came after everything was read. */
    private int restPieces;

    /**
     * @param fragments in order; not empty
     * @param successor the fragment after them, which was requested, too; null if there is none
     * @param alone whether this is a further attempt for a single fragment
     * @param spending the points that the call costs
     * @param order where the fragments are expected
     */
    ArchiveBatch(
            List<ArchivedFragment> fragments,
            @Nullable ArchivedFragment successor,
            boolean alone,
            BodyCall call,
            ArchivePace.Spending spending,
            FragmentOrder order) {
        this.fragments = fragments;
        this.alone = alone;
        this.hasSmallRest = successor != null && successor.sizeBytes() <= SMALL_REST_BYTES;
        this.call = call;
        this.spending = spending;
        this.order = order;
    }

    List<ArchivedFragment> fragments() {
        return fragments;
    }

    boolean isAlone() {
        return alone;
    }

    BodyCall call() {
        return call;
    }

    ArchivePace.Spending spending() {
        return spending;
    }

    /** Whether a number, the lowest that is expected, was requested with this batch. */
    boolean hasLowest(FragmentNumber number) {
        return number.compareTo(fragments.get(0).number()) >= 0;
    }

    /** Whether all its fragments were handed over. */
    boolean isRead() {
        Slot first = order.first();
        FragmentNumber last = fragments.get(fragments.size() - 1).number();
        return first == null || first.number().compareTo(last) > 0;
    }

    /**
     * Everything was read: whether the body is read to its end all the same, so that its connection
     * can be used again. Counts a piece.
     */
    boolean readsRest() {
        return hasSmallRest && call.body().problem() == null && restPieces++ < SMALL_REST_PIECES;
    }

    /** Takes the results of a piece. */
    void takePiece() {
        call.body().results().forEach(this::take);
        if (call.body().problem() != null) {
            confirm();
        }
        if (call.body().open() != null) {
            confirm();
            show(call.body().open().number());
        }
    }

    private void take(BodyResult result) {
        boolean failsLast =
                unconfirmed != null
                        && result.error() != null
                        && unconfirmed.number().equals(result.number());
        if (failsLast) {
            unconfirmed = null;
        }
        confirm();
        if (result.number() != null) {
            show(result.number());
        }
        if (result.error() == null) {
            takeMedia(result);
            return;
        }
        Slot slot = result.number() == null ? order.firstToCome() : order.get(result.number());
        if (slot != null && !slot.isDone()) {
            order.fail(slot, result.error());
        }
    }

    /** Takes media of a fragment that is expected, and was expected when it began. */
    private void takeMedia(BodyResult result) {
        Slot slot = order.get(result.number());
        if (!result.number().equals(taking)) {
            taking = result.number();
            takingInto = slot;
        }
        // Expected since then, it would be taken without its first frames.
        if (slot != null && slot == takingInto) {
            if (result.fragment() == null) {
                order.take(result);
            } else {
                unconfirmed = result;
            }
        }
    }

    private void confirm() {
        if (unconfirmed != null) {
            order.take(unconfirmed);
            unconfirmed = null;
        }
    }

    /** Bytes of memory that this keeps, beside what the order keeps. */
    long heldBytes() {
        return call.body().heldBytes() + (unconfirmed == null ? 0 : unconfirmed.retainedBytes());
    }

    private void show(FragmentNumber number) {
        if (highest == null || number.compareTo(highest) > 0) {
            highest = number;
        }
    }

    /** The body ended: takes its last fragment, if that may be complete. */
    void takeLast() {
        confirm();
        BodyReader body = call.body();
        Slot last = open();
        if (last != null && body.completeLast()) {
            order.takeLast(last, body.results());
            body.clear();
        }
    }

    /** The expected fragment with which the body ended; null if there is none. */
    @Nullable
    private Slot open() {
        PartialFragment open = call.body().open();
        return open == null ? null : order.get(open.number());
    }

    /**
     * What the end of the body means for the lowest fragment, which is not complete.
     *
     * @return how the fetch ends; null if the fragment is requested again, by itself
     */
    @Nullable
    How howEnded() {
        Slot first = order.first();
        if (first == open()) {
            boolean cut = !call.body().hasCompletedLast();
            return cut || first.endings() == MAX_ENDINGS ? How.BODY_ENDED : null;
        }
        if (!alone && highest != null && highest.compareTo(first.number()) > 0) {
            first.miss();
            return null;
        }
        return first.wasMissed() ? How.LOST : How.ENDED_BEFORE;
    }
}
