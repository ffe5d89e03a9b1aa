/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.media;

import io.github.flinkkvs.mkv.Track;

/** The names that Amazon Connect gives to tags and tracks. */
final class CallTracks {

    static final String CONTACT_ID = "ContactId";
    static final String MIME_TYPE = "MimeType";
    static final String FROM_CUSTOMER = "AUDIO_FROM_CUSTOMER";
    static final String TO_CUSTOMER = "AUDIO_TO_CUSTOMER";

    /** The name of the only track in older flows. */
    private static final String SINGLE = "Track_audio/L16";

    private CallTracks() {}

    /** Whether Amazon Connect calls a track like this. */
    static boolean areConnects(Track track) {
        String name = nameOf(track);
        return name.equals(FROM_CUSTOMER) || name.equals(TO_CUSTOMER) || name.equals(SINGLE);
    }

    /** The track's name; without one, its number tells it from others. */
    static String nameOf(Track track) {
        return track.name() == null || track.name().isBlank()
                ? "track-" + track.number()
                : track.name();
    }
}
