/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.mkv;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

import static io.github.flinkkvs.mkv.TestMedia.concat;
import static io.github.flinkkvs.mkv.TestMedia.laced;
import static io.github.flinkkvs.mkv.TestMedia.number;
import static io.github.flinkkvs.mkv.TestMedia.sized;
import static io.github.flinkkvs.mkv.TestMedia.text;
import static io.github.flinkkvs.mkv.TestMedia.unknownSized;
import static io.github.flinkkvs.mkv.TestMedia.vint;

/** One random document of the service, and what a reader must find in it. */
public final class RandomMedia {

    private static final int[] LACINGS = {0, 0x02, 0x04, 0x06};

    private final Random random;

    /** Without lacing, nested and binary tags, which AWS's own parser does not know. */
    private final boolean plain;

    /**
     * How sizes of the producer's elements are written: as short as possible, or all in 8 bytes.
     */
    private final boolean longSizes;

    public final String number;
    public final long serverMillis;
    public final long producerMillis;
    public final long millisBehindNow;
    public final long timestampScale;
    public final List<Tag> tags = new ArrayList<>();
    public final List<Track> tracks = new ArrayList<>();

    /** As {@link Describe#frame} puts it. */
    public final List<String> frames = new ArrayList<>();

    public final byte[] bytes;

    public static List<RandomMedia> documents(long seed, int count) {
        return documents(seed, count, false);
    }

    public static List<RandomMedia> plainDocuments(long seed, int count) {
        return documents(seed, count, true);
    }

