/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.media.audio;

import io.github.flinkkvs.mkv.Fragment;
import io.github.flinkkvs.mkv.Track;

import javax.annotation.Nullable;

/** The names that Amazon Connect gives to tags and tracks. */
final class CallTracks {

    static final String FROM_CUSTOMER = "AUDIO_FROM_CUSTOMER";
    static final String TO_CUSTOMER = "AUDIO_TO_CUSTOMER";

    private static final String MIME_TYPE = "MimeType";

    /** The name of the only track in older flows. */
    private static final String SINGLE = "Track_audio/L16";

    /** The service's limit for the value of a tag; for the name of a track it is 32. */
    private static final int MAX_CHARS = 256;

    private CallTracks() {}

    /** Whether Amazon Connect gives this name to its tracks. */
    static boolean areConnects(Track track) {
        String name = nameOf(track);
        return name.equals(FROM_CUSTOMER) || name.equals(TO_CUSTOMER) || name.equals(SINGLE);
    }

    /** The track's name; {@code track-NUMBER} if it has none, or an unusable one. */
    static String nameOf(Track track) {
        String name = track.name();
        return name == null || name.isBlank() || name.length() > MAX_CHARS
                ? "track-" + track.number()
                : name;
    }

    /** The fragment's tag MimeType; null if it is missing or too long. */
    @Nullable
    static String mimeTypeOf(Fragment fragment) {
        return sensible(fragment.tag(MIME_TYPE));
    }

    /** The value of a tag; null if it is longer than the service allows. */
    @Nullable
    static String sensible(@Nullable String value) {
        return value == null || value.length() > MAX_CHARS ? null : value;
    }
}
