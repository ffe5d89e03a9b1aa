/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.benchmarks.parser.rounds;

import io.github.flinkkvs.benchmarks.parser.media.Body;
import io.github.flinkkvs.benchmarks.parser.peers.Contender;
import io.github.flinkkvs.benchmarks.parser.peers.Peer;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.infra.Blackhole;

import java.util.List;
import java.util.Map;

/** One operation reads one whole body; the bodies take turns. */
@State(Scope.Thread)
public class ReadBenchmark {

    /** Set before JMH runs, which is in this JVM: no benchmark should wait for its media. */
    static volatile List<Body> bodies;

    /** The same; what they have at hand must not count as allocated. */
    static volatile Map<Peer, Contender> contenders;

    @Param private Peer peer;

    private Contender contender;
    private List<Body> turns;
    private int turn;

    @Setup
    public void prepare() {
        contender = contenders.get(peer);
        turns = bodies;
        // Collects the garbage of the previous peer; JMH's own way takes longer than a round.
        System.gc();
    }

    @Benchmark
    public void read(Blackhole blackhole) throws Exception {
        contender.read(turns.get(turn++ % turns.size()), blackhole::consume);
    }
}
