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
import io.github.flinkkvs.mkv.Frame;
import io.github.flinkkvs.testing.MediaClip;
import io.github.flinkkvs.testing.MediaFragment;
import io.github.flinkkvs.testing.MediaFrame;
import io.github.flinkkvs.testing.MediaTrack;

import com.amazonaws.kinesisvideo.parser.ebml.InputStreamParserByteSource;
import com.amazonaws.kinesisvideo.parser.mkv.StreamingMkvReader;
import com.amazonaws.kinesisvideo.parser.utilities.OutputSegmentMerger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

class MkvMergerTest {

    @TempDir Path folder;

    private static List<byte[]> merge(List<Fragment> fragments) throws Exception {
        List<byte[]> files = new ArrayList<>();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        MkvMerger merger = new MkvMerger(out);
        for (Fragment fragment : fragments) {
            boolean accepts = merger.accepts(fragment);
            assertThat(merger.add(fragment)).isEqualTo(accepts);
            if (!accepts) {
                files.add(out.toByteArray());
                out = new ByteArrayOutputStream();
                merger = new MkvMerger(out);
                assertThat(merger.add(fragment)).isTrue();
            }
        }
        files.add(out.toByteArray());
        return files;
    }

    private static int frames(List<Fragment> fragments) throws Exception {
        int frames = 0;
        for (Fragment fragment : fragments) {
            frames += fragment.frames().size();
        }
        return frames;
    }

    /** One fragment of a picture of 1 byte every 20 ms. */
    private static MediaFragment.Builder picture(long time, int frames) {
        MediaFragment.Builder builder =
                MediaFragment.builder()
                        .track(MediaTrack.video(1, "picture", "V_MJPEG", null, 16, 16))
                        .clusterTimestamp(time);
        for (int i = 0; i < frames; i++) {
            builder.frame(MediaFrame.of(1, 20 * i, i == 0, new byte[] {(byte) i}));
        }
        return builder;
    }

    private static List<byte[]> merge(MediaFragment.Builder... builders) throws Exception {
        MediaFragment[] fragments = new MediaFragment[builders.length];
        for (int i = 0; i < builders.length; i++) {
            fragments[i] = builders[i].build();
        }
        return merge(Fragments.of(fragments));
    }

    // ---- playing ------------------------------------------------------------------------------

    @Test
    void aCameraPlaysFromStartToEnd() throws Exception {
        List<Fragment> fragments = Fragments.ofCamera(MediaClip.h264(), 4);
        List<byte[]> files = merge(fragments);
        assertThat(files).hasSize(1);
        Path file = Files.write(folder.resolve("merged.mkv"), files.get(0));
        assertThat(Ffprobe.decodedFrames(file)).isEqualTo(frames(fragments));
        List<Long> times = Ffprobe.packetTimes(file, "v:0");
        assertThat(times).hasSize(frames(fragments)).isSorted().doesNotHaveDuplicates();
        assertThat(times.get(0)).isZero();
    }

