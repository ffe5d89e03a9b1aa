/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.media;

import io.github.flinkkvs.media.video.PictureOptions;

import org.apache.flink.annotation.PublicEvolving;

import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.MemoryCacheImageOutputStream;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.Serializable;
import java.io.UncheckedIOException;

/**
 * Writes pictures as JPEG or PNG, with Java's own encoders. For another size, and for JPEGs that
 * take a fraction of the time, see {@link PictureOptions}.
 */
@PublicEvolving
public final class PictureWriter implements Serializable {

    /** The default quality of a JPEG. */
    public static final float USUAL_QUALITY = 0.85f;

    private static final long serialVersionUID = 1L;

    private final String format;
    private final float quality;

    private PictureWriter(String format, float quality) {
        this.format = format;
        this.quality = quality;
    }

    /** JPEG of the default quality, 0.85. */
    public static PictureWriter jpeg() {
        return jpeg(USUAL_QUALITY);
    }

    /**
     * @param quality from 0, small, to 1, good
     */
    public static PictureWriter jpeg(float quality) {
        if (!(quality >= 0 && quality <= 1)) {
            throw new IllegalArgumentException("The quality must be between 0 and 1");
        }
        return new PictureWriter("jpeg", quality);
    }

    /** PNG, which is lossless. */
    public static PictureWriter png() {
        return new PictureWriter("png", 1);
    }

    /**
     * The bytes of the file. A picture that is a JPEG already is written as it is, whatever the
     * quality.
     */
    public byte[] encode(Picture picture) {
        if (isAsItIs(picture)) {
            return picture.array().clone();
        }
        return encode(picture.toBufferedImage());
    }

    /** Any image without transparency. */
    public byte[] encode(BufferedImage image) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(1 << 16);
        try {
            write(image, out);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    /** As {@link #encode(Picture)}. */
    public void write(Picture picture, OutputStream out) throws IOException {
        if (isAsItIs(picture)) {
            out.write(picture.array());
        } else {
            write(picture.toBufferedImage(), out);
        }
    }

    private boolean isAsItIs(Picture picture) {
        return format.equals("jpeg") && picture.format() == Picture.Format.JPEG;
    }

    private void write(BufferedImage image, OutputStream out) throws IOException {
        ImageWriter writer = ImageIO.getImageWritersByFormatName(format).next();
        // In memory: ImageIO would otherwise create a temporary file for each picture.
        try (MemoryCacheImageOutputStream target = new MemoryCacheImageOutputStream(out)) {
            ImageWriteParam settings = writer.getDefaultWriteParam();
            if (format.equals("jpeg")) {
                settings.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
                settings.setCompressionQuality(quality);
            }
            writer.setOutput(target);
            writer.write(null, new IIOImage(image, null, null), settings);
        } finally {
            writer.dispose();
        }
    }
}
