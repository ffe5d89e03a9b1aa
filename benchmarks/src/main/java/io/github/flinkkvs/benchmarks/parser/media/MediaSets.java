/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.benchmarks.parser.media;

import io.github.flinkkvs.testing.EmbeddedKvs;
import io.github.flinkkvs.testing.EmbeddedStream;
import io.github.flinkkvs.testing.log.StoredFragment;
import io.github.flinkkvs.testing.media.ClusterSize;
import io.github.flinkkvs.testing.media.MediaFragment;
import io.github.flinkkvs.testing.media.MediaFrame;
import io.github.flinkkvs.testing.media.MediaTrack;

import javax.annotation.Nullable;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

/** The media on which parsers are measured: generated and recorded fragments. */
public final class MediaSets {

    /**
     * What is pushed into a stream.
     *
     * @param bytes the size of a fragment as the service sends it
     * @param tracks 1 means video, more mean audio
     */
    private record Kind(String name, int bytes, int blocks, int tracks) {}

    private static final List<Kind> KINDS =
            List.of(
                    new Kind("2 KB", 2_000, 10, 1),
                    new Kind("30 KB", 30_000, 14, 2),
                    new Kind("150 KB", 150_000, 59, 1),
                    new Kind("500 KB", 500_000, 60, 1),
                    new Kind("8 MB", 8_000_000, 120, 1));

    /** The approximate size of a key frame relative to other frames of its fragment. */
    private static final int KEY_FRAME_WEIGHT = 8;

    /** So many fragments of a set have different frames. */
    private static final int FRAGMENTS = 4;

    public static List<MediaSet> generated() {
        List<MediaSet> sets = new ArrayList<>();
        try (EmbeddedKvs kvs = EmbeddedKvs.start()) {
            for (Kind kind : KINDS) {
                sets.add(generate(kvs, kind, "known", ClusterSize.KNOWN));
                sets.add(generate(kvs, kind, "unknown", ClusterSize.UNKNOWN_1_BYTE));
            }
        }
        return sets;
    }

    /** One set of each recording (*.mkv) that holds complete fragments. */
    public static List<MediaSet> recorded(Path folder) throws IOException {
        List<Path> files;
        try (Stream<Path> all = Files.list(folder)) {
            files = all.filter(file -> file.toString().endsWith(".mkv")).sorted().toList();
        }
        List<MediaSet> sets = new ArrayList<>();
        try (EmbeddedKvs kvs = EmbeddedKvs.start()) {
            for (Path file : files) {
                String name = file.getFileName().toString().replace(".mkv", "");
                EmbeddedStream stream = kvs.createStream(name);
                stream.replay(file);
                if (!stream.pushed().isEmpty()) {
                    sets.add(new MediaSet(name, "as recorded", documents(stream)));
                }
            }
        }
        return sets;
    }

    /** Generated sets, and recorded ones if there is a folder with recordings. */
    public static List<MediaSet> all(@Nullable Path samples) throws IOException {
        List<MediaSet> sets = new ArrayList<>(generated());
        if (samples != null) {
            sets.addAll(recorded(samples));
        }
        return sets;
    }

    private static MediaSet generate(
            EmbeddedKvs kvs, Kind kind, String cluster, ClusterSize clusterSize) {
        EmbeddedStream stream = kvs.createStream(kind.name().replace(' ', '-') + '-' + cluster);
        int overhead = stream.push(fragment(kind, clusterSize, new int[kind.blocks()], 0)).size();
        for (int i = 0; i < FRAGMENTS; i++) {
            int[] sizes = frameSizes(kind, kind.bytes() - overhead, new Random(i));
            stream.push(fragment(kind, clusterSize, sizes, i));
        }
        List<byte[]> documents = documents(stream);
        return new MediaSet(kind.name(), cluster, documents.subList(1, documents.size()));
    }

    private static List<byte[]> documents(EmbeddedStream stream) {
        return stream.pushed().stream().map(StoredFragment::bytes).toList();
    }

    private static int[] frameSizes(Kind kind, int payload, Random random) {
        double[] weights = new double[kind.blocks()];
        double sum = 0;
        for (int i = 0; i < weights.length; i++) {
            boolean large = kind.tracks() == 1 && i == 0;
            // All audio blocks have the same size.
            weights[i] =
                    large ? KEY_FRAME_WEIGHT : kind.tracks() > 1 ? 1 : 0.5 + random.nextDouble();
            sum += weights[i];
        }
        int[] sizes = new int[kind.blocks()];
        for (int i = 0; i < sizes.length; i++) {
            sizes[i] = (int) (payload * weights[i] / sum);
        }
        return sizes;
    }

    private static MediaFragment fragment(
            Kind kind, ClusterSize clusterSize, int[] frameSizes, long seed) {
        Random random = new Random(seed);
        MediaFragment.Builder builder =
                MediaFragment.builder()
                        .clusterSize(clusterSize)
                        .tagBefore("location", "front door")
                        .tagAfter("motion", "true");
        if (kind.tracks() == 1) {
            builder.track(
                    MediaTrack.video(1, "camera", "V_MPEG4/ISO/AVC", new byte[40], 1280, 720));
        } else {
            builder.track(
                            MediaTrack.audio(
                                    1, "AUDIO_FROM_CUSTOMER", "A_PCM/INT/LIT", null, 8000, 1))
                    .track(
                            MediaTrack.audio(
                                    2, "AUDIO_TO_CUSTOMER", "A_PCM/INT/LIT", null, 8000, 1));
        }
        for (int i = 0; i < frameSizes.length; i++) {
            byte[] data = new byte[frameSizes[i]];
            random.nextBytes(data);
            builder.frame(
                    MediaFrame.of(
                            1 + i % kind.tracks(), 33 * i, i == 0 || kind.tracks() > 1, data));
        }
        return builder.build();
    }

    private MediaSets() {}
}
