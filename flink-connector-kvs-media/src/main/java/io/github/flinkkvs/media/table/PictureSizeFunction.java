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
import io.github.flinkkvs.media.video.PictureOptions;
import io.github.flinkkvs.media.video.VideoDecoder;
import io.github.flinkkvs.mkv.Fragment;
import io.github.flinkkvs.mkv.Track;

import org.apache.flink.annotation.Internal;

import javax.annotation.Nullable;

/**
 * The width or height of a fragment's pictures, as its first video track declares it. If it does
 * not, the first picture is decoded.
 */
@Internal
public abstract class PictureSizeFunction extends PayloadFunction {

    private static final long serialVersionUID = 1L;

    @Nullable private transient VideoDecoder decoder;

    PictureSizeFunction(String name) {
        super(name);
    }

    abstract int declared(Track.Video video);

    abstract int decoded(Picture picture);

    @Nullable
    final Integer measure(@Nullable byte[] payload) {
        Fragment fragment = payload == null ? null : payloads.readTags(payload);
        Track track = fragment == null ? null : VideoDecoder.videoTrack(fragment);
        if (track == null) {
            return null;
        }
        if (track.video() != null && declared(track.video()) > 0) {
            return declared(track.video());
        }
        Fragment whole = payloads.read(payload);
        if (whole == null) {
            return null;
        }
        if (decoder == null) {
            decoder = new VideoDecoder(PictureOptions.defaults().format(Picture.Format.GRAY8));
        }
        Picture picture = payloads.decode(decoder, payload, whole, 0);
        return picture == null ? null : decoded(picture);
    }

    /** The cluster has the native libraries; the machine that plans the query may not. */
    @Override
    public boolean supportsConstantFolding() {
        return false;
    }

    @Override
    public void close() {
        if (decoder != null) {
            decoder.close();
        }
    }
}
