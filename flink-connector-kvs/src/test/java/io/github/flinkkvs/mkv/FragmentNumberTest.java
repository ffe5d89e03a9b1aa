/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.mkv;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.math.BigInteger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class FragmentNumberTest {

    @Property(tries = 500)
    void comparesAsANumber(@ForAll("numbers") String a, @ForAll("numbers") String b) {
        FragmentNumber first = FragmentNumber.of(a);
        FragmentNumber second = FragmentNumber.of(b);
        int expected = new BigInteger(a).compareTo(new BigInteger(b));
        assertThat(Integer.signum(first.compareTo(second))).isEqualTo(expected);
        assertThat(first.equals(second)).isEqualTo(expected == 0);
        FragmentNumber same = FragmentNumber.of("0" + a);
        assertThat(same).isEqualTo(first).hasSameHashCodeAs(first);
        assertThat(first).hasToString(a);
    }

    /** Few digits, so that equal and nearly equal numbers occur. */
    @Provide
    Arbitrary<String> numbers() {
        return Arbitraries.strings().withChars("0019").ofMinLength(1).ofMaxLength(12);
    }

    @ParameterizedTest
    @CsvSource({
        "91343852333181432392682062607743920146159169392,1511852109126",
        "91343852338381417542203754135250098963782391502,1519074132668",
        "91343852333185057105875891022195998207386831087,1643353247067"
    })
    void hintsAtTheServerTimestamp(String number, long millis) {
        assertThat(FragmentNumber.of(number).serverTimestampHint()).hasValue(millis);
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "1", "182687704666362864775460604089535377456991567872"})
    void hintsAtNothingInANumberOfAnotherLayout(String number) {
        assertThat(FragmentNumber.of(number).serverTimestampHint()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "-1", "+1", " 1", "1.0", "0x1", "\u0661"})
    void isDigitsOnly(String text) {
        assertThat(FragmentNumber.isFragmentNumber(text)).isFalse();
        assertThatThrownBy(() -> FragmentNumber.of(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("Not a fragment number (1 to 128 decimal digits): '" + text + "'");
    }

    @Test
    void hasAtMost128Digits() {
        assertThat(FragmentNumber.isFragmentNumber("9".repeat(128))).isTrue();
        assertThat(FragmentNumber.isFragmentNumber("0".repeat(129))).isFalse();
    }
}
