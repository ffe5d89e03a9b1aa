/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.mkv.bitstream;

import io.github.flinkkvs.mkv.Describe;
import io.github.flinkkvs.mkv.Feed;
import io.github.flinkkvs.mkv.Fragment;
import io.github.flinkkvs.mkv.Frame;
import io.github.flinkkvs.mkv.Samples;
import io.github.flinkkvs.mkv.TestMedia;
import io.github.flinkkvs.mkv.Track;
import io.github.flinkkvs.mkv.parser.MkvException;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;

import static io.github.flinkkvs.mkv.TestMedia.bytes;
import static io.github.flinkkvs.mkv.TestMedia.concat;
import static io.github.flinkkvs.mkv.TestMedia.number;
import static io.github.flinkkvs.mkv.TestMedia.videoTrack;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

class NalStreamTest {

    private static final String H264 = "V_MPEG4/ISO/AVC";
    private static final String H265 = "V_MPEGH/ISO/HEVC";

    private static NalStream h264(byte[] codecPrivate) throws MkvException {
        return NalStream.of(videoTrack(H264, codecPrivate));
    }

    /** With one SPS and two PPS. */
    private static byte[] avcRecord(int lengthSize) {
        return bytes(
                "01 64 00 1E", hex(0xFC | lengthSize - 1), "E1 0002 67AA 02 0002 68BB 0003 68CCDD");
    }

    private static String hex(int value) {
        return TestMedia.hex(number(value, 1));
    }

    private static List<String> hex(List<ByteBuffer> units) {
        return units.stream()
                .map(unit -> TestMedia.hex(Describe.bytes(unit)))
                .collect(Collectors.toList());
    }

    private static ByteBuffer frame(String... hex) {
        return ByteBuffer.wrap(bytes(hex));
    }

    // ---- CodecPrivate -------------------------------------------------------------------------

    @Test
    void aRecordOfH264() throws Exception {
        NalStream stream = h264(avcRecord(2));
        assertThat(hex(stream.parameterSets())).containsExactly("67AA", "68BB", "68CCDD");
        assertThat(stream.parameterSetsAnnexB())
                .isEqualTo(bytes("00000001 67AA 00000001 68BB 00000001 68CCDD"));
        assertThat(hex(stream.units(frame("0002 6501 0001 06")))).containsExactly("6501", "06");
        assertThat(stream.parameterSets().get(0).isReadOnly()).isTrue();
    }

    @Test
    void aRecordOfH265() throws Exception {
        NalStream stream =
                NalStream.of(
                        videoTrack(
                                H265,
                                bytes(
                                        "01",
                                        "00".repeat(20),
                                        "FF 02 A0 0001 0002 40AA A1 0002 0002 42BB 0003 42CCDD")));
        assertThat(hex(stream.parameterSets())).containsExactly("40AA", "42BB", "42CCDD");
        assertThat(hex(stream.units(frame("00000002 2601")))).containsExactly("2601");
    }

    @Test
    void annexBInCodecPrivate() throws Exception {
        NalStream stream = h264(bytes("00000001 67AA 0000 000001 68BB 0000"));
        assertThat(hex(stream.parameterSets())).containsExactly("67AA", "68BB");
    }

    @Test
    void noCodecPrivate() throws Exception {
        for (byte[] none : new byte[][] {null, {}}) {
            NalStream stream = h264(none);
            assertThat(stream.parameterSets()).isEmpty();
            assertThat(stream.toAnnexB(frame("00000002 6501"))).isEqualTo(bytes("00000001 6501"));
        }
    }

    @Test
    void everyRecordThatIsCutOffIsAnError() {
        byte[] h265 = bytes("01", "00".repeat(20), "FF 01 A0 0001 0002 40AA");
        for (byte[] record : List.of(avcRecord(4), h265)) {
            String codec = record == h265 ? H265 : H264;
            for (int length = 1; length < record.length; length++) {
                byte[] cut = Arrays.copyOf(record, length);
                MkvException e =
                        catchThrowableOfType(
                                () -> NalStream.of(videoTrack(codec, cut)), MkvException.class);
                assertThat(e).as("%d bytes", length).isNotNull();
                assertThat(e.kind()).isEqualTo(MkvException.Kind.MALFORMED);
                assertThat(e).hasMessageContaining("CodecPrivate at byte");
            }
        }
    }

