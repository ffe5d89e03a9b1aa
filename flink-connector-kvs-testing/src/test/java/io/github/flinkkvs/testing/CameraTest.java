/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.testing;

import io.github.flinkkvs.mkv.Fragment;
import io.github.flinkkvs.mkv.assembler.FragmentReader;
import io.github.flinkkvs.testing.behavior.Behavior;
import io.github.flinkkvs.testing.behavior.Limits;
import io.github.flinkkvs.testing.behavior.MillisBehindNow;
import io.github.flinkkvs.testing.behavior.StreamSettings;
import io.github.flinkkvs.testing.internal.store.StoredDocument;
import io.github.flinkkvs.testing.log.StoredFragment;
import io.github.flinkkvs.testing.media.ClusterSize;
import io.github.flinkkvs.testing.media.MediaClip;
import io.github.flinkkvs.testing.media.MediaFragment;
import io.github.flinkkvs.testing.media.MediaFrame;
import io.github.flinkkvs.testing.media.MediaTrack;
import io.github.flinkkvs.testing.media.ProducerTime;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import static io.github.flinkkvs.testing.TestClients.PATIENCE;
import static io.github.flinkkvs.testing.TestClients.concat;
import static io.github.flinkkvs.testing.TestClients.earliest;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

class CameraTest {
    /** WAVEFORMATEX of G.711, mono, 8 kHz. */
    private static final byte[] MU_LAW = {
        7, 0, 1, 0, 0x40, 0x1F, 0, 0, 0x40, 0x1F, 0, 0, 1, 0, 8, 0, 0, 0
    };

    private EmbeddedKvs kvs;
    private TestClients clients;
    private EmbeddedStream stream;

    @TempDir Path folder;

    @BeforeEach
    void start() {
        kvs =
                EmbeddedKvs.builder()
                        .limits(Limits.none().idleEnd(Duration.ofMillis(400)))
                        .behavior(Behavior.likely().millisBehindNow(MillisBehindNow.ZERO))
                        .start();
        clients = new TestClients(kvs);
        stream = kvs.createStream("camera");
    }

    @AfterEach
    void stop() {
        clients.close();
        kvs.close();
    }

    static List<Fragment> parse(byte[] body) throws Exception {
        return FragmentReader.readAll("camera", null, body);
    }

    @ParameterizedTest
    @EnumSource(ClusterSize.class)
    void pushesReadableFragments(ClusterSize size) throws Exception {
        Camera.builder(stream)
                .clusterSize(size)
                .fragments(6)
                .unlimitedSpeed()
                .tag("camera", "left")
                .tagsOf(n -> Map.of("count", Long.toString(n)))
                .start()
                .awaitDone(PATIENCE);
        byte[] body = clients.readAll("camera", earliest());
        assertThat(body).isEqualTo(concat(stream.fragments()));
        List<Fragment> fragments = parse(body);
        assertThat(fragments).hasSize(6);
        for (int i = 0; i < 6; i++) {
            Fragment fragment = fragments.get(i);
            StoredFragment truth = stream.fragments().get(i);
            assertThat(fragment.frames()).hasSize(25);
            assertThat(fragment.frames().get(0).isKeyFrame()).isTrue();
            assertThat(fragment.number()).hasToString(truth.number());
            assertThat(fragment.serverTimestampMillis()).isEqualTo(truth.serverTimestampMillis());
            assertThat(fragment.producerTimestampMillis())
                    .isEqualTo(truth.producerTimestampMillis())
                    .isEqualTo(fragments.get(0).producerTimestampMillis() + 1000L * i);
            assertThat(fragment.tag("camera")).isEqualTo("left");
            assertThat(fragment.tag("count")).isEqualTo(Integer.toString(i));
            assertThat(((StoredDocument) truth).durationMillis()).isEqualTo(1000);
        }
    }

    @Test
    void pushesSeveralTracks() throws Exception {
        Camera.builder(stream)
                .clip(MediaClip.h264WithAac())
                .fragments(4)
                .unlimitedSpeed()
                .producerTime(ProducerTime.FROM_ZERO)
                .start()
                .awaitDone(PATIENCE);
        List<Fragment> fragments = parse(clients.readAll("camera", earliest()));
        assertThat(fragments).hasSize(4);
        assertThat(fragments.get(0).producerTimestampMillis()).isZero();
        assertThat(fragments.get(3).producerTimestampMillis()).isEqualTo(3000);
        assertThat(fragments.get(0).tracks()).hasSize(2);
        long frames = 0;
        for (Fragment fragment : fragments) {
            frames += fragment.frames().size();
        }
        assertThat(frames).isEqualTo(2L * MediaClip.h264WithAac().frameCount());
        assertThat(fragments.get(2).frames().get(0).isKeyFrame()).isTrue();
        assertThat(fragments.get(2).frames().get(0).trackNumber()).isEqualTo(1);
    }

