/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.media.audio;

import io.github.flinkkvs.media.CallAudio;
import io.github.flinkkvs.media.Wav;

import org.apache.flink.util.Collector;

import javax.annotation.Nullable;

import java.util.Map;
import java.util.TreeMap;

/**
 * Makes WAV files of the audio of a part of a call. Their size is known only after decoding, so the
 * part may have to be cut into several. Not thread-safe. Decoders may hold native memory: close it.
 */
final class CallWavs implements AutoCloseable {

    /** The limit of decoded bytes of a fragment: half an hour in 16 kHz. */
    static final int MAX_FRAGMENT_BYTES = 64 << 20;

    /**
     * A part has at most {@link AudioTracks#MAX_TRACKS} tracks, but state of earlier versions knows
     * no such bound. Such a part is cut before a fragment that exceeds it, which may itself have
     * that many.
     */
    private static final int MAX_DECODERS = 2 * CallPart.MAX_TRACKS;

    private final boolean stereo;
    private final long maxPartBytes;
    private final AudioDamage damage;

    /** Sorted by name, so that files come in the same order each time. */
    private final Map<String, TrackSound> tracks = new TreeMap<>();

    @Nullable private AudioChunk last;
    private TrackAudio.Room room;

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
     * Whether the files have to be emitted before this chunk is added: they are as large as a part
     * may be, or there are as many tracks. All tracks of a fragment are in the same part.
     */
    boolean isFullBefore(AudioChunk chunk) {
        return last != null
                && !chunk.isOfFragmentOf(last)
                && (room.taken() > maxPartBytes
                        || hasAllTracks() && !tracks.containsKey(chunk.track()));
    }

    private boolean hasAllTracks() {
        return tracks.size() >= CallPart.MAX_TRACKS;
    }

    /** Adds the next chunk of its track. */
    void add(AudioChunk chunk, CallState call, long partBeginMillis) {
        last = chunk;
        TrackSound track = tracks.get(chunk.track());
        if (track == null) {
            if (tracks.size() >= MAX_DECODERS) {
                String what = "a fragment may have at most " + MAX_DECODERS + " tracks of audio";
                chunk.countAs(damage, chunk.frames(), call.streamName(), what);
                return;
            }
            // Later parts, and the rest of this one, are in mid-stream.
            track = new TrackSound(chunk.coding(), call.part == 0);
            tracks.put(chunk.track(), track);
        }
        if (!track.isBegun()) {
            track.begin(isSide(chunk.track()) ? partBeginMillis : chunk.beginMillis(), room);
        }
        track.add(chunk, call.streamName(), damage);
    }

    /** The part is over: adds the samples that the decoders held back. */
    void finish(CallState call) {
        tracks.values().forEach(track -> track.finish(call.streamName(), damage));
    }

    /** The two sides of a stereo file begin together, every other track with its first sample. */
    private boolean isSide(String track) {
        return stereo
                && (track.equals(CallTracks.FROM_CUSTOMER) || track.equals(CallTracks.TO_CUSTOMER));
    }

    /** Emits a file for each track with sound, or one for both sides, and removes all samples. */
    void emit(CallState call, Collector<CallAudio> out) {
        boolean newDecoders = hasAllTracks();
        if (newDecoders) {
            finish(call);
        }
        Map<String, TrackSound> rest = new TreeMap<>(tracks);
        rest.values().removeIf(TrackSound::isSilent);
        if (stereo) {
            emitSides(rest, call, out);
            renameStereo(rest);
        }
        rest.forEach(
                (name, track) -> {
                    short[][] channels = track.audio().channels();
                    out.collect(wav(call, name, track.beginMillis(), rate(track), channels));
                });
        tracks.values().forEach(TrackSound::end);
        if (newDecoders) {
            close();
        }
        makeRoom();
    }

    private static void emitSides(
            Map<String, TrackSound> rest, CallState call, Collector<CallAudio> out) {
        TrackSound from = rest.get(CallTracks.FROM_CUSTOMER);
        TrackSound to = rest.get(CallTracks.TO_CUSTOMER);
        TrackSound any = from == null ? to : from;
        // Sides of different rates do not fit into one file, and stay two.
        if (any != null && (to == null || rate(to) == rate(any))) {
            int length = Math.max(length(from), length(to));
            short[] left = mono(from, length);
            short[] right = mono(to, length);
            out.collect(wav(call, CallAudio.STEREO, any.beginMillis(), rate(any), left, right));
            rest.remove(CallTracks.FROM_CUSTOMER);
            rest.remove(CallTracks.TO_CUSTOMER);
        }
    }

    /** A producer's track of that name must not look like both sides. */
    private static void renameStereo(Map<String, TrackSound> rest) {
        TrackSound track = rest.remove(CallAudio.STEREO);
        if (track != null) {
            int i = 2;
            while (rest.putIfAbsent(CallAudio.STEREO + '-' + i, track) != null) {
                i++;
            }
        }
    }

    private static int rate(TrackSound track) {
        return track.audio().samplesPerSecond();
    }

    private static int length(@Nullable TrackSound side) {
        return side == null ? 0 : side.audio().length();
    }

    private static short[] mono(@Nullable TrackSound side, int length) {
        return side == null ? new short[length] : side.audio().mono(length);
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
                call.serverTimestampMillis,
                rate,
                channels.length,
                Wav.of(rate, channels));
    }

    @Override
    public void close() {
        tracks.values().forEach(TrackSound::close);
        tracks.clear();
    }
}
