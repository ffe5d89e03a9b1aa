/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.testing.internal.ingest;

import io.github.flinkkvs.testing.behavior.Limits;
import io.github.flinkkvs.testing.faults.AckError;

import java.util.HashSet;
import java.util.Set;

/** Checks the fragments of a PutMedia call, one after the other. Not thread-safe. */
final class FragmentRules {
    private final Limits limits;
    private final Set<Long> missing = new HashSet<>();
    private Set<Long> tracks = Set.of();
    private long lastTimecode = Long.MIN_VALUE;
    private long bytes;
    private int tags;
    private long lastFrame;
    private long frameBefore;

    FragmentRules(Limits limits) {
        this.limits = limits;
    }

    void tracks(TrackList declared) {
        tracks = declared.numbers();
    }

    /**
     * A fragment begins.
     *
     * @param timecode its Cluster Timestamp in milliseconds
     * @param leadingTags the tags before it
     */
    void begin(long timecode, int leadingTags) throws IngestException {
        if (timecode < lastTimecode) {
            throw new IngestException(
                    AckError.FRAGMENT_TIMECODE_LESSER_THAN_PREVIOUS,
                    "Cluster Timestamp " + timecode + " ms after " + lastTimecode + " ms");
        }
        lastTimecode = timecode;
        bytes = 0;
        lastFrame = 0;
        frameBefore = 0;
        missing.addAll(tracks);
        tags = 0;
        tags(leadingTags);
    }

    void bytes(long more) throws IngestException {
        bytes += more;
        if (limits.maxFragmentBytes() > 0 && bytes > limits.maxFragmentBytes()) {
            throw new IngestException(
                    AckError.MAX_FRAGMENT_SIZE_REACHED,
                    "The fragment has more than " + limits.maxFragmentBytes() + " bytes");
        }
    }

    void tags(int more) throws IngestException {
        tags += more;
        if (limits.maxTagsPerFragment() > 0 && tags > limits.maxTagsPerFragment()) {
            throw new IngestException(
                    AckError.FRAGMENT_METADATA_LIMIT_REACHED,
                    "The fragment has more than " + limits.maxTagsPerFragment() + " tags");
        }
    }

    /**
     * A frame of the fragment.
     *
     * @param offset its time in milliseconds, relative to the Cluster Timestamp
     */
    void frame(long track, long offset) throws IngestException {
        if (!tracks.contains(track)) {
            throw new IngestException(
                    AckError.TRACK_NUMBER_MISMATCH,
                    "A frame of track " + track + ", and Tracks has " + tracks);
        }
        missing.remove(track);
        long most = limits.maxFragmentDuration().toMillis();
        if (most > 0 && offset > most) {
            throw new IngestException(
                    AckError.MAX_FRAGMENT_DURATION_REACHED,
                    "A frame " + offset + " ms after the Cluster Timestamp");
        }
        if (offset > lastFrame) {
            frameBefore = lastFrame;
            lastFrame = offset;
        }
    }

    /** The fragment is complete. */
    void end() throws IngestException {
        if (!missing.isEmpty()) {
            throw new IngestException(
                    AckError.FRAMES_MISSING_FOR_TRACK, "No frames of tracks " + missing);
        }
    }

    /** The time from the first frame to the end of the last one, as far as frames tell. */
    long durationMillis() {
        return lastFrame + (lastFrame - frameBefore);
    }
}
