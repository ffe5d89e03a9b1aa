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
import io.github.flinkkvs.mkv.FrameFilter;
import io.github.flinkkvs.mkv.FrameRecord;
import io.github.flinkkvs.mkv.assembler.FragmentEnd;
import io.github.flinkkvs.mkv.parser.MkvException;
import io.github.flinkkvs.mkv.parser.MkvParser;
import io.github.flinkkvs.source.serialization.FragmentSerializer;
import io.github.flinkkvs.source.serialization.FrameRecordSerializer;

import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.IntSupplier;

import static io.github.flinkkvs.mkv.parser.MkvParser.Event.DATA;

/**
 * Any bytes in any pieces give fragments, frames, errors of the service, or the parser's own
 * exception; the same with and without media, and for all pieces.
 *
 * <p>The first byte of an input gives the maximum size of a fragment and what ends one, the second
 * the pieces; the others are the service's output.
 */
class FragmentAssemblerFuzzTest {

    @Fuzzed
    void anyBytesInAnyPieces(byte[] input) throws IOException {
        if (input.length < 2) {
            return;
        }
        int maxBytes = (input[0] & 0x80) != 0 ? (input[0] & 0x3F) * 16 : Integer.MAX_VALUE;
        FragmentEnd end = FragmentEnd.values()[input[0] >> 6 & 1];
        int seed = input[1] & 0xFF;
        byte[] media = Arrays.copyOfRange(input, 2, input.length);
        Assembly whole = Assembly.of(media, () -> media.length, true, maxBytes, end);
        Assembly pieces = Assembly.of(media, lengths(seed), true, maxBytes, end);
        Assembly tagsOnly = Assembly.of(media, lengths(seed), false, maxBytes, end);
        Check.same(pieces.facts, whole.facts, "in pieces");
        Check.same(pieces.fragments, whole.fragments, "in pieces");
        Check.same(tagsOnly.facts, whole.facts, "without media");
        checkSlices(whole.fragments, media, end);
        for (Fragment fragment : whole.fragments) {
            Check.that(fragment.sizeBytes() <= maxBytes, fragment);
            checkFragment(fragment);
        }
        for (Fragment fragment : tagsOnly.fragments) {
            checkFragment(fragment);
        }
        checkFrames(media, seed, maxBytes, end);
    }

    private static void checkFrames(byte[] media, int seed, int maxBytes, FragmentEnd end)
            throws IOException {
        FrameFilter filter = FrameFilter.all().everyNth(1 + seed % 3);
        if (seed % 5 == 0) {
            filter = filter.keyFrames();
        }
        if (seed % 7 == 0) {
            filter = filter.trackNumbers(1);
        }
        Assembly whole = Assembly.ofFrames(media, () -> media.length, filter, maxBytes, end);
        Assembly pieces = Assembly.ofFrames(media, lengths(seed), filter, maxBytes, end);
        Check.same(pieces.facts, whole.facts, "frames in pieces");
        Check.same(pieces.frames, whole.frames, "frames in pieces");
        for (FrameRecord frame : whole.frames) {
            DataOutputSerializer out = new DataOutputSerializer(256);
            FrameRecordSerializer.INSTANCE.serialize(frame, out);
            DataInputDeserializer in = new DataInputDeserializer(out.getCopyOfBuffer());
            Check.same(FrameRecordSerializer.INSTANCE.deserialize(in), frame, "serialized");
            Check.that(in.available() == 0, "left after " + frame);
        }
    }

    /** Lengths of pieces: single bytes, or up to some hundreds, short ones more often. */
    private static IntSupplier lengths(int seed) {
        if (seed == 0) {
            return () -> 1;
        }
        SplittableRandom random = new SplittableRandom(seed);
        return () -> 1 + random.nextInt(1 << random.nextInt(10));
    }

    /** The input contains the fragments unchanged, one after the other. */
    private static void checkSlices(List<Fragment> fragments, byte[] media, FragmentEnd end)
            throws MkvException {
        int from = 0;
        for (Fragment fragment : fragments) {
            int to = endOfSlice(fragment.array(), 0, media, from);
            if (end == FragmentEnd.NEXT_FRAGMENT && to < 0) {
                to = endOfOwnBytes(fragment, media, from);
            }
            Check.that(to >= 0, fragment + " is not in the input");
            from = to;
        }
    }

    /** The same for a fragment that shares its Segment, or that begins one it does not end. */
    private static int endOfOwnBytes(Fragment fragment, byte[] media, int from)
            throws MkvException {
        byte[] document = fragment.array();
        ByteBuffer in = ByteBuffer.wrap(document);
        MkvParser parser = new MkvParser();
        while (parser.next(in) != MkvParser.Event.START) {
            Check.that(in.hasRemaining(), fragment + " has no Segment");
        }
        int to = endOfSlice(document, in.position(), media, from);
        // Of a Segment that it shares, Info and Tracks were copied.
        for (int copied = 0; to < 0 && copied < 2 && parser.next(in) == DATA; copied++) {
            to = endOfSlice(document, in.position(), media, from);
        }
        return to;
    }

    /** Where the rest of a document ends in the input; -1 if it is not there. */
    private static int endOfSlice(byte[] document, int start, byte[] media, int from) {
        int length = document.length - start;
        for (int at = from; at + length <= media.length; at++) {
            if (Arrays.equals(media, at, at + length, document, start, document.length)) {
                return at + length;
            }
        }
        return -1;
    }

    /** A fragment that was read can be used, and outlives a checkpoint. */
    private static void checkFragment(Fragment fragment) throws IOException {
        Facts.check(fragment);
        DataOutputSerializer out = new DataOutputSerializer(256);
        FragmentSerializer.INSTANCE.serialize(fragment, out);
        DataInputDeserializer in = new DataInputDeserializer(out.getCopyOfBuffer());
        Fragment copy = FragmentSerializer.INSTANCE.deserialize(in);
        Check.that(in.available() == 0, "left after " + copy);
        Check.same(copy, fragment, "serialized");
        Check.same(Facts.of(copy), Facts.of(fragment), "serialized");
    }
}
