/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.media.file;

import io.github.flinkkvs.media.TestFragments;
import io.github.flinkkvs.mkv.Fragment;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * A fragment with random values for everything a merger reads, and what a reader must find in it.
 */
final class RandomFragment {

    /** How a fragment relates to the previous one. */
    enum Step {
        LATER,
        BACK,
        OTHER_TRACKS,
        OTHER_SCALE,
        A_DAY_LATER
    }

    private static final long[] SCALES = {1_000_000, 1_000_000, 100_000, 10_000_000};

    final Step step;
    final Fragment fragment;

    /** In the order of the fragment. */
    final List<MergedFile.Block> blocks = new ArrayList<>();

    /** The time of its Cluster or its earliest block, whichever is earlier. */
    long begin;

    /** Consecutive ones of the same tracks: each later than the one before. */
    static List<RandomFragment> consecutive(long seed) throws Exception {
        return draw(new Random(seed), List.of(Step.LATER));
    }

    /** In any order, with any change of what they share. */
    static List<RandomFragment> any(long seed) throws Exception {
        return draw(
                new Random(seed),
                List.of(
                        Step.LATER,
                        Step.LATER,
                        Step.LATER,
                        Step.BACK,
                        Step.OTHER_TRACKS,
                        Step.OTHER_SCALE,
                        Step.A_DAY_LATER));
    }

    private static List<RandomFragment> draw(Random random, List<Step> steps) throws Exception {
        List<RandomFragment> fragments = new ArrayList<>();
        Producer producer = new Producer(random);
        int count = 1 + random.nextInt(8);
        for (int i = 0; i < count; i++) {
            Step step = i == 0 ? Step.LATER : steps.get(random.nextInt(steps.size()));
            fragments.add(new RandomFragment(random, producer, step, i + 1));
        }
        return fragments;
    }

    /** The state that one fragment leaves for the next. */
    private static final class Producer {
        private int trackCount;
        private int variant;
        private long scale;
        private long lastCluster;
        private long lastTime;

        Producer(Random random) {
            trackCount = 1 + random.nextInt(3);
            scale = SCALES[random.nextInt(SCALES.length)];
            lastTime = random.nextBoolean() ? 0 : 1_700_000_000_000_000_000L / scale;
            lastCluster = lastTime;
        }
    }

    private RandomFragment(Random random, Producer producer, Step step, int number)
            throws Exception {
        this.step = step;
        int lead = random.nextInt(3) == 0 ? random.nextInt(50) : 0;
        long cluster = producer.lastTime + 1 + random.nextInt(5_000) + lead;
        switch (step) {
            case BACK:
                cluster = Math.max(0, producer.lastCluster - random.nextInt(3_000));
                lead = 0;
                break;
            case OTHER_TRACKS:
                producer.variant++;
                break;
            case OTHER_SCALE:
                producer.scale = producer.scale == 1_000_000 ? 100_000 : 1_000_000;
                break;
            case A_DAY_LATER:
                cluster += Continuity.LONGEST_GAP.toNanos() / producer.scale;
                break;
            default:
        }
        begin = cluster;
        producer.lastTime = cluster;
        producer.lastCluster = cluster;
        byte[] media = cluster(random, producer, cluster, lead);
        fragment = TestFragments.read(document(producer, number, media)).get(0);
    }

    private byte[] cluster(Random random, Producer producer, long timestamp, int lead) {
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        content.writeBytes(element(0xE7, number(timestamp, 8)));
        int count = random.nextInt(7);
        for (int i = 0; i < count; i++) {
            int track = 1 + random.nextInt(producer.trackCount);
            int offset = random.nextInt(2_000 + lead) - lead;
            content.writeBytes(block(random, producer, track, timestamp, offset));
        }
        return element(0x1F43B675, content.toByteArray());
    }

