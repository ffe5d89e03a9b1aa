/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.media.audio;

import io.github.flinkkvs.media.audio.codec.AudioCoding;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What is known of the open part of a call without reading its audio. Not thread-safe. */
final class CallPart {

    /**
     * The limit of tracks of a part: each takes a decoder, with about a megabyte of native memory,
     * while its files are made. No fragment has more.
     */
    static final int MAX_TRACKS = 64;

    /** Products of longer spans overflow. */
    private static final long MAX_SAMPLES = 1L << 50;

    /** A track of the part. */
    static final class Track {
        final AudioCoding coding;

        /** In each channel. */
        final long samples;

        Track(AudioCoding coding, long samples) {
            this.coding = coding;
            this.samples = samples;
        }
    }

    /** How many chunks it has; 0 if no part is open. */
    int chunks;

    long beginMillis;
    long endMillis;

    /** How many bytes of state its chunks take. */
    long storedBytes;

    final Map<String, Track> tracks = new LinkedHashMap<>();

    boolean isOpen() {
        return chunks > 0;
    }

    /** Whether audio is too far from the part in time, or coded otherwise, to join it. */
    boolean isCutOffFrom(List<AudioChunk> fragment, long quietMillis) {
        long begin = Long.MAX_VALUE;
        for (AudioChunk chunk : fragment) {
            Track track = tracks.get(chunk.track());
            if (track != null && !track.coding.equals(chunk.coding())) {
                return true;
            }
            begin = Math.min(begin, chunk.beginMillis());
        }
        // Arbitrary times would overflow as integers.
        return Math.abs((double) begin - endMillis) > quietMillis;
    }

    /** Whether the part with this audio is small enough: its files, its state, and its decoders. */
    boolean hasRoomFor(List<AudioChunk> fragment, long maxBytes) {
        long stored = storedBytes;
        long count = tracks.size();
        for (AudioChunk chunk : fragment) {
            stored += chunk.storedBytes();
            count += tracks.containsKey(chunk.track()) ? 0 : 1;
        }
        return stored <= maxBytes && count <= MAX_TRACKS && wavBytesWith(fragment) <= maxBytes;
    }

    /** The size of the part's files with the audio of one more fragment, about. */
    private long wavBytesWith(List<AudioChunk> fragment) {
        long begin = beginMillis;
        long end = endMillis;
        Map<String, AudioChunk> more = new LinkedHashMap<>();
        for (AudioChunk chunk : fragment) {
            begin = Math.min(begin, chunk.beginMillis());
            end = Math.max(end, chunk.endMillis());
            more.put(chunk.track(), chunk);
        }
        long bytes = 0;
        for (Map.Entry<String, Track> entry : tracks.entrySet()) {
            AudioChunk chunk = more.remove(entry.getKey());
            Track track = entry.getValue();
            long samples = track.samples + (chunk == null ? 0 : chunk.samples());
            bytes += wavBytes(track.coding, samples, end - begin);
        }
        for (AudioChunk chunk : more.values()) {
            bytes += wavBytes(chunk.coding(), chunk.samples(), end - begin);
        }
        return bytes;
    }

    /** Silence counts as well. */
    private static long wavBytes(AudioCoding coding, long samples, long millis) {
        double span = (double) millis * coding.samplesPerSecond() / 1000;
        return coding.wavBytes((long) Math.min(MAX_SAMPLES, Math.max(samples, span)));
    }

    /** Counts a chunk that was added. */
    void add(AudioChunk chunk) {
        beginMillis = isOpen() ? Math.min(beginMillis, chunk.beginMillis()) : chunk.beginMillis();
        endMillis = isOpen() ? Math.max(endMillis, chunk.endMillis()) : chunk.endMillis();
        chunks++;
        storedBytes += chunk.storedBytes();
        tracks.merge(
                chunk.track(),
                new Track(chunk.coding(), chunk.samples()),
                (track, more) -> new Track(track.coding, track.samples + more.samples));
    }

    /** The part is over. */
    void clear() {
        chunks = 0;
        storedBytes = 0;
        tracks.clear();
    }
}
