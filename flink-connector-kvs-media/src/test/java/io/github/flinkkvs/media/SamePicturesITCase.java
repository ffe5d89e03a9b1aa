/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.media;

import io.github.flinkkvs.mkv.Fragment;

import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

/** The pictures are those of the ffmpeg program for the same bytes. */
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
            int size = pictures.get(0).array().length;
            assertThat(expected).hasSize(size * pictures.size());
            for (int i = 0; i < pictures.size(); i++) {
                assertThat(psnr(pictures.get(i).array(), expected, i * size))
                        .as("%s, picture %d", pictures.get(i), i)
                        .isGreaterThan(MIN_PSNR);
            }
            assertThat(pictures)
                    .isSortedAccordingTo(
                            (a, b) -> Long.compare(a.timestampMillis(), b.timestampMillis()));
        }
    }

    private byte[] ffmpeg(Fragment fragment) throws Exception {
        Path in = folder.resolve("fragment.mkv");
        Path out = folder.resolve("pictures.rgb");
        Files.write(in, TestFragments.bytes(fragment));
        Process process;
        try {
            process =
                    new ProcessBuilder(
                                    "ffmpeg",
                                    "-y",
                                    "-v",
                                    "error",
                                    "-i",
                                    in.toString(),
                                    "-vsync",
                                    "0",
                                    "-f",
                                    "rawvideo",
                                    "-pix_fmt",
                                    "rgb24",
                                    out.toString())
                            .redirectErrorStream(true)
                            .redirectOutput(folder.resolve("ffmpeg.log").toFile())
                            .start();
        } catch (IOException e) {
            Assumptions.abort("There is no program ffmpeg: " + e.getMessage());
            throw e;
        }
        assertThat(process.waitFor()).as(Files.readString(folder.resolve("ffmpeg.log"))).isZero();
        return Files.readAllBytes(out);
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
