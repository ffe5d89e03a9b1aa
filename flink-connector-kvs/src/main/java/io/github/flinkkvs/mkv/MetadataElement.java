/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.mkv;

import io.github.flinkkvs.mkv.parser.EbmlCursor;

import java.util.List;

/**
 * An Info, Tracks or Tags element with what was decoded from it. Producers repeat the same elements
 * in every fragment, so an element with identical bytes is not decoded again. Immutable.
 */
final class MetadataElement {

    /** Larger elements are rare and not kept. */
    static final int MAX_LENGTH = 4096;

    private final int id;
    private final boolean afterMedia;
    private final byte[] payload;

    final List<Tag> tags;
    final int simpleTags;
    final List<Track> tracks;
    final long timestampScaleNanos;

    /**
     * @param simpleTags their number, nested ones included
     */
    MetadataElement(
            int id,
            boolean afterMedia,
            byte[] payload,
            List<Tag> tags,
            int simpleTags,
            List<Track> tracks,
            long timestampScaleNanos) {
        this.id = id;
        this.afterMedia = afterMedia;
        this.payload = payload;
        this.tags = tags;
        this.simpleTags = simpleTags;
        this.tracks = tracks;
        this.timestampScaleNanos = timestampScaleNanos;
    }

    boolean isSame(int otherId, boolean otherAfterMedia, EbmlCursor otherChildren) {
        return id == otherId && afterMedia == otherAfterMedia && otherChildren.consistsOf(payload);
    }
}
