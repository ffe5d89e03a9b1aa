/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.media;

import org.apache.flink.util.Collector;

import java.util.Map;
import java.util.TreeMap;

/** Makes WAV files of the audio of a part of a call. Not thread-safe. */
final class CallWavs implements AutoCloseable {

    private final boolean stereo;

    /** In the order of their names, so that files come in the same order each time. */
    private final Map<String, Track> tracks = new TreeMap<>();

    private static final class Track {
        final long beginMillis;
        final AudioDecoder decoder;
        final TrackAudio audio;

        Track(AudioChunk first, long originMillis) {
            beginMillis = originMillis;
            decoder = AudioDecoder.of(first.coding());
            audio = new TrackAudio(originMillis);
        }
    }

    /**
     * @param stereo whether the two sides of a call become one file
     */
    CallWavs(boolean stereo) {
        this.stereo = stereo;
    }

    /** Adds the next chunk of its track. */
    void add(AudioChunk chunk, long partBeginMillis) {
        Track track =
                tracks.computeIfAbsent(
                        chunk.track(),
                        name ->
                                new Track(
                                        chunk,
                                        isSide(name) ? partBeginMillis : chunk.beginMillis()));
        chunk.decode(track.decoder, track.audio);
    }

    /** The two sides of a stereo file begin together, every other track with its first sample. */
    private boolean isSide(String track) {
        return stereo
                && (track.equals(CallTracks.FROM_CUSTOMER) || track.equals(CallTracks.TO_CUSTOMER));
    }

    /** Emits a file for each track that sounds, or one for both sides. */
    void emit(CallState call, Collector<CallAudio> out) {
        Map<String, Track> rest = new TreeMap<>(tracks);
        rest.values().removeIf(track -> track.audio.isEmpty());
        Track from = stereo ? rest.get(CallTracks.FROM_CUSTOMER) : null;
        Track to = stereo ? rest.get(CallTracks.TO_CUSTOMER) : null;
        Track any = from == null ? to : from;
        // Sides of different rates do not fit into one file, and stay two.
        if (any != null && (to == null || rate(to) == rate(any))) {
            int length = Math.max(length(from), length(to));
            short[] left = mono(from, length);
            short[] right = mono(to, length);
            out.collect(wav(call, CallAudio.STEREO, any.beginMillis, rate(any), left, right));
            rest.remove(CallTracks.FROM_CUSTOMER);
            rest.remove(CallTracks.TO_CUSTOMER);
        }
        rest.forEach(
                (name, track) -> {
                    short[][] channels = track.audio.channels();
                    out.collect(wav(call, name, track.beginMillis, rate(track), channels));
                });
    }

    private static int rate(Track track) {
        return track.audio.samplesPerSecond();
    }

    private static int length(Track side) {
        return side == null ? 0 : side.audio.length();
    }

    private static short[] mono(Track side, int length) {
        return side == null ? new short[length] : side.audio.mono(length);
    }

    private static CallAudio wav(
            CallState call, String track, long beginMillis, int rate, short[]... channels) {
        return new CallAudio(
                call.contactId(),
                call.streamName(),
                track,
                call.part,
                beginMillis,
                rate,
                channels.length,
                Wav.of(rate, channels));
    }

    @Override
    public void close() {
        tracks.values().forEach(track -> track.decoder.close());
    }
}
