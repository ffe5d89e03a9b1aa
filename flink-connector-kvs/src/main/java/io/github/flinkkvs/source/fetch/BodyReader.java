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
import io.github.flinkkvs.source.fetch.Fetch.Outcome;

import javax.annotation.Nullable;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * Parses a body piece by piece: {@link #read} in the thread that delivers the bytes, without the
 * reader lock, then {@link #handOver} of the results, with the lock held.
 */
final class BodyReader implements FragmentHandler {

    /** Null once the fetch is over: the network may keep the fetch for longer than its bytes. */
    @Nullable private FragmentAssembler assembler;

    /** The results of the last piece, in order. */
    private final List<Function<Fetch.Sink, Outcome>> found = new ArrayList<>();

    @Nullable private ServiceError error;
    @Nullable private MkvException problem;

    // The state of the assembler after the last piece.
    private boolean inFragment;
    @Nullable private PartialFragment open;
    private long openBytes;
    private int heldBytes;

    private boolean progress;

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

    /**
     * Hands over the results of the last piece.
     *
     * @return false if the stream is over with it
     */
    boolean handOver(Fetch.Sink sink) {
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
        for (Function<Fetch.Sink, Outcome> each : found) {
            Outcome outcome = each.apply(sink);
            if (outcome == Outcome.OVER) {
                return false;
            }
            progress |= outcome == Outcome.PROGRESS;
        }
        return true;
    }

    /** Forgets the results of the last piece. */
    void clear() {
        found.clear();
    }

    /** Leaves the bytes of the open fragment to the garbage collector. */
    void release() {
        assembler = null;
    }

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

    /** Whether reading has made progress. */
    boolean hasProgress() {
        return progress;
    }

    @Override
    public void onFrame(FrameRecord frame) {
        found.add(sink -> sink.onFrame(frame));
    }

    @Override
    public void onDamagedBlock(
            FragmentHead fragment, long trackNumber, int frames, MkvException damage) {
        found.add(
                sink -> {
                    sink.onDamagedBlock(fragment, trackNumber, frames, damage);
                    return Outcome.NO_PROGRESS;
                });
    }

    @Override
    public void onFragment(Fragment fragment) {
        found.add(sink -> sink.onFragment(fragment));
    }

    @Override
    public void onServiceError(ServiceError serviceError) {
        error = serviceError;
    }
}
