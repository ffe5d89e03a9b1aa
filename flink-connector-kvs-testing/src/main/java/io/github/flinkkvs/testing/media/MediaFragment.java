/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.testing.media;

import io.github.flinkkvs.testing.internal.ebml.Ebml;
import io.github.flinkkvs.testing.internal.ebml.EbmlWriter;

import javax.annotation.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;

/**
 * A fragment as a producer pushes it: header, Tracks, user tags, frames. The service adds number,
 * timestamps and its own tags. Immutable.
 */
public final class MediaFragment {
    private static final int FILLER_FRAME = 16 * 1024;
    private static final int FILLER_FRAME_MILLIS = 40;

    /** The approximate size of header, Tracks and service tags of a filler fragment. */
    private static final int FILLER_OVERHEAD = 700;

    private final Builder parts;

    private MediaFragment(Builder parts) {
        this.parts = parts;
    }

    public static Builder builder() {
        return new Builder();
    }

    /**
     * A fragment of about this many bytes, its frames filled with the same pseudo-random bytes
     * every time, in one video track.
     */
    public static MediaFragment ofSize(int approximateBytes) {
        return ofSize(approximateBytes, 0);
    }

    /** The same with other filler bytes for another seed. */
    public static MediaFragment ofSize(int approximateBytes, long seed) {
        int payload = Math.max(1, approximateBytes - FILLER_OVERHEAD);
        int frames = Math.min(250, (payload + FILLER_FRAME - 1) / FILLER_FRAME);
        Random random = new Random(seed);
        Builder builder =
                builder().track(MediaTrack.video(1, "filler", "V_UNCOMPRESSED", null, 16, 16));
        for (int i = 0; i < frames; i++) {
            int length = payload / frames + (i < payload % frames ? 1 : 0);
            byte[] data = new byte[length];
            random.nextBytes(data);
            builder.frame(MediaFrame.of(1, i * FILLER_FRAME_MILLIS, i == 0, data));
        }
        return builder.build();
    }

    /** A builder that starts with everything this fragment has. */
    public Builder toBuilder() {
        return new Builder(parts);
    }

    public List<MediaFrame> frames() {
        return List.copyOf(parts.frames);
    }

    /** The producer's start of recording in milliseconds; {@code otherwise} if it has none. */
    public long producerTimestampMillis(long otherwise) {
        return parts.producerTimestampMillis == null ? otherwise : parts.producerTimestampMillis;
    }

    /** How the size of its Cluster is written. */
    public ClusterSize clusterSize() {
        return parts.clusterSize;
    }

    /** The time from the first frame to the end of the last one, as far as frames tell. */
    public long durationMillis() {
        int last = 0;
        int beforeLast = 0;
        for (MediaFrame frame : parts.frames) {
            if (frame.offsetMillis() > last) {
                beforeLast = last;
                last = frame.offsetMillis();
            }
        }
        return last + (last - beforeLast);
    }

    /** What the producer sends up to the place of the service's leading Tags. */
    public byte[] header() {
        EbmlWriter out = new EbmlWriter();
        out.raw(parts.ebml == null ? ProducerHeader.ebml() : parts.ebml);
        out.id(Ebml.SEGMENT).unknownSize(8);
        if (parts.tagsFirst) {
            userTags(out, parts.tagsBefore);
        }
        out.raw(parts.info == null ? ProducerHeader.info() : parts.info);
        out.raw(
                parts.tracksElement == null
                        ? ProducerHeader.tracks(parts.tracks)
                        : parts.tracksElement);
        if (!parts.tagsFirst) {
            userTags(out, parts.tagsBefore);
        }
        return out.toByteArray();
    }

    /** The header of the Cluster with its Timestamp. */
    public byte[] clusterStart(long producerTimestampMillis) {
        long timestamp =
                parts.clusterTimestamp == null ? producerTimestampMillis : parts.clusterTimestamp;
        byte[] first = new EbmlWriter().unsigned(Ebml.TIMESTAMP, timestamp).toByteArray();
        EbmlWriter out = new EbmlWriter().id(Ebml.CLUSTER);
        switch (parts.clusterSize) {
            case UNKNOWN_1_BYTE:
                out.unknownSize(1);
                break;
            case UNKNOWN_8_BYTES:
                out.unknownSize(8);
                break;
            default:
                long size = first.length;
                for (MediaFrame frame : parts.frames) {
                    size += block(frame).length;
                }
                out.size(size, 8);
        }
        return out.raw(first).toByteArray();
    }

