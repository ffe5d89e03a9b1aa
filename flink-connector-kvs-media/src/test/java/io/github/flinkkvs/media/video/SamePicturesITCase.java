/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.media.video;

import io.github.flinkkvs.media.Picture;
import io.github.flinkkvs.media.TestFragments;
import io.github.flinkkvs.mkv.Fragment;
import io.github.flinkkvs.testing.EmbeddedKvs;
import io.github.flinkkvs.testing.EmbeddedStream;
import io.github.flinkkvs.testing.media.MediaClip;
import io.github.flinkkvs.testing.media.MediaFragment;
import io.github.flinkkvs.testing.media.MediaFrame;
import io.github.flinkkvs.testing.media.MediaTrack;

import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/** Pictures equal those of the ffmpeg program for the same bytes. */
class SamePicturesITCase {

    private static final double MIN_PSNR = 40;

    @TempDir Path folder;

    @Test
    void ofACamera() throws Exception {
        assertSameAsFFmpeg(TestFragments.ofCamera(2), 25);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "output_get_media.mkv",
                "kinesis_video_renderer_example_output.mkv",
                "output-get-media-equal-timecode.mkv"
            })
    void ofARecording(String name) throws Exception {
        assertSameAsFFmpeg(TestFragments.ofSample(name), 31);
    }

    private void assertSameAsFFmpeg(List<Fragment> fragments, int minFrames) throws Exception {
        for (Fragment fragment : fragments) {
            List<Picture> pictures =
                    TestFragments.pictures(
                            fragment, PictureOptions.defaults().format(Picture.Format.RGB24));
            byte[] expected = ffmpeg(fragment);
            assertThat(pictures).hasSizeGreaterThanOrEqualTo(minFrames);
            assertThat(pictures).hasSize(fragment.frameCounts().get(1L));
            int size = TestFragments.array(pictures.get(0)).length;
            assertThat(expected).hasSize(size * pictures.size());
            for (int i = 0; i < pictures.size(); i++) {
                assertThat(psnr(TestFragments.array(pictures.get(i)), expected, i * size))
                        .as("%s, picture %d", pictures.get(i), i)
                        .isGreaterThan(MIN_PSNR);
            }
            assertThat(pictures)
                    .isSortedAccordingTo(
                            (a, b) -> Long.compare(a.timestampMillis(), b.timestampMillis()));
            assertSameOneByOne(fragment, pictures);
        }
    }

    private static void assertSameOneByOne(Fragment fragment, List<Picture> pictures) {
        PictureOptions options = PictureOptions.defaults().format(Picture.Format.RGB24);
        try (VideoDecoder decoder = new VideoDecoder(options)) {
            for (int i : new int[] {0, 1, pictures.size() / 2, 5, pictures.size() - 1}) {
                assertThat(decoder.picture(fragment, i)).isEqualTo(pictures.get(i));
            }
            assertThat(decoder.picture(fragment, pictures.size())).isNull();
        }
    }

    @Test
    void ofFramesThatAreShownInAnotherOrder() throws Exception {
        Path film = folder.resolve("film.mkv");
        Path units = folder.resolve("film.h264");
        run(
                "ffmpeg -y -v error -f lavfi -i testsrc2=size=160x120:rate=25:duration=1 -c:v libx264"
                        + " -bf 3 -b_strategy 0 -pix_fmt yuv420p -x264-params aud=1 "
                        + film);
        run("ffmpeg -y -v error -i " + film + " -c copy -bsf:v h264_mp4toannexb " + units);
        String[] times =
                run("ffprobe -v error -show_entries packet=pts -of csv=p=0 " + film).split("\\s+");
        List<byte[]> frames = accessUnits(Files.readAllBytes(units));
        assertThat(frames).hasSameSizeAs(times);
        MediaFragment.Builder media =
                MediaFragment.builder()
                        .track(MediaTrack.video(1, "film", "V_MPEG4/ISO/AVC", null, 160, 120));
        for (int i = 0; i < times.length; i++) {
            int millis = Integer.parseInt(times[i].replace(",", ""));
            media.frame(MediaFrame.of(1, millis, i == 0, frames.get(i)));
        }
        assertThat(times).isNotEqualTo(Arrays.stream(times).sorted().toArray(String[]::new));
        try (EmbeddedKvs kvs = EmbeddedKvs.start()) {
            EmbeddedStream stream = kvs.createStream("cam");
            stream.push(media.build());
            assertSameAsFFmpeg(TestFragments.read(stream.pushed().get(0).bytes()), 25);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "libx265, -bf 3 -x265-params log-level=error",
        "mjpeg, -pix_fmt yuvj420p -q:v 3",
        "libsvtav1, -g 10 -preset 10",
        "libvpx, -g 10 -auto-alt-ref 0",
        "libvpx-vp9, -g 10",
        "mpeg4, -g 10 -bf 2 -q:v 3",
        // Interlaced.
        "libx264, -flags +ilme+ildct -pix_fmt yuv420p",
        "libx265, -x265-params interlace=tff:bframes=0:log-level=error",
        "mpeg4, -flags +ilme+ildct -g 10 -q:v 3",
        // PQ of 10 bits, with all mastering data. (Not 4:2:0, whose colors older programs shift.)
        "libx265, '-pix_fmt yuv444p10le -x265-params colorprim=bt2020:transfer=smpte2084:"
                + "colormatrix=bt2020nc:max-cll=1000,400:log-level=error:master-display="
                + "G(13250,34500)B(7500,3000)R(34000,16000)WP(15635,16450)L(10000000,1)'"
    })
    void ofACodec(String encoder, String options) throws Exception {
        assertSameAsFFmpeg(encoder, options);
    }

    /** Declared color properties never change the picture. */
    @ParameterizedTest
    @CsvSource({
        "bt709, bt709, bt709",
        // HLG and PQ.
        "bt2020, arib-std-b67, bt2020nc",
        "bt2020, smpte2084, bt2020nc",
        "bt2020, bt2020-10, bt2020c",
        "smpte432, smpte2084, bt709",
        // Combinations that FFmpeg would not convert.
        "bt709, log100, bt709",
        "bt709, log316, smpte170m",
        "smpte428, smpte428, ictcp",
        "bt709, bt709, smpte2085",
        "bt709, bt709, chroma-derived-c",
    })
    void ofAColorSpace(String primaries, String transfer, String matrix) throws Exception {
        assertSameAsFFmpeg(
                "libx264",
                "-pix_fmt yuv420p -x264-params colorprim="
                        + primaries
                        + ":transfer="
                        + transfer
                        + ":colormatrix="
                        + matrix);
    }

    private void assertSameAsFFmpeg(String encoder, String options) throws Exception {
        assumeTrue(
                run("ffmpeg -v error -encoders").contains(" " + encoder + " "),
                "This ffmpeg has no encoder " + encoder);
        Path film = folder.resolve("film.mkv");
        run(
                "ffmpeg -y -v error -f lavfi -i testsrc2=size=160x120:rate=25:duration=1 -c:v "
                        + encoder
                        + " "
                        + options
                        + " "
                        + film);
        try (EmbeddedKvs kvs = EmbeddedKvs.start()) {
            EmbeddedStream stream = kvs.createStream("cam");
            MediaClip.of(film).fragments(1_000_000, 25).forEach(stream::push);
            assertSameAsFFmpeg(TestFragments.read(stream.pushed().get(0).bytes()), 25);
        }
    }

    /** The frames of a stream in which each begins with a delimiter. */
    private static List<byte[]> accessUnits(byte[] bytes) {
        List<byte[]> units = new ArrayList<>();
        int begin = 0;
        for (int i = 1; i + 5 <= bytes.length; i++) {
            boolean delimiter =
                    bytes[i] == 0
                            && bytes[i + 1] == 0
                            && bytes[i + 2] == 0
                            && bytes[i + 3] == 1
                            && bytes[i + 4] == 9;
            if (delimiter) {
                units.add(Arrays.copyOfRange(bytes, begin, i));
                begin = i;
            }
        }
        units.add(Arrays.copyOfRange(bytes, begin, bytes.length));
        return units;
    }

    private byte[] ffmpeg(Fragment fragment) throws Exception {
        Path in = folder.resolve("fragment.mkv");
        Path out = folder.resolve("pictures.rgb");
        Files.write(in, TestFragments.bytes(fragment));
        run("ffmpeg -y -v error -i " + in + " -vsync 0 -f rawvideo -pix_fmt rgb24 " + out);
        return Files.readAllBytes(out);
    }

    private String run(String command) throws Exception {
        Path log = folder.resolve("program.log");
        Process process;
        try {
            process =
                    new ProcessBuilder(command.split(" "))
                            .redirectErrorStream(true)
                            .redirectOutput(log.toFile())
                            .start();
        } catch (IOException e) {
            Assumptions.abort("There is no program ffmpeg: " + e.getMessage());
            throw e;
        }
        assertThat(process.waitFor()).as(Files.readString(log)).isZero();
        return Files.readString(log).trim();
    }

    private static double psnr(byte[] picture, byte[] other, int offset) {
        long squares = 0;
        for (int i = 0; i < picture.length; i++) {
            int difference = (picture[i] & 0xFF) - (other[offset + i] & 0xFF);
            squares += (long) difference * difference;
        }
        return squares == 0
                ? Double.POSITIVE_INFINITY
                : 10 * Math.log10(255.0 * 255 * picture.length / squares);
    }
}