    private byte[] block(Random random, Producer producer, int track, long cluster, int offset) {
        long time = cluster + offset;
        begin = Math.min(begin, time);
        producer.lastTime = Math.max(producer.lastTime, time);
        boolean laced = random.nextInt(4) == 0;
        byte[] data = new byte[random.nextInt(30)];
        random.nextBytes(data);
        // Three frames of the same size.
        byte[] payload = laced ? concat(new byte[] {2}, data, data, data) : data;
        int flags = (laced ? 0x04 : 0) | (random.nextBoolean() ? 0x08 : 0);
        if (random.nextInt(3) > 0) {
            flags |= random.nextBoolean() ? 0x80 : 0;
            byte[] block = element(0xA3, blockData(track, offset, flags, payload));
            blocks.add(new MergedFile.Block(track, time, block));
            return block;
        }
        byte[] block = element(0xA1, blockData(track, offset, flags, payload));
        byte[] duration = element(0x9B, number(random.nextInt(40), 2));
        byte[] reference = random.nextBoolean() ? new byte[0] : element(0xFB, number(-40, 2));
        // The last one of a lace is shown before the duration is over.
        producer.lastTime = Math.max(producer.lastTime, time + 40);
        blocks.add(new MergedFile.Block(track, time, concat(block, duration, reference)));
        return element(0xA0, block, duration, reference);
    }

    private static byte[] blockData(int track, int offset, int flags, byte[] payload) {
        return concat(
                new byte[] {(byte) (0x80 | track)},
                number(offset, 2),
                new byte[] {(byte) flags},
                payload);
    }

    private static byte[] tracks(Producer producer) {
        ByteArrayOutputStream entries = new ByteArrayOutputStream();
        for (int i = 1; i <= producer.trackCount; i++) {
            entries.writeBytes(
                    element(
                            0xAE,
                            element(0xD7, number(i, 1)),
                            element(0x73C5, number(i, 1)),
                            element(0x83, number(i == 1 ? 1 : 2, 1)),
                            element(0x86, text("X_TEST")),
                            element(0x536E, text("track " + producer.variant))));
        }
        return element(0x1654AE6B, entries.toByteArray());
    }

    private static byte[] document(Producer producer, int number, byte[] cluster) {
        byte[] leading =
                concat(
                        tag("AWS_KINESISVIDEO_FRAGMENT_NUMBER", "9134385233318" + number),
                        tag("AWS_KINESISVIDEO_SERVER_TIMESTAMP", "1600000000.000"),
                        tag("AWS_KINESISVIDEO_PRODUCER_TIMESTAMP", "1600000000.000"));
        byte[] trailing =
                concat(
                        tag("AWS_KINESISVIDEO_MILLIS_BEHIND_NOW", "0"),
                        tag("AWS_KINESISVIDEO_CONTINUATION_TOKEN", "9134385233318" + number));
        return concat(
                element(0x1A45DFA3, element(0x4282, text("matroska"))),
                new byte[] {0x18, 0x53, (byte) 0x80, 0x67, (byte) 0xFF},
                element(0x1549A966, element(0x2AD7B1, number(producer.scale, 4))),
                tracks(producer),
                element(0x1254C367, element(0x7373, leading)),
                cluster,
                element(0x1254C367, element(0x7373, trailing)));
    }

    // ---- EBML ---------------------------------------------------------------------------------

    private static byte[] tag(String name, String value) {
        return element(0x67C8, element(0x45A3, text(name)), element(0x4487, text(value)));
    }

    private static byte[] element(int id, byte[]... content) {
        byte[] data = concat(content);
        int idLength = (39 - Integer.numberOfLeadingZeros(id)) / 8;
        return concat(number(id, idLength), number(1L << 28 | data.length, 4), data);
    }

    private static byte[] number(long value, int length) {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = (byte) (value >> 8 * (length - 1 - i));
        }
        return bytes;
    }

    private static byte[] text(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] concat(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }

    @Override
    public String toString() {
        return step + " " + blocks;
    }
}
