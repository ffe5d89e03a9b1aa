/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.source.session;

import io.github.flinkkvs.client.errors.ErrorClass;
import io.github.flinkkvs.source.KvsSourceOptions;
import io.github.flinkkvs.source.session.Holds.Hold;

import org.apache.flink.configuration.Configuration;

import org.junit.jupiter.api.Test;

import java.time.Duration;

import static org.assertj.core.api.Assertions.assertThat;

class PatienceTest {

    private long now = Long.MAX_VALUE - 5;
    private final Holds holds = new Holds(() -> now);
    private final Configuration config = new Configuration();
    private Patience patience = newPatience();

    private Patience newPatience() {
        return new Patience(
                new SessionSettings(config, false, true, null), holds::nanoTime, () -> 1);
    }

    private void pass(long seconds) {
        now += Duration.ofSeconds(seconds).toNanos();
    }

    private long failingSeconds() {
        return Duration.ofNanos(patience.failingNanos()).toSeconds();
    }

    private long delayMillis(ErrorClass errorClass) {
        return Duration.ofNanos(patience.delayNanos(errorClass)).toMillis();
    }

    // ---- errors -------------------------------------------------------------------------------

    @Test
    void isExhaustedAfterTheRetryBudget() {
        assertThat(failingSeconds()).isZero();
        pass(600);
        assertThat(patience.isExhausted(patience.failingNanos())).isFalse();
        pass(1);
        assertThat(patience.isExhausted(patience.failingNanos())).isTrue();
    }

    @Test
    void beginsAnewWhenThingsGetBetter() {
        failingSeconds();
        pass(500);
        patience.restore();
        pass(500);
        assertThat(failingSeconds()).isZero();
        pass(3);
        // A refusal with its own limit is an answer, too.
        patience.restoreAfterAnswer();
        assertThat(failingSeconds()).isZero();
    }

    @Test
    void theTimeInWhichTheStreamIsHeldDoesNotCount() {
        failingSeconds();
        pass(1);
        holds.add(Hold.MEMORY);
        pass(3600);
        holds.remove(Hold.MEMORY);
        pass(1);
        assertThat(failingSeconds()).isEqualTo(2);
    }

    /** As when a look-up fails while the stream is paused. */
    @Test
    void anErrorThatIsFirstNotedWhileTheStreamIsHeldCountsFromItsRelease() {
        pass(10);
        holds.add(Hold.ALIGNMENT);
        pass(3600);
        assertThat(failingSeconds()).isZero();
        pass(3600);
        assertThat(failingSeconds()).isZero();
        holds.remove(Hold.ALIGNMENT);
        pass(5);
        assertThat(failingSeconds()).isEqualTo(5);
    }

    @Test
    void errorsBetweenCallsThatBringNothingAddUp() {
        long seconds = 0;
        while (!patience.isExhausted(patience.failingNanos())) {
            assertThat(seconds).isLessThan(2000);
            pass(10);
            patience.fruitlessNanos();
            pass(10);
            seconds += 20;
        }
        // Half of that time led to errors.
        assertThat(seconds).isGreaterThan(1200);
    }

    @Test
    void callsThatBringNothingAreNoErrors() {
        failingSeconds();
        for (int i = 0; i < 1000; i++) {
            pass(5);
            patience.fruitlessNanos();
        }
        pass(5);
        assertThat(failingSeconds()).isEqualTo(5);
    }

    @Test
    void warnsOnceOfErrors() {
        for (int spell = 0; spell < 2; spell++) {
            failingSeconds();
            pass(30);
            failingSeconds();
            assertThat(patience.takeFailureWarning()).isFalse();
            pass(1);
            failingSeconds();
            assertThat(patience.takeFailureWarning()).isTrue();
            assertThat(patience.takeFailureWarning()).isFalse();
            patience.restore();
        }
    }

    @Test
    void warnsOnceOfCallsThatBringNothing() {
        patience.fruitlessNanos();
        pass(60);
        patience.fruitlessNanos();
        assertThat(patience.takeFruitlessWarning()).isFalse();
        pass(1);
        assertThat(Duration.ofNanos(patience.fruitlessNanos()).toSeconds()).isEqualTo(61);
        assertThat(patience.takeFruitlessWarning()).isTrue();
        assertThat(patience.takeFruitlessWarning()).isFalse();
    }

    // ---- delays -------------------------------------------------------------------------------

    @Test
    void waitsLongerAfterEachError() {
        for (long delay : new long[] {300, 600, 1200, 2400, 4800, 9600, 19_200, 30_000, 30_000}) {
            assertThat(delayMillis(ErrorClass.RETRY)).isEqualTo(delay);
        }
        patience.restore();
        assertThat(delayMillis(ErrorClass.RETRY)).isEqualTo(300);
    }

    @Test
    void waitsASecondWhenThereAreTooManyCalls() {
        assertThat(delayMillis(ErrorClass.THROTTLED)).isEqualTo(1000);
        assertThat(delayMillis(ErrorClass.CONNECTION_LIMIT)).isEqualTo(2000);
        assertThat(delayMillis(ErrorClass.RETRY)).isEqualTo(300);
    }

    @Test
    void theLongestDelayMayBeBelowTheDefaultOfTheFirst() {
        config.set(KvsSourceOptions.RETRY_MAX_BACKOFF, Duration.ofMillis(100));
        patience = newPatience();
        assertThat(delayMillis(ErrorClass.RETRY)).isEqualTo(100);
        assertThat(delayMillis(ErrorClass.RETRY)).isEqualTo(100);
    }

    // ---- connection limit ---------------------------------------------------------------------

    @Test
    void waitsForAConnectionForAsLongAsItTakes() {
        assertThat(patience.enterConnectionLimit()).isTrue();
        for (int i = 0; i < 1000; i++) {
            pass(3600);
            assertThat(patience.enterConnectionLimit()).isFalse();
            assertThat(patience.isConnectionLimitExhausted()).isFalse();
        }
        assertThat(patience.leaveConnectionLimit()).isTrue();
        assertThat(patience.leaveConnectionLimit()).isFalse();
    }

    @Test
    void givesUpAtTheConnectionLimitIfToldTo() {
        config.set(KvsSourceOptions.CONNECTION_LIMIT_FAIL_AFTER, Duration.ofMinutes(2));
        patience = newPatience();
        patience.enterConnectionLimit();
        pass(120);
        patience.enterConnectionLimit();
        assertThat(patience.isConnectionLimitExhausted()).isFalse();
        pass(1);
        // An error in between does not mean that there was a connection.
        patience.failingNanos();
        patience.enterConnectionLimit();
        assertThat(patience.isConnectionLimitExhausted()).isTrue();
    }

    @Test
    void warnsOnceWhenOthersHoldAllConnectionsForAMinute() {
        patience.enterConnectionLimit();
        pass(60);
        patience.enterConnectionLimit();
        assertThat(patience.takeConnectionLimitWarning()).isFalse();
        pass(1);
        patience.enterConnectionLimit();
        assertThat(patience.takeConnectionLimitWarning()).isTrue();
        assertThat(patience.takeConnectionLimitWarning()).isFalse();
    }
}
