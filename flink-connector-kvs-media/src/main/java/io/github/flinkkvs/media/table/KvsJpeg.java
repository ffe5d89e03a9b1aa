/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.media.table;

import io.github.flinkkvs.media.Picture;
import io.github.flinkkvs.media.PictureWriter;
import io.github.flinkkvs.media.video.VideoDecoder;
import io.github.flinkkvs.mkv.Fragment;

import org.apache.flink.annotation.PublicEvolving;
import org.apache.flink.table.annotation.ArgumentHint;
import org.apache.flink.table.annotation.DataTypeHint;
import org.apache.flink.table.annotation.FunctionHint;

import javax.annotation.Nullable;

/**
 * {@code KVS_JPEG(payload [, picture [, width [, quality]]])}: a picture of a fragment as a JPEG;
 * NULL if the fragment has no such picture, or if it is damaged.
 *
 * <p>Pictures are counted from 0, in the order of presentation, in the first video track. The width
 * is in pixels; 0 is the width of the video. The quality is from 0 to 1.
 */
@PublicEvolving
public final class KvsJpeg extends JpegFunction<VideoDecoder> {

    static final String NAME = "KVS_JPEG";

    private static final long serialVersionUID = 1L;

    public KvsJpeg() {
        super(NAME);
    }

    @Override
    JpegDecoders<VideoDecoder> openDecoders() {
        return new JpegDecoders<>(NAME, VideoDecoder::new, VideoDecoder::close);
    }

    @FunctionHint(
            argument = {
                @ArgumentHint(name = "payload", type = @DataTypeHint("BYTES")),
                @ArgumentHint(name = "picture", type = @DataTypeHint("INT"), isOptional = true),
                @ArgumentHint(name = "width", type = @DataTypeHint("INT"), isOptional = true),
                @ArgumentHint(name = "quality", type = @DataTypeHint("DOUBLE"), isOptional = true)
            })
    @Nullable
    public byte[] eval(
            @Nullable byte[] payload,
            @Nullable Integer picture,
            @Nullable Integer width,
            @Nullable Double quality) {
        if (payload == null) {
            return null;
        }
        int index = picture == null ? 0 : picture;
        if (index < 0) {
            throw jpegs.wrong("pictures are counted from 0, there is none at " + index);
        }
        VideoDecoder decoder = jpegs.decoder(width, quality);
        Fragment fragment = payloads.read(payload);
        Picture found =
                fragment == null ? null : payloads.decode(decoder, payload, fragment, index);
        return found == null ? null : PictureWriter.jpeg().encode(found);
    }
}
