/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.chaos.service;

import io.github.flinkkvs.testing.PhoneCall;
import io.github.flinkkvs.testing.media.ClusterSize;
import io.github.flinkkvs.testing.media.MediaFragment;
import io.github.flinkkvs.testing.media.MediaFrame;
import io.github.flinkkvs.testing.media.MediaTrack;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Random;

/**
 * Media of which no two frames are equal, so that a mix-up shows: a pure function of the stream and
 * of a count. The connector does not look into frames, so they hold random bytes.
 */
final class SeededMedia {
    private static final int FRAMES = 25;
    private static final int FRAME_MILLIS = 40;
    private static final int KEY_FRAME_BYTES = 6000;
    private static final int FRAME_BYTES = 1200;
    private static final int HISTORY_FRAMES = 4;
    private static final int CALL_SECONDS = 12;

    private SeededMedia() {}

    /** A second of a camera. */
    static MediaFragment camera(String stream, long count) {
        return video(stream, count, FRAMES, ClusterSize.UNKNOWN_1_BYTE).build();
    }

    /** A short fragment of the past. */
    static MediaFragment history(String stream, long count, long producerMillis) {
        return video(stream, count, HISTORY_FRAMES, ClusterSize.KNOWN)
                .producerTimestampMillis(producerMillis)
                .build();
    }

    /** A phone call of some seconds. */
    static List<MediaFragment> call(String stream, long count) {
        Random random = random(stream, count);
        int samples = PhoneCall.SAMPLES_PER_SECOND * (2 + random.nextInt(CALL_SECONDS));
        return PhoneCall.builder(stream + "-" + count)
                .fromCustomer(noise(random, samples))
                .toCustomer(noise(random, samples))
                .build()
                .fragments();
    }

    private static MediaFragment.Builder video(
            String stream, long count, int frames, ClusterSize clusterSize) {
        Random random = random(stream, count);
        MediaFragment.Builder fragment =
                MediaFragment.builder()
                        .track(MediaTrack.video(1, "video", "V_MPEG4/ISO/AVC", null, 160, 120))
                        .tagBefore("count", Long.toString(count))
                        .clusterSize(clusterSize);
        for (int i = 0; i < frames; i++) {
            byte[] data =
                    new byte[Long.BYTES + random.nextInt(i == 0 ? KEY_FRAME_BYTES : FRAME_BYTES)];
            random.nextBytes(data);
            ByteBuffer.wrap(data).putLong(count * FRAMES + i);
            fragment.frame(MediaFrame.of(1, i * FRAME_MILLIS, i == 0, data));
        }
        return fragment;
    }

    private static short[] noise(Random random, int samples) {
        short[] noise = new short[samples];
        for (int i = 0; i < samples; i++) {
            noise[i] = (short) random.nextInt();
        }
        return noise;
    }

    private static Random random(String stream, long count) {
        return new Random(31L * stream.hashCode() + count);
    }
}
