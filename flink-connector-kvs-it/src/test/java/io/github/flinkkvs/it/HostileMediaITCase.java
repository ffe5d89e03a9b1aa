/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.it;

import io.github.flinkkvs.media.CallAudio;
import io.github.flinkkvs.media.Picture;
import io.github.flinkkvs.media.audio.CallAudioFunction;
import io.github.flinkkvs.media.video.DecodeFragments;
import io.github.flinkkvs.media.video.PictureOptions;
import io.github.flinkkvs.mkv.Fragment;
import io.github.flinkkvs.source.KvsSourceOptions;
import io.github.flinkkvs.source.KvsSourceOptions.BadFragmentPolicy;
import io.github.flinkkvs.source.StoppingPosition;
import io.github.flinkkvs.testing.EmbeddedStream;
import io.github.flinkkvs.testing.media.MediaClip;
import io.github.flinkkvs.testing.media.MediaFragment;
import io.github.flinkkvs.testing.media.MediaFrame;
import io.github.flinkkvs.testing.media.MediaTrack;

import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.util.CloseableIterator;

import org.junit.jupiter.api.Test;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.UnaryOperator;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A job that makes pictures and sound of good streams, and of streams whose producers are hostile:
 * it goes on, and of the good ones nothing is missing.
 */
class HostileMediaITCase extends KvsTestBase {

    private static final long START = 1_750_000_000_000L;
    private static final int FRAGMENTS = 4;
    private static final int FRAMES = 8;
    private static final List<String> FILMS =
            List.of("h264-b.mkv", "h265-open-gop.mkv", "av1.mkv", "vp9.mkv", "vp8-hidden.mkv");
    private static final List<String> AUDIO =
            List.of("A_AAC", "A_OPUS", "A_FLAC", "A_MPEG/L3", "A_AC3", "A_PCM/INT/LIT", "A_VORBIS");

    private final Random random = new Random(Long.getLong("kvs.test.seed", 1));

    private static MediaClip film(String name) {
        return MediaClip.of(Path.of("src", "test", "resources", "films", name));
    }

    /** Good streams first, whose fragments stand between those of the others. */
    private List<EmbeddedStream> push() {
        EmbeddedStream front = kvs.createStream("front");
        EmbeddedStream line = kvs.createStream("line");
        List<EmbeddedStream> streams = new ArrayList<>(List.of(front, line));
        List<MediaFragment> good = film("h264.mkv").fragments(START, FRAMES);
        List<MediaFragment> sound = MediaClip.pcm().fragments(START, MediaClip.pcm().frameCount());
        for (String name : FILMS) {
            List<MediaFragment> of = film(name).fragments(START, FRAMES);
            streams.add(damaged(name, of, this::flipped));
            streams.add(damaged(name, of, this::cut));
            streams.add(damaged(name, of, this::replaced));
        }
        streams.add(manyFrames());
        streams.add(jumpingTimes());
        for (String codec : AUDIO) {
            streams.add(absurdSound(codec));
        }
        for (int i = 0; i < FRAGMENTS; i++) {
            front.push(good.get(i));
        }
        sound.forEach(line::push);
        return streams;
    }

    private EmbeddedStream stream() {
        return kvs.createStream("hostile-" + random.nextInt(Integer.MAX_VALUE));
    }

    // ---- what is pushed ------------------------------------------------------------------------

    private EmbeddedStream damaged(
            String name, List<MediaFragment> of, UnaryOperator<byte[]> damage) {
        EmbeddedStream stream = stream();
        for (MediaFragment fragment : of) {
            List<MediaFrame> frames = new ArrayList<>();
            for (MediaFrame frame : fragment.frames()) {
                byte[] data = random.nextInt(3) == 0 ? damage.apply(frame.data()) : frame.data();
                frames.add(
                        MediaFrame.of(frame.track(), frame.offsetMillis(), frame.keyFrame(), data));
            }
            // Behind the frames that are good.
            stream.push(fragment.toBuilder().frames(frames).build());
        }
        assertThat(stream.pushed()).as(name).hasSize(of.size());
        return stream;
    }

    private byte[] flipped(byte[] data) {
        byte[] copy = data.clone();
        for (int i = 0; i < 1 + copy.length / 50; i++) {
            copy[random.nextInt(copy.length)] ^= (byte) (1 << random.nextInt(8));
        }
        return copy;
    }

    private byte[] cut(byte[] data) {
        return Arrays.copyOf(data, random.nextInt(data.length));
    }

    private byte[] replaced(byte[] data) {
        byte[] other = new byte[data.length];
        random.nextBytes(other);
        return other;
    }

