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
import io.github.flinkkvs.chaos.ledger.Progress;
import io.github.flinkkvs.chaos.ledger.StreamKind;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.math.BigInteger;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

class ShareTest {

    @TempDir Path folder;

    private static Finding finding(Kind kind, String stream, int number) {
        return new Finding(kind, stream, BigInteger.valueOf(number), "");
    }

    @Test
    void aFragmentIsOfTheLastFaultThatBeganBeforeItWasComplete() throws Exception {
        Path file = folder.resolve("ledger.csv");
        List<Progress> before = new ArrayList<>();
        try (LedgerWriter writer = new LedgerWriter(file)) {
            writer.stream("door", StreamKind.CAMERA, 1);
            writer.begun("door", "1", 0, List.of());
            writer.completed("door", "1", 0);
            // It is being pushed when the fault begins.
            writer.begun("door", "2", 0, List.of());
            before.add(new Progress(Ledger.read(file)));
            writer.completed("door", "2", 0);
            writer.bad("door", "3", List.of());
            before.add(new Progress(Ledger.read(file)));
            writer.begun("door", "4", 0, List.of());
            writer.completed("door", "4", 0);
            writer.stream("gate", StreamKind.CALLS, 1);
            writer.begun("gate", "1", 0, List.of());
            writer.completed("gate", "1", 0);
        }
        Ledger ledger = Ledger.read(file);

        List<Share> shares =
                Share.of(
                        before,
                        ledger,
                        List.of(
                                finding(Kind.LOST, "door", 1),
                                finding(Kind.LOST, "door", 2),
                                finding(Kind.DOUBLED, "door", 4),
                                finding(Kind.DOUBLED, "gate", 1),
                                new Finding(Kind.LOST, "barn", null, "")));

        assertThat(shares).extracting(Share::pushed).containsExactly(1L, 2L);
        assertThat(shares).extracting(share -> share.count(Kind.LOST)).containsExactly(1L, 0L);
        assertThat(shares).extracting(share -> share.count(Kind.DOUBLED)).containsExactly(0L, 2L);
    }
}
