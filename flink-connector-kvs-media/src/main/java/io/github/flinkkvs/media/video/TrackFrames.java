/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.media.video;

import io.github.flinkkvs.mkv.FrameRecord;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The frames of one track in a fragment, in the order in which they are decoded. Immutable. */
final class TrackFrames {

    /** No codec reorders more. */
    static final int MAX_REORDERING = 16;

    private final List<FrameRecord> records;
    private final int reordering;

    private TrackFrames(List<FrameRecord> records) {
        this.records = records;
        this.reordering = reordering(records);
    }

    /**
     * @param records of all tracks
     */
    static TrackFrames of(long track, List<FrameRecord> records) {
        List<FrameRecord> own = new ArrayList<>();
        for (FrameRecord record : records) {
            if (record.frame().trackNumber() == track) {
                own.add(record);
            }
        }
        return new TrackFrames(own);
    }

    List<FrameRecord> records() {
        return records;
    }

    /** How many frames a frame of these waits for at most to be shown, by what their times say. */
    int reordering() {
        return reordering;
    }

    private static int reordering(List<FrameRecord> records) {
        long[] sorted =
                records.stream().mapToLong(record -> record.frame().offsetNanos()).toArray();
        Arrays.sort(sorted);
        int most = 0;
        for (int i = 0; i < sorted.length; i++) {
            // As many as are decoded before it and shown after it.
            int shown = Arrays.binarySearch(sorted, records.get(i).frame().offsetNanos());
            most = Math.max(most, i - shown);
        }
        return Math.min(most, MAX_REORDERING);
    }
}
