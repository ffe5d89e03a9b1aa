/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.mkv;

import javax.annotation.Nullable;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Writes what GetMedia sends, byte by byte. It shares no code with the parser, so that the two
 * cannot agree on the same mistake.
 */
public final class TestMedia {

    public static final String NUMBER = "91343852338381417542203754135250098963782391502";

    private static final String HEX = "0123456789ABCDEF";

    // ---- bytes --------------------------------------------------------------------------------

    /** Bytes from hex digits and {@code 'text'}; spaces and line breaks are ignored. */
    public static byte[] bytes(String... lines) {
        String all = String.join(" ", lines);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        int i = 0;
        while (i < all.length()) {
            char c = all.charAt(i);
            if (c == '\'') {
                int close = all.indexOf('\'', i + 1);
                out.writeBytes(text(all.substring(i + 1, close)));
                i = close + 1;
            } else if (c == ' ') {
                i++;
            } else {
                out.write(Integer.parseInt(all.substring(i, i + 2), 16));
                i += 2;
            }
        }
        return out.toByteArray();
    }

    public static String hex(byte[] bytes) {
        StringBuilder hex = new StringBuilder(2 * bytes.length);
        for (byte b : bytes) {
            hex.append(HEX.charAt(b >> 4 & 15)).append(HEX.charAt(b & 15));
        }
        return hex.toString();
    }

