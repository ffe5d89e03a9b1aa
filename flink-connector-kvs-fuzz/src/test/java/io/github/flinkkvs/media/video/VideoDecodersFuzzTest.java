/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.media.video;

import io.github.flinkkvs.fuzz.Check;
import io.github.flinkkvs.fuzz.Fuzzed;
import io.github.flinkkvs.fuzz.Pieces;
import io.github.flinkkvs.media.MediaException;
import io.github.flinkkvs.media.ffmpeg.FFmpegDecoder;
import io.github.flinkkvs.mkv.parser.MkvException;

import java.nio.ByteBuffer;
import java.util.List;

/**
 * Any CodecPrivate and any frames give pictures, or are said to be damaged, in each of FFmpeg's
 * decoders that are used; within its limit of pixels. Without the Matroska around them, of which
 * mutations spoil most. In the package of what it tests.
 *
 * <p>The first byte of an input gives the codec, the second whether to decode with threads; then
 * come CodecPrivate and frames as {@link Pieces}.
 */
class VideoDecodersFuzzTest {

    private static final long MAX_PIXELS = 1 << 20;

    private static final List<String> CODECS =
            List.of(
                    "V_MPEG4/ISO/AVC",
                    "V_MPEGH/ISO/HEVC",
                    "V_MJPEG",
                    "V_AV1",
                    "V_VP8",
                    "V_VP9",
                    "V_MPEG4/ISO/ASP",
                    "V_MS/VFW/FOURCC");

    @Fuzzed
    void anyFrames(byte[] input) {
        if (input.length < 2) {
            return;
        }
        String codec = CODECS.get((input[0] & 0xFF) % CODECS.size());
        List<byte[]> pieces = Pieces.of(input, 2);
        byte[] codecPrivate = pieces.isEmpty() ? null : pieces.get(0);
        PictureOptions options =
                PictureOptions.defaults()
                        .maxPixels(MAX_PIXELS)
                        .size(64, 0)
                        .jpeg()
                        .threads(1 + (input[1] & 1));
        decodeAsStream(codec, codecPrivate, pieces, options);
        decodeKeyFrames(codec, codecPrivate, pieces, options);
    }

    private static void decodeAsStream(
            String codec, byte[] codecPrivate, List<byte[]> pieces, PictureOptions options) {
        try (FFmpegVideoDecoder decoder = new FFmpegVideoDecoder(codec, codecPrivate, options, 0)) {
            for (int i = 1; i < pieces.size(); i++) {
                try {
                    decoder.send(i, decoder.packet(ByteBuffer.wrap(pieces.get(i))));
                } catch (MkvException | MediaException e) {
                    Check.saysSomething(e);
                    continue;
                }
                receive(decoder, pieces.size());
            }
            for (boolean hasMore = true; hasMore; ) {
                hasMore = decoder.drain();
                receive(decoder, pieces.size());
            }
        } catch (MediaException e) {
            Check.saysSomething(e);
        }
    }

    private static void receive(FFmpegVideoDecoder decoder, int sent) {
        for (FFmpegDecoder.Outcome next = decoder.next();
                next != FFmpegDecoder.Outcome.NOTHING;
                next = decoder.next()) {
            if (next == FFmpegDecoder.Outcome.FRAME) {
                long pixels = (long) decoder.frame().width() * decoder.frame().height();
                Check.that(pixels <= MAX_PIXELS, pixels + " pixels");
                Check.that(decoder.sequence() < sent, "a frame that was not sent");
            }
        }
    }

    private static void decodeKeyFrames(
            String codec, byte[] codecPrivate, List<byte[]> pieces, PictureOptions options) {
        try (KeyFrameDecoder decoder = new KeyFrameDecoder(options)) {
            for (int i = 1; i < Math.min(pieces.size(), 4); i++) {
                try {
                    decoder.jpeg(codec, codecPrivate, ByteBuffer.wrap(pieces.get(i)));
                } catch (MediaException e) {
                    Check.saysSomething(e);
                }
            }
        }
    }
}
