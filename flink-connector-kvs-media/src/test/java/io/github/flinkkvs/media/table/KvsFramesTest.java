/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.media.table;

import io.github.flinkkvs.testing.media.MediaClip;
import io.github.flinkkvs.testing.media.MediaFragment;
import io.github.flinkkvs.testing.media.MediaFrame;
import io.github.flinkkvs.testing.media.MediaTrack;

import org.apache.flink.types.Row;
import org.apache.flink.util.Collector;

import org.junit.jupiter.api.Test;

import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

class KvsFramesTest {

    private static final long START = 1_750_000_000_000L;

    private static final byte[] PRIVATE = {1, 100, 0, 13};

    private final CountedContext context = new CountedContext();

    private List<Row> frames(byte[] payload) throws Exception {
        KvsFrames frames = new KvsFrames();
        frames.open(context);
        List<Row> rows = new ArrayList<>();
        frames.setCollector(
                new Collector<>() {
                    @Override
                    public void collect(Row row) {
                        rows.add(row);
                    }

                    @Override
                    public void close() {}
                });
        frames.eval(payload);
        return rows;
    }

    private static MediaFragment.Builder twoTracks() {
        return MediaFragment.builder()
                .producerTimestampMillis(START)
                .track(MediaTrack.video(1, "lens", "V_MPEG4/ISO/AVC", PRIVATE, 16, 16))
                .track(MediaTrack.audio(2, "microphone", "A_PCM/INT/LIT", null, 8000, 1))
                .frame(MediaFrame.of(1, 0, true, new byte[] {1, 2, 3}))
                .frame(MediaFrame.of(2, 5, true, new byte[] {4, 5}))
                .frame(MediaFrame.of(1, 40, false, new byte[] {6}));
    }

    @Test
    void aRowForEachFrameOfAllTracks() throws Exception {
        List<Row> rows = frames(TestPayloads.of(twoTracks().build()));

        assertThat(rows)
                .containsExactly(
                        video(0, 0, true, new byte[] {1, 2, 3}),
                        Row.of(
                                1,
                                2L,
                                "microphone",
                                "AUDIO",
                                "A_PCM/INT/LIT",
                                null,
                                Instant.ofEpochMilli(START + 5),
                                true,
                                2,
                                new byte[] {4, 5}),
                        video(2, 40, false, new byte[] {6}));
    }

    private static Row video(int index, int millis, boolean keyFrame, byte[] data) {
        return Row.of(
                index,
                1L,
                "lens",
                "VIDEO",
                "V_MPEG4/ISO/AVC",
                PRIVATE,
                Instant.ofEpochMilli(START + millis),
                keyFrame,
                data.length,
                data);
    }

    @Test
    void aTrackThatIsNotDeclaredIsOther() throws Exception {
        byte[] payload =
                TestPayloads.of(
                        twoTracks().frame(MediaFrame.of(7, 60, true, new byte[] {8})).build());

        Row undeclared = frames(payload).get(3);

        assertThat(undeclared.<Long>getFieldAs(1)).isEqualTo(7);
        assertThat(undeclared.<String>getFieldAs(2)).isNull();
        assertThat(undeclared.<String>getFieldAs(3)).isEqualTo("OTHER");
        assertThat(undeclared.<String>getFieldAs(4)).isEmpty();
    }

    @Test
    void archivedFragmentsHaveTheSameFrames() throws Exception {
        byte[] payload = TestPayloads.ofCamera(MediaClip.h264WithAac(), 1).get(0);

        List<Row> rows = frames(payload);

        assertThat(rows).hasSizeGreaterThan(25);
        assertThat(frames(TestPayloads.withoutTrailingTags(payload))).isEqualTo(rows);
    }

    @Test
    void noFragmentHasNoFrames() throws Exception {
        assertThat(frames(null)).isEmpty();
        assertThat(context.damaged("KVS_FRAMES")).isZero();

        assertThat(frames(new byte[] {0, 1})).isEmpty();
        assertThat(context.damaged("KVS_FRAMES")).isEqualTo(1);
    }

    @Test
    void framesThatCannotBeFoundAreDamage() throws Exception {
        byte[] payload = TestPayloads.of(twoTracks().build());
        // The last block claims Xiph lacing, but has no room for the sizes.
        byte[] block = {(byte) 0x81, 0, 40, 0, 6};
        int at = TestPayloads.lastIndexOf(payload, block, payload.length);
        payload[at + 3] = 0x02;
        payload[at + 4] = 0;

        frames(payload);

        // One frame of no bytes: nothing is wrong with that yet.
        assertThat(context.damaged("KVS_FRAMES")).isZero();
        payload[at + 4] = 6;
        // The others are there.
        assertThat(frames(payload)).hasSize(2);
        assertThat(context.damaged("KVS_FRAMES")).isEqualTo(1);
    }

    /** Laced frames of zero bytes: a megabyte would become a gigabyte of rows. */
    @Test
    void moreFramesThanThereMayBeAreDamage() throws Exception {
        // A SimpleBlock of 256 frames of the same size, 0.
        byte[] block = {(byte) 0xA3, (byte) 0x85, (byte) 0x81, 0, 0, 4, (byte) 0xFF};
        int blocks = 1_000_001 / 256 + 1;
        ByteBuffer cluster = ByteBuffer.allocate(8 + blocks * block.length);
        cluster.putInt(0x1F43B675).putInt(0x10000000 | blocks * block.length);
        for (int i = 0; i < blocks; i++) {
            cluster.put(block);
        }
        MediaFragment hostile = twoTracks().elementAfter(cluster.array()).build();

        int[] rows = new int[1];
        KvsFrames frames = new KvsFrames();
        frames.open(context);
        frames.setCollector(
                new Collector<>() {
                    @Override
                    public void collect(Row row) {
                        rows[0]++;
                    }

                    @Override
                    public void close() {}
                });
        frames.eval(TestPayloads.of(hostile));
        assertThat(rows[0]).isBetween(999_000, 1_000_000);
        assertThat(context.damaged("KVS_FRAMES")).isEqualTo(1);
    }
}
