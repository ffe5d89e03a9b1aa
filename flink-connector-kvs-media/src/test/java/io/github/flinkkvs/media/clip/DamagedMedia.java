/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.media.clip;

import io.github.flinkkvs.mkv.Fragment;
import io.github.flinkkvs.mkv.assembler.FragmentReader;
import io.github.flinkkvs.mkv.parser.MkvException;
import io.github.flinkkvs.testing.EmbeddedKvs;
import io.github.flinkkvs.testing.EmbeddedStream;
import io.github.flinkkvs.testing.log.StoredFragment;
import io.github.flinkkvs.testing.media.MediaClip;
import io.github.flinkkvs.testing.media.MediaFragment;

import javax.annotation.Nullable;

import java.io.ByteArrayOutputStream;
import java.time.Instant;
import java.util.List;
import java.util.Random;

/** Fragments of video and sound with some bytes changed. */
final class DamagedMedia {

    private static final long START = 1_750_000_000_000L;

    private DamagedMedia() {}

    /** Three fragments, as GetMedia delivers them. */
    static byte[] film() {
        ByteArrayOutputStream film = new ByteArrayOutputStream();
        try (EmbeddedKvs kvs = EmbeddedKvs.start()) {
            EmbeddedStream stream = kvs.createStream("camera");
            for (MediaFragment fragment :
                    MediaClip.h264WithAac().fragments(START, 8).subList(0, 3)) {
                stream.push(fragment);
            }
            for (StoredFragment stored : stream.pushed()) {
                film.writeBytes(stored.bytes());
            }
        }
        return film.toByteArray();
    }

    /** Those fragments of damaged media that can be read: none, if one cannot. */
    static List<Fragment> damage(byte[] film, Random random) {
        byte[] damaged = film.clone();
        for (int j = 0; j < 1 + random.nextInt(4); j++) {
            int at = random.nextInt(random.nextBoolean() ? 1_500 : damaged.length);
            damaged[at] = (byte) (random.nextBoolean() ? random.nextInt() : damaged[at] ^ 1);
        }
        try {
            return FragmentReader.readAll("camera", null, damaged);
        } catch (MkvException e) {
            return List.of();
        }
    }

    /** A clip of fragments; null if it cannot be made, for a reason that says so. */
    @Nullable
    static Clip clip(List<Fragment> fragments, Clip.Format format) {
        ClipRequest request =
                ClipRequest.of(
                                "camera",
                                Instant.ofEpochMilli(START),
                                Instant.ofEpochMilli(START + 10_000))
                        .withFormat(format);
        try {
            return ClipFile.of(request, "camera", "arn", fragments, false, 1 << 20);
        } catch (ClipException e) {
            return null;
        }
    }
}
