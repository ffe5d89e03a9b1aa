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
import io.github.flinkkvs.mkv.assembler.FragmentReader;
import io.github.flinkkvs.testing.Camera;
import io.github.flinkkvs.testing.EmbeddedKvs;
import io.github.flinkkvs.testing.EmbeddedStream;
import io.github.flinkkvs.testing.log.StoredFragment;
import io.github.flinkkvs.testing.media.MediaClip;
import io.github.flinkkvs.testing.media.MediaFragment;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

/** Fragments without Flink, from the embedded service and from recorded media. */
public final class Fragments {

    private Fragments() {}

    public static List<Fragment> ofCamera(MediaClip clip, int count) throws Exception {
        try (EmbeddedKvs kvs = EmbeddedKvs.start()) {
            EmbeddedStream stream = kvs.createStream("camera");
            Camera.builder(stream)
                    .clip(clip)
                    .fragments(count)
                    .unlimitedSpeed()
                    .start()
                    .awaitDone(Duration.ofSeconds(30));
            return read(stream);
        }
    }

    public static List<Fragment> of(MediaFragment... fragments) throws Exception {
        try (EmbeddedKvs kvs = EmbeddedKvs.start()) {
            EmbeddedStream stream = kvs.createStream("camera");
            for (MediaFragment fragment : fragments) {
                stream.push(fragment);
            }
            return read(stream);
        }
    }

    /** From media that the service receives at intervals of half a second. */
    public static List<Fragment> inTurn(MediaFragment... fragments) throws Exception {
        try (EmbeddedKvs kvs = EmbeddedKvs.start()) {
            EmbeddedStream stream = kvs.createStream("camera");
            for (MediaFragment fragment : fragments) {
                kvs.clock().shift(Duration.ofMillis(500));
                stream.push(fragment);
            }
            return read(stream);
        }
    }

    public static List<Fragment> ofSample(String name) throws Exception {
        String samples = System.getProperty("kvs.samples", "");
        assumeTrue(!samples.isEmpty(), "-Dkvs.samples names no folder with recordings");
        return read(Files.readAllBytes(Path.of(samples, name)));
    }

    private static List<Fragment> read(EmbeddedStream stream) throws Exception {
        List<Fragment> fragments = new ArrayList<>();
        for (StoredFragment fragment : stream.pushed()) {
            fragments.addAll(read(fragment.bytes()));
        }
        return fragments;
    }

    private static List<Fragment> read(byte[] bytes) throws Exception {
        return FragmentReader.readAll("camera", null, bytes);
    }
}
