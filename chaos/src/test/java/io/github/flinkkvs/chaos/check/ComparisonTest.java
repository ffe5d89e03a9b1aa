/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.chaos.check;

import io.github.flinkkvs.chaos.check.Finding.Kind;
import io.github.flinkkvs.chaos.ledger.Ledger;
import io.github.flinkkvs.chaos.ledger.LedgerWriter;
import io.github.flinkkvs.chaos.ledger.StreamKind;
import io.github.flinkkvs.chaos.record.OutputRow;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.math.BigInteger;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;

import static org.assertj.core.api.Assertions.assertThat;

/** A stream with the complete fragments 11, 12 and 13, a bad one, 14, and an abandoned one, 15. */
class ComparisonTest {

    @TempDir Path folder;
    private Ledger ledger;

    @BeforeEach
    void ledger() throws Exception {
        Path file = folder.resolve("ledger.csv");
        try (LedgerWriter writer = new LedgerWriter(file)) {
            writer.stream("door", StreamKind.CAMERA, 1);
            for (int number = 11; number <= 13; number++) {
                writer.begun("door", "" + number, number, List.of(number * 10L, number * 10L + 1));
                writer.completed("door", "" + number, number);
            }
            writer.bad("door", "14", List.of(140L, 141L));
            writer.begun("door", "15", 15, List.of(150L, 151L));
        }
        ledger = Ledger.read(file);
    }

    private static OutputRow row(long sequence, int number, int frame, long checksum) {
        return new OutputRow("door", sequence, BigInteger.valueOf(number), frame, checksum, 0);
    }

    /** Whole fragments, in this order. */
    private static List<OutputRow> fragments(int... numbers) {
        List<OutputRow> rows = new ArrayList<>();
        for (int number : numbers) {
            rows.add(row(rows.size() + 1, number, OutputRow.WHOLE, number));
        }
        return rows;
    }

    /** Frames, in this order: 110 is frame 0 of fragment 11. */
    private static List<OutputRow> frames(int... checksums) {
        List<OutputRow> rows = new ArrayList<>();
        for (int checksum : checksums) {
            rows.add(row(rows.size() + 1, checksum / 10, checksum % 10, checksum));
        }
        return rows;
    }

    private List<Kind> findings(List<OutputRow> rows, boolean frames) {
        return Comparison.compare(ledger, List.of("door"), rows, frames).findings().stream()
                .map(Finding::kind)
                .collect(Collectors.toList());
    }

    @Test
    void findsNothingIfAllIsWell() {
        Verdict verdict = Comparison.compare(ledger, List.of("door"), fragments(11, 12, 13), false);

        assertThat(verdict).isEqualTo(new Verdict(3, 6, 1, 1, 3, List.of()));
        assertThat(verdict.count(Kind.LOST)).isZero();
        List<OutputRow> reversed = fragments(11, 12, 13);
        Collections.reverse(reversed);
        assertThat(findings(reversed, false)).isEmpty();
    }

    @Test
    void findsAStreamThatTheLedgerDoesNotKnow() {
        assertThat(
                        Comparison.compare(
                                        ledger,
                                        List.of("door", "yard"),
                                        fragments(11, 12, 13),
                                        false)
                                .findings())
                .singleElement()
                .satisfies(
                        finding -> {
                            assertThat(finding.kind()).isEqualTo(Kind.LOST);
                            assertThat(finding.stream()).isEqualTo("yard");
                        });
    }

    @Test
    void findsWhatIsLost() {
        assertThat(findings(fragments(11, 13), false)).containsExactly(Kind.LOST);
        assertThat(findings(fragments(11, 12), false)).containsExactly(Kind.LOST);
        assertThat(findings(List.of(), false)).hasSize(3).containsOnly(Kind.LOST);
        // The job counted it, and its file is gone.
        List<OutputRow> rows = fragments(11, 12, 13);
        rows.remove(1);
        assertThat(findings(rows, false)).containsExactly(Kind.LOST, Kind.LOST);
    }

    @Test
    void findsWhatIsDoubled() {
        assertThat(findings(fragments(11, 12, 12, 13), false)).containsExactly(Kind.DOUBLED);
        assertThat(findings(fragments(11, 12, 13, 11), false)).containsExactly(Kind.DOUBLED);
        // The job counted it once, and a file was committed twice.
        List<OutputRow> rows = fragments(11, 12, 13);
        rows.add(rows.get(2));
        assertThat(findings(rows, false)).containsExactly(Kind.DOUBLED, Kind.DOUBLED);
    }

    @Test
    void findsWhatIsOutOfOrder() {
        assertThat(findings(fragments(12, 11, 13), false)).containsExactly(Kind.OUT_OF_ORDER);
    }

    @Test
    void findsWhatIsWrong() {
        List<OutputRow> rows = fragments(11, 12, 13);
        rows.set(1, row(2, 12, OutputRow.WHOLE, 99));
        assertThat(findings(rows, false)).containsExactly(Kind.WRONG);
        assertThat(findings(fragments(11, 12, 13, 99), false)).containsExactly(Kind.WRONG);
        assertThat(findings(frames(110), false)).contains(Kind.WRONG);
        assertThat(findings(fragments(11, 12, 13), true)).contains(Kind.WRONG);
        OutputRow other = new OutputRow("yard", 1, BigInteger.ONE, OutputRow.WHOLE, 1, 0);
        rows = fragments(11, 12, 13);
        rows.add(other);
        assertThat(findings(rows, false)).containsExactly(Kind.WRONG);
    }

    @Test
    void aBadOrAbandonedFragmentIsNeverAFragment() {
        assertThat(findings(fragments(11, 12, 13, 14), false)).containsExactly(Kind.WRONG);
        assertThat(findings(fragments(11, 12, 13, 15), false)).containsExactly(Kind.WRONG);
    }

    @Test
    void findsNothingIfAllFramesAreThere() {
        assertThat(findings(frames(110, 111, 120, 121, 130, 131), true)).isEmpty();
        // What was not complete may be there up to a frame.
        assertThat(findings(frames(110, 111, 120, 121, 130, 131, 140, 141, 150), true)).isEmpty();
    }

    @Test
    void findsWhatIsWrongWithFrames() {
        assertThat(findings(frames(110, 111, 120, 130, 131), true)).containsExactly(Kind.LOST);
        assertThat(findings(frames(110, 111, 120, 120, 121, 130, 131), true))
                .containsExactly(Kind.DOUBLED);
        assertThat(findings(frames(110, 111, 121, 120, 130, 131), true))
                .containsExactly(Kind.OUT_OF_ORDER);
        assertThat(findings(frames(110, 111, 112, 120, 121, 130, 131), true))
                .containsExactly(Kind.WRONG);
        // A hole in what was not complete.
        assertThat(findings(frames(110, 111, 120, 121, 130, 131, 151), true))
                .containsExactly(Kind.LOST);
        List<OutputRow> mixed = frames(110, 111, 120, 121, 130, 131);
        mixed.set(1, row(2, 11, 1, 99));
        assertThat(findings(mixed, true)).containsExactly(Kind.WRONG);
    }
}
