/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.fuzz;

import io.github.flinkkvs.mkv.Fragment;
import io.github.flinkkvs.mkv.FragmentHead;
import io.github.flinkkvs.mkv.FrameFilter;
import io.github.flinkkvs.mkv.FrameRecord;
import io.github.flinkkvs.mkv.ServiceError;
import io.github.flinkkvs.mkv.assembler.FragmentAssembler;
import io.github.flinkkvs.mkv.assembler.FragmentEnd;
import io.github.flinkkvs.mkv.assembler.FragmentHandler;
import io.github.flinkkvs.mkv.parser.MkvException;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntSupplier;

/** The output of an assembler for some bytes, in order. */
final class Assembly implements FragmentHandler {

    final List<Fragment> fragments = new ArrayList<>();
    final List<FrameRecord> frames = new ArrayList<>();

    /** Everything except the media: equal for the same bytes, however they are cut. */
    final List<Object> facts = new ArrayList<>();

    private final FragmentAssembler assembler;

    /** The bound on held bytes: this many for each byte that was fed, and a constant. */
    private final int heldPerByte;

    private final int heldBesides;

    private Assembly(FragmentAssembler assembler, int heldPerByte, int heldBesides) {
        this.assembler = assembler;
        this.heldPerByte = heldPerByte;
        this.heldBesides = heldBesides;
    }

    static Assembly of(
            byte[] media,
            IntSupplier pieceLengths,
            boolean keepMedia,
            int maxBytes,
            FragmentEnd fragmentEnd) {
        Assembly assembly =
                // Metadata is held twice, with at most 12 bytes of header for each 5.
                new Assembly(
                        new FragmentAssembler("stream", null, keepMedia, maxBytes, fragmentEnd),
                        4,
                        0);
        assembly.read(media, pieceLengths, fragmentEnd == FragmentEnd.NEXT_FRAGMENT);
        return assembly;
    }

    static Assembly ofFrames(
            byte[] media,
            IntSupplier pieceLengths,
            FrameFilter filter,
            int maxBytes,
            FragmentEnd fragmentEnd) {
        Assembly assembly =
                // And the head: an empty tag is an object for 3 bytes, an empty track one for 2,
                // of which there are 64 at most.
                new Assembly(
                        FragmentAssembler.ofFrames("stream", null, filter, maxBytes, fragmentEnd),
                        32,
                        16384);
        assembly.read(media, pieceLengths, fragmentEnd == FragmentEnd.NEXT_FRAGMENT);
        return assembly;
    }

    private void read(byte[] media, IntSupplier pieceLengths, boolean completeLast) {
        try {
            feed(media, pieceLengths);
            facts.add(assembler.isInFragment());
            facts.add(assembler.openFragmentBytes());
            if (completeLast) {
                assembler.completeLast(this);
            }
        } catch (MkvException e) {
            Check.that(e.offset() >= 0 && e.offset() <= media.length, e);
            facts.add(e.getMessage());
        }
        facts.add(assembler.fragmentOffset());
        facts.add(String.valueOf(assembler.openFragmentNumber()));
    }

    private void feed(byte[] media, IntSupplier pieceLengths) throws MkvException {
        int at = 0;
        while (at < media.length) {
            int end = Math.min(at + pieceLengths.getAsInt(), media.length);
            // A separate array, so that reading beyond the piece fails.
            ByteBuffer piece = ByteBuffer.wrap(Arrays.copyOfRange(media, at, end));
            assembler.feed(piece, this);
            Check.that(!piece.hasRemaining(), "feed left " + piece.remaining() + " bytes");
            at = end;
            Check.that(
                    assembler.heldBytes() <= heldPerByte * at + heldBesides,
                    "more held than was fed");
        }
    }

    @Override
    public void onFrame(FrameRecord frame) {
        frames.add(frame);
        facts.add(frame.toString());
    }

    @Override
    public void onDamagedBlock(
            FragmentHead fragment, long trackNumber, int count, MkvException problem) {
        facts.add(trackNumber + " " + count + " " + problem.getMessage());
    }

    @Override
    public void onFragment(Fragment fragment) {
        fragments.add(fragment);
        facts.add(Facts.of(fragment));
    }

    @Override
    public void onServiceError(ServiceError error) {
        facts.add(error.toString());
    }
}
