/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.testing.internal.store;

import org.junit.jupiter.api.Test;

import java.math.BigInteger;

import static org.assertj.core.api.Assertions.assertThat;

class FragmentNumbersTest {
    private static final String NUMBER = "91343852338381417542203754135250098963782391502";

    @Test
    void numbersAsTheServiceGivesThem() {
        FragmentNumbers numbers = new FragmentNumbers(1, 42);
        BigInteger first = numbers.next(1_511_852_109_126L);
        assertThat(first.toString()).hasSize(47).startsWith("913438523331814323926820626");
        assertThat(first.shiftRight(28).longValue() & ((1L << 44) - 1))
                .isEqualTo(1_511_852_109_126L);
        assertThat(counter(first)).isEqualTo(1);
        assertThat(counter(numbers.next(1))).isEqualTo(2);
        numbers.newProducerSession();
        assertThat(counter(numbers.next(1))).isEqualTo(1002);
        numbers.moveBehind(new BigInteger(NUMBER));
        assertThat(counter(numbers.next(1))).isEqualTo(1_050_128_640);
    }

    private static long counter(BigInteger number) {
        return number.clearBit(156).shiftRight(92).longValue();
    }
}
