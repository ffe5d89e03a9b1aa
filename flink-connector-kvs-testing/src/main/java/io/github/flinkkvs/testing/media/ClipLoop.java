/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.testing.media;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** A clip played in a loop, cut into fragments that begin with a key frame. Not thread-safe. */
public final class ClipLoop {
    private final MediaClip clip;
    private final long minimumMillis;
    private final double framesPerSecond;

    /** Index of the next frame, counted over all rounds of the clip. */
    private long nextFrame;

    /**
     * @param minimumMillis the least duration; a fragment ends before the next key frame after it
     * @param framesPerSecond another frame rate; 0 for that of the clip
     */
    public ClipLoop(MediaClip clip, long minimumMillis, double framesPerSecond) {
        this.clip = clip;
        this.minimumMillis = minimumMillis;
        this.framesPerSecond = framesPerSecond;
    }

    /**
     * The next part.
     *
     * @throws IllegalArgumentException if the next key frame is too far away for a fragment
     */
    public Part next() {
        List<MediaFrame> frames = new ArrayList<>();
        List<Long> times = new ArrayList<>();
        long start = time(nextFrame);
        while (true) {
            MediaClip.ClipFrame frame = frame(nextFrame);
            long time = time(nextFrame);
            // A new fragment begins with a key frame of the video, or with any frame of sound.
            boolean mayBegin = frame.track == clip.mainTrack && frame.key;
            if (!frames.isEmpty() && time >= start + minimumMillis && mayBegin) {
                break;
            }
            frames.add(MediaFrame.of(frame.track, (int) (time - start), frame.key, frame.data));
            times.add(time);
            nextFrame++;
        }
        MediaFragment.Builder media =
                MediaFragment.builder().header(clip.ebml, clip.info, clip.tracks).frames(frames);
        return new Part(media, start, times, time(nextFrame));
    }

    private MediaClip.ClipFrame frame(long index) {
        return clip.frames.get((int) (index % clip.frames.size()));
    }

    /** Milliseconds of media before a frame. */
    private long time(long index) {
        if (framesPerSecond > 0) {
            return Math.round(index * 1000 / framesPerSecond);
        }
        return index / clip.frames.size() * clip.durationMillis + frame(index).millis;
    }

    /**
     * A future fragment, with the times of its frames in milliseconds from the start of the loop.
     */
    public static final class Part {
        private final MediaFragment.Builder media;
        private final long startMillis;
        private final List<Long> frameMillis;
        private final long endMillis;

        private Part(
                MediaFragment.Builder media,
                long startMillis,
                List<Long> frameMillis,
                long endMillis) {
            this.media = media;
            this.startMillis = startMillis;
            this.frameMillis = Collections.unmodifiableList(frameMillis);
            this.endMillis = endMillis;
        }

        /** Header and frames, without timestamps and tags. */
        public MediaFragment.Builder media() {
            return media;
        }

        public long startMillis() {
            return startMillis;
        }

        public List<Long> frameMillis() {
            return frameMillis;
        }

        /** Where the next part begins. */
        public long endMillis() {
            return endMillis;
        }
    }
}
