/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.media.clip;

import io.github.flinkkvs.media.Fragments;
import io.github.flinkkvs.mkv.Fragment;
import io.github.flinkkvs.mkv.FragmentNumber;
import io.github.flinkkvs.testing.media.MediaFragment;
import io.github.flinkkvs.testing.media.MediaFrame;
import io.github.flinkkvs.testing.media.MediaTrack;

import org.junit.jupiter.api.Test;

import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;

import static org.assertj.core.api.Assertions.assertThat;

/** Which fragments a clip shows, when, and whether that is all of its range. */
class ClipFileTest {

    private static final long START = 1_750_000_000_000L;

    /** A fragment of 25 pictures in a second. */
    private static MediaFragment at(long offsetMillis) {
        return at(offsetMillis, "V_MJPEG");
    }

    private static MediaFragment at(long offsetMillis, String codec) {
        MediaFragment.Builder builder =
                MediaFragment.builder()
                        .track(MediaTrack.video(1, "picture", codec, null, 16, 16))
                        .producerTimestampMillis(START + offsetMillis)
                        .clusterTimestamp(START + offsetMillis);
        for (int i = 0; i < 25; i++) {
            builder.frame(MediaFrame.of(1, 40 * i, i == 0, new byte[] {(byte) i}));
        }
        return builder.build();
    }

    private static Clip clip(long from, long to, boolean lost, MediaFragment... media)
            throws Exception {
        return clip(from, to, lost, Fragments.of(media));
    }

    private static Clip clip(long from, long to, boolean lost, List<Fragment> fragments) {
        ClipRequest request =
                ClipRequest.of(
                        "camera",
                        Instant.ofEpochMilli(START + from),
                        Instant.ofEpochMilli(START + to));
        return ClipFile.of(request, "camera", "arn:x", fragments, lost, 1 << 20);
    }

    private static List<FragmentNumber> numbers(List<Fragment> fragments) {
        return fragments.stream().map(Fragment::number).collect(Collectors.toList());
    }

    @Test
    void wholeFragments() throws Exception {
        List<Fragment> fragments = Fragments.of(at(0), at(1_000), at(2_000));
        Clip clip = clip(500, 2_500, false, fragments);
        assertThat(clip.fragments()).isEqualTo(numbers(fragments));
        assertThat(clip.beginMillis()).isEqualTo(START);
        assertThat(clip.endMillis()).isEqualTo(START + 3_000);
        assertThat(clip.duration()).hasSeconds(3);
        assertThat(clip.isComplete()).isTrue();
        assertThat(clip.streamName()).isEqualTo("camera");
        assertThat(clip.streamArn()).isEqualTo("arn:x");
        assertThat(clip.format()).isEqualTo(Clip.Format.MKV);
        assertThat(clip.fileName()).isEqualTo("20250615T150640.500Z-20250615T150642.500Z.mkv");
    }

    @Test
    void aFragmentThatEndsBeforeTheRangeIsLeftOut() throws Exception {
        List<Fragment> fragments = Fragments.of(at(0), at(5_000));
        Clip clip = clip(1_000, 5_500, false, fragments);
        assertThat(clip.fragments()).isEqualTo(numbers(fragments.subList(1, 2)));
        assertThat(clip.beginMillis()).isEqualTo(START + 5_000);
        assertThat(clip.isComplete()).isFalse();
    }

    @Test
    void aFragmentThatLastsIntoTheRangeIsPartOfIt() throws Exception {
        List<Fragment> fragments = Fragments.of(at(0));
        Clip clip = clip(999, 999, false, fragments);
        assertThat(clip.fragments()).isEqualTo(numbers(fragments));
        assertThat(clip.isComplete()).isTrue();
        assertThat(clip(1_000, 1_000, false, fragments)).isNull();
    }

    @Test
    void nothing() {
        assertThat(clip(0, 1_000, false, List.of())).isNull();
    }

    @Test
    void aPauseIsKeptAndTold() throws Exception {
        Clip clip = clip(0, 5_000, false, at(0), at(4_500));
        assertThat(clip.fragments()).hasSize(2);
        assertThat(clip.duration()).hasMillis(5_500);
        assertThat(clip.isComplete()).isFalse();
        assertThat(clip(0, 2_900, false, at(0), at(1_950)).isComplete()).isTrue();
    }

