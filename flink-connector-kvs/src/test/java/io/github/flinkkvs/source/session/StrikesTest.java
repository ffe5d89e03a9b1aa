/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.source.session;

import io.github.flinkkvs.mkv.FragmentNumber;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class StrikesTest {

    private static final FragmentNumber ONE = FragmentNumber.of("1");
    private static final FragmentNumber TWO = FragmentNumber.of("2");

    private final Strikes strikes = new Strikes();

    @Test
    void theThirdFailureInTheSamePlaceIsFinal() {
        assertThat(strikes.strike(ONE, TWO, 7, "x")).isFalse();
        assertThat(strikes.strike(ONE, TWO, 7, "x")).isFalse();
        assertThat(strikes.strike(ONE, TWO, 7, "x")).isTrue();
    }

    @Test
    void placesWithoutNumbersCountToo() {
        assertThat(strikes.strike(null, null, 0, "x")).isFalse();
        assertThat(strikes.strike(null, null, 0, "x")).isFalse();
        assertThat(strikes.strike(null, null, 0, "x")).isTrue();
    }

    @Test
    void anythingElseInBetweenBeginsAnew() {
        for (int i = 0; i < 9; i++) {
            assertThat(strikes.strike(ONE, TWO, i % 2, "x")).isFalse();
            assertThat(strikes.strike(ONE, i % 2 == 0 ? null : TWO, 5, "x")).isFalse();
            assertThat(strikes.strike(i % 2 == 0 ? null : ONE, TWO, 5, "x")).isFalse();
            assertThat(strikes.strike(ONE, TWO, 5, "y" + i)).isFalse();
        }
    }

    @Test
    void progressBeginsAnew() {
        strikes.strike(ONE, TWO, 7, "x");
        strikes.strike(ONE, TWO, 7, "x");
        strikes.clear();
        assertThat(strikes.strike(ONE, TWO, 7, "x")).isFalse();
        assertThat(strikes.strike(ONE, TWO, 7, "x")).isFalse();
        assertThat(strikes.strike(ONE, TWO, 7, "x")).isTrue();
    }
}
