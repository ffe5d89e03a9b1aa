/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.benchmarks.decode;

import io.github.flinkkvs.benchmarks.jvm.ChildJvm;
import io.github.flinkkvs.benchmarks.parser.media.MediaSet;
import io.github.flinkkvs.benchmarks.parser.media.MediaSets;
import io.github.flinkkvs.media.file.MkvMerger;
import io.github.flinkkvs.mkv.Fragment;
import io.github.flinkkvs.mkv.Track;
import io.github.flinkkvs.testing.Camera;
import io.github.flinkkvs.testing.EmbeddedKvs;
import io.github.flinkkvs.testing.EmbeddedStream;
import io.github.flinkkvs.testing.log.StoredFragment;
import io.github.flinkkvs.testing.media.MediaClip;

import javax.annotation.Nullable;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Video to decode: the same frames as fragments, and as a file that programs can read.
 *
 * @param set the file that {@link OwnDecoder} reads
 * @param merged the file that the program reads
 * @param frames the number of frames in each of them
 */
record Input(String name, int width, int height, int frames, Path set, Path merged) {

    private static final Duration PATIENCE = Duration.ofMinutes(1);
    private static final int FRAGMENTS = 4;

    /**
     * Returns a small and a large camera, and all recordings of a folder.
     *
     * @param samples the folder of the recordings; may be null
     * @param folder the folder of the files to write
     */
    static List<Input> all(FFmpegProgram ffmpeg, @Nullable Path samples, Path folder)
            throws IOException, InterruptedException {
        Path film = folder.resolve("film.mkv");
        ffmpeg.makeFilm(film, 1280, 720, FRAGMENTS);
        List<MediaSet> sets = new ArrayList<>();
        sets.add(camera("camera", MediaClip.h264()));
        sets.add(camera("large camera", MediaClip.of(film)));
        if (samples != null) {
            sets.addAll(MediaSets.recorded(samples));
        }
        List<Input> inputs = new ArrayList<>();
        for (MediaSet set : sets) {
            inputs.add(of(set, folder));
        }
        return inputs;
    }

    private static MediaSet camera(String name, MediaClip clip) {
        try (EmbeddedKvs kvs = EmbeddedKvs.start()) {
            EmbeddedStream stream = kvs.createStream("camera");
            Camera.builder(stream)
                    .clip(clip)
                    .fragments(FRAGMENTS)
                    .unlimitedSpeed()
                    .start()
                    .awaitDone(PATIENCE);
            return new MediaSet(
                    name, "known", stream.pushed().stream().map(StoredFragment::bytes).toList());
        }
    }

    private static Input of(MediaSet set, Path folder) throws IOException {
        List<Fragment> fragments = set.fragments();
        Track.Video video = fragments.get(0).tracks().get(0).video();
        if (video == null) {
            throw new IOException("The first track of " + set.name() + " is not video");
        }
        Path json = folder.resolve(set.name() + ".json");
        ChildJvm.JSON.writeValue(json.toFile(), set);
        Path file = folder.resolve(set.name() + ".merged.mkv");
        int frames = 0;
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file))) {
            MkvMerger merger = new MkvMerger(out);
            for (Fragment fragment : fragments) {
                if (!merger.add(fragment)) {
                    throw new IOException(set.name() + " does not fit into one file");
                }
                frames += fragment.frameCounts().get(1L);
            }
        }
        return new Input(set.name(), video.pixelWidth(), video.pixelHeight(), frames, json, file);
    }
}
