/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.media.file;

import io.github.flinkkvs.media.Ffprobe;
import io.github.flinkkvs.media.Fragments;
import io.github.flinkkvs.mkv.Fragment;
import io.github.flinkkvs.mkv.Frame;
import io.github.flinkkvs.testing.media.MediaClip;
import io.github.flinkkvs.testing.media.MediaFragment;
import io.github.flinkkvs.testing.media.MediaFrame;
import io.github.flinkkvs.testing.media.MediaTrack;

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

import static java.util.stream.Collectors.toList;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class MkvMergerTest {

    @TempDir Path folder;

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
        return MergedFile.merge(Fragments.of(fragments));
    }

    // ---- playing ------------------------------------------------------------------------------

    @Test
    void aCameraPlaysFromStartToEnd() throws Exception {
        List<Fragment> fragments = Fragments.ofCamera(MediaClip.h264(), 4);
        List<byte[]> files = MergedFile.merge(fragments);
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
        List<byte[]> files = MergedFile.merge(fragments);
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
        assertThat(decodedFrames(MergedFile.merge(fragments))).isEqualTo(frames(fragments));
        assertThat(decodedFrames(MergedFile.merge(fragments, MkvMerger::withoutPauses)))
                .isEqualTo(frames(fragments));
    }

    private int decodedFrames(List<byte[]> files) throws Exception {
        int decoded = 0;
        for (byte[] file : files) {
            decoded += Ffprobe.decodedFrames(Files.write(folder.resolve("merged.mkv"), file));
        }
        return decoded;
    }

    // ---- AWS's merger -------------------------------------------------------------------------

    @ParameterizedTest
    @ValueSource(strings = {"output_get_media.mkv", "kinesis_video_renderer_example_output.mkv"})
    void asAwsMerger(String name) throws Exception {
        assertSamePackets(Fragments.ofSample(name));
        assertSamePacketsWithoutPauses(Fragments.ofSample(name));
    }

    @Test
    void asAwsMergerOfACamera() throws Exception {
        assertSamePackets(Fragments.ofCamera(MediaClip.h264(), 3));
        assertSamePacketsWithoutPauses(Fragments.ofCamera(MediaClip.h264(), 3));
    }

    @Test
    void asAwsMergerOfAStreamThatIsMostlySilent() throws Exception {
        List<Fragment> fragments =
                Fragments.of(
                        picture(1_000, 3).build(),
                        picture(61_000, 2).build(),
                        picture(61_500, 4).build(),
                        picture(3_600_000, 2).build());
        assertSamePackets(fragments);
        assertSamePacketsWithoutPauses(fragments);
    }

    private void assertSamePackets(List<Fragment> fragments) throws Exception {
        List<byte[]> files = MergedFile.merge(fragments);
        assertThat(files).hasSize(1);
        List<Long> ours = packetTimes(files.get(0));
        List<Long> theirs = packetTimes(awsMerged(fragments, false));
        // Theirs begin at the producer's time, ours at 0.
        long begin = theirs.get(0) - ours.get(0);
        theirs.replaceAll(time -> time - begin);
        assertThat(ours).isEqualTo(theirs);
    }

    private void assertSamePacketsWithoutPauses(List<Fragment> fragments) throws Exception {
        List<byte[]> files = MergedFile.merge(fragments, MkvMerger::withoutPauses);
        assertThat(files).hasSize(1);
        assertThat(packetTimes(files.get(0))).isEqualTo(packetTimes(awsMerged(fragments, true)));
    }

    private List<Long> packetTimes(byte[] file) throws Exception {
        return Ffprobe.packetTimes(Files.write(folder.resolve("merged.mkv"), file), "v:0");
    }

    private static byte[] awsMerged(List<Fragment> fragments, boolean packed) throws Exception {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        reader(fragments)
                .apply(
                        OutputSegmentMerger.create(
                                out,
                                OutputSegmentMerger.Configuration.builder()
                                        .packClusters(packed)
                                        .build()));
        return out.toByteArray();
    }

    private static StreamingMkvReader reader(List<Fragment> fragments) throws Exception {
        ByteArrayOutputStream in = new ByteArrayOutputStream();
        for (Fragment fragment : fragments) {
            fragment.writeTo(in);
        }
        return StreamingMkvReader.createDefault(
                new InputStreamParserByteSource(new ByteArrayInputStream(in.toByteArray())));
    }

    /** A restarted producer. AWS's merger keeps writing, back in time, after a second header. */
    @Test
    void whereAwsMergerGoesBackInTimeAFileBegins() throws Exception {
        List<Fragment> fragments = restarted();
        MergedFile theirs = new MergedFile(awsMerged(fragments, false));
        assertThat(theirs.clusterTimes).containsExactly(1_000L, 2_000L, 500L, 700L);
        assertThat(theirs.header.stream().filter("DocType"::equals)).hasSize(2);

        List<byte[]> ours = MergedFile.merge(fragments);
        assertThat(ours).hasSize(2);
        MergedFile first = new MergedFile(ours.get(0));
        assertThat(first.clusterTimes).containsExactly(0L, 1_000L);
        MergedFile second = new MergedFile(ours.get(1));
        assertThat(second.clusterTimes).containsExactly(0L, 200L);
        assertThat(second.header.stream().filter("DocType"::equals)).hasSize(1);
        List<MergedFile.Block> all = new ArrayList<>(first.blocks);
        all.addAll(second.blocks);
        assertThat(all)
                .extracting(block -> block.bytes)
                .isEqualTo(theirs.blocks.stream().map(block -> block.bytes).collect(toList()));
    }

    /** When told to stop there, AWS's merger has consumed the header of the next fragment. */
    @Test
    void whereAwsMergerStopsItCannotGoOn() throws Exception {
        StreamingMkvReader reader = reader(restarted());
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        OutputSegmentMerger first = awsMergerThatStops(out);
        while (!first.isDone()) {
            reader.nextIfAvailable().orElseThrow(AssertionError::new).accept(first);
        }
        assertThat(new MergedFile(out.toByteArray()).clusterTimes).containsExactly(1_000L, 2_000L);
        OutputSegmentMerger next = awsMergerThatStops(new ByteArrayOutputStream());
        assertThatThrownBy(() -> reader.apply(next))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("Should not start with a data element");
    }

    private static OutputSegmentMerger awsMergerThatStops(ByteArrayOutputStream out) {
        return OutputSegmentMerger.create(
                out,
                OutputSegmentMerger.Configuration.builder()
                        .stopAtFirstNonMatchingSegment(true)
                        .build());
    }

    private static List<Fragment> restarted() throws Exception {
        return Fragments.of(
                picture(1_000, 3).build(),
                picture(2_000, 3).build(),
                picture(500, 3).build(),
                picture(700, 3).build());
    }

    // ---- pauses -------------------------------------------------------------------------------

    /** AWS's writes a new time where the old one was, and fails if that has too few bytes. */
    @Test
    void timesThatGrowByAByte() throws Exception {
        List<Fragment> fragments =
                Fragments.of(
                        picture(0, 3).build(),
                        picture(100, 3).build(),
                        picture(200, 3).build(),
                        picture(255, 3).build());
        assertThatThrownBy(() -> awsMerged(fragments, true))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("Adjusted timecode");
        List<byte[]> files = MergedFile.merge(fragments, MkvMerger::withoutPauses);
        assertThat(new MergedFile(files.get(0)).clusterTimes).containsExactly(0L, 60L, 120L, 180L);
    }

    /** Nothing says how long to show a picture; AWS's merger shows it for a millisecond. */
    @Test
    void aFrameInEachFragment() throws Exception {
        List<Fragment> fragments =
                Fragments.of(
                        picture(0, 1).build(),
                        picture(60_000, 1).build(),
                        picture(3_600_000, 1).build());
        List<byte[]> files = MergedFile.merge(fragments, MkvMerger::withoutPauses);
        assertThat(packetTimes(files.get(0))).containsExactly(0L, 40L, 80L);
        assertThat(packetTimes(awsMerged(fragments, true))).containsExactly(0L, 1L, 2L);
    }

    /** Late sound stays equally late: the track with the shortest pause determines the pause. */
    @Test
    void pictureAndSoundStayTogether() throws Exception {
        MediaFragment.Builder[] builders = new MediaFragment.Builder[2];
        for (int i = 0; i < 2; i++) {
            builders[i] =
                    MediaFragment.builder()
                            .track(MediaTrack.video(1, "picture", "V_MJPEG", null, 16, 16))
                            .track(MediaTrack.audio(2, "sound", "A_PCM/INT/LIT", null, 8000, 1))
                            .clusterTimestamp(1_000 + 10_000 * i)
                            .frame(MediaFrame.of(1, 0, true, new byte[1]))
                            .frame(MediaFrame.of(2, 30, true, new byte[1]))
                            .frame(MediaFrame.of(1, 40, false, new byte[1]))
                            .frame(MediaFrame.of(2, 50, true, new byte[1]))
                            .frame(MediaFrame.of(2, 70, true, new byte[1]));
        }
        List<byte[]> files =
                MergedFile.merge(
                        Fragments.of(builders[0].build(), builders[1].build()),
                        MkvMerger::withoutPauses);
        assertThat(new MergedFile(files.get(0)).blocks)
                .extracting(block -> block.track + " at " + block.time)
                .containsExactly(
                        "1 at 0",
                        "2 at 30",
                        "1 at 40",
                        "2 at 50",
                        "2 at 70",
                        "1 at 80",
                        "2 at 110",
                        "1 at 120",
                        "2 at 130",
                        "2 at 150");
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
        assertThat(merge(picture(1_000, 3), picture(1_039, 3))).hasSize(2);
        assertThat(merge(picture(1_000, 3), picture(1_041, 3))).hasSize(1);
    }

    /** Browsers send this, because they round times to millis. */
    @Test
    void aTrackWhoseTimeRepeatsGoesOn() throws Exception {
        List<byte[]> files = merge(picture(1_000, 3), picture(1_040, 3));
        assertThat(files).hasSize(1);
        Path file = Files.write(folder.resolve("merged.mkv"), files.get(0));
        assertThat(Ffprobe.packetTimes(file, "v:0")).containsExactly(0L, 20L, 40L, 40L, 60L, 80L);
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

    /** The first frame of the file is at 0, even if its Cluster is later. */
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
        ByteBuffer merged = ByteBuffer.wrap(MergedFile.merge(fragments).get(0));
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