    @Test
    void whatIsNoRecordIsAnError() {
        assertThatThrownBy(() -> h264(bytes("02 64001E FF E0 00")))
                .hasMessage("Neither a configuration record nor Annex B (CodecPrivate at byte 0)");
        assertThatThrownBy(() -> h264(bytes("01 64001E FF E1 0000 00")))
                .isInstanceOf(MkvException.class)
                .hasMessageContaining("without bytes");
        assertThatThrownBy(() -> NalStream.of(videoTrack("A_AAC", null)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    // ---- frames -------------------------------------------------------------------------------

    @Test
    void annexBInSpiteOfARecord() throws Exception {
        NalStream stream = h264(avcRecord(4));
        ByteBuffer frame = frame("00000001 09F0 000001 6588 84 0000 00000001 06");
        assertThat(hex(stream.units(frame))).containsExactly("09F0", "658884", "06");
        assertThat(frame.position()).isZero();
        assertThat(stream.toLengthPrefixed(frame))
                .isEqualTo(bytes("00000002 09F0 00000003 658884 00000001 06"));
    }

    /** A unit of 258 bytes: its length reads 0, 0, 1, 2. */
    @Test
    void aLengthThatLooksLikeAStartCode() throws Exception {
        byte[] unit = new byte[258];
        Arrays.fill(unit, (byte) 0x65);
        byte[] frame = concat(number(258, 4), unit);
        assertThat(h264(avcRecord(4)).units(ByteBuffer.wrap(frame)))
                .containsExactly(ByteBuffer.wrap(unit));
    }

    /** Begins 00 00 01 41, which is the length of all that follows as well. */
    @Test
    void whatMakesSenseInBothFormsIsInThatOfCodecPrivate() throws Exception {
        byte[] frame = new byte[325];
        for (int i = 5; i < frame.length; i++) {
            frame[i] = (byte) (7 * i + 1 & 0x7F | 1);
        }
        System.arraycopy(bytes("000001 41 01"), 0, frame, 0, 5);

        NalStream annexB = h264(bytes("00000001 67 42 00 0a 00000001 68 ce"));
        assertThat(annexB.units(ByteBuffer.wrap(frame)))
                .containsExactly(ByteBuffer.wrap(frame, 3, 322));
        assertThat(h264(avcRecord(4)).units(ByteBuffer.wrap(frame)))
                .containsExactly(ByteBuffer.wrap(frame, 4, 321));
    }

    /** The header of a slice tells its form, whatever CodecPrivate is. */
    @ParameterizedTest
    @ValueSource(strings = {"41 9A", "01 9E", "65 88"})
    void whatMakesSenseInBothFormsBeginsLikeAFrame(String header) throws Exception {
        for (byte[] codecPrivate :
                List.of(new byte[0], avcRecord(4), bytes("000001 67AA 000001 68BB"))) {
            bothFormsAreTold(h264(codecPrivate), bytes(header));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"02 01 D0", "26 01 AF", "2A 01 AC"})
    void whatMakesSenseInBothFormsBeginsLikeAFrameOfH265(String header) throws Exception {
        for (byte[] codecPrivate : List.of(new byte[0], bytes("000001 4001 000001 4201"))) {
            bothFormsAreTold(NalStream.of(H265, codecPrivate), bytes(header));
        }
    }

    private static void bothFormsAreTold(NalStream stream, byte[] header) throws Exception {
        // Its start code and its first byte are the length of the rest.
        byte[] unit = unit(header, 256 + header[0] + 1);
        byte[] annexB = concat(bytes("000001"), unit);
        assertThat(stream.units(ByteBuffer.wrap(annexB))).containsExactly(ByteBuffer.wrap(unit));
        // All lengths that look like a start code.
        for (int length = 256; length < 512; length++) {
            byte[] other = unit(header, length);
            byte[] prefixed = concat(number(length, 4), other);
            assertThat(stream.units(ByteBuffer.wrap(prefixed)))
                    .as("%d bytes", length)
                    .containsExactly(ByteBuffer.wrap(other));
        }
    }

    /** Units of one byte would take 25 times as much memory as their frame. */
    @Test
    void refusesMoreUnitsThanAnyFrameHas() throws Exception {
        NalStream stream = h264(avcRecord(1));
        assertThat(stream.units(ByteBuffer.wrap(repeated("01 41", 1 << 18)))).hasSize(1 << 18);
        for (byte[] frame : List.of(repeated("01 41", 300_000), repeated("000001 41", 300_000))) {
            assertThatThrownBy(() -> stream.units(ByteBuffer.wrap(frame)))
                    .isInstanceOf(MkvException.class)
                    .hasMessageStartingWith("More than 262144 NAL units");
        }
    }

    private static byte[] repeated(String hex, int count) {
        byte[] unit = bytes(hex);
        ByteBuffer all = ByteBuffer.allocate(count * unit.length);
        while (all.hasRemaining()) {
            all.put(unit);
        }
        return all.array();
    }

    private static byte[] unit(byte[] header, int length) {
        byte[] unit = Arrays.copyOf(header, length);
        Arrays.fill(unit, header.length, length, (byte) 0x5B);
        return unit;
    }

    @Test
    void codecIdsAsAwsSpellsThem() throws Exception {
        assertThat(NalStream.isDeclaredBy("V_MPEG/ISO/AVC")).isTrue();
        assertThat(NalStream.isDeclaredBy("V_MPEG/ISO/HEVC")).isTrue();
        assertThat(NalStream.isDeclaredBy("V_VP9")).isFalse();
        assertThat(NalStream.of("V_MPEG/ISO/AVC", avcRecord(4)).parameterSetsAnnexB())
                .isEqualTo(h264(avcRecord(4)).parameterSetsAnnexB());
        assertThatThrownBy(() -> NalStream.of("V_VP9", null))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void unitsOfPictures() throws Exception {
        NalStream avc = h264(null);
        for (String slice : List.of("41 9A", "65 88", "01 9E", "42 88")) {
            assertThat(avc.isOfPicture(frame(slice))).as(slice).isTrue();
        }
        for (String other : List.of("67 64", "68 EE", "06 05", "09 F0", "0A", "0C FF")) {
            assertThat(avc.isOfPicture(frame(other))).as(other).isFalse();
        }
        NalStream hevc = NalStream.of(H265, null);
        for (String slice : List.of("02 01", "26 01", "2A 01", "10 01")) {
            assertThat(hevc.isOfPicture(frame(slice))).as(slice).isTrue();
        }
        for (String other : List.of("40 01", "42 01", "44 01", "4E 01", "46 01")) {
            assertThat(hevc.isOfPicture(frame(other))).as(other).isFalse();
        }
    }

    @Test
    void lengthsThatDoNotFit() throws Exception {
        NalStream stream = h264(avcRecord(4));
        for (String bad :
                List.of(
                        "00000002 65",
                        "00000002 6501 0000",
                        "00000002 6501 00000000",
                        "00000002 6501 FFFFFFFF 00",
                        "7FFFFFFF 65",
                        "65",
                        "000000")) {
            ByteBuffer frame = frame(bad);
            MkvException e = catchThrowableOfType(() -> stream.units(frame), MkvException.class);
            assertThat(e).as(bad).isNotNull();
            assertThat(e.kind()).isEqualTo(MkvException.Kind.MALFORMED);
        }
        assertThat(stream.units(ByteBuffer.allocate(0))).isEmpty();
    }

    @Test
    void aUnitThatIsTooLongForItsLength() throws Exception {
        NalStream stream = h264(avcRecord(1));
        byte[] unit = new byte[256];
        Arrays.fill(unit, (byte) 0x65);
        byte[] frame = concat(bytes("00000001"), unit);
        assertThatThrownBy(() -> stream.toLengthPrefixed(ByteBuffer.wrap(frame)))
                .isInstanceOf(MkvException.class)
                .hasMessageContaining("256 bytes, too long for a length of 1 bytes");
    }

    /** The units are the same in all forms of frames. */
    @Property(tries = 300)
    void thereAndBack(@ForAll long seed) throws Exception {
        Random random = new Random(seed);
        int lengthSize = new int[] {1, 2, 4}[random.nextInt(3)];
        List<byte[]> units = new ArrayList<>();
        List<byte[]> prefixed = new ArrayList<>();
        List<byte[]> annexB = new ArrayList<>();
        for (int i = 1 + random.nextInt(5); i > 0; i--) {
            byte[] unit = unit(random, lengthSize == 1 ? 255 : 2_000);
            units.add(unit);
            prefixed.add(number(unit.length, lengthSize));
            prefixed.add(unit);
            annexB.add(random.nextBoolean() ? bytes("000001") : bytes("00000001"));
            annexB.add(unit);
            annexB.add(new byte[random.nextInt(4)]);
        }
        NalStream stream = h264(avcRecord(lengthSize));
        ByteBuffer lengths = ByteBuffer.wrap(concat(prefixed));
        ByteBuffer starts = ByteBuffer.wrap(concat(annexB));
        assertThat(stream.units(lengths))
                .isEqualTo(units.stream().map(ByteBuffer::wrap).collect(Collectors.toList()));
        assertThat(stream.units(starts)).isEqualTo(stream.units(lengths));
        byte[] normal = stream.toAnnexB(starts);
        assertThat(stream.toAnnexB(lengths)).isEqualTo(normal);
        assertThat(stream.toLengthPrefixed(ByteBuffer.wrap(normal))).isEqualTo(lengths.array());
    }

    @Property(tries = 500)
    void anyBytesAreUnitsOrAnError(@ForAll byte[] bytes) throws Exception {
        for (String codec : List.of(H264, H265)) {
            try {
                NalStream.of(videoTrack(codec, bytes));
            } catch (MkvException e) {
                assertThat(e.offset()).isBetween(0L, (long) bytes.length);
            }
        }
        try {
            int size = 0;
            for (ByteBuffer unit : h264(null).units(ByteBuffer.wrap(bytes))) {
                size += unit.remaining();
            }
            assertThat(size).isLessThanOrEqualTo(bytes.length);
        } catch (MkvException e) {
            assertThat(e.offset()).isBetween(0L, (long) bytes.length);
        }
    }

    /** As an encoder makes it: a slice, no start code within, and no zero at its end. */
    private static byte[] unit(Random random, int longest) {
        byte[] unit = new byte[1 + random.nextInt(longest)];
        for (int i = 0; i < unit.length; i++) {
            boolean zeros = i >= 2 && unit[i - 1] == 0 && unit[i - 2] == 0;
            boolean last = i == 0 || i == unit.length - 1;
            unit[i] = (byte) (zeros || last ? 3 + random.nextInt(100) : random.nextInt(3));
        }
        if (unit.length > 2) {
            unit[0] = 0x41;
            unit[1] = (byte) 0x9A;
        }
        return unit;
    }

    // ---- recorded media -----------------------------------------------------------------------

    @ParameterizedTest
    @ValueSource(
            strings = {
                "output_get_media.mkv",
                "kinesis_video_renderer_example_output.mkv",
                "output-get-media-equal-timecode.mkv"
            })
    void ffprobeDecodesEveryFrame(String name, @TempDir Path folder) throws Exception {
        List<Fragment> fragments = Feed.of(Samples.read(name)).fragments;
        assumeTrue(onPath("ffprobe"), "ffprobe is not installed");
        for (Fragment fragment : fragments) {
            Track track = fragment.tracks().get(0);
            Path file =
                    Files.write(folder.resolve("frames.h264"), NalStream.annexB(fragment, track));
            assertThat(decodedFrames(file)).isEqualTo(fragment.frameCounts().get(track.number()));
            NalStream stream = NalStream.of(track);
            for (Frame frame : fragment.frames()) {
                byte[] annexB = stream.toAnnexB(frame.data());
                assertThat(stream.units(ByteBuffer.wrap(annexB)))
                        .isEqualTo(stream.units(frame.data()));
            }
        }
    }

    private static int decodedFrames(Path file) throws IOException, InterruptedException {
        Process probe =
                new ProcessBuilder(
                                "ffprobe",
                                "-v",
                                "error",
                                "-f",
                                "h264",
                                "-count_frames",
                                "-show_entries",
                                "stream=nb_read_frames",
                                "-of",
                                "csv=p=0",
                                file.toString())
                        .redirectErrorStream(true)
                        .start();
        String out = new String(probe.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(probe.waitFor()).as(out).isZero();
        return Integer.parseInt(out.trim());
    }

    private static boolean onPath(String program) {
        for (String place : System.getenv("PATH").split(File.pathSeparator)) {
            if (Files.isExecutable(Path.of(place, program))) {
                return true;
            }
        }
        return false;
    }
}
