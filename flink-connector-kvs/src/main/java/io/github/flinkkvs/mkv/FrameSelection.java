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
import java.util.function.Predicate;

/** Applies a filter to the frames of one fragment, in their order. Not thread-safe. */
final class FrameSelection {

    private final Predicate<Track> tracksWanted;
    private final boolean keyFramesOnly;
    private final int everyNth;

    /** The declared tracks, followed by undeclared ones in the order of their first frames. */
    private final List<Track> tracks;

    /** By index in the list of tracks. */
    private boolean[] wanted;

    /** How many frames of each track the filter selected before {@code everyNth}. */
    private int[] seen;

    /**
     * @param tracksWanted which tracks the filter selects
     * @param everyNth 1: every frame
     */
    FrameSelection(
            FragmentHead head, Predicate<Track> tracksWanted, boolean keyFramesOnly, int everyNth) {
        this.tracksWanted = tracksWanted;
        this.keyFramesOnly = keyFramesOnly;
        this.everyNth = everyNth;
        this.tracks = new ArrayList<>(head.tracks());
        this.wanted = new boolean[tracks.size()];
        this.seen = new int[tracks.size()];
        for (int i = 0; i < tracks.size(); i++) {
            wanted[i] = tracksWanted.test(tracks.get(i));
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
        wanted[place] = tracksWanted.test(undeclared);
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
        if (!wanted[place] || keyFramesOnly && !block.isKeyFrame()) {
            return true;
        }
        if (block.frameCount() == 1 && seen[place] % everyNth != 0) {
            seen[place]++;
            return true;
        }
        return false;
    }

    /** Counts a frame and answers whether the filter selects it. */
    boolean select(Frame frame) {
        int place = placeOf(frame.trackNumber());
        return wanted[place]
                && (frame.isKeyFrame() || !keyFramesOnly)
                && seen[place]++ % everyNth == 0;
    }
}
