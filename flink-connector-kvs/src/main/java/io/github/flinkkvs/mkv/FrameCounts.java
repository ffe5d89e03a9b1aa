/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.mkv;

import java.util.Arrays;

/** Counts frames by track number, without allocation per frame. Not thread-safe. */
final class FrameCounts {

    private long[] trackNumbers;
    private int[] counts;
    private int tracks;

    FrameCounts() {
        this(new long[3], new int[3], 0);
    }

    private FrameCounts(long[] trackNumbers, int[] counts, int tracks) {
        this.trackNumbers = trackNumbers;
        this.counts = counts;
        this.tracks = tracks;
    }

    void add(long trackNumber, int frames) {
        int i = 0;
        while (i < tracks && trackNumbers[i] != trackNumber) {
            i++;
        }
        if (i == tracks) {
            if (tracks == trackNumbers.length) {
                trackNumbers = Arrays.copyOf(trackNumbers, tracks * 2);
                counts = Arrays.copyOf(counts, tracks * 2);
            }
            trackNumbers[tracks++] = trackNumber;
        }
        counts[i] += frames;
    }

    int retainedBytes() {
        return 24 + Footprint.ofArray(8, trackNumbers.length) + Footprint.ofArray(4, counts.length);
    }

    int tracks() {
        return tracks;
    }

    long trackNumber(int index) {
        return trackNumbers[index];
    }

    int frames(int index) {
        return counts[index];
    }

    void clear() {
        Arrays.fill(counts, 0);
        tracks = 0;
    }

    FrameCounts copy() {
        return new FrameCounts(
                Arrays.copyOf(trackNumbers, tracks), Arrays.copyOf(counts, tracks), tracks);
    }
}
