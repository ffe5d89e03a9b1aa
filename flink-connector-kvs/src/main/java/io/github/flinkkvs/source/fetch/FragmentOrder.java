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
import io.github.flinkkvs.mkv.ServiceError;

import javax.annotation.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/**
 * The fragments that were requested and not handed over, in the order of their numbers, whatever
 * order bodies have. Guarded by the reader lock.
 */
final class FragmentOrder {

    /** What is known of a requested fragment. */
    static final class Slot {

        private final ArchivedFragment fragment;
        private final List<BodyResult> results = new ArrayList<>();
        private boolean complete;
        @Nullable private ServiceError error;

        /** At which length of it, between elements, the last body ended; -1 if none did. */
        private long endedAt = -1;

        private int endings;
        private boolean missed;

        private Slot(ArchivedFragment fragment) {
            this.fragment = fragment;
        }

        ArchivedFragment fragment() {
            return fragment;
        }

        FragmentNumber number() {
            return fragment.number();
        }

        /** The fragment as the list describes it. */
        PartialFragment listed() {
            return new PartialFragment(
                    fragment.number(),
                    fragment.serverTimestampMillis(),
                    fragment.producerTimestampMillis());
        }

        /** What the service sent in its place; null if it sent nothing. */
        @Nullable
        ServiceError error() {
            return error;
        }

        /** Whether it can be handed over, or its error reported. */
        boolean isDone() {
            return complete || error != null;
        }

        /** How often a body ended with it. */
        int endings() {
            return endings;
        }

        /** A body had later fragments, and not this one. */
        void miss() {
            missed = true;
        }

        boolean wasMissed() {
            return missed;
        }
    }

    private final TreeMap<FragmentNumber, Slot> slots = new TreeMap<>();

    /** Bytes of memory that results keep: of complete fragments, and of others. */
    private long completeBytes;

    private long partialBytes;

    void expect(ArchivedFragment fragment) {
        slots.put(fragment.number(), new Slot(fragment));
    }

    void forget(ArchivedFragment fragment) {
        Slot slot = slots.remove(fragment.number());
        if (slot != null) {
            drop(slot);
        }
    }

    /** The slot of a fragment; null if it is not expected. */
    @Nullable
    Slot get(@Nullable FragmentNumber number) {
        return number == null ? null : slots.get(number);
    }

    /** Takes something of a fragment; ignores what is not expected, or expected no more. */
    void take(BodyResult result) {
        Slot slot = get(result.number());
        if (slot == null || slot.isDone()) {
            return;
        }
        slot.results.add(result);
        partialBytes += result.retainedBytes();
        if (result.fragment() != null) {
            slot.complete = true;
            partialBytes -= bytesOf(slot);
            completeBytes += bytesOf(slot);
        }
    }

    /** The service sent an error in place of a fragment. */
    void fail(Slot slot, ServiceError error) {
        drop(slot);
        slot.error = error;
    }

    /**
     * A body ended with this fragment, and nothing in it shows whether it is complete. It is, if
     * the body before ended with it at the same length: that no cut does twice.
     *
     * @param last the end of the fragment, and what precedes it in the same way
     */
    void takeLast(Slot slot, List<BodyResult> last) {
        long length = last.get(last.size() - 1).fragment().sizeBytes();
        if (slot.endedAt == length) {
            last.forEach(this::take);
        }
        slot.endedAt = length;
        slot.endings++;
    }

    /** The lowest one; null if there is none. */
    @Nullable
    Slot first() {
        return slots.isEmpty() ? null : slots.firstEntry().getValue();
    }

    /** The lowest one that is neither complete nor failed; null if there is none. */
    @Nullable
    Slot firstToCome() {
        return slots.values().stream().filter(slot -> !slot.isDone()).findFirst().orElse(null);
    }

    /**
     * Removes the lowest one, which is complete.
     *
     * @return everything of the fragment, in order
     */
    List<BodyResult> removeFirst() {
        Slot slot = slots.pollFirstEntry().getValue();
        List<BodyResult> results = List.copyOf(slot.results);
        drop(slot);
        return results;
    }

    boolean isEmpty() {
        return slots.isEmpty();
    }

    /** Drops what is not complete: its body is over. */
    void dropPartial() {
        slots.values().stream().filter(slot -> !slot.complete).forEach(this::drop);
    }

    /** Drops everything that waits for its turn; it must be requested again. */
    void dropAll() {
        slots.values().forEach(this::drop);
    }

    private void drop(Slot slot) {
        if (slot.complete) {
            completeBytes -= bytesOf(slot);
        } else {
            partialBytes -= bytesOf(slot);
        }
        slot.complete = false;
        slot.results.clear();
    }

    private static long bytesOf(Slot slot) {
        return slot.results.stream().mapToLong(BodyResult::retainedBytes).sum();
    }

    /** Bytes of memory that complete fragments keep which wait for their turn. */
    long completeBytes() {
        return completeBytes;
    }

    /** Bytes of memory that results keep. */
    long heldBytes() {
        return completeBytes + partialBytes;
    }
}
