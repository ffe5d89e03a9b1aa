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

import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** Finds the audio tracks of a fragment and gives each of them a name of its own. */
final class AudioTracks {

    private AudioTracks() {}

    /**
     * The tracks of audio that have frames, by their names, in the order of the fragment.
     *
     * @param wanted names of the tracks to take; all if it is empty
     */
    static Map<String, Track> withFrames(Fragment fragment, Set<String> wanted) {
        Map<String, Track> tracks = named(fragment);
        tracks.entrySet()
                .removeIf(
                        track ->
                                !isWanted(track.getKey(), track.getValue(), wanted)
                                        || !fragment.frameCounts()
                                                .containsKey(track.getValue().number()));
        return tracks;
    }

    private static boolean isWanted(String name, Track track, Set<String> wanted) {
        return wanted.isEmpty()
                || wanted.contains(name)
                || wanted.contains(CallTracks.nameOf(track));
    }

    /**
     * All tracks of audio, whether they have frames or not: a track has the same name in each
     * fragment with these Tracks.
     */
    private static Map<String, Track> named(Fragment fragment) {
        Map<String, Track> named = new LinkedHashMap<>();
        Set<Long> numbers = new HashSet<>();
        for (Track track : fragment.tracks()) {
            if (track.type() == Track.Type.AUDIO && numbers.add(track.number())) {
                named.put(freeName(track, named), track);
            }
        }
        return named;
    }

    private static String freeName(Track track, Map<String, Track> taken) {
        String name = CallTracks.nameOf(track);
        if (!taken.containsKey(name)) {
            return name;
        }
        String numbered = name + '-' + track.number();
        String free = numbered;
        for (int i = 2; taken.containsKey(free); i++) {
            free = numbered + '-' + i;
        }
        return free;
    }
}
