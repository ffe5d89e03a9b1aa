/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.media.table;

import io.github.flinkkvs.testing.Camera;
import io.github.flinkkvs.testing.EmbeddedKvs;
import io.github.flinkkvs.testing.EmbeddedStream;
import io.github.flinkkvs.testing.log.StoredFragment;
import io.github.flinkkvs.testing.media.MediaClip;
import io.github.flinkkvs.testing.media.MediaFragment;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/** Fragments as bytes, as in a column of a table. */
final class TestPayloads {

    private TestPayloads() {}

    static List<byte[]> ofCamera(MediaClip clip, int count) {
        return pushed(
                stream ->
                        Camera.builder(stream)
                                .clip(clip)
                                .fragments(count)
                                .unlimitedSpeed()
                                .start()
                                .awaitDone(Duration.ofSeconds(30)));
    }

    static byte[] of(MediaFragment fragment) {
        return pushed(stream -> stream.push(fragment)).get(0);
    }

    static List<byte[]> pushed(Consumer<EmbeddedStream> producer) {
        try (EmbeddedKvs kvs = EmbeddedKvs.start()) {
            EmbeddedStream stream = kvs.createStream("camera");
            producer.accept(stream);
            return stream.pushed().stream().map(StoredFragment::bytes).collect(Collectors.toList());
        }
    }

    /** The same as in archived media: without the service's trailing Tags. */
    static byte[] withoutTrailingTags(byte[] payload) {
        byte[] id = {0x12, 0x54, (byte) 0xC3, 0x67};
        int token =
                lastIndexOf(
                        payload,
                        "AWS_KINESISVIDEO_MILLIS_BEHIND_NOW".getBytes(StandardCharsets.US_ASCII),
                        payload.length);
        return Arrays.copyOf(payload, lastIndexOf(payload, id, token));
    }

    static int lastIndexOf(byte[] bytes, byte[] part, int before) {
        for (int i = Math.min(before, bytes.length - part.length); i >= 0; i--) {
            if (Arrays.equals(bytes, i, i + part.length, part, 0, part.length)) {
                return i;
            }
        }
        throw new AssertionError("not found");
    }

    static byte[] concat(byte[] one, byte[] other) {
        byte[] both = Arrays.copyOf(one, one.length + other.length);
        System.arraycopy(other, 0, both, one.length, other.length);
        return both;
    }
}
