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
import io.github.flinkkvs.mkv.Track;

import org.apache.flink.annotation.PublicEvolving;
import org.apache.flink.table.annotation.ArgumentHint;
import org.apache.flink.table.annotation.DataTypeHint;
import org.apache.flink.table.annotation.FunctionHint;

import javax.annotation.Nullable;

/**
 * {@code KVS_WIDTH(payload)}: the width of a fragment's pictures in pixels, as the first video
 * track declares it; if it does not, the width of its first picture. NULL without video.
 */
@PublicEvolving
public final class KvsWidth extends PictureSizeFunction {

    static final String NAME = "KVS_WIDTH";

    private static final long serialVersionUID = 1L;

    public KvsWidth() {
        super(NAME);
    }

    @FunctionHint(argument = {@ArgumentHint(name = "payload", type = @DataTypeHint("BYTES"))})
    @Nullable
    public Integer eval(@Nullable byte[] payload) {
        return measure(payload);
    }

    @Override
    int declared(Track.Video video) {
        return video.shownWidth();
    }

    @Override
    int decoded(Picture picture) {
        return picture.width();
    }
}
