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
import io.github.flinkkvs.benchmarks.parser.media.MediaSet;
import io.github.flinkkvs.benchmarks.parser.peers.Contender;
import io.github.flinkkvs.benchmarks.parser.peers.Peer;
import io.github.flinkkvs.benchmarks.parser.peers.Task;

import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Measures all peers of a task on one set, in this JVM, one after the other in each round: noise
 * that lasts longer than a moment hits all of them alike, and they are compared within a round.
 *
 * <p>JMH itself would run all iterations of one benchmark before the next one. So each peer of each
 * round gets its own run, without forks and with one iteration.
 *
 * @param rounds how many, after a longer one to warm up
 */
public record Rounds(int rounds, int warmUpMillis, int iterationMillis) {

    private static final long BODY_BYTES_TOTAL = 64_000_000;

    public SetResult measure(Task task, MediaSet set) throws Exception {
        Map<Peer, String> problems = new EnumMap<>(Peer.class);
        List<Peer> able = new ArrayList<>();
        for (Peer peer : task.peers()) {
            Optional<String> problem =
                    Verification.problem(peer.contender(set.largestFragment()), set);
            problem.ifPresentOrElse(text -> problems.put(peer, text), () -> able.add(peer));
        }
        ReadBenchmark.bodies = set.bodies(BODY_BYTES_TOTAL);
        Map<Peer, Contender> contenders = new EnumMap<>(Peer.class);
        for (Peer peer : able) {
            Contender contender = peer.contender(set.largestFragment());
            for (Body body : ReadBenchmark.bodies) {
                contender.prepare(body);
            }
            contenders.put(peer, contender);
        }
        ReadBenchmark.contenders = contenders;
        for (Peer peer : able) {
            run(peer, warmUpMillis);
        }
        Map<Peer, PeerResult> results = new EnumMap<>(Peer.class);
        problems.forEach((peer, text) -> results.put(peer, PeerResult.unable(text)));
        able.forEach(peer -> results.put(peer, PeerResult.empty()));
        Body body = ReadBenchmark.bodies.get(0);
        for (int i = 0; i < rounds; i++) {
            for (Peer peer : able) {
                IterationResult iteration = run(peer, iterationMillis);
                PeerResult result = results.get(peer);
                double bodiesPerSecond = iteration.getPrimaryResult().getScore();
                result.megabytesPerSecond().add(bodiesPerSecond * body.bytes().length / 1e6);
                Result<?> allocated = iteration.getSecondaryResults().get("gc.alloc.rate.norm");
                result.allocatedPerFragment().add(allocated.getScore() / body.ends().size());
            }
        }
        return new SetResult(
                set.name(),
                set.cluster(),
                set.bytesPerFragment(),
                (double) Verification.frames(set).size() / set.documents().size(),
                results);
    }

    private static IterationResult run(Peer peer, int millis) throws RunnerException {
        Options options =
                new OptionsBuilder()
                        .include(ReadBenchmark.class.getName())
                        .param("peer", peer.name())
                        .forks(0)
                        .warmupIterations(0)
                        .measurementIterations(1)
                        .measurementTime(TimeValue.milliseconds(millis))
                        .shouldDoGC(false)
                        .shouldFailOnError(true)
                        .addProfiler(GCProfiler.class)
                        .verbosity(VerboseMode.SILENT)
                        .build();
        RunResult result = new Runner(options).runSingle();
        return result.getBenchmarkResults()
                .iterator()
                .next()
                .getIterationResults()
                .iterator()
                .next();
    }
}
