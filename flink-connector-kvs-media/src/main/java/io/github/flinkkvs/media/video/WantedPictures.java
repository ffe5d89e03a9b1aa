/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.media.video;

import io.github.flinkkvs.media.Picture;
import io.github.flinkkvs.mkv.Track;

import org.bytedeco.ffmpeg.avutil.AVFrame;

import javax.annotation.Nullable;

/** Makes the wanted ones of the pictures that a track's decoder decodes. */
abstract class WantedPictures implements TrackDecoder.Output {

    private final PictureMaker maker;

    WantedPictures(PictureMaker maker) {
        this.maker = maker;
    }

    /** Asked once for each decoded frame, in the order of presentation. */
    abstract boolean wants(PendingFrame frame);

    abstract void accept(Picture picture);

    @Override
    public void decoded(PendingFrame frame, AVFrame decoded, @Nullable Track.Video declared) {
        maker.decoded++;
        if (wants(frame)) {
            Picture picture = maker.make(frame, decoded, declared);
            if (picture != null) {
                accept(picture);
            }
        }
    }

    @Override
    public void damaged(long timestampMillis, String what) {
        maker.damage(1, what);
    }

    @Override
    public void skipped() {
        maker.skipped++;
    }
}
