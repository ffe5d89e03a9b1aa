/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.chaos.service;

import io.github.flinkkvs.testing.media.MediaFragment;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Random;

/** What producers push. */
final class MediaSources {
    private static final int MIN_SILENCE_MILLIS = 500;
    private static final int MAX_SILENCE_MILLIS = 9000;

    private MediaSources() {}

    /**
     * A camera.
     *
     * @param from how many fragments of the stream there were before
     */
    static Producer.Media camera(String stream, long from) {
        long[] count = {from};
        return () -> new Producer.Next(Duration.ZERO, SeededMedia.camera(stream, count[0]++));
    }

    /** Phone calls, with silence between them. */
    static Producer.Media calls(String stream, long from) {
        Deque<MediaFragment> call = new ArrayDeque<>();
        Random random = new Random(stream.hashCode() + from);
        long[] count = {from};
        return () -> {
            if (!call.isEmpty()) {
                return new Producer.Next(Duration.ZERO, call.remove());
            }
            call.addAll(SeededMedia.call(stream, count[0]++));
            int silence =
                    MIN_SILENCE_MILLIS + random.nextInt(MAX_SILENCE_MILLIS - MIN_SILENCE_MILLIS);
            return new Producer.Next(Duration.ofMillis(silence), call.remove());
        };
    }
}
