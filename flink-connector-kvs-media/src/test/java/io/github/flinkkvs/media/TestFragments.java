/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.media;

import io.github.flinkkvs.media.video.PictureOptions;
import io.github.flinkkvs.media.video.VideoDecoder;
import io.github.flinkkvs.mkv.Fragment;
import io.github.flinkkvs.mkv.assembler.FragmentReader;
import io.github.flinkkvs.testing.Camera;
import io.github.flinkkvs.testing.EmbeddedKvs;
import io.github.flinkkvs.testing.EmbeddedStream;
import io.github.flinkkvs.testing.log.StoredFragment;

import org.junit.jupiter.api.Assumptions;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Fragments with video that can be decoded. */
public final class TestFragments {

    private TestFragments() {}

    /**
     * From a camera in the embedded service: H.264, 160x120, 25 frames each, a key frame every 5.
     */
    public static List<Fragment> ofCamera(int count) throws Exception {
        try (EmbeddedKvs kvs = EmbeddedKvs.start()) {
            EmbeddedStream stream = kvs.createStream("cam");
            Camera.builder(stream)
                    .fragments(count)
                    .unlimitedSpeed()
                    .start()
                    .awaitDone(Duration.ofSeconds(30));
            List<Fragment> fragments = new ArrayList<>();
            for (StoredFragment stored : stream.pushed()) {
                fragments.addAll(read(stored.bytes()));
            }
            return fragments;
        }
    }

    /** From the folder with recorded media; skips the test without it. */
    public static List<Fragment> ofSample(String name) throws Exception {
        String folder = System.getProperty("kvs.samples", "");
        Assumptions.assumeFalse(
                folder.isEmpty(), "No folder with recorded media: set it with -Dkvs.samples=DIR");
        Path file = Path.of(folder, name);
        Assumptions.assumeTrue(Files.exists(file), "No recorded media " + file);
        return read(Files.readAllBytes(file));
    }

    public static List<Fragment> read(byte[] bytes) throws Exception {
        return FragmentReader.readAll("cam", null, bytes);
    }

    public static byte[] bytes(Fragment fragment) {
        byte[] bytes = new byte[fragment.sizeBytes()];
        fragment.bytes().get(bytes);
        return bytes;
    }

    public static List<Picture> pictures(Fragment fragment, PictureOptions options) {
        List<Picture> pictures = new ArrayList<>();
        try (VideoDecoder decoder = new VideoDecoder(options)) {
            decoder.decode(fragment, pictures::add);
        }
        return pictures;
    }

    /** The bytes of a picture, not to be changed. */
    public static byte[] array(Picture picture) {
        return picture.array();
    }
}
