/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.examples.backfill;

import io.github.flinkkvs.mkv.FragmentNumber;

import org.junit.jupiter.api.Test;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import static org.assertj.core.api.Assertions.assertThat;

class FragmentCheckTest {

    private final FragmentCheck check = new FragmentCheck();

    private FragmentCheckTest read(int... numbers) {
        for (int number : numbers) {
            check.add(
                    new ReadFragment("yard", number(number), 1_000L * number, number > 5 ? 0 : -1));
        }
        return this;
    }

    private List<String> stored(int... numbers) {
        return check.problems(
                Arrays.stream(numbers).mapToObj(n -> number(n)).collect(Collectors.toList()));
    }

    private static FragmentNumber number(int number) {
        return FragmentNumber.of(Integer.toString(number));
    }

    @Test
    void everyFragmentOnce() {
        assertThat(read(3, 4, 5, 6, 7).stored(7, 3, 5, 4, 6)).isEmpty();
        assertThat(check.archived()).isEqualTo(3);
        assertThat(check.fromGetMedia()).isEqualTo(2);
        assertThat(check.live()).isEqualTo(2);
        assertThat(check.firstMillis()).isEqualTo(3_000);
        assertThat(check.lastMillis()).isEqualTo(7_000);
    }

    @Test
    void oneIsMissing() {
        assertThat(read(3, 4, 6, 7).stored(3, 4, 5, 6, 7))
                .containsExactly("1 did not come, such as 5");
    }

    @Test
    void oneCameTwice() {
        assertThat(read(3, 4, 5, 4, 5, 6).stored(3, 4, 5, 6))
                .containsExactly("2 came twice, such as 4");
    }

    @Test
    void oneCameLate() {
        assertThat(read(3, 5, 4, 6).stored(3, 4, 5, 6))
                .containsExactly("1 came after a later one, such as 4");
    }

    @Test
    void oneIsOfAnotherStream() {
        assertThat(read(3, 4, 5, 6).stored(3, 5, 6))
                .containsExactly("1 came that the service does not list, such as 4");
    }

    @Test
    void whatIsNotListedYetOrNoLongerIsNoProblem() {
        assertThat(read(3, 4, 5, 6, 7, 8).stored(5, 6)).isEmpty();
    }

    /** Several fragments can have one server timestamp. */
    @Test
    void whatIsBeforeTheFirstIsNotMissing() {
        assertThat(read(3, 4).stored(2, 3, 4)).isEmpty();
    }

    @Test
    void allProblemsAreNamed() {
        assertThat(read(1, 2, 2, 5, 4).stored(1, 2, 3, 4, 5)).hasSize(3);
    }

    @Test
    void isFastEnoughForADay() {
        int[] day = IntStream.rangeClosed(1, 86_400).toArray();
        assertThat(read(day).stored(day)).isEmpty();
    }

    @Test
    void onlyWhatGetMediaSendsAtOnceIsLive() {
        for (long behind : new long[] {-1, 1_001, 1_000, 0}) {
            check.add(new ReadFragment("yard", number(1), 0, behind));
        }
        assertThat(check.archived()).isEqualTo(1);
        assertThat(check.fromGetMedia()).isEqualTo(3);
        assertThat(check.live()).isEqualTo(2);
    }

    @Test
    void aLineKeepsAFragment() {
        ReadFragment fragment = new ReadFragment("yard", number(17), 1_234, 56);
        assertThat(ReadFragment.ofLine("yard 17 1234 56")).isEqualTo(fragment);
    }
}
