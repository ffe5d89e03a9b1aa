/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.benchmarks.scale;

import io.github.flinkkvs.testing.EmbeddedStream;
import io.github.flinkkvs.testing.FragmentUpload;
import io.github.flinkkvs.testing.media.ClusterSize;
import io.github.flinkkvs.testing.media.MediaFragment;
import io.github.flinkkvs.testing.media.MediaFrame;
import io.github.flinkkvs.testing.media.MediaTrack;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Cameras that push frame by frame in real time, endlessly, on one thread. Each begins its
 * fragments at another time than its neighbours, and its frames come evenly between theirs, as
 * those of independent cameras do. The producer timestamps of a camera go up by exactly the
 * duration of a fragment, so that whoever reads it sees what is missing.
 */
final class Cameras implements Runnable {

    /** The size of a key frame relative to other frames. */
    private static final int KEY_FRAME_WEIGHT = 10;

    /** Cameras come on one after the other, so that a cold JVM does not build up a backlog. */
    private static final long NANOS_BETWEEN_CAMERAS = TimeUnit.MILLISECONDS.toNanos(50);

    /** Waiting for less costs more than it brings. */
    private static final long LEAST_WAIT_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    private final List<EmbeddedStream> streams;
    private final long fragmentMillis;
    private final MediaFragment template;

    /** The frames of each fragment, as they are sent: made once, not for each stream. */
    private final List<byte[]> frames;

    /** How late the last frame was. */
    private volatile long lagNanos;

    private volatile long pushed;

    Cameras(List<EmbeddedStream> streams, int bytes, int frameCount, long fragmentMillis) {
        this.streams = streams;
        this.fragmentMillis = fragmentMillis;
        template =
                MediaFragment.builder()
                        // So that frames can be added that it does not know of.
                        .clusterSize(ClusterSize.UNKNOWN_1_BYTE)
                        .track(MediaTrack.video(1, "camera", "V_MPEG4/ISO/AVC", null, 1280, 720))
                        .build();
        frames = frames(bytes, frameCount);
    }

    /** A large key frame, then small frames. */
    private List<byte[]> frames(int bytes, int count) {
        Random random = new Random(1);
        int unit = bytes / (count - 1 + KEY_FRAME_WEIGHT);
        List<byte[]> blocks = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            byte[] data = new byte[i == 0 ? bytes - (count - 1) * unit : unit];
            random.nextBytes(data);
            int offset = (int) (i * fragmentMillis / count);
            blocks.add(template.block(MediaFrame.of(1, offset, i == 0, data)));
        }
        return blocks;
    }

    /** How far the cameras are behind their schedule, in milliseconds. */
    long lagMillis() {
        return TimeUnit.NANOSECONDS.toMillis(lagNanos);
    }

    /** How many fragments are complete. */
    long pushed() {
        return pushed;
    }

    @Override
    public void run() {
        int count = streams.size();
        FragmentUpload[] uploads = new FragmentUpload[count];
        long[] times = new long[count];
        double nanosPerFrame =
                TimeUnit.MILLISECONDS.toNanos(fragmentMillis) / (double) frames.size();
        long startMillis = System.currentTimeMillis();
        long start = System.nanoTime();
        for (long tick = 0; ; tick++) {
            for (int i = 0; i < count; i++) {
                long due = (long) ((tick + (double) i / count) * nanosPerFrame);
                await(start + due);
                // Golden ratio: neighbours begin their fragments far from each other.
                int frame = (int) ((tick + (long) (i * 0.618 * frames.size())) % frames.size());
                if (frame == 0 && due >= i * NANOS_BETWEEN_CAMERAS) {
                    times[i] =
                            uploads[i] == null
                                    ? startMillis + TimeUnit.NANOSECONDS.toMillis(due)
                                    : times[i] + fragmentMillis;
                    uploads[i] =
                            streams.get(i)
                                    .begin(
                                            template.toBuilder()
                                                    .producerTimestampMillis(times[i])
                                                    .build());
                }
                if (uploads[i] != null) {
                    uploads[i].writeRaw(frames.get(frame));
                    if (frame == frames.size() - 1) {
                        uploads[i].complete();
                        pushed++;
                    }
                }
            }
        }
    }

    private void await(long nanoTime) {
        long left = nanoTime - System.nanoTime();
        lagNanos = Math.max(0, -left);
        while (left > LEAST_WAIT_NANOS) {
            LockSupport.parkNanos(left);
            left = nanoTime - System.nanoTime();
        }
    }
}