    public static byte[] text(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    public static byte[] concat(byte[]... parts) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            out.writeBytes(part);
        }
        return out.toByteArray();
    }

    public static byte[] concat(List<byte[]> parts) {
        return concat(parts.toArray(new byte[0][]));
    }

    // ---- EBML ---------------------------------------------------------------------------------

    /** A big-endian number without leading zero bytes. */
    public static byte[] number(long value) {
        int length = Math.max(1, (64 - Long.numberOfLeadingZeros(value) + 7) / 8);
        return number(value, length);
    }

    public static byte[] number(long value, int length) {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = (byte) (value >> 8 * (length - 1 - i));
        }
        return bytes;
    }

    /** A variable-length number in the given number of bytes. */
    public static byte[] vint(long value, int length) {
        return number(1L << 7 * length | value, length);
    }

    /** A variable-length number, as short as possible. */
    public static byte[] vint(long value) {
        int length = 1;
        while (value >= (1L << 7 * length) - 1) {
            length++;
        }
        return vint(value, length);
    }

    /** The unknown size: all bits set. */
    public static byte[] unknownSize(int length) {
        return vint((1L << 7 * length) - 1, length);
    }

    public static byte[] element(int id, byte[]... payload) {
        byte[] data = concat(payload);
        return concat(number(id & 0xFFFFFFFFL), vint(data.length), data);
    }

    public static byte[] element(int id, String text) {
        return element(id, text(text));
    }

    public static byte[] element(int id, long number) {
        return element(id, number(number));
    }

    /** An element whose size field has the given number of bytes. */
    public static byte[] sized(int sizeLength, int id, byte[]... payload) {
        byte[] data = concat(payload);
        return concat(number(id & 0xFFFFFFFFL), vint(data.length, sizeLength), data);
    }

    /** A Segment or Cluster of unknown size. */
    public static byte[] unknownSized(int sizeLength, int id, byte[]... payload) {
        return concat(number(id & 0xFFFFFFFFL), unknownSize(sizeLength), concat(payload));
    }

    // ---- Matroska -----------------------------------------------------------------------------

    public static byte[] ebmlHeader() {
        return element(0x1A45DFA3, element(0x4282, "matroska"));
    }

    public static byte[] info(long timestampScale) {
        return element(0x1549A966, element(0x2AD7B1, timestampScale));
    }

    public static byte[] track(int number, byte[]... more) {
        return element(
                0xAE,
                element(0xD7, number),
                element(0x73C5, number + 100),
                element(0x83, 1),
                element(0x86, "V_MPEG4/ISO/AVC"),
                concat(more));
    }

    public static byte[] tracks(byte[]... entries) {
        return element(0x1654AE6B, entries);
    }

    public static byte[] simpleTag(String name, String value, byte[]... more) {
        return element(0x67C8, element(0x45A3, name), element(0x4487, value), concat(more));
    }

    public static byte[] tags(byte[]... simpleTags) {
        return element(0x1254C367, element(0x7373, simpleTags));
    }

    public static byte[] cluster(byte[]... children) {
        return element(0x1F43B675, element(0xE7, 0), concat(children));
    }

    public static byte[] simpleBlock(int track, int time, int flags, byte[]... payload) {
        return element(0xA3, blockPayload(track, time, flags, payload));
    }

    public static byte[] blockGroup(byte[]... children) {
        return element(0xA0, children);
    }

    public static byte[] block(int track, int time, int flags, byte[]... payload) {
        return element(0xA1, blockPayload(track, time, flags, payload));
    }

    public static byte[] blockPayload(int track, int time, int flags, byte[]... payload) {
        return concat(vint(track), number(time, 2), number(flags, 1), concat(payload));
    }

    /** The part of a block after the flags: the number of frames, their sizes, the frames. */
    public static byte[] laced(int lacing, byte[]... frames) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(frames.length - 1);
        for (int i = 0; i < frames.length - 1; i++) {
            int size = frames[i].length;
            if (lacing == 0x02) {
                for (; size >= 255; size -= 255) {
                    out.write(255);
                }
                out.write(size);
            } else if (lacing == 0x06 && i == 0) {
                out.writeBytes(vint(size));
            } else if (lacing == 0x06) {
                out.writeBytes(difference(size - frames[i - 1].length));
            }
        }
        out.writeBytes(concat(frames));
        return out.toByteArray();
    }

    private static byte[] difference(int value) {
        int length = 1;
        while (Math.abs(value) > (1 << 7 * length - 1) - 1) {
            length++;
        }
        return vint(value + (1 << 7 * length - 1) - 1, length);
    }

    // ---- the service --------------------------------------------------------------------------

    /** Tags as the service writes them: all sizes in 4 bytes, one Tag, no Targets. */
    public static byte[] serviceTags(String... namesAndValues) {
        List<byte[]> simpleTags = new ArrayList<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            simpleTags.add(
                    sized(
                            4,
                            0x67C8,
                            sized(4, 0x45A3, text(namesAndValues[i])),
                            sized(4, 0x4487, text(namesAndValues[i + 1]))));
        }
        return sized(4, 0x1254C367, sized(4, 0x7373, concat(simpleTags)));
    }

    public static byte[] leadingTags(
            String number, String serverTimestamp, String producerTimestamp) {
        return serviceTags(
                "AWS_KINESISVIDEO_FRAGMENT_NUMBER", number,
                "AWS_KINESISVIDEO_SERVER_TIMESTAMP", serverTimestamp,
                "AWS_KINESISVIDEO_PRODUCER_TIMESTAMP", producerTimestamp);
    }

    public static byte[] leadingTags() {
        return leadingTags(NUMBER, "1519074132.668", "1518814932.515");
    }

    public static byte[] trailingTags(String millisBehindNow, String continuationToken) {
        return serviceTags(
                "AWS_KINESISVIDEO_MILLIS_BEHIND_NOW", millisBehindNow,
                "AWS_KINESISVIDEO_CONTINUATION_TOKEN", continuationToken);
    }

    public static byte[] trailingTags() {
        return trailingTags("909335", NUMBER);
    }

    /** A document: EBML header, and a Segment of unknown size with these children. */
    public static byte[] document(byte[]... segmentChildren) {
        return concat(ebmlHeader(), unknownSized(8, 0x18538067, segmentChildren));
    }

    /** A usual fragment with these children of its Cluster. */
    public static byte[] fragment(byte[]... clusterChildren) {
        return document(
                info(1_000_000),
                tracks(track(1)),
                leadingTags(),
                cluster(clusterChildren),
                trailingTags());
    }

    public static byte[] fragment() {
        return fragment(simpleBlock(1, 0, 0x80, text("frame")));
    }

    /** The document that the service sends in place of a fragment that it does not find. */
    public static byte[] fragmentNotFound(String number) {
        return concat(
                sized(
                        8,
                        0x1A45DFA3,
                        element(0x4282, "matroska"),
                        element(0x4287, 2),
                        element(0x4285, 2)),
                unknownSized(
                        8,
                        0x18538067,
                        serviceTags(
                                "AWS_KINESISVIDEO_ERROR_CODE", "FRAGMENT_NOT_FOUND",
                                "AWS_KINESISVIDEO_ERROR_ID", "3000",
                                "AWS_KINESISVIDEO_FRAGMENT_NUMBER", number)));
    }

    /** A declared track of video, number 1. */
    public static Track videoTrack(String codecId, @Nullable byte[] codecPrivate) {
        return new Track(
                1, 1, Track.Type.VIDEO, null, codecId, codecPrivate, 0, 0, null, null, null);
    }

    private TestMedia() {}
}
