/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.testing.internal.ingest;

import io.github.flinkkvs.testing.behavior.Behavior;
import io.github.flinkkvs.testing.behavior.Limits;
import io.github.flinkkvs.testing.internal.ebml.ElementReader;
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

/** Random pieces of requests, sound and damaged. */
class UploadAssemblerTest {
    private static final List<MediaFragment> MEDIA = MediaClip.h264WithAac().fragments(0, 20);
    private static final byte[] REQUEST = request();

    static LongStream seeds() {
        return LongStream.range(0, Long.getLong("kvs.test.seeds", 100));
    }

    private static byte[] request() {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        all.writeBytes(MEDIA.get(0).header());
        for (MediaFragment media : MEDIA) {
            all.writeBytes(cluster(media));
        }
        return all.toByteArray();
    }

    private static byte[] cluster(MediaFragment media) {
        ByteArrayOutputStream cluster = new ByteArrayOutputStream();
        cluster.writeBytes(media.clusterStart(media.producerTimestampMillis(0)));
        media.frames().forEach(frame -> cluster.writeBytes(media.block(frame)));
        cluster.writeBytes(MediaFragment.userTag("name", "value"));
        return cluster.toByteArray();
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void piecesDoNotMatter(long seed) throws Exception {
        Random random = new Random(seed);
        Fragments fragments = new Fragments();
        read(random, 1 + random.nextInt(3_000), REQUEST, fragments);
        assertThat(fragments.complete).hasSameSizeAs(MEDIA);
        for (int i = 0; i < MEDIA.size(); i++) {
            assertThat(fragments.complete.get(i)).isEqualTo(cluster(MEDIA.get(i)));
            assertThat(fragments.headers.get(i)).isEqualTo(MEDIA.get(0).header());
        }
    }

    /** What is damaged is refused, or stored as it is; nothing else happens. */
    @ParameterizedTest
    @MethodSource("seeds")
    void damageIsRefusedOrStored(long seed) {
        Random random = new Random(seed);
        byte[] damaged = REQUEST.clone();
        for (int i = 0; i < 1 + random.nextInt(5); i++) {
            damaged[random.nextInt(random.nextBoolean() ? 1_000 : damaged.length)] =
                    (byte) random.nextInt();
        }
        Fragments fragments = new Fragments();
        try {
            read(random, 1 + random.nextInt(3_000), damaged, fragments);
            assertThat(fragments.complete).isNotEmpty();
        } catch (IngestException e) {
            assertThat(e.error()).isNotNull();
        } catch (IllegalArgumentException e) {
            assertThat(e.getMessage()).isNotBlank();
        }
        long stored = fragments.complete.stream().mapToLong(bytes -> bytes.length).sum();
        assertThat(stored).isLessThanOrEqualTo(damaged.length);
    }

    private static void read(Random random, int most, byte[] request, Fragments fragments)
            throws IngestException {
        ElementReader reader = new ElementReader();
        UploadAssembler assembler =
                new UploadAssembler(Limits.service(), Behavior::likely, fragments);
        int length;
        for (int at = 0; at < request.length; at += length) {
            length = Math.min(request.length - at, 1 + random.nextInt(most));
            ByteBuffer piece = ByteBuffer.wrap(request, at, length);
            ElementReader.Event event;
            while ((event = reader.next(piece)) != ElementReader.Event.NEED_MORE) {
                switch (event) {
                    case OPEN:
                        assembler.open(reader);
                        break;
                    case DATA:
                        assembler.data(reader);
                        break;
                    default:
                        assembler.close(reader);
                }
            }
        }
        assembler.end();
    }

    /** Keeps fragments in memory. */
    private static final class Fragments implements UploadAssembler.Sink {
        final List<byte[]> headers = new ArrayList<>();
        final List<byte[]> complete = new ArrayList<>();
        private final ByteArrayOutputStream open = new ByteArrayOutputStream();

        @Override
        public void begin(long timecode, byte[] header, byte[] clusterStart) {
            headers.add(header);
            open.reset();
            open.writeBytes(clusterStart);
        }

        @Override
        public void append(byte[] bytes) {
            open.writeBytes(bytes);
        }

        @Override
        public void complete(long durationMillis) {
            complete.add(open.toByteArray());
        }
    }
}
