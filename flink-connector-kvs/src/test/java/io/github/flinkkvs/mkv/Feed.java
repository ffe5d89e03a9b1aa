/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.mkv;

import io.github.flinkkvs.mkv.assembler.FragmentAssembler;
import io.github.flinkkvs.mkv.assembler.FragmentEnd;
import io.github.flinkkvs.mkv.assembler.FragmentHandler;
import io.github.flinkkvs.mkv.parser.MkvException;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.IntSupplier;

/** An assembler that is fed in pieces, and its output. */
public final class Feed implements FragmentHandler {

    public static final String STREAM = "camera";
    public static final String ARN =
            "arn:aws:kinesisvideo:eu-central-1:1:stream/camera/1700000000000";

    public final List<Fragment> fragments = new ArrayList<>();
    public final List<FrameRecord> frames = new ArrayList<>();
    public final List<ServiceError> errors = new ArrayList<>();

    /** Track, number of frames and problem of skipped blocks. */
    public final List<String> damaged = new ArrayList<>();

    public final FragmentAssembler assembler;

    /** The most bytes held after any piece. */
    public int mostHeld;

    public Feed(boolean keepMedia, int maxBytes) {
        assembler = new FragmentAssembler(STREAM, ARN, keepMedia, maxBytes);
    }

    public Feed(boolean keepMedia, int maxBytes, FragmentEnd fragmentEnd) {
        assembler = new FragmentAssembler(STREAM, ARN, keepMedia, maxBytes, fragmentEnd);
    }

    public Feed(boolean keepMedia, FragmentEnd fragmentEnd) {
        this(keepMedia, Integer.MAX_VALUE, fragmentEnd);
    }

    public Feed(boolean keepMedia) {
        this(keepMedia, Integer.MAX_VALUE);
    }

    public Feed(FrameFilter filter) {
        this(filter, Integer.MAX_VALUE);
    }

    public Feed(FrameFilter filter, int maxBytes) {
        this(filter, maxBytes, FragmentEnd.TRAILING_TAGS);
    }

    public Feed(FrameFilter filter, int maxBytes, FragmentEnd fragmentEnd) {
        assembler = FragmentAssembler.ofFrames(STREAM, ARN, filter, maxBytes, fragmentEnd);
    }

    public static Feed of(byte[] bytes) throws MkvException {
        return new Feed(true).all(bytes, bytes.length);
    }

    public static Fragment only(byte[] document) throws MkvException {
        List<Fragment> fragments = of(document).fragments;
        if (fragments.size() != 1) {
            throw new AssertionError(fragments);
        }
        return fragments.get(0);
    }

    public static Fragment onlyTagsOf(byte[] document) throws MkvException {
        return new Feed(false).all(document, document.length).fragments.get(0);
    }

    public Feed all(byte[] bytes, int pieceLength) throws MkvException {
        return all(bytes, () -> pieceLength);
    }

    public Feed all(byte[] bytes, IntSupplier pieceLengths) throws MkvException {
        return all(bytes, 0, bytes.length, pieceLengths);
    }

    public Feed all(byte[] bytes, int from, int to, IntSupplier pieceLengths) throws MkvException {
        int at = from;
        while (at < to) {
            int end = Math.min(at + Math.max(pieceLengths.getAsInt(), 1), to);
            // Each piece is a separate array, as from a network, so that reading beyond it fails.
            ByteBuffer piece = ByteBuffer.wrap(Arrays.copyOfRange(bytes, at, end));
            assembler.feed(piece, this);
            if (piece.hasRemaining()) {
                throw new AssertionError("feed left " + piece.remaining() + " bytes");
            }
            mostHeld = Math.max(mostHeld, assembler.heldBytes());
            at = end;
        }
        return this;
    }

    /** Lengths from one byte to some thousands, short ones more often. */
    public static IntSupplier randomPieces(long seed) {
        Random random = new Random(seed);
        return () -> 1 + random.nextInt(1 << random.nextInt(13));
    }

    @Override
    public void onFrame(FrameRecord frame) {
        frames.add(frame);
    }

    @Override
    public void onDamagedBlock(
            FragmentHead fragment, long trackNumber, int count, MkvException problem) {
        damaged.add(trackNumber + " " + count + " " + problem.getMessage());
    }

    @Override
    public void onFragment(Fragment fragment) {
        fragments.add(fragment);
    }

    @Override
    public void onServiceError(ServiceError error) {
        errors.add(error);
    }
}
