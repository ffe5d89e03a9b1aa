/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.media.clip;

import java.util.Arrays;

/** When the frames of a track are decoded and shown, in ticks of an MP4 track. Immutable. */
final class SampleTimes {

    private static final long NANOS_PER_SECOND = 1_000_000_000L;

    /** Matroska rounds times to TimestampScale, usually a millisecond. */
    private static final long ROUNDING_NANOS = 2_000_000L;

    private final long[] shown;
    private final long[] decoded;

    private SampleTimes(long[] shown, long[] decoded) {
        this.shown = shown;
        this.decoded = decoded;
    }

    /**
     * Of frames that may be shown in another order than they are decoded. Matroska only says when a
     * frame is shown. A decoder gets the frames at the same times in its own order, earlier by just
     * as much as no frame needs to be shown before it is decoded.
     *
     * @param nanos when each frame is shown, in decoding order
     */
    static SampleTimes ofVideo(long[] nanos, int ticksPerSecond) {
        long[] shown = new long[nanos.length];
        for (int i = 0; i < nanos.length; i++) {
            shown[i] = ticks(nanos[i], ticksPerSecond);
        }
        long[] decoded = shown.clone();
        Arrays.sort(decoded);
        long delay = 0;
        for (int i = 0; i < shown.length; i++) {
            delay = Math.max(delay, decoded[i] - shown[i]);
        }
        for (int i = 0; i < shown.length; i++) {
            decoded[i] -= delay;
        }
        return inOrder(shown, decoded);
    }

    /**
     * Of audio, in samples. A frame begins where the one before it ends, unless its own time
     * differs by more than its rounding.
     *
     * @param nanos when each frame begins
     * @param samples how many samples each frame has, 0 where that is unknown
     */
    static SampleTimes ofAudio(long[] nanos, int[] samples, int samplesPerSecond) {
        long rounding = ticks(ROUNDING_NANOS, samplesPerSecond) + 1;
        long[] shown = new long[nanos.length];
        for (int i = 0; i < nanos.length; i++) {
            shown[i] = ticks(nanos[i], samplesPerSecond);
            if (i > 0 && samples[i - 1] > 0) {
                long end = shown[i - 1] + samples[i - 1];
                shown[i] = Math.abs(end - shown[i]) <= rounding ? end : shown[i];
            }
        }
        return inOrder(shown, shown.clone());
    }

    /** Each frame must be decoded later than the one before it, and not be shown before that. */
    private static SampleTimes inOrder(long[] shown, long[] decoded) {
        for (int i = 0; i < shown.length; i++) {
            if (i > 0) {
                decoded[i] = Math.max(decoded[i], decoded[i - 1] + 1);
            }
            shown[i] = Math.max(shown[i], decoded[i]);
        }
        return new SampleTimes(shown, decoded);
    }

    private static long ticks(long nanos, int perSecond) {
        long seconds = Math.floorDiv(nanos, NANOS_PER_SECOND);
        long rest = Math.floorMod(nanos, NANOS_PER_SECOND);
        return seconds * perSecond + (rest * perSecond + NANOS_PER_SECOND / 2) / NANOS_PER_SECOND;
    }

    int count() {
        return shown.length;
    }

    long shown(int frame) {
        return shown[frame];
    }

    long decoded(int frame) {
        return decoded[frame];
    }

    /** Up to the next frame; of the last one, as long as that of the frame before it. */
    long duration(int frame) {
        if (shown.length == 1) {
            return 1;
        }
        return frame < shown.length - 1
                ? decoded[frame + 1] - decoded[frame]
                : decoded[frame] - decoded[frame - 1];
    }
}
