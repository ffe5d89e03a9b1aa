/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.mkv;

import io.github.flinkkvs.mkv.parser.BlockHeader;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Applies a {@link FrameFilter} to the frames of one fragment, in their order. Not thread-safe. */
final class FrameSelection {

    private final FrameFilter filter;

    /** The declared tracks, followed by undeclared ones in the order of their first frames. */
    private final List<Track> tracks;

    /** By index in the list of tracks. */
    private boolean[] wanted;

    /** How many frames of each track the filter selected before {@code everyNth}. */
    private int[] seen;

    FrameSelection(FrameFilter filter, FragmentHead head) {
        this.filter = filter;
        this.tracks = new ArrayList<>(head.tracks());
        this.wanted = new boolean[tracks.size()];
        this.seen = new int[tracks.size()];
        for (int i = 0; i < tracks.size(); i++) {
            wanted[i] = filter.wants(tracks.get(i));
        }
    }

    private int placeOf(long trackNumber) {
        for (int i = 0; i < tracks.size(); i++) {
            if (tracks.get(i).number() == trackNumber) {
                return i;
            }
        }
        int place = tracks.size();
        Track undeclared = FragmentHead.undeclared(trackNumber);
        tracks.add(undeclared);
        wanted = Arrays.copyOf(wanted, place + 1);
        wanted[place] = filter.wants(undeclared);
        seen = Arrays.copyOf(seen, place + 1);
        return place;
    }

    /** Whether the filter selects a track. */
    boolean wants(long trackNumber) {
        // In this order: an undeclared track replaces the array.
        int place = placeOf(trackNumber);
        return wanted[place];
    }

    /**
     * Whether the filter selects no frame of a SimpleBlock. If so, the block is counted and must
     * not be passed to {@link #select}.
     */
    boolean passesOver(BlockHeader block) {
        int place = placeOf(block.trackNumber());
        if (!wanted[place] || filter.wantsKeyFramesOnly() && !block.isKeyFrame()) {
            return true;
        }
        if (block.frameCount() == 1 && seen[place] % filter.everyNth() != 0) {
            seen[place]++;
            return true;
        }
        return false;
    }

    /** Counts a frame and answers whether the filter selects it. */
    boolean select(Frame frame) {
        int place = placeOf(frame.trackNumber());
        return wanted[place]
                && (frame.isKeyFrame() || !filter.wantsKeyFramesOnly())
                && seen[place]++ % filter.everyNth() == 0;
    }
}
