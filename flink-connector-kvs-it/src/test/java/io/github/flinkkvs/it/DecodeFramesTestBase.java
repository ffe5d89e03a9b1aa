/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.it;

import io.github.flinkkvs.media.Picture;
import io.github.flinkkvs.media.video.DecodeFrames;
import io.github.flinkkvs.media.video.PictureOptions;
import io.github.flinkkvs.media.video.VideoDecoder;
import io.github.flinkkvs.mkv.Fragment;
import io.github.flinkkvs.mkv.Frame;
import io.github.flinkkvs.mkv.FrameRecord;
import io.github.flinkkvs.mkv.Track;
import io.github.flinkkvs.mkv.assembler.FragmentReader;
import io.github.flinkkvs.testing.EmbeddedStream;
import io.github.flinkkvs.testing.log.StoredFragment;
import io.github.flinkkvs.testing.media.MediaClip;
import io.github.flinkkvs.testing.media.MediaFrame;
import io.github.flinkkvs.testing.media.MediaTrack;

import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

/** Films, and the pictures of their frames with and without Flink. */
abstract class DecodeFramesTestBase extends KvsTestBase {

    static final PictureOptions ALL = PictureOptions.defaults();

    /** From one key frame to the next. */
    static final int GROUP = 8;

    static final int FRAMES = 4 * GROUP;

    static final String AVC = "V_MPEG4/ISO/AVC";

    static final long START = 1_750_000_000_000L;

    static MediaClip clip(String name) {
        return MediaClip.of(Path.of("src/test/resources/films", name));
    }

    List<FrameRecord> film(String name) throws Exception {
        return film(name, name, GROUP);
    }

    List<FrameRecord> film(String stream, String name, int framesEach) throws Exception {
        EmbeddedStream pushed = kvs.createStream(stream);
        clip(name).fragments(START, framesEach).forEach(pushed::push);
        return records(pushed);
    }

    /** The frames of all fragments pushed into a stream, as the source reads them. */
    static List<FrameRecord> records(EmbeddedStream stream) throws Exception {
        List<Fragment> fragments = new ArrayList<>();
        for (StoredFragment fragment : stream.pushed()) {
            fragments.addAll(FragmentReader.readAll(stream.name(), stream.arn(), fragment.bytes()));
        }
        List<FrameRecord> records = new ArrayList<>();
        for (Fragment whole : fragments) {
            records.addAll(FrameRecord.of(whole));
        }
        return records;
    }

    /** The pictures of a decoder without Flink. */
    static List<Picture> undisturbed(List<FrameRecord> film, PictureOptions options) {
        List<Picture> pictures = new ArrayList<>();
        try (VideoDecoder decoder = new VideoDecoder(options)) {
            film.forEach(frame -> decoder.decode(frame, pictures::add));
            decoder.flush(pictures::add);
        }
        return pictures;
    }

    /** Decodes this many frames, and the others after a restore. */
    static List<Picture> restoredBehind(
            int frames, List<FrameRecord> film, DecodeFrames.Builder function, String backend)
            throws Exception {
        List<Picture> pictures;
        OperatorSubtaskState state;
        try (DecodeFramesHarness harness = new DecodeFramesHarness(function, backend, null)) {
            harness.process(film.subList(0, frames));
            state = harness.snapshot();
            pictures = harness.emitted();
        }
        try (DecodeFramesHarness harness = new DecodeFramesHarness(function, backend, state)) {
            harness.process(film.subList(frames, film.size()));
            harness.endOfInput();
            pictures.addAll(harness.emitted());
        }
        return pictures;
    }

    static void assertRestorable(List<FrameRecord> film, PictureOptions options) throws Exception {
        assertRestorable(film, options, "hashmap", 1);
    }

    static void assertRestorable(
            List<FrameRecord> film, PictureOptions options, String backend, int step)
            throws Exception {
        List<Picture> expected = undisturbed(film, options);
        for (int i = 0; i <= film.size(); i += step) {
            assertThat(restoredBehind(i, film, DecodeFrames.builder(options), backend))
                    .as("restored behind frame %d", i)
                    .isEqualTo(expected);
        }
    }

    static MediaTrack track(int number, FrameRecord frame) {
        Track track = frame.track();
        return MediaTrack.video(number, "eye", track.codecId(), track.codecPrivate(), 96, 64);
    }

    static MediaFrame frame(int track, FrameRecord record) {
        Frame frame = record.frame();
        byte[] data = new byte[frame.sizeBytes()];
        frame.data().get(data);
        return MediaFrame.of(
                track, (int) (frame.timestampMillis() - START), frame.isKeyFrame(), data);
    }
}
