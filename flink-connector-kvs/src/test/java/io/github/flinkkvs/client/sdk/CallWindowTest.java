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

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import static org.assertj.core.api.Assertions.assertThat;

@Timeout(60)
class CallWindowTest {

    private static final long NEVER = TimeUnit.HOURS.toNanos(1);

    private final ScheduledThreadPoolExecutor executor = new ScheduledThreadPoolExecutor(1);
    private final BlockingQueue<Integer> begun = new LinkedBlockingQueue<>();
    private final List<Throwable> failures = Collections.synchronizedList(new ArrayList<>());

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

    /** Everything that was to be run has run. */
    private void settle() throws Exception {
        executor.submit(() -> {}).get();
    }

    private int next() throws InterruptedException {
        Integer number = begun.poll(30, TimeUnit.SECONDS);
        assertThat(number).as("a call begins").isNotNull();
        return number;
    }

    @Test
    void callsWaitUntilOthersAreAnswered() throws Exception {
        CallWindow window = new CallWindow(2, NEVER, executor, executor);
        CallWindow.Place first = enter(window, 1);
        CallWindow.Place second = enter(window, 2);
        enter(window, 3);
        enter(window, 4);
        assertThat(List.of(next(), next())).containsExactly(1, 2);
        settle();
        assertThat(begun).isEmpty();

        second.leave();
        assertThat(next()).isEqualTo(3);
        second.leave();
        settle();
        assertThat(begun).isEmpty();
        first.leave();
        assertThat(next()).isEqualTo(4);
        // Only the timers of those that are not answered.
        assertThat(executor.getQueue()).hasSize(2);
    }

    @Test
    void whatIsOverBeforeItBeginsDoesNotBegin() throws Exception {
        CallWindow window = new CallWindow(1, NEVER, executor, executor);
        CallWindow.Place first = enter(window, 1);
        CallWindow.Place second = enter(window, 2);
        enter(window, 3);
        assertThat(next()).isEqualTo(1);
        second.leave();
        first.leave();
        assertThat(next()).isEqualTo(3);

        CallWindow free = new CallWindow(1, NEVER, executor, executor);
        CallWindow.Place late = free.place(() -> begun.add(4), failures::add);
        late.leave();
        late.enter();
        settle();
        assertThat(begun).isEmpty();
    }

    /** A service that takes its time does not hold up the others. */
    @Test
    void aCallThatIsNotAnsweredLosesItsPlace() throws Exception {
        CallWindow window = new CallWindow(1, TimeUnit.MILLISECONDS.toNanos(5), executor, executor);
        for (int i = 0; i < 10; i++) {
            enter(window, i);
        }
        Set<Integer> all = new HashSet<>();
        for (int i = 0; i < 10; i++) {
            all.add(next());
        }
        assertThat(all).hasSize(10);
    }

    /** A thread that stands still for longer than a place lasts sends its request all the same. */
    @Test
    void aRequestWhosePlaceIsLostBeforeItBeginsIsSent() throws Exception {
        CallWindow window = new CallWindow(1, 0, Runnable::run, new Hasty());
        enter(window, 1);
        enter(window, 2);
        assertThat(List.of(next(), next())).containsExactly(1, 2);
    }

    /** Runs what is scheduled at once, in the same thread. */
    private static final class Hasty extends ScheduledThreadPoolExecutor {
        Hasty() {
            super(0);
        }

        @Override
        public ScheduledFuture<?> schedule(Runnable task, long delay, TimeUnit unit) {
            task.run();
            return super.schedule(() -> {}, 1, TimeUnit.HOURS);
        }
    }

    @Test
    void aCallThatThrowsTellsItAndLeaves() throws Exception {
        CallWindow window = new CallWindow(1, NEVER, executor, executor);
        window.place(
                        () -> {
                            throw new NoClassDefFoundError("poison");
                        },
                        failures::add)
                .enter();
        enter(window, 1);
        assertThat(next()).isEqualTo(1);
        assertThat(failures).hasSize(1).first().isInstanceOf(NoClassDefFoundError.class);
    }

    @Test
    void aClosedExecutorIsToldToAllThatWait() throws Exception {
        CallWindow window = new CallWindow(1, NEVER, executor, executor);
        CallWindow.Place open = enter(window, 1);
        assertThat(next()).isEqualTo(1);
        for (int i = 0; i < 10_000; i++) {
            CompletableFuture<?> answer = window.call(CompletableFuture::new);
            answer.whenComplete((value, error) -> failures.add(error));
        }
        executor.shutdownNow();
        open.leave();
        assertThat(failures)
                .hasSize(10_000)
                .allSatisfy(e -> assertThat(e).isInstanceOf(RejectedExecutionException.class));
        assertThat(window.call(CompletableFuture::new)).isCompletedExceptionally();
    }

    @Test
    void aCallEndsAsItsAnswerDoes() throws Exception {
        CallWindow window = new CallWindow(1, NEVER, executor, executor);
        CompletableFuture<String> first = new CompletableFuture<>();
        CompletableFuture<String> answer = window.call(() -> first);
        CompletableFuture<String> second =
                window.call(() -> CompletableFuture.failedFuture(new IOException("reset")));
        settle();
        assertThat(second).isNotDone();
        first.complete("hello");
        assertThat(answer.get(30, TimeUnit.SECONDS)).isEqualTo("hello");
        assertThat(second)
                .failsWithin(Duration.ofSeconds(30))
                .withThrowableThat()
                .withMessageContaining("reset");
    }

    /**
     * From many threads, with calls that are answered at once, later, twice, or before they begin.
     */
    @Test
    void thereAreNeverMoreThanPlaces() throws Exception {
        int places = 3;
        int calls = 3_000;
        CallWindow window = new CallWindow(places, NEVER, executor, executor);
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
