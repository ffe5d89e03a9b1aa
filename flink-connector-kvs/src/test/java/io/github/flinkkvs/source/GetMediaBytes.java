/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.source;

import io.github.flinkkvs.mkv.Fragment;
import io.github.flinkkvs.mkv.FrameFilter;
import io.github.flinkkvs.mkv.FrameRecord;
import io.github.flinkkvs.mkv.ServiceError;
import io.github.flinkkvs.mkv.assembler.FragmentAssembler;
import io.github.flinkkvs.mkv.assembler.FragmentHandler;
import io.github.flinkkvs.mkv.parser.MkvException;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** Builds GetMedia output with the minimum that a fragment needs. */
public final class GetMediaBytes {

    private static final int HEADER_LENGTH = header().length;

    /**
     * A fragment with one frame of the given size. Its producer timestamp is 1 s before the
     * server's.
     */
    public static byte[] fragment(long number, long serverTimestampMillis, int frameBytes) {
        return fragment(Long.toString(number), serverTimestampMillis, frameBytes);
    }

    public static byte[] fragment(String number, long serverTimestampMillis, int frameBytes) {
        return concat(
                header(),
                leadingTags(number, serverTimestampMillis),
                cluster(frameBytes),
                trailingTags(number));
    }

    /** A fragment of a producer whose clock differs from the service's. */
    public static byte[] fragment(
            long number, long serverTimestampMillis, long producerTimestampMillis, int frameBytes) {
        String text = Long.toString(number);
        return concat(
                header(),
                leadingTags(text, serverTimestampMillis, producerTimestampMillis),
                cluster(frameBytes),
                trailingTags(text));
    }

    /** A fragment with some frames of equal size; the first is a key frame. */
    public static byte[] fragmentOfFrames(
            long number, long serverTimestampMillis, int... frameBytes) {
        return fragmentOfFrames(Long.toString(number), serverTimestampMillis, frameBytes);
    }

    public static byte[] fragmentOfFrames(
            String number, long serverTimestampMillis, int... frameBytes) {
        return concat(
                header(),
                leadingTags(number, serverTimestampMillis),
                cluster(frameBytes),
                trailingTags(number));
    }

    /** A fragment of archived media, which lacks the service's trailing Tags. */
    public static byte[] archived(String number, long serverTimestampMillis, int... frameBytes) {
        return concat(header(), leadingTags(number, serverTimestampMillis), cluster(frameBytes));
    }

    /** The beginning of a fragment, up to and including its number and a part of its frame. */
    public static byte[] beginning(long number, long serverTimestampMillis, int frameBytes) {
        byte[] all =
                concat(
                        header(),
                        leadingTags(Long.toString(number), serverTimestampMillis),
                        cluster(frameBytes));
        return Arrays.copyOf(all, all.length - 1);
    }

    /** The beginning of a fragment, before its number. */
    public static byte[] header() {
        return concat(
                element(0x1A45DFA3, element(0x4282, text("matroska"))),
                new byte[] {0x18, 0x53, (byte) 0x80, 0x67, 1, -1, -1, -1, -1, -1, -1, -1},
                element(0x1549A966, element(0x2AD7B1, new byte[] {0x0F, 0x42, 0x40})));
    }

    /** A number in the service's format, which contains the server timestamp. */
    public static String number(long serverTimestampMillis, int index) {
        return BigInteger.ONE
                .shiftLeft(156)
                .add(BigInteger.valueOf(serverTimestampMillis).shiftLeft(28))
                .add(BigInteger.valueOf(index))
                .toString();
    }

    /** A fragment with a number and an invalid frame. */
    public static byte[] malformed(long number, long serverTimestampMillis) {
        return malformed(Long.toString(number), serverTimestampMillis);
    }

    public static byte[] malformed(String number, long serverTimestampMillis) {
        return concat(
                header(),
                leadingTags(number, serverTimestampMillis),
                // A SimpleBlock of two bytes has no room for its header.
                element(0x1F43B675, element(0xE7, new byte[1]), element(0xA3, new byte[2])));
    }

    /** Malformed before its number. */
    public static byte[] malformedEarly() {
        return concat(
                Arrays.copyOf(header(), HEADER_LENGTH),
                element(0x1F43B675, element(0xE7, new byte[1]), element(0xA3, new byte[2])));
    }

    /** What the service sends in place of a fragment. */
    public static byte[] error(int id, String code) {
        return concat(
                element(0x1A45DFA3, element(0x4282, text("matroska"))),
                new byte[] {0x18, 0x53, (byte) 0x80, 0x67, 1, -1, -1, -1, -1, -1, -1, -1},
                tags(
                        "AWS_KINESISVIDEO_ERROR_CODE",
                        code,
                        "AWS_KINESISVIDEO_ERROR_ID",
                        Integer.toString(id)));
    }

