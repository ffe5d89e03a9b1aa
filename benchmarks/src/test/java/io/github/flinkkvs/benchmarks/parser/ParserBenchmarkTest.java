/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.benchmarks.parser;

import io.github.flinkkvs.benchmarks.parser.media.MediaSet;
import io.github.flinkkvs.benchmarks.parser.media.MediaSets;
import io.github.flinkkvs.benchmarks.parser.peers.Contender;
import io.github.flinkkvs.benchmarks.parser.peers.Peer;
import io.github.flinkkvs.benchmarks.parser.peers.Task;
import io.github.flinkkvs.benchmarks.parser.rounds.PeerResult;
import io.github.flinkkvs.benchmarks.parser.rounds.Rounds;
import io.github.flinkkvs.benchmarks.parser.rounds.SetResult;
import io.github.flinkkvs.benchmarks.parser.rounds.Verification;
import io.github.flinkkvs.benchmarks.plots.Plots;
import io.github.flinkkvs.benchmarks.report.Chart;
import io.github.flinkkvs.benchmarks.report.Machine;
import io.github.flinkkvs.benchmarks.report.Median;
import io.github.flinkkvs.benchmarks.report.Report;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import picocli.CommandLine;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import static org.assertj.core.api.Assertions.assertThat;

class ParserBenchmarkTest {

    private static List<MediaSet> sets;

    @BeforeAll
    static void generate() {
        sets = MediaSets.generated();
    }

    @Test
    void fragmentsAreOfTheSizeTheirNameSays() {
        assertThat(sets)
                .extracting(MediaSet::label)
                .containsExactly(
                        "2 KB, known",
                        "2 KB, unknown",
                        "30 KB, known",
                        "30 KB, unknown",
                        "150 KB, known",
                        "150 KB, unknown",
                        "500 KB, known",
                        "500 KB, unknown",
                        "8 MB, known",
                        "8 MB, unknown");
        double[] kilobytes = {2, 2, 30, 30, 150, 150, 500, 500, 8000, 8000};
        for (int i = 0; i < kilobytes.length; i++) {
            assertThat(sets.get(i).bytesPerFragment() / 1000 / kilobytes[i]).isBetween(0.98, 1.02);
        }
    }

    @ParameterizedTest
    @EnumSource(Peer.class)
    void peersFindEverything(Peer peer) {
        for (MediaSet set : sets) {
            boolean beyondIt = peer.label().equals("jebml") && set.cluster().equals("unknown");
            Optional<String> problem =
                    Verification.problem(peer.contender(set.largestFragment()), set);
            assertThat(problem.isPresent()).as(set.label() + problem).isEqualTo(beyondIt);
        }
    }

    @Test
    void whatIsMissingOrOtherIsAProblem() {
        MediaSet set = sets.get(0);
        Contender copies =
                (body, sink) -> set.documents().forEach(document -> sink.accept(document.clone()));
        assertThat(Verification.problem(copies, set)).isEmpty();
        assertThat(Verification.problem((body, sink) -> sink.accept(set.documents().get(0)), set))
                .hasValue("1 of 4 fragments");
        Contender spoils =
                (body, sink) ->
                        set.documents().forEach(document -> sink.accept(new byte[document.length]));
        assertThat(Verification.problem(spoils, set)).hasValue("other bytes");
        Contender fails =
                (body, sink) -> {
                    throw new IllegalStateException("no");
                };
        assertThat(Verification.problem(fails, set)).isPresent();
    }

