/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.benchmarks.parser.peers;

import java.util.Arrays;
import java.util.List;

/** What a parser extracts from a GetMedia body. */
public enum Task {
    /** Complete fragments. */
    FRAGMENTS,
    /** All elements of all levels. */
    ELEMENTS,
    /** All frames, with their tracks. */
    FRAMES;

    /** The measured parsers, in the order of each round. */
    public List<Peer> peers() {
        return Arrays.stream(Peer.values()).filter(peer -> peer.task() == this).toList();
    }

    public List<Peer> ours() {
        return peers().stream().filter(Peer::isOurs).toList();
    }

    public List<Peer> others() {
        return peers().stream().filter(peer -> !peer.isOurs()).toList();
    }
}
