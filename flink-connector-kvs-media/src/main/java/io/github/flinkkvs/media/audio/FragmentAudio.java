/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.media.audio;

import io.github.flinkkvs.media.MediaException;
import io.github.flinkkvs.media.Wav;
import io.github.flinkkvs.mkv.Fragment;

import org.apache.flink.annotation.PublicEvolving;

import javax.annotation.Nullable;

import java.util.List;
import java.util.Set;

/**
 * Makes a WAV file of the sound in one fragment. For calls, which are many fragments, see {@link
 * CallAudioFunction}.
 */
@PublicEvolving
public final class FragmentAudio {

    private FragmentAudio() {}

    /**
     * The sound of a track, from its first sample on: linear PCM of 16 bits.
     *
     * @param trackName the track's name, {@code track-NUMBER} of one that has none; null for the
     *     first track of audio that has frames
     * @return null if the fragment has no such track, or the track no sound in it
     * @throws IllegalArgumentException if its audio cannot be read: its frames cannot be found, or
     *     none of them can be decoded, or it is more than 64 MiB, with silence where its times
     *     leave gaps
     * @throws IllegalStateException if the fragment was read for its tags only
     * @throws MediaException if native libraries, which all codings but linear PCM of 16 bits and
     *     G.711 need, are missing
     */
    @Nullable
    public static byte[] wav(Fragment fragment, @Nullable String trackName) {
        String name = trackName == null ? firstTrack(fragment) : trackName;
        if (name == null) {
            return null;
        }
        AudioDamage damage = new AudioDamage();
        String mimeType = CallTracks.mimeTypeOf(fragment);
        List<AudioChunk> chunks = FragmentChunks.of(fragment, mimeType, Set.of(name), damage);
        byte[] wav =
                chunks.isEmpty() ? null : wav(chosen(chunks, name), fragment.streamName(), damage);
        if (wav == null && damage.frames() > 0) {
            throw new IllegalArgumentException(damage.last());
        }
        return wav;
    }

    /** Several tracks may have the name; one may have it as its unique name. */
    private static AudioChunk chosen(List<AudioChunk> chunks, String name) {
        for (AudioChunk chunk : chunks) {
            if (chunk.track().equals(name)) {
                return chunk;
            }
        }
        return chunks.get(0);
    }

    /** Null if there is no sound, or too much of it. */
    @Nullable
    private static byte[] wav(AudioChunk chunk, String stream, AudioDamage damage) {
        try (TrackSound sound = new TrackSound(chunk.coding(), false)) {
            sound.begin(chunk.beginMillis(), new TrackAudio.Room(CallWavs.MAX_FRAGMENT_BYTES));
            sound.add(chunk, stream, damage);
            sound.finish(stream, damage);
            return sound.isSilent() || sound.isFull()
                    ? null
                    : Wav.of(sound.audio().samplesPerSecond(), sound.audio().channels());
        }
    }

    @Nullable
    private static String firstTrack(Fragment fragment) {
        return AudioTracks.withFrames(fragment, Set.of()).keySet().stream()
                .findFirst()
                .orElse(null);
    }
}