    @Test
    void aBeginningOrAnEndThatIsMissing() throws Exception {
        assertThat(clip(-900, 1_900, false, at(0)).isComplete()).isTrue();
        assertThat(clip(-1_100, 1_000, false, at(0)).isComplete()).isFalse();
        assertThat(clip(0, 2_100, false, at(0)).isComplete()).isFalse();
    }

    /** The Clusters go on while the timestamps of the fragments go back. */
    @Test
    void timestampsThatContradictTheClusters() throws Exception {
        MediaFragment ahead = at(0).toBuilder().producerTimestampMillis(START + 3_600_000).build();
        Clip clip = clip(0, 3_600_000, false, ahead, at(1_000));
        assertThat(clip.fragments()).hasSize(2);
        assertThat(clip.beginMillis()).isEqualTo(START + 3_600_000);
        assertThat(clip.duration()).isZero();
        assertThat(clip.isComplete()).isFalse();
    }

    @Test
    void aLostFragment() throws Exception {
        assertThat(clip(0, 1_000, true, at(0)).isComplete()).isFalse();
    }

    /** A file has one set of tracks: the longest part of the range is shown. */
    @Test
    void tracksThatChange() throws Exception {
        List<Fragment> fragments =
                Fragments.of(at(0), at(1_000, "V_THEORA"), at(2_000, "V_THEORA"), at(3_000));
        Clip clip = clip(0, 4_000, false, fragments);
        assertThat(clip.fragments()).isEqualTo(numbers(fragments.subList(1, 3)));
        assertThat(clip.beginMillis()).isEqualTo(START + 1_000);
        assertThat(clip.endMillis()).isEqualTo(START + 3_000);
        assertThat(clip.isComplete()).isFalse();
    }

    /** The fragment says when it came, its frames when they were recorded relative to that. */
    @Test
    void byTheClockOfTheService() throws Exception {
        List<Fragment> fragments = Fragments.inTurn(at(0), at(1_000));
        long first = fragments.get(0).serverTimestampMillis();
        long second = fragments.get(1).serverTimestampMillis();
        ClipRequest request =
                ClipRequest.of(
                                "camera",
                                Instant.ofEpochMilli(first + 100),
                                Instant.ofEpochMilli(second))
                        .withClock(ClipRequest.Clock.SERVER);
        Clip clip = ClipFile.of(request, "camera", "arn", fragments, false, 1 << 20);
        assertThat(clip.fragments()).isEqualTo(numbers(fragments));
        assertThat(clip.beginMillis()).isEqualTo(first);
        assertThat(clip.endMillis()).isEqualTo(second + 1_000);
    }

    // ---- hostile media -------------------------------------------------------------------------

    /** Whatever can be read as fragments can be a clip, or none: it does not fail a job. */
    @Test
    void damagedMedia() throws Exception {
        byte[] media = DamagedMedia.film();
        Random random = new Random(11);
        int clips = 0;
        for (int i = 0; i < 5_000; i++) {
            List<Fragment> fragments = DamagedMedia.damage(media, random);
            if (DamagedMedia.clip(fragments, Clip.Format.MKV) != null) {
                clips++;
            }
        }
        assertThat(clips).isGreaterThan(500);
    }

    @Test
    void timesFarAway() throws Exception {
        long[] times = {
            0, 1, START, Long.MAX_VALUE / 1_000_000, Long.MAX_VALUE, Long.MIN_VALUE, -1
        };
        int clips = 0;
        for (long first : times) {
            for (long second : times) {
                List<Fragment> fragments =
                        Fragments.of(
                                at(0).toBuilder().clusterTimestamp(first).build(),
                                at(1_000).toBuilder().clusterTimestamp(second).build());
                Clip clip = clip(0, 2_000, false, fragments);
                if (clip != null) {
                    assertThat(clip.fragments()).isNotEmpty();
                    clips++;
                }
            }
        }
        // Frames have times up to the year 2262.
        assertThat(clips).isGreaterThanOrEqualTo(3 * 3);
    }
}
