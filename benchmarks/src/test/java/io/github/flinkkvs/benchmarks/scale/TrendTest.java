/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.benchmarks.scale;

import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

class TrendTest {

    private static final List<Double> TIMES = List.of(0.0, 1.0, 2.0, 3.0);

    @Test
    void aLineHasItsSlopeAndNoDoubt() {
        Trend trend = Trend.of(TIMES, List.of(5.0, 7.0, 9.0, 11.0));

        assertThat(trend.slope()).isCloseTo(2, within(1e-9));
        assertThat(trend.low()).isCloseTo(2, within(1e-9));
        assertThat(trend.high()).isCloseTo(2, within(1e-9));
        assertThat(trend.text(1)).isEqualTo("2.0 (2.0 to 2.0)");
    }

    @Test
    void scatterWidensTheInterval() {
        // By hand: slope 0.4, squared errors 3.2 on 2 degrees of freedom, spread of the times 5.
        Trend trend = Trend.of(TIMES, List.of(0.0, 2.0, 0.0, 2.0));

        assertThat(trend.slope()).isCloseTo(0.4, within(1e-9));
        assertThat(trend.high() - trend.slope())
                .isCloseTo(1.96 * Math.sqrt(3.2 / 2 / 5), within(1e-9));
        assertThat(trend.slope() - trend.low())
                .isCloseTo(trend.high() - trend.slope(), within(1e-9));
    }

    @Test
    void whatScattersIsFlatAndWhatGrowsIsNot() {
        assertThat(verdict(i -> i % 2 * 20).grows()).isFalse();
        // Certain, but less than what one job would leave behind.
        assertThat(verdict(i -> i * 0.01).grows()).isFalse();
        assertThat(verdict(i -> -i).grows()).isFalse();
        assertThat(verdict(i -> i).grows()).isTrue();
        assertThat(verdict(i -> i + i % 2 * 5).grows()).isTrue();
        // It only reaches its size at the begin.
        assertThat(verdict(i -> Math.min(i, 6)).grows()).isFalse();
    }

    private static SoakVerdict verdict(IntToDoubleFunction megabytes) {
        List<SoakRun.Row> rows =
                IntStream.range(0, 60)
                        .mapToObj(
                                i ->
                                        new SoakRun.Row(
                                                i,
                                                i / 3,
                                                new JvmProbe.Sample(
                                                        1,
                                                        100 + megabytes.applyAsDouble(i),
                                                        1,
                                                        1,
                                                        1,
                                                        1,
                                                        1,
                                                        1,
                                                        1)))
                        .toList();
        return SoakVerdict.of("heap", 5, rows, JvmProbe.Sample::heapMegabytes);
    }
}
