/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.benchmarks.report;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class MedianTest {

    @Test
    void theIntervalIsThatOfTheTables() {
        // Ranks from a table of the sign test for 95 %: 1 to 6, 2 to 9, 2 to 10, 3 to 10, 6 to 15.
        assertThat(Median.of(ranks(6))).isEqualTo(new Median(3.5, 1, 6));
        assertThat(Median.of(ranks(10))).isEqualTo(new Median(5.5, 2, 9));
        assertThat(Median.of(ranks(11))).isEqualTo(new Median(6, 2, 10));
        assertThat(Median.of(ranks(12))).isEqualTo(new Median(6.5, 3, 10));
        assertThat(Median.of(ranks(20))).isEqualTo(new Median(10.5, 6, 15));
    }

    @Test
    void aSmallSampleGivesItsBounds() {
        assertThat(Median.of(3)).isEqualTo(new Median(3, 3, 3));
        assertThat(Median.of(5, 1)).isEqualTo(new Median(3, 1, 5));
    }

    @Test
    void itsText() {
        assertThat(new Median(1.234, 1, 1.5).text(2, true)).isEqualTo("1.23 (1.00–1.50)");
        assertThat(new Median(1.234, 1, 1.5).text(1, false)).isEqualTo("1.2");
    }

    /** The numbers from n down to 1. */
    private static double[] ranks(int n) {
        double[] ranks = new double[n];
        for (int i = 0; i < n; i++) {
            ranks[i] = n - i;
        }
        return ranks;
    }
}
