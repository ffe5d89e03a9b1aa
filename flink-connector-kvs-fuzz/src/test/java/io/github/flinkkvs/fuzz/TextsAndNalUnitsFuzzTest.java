/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.fuzz;

import io.github.flinkkvs.client.streams.StreamArn;
import io.github.flinkkvs.media.clip.ClipRequest;
import io.github.flinkkvs.mkv.FragmentNumber;
import io.github.flinkkvs.mkv.bitstream.NalStream;
import io.github.flinkkvs.mkv.parser.MkvException;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;

/**
 * Any text as a number, a name or an ARN, and any bytes as a frame of H.264 or H.265, are read, or
 * refused with a reason.
 */
class TextsAndNalUnitsFuzzTest {

    @Fuzzed
    void anyBytes(byte[] input) {
        String text = new String(input, StandardCharsets.UTF_8);
        try {
            FragmentNumber number = FragmentNumber.of(text);
            Check.that(number.toString().equals(text), text);
            Check.that(number.compareTo(FragmentNumber.of("0" + text.substring(1))) >= 0, text);
            number.serverTimestampHint().ifPresent(millis -> Check.that(millis >= 0, text));
        } catch (IllegalArgumentException e) {
            Check.saysSomething(e);
        }
        try {
            StreamArn arn = StreamArn.parse(text);
            Check.same(StreamArn.parse(arn.toString()), arn, "parsed");
            Check.that(text.startsWith(arn.withoutCreationTime() + "/"), text);
            Check.that(arn.createdMillis() >= 0, text);
        } catch (IllegalArgumentException e) {
            Check.saysSomething(e);
        }
        try {
            ClipRequest.of(text, Instant.EPOCH, Instant.EPOCH);
        } catch (IllegalArgumentException e) {
            Check.saysSomething(e);
        }
        List<byte[]> pieces = Pieces.of(input, 0);
        if (!pieces.isEmpty()) {
            checkNalUnits("V_MPEG4/ISO/AVC", pieces);
            checkNalUnits("V_MPEGH/ISO/HEVC", pieces);
        }
    }

    private static void checkNalUnits(String codec, List<byte[]> pieces) {
        try {
            NalStream stream = NalStream.of(codec, pieces.get(0));
            for (byte[] frame : pieces.subList(1, pieces.size())) {
                checkFrame(stream, ByteBuffer.wrap(frame));
            }
        } catch (MkvException e) {
            Check.saysSomething(e);
        }
    }

    private static void checkFrame(NalStream stream, ByteBuffer frame) throws MkvException {
        List<ByteBuffer> units = stream.units(frame);
        int bytes = 0;
        for (ByteBuffer unit : units) {
            stream.isOfPicture(unit);
            bytes += unit.remaining();
        }
        Check.that(bytes <= frame.remaining(), bytes + " bytes");
        Check.that(stream.toAnnexB(frame).length >= bytes, "Annex B lacks bytes");
        Check.that(stream.toLengthPrefixed(frame).length >= bytes, "lengths lack bytes");
    }
}
