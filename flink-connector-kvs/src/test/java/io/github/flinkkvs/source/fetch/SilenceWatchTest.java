/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.source.fetch;

import io.github.flinkkvs.source.ManualTimer;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.time.Duration;

import static org.assertj.core.api.Assertions.assertThat;

class SilenceWatchTest {

    private final ManualTimer timer = new ManualTimer();
    private boolean dead;
    private final SilenceWatch watch =
            new SilenceWatch(timer, Duration.ofSeconds(15).toNanos(), this::check);

    private void check() {
        dead |= watch.isDead();
    }

    @BeforeEach
    void begin() {
        watch.begin();
        watch.onAsked();
    }

    /** Bytes arrive one by one at an interval, and the next is requested at once. */
    private void receive(int pieces, long millisBetween) {
        for (int i = 0; i < pieces; i++) {
            timer.advanceMillis(millisBetween);
            watch.onBytes(false);
            watch.onAsked();
        }
    }

    /** No bytes are requested. */
    private void holdUp(long millis) {
        watch.onBytes(false);
        timer.advanceMillis(millis);
        watch.onAsked();
    }

    // ---- silence ------------------------------------------------------------------------------

    @Test
    void aConnectionThatSendsNothingIsDead() {
        watch.onAnswered();
        timer.advanceMillis(14_999);
        assertThat(dead).isFalse();
        timer.advanceMillis(1);
        assertThat(dead).isTrue();
        assertThat(timer.scheduled()).isZero();
    }

    @Test
    void bytesKeepItAlive() {
        watch.onAnswered();
        receive(20, 14_000);
        assertThat(dead).isFalse();
    }

    @Test
    void silenceDoesNotCountWhileNothingIsAsked() {
        watch.onAnswered();
        watch.onBytes(false);
        timer.advance(Duration.ofHours(1));
        watch.onAsked();
        timer.advanceMillis(14_999);
        assertThat(dead).isFalse();
        timer.advanceMillis(15_000);
        assertThat(dead).isTrue();
    }

    @Test
    void isSilentForAsLongAsBytesThatWereAskedForDoNotCome() {
        watch.onAnswered();
        long second = Duration.ofSeconds(1).toNanos();
        timer.advanceMillis(999);
        assertThat(watch.isSilentFor(second)).isFalse();
        timer.advanceMillis(1);
        assertThat(watch.isSilentFor(second)).isTrue();
        watch.onBytes(true);
        assertThat(watch.isSilentFor(second)).isFalse();
        watch.onBytes(false);
        timer.advanceMillis(5_000);
        assertThat(watch.isSilentFor(second)).isFalse();
    }

    @Test
    void endsItsTimer() {
        watch.end();
        assertThat(timer.scheduled()).isZero();
    }

    // ---- hold-ups -----------------------------------------------------------------------------

    @Test
    void isHeldUpIfNotAskedForMoreThanASecond() {
        watch.onAnswered();
        holdUp(1_000);
        assertThat(watch.wasHeldUp()).isFalse();
        holdUp(1_001);
        assertThat(watch.wasHeldUp()).isTrue();
    }

    @Test
    void isHeldUpBeforeItIsAskedAgain() {
        watch.onAnswered();
        watch.onBytes(false);
        timer.advanceMillis(1_001);
        assertThat(watch.wasHeldUp()).isTrue();
    }

    @Test
    void isNotHeldUpBeforeTheServiceAnswers() {
        watch.onBytes(false);
        timer.advanceMillis(5_000);
        assertThat(watch.wasHeldUp()).isFalse();
    }

    /** Bytes in flight when requesting stopped arrive at once. */
    @Test
    void bytesThatWereUnderWayDoNotProveThatTheConnectionLives() {
        watch.onAnswered();
        holdUp(60_000);
        receive(1000, 0);
        assertThat(watch.wasHeldUp()).isTrue();
        // Nor does waiting, as long as nothing arrives.
        timer.advanceMillis(10_000);
        assertThat(watch.wasHeldUp()).isTrue();
    }

    @Test
    void bytesThatWeWaitedForProveThatTheConnectionLives() {
        watch.onAnswered();
        holdUp(60_000);
        receive(25, 40);
        assertThat(watch.wasHeldUp()).isTrue();
        receive(1, 40);
        assertThat(watch.wasHeldUp()).isFalse();
        holdUp(2_000);
        assertThat(watch.wasHeldUp()).as("held up once more").isTrue();
        receive(1, 40);
        assertThat(watch.wasHeldUp()).isTrue();
    }
}
