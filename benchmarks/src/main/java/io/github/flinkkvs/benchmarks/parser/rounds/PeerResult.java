/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.benchmarks.parser.rounds;

import com.fasterxml.jackson.annotation.JsonInclude;

import javax.annotation.Nullable;

import java.util.ArrayList;
import java.util.List;

/**
 * The measurements of a peer on a set, round by round.
 *
 * @param problem why it was not measured; null if it was
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record PeerResult(
        List<Double> megabytesPerSecond,
        List<Double> allocatedPerFragment,
        @Nullable String problem) {

    public static PeerResult empty() {
        return new PeerResult(new ArrayList<>(), new ArrayList<>(), null);
    }

    public static PeerResult unable(String problem) {
        return new PeerResult(List.of(), List.of(), problem);
    }

    /** Both, one after the other. */
    public PeerResult and(PeerResult more) {
        PeerResult both = new PeerResult(new ArrayList<>(), new ArrayList<>(), problem);
        both.megabytesPerSecond.addAll(megabytesPerSecond);
        both.megabytesPerSecond.addAll(more.megabytesPerSecond);
        both.allocatedPerFragment.addAll(allocatedPerFragment);
        both.allocatedPerFragment.addAll(more.allocatedPerFragment);
        return both;
    }
}
