/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.source.session;

import io.github.flinkkvs.source.ManualTimer;
import io.github.flinkkvs.source.resources.ReaderLock;
import io.github.flinkkvs.source.resources.Timer;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class CallTimerTest {

    private final ManualTimer clock = new ManualTimer();
    private final List<Throwable> thrown = new ArrayList<>();
    private final CallTimer timer = new CallTimer(clock, new ReaderLock(), thrown::add);
    private int calls;

    private void call() {
        timer.onCall();
        calls++;
    }

    private void scheduleIn(long millis) {
        timer.schedule(this::call, Duration.ofMillis(millis).toNanos());
    }

    @Test
    void callsAfterADelay() {
        scheduleIn(100);
        clock.advanceMillis(99);
        assertThat(calls).isZero();
        clock.advanceMillis(1);
        assertThat(calls).isEqualTo(1);
        assertThat(clock.scheduled()).isZero();
    }

    @Test
    void keepsCallsApart() {
        scheduleIn(0);
        clock.runDue();
        for (int i = 2; i <= 4; i++) {
            scheduleIn(i % 2 == 0 ? -100 : 0);
            clock.advanceMillis(249);
            assertThat(calls).isEqualTo(i - 1);
            clock.advanceMillis(1);
            assertThat(calls).isEqualTo(i);
        }
    }

    @Test
    void runsOnlyTheLastThatWasScheduled() {
        scheduleIn(100);
        scheduleIn(500);
        clock.advanceMillis(499);
        assertThat(calls).isZero();
        clock.advanceMillis(1);
        assertThat(calls).isEqualTo(1);
    }

    @Test
    void runsNothingThatWasCancelled() {
        scheduleIn(100);
        timer.cancel();
        timer.cancel();
        clock.advanceMillis(1000);
        assertThat(calls).isZero();
        assertThat(clock.scheduled()).isZero();
    }

    @Test
    void canBeCancelledAfterItsTimerRefused() {
        Timer refusing =
                new ManualTimer() {
                    @Override
                    public Task schedule(Runnable action, long delayNanos) {
                        throw new RejectedExecutionException("shut down");
                    }
                };
        CallTimer refused = new CallTimer(refusing, new ReaderLock(), thrown::add);
        assertThatThrownBy(() -> refused.schedule(this::call, 0))
                .isInstanceOf(RejectedExecutionException.class);
        refused.cancel();
        assertThat(calls).isZero();
    }

    @Test
    void tellsOfWhatIsThrown() {
        RuntimeException poison = new IllegalStateException("poison");
        timer.schedule(
                () -> {
                    throw poison;
                },
                0);
        clock.runDue();
        assertThat(thrown).containsExactly(poison);
    }
}
