/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.testing.internal.ebml;

import io.github.flinkkvs.testing.media.MediaClip;
import io.github.flinkkvs.testing.media.MediaFragment;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;

import static org.assertj.core.api.Assertions.assertThat;

/** Random pieces, and random damage. */
class ElementReaderTest {
    private static final byte[] DOCUMENT = document();

    static LongStream seeds() {
        return LongStream.range(0, Long.getLong("kvs.test.seeds", 100));
    }

    private static byte[] document() {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        List<MediaFragment> fragments = MediaClip.h264WithAac().fragments(0, 20);
        all.writeBytes(fragments.get(0).header());
        for (MediaFragment media : fragments.subList(0, 3)) {
            all.writeBytes(media.clusterStart(0));
            media.frames().forEach(frame -> all.writeBytes(media.block(frame)));
            all.writeBytes(MediaFragment.userTag("name", "value"));
        }
        return all.toByteArray();
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void piecesDoNotMatter(long seed) {
        ByteArrayOutputStream whole = new ByteArrayOutputStream();
        List<String> expected = read(new Random(0), DOCUMENT.length, DOCUMENT, whole);
        assertThat(whole.toByteArray()).isEqualTo(DOCUMENT);
        ByteArrayOutputStream pieces = new ByteArrayOutputStream();
        Random random = new Random(seed);
        assertThat(read(random, 1 + random.nextInt(200), DOCUMENT, pieces)).isEqualTo(expected);
        assertThat(pieces.toByteArray()).isEqualTo(DOCUMENT);
    }

    /** Whatever comes, it is read in full or refused with a reason. */
    @ParameterizedTest
    @MethodSource("seeds")
    void damageIsRefusedOrRead(long seed) {
        Random random = new Random(seed);
        byte[] damaged = DOCUMENT.clone();
        for (int i = 0; i < 1 + random.nextInt(5); i++) {
            damaged[random.nextInt(random.nextBoolean() ? 2_000 : damaged.length)] =
                    (byte) random.nextInt();
        }
        ByteArrayOutputStream read = new ByteArrayOutputStream();
        try {
            read(random, 1 + random.nextInt(5_000), damaged, read);
            assertThat(read.toByteArray()).isEqualTo(damaged);
        } catch (IllegalArgumentException e) {
            assertThat(e).hasMessageStartingWith("At byte ");
        }
    }

    private static List<String> read(
            Random random, int most, byte[] document, ByteArrayOutputStream bytes) {
        List<String> events = new ArrayList<>();
        ElementReader reader = new ElementReader();
        int length;
        for (int at = 0; at < document.length; at += length) {
            length = Math.min(document.length - at, 1 + random.nextInt(most));
            ByteBuffer piece = ByteBuffer.wrap(document, at, length);
            ElementReader.Event event;
            while ((event = reader.next(piece)) != ElementReader.Event.NEED_MORE) {
                if (event == ElementReader.Event.DATA) {
                    byte[] data = new byte[reader.data().remaining()];
                    reader.data().get(data);
                    bytes.writeBytes(data);
                } else {
                    events.add(event + " " + Integer.toHexString(reader.id()));
                }
                if (event == ElementReader.Event.OPEN) {
                    bytes.writeBytes(reader.header());
                }
            }
            assertThat(piece.hasRemaining()).isFalse();
        }
        return events;
    }
}
