/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.clients;

import io.github.flinkkvs.testing.media.ClusterSize;
import io.github.flinkkvs.testing.media.MediaClip;
import io.github.flinkkvs.testing.media.MediaFragment;
import io.github.flinkkvs.testing.media.MediaFrame;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;

/** What a producer sends in one PutMedia call, and the frames in it. */
final class ProducedMedia {
    private final byte[] mkv;
    private final List<byte[]> clusters;
    private final List<MediaFrame> frames;

    private ProducedMedia(byte[] mkv, List<byte[]> clusters, List<MediaFrame> frames) {
        this.mkv = mkv;
        this.clusters = clusters;
        this.frames = frames;
    }

    /** A clip in fragments of this many frames, with Cluster Timestamps from a start. */
    static ProducedMedia of(MediaClip clip, long start, int framesEach, ClusterSize size) {
        ByteArrayOutputStream mkv = new ByteArrayOutputStream();
        List<byte[]> clusters = new ArrayList<>();
        List<MediaFrame> frames = new ArrayList<>();
        for (MediaFragment built : clip.fragments(start, framesEach)) {
            MediaFragment fragment = built.toBuilder().clusterSize(size).build();
            if (clusters.isEmpty()) {
                mkv.writeBytes(fragment.header());
            }
            ByteArrayOutputStream cluster = new ByteArrayOutputStream();
            cluster.writeBytes(fragment.clusterStart(fragment.producerTimestampMillis(0)));
            for (MediaFrame frame : fragment.frames()) {
                cluster.writeBytes(fragment.block(frame));
                frames.add(frame);
            }
            clusters.add(cluster.toByteArray());
            mkv.writeBytes(cluster.toByteArray());
        }
        return new ProducedMedia(mkv.toByteArray(), clusters, frames);
    }

    InputStream open() {
        return new ByteArrayInputStream(mkv);
    }

    /** The Clusters, whole. */
    List<byte[]> clusters() {
        return clusters;
    }

    /** The frames, in the order in which they are sent. */
    List<MediaFrame> frames() {
        return frames;
    }
}