    /** A frame as a SimpleBlock of this fragment. */
    public byte[] block(MediaFrame frame) {
        // The Producer SDK, which leaves the Cluster size open, writes block sizes in 8 bytes.
        return frame.toSimpleBlock(parts.clusterSize == ClusterSize.UNKNOWN_1_BYTE ? 8 : 0);
    }

    /** What the producer puts between its Cluster and the service's trailing Tags. */
    public byte[] trailer() {
        EbmlWriter out = new EbmlWriter();
        parts.extraAfter.forEach(out::raw);
        userTags(out, parts.tagsAfter);
        return out.toByteArray();
    }

    /** A Tags element with one tag, as the Producer SDK writes it. */
    public static byte[] userTag(String name, String value) {
        EbmlWriter simple =
                new EbmlWriter().text(Ebml.TAG_NAME, name, 8).text(Ebml.TAG_STRING, value, 8);
        EbmlWriter tag = new EbmlWriter().bytes(Ebml.SIMPLE_TAG, simple.toByteArray(), 8);
        return new EbmlWriter()
                .bytes(
                        Ebml.TAGS,
                        new EbmlWriter().bytes(Ebml.TAG, tag.toByteArray(), 8).toByteArray(),
                        8)
                .toByteArray();
    }

    private static void userTags(EbmlWriter out, List<String[]> tags) {
        // Like the Producer SDK: a Tags element for each.
        tags.forEach(tag -> out.raw(userTag(tag[0], tag[1])));
    }

    /** Builds a fragment; not thread-safe. */
    public static final class Builder {
        private final List<MediaTrack> tracks = new ArrayList<>();
        private final List<MediaFrame> frames = new ArrayList<>();
        private final List<String[]> tagsBefore = new ArrayList<>();
        private final List<String[]> tagsAfter = new ArrayList<>();
        private final List<byte[]> extraAfter = new ArrayList<>();
        private ClusterSize clusterSize = ClusterSize.KNOWN;
        private boolean tagsFirst;
        @Nullable private Long producerTimestampMillis;
        @Nullable private Long clusterTimestamp;
        @Nullable private byte[] ebml;
        @Nullable private byte[] info;
        @Nullable private byte[] tracksElement;

        private Builder() {}

        private Builder(Builder other) {
            tracks.addAll(other.tracks);
            frames.addAll(other.frames);
            tagsBefore.addAll(other.tagsBefore);
            tagsAfter.addAll(other.tagsAfter);
            extraAfter.addAll(other.extraAfter);
            clusterSize = other.clusterSize;
            tagsFirst = other.tagsFirst;
            producerTimestampMillis = other.producerTimestampMillis;
            clusterTimestamp = other.clusterTimestamp;
            ebml = other.ebml;
            info = other.info;
            tracksElement = other.tracksElement;
        }

        /** Start of recording; without it, the time of the push by the service's clock. */
        public Builder producerTimestampMillis(long millis) {
            producerTimestampMillis = millis;
            return this;
        }

        /** The Cluster Timestamp; without it, the producer timestamp. */
        public Builder clusterTimestamp(long millis) {
            clusterTimestamp = millis;
            return this;
        }

        public Builder track(MediaTrack track) {
            tracks.add(track);
            return this;
        }

        /** A frame; in the order of calls. */
        public Builder frame(MediaFrame frame) {
            frames.add(frame);
            return this;
        }

        public Builder frames(List<MediaFrame> more) {
            frames.addAll(more);
            return this;
        }

        /** A user tag before the Cluster. */
        public Builder tagBefore(String name, String value) {
            tagsBefore.add(new String[] {name, value});
            return this;
        }

        /** A user tag after the Cluster. */
        public Builder tagAfter(String name, String value) {
            tagsAfter.add(new String[] {name, value});
            return this;
        }

        /** Puts the user tags of {@link #tagBefore} even before Info and Tracks. */
        public Builder tagsFirst(boolean first) {
            tagsFirst = first;
            return this;
        }

        public Builder clusterSize(ClusterSize size) {
            clusterSize = Objects.requireNonNull(size);
            return this;
        }

        /** A whole level-1 element, such as Cues, directly after the Cluster. */
        public Builder elementAfter(byte[] element) {
            extraAfter.add(element.clone());
            return this;
        }

        /** The producer's own EBML header, Info and Tracks elements, copied byte for byte. */
        public Builder header(byte[] ebmlHeader, byte[] infoElement, byte[] tracks) {
            ebml = ebmlHeader.clone();
            info = infoElement.clone();
            tracksElement = tracks.clone();
            return this;
        }

        public MediaFragment build() {
            if (tracksElement == null && tracks.isEmpty()) {
                throw new IllegalArgumentException("A fragment needs a track");
            }
            return new MediaFragment(new Builder(this));
        }
    }
}
