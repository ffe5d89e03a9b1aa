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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.time.Duration;
import java.time.Instant;
import java.util.Locale;

import static org.assertj.core.api.Assertions.assertThat;

class CatchUpTest {

    private static final long START = Instant.parse("2026-01-31T08:00:00Z").toEpochMilli();

    private final CatchUp catchUp = new CatchUp();

    private static ReadFragment fragment(String stream, int second, boolean live) {
        return new ReadFragment(
                stream,
                FragmentNumber.of("" + (second + 1)),
                START + second * 1_000L,
                live ? 40 : ReadFragment.ARCHIVED);
    }

    /** Reads fragments of a second each, evenly. */
    private void read(int from, int to, int perSecond, boolean live) {
        for (int second = from; second < to; second++) {
            long nanos = Duration.ofSeconds(second).toNanos() / perSecond;
            catchUp.read(fragment("yard", second, live), nanos);
        }
    }

    private String afterSeconds(int seconds) {
        return catchUp.describe(START + seconds * 1_000L);
    }

    @Test
    void nothingIsRead() {
        assertThat(afterSeconds(0)).isEqualTo("nothing read yet");
    }

    @Test
    void theFirstFragmentHasNoSpeed() {
        catchUp.read(fragment("yard", 0, false), 0);
        assertThat(afterSeconds(3_000))
                .isEqualTo("2026-01-31T08:00:00Z, 1 fragment, ?/s, 50 min 0 s behind");
    }

    /** 401 s of media a second, of which one is lost to the passing time. */
    @Test
    void saysWhenItWillHaveCaughtUp() {
        read(0, 1_001, 401, false);
        assertThat(afterSeconds(3_000))
                .isEqualTo(
                        "2026-01-31T08:16:40Z, 1001 fragments, 401/s, 33 min 20 s behind,"
                                + " live in 5 s");
    }

    @Test
    void theSpeedIsThatOfTheLastSeconds() {
        read(0, 1_000, 500, false);
        long begin = Duration.ofSeconds(2).toNanos();
        for (int i = 0; i < 20; i++) {
            catchUp.read(fragment("yard", 1_000 + i, false), begin + i * 200_000_000L);
        }
        assertThat(afterSeconds(2_019))
                .isEqualTo(
                        "2026-01-31T08:16:59Z, 1020 fragments, 5.0/s, 16 min 40 s behind,"
                                + " live in 4 min 10 s");
    }

    @Test
    void fallsBehind() {
        for (int i = 0; i < 10; i++) {
            catchUp.read(fragment("yard", i, false), Duration.ofSeconds(2L * i).toNanos());
        }
        assertThat(afterSeconds(60)).endsWith("0.5/s, 51 s behind, falling behind");
    }

    @Test
    void isLiveWhenAllStreamsAre() {
        catchUp.read(fragment("yard", 100, true), 0);
        catchUp.read(fragment("door", 10, false), 0);
        assertThat(afterSeconds(100))
                .startsWith("2026-01-31T08:00:10Z, 2 fragments,")
                .endsWith(" (door)");
        catchUp.read(fragment("door", 101, true), 0);
        assertThat(afterSeconds(101))
                .isEqualTo("2026-01-31T08:01:40Z, 3 fragments, ?/s, live (yard)");
    }

    @Test
    void doesNotDependOnTheLocale() {
        Locale before = Locale.getDefault();
        Locale.setDefault(Locale.forLanguageTag("ar-EG-u-nu-arab"));
        try {
            read(0, 10, 5, false);
            assertThat(afterSeconds(60)).matches("\\p{ASCII}+").contains("10 fragments, 5.0/s");
        } finally {
            Locale.setDefault(before);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "0, 1 s",
        "59.4, 59 s",
        "59.6, 1 min 0 s",
        "3599, 59 min 59 s",
        "3600, 1 h 0 min",
        "86399, 23 h 59 min",
        "90000, 1 d 1 h"
    })
    void durationsHaveTwoUnits(double seconds, String text) {
        assertThat(CatchUp.text(Duration.ofMillis((long) (seconds * 1_000)))).isEqualTo(text);
    }
}
