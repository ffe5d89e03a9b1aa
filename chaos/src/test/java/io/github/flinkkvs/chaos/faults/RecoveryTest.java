/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.chaos.faults;

import io.github.flinkkvs.chaos.record.OutputRow;

import org.junit.jupiter.api.Test;

import java.math.BigInteger;
import java.util.List;
import java.util.Map;

import static org.assertj.core.api.Assertions.assertThat;

class RecoveryTest {

    private static OutputRow row(String stream, int number, long writtenAt) {
        return new OutputRow(stream, 1, BigInteger.valueOf(number), OutputRow.WHOLE, 0, writtenAt);
    }

    @Test
    void waitsForEachStream() {
        Recovery recovery = Recovery.of(List.of("door", "yard"), 1000);

        List<OutputRow> rows =
                List.of(row("door", 1, 1000), row("door", 2, 1300), row("hall", 3, 1001));
        assertThat(recovery.firstMillis(rows)).hasValue(300);
        assertThat(recovery.allMillis(rows)).isEmpty();

        rows =
                List.of(
                        row("door", 2, 1300),
                        row("yard", 9, 1900),
                        row("yard", 8, 1700),
                        row("door", 1, 900));
        assertThat(recovery.firstMillis(rows)).hasValue(300);
        assertThat(recovery.allMillis(rows)).hasValue(700);
    }

    @Test
    void whatWasWrittenBeforeTheRestoreDoesNotCount() {
        Recovery recovery = Recovery.of(List.of("door"), 1000).after(1500);

        assertThat(recovery.allMillis(List.of(row("door", 1, 1400)))).isEmpty();
        assertThat(recovery.allMillis(List.of(row("door", 1, 1400), row("door", 2, 1600))))
                .hasValue(600);
    }

    @Test
    void eachStreamHasATimeOfItsOwn() {
        Recovery recovery = Recovery.of(Map.of("door", 1000L, "yard", 5000L));

        assertThat(recovery.sinceMillis()).isEqualTo(1000);
        assertThat(recovery.allMillis(List.of(row("door", 1, 1100), row("yard", 1, 4900))))
                .isEmpty();
        List<OutputRow> rows = List.of(row("door", 1, 1300), row("yard", 2, 5100));
        assertThat(recovery.firstMillis(rows)).hasValue(100);
        assertThat(recovery.allMillis(rows)).hasValue(300);
    }

    @Test
    void onlyRowsOfAKindCount() {
        Recovery recovery =
                Recovery.of("door", 1000, row -> row.number().compareTo(BigInteger.TEN) > 0);

        assertThat(recovery.allMillis(List.of(row("door", 10, 1100)))).isEmpty();
        assertThat(recovery.allMillis(List.of(row("door", 11, 1200)))).hasValue(200);
    }
}
