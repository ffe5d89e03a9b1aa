/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.media.video;

import io.github.flinkkvs.media.MediaException;
import io.github.flinkkvs.media.Picture;
import io.github.flinkkvs.media.ffmpeg.FFmpegDecoder.Outcome;
import io.github.flinkkvs.media.ffmpeg.FFmpegLibrary;
import io.github.flinkkvs.mkv.parser.MkvException;

import org.apache.flink.annotation.PublicEvolving;

import javax.annotation.Nullable;

import java.awt.image.BufferedImage;
import java.nio.ByteBuffer;

/**
 * Makes images of single key frames whose fragment is not at hand, such as rows of a table of
 * frames. Of the options it takes size, format, quality, the limit of pixels and whether pixels
 * stay as they are coded. What only the track says of how they are shown is not known here.
 *
 * <p>Not thread-safe. Memory is native: close it.
 */
@PublicEvolving
public final class KeyFrameDecoder implements AutoCloseable {

    private final PictureOptions options;
    private final PixelConverter converter;

    /** Of the last frame, until the next is decoded: its memory is for that one to use. */
    @Nullable private FFmpegVideoDecoder last;

    private boolean closed;

    /**
     * @throws MediaException if native libraries are missing
     */
    public KeyFrameDecoder(PictureOptions options) {
        FFmpegLibrary.load();
        this.options = options;
        this.converter = new PixelConverter(options);
    }

    /**
     * The image of a key frame.
     *
     * @param codecId CodecID of its track
     * @param codecPrivate CodecPrivate of its track, not to be changed any more; null if it has
     *     none
     * @param frame its payload as the producer wrote it
     * @throws MediaException if it cannot be decoded: it is damaged, no key frame, or of a codec
     *     that is not known here
     */
    public BufferedImage decode(String codecId, @Nullable byte[] codecPrivate, ByteBuffer frame) {
        byte[] pixels = convert(codecId, codecPrivate, frame);
        return options.format().image(converter.width(), converter.height(), pixels);
    }

    /**
     * As {@link #decode}, as the file of which {@link PictureOptions#jpeg(float)} tells the
     * quality, with no image between.
     *
     * @throws IllegalStateException if the options are not those of a JPEG
     * @throws MediaException as above, or if it is too large for a JPEG
     */
    public byte[] jpeg(String codecId, @Nullable byte[] codecPrivate, ByteBuffer frame) {
        if (options.format() != Picture.Format.JPEG) {
            throw new IllegalStateException(
                    "JPEGs need PictureOptions.jpeg(), the options of this decoder are of "
                            + options.format());
        }
        return convert(codecId, codecPrivate, frame);
    }

    private byte[] convert(String codecId, @Nullable byte[] codecPrivate, ByteBuffer frame) {
        if (closed) {
            throw new IllegalStateException("The decoder is closed");
        }
        // A new one for each: it must not matter which frames came before.
        FFmpegVideoDecoder decoder =
                new FFmpegVideoDecoder(codecId, codecPrivate, options.threads(1), 0);
        try {
            if (!decodes(decoder, frame)) {
                throw new MediaException(
                        "A frame of the codec "
                                + decoder.codec()
                                + " cannot be decoded by itself: it is damaged, or no key frame");
            }
            return converter.convert(decoder.frame(), null);
        } finally {
            closeLast();
            last = decoder;
        }
    }

    private static boolean decodes(FFmpegVideoDecoder decoder, ByteBuffer frame) {
        VideoCodec.Packet packet;
        try {
            packet = decoder.packet(frame);
        } catch (MkvException e) {
            return false;
        }
        decoder.send(0, packet);
        Outcome outcome = decoder.next();
        for (boolean hasMore = true; hasMore && outcome == Outcome.NOTHING; ) {
            hasMore = decoder.drain();
            outcome = decoder.next();
        }
        return outcome == Outcome.FRAME && !decoder.isDamaged();
    }

    private void closeLast() {
        if (last != null) {
            last.close();
            last = null;
        }
    }

    /** Frees its memory. */
    @Override
    public void close() {
        closed = true;
        closeLast();
        converter.close();
    }
}