    private static List<RandomMedia> documents(long seed, int count, boolean plain) {
        Random random = new Random(seed);
        List<RandomMedia> documents = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            documents.add(new RandomMedia(random, i + 1, plain));
        }
        return documents;
    }

    public static byte[] bytesOf(List<RandomMedia> documents) {
        byte[][] all = documents.stream().map(d -> d.bytes).toArray(byte[][]::new);
        return concat(all);
    }

    private RandomMedia(Random random, int counter, boolean plain) {
        this.random = random;
        this.plain = plain;
        this.longSizes = random.nextInt(4) == 0;
        // AWS's parser converts through double and rounds up: it reads 32.365 s as 32366 ms.
        // Eighths of a second are exact in both.
        int step = plain ? 125 : 1;
        this.serverMillis = (1_500_000_000_000L + random.nextInt()) / step * step;
        this.producerMillis =
                random.nextBoolean() ? serverMillis - 500 : random.nextInt(60_000) / step * step;
        this.millisBehindNow = random.nextInt(1_000_000);
        this.timestampScale = pick(1_000_000L, 1_000_000L, 100L, 999L, 1_000_000_000L);
        this.number =
                BigInteger.ONE
                        .shiftLeft(156)
                        .or(BigInteger.valueOf(counter).shiftLeft(92))
                        .or(BigInteger.valueOf(serverMillis).shiftLeft(28))
                        .toString();
        this.bytes = concat(header(), segment());
    }

    // ---- elements -----------------------------------------------------------------------------

    private byte[] header() {
        String docType = random.nextInt(3) == 0 ? "matroska\0" : "matroska";
        return sized(
                random.nextBoolean() ? 1 : 8,
                0x1A45DFA3,
                sized(1, 0x4286, number(1)),
                sized(1, 0x4282, text(docType)));
    }

    private byte[] segment() {
        List<byte[]> children = new ArrayList<>();
        if (random.nextBoolean()) {
            children.add(element(0x114D9B74, element(0x4DBB, element(0x53AC, number(77)))));
        }
        addFiller(children);
        userTags(children, Tag.Place.BEFORE_MEDIA);
        children.add(
                element(
                        0x1549A966,
                        element(0x2AD7B1, number(timestampScale)),
                        element(0x4489, number(Double.doubleToLongBits(10_000), 8)),
                        element(0x7BA9, text("a title\0"))));
        children.add(tracks());
        addFiller(children);
        userTags(children, Tag.Place.BEFORE_MEDIA);
        children.add(TestMedia.leadingTags(number, seconds(serverMillis), seconds(producerMillis)));
        addServiceTag("AWS_KINESISVIDEO_FRAGMENT_NUMBER", number, Tag.Place.BEFORE_MEDIA);
        addServiceTag(
                "AWS_KINESISVIDEO_SERVER_TIMESTAMP", seconds(serverMillis), Tag.Place.BEFORE_MEDIA);
        addServiceTag(
                "AWS_KINESISVIDEO_PRODUCER_TIMESTAMP",
                seconds(producerMillis),
                Tag.Place.BEFORE_MEDIA);
        children.add(cluster());
        if (random.nextInt(3) == 0) {
            children.add(element(0x1C53BB6B, element(0xBB, element(0xB3, number(0)))));
        }
        userTags(children, Tag.Place.AFTER_MEDIA);
        children.add(TestMedia.trailingTags(Long.toString(millisBehindNow), number));
        addServiceTag(
                "AWS_KINESISVIDEO_MILLIS_BEHIND_NOW",
                Long.toString(millisBehindNow),
                Tag.Place.AFTER_MEDIA);
        addServiceTag("AWS_KINESISVIDEO_CONTINUATION_TOKEN", number, Tag.Place.AFTER_MEDIA);
        return unknownSized(1 + random.nextInt(8), 0x18538067, concat(children));
    }

    private byte[] tracks() {
        List<byte[]> entries = new ArrayList<>();
        int count = 1 + random.nextInt(3);
        for (int i = 1; i <= count; i++) {
            entries.add(track(i));
        }
        return element(0x1654AE6B, concat(entries));
    }

    private byte[] track(int trackNumber) {
        long uid = 1 + random.nextInt(Integer.MAX_VALUE);
        String name = random.nextBoolean() ? "track name " + trackNumber : null;
        boolean isVideo = random.nextBoolean();
        String codecId = isVideo ? "V_MPEG4/ISO/AVC" : "A_AAC";
        byte[] codecPrivate = random.nextBoolean() ? payload(40) : null;
        long defaultDuration = random.nextBoolean() ? 1 + random.nextInt(40_000_000) : 0;
        List<byte[]> children = new ArrayList<>();
        children.add(element(0xD7, number(trackNumber)));
        children.add(element(0x73C5, number(uid)));
        children.add(element(0x83, number(isVideo ? 1 : 2)));
        children.add(element(0x86, text(codecId)));
        if (name != null) {
            children.add(element(0x536E, text(random.nextBoolean() ? name : name + "\0\0")));
        }
        if (codecPrivate != null) {
            children.add(element(0x63A2, codecPrivate));
        }
        if (defaultDuration != 0) {
            children.add(element(0x23E383, number(defaultDuration)));
        }
        long codecDelay = random.nextBoolean() ? 0 : random.nextInt(1_000_000_000);
        if (codecDelay != 0) {
            children.add(element(0x56AA, number(codecDelay)));
        }
        Track.Video video = null;
        Track.Audio audio = null;
        if (isVideo) {
            int width = 1 + random.nextInt(4096);
            int height = 1 + random.nextInt(4096);
            int shown = random.nextBoolean() ? width : 1 + random.nextInt(4096);
            int rotation = 90 * random.nextInt(4);
            boolean mirrored = random.nextBoolean();
            video = new Track.Video(width, height, shown, height, rotation, mirrored);
            children.add(
                    element(
                            0xE0,
                            element(0xB0, number(width)),
                            element(0xBA, number(height)),
                            shown == width ? new byte[0] : element(0x54B0, number(shown)),
                            element(
                                    0x7670,
                                    element(0x7673, floating(mirrored ? 180 : 0)),
                                    element(0x7675, floating(rotation))),
                            // Colour: unknown to this connector.
                            element(0x55B0, element(0x55B1, number(1)))));
        } else {
            int frequency = 1 + random.nextInt(96_000);
            audio = new Track.Audio(frequency, 2, 16);
            children.add(
                    element(
                            0xE1,
                            element(0xB5, floating(frequency)),
                            element(0x9F, number(2)),
                            element(0x6264, number(16))));
        }
        tracks.add(
                new Track(
                        trackNumber,
                        uid,
                        isVideo ? Track.Type.VIDEO : Track.Type.AUDIO,
                        name,
                        codecId,
                        codecPrivate,
                        defaultDuration,
                        codecDelay,
                        video,
                        audio,
                        null));
        return element(0xAE, concat(children));
    }

    private byte[] floating(float value) {
        return random.nextBoolean()
                ? number(Float.floatToIntBits(value), 4)
                : number(Double.doubleToLongBits(value), 8);
    }

    private byte[] cluster() {
        List<byte[]> children = new ArrayList<>();
        if (random.nextInt(4) == 0) {
            children.add(element(0xBF, number(random.nextInt(), 4)));
        }
        children.add(element(0xE7, number(random.nextInt(Integer.MAX_VALUE))));
        int blocks = random.nextInt(8);
        for (int i = 0; i < blocks; i++) {
            children.add(block());
            addFiller(children);
        }
        byte[] payload = concat(children);
        int sizeLength = 1 + random.nextInt(8);
        if (random.nextBoolean()) {
            return unknownSized(sizeLength, 0x1F43B675, payload);
        }
        return sized(Math.max(sizeLength, 3), 0x1F43B675, payload);
    }

    private byte[] block() {
        Track track = tracks.get(random.nextInt(tracks.size()));
        int time = random.nextInt(1 << 16) - (1 << 15);
        int lacing = plain ? 0 : LACINGS[random.nextInt(LACINGS.length)];
        byte[][] payloads = payloads(lacing);
        int flags = lacing | (random.nextBoolean() ? 0x08 : 0);
        byte[] data = lacing == 0 ? payloads[0] : laced(lacing, payloads);
        if (random.nextBoolean()) {
            flags |= (random.nextBoolean() ? 0x80 : 0) | (random.nextBoolean() ? 0x01 : 0);
            long duration = track.defaultDurationNanos();
            addFrames(track, time, flags, duration == 0 ? -1 : duration, new long[0], payloads);
            return element(0xA3, blockPayload(track, time, flags, data));
        }
        List<byte[]> children = new ArrayList<>();
        children.add(element(0xA1, blockPayload(track, time, flags, data)));
        long duration = track.defaultDurationNanos() == 0 ? -1 : track.defaultDurationNanos();
        if (random.nextBoolean()) {
            int units = random.nextInt(100);
            duration = units * timestampScale / payloads.length;
            // Before or after the Block: both are allowed.
            children.add(random.nextInt(children.size() + 1), element(0x9B, number(units)));
        }
        long[] references = random.longs(random.nextInt(3), -1000, 1000).toArray();
        for (long reference : references) {
            children.add(element(0xFB, number(reference, 2)));
        }
        int told = flags | (references.length == 0 ? 0x80 : 0);
        addFrames(track, time, told, duration, references, payloads);
        return element(0xA0, concat(children));
    }

    private byte[] blockPayload(Track track, int time, int flags, byte[] data) {
        byte[] trackNumber = vint(track.number(), 1 + random.nextInt(plain ? 2 : 8));
        return concat(trackNumber, number(time, 2), number(flags, 1), data);
    }

    private void addFrames(
            Track track, int time, int flags, long duration, long[] references, byte[][] payloads) {
        long offset = time * timestampScale;
        for (byte[] payload : payloads) {
            frames.add(
                    Describe.frame(
                            track.number(),
                            producerMillis + Math.floorDiv(offset, 1_000_000L),
                            offset,
                            duration,
                            (flags & 0x80) != 0,
                            (flags & 0x08) != 0,
                            (flags & 0x01) != 0,
                            references,
                            payload));
            offset += Math.max(duration, 0);
        }
    }

    private byte[][] payloads(int lacing) {
        byte[][] payloads = new byte[lacing == 0 ? 1 : 1 + random.nextInt(6)][];
        int fixedSize = random.nextInt(30);
        for (int i = 0; i < payloads.length; i++) {
            payloads[i] = payload(random.nextInt(5) == 0 ? 600 : 40);
            if (lacing == 0x04) {
                payloads[i] = Arrays.copyOf(payloads[i], fixedSize);
            }
        }
        return payloads;
    }

    /** Some would confuse a reader that scans for headers; some are large. */
    private byte[] payload(int maxLength) {
        if (random.nextInt(6) == 0) {
            return TestMedia.bytes("1A45DFA3 8B 4282 88 'matroska' 18538067 FF 1F43B675 FF");
        }
        byte[] payload = new byte[random.nextInt(random.nextInt(12) == 0 ? 6000 : maxLength)];
        random.nextBytes(payload);
        return payload;
    }

    // ---- tags ---------------------------------------------------------------------------------

    private void userTags(List<byte[]> children, Tag.Place place) {
        int elements = random.nextInt(3);
        for (int i = 0; i < elements; i++) {
            List<byte[]> coded = new ArrayList<>();
            // AWS's parser does not tell binary tags from text, and knows no nesting.
            if (random.nextBoolean()) {
                coded.add(element(0x63C0, element(0x68CA, number(50))));
            }
            int count = random.nextInt(4);
            for (int j = 0; j < count; j++) {
                coded.add(userTag(place, tags, 0));
            }
            children.add(element(0x1254C367, element(0x7373, concat(coded))));
        }
    }

    private byte[] userTag(Tag.Place place, List<Tag> into, int depth) {
        // Few names, so that they repeat.
        String name = pick("site", "lens", "AWS_KINESISVIDEO_IMAGE_PREFIX");
        List<byte[]> parts = new ArrayList<>();
        parts.add(element(0x45A3, text(name)));
        String value = "value " + random.nextInt();
        byte[] binary = null;
        if (!plain && random.nextInt(3) == 0) {
            value = null;
            binary = payload(20);
            parts.add(element(0x4485, binary));
        } else {
            parts.add(element(0x4487, text(random.nextBoolean() ? value : value + "\0")));
        }
        String language = "und";
        if (random.nextBoolean()) {
            language = "ger";
            parts.add(element(0x447A, text("ger")));
        }
        if (!plain && random.nextBoolean()) {
            language = "de-AT";
            parts.add(1 + random.nextInt(parts.size()), element(0x447B, text("de-AT")));
        }
        List<Tag> nested = new ArrayList<>();
        if (!plain && depth < 3) {
            for (int i = random.nextInt(3); i > 0; i--) {
                parts.add(userTag(place, nested, depth + 1));
            }
        }
        into.add(new Tag(name, value, binary, language, nested, place));
        return element(0x67C8, concat(parts));
    }

    private void addServiceTag(String name, String value, Tag.Place place) {
        tags.add(new Tag(name, value, null, "und", List.of(), place));
    }

    // ---- helpers ------------------------------------------------------------------------------

    /** What every reader must skip: Void, CRC-32, and an unknown element. */
    private void addFiller(List<byte[]> children) {
        switch (random.nextInt(8)) {
            case 0:
                children.add(element(0xEC, payload(50)));
                break;
            case 1:
                children.add(element(0xBF, number(random.nextInt(), 4)));
                break;
            case 2:
                children.add(element(0x3A5A5A, payload(50)));
                break;
            default:
                break;
        }
    }

    private byte[] element(int id, byte[] payload) {
        return longSizes ? sized(8, id, payload) : TestMedia.element(id, payload);
    }

    private byte[] element(int id, byte[] first, byte[] second, byte[]... more) {
        return element(id, concat(first, second, concat(more)));
    }

    private static String seconds(long millis) {
        return String.format("%d.%03d", millis / 1000, millis % 1000);
    }

    @SafeVarargs
    private final <T> T pick(T... choices) {
        return choices[random.nextInt(choices.length)];
    }
}
