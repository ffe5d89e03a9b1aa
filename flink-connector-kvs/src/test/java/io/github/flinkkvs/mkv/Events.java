/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.mkv;

import io.github.flinkkvs.mkv.parser.MkvElements;
import io.github.flinkkvs.mkv.parser.MkvException;
import io.github.flinkkvs.mkv.parser.MkvParser;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntSupplier;

/**
 * The events of an {@link MkvParser} as text, such as {@code START Segment 17..29 size unknown} or
 * {@code DATA EBML 0..5 size 3: 428200}: element, where header and payload begin, declared size,
 * and the payload, whose slices are concatenated. An exception is the last event.
 */
public final class Events {

    public static List<String> of(byte[] bytes) {
        return of(bytes, () -> bytes.length);
    }

    public static List<String> of(byte[] bytes, IntSupplier pieceLengths) {
        List<String> events = new ArrayList<>();
        MkvParser parser = new MkvParser();
        ByteArrayOutputStream payload = new ByteArrayOutputStream();
        try {
            for (int at = 0; at < bytes.length; ) {
                int end = Math.min(at + Math.max(1, pieceLengths.getAsInt()), bytes.length);
                byte[] piece = Arrays.copyOfRange(bytes, at, end);
                readPiece(parser, ByteBuffer.wrap(piece), payload, events);
                at = end;
                if (parser.position() != at) {
                    throw new AssertionError("at " + parser.position() + ", not " + at);
                }
            }
        } catch (MkvException e) {
            events.add(of(e));
        }
        return events;
    }

    private static void readPiece(
            MkvParser parser, ByteBuffer in, ByteArrayOutputStream payload, List<String> events)
            throws MkvException {
        while (true) {
            int before = in.position();
            MkvParser.Event event = parser.next(in);
            switch (event) {
                case NEED_INPUT:
                    if (in.hasRemaining()) {
                        throw new AssertionError("needs input but has some");
                    }
                    return;
                case DATA:
                    if (parser.isFirstSlice()) {
                        payload.reset();
                    }
                    if (parser.sliceLength() > in.position() - before) {
                        throw new AssertionError("slice of bytes that were not consumed");
                    }
                    payload.write(
                            in.array(), in.position() - parser.sliceLength(), parser.sliceLength());
                    if (parser.isLastSlice()) {
                        String hex = TestMedia.hex(payload.toByteArray());
                        events.add(line(event, parser) + ": " + hex);
                    }
                    break;
                default:
                    events.add(line(event, parser));
            }
        }
    }

    private static String line(MkvParser.Event event, MkvParser parser) {
        return event
                + " "
                + MkvElements.name(parser.id())
                + " "
                + parser.offset()
                + ".."
                + parser.dataOffset()
                + " size "
                + (parser.size() == MkvParser.UNKNOWN_SIZE ? "unknown" : parser.size());
    }

    public static String of(MkvException e) {
        return String.format(
                "%s 0x%X at %d: %s", e.kind(), e.elementId(), e.offset(), e.getMessage());
    }

    private Events() {}
}
