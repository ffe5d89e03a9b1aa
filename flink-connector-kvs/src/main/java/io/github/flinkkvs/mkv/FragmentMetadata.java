/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.mkv;

import javax.annotation.Nullable;

import java.util.List;

/** What Info, Tracks and Tags say of a fragment, and whose fragment it is. Immutable. */
final class FragmentMetadata {

    /** The object, and its number, whose text is that of a tag. */
    private static final int OWN_BYTES = 112;

    final String streamName;
    @Nullable final String streamArn;
    final FragmentNumber number;
    final long serverTimestampMillis;
    final long producerTimestampMillis;
    @Nullable final Long millisBehindNow;
    @Nullable final String continuationToken;
    final List<Tag> tags;
    final List<Track> tracks;
    final long timestampScaleNanos;

    /**
     * @param service complete; not kept
     * @param tags copied
     * @param tracks copied
     */
    FragmentMetadata(
            String streamName,
            @Nullable String streamArn,
            ServiceFacts service,
            List<Tag> tags,
            List<Track> tracks,
            long timestampScaleNanos) {
        this.streamName = streamName;
        this.streamArn = streamArn;
        this.number = service.number;
        this.serverTimestampMillis = service.serverTimestampMillis;
        this.producerTimestampMillis = service.producerTimestampMillis;
        this.millisBehindNow = service.millisBehindNow;
        this.continuationToken = service.continuationToken;
        this.tags = List.copyOf(tags);
        this.tracks = List.copyOf(tracks);
        this.timestampScaleNanos = timestampScaleNanos;
    }

    /** The track with a number; null if none is declared. */
    @Nullable
    Track declaredTrack(long trackNumber) {
        for (int i = 0; i < tracks.size(); i++) {
            if (tracks.get(i).number() == trackNumber) {
                return tracks.get(i);
            }
        }
        return null;
    }

    /** The heap that it takes. Name and ARN are shared by all fragments of a stream. */
    int retainedBytes() {
        return OWN_BYTES + Tag.retainedBytes(tags) + Track.retainedBytes(tracks);
    }
}
