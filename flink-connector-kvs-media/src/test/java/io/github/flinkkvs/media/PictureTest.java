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

import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.apache.flink.util.InstantiationUtil;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import javax.imageio.ImageIO;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Base64;
import java.util.Random;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class PictureTest {

    private static final String VERSION_1 =
            "AQADY2FtAAIxMgAAAAAAAAABAAAABwAAAAAAAAPoAAAAAgAAAAEABVJHQjI0/4AAAED/";

    private static final String VERSION_2 =
            "AgADY2FtAAIxMgAAAAAAAAABAAAABwAAAAAAAAPoAAAAAgAAAAEABVJHQjI0AAAABv+AAABA/w==";

    private static final String VERSION_2_JPEG =
            "AgADY2FtAAIxMgAAAAAAAAABAAAABwAAAAAAAAPoAAAAAgAAAAEABEpQRUcAAAAD/9j/";

    private static Picture picture(Picture.Format format, int width, int height, byte... pixels) {
        return new Picture(
                "cam", FragmentNumber.of("12"), 1, 7, 1000, width, height, format, pixels);
    }

    private static Picture orangeAndBlue() {
        return picture(
                Picture.Format.RGB24,
                2,
                1,
                (byte) 255,
                (byte) 128,
                (byte) 0,
                (byte) 0,
                (byte) 64,
                (byte) 255);
    }

    @Test
    void imageHasItsColors() {
        assertThat(orangeAndBlue().toBufferedImage().getRGB(0, 0)).isEqualTo(0xFFFF8000);
        assertThat(orangeAndBlue().toBufferedImage().getRGB(1, 0)).isEqualTo(0xFF0040FF);
        Picture bgr = picture(Picture.Format.BGR24, 1, 1, (byte) 0, (byte) 128, (byte) 255);
        assertThat(bgr.toBufferedImage().getRGB(0, 0)).isEqualTo(0xFFFF8000);
        Picture gray = picture(Picture.Format.GRAY8, 1, 1, (byte) 200);
        assertThat(gray.toBufferedImage().getRaster().getSample(0, 0, 0)).isEqualTo(200);
    }

    @Test
    void sizeAndPixelsFit() {
        assertThatThrownBy(() -> picture(Picture.Format.RGB24, 2, 1, new byte[5]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("A picture of 2x1 pixels in RGB24 does not have 5 bytes");
        assertThatThrownBy(() -> picture(Picture.Format.GRAY8, -1, -1, new byte[1]))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @EnumSource(Picture.Format.class)
    void surviveSerialization(Picture.Format format) throws Exception {
        int size = format == Picture.Format.JPEG ? 99 : 6 * format.bytesPerPixel();
        Picture picture = picture(format, 2, 3, new byte[size]);
        DataOutputSerializer out = new DataOutputSerializer(16);
        PictureSerializer.INSTANCE.serialize(picture, out);
        DataInputDeserializer in = new DataInputDeserializer(out.getCopyOfBuffer());
        assertThat(PictureSerializer.INSTANCE.deserialize(in)).isEqualTo(picture);
        assertThat(in.available()).isZero();
        assertThat(InstantiationUtil.<PictureTypeInfo>clone(PictureTypeInfo.INSTANCE))
                .isSameAs(PictureTypeInfo.INSTANCE);
    }

    @Test
    void version1StaysReadable() throws Exception {
        byte[] golden = Base64.getDecoder().decode(VERSION_1);
        assertThat(PictureSerializer.INSTANCE.deserialize(new DataInputDeserializer(golden)))
                .isEqualTo(orangeAndBlue());
    }

    @Test
    void version2StaysReadable() throws Exception {
        Picture jpeg = picture(Picture.Format.JPEG, 2, 1, (byte) 0xFF, (byte) 0xD8, (byte) 0xFF);
        assertGolden(VERSION_2, orangeAndBlue());
        assertGolden(VERSION_2_JPEG, jpeg);
    }

    private static void assertGolden(String golden, Picture picture) throws Exception {
        DataOutputSerializer out = new DataOutputSerializer(16);
        PictureSerializer.INSTANCE.serialize(picture, out);
        assertThat(Base64.getEncoder().encodeToString(out.getCopyOfBuffer())).isEqualTo(golden);
        byte[] bytes = Base64.getDecoder().decode(golden);
        assertThat(PictureSerializer.INSTANCE.deserialize(new DataInputDeserializer(bytes)))
                .isEqualTo(picture);
    }

    @Test
    void damagedFormsAreRefused() throws Exception {
        for (String golden : new String[] {VERSION_1, VERSION_2, VERSION_2_JPEG}) {
            DamagedForm.assertRefused(
                    Base64.getDecoder().decode(golden),
                    form ->
                            PictureSerializer.INSTANCE.deserialize(
                                    new DataInputDeserializer(form)));
        }
    }

    @Test
    void anUnknownVersion() {
        assertThatThrownBy(
                        () ->
                                PictureSerializer.INSTANCE.deserialize(
                                        new DataInputDeserializer(new byte[] {9})))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("A picture in version 9");
    }

    @Test
    void pngLosesNothing() throws Exception {
        byte[] png = PictureWriter.png().encode(orangeAndBlue());
        BufferedImage image = ImageIO.read(new ByteArrayInputStream(png));
        assertThat(image.getRGB(0, 0)).isEqualTo(0xFFFF8000);
        assertThat(image.getRGB(1, 0)).isEqualTo(0xFF0040FF);
    }

    @Test
    void jpegHasItsQuality() throws Exception {
        byte[] noise = new byte[64 * 64];
        new Random(1).nextBytes(noise);
        Picture picture = picture(Picture.Format.GRAY8, 64, 64, noise);
        byte[] good = PictureWriter.jpeg(1).encode(picture);
        byte[] small = PictureWriter.jpeg(0.1f).encode(picture);
        assertThat(small.length).isLessThan(good.length / 2);
        assertThat(ImageIO.read(new ByteArrayInputStream(small)).getWidth()).isEqualTo(64);
        assertThatThrownBy(() -> PictureWriter.jpeg(2))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
