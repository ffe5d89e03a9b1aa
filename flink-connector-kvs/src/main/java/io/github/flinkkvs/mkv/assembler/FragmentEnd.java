/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.mkv.assembler;

import org.apache.flink.annotation.PublicEvolving;

/** How a {@link FragmentAssembler} knows that a fragment is complete. */
@PublicEvolving
public enum FragmentEnd {
    /**
     * The service's trailing Tags end a fragment, as in GetMedia: they are its last bytes. If the
     * next document begins before them, the fragment is broken off.
     */
    TRAILING_TAGS,
    /**
     * The beginning of the next fragment ends a fragment, as in archived media, which has no
     * trailing Tags: the next document, or, if many fragments share a Segment, Tags with another
     * fragment number. Of a shared Segment, each fragment becomes a document of its own, which
     * repeats the EBML header, Info and Tracks.
     *
     * <p>Nothing follows the last fragment of a body: see {@link FragmentAssembler#completeLast}.
     */
    NEXT_FRAGMENT
}
