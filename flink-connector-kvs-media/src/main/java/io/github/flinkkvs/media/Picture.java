/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.media;

import io.github.flinkkvs.mkv.FragmentNumber;

import org.apache.flink.annotation.PublicEvolving;

import javax.imageio.ImageIO;
import javax.imageio.stream.MemoryCacheImageInputStream;

import java.awt.image.BufferedImage;
import java.awt.image.DataBufferByte;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Objects;

/**
 * A decoded video frame: its pixels, and which frame of which fragment it was. Immutable.
 *
 * <p>Pixels are stored row by row from the top left, without gaps, except in {@link Format#JPEG}.
 */
@PublicEvolving
public final class Picture {

    /** What the bytes of a picture are. */
    public enum Format {
        /** Red, green, blue. */
        RGB24(3, BufferedImage.TYPE_3BYTE_BGR),
        /** Blue, green, red, as Java's images have them. */
        BGR24(3, BufferedImage.TYPE_3BYTE_BGR),
        /** Brightness. */
        GRAY8(1, BufferedImage.TYPE_BYTE_GRAY),
        /** A file, a fraction of the size of the pixels. */
        JPEG(0, BufferedImage.TYPE_CUSTOM);

        private final int bytesPerPixel;
        private final int imageType;

        Format(int bytesPerPixel, int imageType) {
            this.bytesPerPixel = bytesPerPixel;
            this.imageType = imageType;
        }

        /** 0 if that differs. */
        public int bytesPerPixel() {
            return bytesPerPixel;
        }

        /**
         * An image of three bytes a pixel, or gray.
         *
         * @param bytes pixels as those of a picture of this format, or a JPEG; not kept
         * @throws UncheckedIOException if it is a JPEG that is damaged
         */
        public BufferedImage image(int width, int height, byte[] bytes) {
            if (this == JPEG) {
                return decodedJpeg(bytes);
            }
            BufferedImage image = new BufferedImage(width, height, imageType);
            byte[] target = ((DataBufferByte) image.getRaster().getDataBuffer()).getData();
            if (this == RGB24) {
                for (int i = 0; i < bytes.length; i += 3) {
                    target[i] = bytes[i + 2];
                    target[i + 1] = bytes[i + 1];
                    target[i + 2] = bytes[i];
                }
            } else {
                System.arraycopy(bytes, 0, target, 0, bytes.length);
            }
            return image;
        }
    }

    private final String streamName;
    private final FragmentNumber fragmentNumber;
    private final long trackNumber;
    private final int frameIndex;
    private final long timestampMillis;
    private final int width;
    private final int height;
    private final Format format;
    private final byte[] pixels;

    /**
     * @param pixels or the JPEG; not copied, not to be changed any more
     */
    public Picture(
            String streamName,
            FragmentNumber fragmentNumber,
            long trackNumber,
            int frameIndex,
            long timestampMillis,
            int width,
            int height,
            Format format,
            byte[] pixels) {
        boolean fits =
                format == Format.JPEG
                        ? pixels.length > 0
                        : (long) width * height * format.bytesPerPixel == pixels.length;
        if (width < 1 || height < 1 || !fits) {
            throw new IllegalArgumentException(
                    "A picture of "
                            + width
                            + "x"
                            + height
                            + " pixels in "
                            + format
                            + " does not have "
                            + pixels.length
                            + " bytes");
        }
        this.streamName = Objects.requireNonNull(streamName);
        this.fragmentNumber = Objects.requireNonNull(fragmentNumber);
        this.trackNumber = trackNumber;
        this.frameIndex = frameIndex;
        this.timestampMillis = timestampMillis;
        this.width = width;
        this.height = height;
        this.format = format;
        this.pixels = pixels;
    }

    public String streamName() {
        return streamName;
    }

    public FragmentNumber fragmentNumber() {
        return fragmentNumber;
    }

    public long trackNumber() {
        return trackNumber;
    }

    /** The place of its frame among all frames of the fragment, from 0. */
    public int frameIndex() {
        return frameIndex;
    }

    /**
     * When it was recorded, by the producer's clock: epoch millis, or relative to the producer's 0.
     * It is the time of its frame, less the CodecDelay of the track.
     */
    public long timestampMillis() {
        return timestampMillis;
    }

    public int width() {
        return width;
    }

    public int height() {
        return height;
    }

    public Format format() {
        return format;
    }

    /** The pixels, or the bytes of the JPEG; read-only, a view of its own at each call. */
    public ByteBuffer pixels() {
        return ByteBuffer.wrap(pixels).asReadOnlyBuffer();
    }

    /** As {@link #pixels()}, but the array itself: callers must not change it. */
    byte[] array() {
        return pixels;
    }

    /**
     * A copy as an image: of three bytes a pixel, or gray.
     *
     * @throws UncheckedIOException if it is a damaged JPEG; those of the decoder never are
     */
    public BufferedImage toBufferedImage() {
        return format.image(width, height, pixels);
    }

    private static BufferedImage decodedJpeg(byte[] jpeg) {
        try {
            // In memory: ImageIO would otherwise make a file of its own for each picture.
            BufferedImage image =
                    ImageIO.read(new MemoryCacheImageInputStream(new ByteArrayInputStream(jpeg)));
            if (image == null) {
                throw new IOException("A picture of " + jpeg.length + " bytes is no JPEG");
            }
            return image;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public boolean equals(Object object) {
        if (!(object instanceof Picture)) {
            return false;
        }
        Picture other = (Picture) object;
        return streamName.equals(other.streamName)
                && fragmentNumber.equals(other.fragmentNumber)
                && trackNumber == other.trackNumber
                && frameIndex == other.frameIndex
                && timestampMillis == other.timestampMillis
                && width == other.width
                && height == other.height
                && format == other.format
                && Arrays.equals(pixels, other.pixels);
    }

    @Override
    public int hashCode() {
        return Objects.hash(streamName, fragmentNumber, trackNumber, frameIndex);
    }

    @Override
    public String toString() {
        return "picture of frame "
                + frameIndex
                + " of fragment "
                + fragmentNumber
                + " of stream "
                + streamName
                + ", "
                + width
                + "x"
                + height;
    }
}
