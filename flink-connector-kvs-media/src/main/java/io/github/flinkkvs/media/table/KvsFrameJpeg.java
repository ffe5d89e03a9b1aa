/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.media.table;

import io.github.flinkkvs.media.MediaException;
import io.github.flinkkvs.media.video.KeyFrameDecoder;

import org.apache.flink.annotation.PublicEvolving;
import org.apache.flink.table.annotation.ArgumentHint;
import org.apache.flink.table.annotation.DataTypeHint;
import org.apache.flink.table.annotation.FunctionHint;

import javax.annotation.Nullable;

import java.nio.ByteBuffer;

/**
 * {@code KVS_FRAME_JPEG(data, codec_id, codec_private [, width [, quality]])}: the picture of a key
 * frame as a JPEG; NULL if the frame cannot be decoded by itself. CodecPrivate may be NULL, since
 * not every codec has one.
 *
 * <p>The width is in pixels; 0 is the width of the video. The quality is from 0 to 1.
 */
@PublicEvolving
public final class KvsFrameJpeg extends JpegFunction<KeyFrameDecoder> {

    static final String NAME = "KVS_FRAME_JPEG";

    private static final long serialVersionUID = 1L;

    public KvsFrameJpeg() {
        super(NAME);
    }

    @Override
    JpegDecoders<KeyFrameDecoder> openDecoders() {
        return new JpegDecoders<>(NAME, KeyFrameDecoder::new, KeyFrameDecoder::close);
    }

    @FunctionHint(
            argument = {
                @ArgumentHint(name = "data", type = @DataTypeHint("BYTES")),
                @ArgumentHint(name = "codec_id", type = @DataTypeHint("STRING")),
                @ArgumentHint(name = "codec_private", type = @DataTypeHint("BYTES")),
                @ArgumentHint(name = "width", type = @DataTypeHint("INT"), isOptional = true),
                @ArgumentHint(name = "quality", type = @DataTypeHint("DOUBLE"), isOptional = true)
            })
    @Nullable
    public byte[] eval(
            @Nullable byte[] data,
            @Nullable String codecId,
            @Nullable byte[] codecPrivate,
            @Nullable Integer width,
            @Nullable Double quality) {
        if (data == null || codecId == null) {
            return null;
        }
        KeyFrameDecoder decoder = jpegs.decoder(width, quality);
        try {
            return decoder.jpeg(codecId, codecPrivate, ByteBuffer.wrap(data));
        } catch (MediaException e) {
            payloads.onDamage(data, e.getMessage());
            return null;
        }
    }
}
