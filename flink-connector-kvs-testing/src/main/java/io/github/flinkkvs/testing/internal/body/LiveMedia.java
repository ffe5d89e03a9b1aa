/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.testing.internal.body;

import io.github.flinkkvs.testing.behavior.Behavior;
import io.github.flinkkvs.testing.faults.AfterBreak;
import io.github.flinkkvs.testing.faults.Fault;
import io.github.flinkkvs.testing.internal.ebml.ServiceTags;
import io.github.flinkkvs.testing.internal.store.FragmentStore;
import io.github.flinkkvs.testing.internal.store.MediaStart;
import io.github.flinkkvs.testing.internal.store.StoredDocument;
import io.github.flinkkvs.testing.internal.streams.ServiceState;
import io.github.flinkkvs.testing.log.EndReason;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

import javax.annotation.Nullable;

import java.math.BigInteger;

/**
 * The bytes of a GetMedia body: the fragments after a start, each with the service's trailing Tags,
 * and in-band errors. Owned by the event loop of its connection.
 */
final class LiveMedia {
    private final ServiceState service;
    private final FragmentStore store;
    private final MediaStart start;
    private final BodyFaults faults;
    private final Pacing pacing;
    private final Listener listener;

    private BigInteger position;
    private boolean seeking = true;
    private boolean anyDelivered;
    @Nullable private StoredDocument current;
    private int offset;
    private int fragmentsDone;
    @Nullable private StoredDocument lastDone;
    private boolean repeating;

    /** Bytes that the service adds: trailing Tags, an error document. */
    @Nullable private ByteBuf extra;

    /** Set when the body is to end after {@link #extra}. */
    @Nullable private EndReason endBehindExtra;

    @Nullable private EndReason endBehindFragment;
    @Nullable private EndReason end;
    private long delayNanos;

    /** Observes each fragment. */
    interface Listener {
        /** Its delivery begins; its bytes follow as they arrive. */
        void taken(StoredDocument fragment);

        /** Its first byte is returned next. */
        void started(StoredDocument fragment);

        /** All its bytes were returned before. */
        void done(StoredDocument fragment);
    }

    LiveMedia(
            ServiceState service,
            FragmentStore store,
            MediaStart start,
            BodyFaults faults,
            Pacing pacing,
            Listener listener) {
        this.service = service;
        this.store = store;
        this.start = start;
        this.position = start.after;
        this.faults = faults;
        this.pacing = pacing;
        this.listener = listener;
        if (start.errorId != 0) {
            error(start.errorId, behavior().notFoundCode(), start.after.toString());
        }
    }

    private Behavior behavior() {
        return service.behavior();
    }

    /**
     * The next bytes.
     *
     * @return null if there are none now, or none before {@link #delayNanos()}, or no more because
     *     of {@link #end()}
     */
    @Nullable
    ByteBuf next(int max) {
        delayNanos = 0;
        while (end == null) {
            if (extra != null) {
                if (extra.isReadable()) {
                    return extra.readRetainedSlice(Math.min(max, extra.readableBytes()));
                }
                extra = null;
                if (endBehindExtra != null) {
                    end = endBehindExtra;
                } else {
                    fragmentDone();
                }
                continue;
            }
            if (current == null) {
                if (!takeNext()) {
                    return null;
                }
                continue;
            }
            // Asked before the bytes are read: what arrives in between is seen in the next round.
            boolean open = current.open();
            ByteBuf bytes = current.slice(offset, max);
            if (bytes != null) {
                if (offset == 0) {
                    listener.started(current);
                }
                offset += bytes.readableBytes();
                return bytes;
            }
            if (open) {
                return null;
            }
            endOfStored();
        }
        return null;
    }

    /** How long to wait before the next fragment may start; 0 if the quota does not delay it. */
    long delayNanos() {
        return delayNanos;
    }

    /** Why the body is over; null if it is not. */
    @Nullable
    EndReason end() {
        return end;
    }

    boolean inFragment() {
        return current != null;
    }

    /** Ends the body after the fragment that is being delivered. */
    void endBehindFragment(EndReason reason) {
        endBehindFragment = reason;
    }

    /** After the last stored byte of a fragment. */
    private void endOfStored() {
        AfterBreak afterBreak = current.afterBreak();
        if (afterBreak == AfterBreak.END_OF_BODY) {
            end = EndReason.BROKEN_FRAGMENT;
        } else if (afterBreak == AfterBreak.NEXT_FRAGMENT) {
            position = current.sequence();
            current = null;
        } else {
            extra =
                    Unpooled.wrappedBuffer(
                            current.trailingTags(
                                    store.millisBehindNow(current, behavior().millisBehindNow())));
        }
    }

    private void fragmentDone() {
        listener.done(current);
        position = position.max(current.sequence());
        lastDone = current;
        current = null;
        repeating = false;
        fragmentsDone++;
        end = endBehindFragment;
    }

    /** Moves to the next fragment, or to an error in its place; false if there is none now. */
    private boolean takeNext() {
        Fault errorTag = faults.errorTag(fragmentsDone);
        if (errorTag != null) {
            error(errorTag.number(), errorTag.text(), null);
            return true;
        }
        if (lastDone != null && !repeating && faults.repeat(fragmentsDone)) {
            repeating = true;
            take(lastDone);
            return true;
        }
        MediaStart overtaken =
                anyDelivered ? store.overtaken(position, behavior().overtakenReader()) : null;
        if (overtaken != null) {
            error(overtaken.errorId, behavior().notFoundCode(), position.toString());
            return true;
        }
        StoredDocument next = store.next(position, behavior().delivery());
        while (next != null && seeking && !start.first.test(next)) {
            position = next.sequence();
            next = store.next(position, behavior().delivery());
        }
        if (next == null) {
            return false;
        }
        delayNanos = pacing.startFragment(service.limits().fragmentsPerSecond());
        if (delayNanos > 0) {
            return false;
        }
        seeking = false;
        take(next);
        return true;
    }

    private void take(StoredDocument fragment) {
        current = fragment;
        offset = 0;
        anyDelivered = true;
        listener.taken(fragment);
    }

    private void error(int id, String code, @Nullable String number) {
        extra =
                Unpooled.wrappedBuffer(
                        ServiceTags.error(id, code, number, behavior().errorDocument()));
        endBehindExtra = EndReason.IN_BAND_ERROR;
    }
}
