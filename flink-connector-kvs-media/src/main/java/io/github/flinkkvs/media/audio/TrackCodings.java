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
import io.github.flinkkvs.media.audio.codec.TrackCoding;
import io.github.flinkkvs.mkv.Fragment;
import io.github.flinkkvs.mkv.Frame;
import io.github.flinkkvs.mkv.Track;

import org.apache.flink.annotation.Internal;

import java.nio.ByteBuffer;

/** Determines how the audio of a fragment is coded, for those who do not decode it. */
@Internal
public final class TrackCodings {

    private TrackCodings() {}

    /**
     * The coding of a track, whatever it declares.
     *
     * @param track of the fragment
     * @param frame of the track
     * @throws IllegalArgumentException if it is unknown
     */
    public static AudioCoding of(Fragment fragment, Track track, Frame frame) {
        byte[] bytes = new byte[frame.sizeBytes()];
        ByteBuffer data = frame.data();
        data.get(bytes);
        return TrackCoding.of(
                track,
                CallTracks.mimeTypeOf(fragment),
                CallTracks.areConnects(track),
                track.codecDelayNanos(),
                bytes);
    }
}
