/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.media;

import io.github.flinkkvs.mkv.Fragment;
import io.github.flinkkvs.mkv.MkvException;
import io.github.flinkkvs.mkv.Track;

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

    /** Half an hour in 16 kHz; times that are further apart are no fragment's. */
    private static final long MAX_BYTES = 64 << 20;

    private FragmentAudio() {}

    /**
     * The sound of a track, from its first sample on: linear PCM of 16 bits.
     *
     * @param trackName the track's name, {@code track-NUMBER} of one that has none; null for the
     *     first track of audio that has frames
     * @return null if the fragment has no such track, or the track no sound in it
     * @throws MkvException if the fragment's frames cannot be found
     * @throws IllegalArgumentException if its audio cannot be read: it is coded in a way that is
     *     not known here, or its times are too far apart for one fragment
     * @throws IllegalStateException if the fragment was read for its tags only
     * @throws MediaException if native libraries, which AAC needs, are missing
     */
    @Nullable
    public static byte[] wav(Fragment fragment, @Nullable String trackName) throws MkvException {
        String name = trackName == null ? firstTrack(fragment) : trackName;
        if (name == null) {
            return null;
        }
        List<AudioChunk> chunks =
                AudioChunk.of(fragment, fragment.tag(CallTracks.MIME_TYPE), Set.of(name));
        if (chunks.isEmpty()) {
            return null;
        }
        AudioChunk chunk = chunks.get(0);
        AudioCoding coding = chunk.coding();
        long span = chunk.spanMillis();
        // By division, as products of times and rates that somebody made up overflow.
        long bytesPerSecond = coding.wavBytes(coding.samplesPerSecond());
        if (span / 1000 > MAX_BYTES / bytesPerSecond
                || coding.wavBytes(chunk.samples()) > MAX_BYTES) {
            throw new IllegalArgumentException(
                    "The track "
                            + name
                            + " of "
                            + fragment
                            + " has sound of more than "
                            + MAX_BYTES
                            + " bytes, which is more than a fragment can be");
        }
        try (AudioDecoder decoder = AudioDecoder.of(coding)) {
            TrackAudio audio = new TrackAudio(chunk.beginMillis());
            chunk.decode(decoder, audio);
            return audio.isEmpty() ? null : Wav.of(audio.samplesPerSecond(), audio.channels());
        }
    }

    @Nullable
    private static String firstTrack(Fragment fragment) {
        for (Track track : fragment.tracks()) {
            if (track.type() == Track.Type.AUDIO
                    && fragment.frameCounts().containsKey(track.number())) {
                return CallTracks.nameOf(track);
            }
        }
        return null;
    }
}