    @Test
    void pushesTelephoneSound() throws Exception {
        Camera.builder(stream)
                .clip(MediaClip.pcm())
                .fragmentDuration(Duration.ofMillis(1024))
                .fragments(2)
                .unlimitedSpeed()
                .tag("ContactId", "c-1")
                .start()
                .awaitDone(PATIENCE);
        List<Fragment> fragments = parse(clients.readAll("camera", earliest()));
        assertThat(fragments).hasSize(2);
        assertThat(fragments.get(1).frames()).hasSize(32);
        assertThat(fragments.get(1).frames().get(0).data().remaining()).isEqualTo(1024);
        assertThat(fragments.get(1).tracks())
                .extracting(track -> track.name())
                .containsExactly("AUDIO_FROM_CUSTOMER", "AUDIO_TO_CUSTOMER");
    }

    @Test
    void pushesInRealTimeAndFaster() {
        long begun = System.nanoTime();
        Camera.builder(stream).fragments(1).start().awaitDone(PATIENCE);
        assertThat(Duration.ofNanos(System.nanoTime() - begun))
                .isBetween(Duration.ofMillis(990), Duration.ofMillis(1_500));
        begun = System.nanoTime();
        Camera.builder(stream).fragments(4).speed(10).start().awaitDone(PATIENCE);
        assertThat(Duration.ofNanos(System.nanoTime() - begun))
                .isBetween(Duration.ofMillis(390), Duration.ofMillis(900));
        assertThat(stream.fragments()).hasSize(5);
    }

    @Test
    void clockAndCameraOfTheSameSpeedKeepTheirIntervals() {
        try (EmbeddedKvs fast = EmbeddedKvs.builder().clockSpeed(10).start()) {
            EmbeddedStream stream = fast.createStream("camera");
            Camera.builder(stream)
                    .fragmentDuration(Duration.ofSeconds(4))
                    .fragments(2)
                    .speed(10)
                    .start()
                    .awaitDone(PATIENCE);
            List<StoredFragment> pushed = stream.pushed();
            assertThat(
                            pushed.get(1).serverTimestampMillis()
                                    - pushed.get(0).serverTimestampMillis())
                    .isBetween(3_900L, 20_000L);
        }
    }

    @Test
    void endlessUntilStopped() {
        try (Camera camera = Camera.builder(stream).speed(50).start()) {
            kvs.log().awaitPushed("camera", 10, PATIENCE);
            assertThatThrownBy(camera::start).isInstanceOf(IllegalStateException.class);
        }
        int pushed = stream.pushed().size();
        assertThat(pushed).isGreaterThanOrEqualTo(10);
        assertThat(stream.pushed()).hasSize(pushed);
    }

    @Test
    void twoCamerasOnOneStreamAreRefusedAsTheServiceDoes() {
        FragmentUpload open = stream.begin(MediaFragment.ofSize(1_000));
        Camera camera = Camera.builder(stream).fragments(1).unlimitedSpeed().start();
        assertThatThrownBy(() -> camera.awaitDone(PATIENCE))
                .isInstanceOf(IllegalStateException.class);
        open.close();
    }

    @Test
    void anotherFrameRate() throws Exception {
        Camera.builder(stream)
                .framesPerSecond(5)
                .fragmentDuration(Duration.ofSeconds(2))
                .wholeFragments(true)
                .fragments(2)
                .unlimitedSpeed()
                .start()
                .awaitDone(PATIENCE);
        List<Fragment> fragments = parse(clients.readAll("camera", earliest()));
        assertThat(fragments.get(1).frames()).hasSize(10);
        assertThat(
                        fragments.get(1).producerTimestampMillis()
                                - fragments.get(0).producerTimestampMillis())
                .isEqualTo(2000);
    }

