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

import javax.annotation.Nullable;

import java.util.Map;
import java.util.TreeMap;

/**
 * Makes WAV files of the audio of a part of a call. How large they become is known only when they
 * are decoded, so there may have to be several parts of it. Not thread-safe.
 */
final class CallWavs implements AutoCloseable {

    /** What decoders may make of a fragment: half an hour in 16 kHz. */
    static final int MAX_FRAGMENT_BYTES = 64 << 20;

    private final boolean stereo;
    private final long maxPartBytes;
    private final AudioDamage damage;

    /** In the order of their names, so that files come in the same order each time. */
    private final Map<String, Track> tracks = new TreeMap<>();

    @Nullable private AudioChunk last;
    private TrackAudio.Room room;

    private static final class Track {
        @Nullable AudioDecoder decoder;
        @Nullable String undecodable;

        /** Null until it has audio in this part. */
        @Nullable TrackAudio audio;

        long beginMillis;

        Track(AudioCoding coding) {
            try {
                decoder = AudioDecoder.of(coding);
            } catch (IllegalArgumentException e) {
                undecodable = e.getMessage();
            }
        }

        void begin(long originMillis, TrackAudio.Room room) {
            beginMillis = originMillis;
            audio = new TrackAudio(originMillis, room);
        }

        boolean isSilent() {
            return audio == null || audio.isEmpty();
        }
    }

    /**
     * @param stereo whether the two sides of a call become one file
     */
    CallWavs(boolean stereo, long maxPartBytes, AudioDamage damage) {
        this.stereo = stereo;
        this.maxPartBytes = maxPartBytes;
        this.damage = damage;
        makeRoom();
    }

    private void makeRoom() {
        room = new TrackAudio.Room(maxPartBytes + MAX_FRAGMENT_BYTES);
    }

    /**
     * Whether the files are as large as a part may be, so that they have to be emitted before this
     * chunk is added. All tracks of a fragment are in the same part.
     */
    boolean isFullBefore(AudioChunk chunk) {
        return room.taken() > maxPartBytes && last != null && !chunk.isOfFragmentOf(last);
    }

    /** Adds the next chunk of its track. */
    void add(AudioChunk chunk, CallState call, long partBeginMillis) {
        Track track = tracks.computeIfAbsent(chunk.track(), name -> new Track(chunk.coding()));
        last = chunk;
        if (track.decoder == null) {
            chunk.leaveOut(call.streamName(), track.undecodable, damage);
            return;
        }
        if (track.audio == null) {
            track.begin(isSide(chunk.track()) ? partBeginMillis : chunk.beginMillis(), room);
        }
        chunk.decode(track.decoder, track.audio, call.streamName(), damage);
    }

    /** All of the call's part is there: what decoders hold back comes. */
    void finish() {
        for (Track track : tracks.values()) {
            if (track.audio != null) {
                TrackAudio audio = track.audio;
                track.decoder.finish(samples -> audio.add(Long.MIN_VALUE, samples, track.decoder));
            }
        }
    }

    /** The two sides of a stereo file begin together, every other track with its first sample. */
    private boolean isSide(String track) {
        return stereo
                && (track.equals(CallTracks.FROM_CUSTOMER) || track.equals(CallTracks.TO_CUSTOMER));
    }

    /** Emits a file for each track that sounds, or one for both sides; then nothing is left. */
    void emit(CallState call, Collector<CallAudio> out) {
        Map<String, Track> rest = new TreeMap<>(tracks);
        rest.values().removeIf(Track::isSilent);
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
        tracks.values().forEach(track -> track.audio = null);
        makeRoom();
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
                call.callId(),
                call.tags(),
                call.streamName(),
                track,
                call.part,
                beginMillis,
                call.serverTimestampMillis(),
                rate,
                channels.length,
                Wav.of(rate, channels));
    }

    @Override
    public void close() {
        for (Track track : tracks.values()) {
            if (track.decoder != null) {
                track.decoder.close();
            }
        }
    }
}
