/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.mkv;

import org.apache.flink.annotation.PublicEvolving;

import javax.annotation.Nullable;

import java.util.List;

/**
 * What a {@link Fragment} and the {@link FragmentHead} of its frames have in common: stream,
 * number, timestamps, tags and tracks. Immutable and thread-safe.
 */
@PublicEvolving
public abstract class FragmentInfo {

    private final FragmentMetadata metadata;

    FragmentInfo(FragmentMetadata metadata) {
        this.metadata = metadata;
    }

    /** The name of the stream. */
    public final String streamName() {
        return metadata.streamName;
    }

    /**
     * The ARN of the stream. It ends with the stream's creation time, so a stream that was deleted
     * and created again has another one. Null if the bytes did not come from the service.
     */
    @Nullable
    public final String streamArn() {
        return metadata.streamArn;
    }

    /** AWS_KINESISVIDEO_FRAGMENT_NUMBER. */
    public final FragmentNumber number() {
        return metadata.number;
    }

    /** When the service began to receive the fragment: epoch millis, by the service's clock. */
    public final long serverTimestampMillis() {
        return metadata.serverTimestampMillis;
    }

    /**
     * When the producer began to record the fragment, by the producer's clock: epoch millis, or, if
     * the producer sends relative times, millis since the start of its session. May decrease from
     * fragment to fragment.
     */
    public final long producerTimestampMillis() {
        return metadata.producerTimestampMillis;
    }

    /**
     * The SimpleTags in document order, those of the service included. A {@link FragmentHead} has
     * only those before the frames.
     */
    public final List<Tag> tags() {
        return metadata.tags;
    }

    /** The {@link #tags()} without those that the service adds. */
    public final List<Tag> userTags() {
        return ServiceTags.without(metadata.tags);
    }

    /** The value of the last tag with this name; null if there is none. */
    @Nullable
    public final String tag(String name) {
        return Tag.lastValue(metadata.tags, name);
    }

    /** The tracks; every fragment declares them again. */
    public final List<Track> tracks() {
        return metadata.tracks;
    }

    /** TimestampScale: the unit of the fragment's times, in nanoseconds. */
    public final long timestampScaleNanos() {
        return metadata.timestampScaleNanos;
    }

    /** The declared track with a number; null if there is none. */
    @Nullable
    final Track declaredTrack(long trackNumber) {
        return metadata.declaredTrack(trackNumber);
    }

    final FragmentMetadata metadata() {
        return metadata;
    }
}
