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
import java.util.Collection;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

/** Faults begin at 10 and at 20; a stream has the fragments 1 to 5. */
class ShareTest {

    private static final List<Long> BEGINS = List.of(10L, 20L);

    @TempDir Path folder;
    private Ledger ledger;

    @BeforeEach
    void ledger() throws Exception {
        Path file = folder.resolve("ledger.csv");
        try (LedgerWriter writer = new LedgerWriter(file)) {
            writer.stream("door", StreamKind.CAMERA, 1);
            for (int number = 1; number <= 5; number++) {
                writer.begun("door", "" + number, 0, List.of());
                writer.completed("door", "" + number, 0);
            }
            writer.bad("door", "6", List.of());
        }
        ledger = Ledger.read(file);
    }

    private static OutputRow row(long sequence, int number, long writtenAtMillis) {
        return new OutputRow(
                "door", sequence, BigInteger.valueOf(number), OutputRow.WHOLE, 0, writtenAtMillis);
    }

    private List<Share> shares(Collection<OutputRow> rows) {
        List<Finding> findings =
                Comparison.compare(ledger, List.of("door"), rows, false).findings();
        return Share.of(BEGINS, ledger, rows, findings);
    }

    @Test
    void aFragmentCountsForTheFaultBeforeItWasWritten() {
        List<Share> shares =
                shares(
                        List.of(
                                row(1, 1, 9),
                                row(2, 2, 10),
                                row(3, 3, 19),
                                row(4, 4, 20),
                                row(5, 5, 30)));

        assertThat(shares).extracting(Share::fragments).containsExactly(1L, 2L, 2L);
        for (Kind kind : Kind.values()) {
            assertThat(shares).extracting(share -> share.count(kind)).containsOnly(0L);
        }
    }

    @Test
    void whatIsLostWasDueWithTheNextThatWasWritten() {
        List<Share> shares = shares(List.of(row(1, 1, 9), row(2, 3, 12), row(3, 4, 14)));

        assertThat(shares).extracting(Share::fragments).containsExactly(1L, 3L, 1L);
        assertThat(shares).extracting(share -> share.count(Kind.LOST)).containsExactly(0L, 1L, 1L);
    }

    @Test
    void whatIsDoubledCountsWhenItIsWrittenAgain() {
        List<Share> shares = shares(List.of(row(1, 1, 9), row(2, 2, 10), row(3, 1, 25)));

        assertThat(shares)
                .extracting(share -> share.count(Kind.DOUBLED))
                .containsExactly(0L, 0L, 1L);
    }
}
