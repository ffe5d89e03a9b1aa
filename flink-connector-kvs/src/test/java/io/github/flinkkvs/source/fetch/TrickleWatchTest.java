/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.source.fetch;

import org.junit.jupiter.api.Test;

import java.time.Duration;

import static org.assertj.core.api.Assertions.assertThat;

class TrickleWatchTest {

    private static final long TEN_SECONDS = Duration.ofSeconds(10).toNanos();

    private final TrickleWatch watch = new TrickleWatch(Duration.ofSeconds(15).toNanos());

    @Test
    void aByteNowAndThenIsNoConnection() {
        for (int i = 1; i < 30; i++) {
            assertThat(watch.onBytes(1, TEN_SECONDS, false)).isFalse();
        }
        assertThat(watch.onBytes(1, TEN_SECONDS, false)).isTrue();
        assertThat(watch)
                .hasToString("no fragment became complete in 300 s, in which only 30 bytes came");
    }

    /** A producer of a few bytes, whose fragments become complete. */
    @Test
    void smallFragmentsKeepIt() {
        for (int i = 0; i < 1_000; i++) {
            assertThat(watch.onBytes(1, TEN_SECONDS, i % 2 == 1)).isFalse();
        }
    }

    /** A large fragment over a slow line. */
    @Test
    void slowBytesKeepIt() {
        for (int i = 0; i < 1_000; i++) {
            assertThat(watch.onBytes(2_500, TEN_SECONDS, false)).isFalse();
        }
    }

    @Test
    void onlyWaitingCounts() {
        for (int i = 0; i < 1_000; i++) {
            assertThat(watch.onBytes(1, 0, false)).isFalse();
        }
    }

    @Test
    void theLongestTimeoutNeverEnds() {
        TrickleWatch patient = new TrickleWatch(Long.MAX_VALUE);
        for (int i = 0; i < 1_000; i++) {
            assertThat(patient.onBytes(1, TEN_SECONDS, false)).isFalse();
        }
    }
}