    @Test
    void roundsThroughJmhIntoTables(@TempDir Path folder) throws Exception {
        MediaSet set = sets.get(1);
        System.setProperty("jmh.ignoreLock", "true");
        SetResult jvm = new Rounds(2, 10, 10).measure(Task.FRAGMENTS, set);
        SetResult result = jvm.and(jvm);
        for (Peer peer : Task.FRAGMENTS.peers()) {
            boolean measured = peer != Peer.JEBML;
            PeerResult figures = result.peers().get(peer);
            assertThat(figures.megabytesPerSecond()).hasSize(measured ? 4 : 0).allMatch(x -> x > 0);
            assertThat(figures.problem() == null).isEqualTo(measured);
        }
        // The limit allocates the fragments themselves, and hardly anything else.
        assertThat(result.allocatedPerByte(Peer.LIMIT).orElseThrow().value()).isBetween(1.0, 1.2);

        String tables = Tables.of(Task.FRAGMENTS, List.of(result));
        assertThat(tables)
                .contains("| 2 KB | unknown | 2.0 | 10 |")
                .contains("jebml: 4 of 40 frames");
        Path document = Files.createDirectory(folder.resolve("docs")).resolve("benchmarks.md");
        Files.writeString(
                document,
                "before\n<!-- parser results: begin -->\nold\n<!-- parser results: end -->");
        List<SetResult> results = List.of(result);
        List<Chart> charts = ParserCharts.of(results);
        Report.publish(
                folder,
                "parser",
                new ParserResults(Machine.describe(), new Rounds(2, 10, 10), results, charts),
                tables,
                charts);
        assertThat(document)
                .content(StandardCharsets.UTF_8)
                .isEqualTo(
                        "before\n<!-- parser results: begin -->\n"
                                + tables
                                + "\n\n![Parser throughput](images/parser-throughput.png)"
                                + "\n\n![Parser throughput relative to read + copy]"
                                + "(images/parser-limit.png)"
                                + "\n<!-- parser results: end -->");

        new CommandLine(new Plots()).execute("--root", folder.toString());
        assertThat(folder.resolve("docs/images/parser-throughput.png")).isNotEmptyFile();
        assertThat(folder.resolve("docs/images/parser-limit.png")).isNotEmptyFile();
    }

    @Test
    void elementsAndFramesThroughJmhIntoTables() throws Exception {
        MediaSet set = sets.get(0);
        System.setProperty("jmh.ignoreLock", "true");
        Rounds rounds = new Rounds(2, 10, 10);
        SetResult elements = rounds.measure(Task.ELEMENTS, set);
        SetResult frames = rounds.measure(Task.FRAMES, set);
        assertThat(elements.peers().keySet()).containsExactlyElementsOf(Task.ELEMENTS.peers());
        assertThat(frames.peers().keySet()).containsExactlyElementsOf(Task.FRAMES.peers());
        for (SetResult result : List.of(elements, frames)) {
            assertThat(result.peers().values())
                    .allSatisfy(
                            peer ->
                                    assertThat(peer.megabytesPerSecond())
                                            .hasSize(2)
                                            .allMatch(x -> x > 0));
        }
        // At hand, frames are views: all copying happened before.
        assertThat(frames.allocatedPerByte(Peer.FRAMES_AT_HAND).orElseThrow().value())
                .isLessThan(frames.allocatedPerByte(Peer.FRAMES).orElseThrow().value());
        assertThat(TreeBenchmark.tables(List.of(elements), List.of(frames)))
                .contains("| set | Cluster | KB | frames | ours, at hand | ours | AWS's library |")
                .contains("Ours, relative to AWS's library:", "Ours, relative to jebml:")
                .doesNotContain("Not measured");
    }

    @Test
    void ratiosAreTakenRoundByRound() {
        MediaSet set = sets.get(0);
        Map<Peer, PeerResult> peers = new EnumMap<>(Peer.class);
        peers.put(Peer.LIMIT, figures(100, 10, 1000));
        peers.put(Peer.CONNECTOR_8K, figures(50, 5, 500));
        peers.put(Peer.JEBML, PeerResult.unable("why"));
        SetResult result = new SetResult(set.name(), set.cluster(), 2000, 10, peers);
        assertThat(result.speed(Peer.CONNECTOR_8K, Peer.LIMIT)).hasValue(new Median(0.5, 0.5, 0.5));
        assertThat(result.speed(Peer.CONNECTOR_8K, Peer.JEBML)).isEmpty();
        assertThat(result.megabytesPerSecond(Peer.LIMIT)).hasValue(new Median(100, 10, 1000));
    }

    private static PeerResult figures(double... megabytesPerSecond) {
        List<Double> speeds = new ArrayList<>();
        Arrays.stream(megabytesPerSecond).forEach(speeds::add);
        return new PeerResult(speeds, speeds, null);
    }
}
