/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.media.file;

import io.github.flinkkvs.mkv.Fragment;
import io.github.flinkkvs.mkv.document.MkvElement;
import io.github.flinkkvs.mkv.parser.MkvException;

import java.io.ByteArrayOutputStream;
import java.util.Map;
import java.util.Set;

/** The element Tracks of a fragment, in which audio can be declared as what it is. */
final class MkvTracks {

    /** What a declaration replaces. */
    private static final Set<String> REPLACED =
            Set.of("CodecID", "CodecPrivate", "CodecName", "Audio", "CRC-32");

    private MkvTracks() {}

    /**
     * The element as it is, or with other declarations for some of its tracks.
     *
     * @param audio by track number
     * @return empty if the fragment has no such element
     */
    static byte[] of(Fragment fragment, Map<Long, AudioDeclaration> audio) throws MkvException {
        MkvElement tracks = fragment.document().child("Segment/Tracks");
        if (tracks == null) {
            return new byte[0];
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        if (audio.isEmpty()) {
            copy(fragment, tracks, out);
            return out.toByteArray();
        }
        for (MkvElement child : tracks.children()) {
            AudioDeclaration declared =
                    child.name().equals("TrackEntry") ? audio.get(number(child)) : null;
            if (declared != null) {
                out.writeBytes(MkvHeader.trackEntry(kept(fragment, child), declared));
            } else if (!child.name().equals("CRC-32")) {
                copy(fragment, child, out);
            }
        }
        return MkvHeader.tracks(out.toByteArray());
    }

    private static Long number(MkvElement entry) throws MkvException {
        MkvElement number = entry.child("TrackNumber");
        return number == null ? null : number.longValue();
    }

    private static byte[] kept(Fragment fragment, MkvElement entry) throws MkvException {
        ByteArrayOutputStream kept = new ByteArrayOutputStream();
        for (MkvElement child : entry.children()) {
            if (!REPLACED.contains(child.name())) {
                copy(fragment, child, kept);
            }
        }
        return kept.toByteArray();
    }

    private static void copy(Fragment fragment, MkvElement element, ByteArrayOutputStream out) {
        out.write(fragment.array(), element.offset(), element.headerSize() + element.dataSize());
    }
}