    @Test
    void aClipAsFragments() throws Exception {
        List<MediaFragment> fragments = MediaClip.h264().fragments(1_000, 30);

        assertThat(fragments).extracting(f -> f.frames().size()).containsExactly(30, 30, 30, 10);
        fragments.forEach(stream::push);
        List<Long> times = new ArrayList<>();
        for (StoredFragment fragment : stream.pushed()) {
            Fragment parsed = parse(fragment.bytes()).get(0);
            assertThat(parsed.tracks().get(0).codecId()).isEqualTo("V_MPEG4/ISO/AVC");
            parsed.frames().forEach(frame -> times.add(frame.timestampMillis()));
        }
        assertThat(times).hasSize(100);
        for (int i = 0; i < 100; i++) {
            assertThat(times.get(i)).isEqualTo(1_000 + 40 * i);
        }
    }

    @ParameterizedTest
    @EnumSource(ClusterSize.class)
    void ffprobeCountsEveryFrame(ClusterSize size) throws Exception {
        assumeTrue(onPath("ffprobe"), "ffprobe is not installed");
        Camera.builder(stream)
                .clip(MediaClip.h264WithAac())
                .clusterSize(size)
                .fragments(2)
                .unlimitedSpeed()
                .start()
                .awaitDone(PATIENCE);
        stream.push(madeUp(size));
        for (StoredFragment fragment : stream.fragments()) {
            int frames = parse(fragment.bytes()).get(0).frames().size();
            assertThat(packets(fragment.bytes())).isEqualTo(frames).isPositive();
        }
    }

    /** Header and tracks by jebml instead of FFmpeg. */
    private static MediaFragment madeUp(ClusterSize size) {
        MediaFragment.Builder builder =
                MediaFragment.builder()
                        .track(MediaTrack.video(1, "picture", "V_MJPEG", null, 16, 16))
                        .track(MediaTrack.audio(2, "sound", "A_MS/ACM", MU_LAW, 8000, 1))
                        .clusterSize(size)
                        .tagsFirst(true)
                        .tagBefore("place", "gate")
                        .tagAfter("weather", "rain");
        for (int i = 0; i < 10; i++) {
            builder.frame(MediaFrame.of(1 + i % 2, 20 * i, i < 2, new byte[200]));
        }
        return builder.build();
    }

    @Test
    void aMadeUpFragmentHasEverythingItWasGiven() throws Exception {
        stream.push(madeUp(ClusterSize.KNOWN));
        stream.push(MediaFragment.ofSize(100_000));
        List<Fragment> fragments = parse(clients.readAll("camera", earliest()));
        assertThat(fragments.get(0).frames()).hasSize(10);
        assertThat(fragments.get(0).tracks())
                .extracting(track -> track.codecId())
                .containsExactly("V_MJPEG", "A_MS/ACM");
        assertThat(fragments.get(0).userTags())
                .extracting(tag -> tag.name())
                .containsExactly("place", "weather");
        assertThat(fragments.get(1).sizeBytes())
                .isEqualTo(stream.fragments().get(1).size())
                .isBetween(99_000, 101_000);
    }

    private int packets(byte[] document) throws IOException, InterruptedException {
        Path file = Files.write(folder.resolve("fragment.mkv"), document);
        Process probe =
                new ProcessBuilder(
                                "ffprobe",
                                "-v",
                                "error",
                                "-show_entries",
                                "packet=size",
                                "-of",
                                "csv=p=0",
                                file.toString())
                        .redirectErrorStream(true)
                        .start();
        String out = new String(probe.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(probe.waitFor()).as(out).isZero();
        return (int) out.lines().filter(line -> line.matches("[0-9]+")).count();
    }

    private static boolean onPath(String program) {
        for (String place : System.getenv("PATH").split(java.io.File.pathSeparator)) {
            if (Files.isExecutable(Path.of(place, program))) {
                return true;
            }
        }
        return false;
    }

    /** A camera that cannot keep its speed does not block others, and can be stopped. */
    @Test
    void oneThatIsTooFastDoesNotBlockItsEventLoop() {
        EmbeddedStream other =
                kvs.createStream(
                        StreamSettings.named("fast")
                                .retentionBytes(1_000_000)
                                .keepExpired(false)
                                .build());
        List<Camera> cameras = new ArrayList<>();
        cameras.add(Camera.builder(other).speed(1e9).start());
        cameras.add(Camera.builder(stream).speed(1e9).fragments(200).start());
        kvs.log().awaitPushed("fast", 5, PATIENCE);
        clients.control.listStreams();
        cameras.forEach(Camera::stop);
        cameras.forEach(camera -> camera.awaitDone(PATIENCE));
    }
}