    /** What the archive sends in place of a fragment. */
    public static byte[] error(int id, String code, String number) {
        return concat(
                element(0x1A45DFA3, element(0x4282, text("matroska"))),
                new byte[] {0x18, 0x53, (byte) 0x80, 0x67, 1, -1, -1, -1, -1, -1, -1, -1},
                tags(
                        "AWS_KINESISVIDEO_ERROR_CODE",
                        code,
                        "AWS_KINESISVIDEO_ERROR_ID",
                        Integer.toString(id),
                        "AWS_KINESISVIDEO_FRAGMENT_NUMBER",
                        number));
    }

    /** A fragment of a stream, parsed. */
    public static Fragment parse(String streamName, boolean keepMedia, byte[] document)
            throws MkvException {
        List<Fragment> found = new ArrayList<>();
        new FragmentAssembler(streamName, null, keepMedia, Integer.MAX_VALUE)
                .feed(
                        ByteBuffer.wrap(document),
                        new FragmentHandler() {
                            @Override
                            public void onFragment(Fragment fragment) {
                                found.add(fragment);
                            }

                            @Override
                            public void onServiceError(ServiceError error) {
                                throw new AssertionError(error.toString());
                            }
                        });
        return found.get(0);
    }

    /** The frames of a fragment, parsed. */
    public static List<FrameRecord> parseFrames(String streamName, byte[] document)
            throws MkvException {
        List<FrameRecord> found = new ArrayList<>();
        FragmentAssembler.ofFrames(streamName, null, FrameFilter.all(), Integer.MAX_VALUE)
                .feed(
                        ByteBuffer.wrap(document),
                        new FragmentHandler() {
                            @Override
                            public void onFrame(FrameRecord frame) {
                                found.add(frame);
                            }

                            @Override
                            public void onFragment(Fragment fragment) {}

                            @Override
                            public void onServiceError(ServiceError error) {
                                throw new AssertionError(error.toString());
                            }
                        });
        return found;
    }

    public static byte[] concat(byte[]... parts) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            out.writeBytes(part);
        }
        return out.toByteArray();
    }

    private static byte[] leadingTags(String number, long serverTimestampMillis) {
        return leadingTags(number, serverTimestampMillis, producerMillis(serverTimestampMillis));
    }

    private static byte[] leadingTags(
            String number, long serverTimestampMillis, long producerTimestampMillis) {
        return tags(
                "AWS_KINESISVIDEO_FRAGMENT_NUMBER",
                number,
                "AWS_KINESISVIDEO_SERVER_TIMESTAMP",
                seconds(serverTimestampMillis),
                "AWS_KINESISVIDEO_PRODUCER_TIMESTAMP",
                seconds(producerTimestampMillis));
    }

    /** The producer timestamp of a fragment of that server timestamp. */
    public static long producerMillis(long serverTimestampMillis) {
        return Math.max(serverTimestampMillis - 1000, 0);
    }

    /** The server timestamp of a fragment of that producer timestamp. */
    public static long serverMillis(long producerTimestampMillis) {
        return producerTimestampMillis + 1000;
    }

    private static byte[] trailingTags(String number) {
        return tags(
                "AWS_KINESISVIDEO_MILLIS_BEHIND_NOW",
                "0",
                "AWS_KINESISVIDEO_CONTINUATION_TOKEN",
                number);
    }

    private static byte[] cluster(int... frameBytes) {
        byte[] content = element(0xE7, new byte[1]);
        for (int i = 0; i < frameBytes.length; i++) {
            byte[] block = new byte[4 + frameBytes[i]];
            block[0] = (byte) 0x81;
            block[2] = (byte) i;
            block[3] = (byte) (i == 0 ? 0x80 : 0);
            content = concat(content, element(0xA3, block));
        }
        return element(0x1F43B675, content);
    }

    private static String seconds(long millis) {
        return String.format(Locale.ROOT, "%d.%03d", millis / 1000, millis % 1000);
    }

    private static byte[] tags(String... namesAndValues) {
        ByteArrayOutputStream simpleTags = new ByteArrayOutputStream();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            simpleTags.writeBytes(
                    element(
                            0x67C8,
                            element(0x45A3, text(namesAndValues[i])),
                            element(0x4487, text(namesAndValues[i + 1]))));
        }
        return element(0x1254C367, element(0x7373, simpleTags.toByteArray()));
    }

    public static byte[] element(int id, byte[]... payload) {
        byte[] data = concat(payload);
        ByteBuffer out = ByteBuffer.allocate(8 + data.length);
        int idLength = (32 - Integer.numberOfLeadingZeros(id) + 7) / 8;
        for (int i = idLength - 1; i >= 0; i--) {
            out.put((byte) (id >>> 8 * i));
        }
        out.putInt(0x10000000 | data.length).put(data);
        return Arrays.copyOf(out.array(), out.position());
    }

    private static byte[] text(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private GetMediaBytes() {}
}
