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
import io.github.flinkkvs.mkv.Track;

import org.bytedeco.ffmpeg.avutil.AVFrame;

import javax.annotation.Nullable;

/**
 * Makes pictures of decoded frames, and counts what becomes of frames. Not thread-safe; memory is
 * native.
 */
final class PictureMaker implements AutoCloseable {

    private final PictureOptions options;
    private final PixelConverter converter;

    long decoded;
    long damaged;
    long skipped;

    /** What was wrong with the last of the damaged frames; null if there was none. */
    @Nullable String lastDamage;

    PictureMaker(PictureOptions options) {
        this.options = options;
        this.converter = new PixelConverter(options);
    }

    /** Returns null if the frame cannot be converted, which is counted as damage. */
    @Nullable
    Picture make(PendingFrame frame, AVFrame from, @Nullable Track.Video declared) {
        byte[] pixels;
        try {
            pixels = converter.convert(from, declared);
        } catch (MediaException e) {
            damage(1, frame + ": " + e.getMessage());
            return null;
        }
        return new Picture(
                frame.streamName,
                frame.fragmentNumber,
                frame.trackNumber,
                frame.frameIndex,
                frame.timestampMillis,
                converter.width(),
                converter.height(),
                options.format(),
                pixels);
    }

    /**
     * @throws MediaException if damage is to fail
     */
    void damage(int frames, String what) {
        damaged += frames;
        lastDamage = what;
        if (options.failsOnDamage()) {
            throw new MediaException(what);
        }
    }

    @Override
    public void close() {
        converter.close();
    }
}