    @Test
    void pictureAndSound() throws Exception {
        List<Fragment> fragments = Fragments.ofCamera(MediaClip.h264WithAac(), 3);
        List<byte[]> files = merge(fragments);
        assertThat(files).hasSize(1);
        Path file = Files.write(folder.resolve("merged.mkv"), files.get(0));
        int packets = 0;
        for (String stream : List.of("v:0", "a:0")) {
            List<Long> times = Ffprobe.packetTimes(file, stream);
            assertThat(times).isSorted().doesNotHaveDuplicates();
            packets += times.size();
        }
        assertThat(packets).isEqualTo(frames(fragments));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "output_get_media.mkv",
                "kinesis_video_renderer_example_output.mkv",
                "output-get-media-equal-timecode.mkv"
            })
    void recordedMediaPlays(String name) throws Exception {
        List<Fragment> fragments = Fragments.ofSample(name);
        int decoded = 0;
        for (byte[] bytes : merge(fragments)) {
            Path file = Files.write(folder.resolve("merged.mkv"), bytes);
            decoded += Ffprobe.decodedFrames(file);
        }
        assertThat(decoded).isEqualTo(frames(fragments));
    }

    // ---- AWS's merger -------------------------------------------------------------------------

    @ParameterizedTest
    @ValueSource(strings = {"output_get_media.mkv", "kinesis_video_renderer_example_output.mkv"})
    void theSamePacketsAsAwsMerger(String name) throws Exception {
        assertSamePackets(Fragments.ofSample(name));
    }

    @Test
    void theSamePacketsAsAwsMergerOfACamera() throws Exception {
        assertSamePackets(Fragments.ofCamera(MediaClip.h264(), 3));
    }

    private void assertSamePackets(List<Fragment> fragments) throws Exception {
        ByteArrayOutputStream in = new ByteArrayOutputStream();
        for (Fragment fragment : fragments) {
            fragment.writeTo(in);
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        StreamingMkvReader.createDefault(
                        new InputStreamParserByteSource(new ByteArrayInputStream(in.toByteArray())))
                .apply(OutputSegmentMerger.createDefault(out));
        List<byte[]> files = merge(fragments);
        assertThat(files).hasSize(1);
        List<Long> ours =
                Ffprobe.packetTimes(Files.write(folder.resolve("ours.mkv"), files.get(0)), "v:0");
        List<Long> theirs =
                Ffprobe.packetTimes(
                        Files.write(folder.resolve("theirs.mkv"), out.toByteArray()), "v:0");
        // Theirs begin at the producer's time, ours at 0.
        long begin = theirs.get(0) - ours.get(0);
        theirs.replaceAll(time -> time - begin);
        assertThat(ours).isEqualTo(theirs);
    }

    // ---- new files ----------------------------------------------------------------------------

    @Test
    void pausesRemain() throws Exception {
        List<byte[]> files = merge(picture(0, 3), picture(60, 1), picture(3_600_000, 1));
        assertThat(files).hasSize(1);
        Path file = Files.write(folder.resolve("merged.mkv"), files.get(0));
        assertThat(Ffprobe.packetTimes(file, "v:0")).containsExactly(0L, 20L, 40L, 60L, 3_600_000L);
    }

    @Test
    void aTimeThatGoesBackOrStandsStillBeginsAFile() throws Exception {
        assertThat(merge(picture(1_000, 1), picture(2_000, 1), picture(1_500, 1))).hasSize(2);
        assertThat(merge(picture(1_000, 1), picture(1_000, 1))).hasSize(2);
    }

    /** The Cluster is later, but its frames are not. */
    @Test
    void framesThatOverlapBeginAFile() throws Exception {
        assertThat(merge(picture(1_000, 3), picture(1_040, 3))).hasSize(2);
        assertThat(merge(picture(1_000, 3), picture(1_041, 3))).hasSize(1);
    }

    @Test
    void aClockThatIsSetBeginsAFile() throws Exception {
        assertThat(merge(picture(0, 1), picture(1_700_000_000_000L, 1))).hasSize(2);
        long day = Continuity.LONGEST_GAP.toMillis();
        assertThat(merge(picture(0, 1), picture(day, 1))).hasSize(1);
        assertThat(merge(picture(0, 1), picture(day + 1, 1))).hasSize(2);
    }

    @Test
    void aChangeOfTracksBeginsAFile() throws Exception {
        MediaFragment.Builder larger =
                MediaFragment.builder()
                        .track(MediaTrack.video(1, "picture", "V_MJPEG", null, 32, 16))
                        .clusterTimestamp(2_000)
                        .frame(MediaFrame.of(1, 0, true, new byte[1]));
        assertThat(merge(picture(1_000, 1), larger)).hasSize(2);
    }

    /** What comes first in the file is at 0, even if its Cluster is later. */
    @Test
    void aFrameBeforeItsCluster() throws Exception {
        MediaFragment.Builder early =
                MediaFragment.builder()
                        .track(MediaTrack.video(1, "picture", "V_MJPEG", null, 16, 16))
                        .clusterTimestamp(1_000)
                        .frame(MediaFrame.of(1, -30, true, new byte[1]))
                        .frame(MediaFrame.of(1, 0, false, new byte[1]));
        Path file = Files.write(folder.resolve("merged.mkv"), merge(early).get(0));
        assertThat(Ffprobe.packetTimes(file, "v:0")).containsExactly(0L, 30L);
    }

    @Test
    void blocksAreCopiedAsTheyAre() throws Exception {
        List<Fragment> fragments = Fragments.ofCamera(MediaClip.h264(), 2);
        ByteBuffer merged = ByteBuffer.wrap(merge(fragments).get(0));
        int at = 0;
        for (Fragment fragment : fragments) {
            for (Frame frame : fragment.frames()) {
                at = indexOf(merged, frame.data(), at);
                assertThat(at).isNotNegative();
            }
        }
    }

    private static int indexOf(ByteBuffer all, ByteBuffer part, int from) {
        for (int at = from; at + part.remaining() <= all.limit(); at++) {
            ByteBuffer candidate = all.duplicate();
            candidate.limit(at + part.remaining()).position(at);
            if (candidate.equals(part)) {
                return at;
            }
        }
        return -1;
    }
}