    /** More frames than the limit, each of a few bytes. */
    private EmbeddedStream manyFrames() {
        EmbeddedStream stream = stream();
        MediaFragment.Builder fragment =
                MediaFragment.builder()
                        .producerTimestampMillis(START)
                        .track(MediaTrack.video(1, "v", "V_MPEG4/ISO/AVC", null, 1, 1));
        for (int i = 0; i < 30_000; i++) {
            fragment.frame(MediaFrame.of(1, i, i == 0, new byte[] {0, 0, 0, 1, 0x65, (byte) i}));
        }
        stream.push(fragment.build());
        return stream;
    }

    /** A film whose track says that it is of one pixel, and whose times jump. */
    private EmbeddedStream jumpingTimes() {
        EmbeddedStream stream = stream();
        for (MediaFragment fragment : film("h264-b.mkv").fragments(START, FRAMES)) {
            List<MediaFrame> frames = new ArrayList<>();
            for (MediaFrame frame : fragment.frames()) {
                int offset = random.nextInt(Short.MAX_VALUE);
                frames.add(MediaFrame.of(frame.track(), offset, frame.keyFrame(), frame.data()));
            }
            long millis = random.nextBoolean() ? 0 : START + random.nextInt(Integer.MAX_VALUE);
            stream.push(
                    fragment.toBuilder().frames(frames).producerTimestampMillis(millis).build());
        }
        return stream;
    }

    private EmbeddedStream absurdSound(String codec) {
        EmbeddedStream stream = stream();
        for (int i = 0; i < FRAGMENTS; i++) {
            int rate = List.of(1, 7, 999_999_999, Integer.MAX_VALUE).get(random.nextInt(4));
            int channels = List.of(1, 255, 65_535, Integer.MAX_VALUE).get(random.nextInt(4));
            byte[] header = random.nextBoolean() ? null : replaced(new byte[random.nextInt(2_000)]);
            MediaFragment.Builder fragment =
                    MediaFragment.builder()
                            .producerTimestampMillis(START + 1_000L * i)
                            .track(MediaTrack.audio(1, "a", codec, header, rate, channels));
            for (int k = 0; k < 50; k++) {
                byte[] frame = replaced(new byte[random.nextInt(500)]);
                fragment.frame(MediaFrame.of(1, 20 * k, true, frame));
            }
            stream.push(fragment.build());
        }
        return stream;
    }

    // ---- what comes of it ----------------------------------------------------------------------

    private DataStream<Fragment> fragments(
            StreamExecutionEnvironment env, List<EmbeddedStream> streams) {
        env.setParallelism(2);
        return env.fromSource(
                source(streams.toArray(new EmbeddedStream[0]))
                        .setStoppingPosition(StoppingPosition.now())
                        .set(KvsSourceOptions.BAD_FRAGMENT, BadFragmentPolicy.SKIP)
                        .build(),
                WatermarkStrategy.noWatermarks(),
                "streams");
    }

    @Test
    void picturesOfGoodStreamsAllCome() throws Exception {
        List<EmbeddedStream> streams = push();
        StreamExecutionEnvironment env = environment(new Configuration(), 0);
        PictureOptions options =
                PictureOptions.defaults()
                        .maxPixels(1 << 20)
                        .maxPixelsPerFragment(64 << 20)
                        .maxFramesPerFragment(20_000)
                        .size(32, 0);
        Map<String, Integer> pictures = new HashMap<>();
        try (CloseableIterator<Picture> all =
                fragments(env, streams)
                        .rebalance()
                        .flatMap(new DecodeFragments(options))
                        .executeAndCollect()) {
            all.forEachRemaining(picture -> pictures.merge(picture.streamName(), 1, Integer::sum));
        }
        assertThat(pictures).containsEntry("front", FRAGMENTS * FRAMES);
        // Frames that were left alone have theirs, too.
        assertThat(pictures.size()).isGreaterThan(FILMS.size());
    }

    @Test
    void soundOfGoodStreamsAllComes() throws Exception {
        List<EmbeddedStream> streams = push();
        StreamExecutionEnvironment env = environment(new Configuration(), 0);
        List<CallAudio> calls = new ArrayList<>();
        try (CloseableIterator<CallAudio> all =
                fragments(env, streams)
                        .keyBy(Fragment::streamName)
                        .process(CallAudioFunction.builder().maxPartBytes(1 << 20).build())
                        .filter(call -> call.streamName().equals("line"))
                        .executeAndCollect()) {
            all.forEachRemaining(calls::add);
        }
        assertThat(calls).hasSize(2);
        assertThat(calls).allSatisfy(call -> assertThat(call.duration()).hasMillis(2_048));
    }
}
