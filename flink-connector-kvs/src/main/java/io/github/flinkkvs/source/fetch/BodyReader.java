/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.source.fetch;

import io.github.flinkkvs.mkv.Fragment;
import io.github.flinkkvs.mkv.FragmentHead;
import io.github.flinkkvs.mkv.FragmentNumber;
import io.github.flinkkvs.mkv.FrameRecord;
import io.github.flinkkvs.mkv.ServiceError;
import io.github.flinkkvs.mkv.assembler.FragmentAssembler;
import io.github.flinkkvs.mkv.assembler.FragmentHandler;
import io.github.flinkkvs.mkv.parser.MkvException;

import javax.annotation.Nullable;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Parses a body piece by piece: {@link #read} in the thread that delivers the bytes, without the
 * reader lock. Everything else with the lock held, after {@link #update}.
 */
final class BodyReader implements FragmentHandler {

    /** Null once the fetch is over: the network may keep the fetch for longer than its bytes. */
    @Nullable private FragmentAssembler assembler;

    private final List<BodyResult> results = new ArrayList<>();
    @Nullable private ServiceError error;
    @Nullable private MkvException problem;

    // The state of the assembler after the last piece.
    private boolean inFragment;
    private boolean completedLast;
    @Nullable private PartialFragment open;
    private long openBytes;
    private int heldBytes;

    BodyReader(FragmentAssembler assembler) {
        this.assembler = assembler;
    }

    /**
     * Parses a piece.
     *
     * @param arrivedMillis by the machine's clock
     * @param arrivedNanos by the monotonic clock
     */
    void read(ByteBuffer bytes, long arrivedMillis, long arrivedNanos) {
        try {
            assembler.feed(bytes, arrivedMillis, arrivedNanos, this);
        } catch (MkvException e) {
            problem = e;
        }
    }

    /** Takes over the state of the assembler after a piece. */
    void update() {
        inFragment = assembler.isInFragment();
        openBytes = assembler.openFragmentBytes();
        heldBytes = inFragment ? Math.max(assembler.heldBytes(), 1) : 0;
        FragmentNumber number = assembler.openFragmentNumber();
        open =
                number == null
                        ? null
                        : new PartialFragment(
                                number,
                                assembler.openServerTimestampMillis(),
                                assembler.openProducerTimestampMillis());
    }

    /**
     * The body ended: takes its open fragment for complete, although nothing follows it.
     *
     * @return false if it is not, since the body ends within an element of it
     */
    boolean completeLast() {
        try {
            assembler.completeLast(this);
            completedLast = true;
        } catch (MkvException e) {
            completedLast = false;
        }
        return completedLast;
    }

    /** Whether {@link #completeLast} found a fragment that may be complete. */
    boolean hasCompletedLast() {
        return completedLast;
    }

    /** The results of the last piece, in order. */
    List<BodyResult> results() {
        return results;
    }

    /** Whether a fragment became complete with the last piece. */
    boolean hasCompletedAny() {
        for (BodyResult result : results) {
            if (result.fragment() != null) {
                return true;
            }
        }
        return false;
    }

    /** Forgets the results of the last piece. */
    void clear() {
        results.clear();
    }

    /** Leaves the bytes of the open fragment to the garbage collector. */
    void release() {
        assembler = null;
    }

    /** The last error that the service sent in place of a fragment; null if it sent none. */
    @Nullable
    ServiceError error() {
        return error;
    }

    @Nullable
    MkvException problem() {
        return problem;
    }

    boolean isInFragment() {
        return inFragment;
    }

    /** The fragment that is being received; null if its number is not known. */
    @Nullable
    PartialFragment open() {
        return open;
    }

    /** How many bytes of that fragment have arrived. */
    long openBytes() {
        return openBytes;
    }

    /** Where in its fragment the bytes are bad. */
    long problemOffset() {
        return Math.max(problem.offset() - assembler.fragmentOffset(), 0);
    }

    /** Bytes kept of the incomplete fragment. */
    int heldBytes() {
        return heldBytes;
    }

    @Override
    public void onFrame(FrameRecord frame) {
        results.add(BodyResult.frame(frame));
    }

    @Override
    public void onDamagedBlock(
            FragmentHead fragment, long trackNumber, int frames, MkvException damage) {
        results.add(BodyResult.damage(fragment, trackNumber, frames, damage));
    }

    @Override
    public void onFragment(Fragment fragment) {
        results.add(BodyResult.fragment(fragment));
    }

    @Override
    public void onServiceError(ServiceError serviceError) {
        error = serviceError;
        results.add(BodyResult.error(serviceError));
    }
}
