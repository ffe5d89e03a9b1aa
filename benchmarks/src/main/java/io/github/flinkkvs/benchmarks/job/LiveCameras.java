/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.benchmarks.job;

import io.github.flinkkvs.testing.EmbeddedStream;
import io.github.flinkkvs.testing.FragmentUpload;
import io.github.flinkkvs.testing.media.MediaFragment;

import javax.annotation.Nullable;

import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * Cameras that push frame by frame in real time, endlessly. Their frames are spread evenly over
 * time, as those of independent cameras are.
 */
final class LiveCameras implements Runnable {

    private final List<EmbeddedStream> streams;
    private final MediaFragment fragment;
    private final int frames;
    private final double nanosPerFrame;

    /** When each frame reached the service; null if nobody needs it. Guarded by itself. */
    @Nullable private final List<FragmentTime> frameTimes;

    LiveCameras(
            List<EmbeddedStream> streams,
            MediaFragment fragment,
            double fragmentsPerSecond,
            @Nullable List<FragmentTime> frameTimes) {
        this.frameTimes = frameTimes;
        this.streams = streams;
        this.fragment = fragment;
        this.frames = fragment.frames().size();
        this.nanosPerFrame = 1e9 / fragmentsPerSecond / frames;
    }

    @Override
    public void run() {
        FragmentUpload[] uploads = new FragmentUpload[streams.size()];
        long start = System.nanoTime();
        for (long frame = 0; ; frame++) {
            for (int i = 0; i < uploads.length; i++) {
                await(start + (long) ((frame + (double) i / uploads.length) * nanosPerFrame));
                if (frame % frames == 0) {
                    uploads[i] = streams.get(i).begin(fragment);
                }
                note(streams.get(i), uploads[i], (int) (frame % frames));
                uploads[i].next();
                if (frame % frames == frames - 1) {
                    uploads[i].complete();
                }
            }
        }
    }

    private void note(EmbeddedStream stream, FragmentUpload upload, int index) {
        if (frameTimes != null) {
            FragmentTime time =
                    FragmentTime.ofFrame(
                            stream.name(), upload.fragment().number(), index, System.nanoTime());
            synchronized (frameTimes) {
                frameTimes.add(time);
            }
        }
    }

    private static void await(long nanoTime) {
        for (long left = nanoTime - System.nanoTime();
                left > 0;
                left = nanoTime - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
    }
}
