/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.testing;

import io.github.flinkkvs.testing.media.ClusterSize;
import io.github.flinkkvs.testing.media.MediaFragment;
import io.github.flinkkvs.testing.media.MediaFrame;
import io.github.flinkkvs.testing.media.MediaTrack;

import java.io.ByteArrayOutputStream;
import java.util.Random;

/** The bytes of PutMedia requests: what stands before the Clusters, and Clusters. */
final class ProducerMedia {
    private ProducerMedia() {}

    /** One video track, without frames. */
    static MediaFragment.Builder video() {
        return MediaFragment.builder()
                .track(MediaTrack.video(1, "v", "V_MPEG4/ISO/AVC", new byte[] {1, 2}, 16, 16))
                .clusterSize(ClusterSize.UNKNOWN_1_BYTE);
    }

    /** A fragment of this many frames of 100 pseudo-random bytes, 40 ms apart. */
    static MediaFragment fragment(long timecode, int frames) {
        MediaFragment.Builder fragment = video().clusterTimestamp(timecode);
        Random random = new Random(timecode);
        for (int i = 0; i < frames; i++) {
            byte[] data = new byte[100];
            random.nextBytes(data);
            fragment.frame(MediaFrame.of(1, i * 40, i == 0, data));
        }
        return fragment.build();
    }

    /** EBML header, Segment, Info, Tracks and leading tags. */
    static byte[] head(MediaFragment fragment) {
        return fragment.header();
    }

    /** The Cluster and what follows it. */
    static byte[] cluster(MediaFragment fragment) {
        byte[][] parts = new byte[fragment.frames().size() + 2][];
        parts[0] = fragment.clusterStart(0);
        for (int i = 0; i < fragment.frames().size(); i++) {
            parts[i + 1] = fragment.block(fragment.frames().get(i));
        }
        parts[parts.length - 1] = fragment.trailer();
        return concat(parts);
    }

    static byte[] concat(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }
}
