/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.client.sdk;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import static org.assertj.core.api.Assertions.assertThat;

@Timeout(60)
class CallWindowTest {

    private static final long NEVER = TimeUnit.HOURS.toNanos(1);

    private final ScheduledThreadPoolExecutor executor = new ScheduledThreadPoolExecutor(2);
    private final BlockingQueue<Integer> begun = new LinkedBlockingQueue<>();
    private final List<Throwable> failures = new ArrayList<>();

    CallWindowTest() {
        executor.setRemoveOnCancelPolicy(true);
    }

    @AfterEach
    void stop() {
        executor.shutdownNow();
    }

    private CallWindow.Place enter(CallWindow window, int number) {
        CallWindow.Place place = window.place(() -> begun.add(number), failures::add);
        place.enter();
        return place;
    }

    private int next() throws InterruptedException {
        Integer number = begun.poll(30, TimeUnit.SECONDS);
        assertThat(number).as("a call begins").isNotNull();
        return number;
    }

    @Test
    void callsWaitUntilOthersAreAnswered() throws Exception {
        CallWindow window = new CallWindow(2, NEVER, executor);
        CallWindow.Place first = enter(window, 1);
        CallWindow.Place second = enter(window, 2);
        enter(window, 3);
        enter(window, 4);
        assertThat(List.of(next(), next())).containsExactly(1, 2);
        assertThat(begun).isEmpty();

        second.leave();
        assertThat(next()).isEqualTo(3);
        second.leave();
        assertThat(executor.submit(begun::isEmpty).get()).isTrue();
        first.leave();
        assertThat(next()).isEqualTo(4);
        // Only the timers of those that are not answered.
        assertThat(executor.getQueue()).hasSize(2);
    }

    @Test
    void whatIsOverBeforeItBeginsDoesNotBegin() throws Exception {
        CallWindow window = new CallWindow(1, NEVER, executor);
        CallWindow.Place first = enter(window, 1);
        CallWindow.Place second = enter(window, 2);
        enter(window, 3);
        second.leave();
        first.leave();
        assertThat(List.of(next(), next())).containsExactly(1, 3);

        CallWindow.Place late = window.place(() -> begun.add(4), failures::add);
        late.leave();
        late.enter();
        assertThat(executor.submit(begun::isEmpty).get()).isTrue();
    }

    /** A service that takes its time does not hold up the others. */
    @Test
    void aCallThatIsNotAnsweredLosesItsPlace() throws Exception {
        CallWindow window = new CallWindow(1, TimeUnit.MILLISECONDS.toNanos(20), executor);
        for (int i = 0; i < 10; i++) {
            enter(window, i);
        }
        for (int i = 0; i < 10; i++) {
            assertThat(next()).isEqualTo(i);
        }
    }

    @Test
    void aCallThatThrowsTellsItAndLeaves() throws Exception {
        CallWindow window = new CallWindow(1, NEVER, executor);
        window.place(
                        () -> {
                            throw new NoClassDefFoundError("poison");
                        },
                        failures::add)
                .enter();
        assertThat(failures).hasSize(1).first().isInstanceOf(NoClassDefFoundError.class);
        enter(window, 1);
        assertThat(next()).isEqualTo(1);
    }

    @Test
    void aClosedExecutorIsToldToWhoeverEnters() {
        CallWindow window = new CallWindow(1, NEVER, executor);
        CallWindow.Place open = enter(window, 1);
        enter(window, 2);
        executor.shutdownNow();
        open.leave();
        assertThat(begun).containsExactly(1);
        enter(new CallWindow(1, NEVER, executor), 3);
        assertThat(failures).hasSize(1);
    }

    /**
     * From many threads, with calls that are answered at once, later, twice, or before they begin.
     */
    @Test
    void thereAreNeverMoreThanPlaces() throws Exception {
        int places = 3;
        int calls = 3_000;
        CallWindow window = new CallWindow(places, NEVER, executor);
        AtomicInteger open = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        AtomicInteger cancelled = new AtomicInteger();
        AtomicInteger began = new AtomicInteger();
        CountDownLatch done = new CountDownLatch(calls);
        ScheduledThreadPoolExecutor answers = new ScheduledThreadPoolExecutor(2);
        try {
            Random seeds = new Random(Long.getLong("kvs.test.seed", 1));
            for (int i = 0; i < calls; i++) {
                int kind = seeds.nextInt(4);
                CallWindow.Place[] mine = new CallWindow.Place[1];
                Runnable answer =
                        () -> {
                            open.decrementAndGet();
                            mine[0].leave();
                            mine[0].leave();
                            done.countDown();
                        };
                mine[0] =
                        window.place(
                                () -> {
                                    began.incrementAndGet();
                                    most.accumulateAndGet(open.incrementAndGet(), Math::max);
                                    if (kind == 0) {
                                        answer.run();
                                    } else {
                                        answers.schedule(
                                                answer,
                                                ThreadLocalRandom.current().nextInt(300),
                                                TimeUnit.MICROSECONDS);
                                    }
                                },
                                failures::add);
                if (kind == 3) {
                    mine[0].leave();
                    cancelled.incrementAndGet();
                    done.countDown();
                }
                answers.execute(mine[0]::enter);
            }
            assertThat(done.await(50, TimeUnit.SECONDS)).isTrue();
        } finally {
            answers.shutdownNow();
        }
        assertThat(most.get()).isLessThanOrEqualTo(places);
        assertThat(began.get()).isEqualTo(calls - cancelled.get());
        assertThat(failures).isEmpty();
    }
}
