/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.benchmarks.parser.rounds;

import io.github.flinkkvs.benchmarks.parser.peers.Peer;
import io.github.flinkkvs.benchmarks.report.Median;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** The measurements of all peers on a set. */
public record SetResult(
        String name,
        String cluster,
        double bytesPerFragment,
        double framesPerFragment,
        Map<Peer, PeerResult> peers) {

    /** Both, of the same set. */
    public SetResult and(SetResult more) {
        Map<Peer, PeerResult> both = new EnumMap<>(Peer.class);
        peers.forEach((peer, result) -> both.put(peer, result.and(more.peers.get(peer))));
        return new SetResult(name, cluster, bytesPerFragment, framesPerFragment, both);
    }

    /** Empty if the peer was not measured. */
    public Optional<Median> megabytesPerSecond(Peer peer) {
        return median(peer, PeerResult::megabytesPerSecond, 1);
    }

    /** Empty if the peer was not measured. */
    public Optional<Median> allocatedPerByte(Peer peer) {
        return median(peer, PeerResult::allocatedPerFragment, bytesPerFragment);
    }

    /** How many times as fast as another one, round by round; empty if one was not measured. */
    public Optional<Median> speed(Peer peer, Peer other) {
        List<Double> speeds = peers.get(peer).megabytesPerSecond();
        List<Double> others = peers.get(other).megabytesPerSecond();
        if (speeds.isEmpty() || others.isEmpty()) {
            return Optional.empty();
        }
        double[] ratios = new double[speeds.size()];
        for (int i = 0; i < ratios.length; i++) {
            ratios[i] = speeds.get(i) / others.get(i);
        }
        return Optional.of(Median.of(ratios));
    }

    private Optional<Median> median(
            Peer peer, Function<PeerResult, List<Double>> figures, double unit) {
        double[] values =
                figures.apply(peers.get(peer)).stream()
                        .mapToDouble(value -> value / unit)
                        .toArray();
        return values.length == 0 ? Optional.empty() : Optional.of(Median.of(values));
    }
}
