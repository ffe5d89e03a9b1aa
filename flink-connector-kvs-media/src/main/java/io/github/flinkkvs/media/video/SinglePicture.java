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

import javax.annotation.Nullable;

import java.util.ArrayList;
import java.util.List;

/** The one at a place, where what is damaged has a place and what needs no picture has none. */
final class SinglePicture extends WantedPictures {
    private final int place;
    private final List<Long> damagedMillis = new ArrayList<>();
    private int seen;
    private boolean passed;
    @Nullable private Picture found;

    SinglePicture(PictureMaker maker, int place) {
        super(maker);
        this.place = place;
    }

    /** Whether the place was reached, so that no further frame is needed. */
    boolean hasPassed() {
        return passed;
    }

    /** Null if there was none, or it is damaged. */
    @Nullable
    Picture found() {
        return found;
    }

    @Override
    boolean wants(PendingFrame frame) {
        long damagedBefore =
                damagedMillis.stream().filter(time -> time < frame.timestampMillis).count();
        long at = seen++ + damagedBefore;
        passed |= at >= place;
        return at == place;
    }

    @Override
    void accept(Picture picture) {
        found = picture;
    }

    @Override
    public void damaged(long timestampMillis, String what) {
        damagedMillis.add(timestampMillis);
        super.damaged(timestampMillis, what);
    }
}
