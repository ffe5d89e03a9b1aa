/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.source.enumerator;

import io.github.flinkkvs.client.streams.StreamDescription;
import io.github.flinkkvs.client.streams.StreamDirectory;
import io.github.flinkkvs.source.FakeConnection;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

@Timeout(30)
class StreamResolverTest {

    private static final long BUDGET = Duration.ofMinutes(1).toNanos();

    private final FakeConnection connection = new FakeConnection();

    private StreamResolver resolver(StreamDirectory directory, long budgetNanos) {
        return new StreamResolver(directory, connection.executor(), budgetNanos, false);
    }

    private static StreamDescription description(String name) {
        return new StreamDescription(FakeConnection.arn(name), 1, 0);
    }

    @Test
    void asksForAFewAtATime() throws Exception {
        List<String> names =
                IntStream.range(0, 100).mapToObj(i -> "s" + i).collect(Collectors.toList());
        AtomicInteger open = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        Queue<Runnable> answers = new ArrayDeque<>();
        StreamDirectory directory =
                name -> {
                    most.accumulateAndGet(open.incrementAndGet(), Math::max);
                    CompletableFuture<StreamDescription> future = new CompletableFuture<>();
                    synchronized (answers) {
                        answers.add(
                                () -> {
                                    open.decrementAndGet();
                                    future.complete(description(name));
                                });
                    }
                    return future;
                };
        CompletableFuture<Map<String, StreamDescription>> result =
                resolver(directory, BUDGET).resolve(names);
        while (!result.isDone()) {
            Runnable answer;
            synchronized (answers) {
                answer = answers.poll();
            }
            if (answer != null) {
                answer.run();
            } else {
                Thread.yield();
            }
        }
        assertThat(result.get()).containsOnlyKeys(names);
        assertThat(most.get()).isLessThanOrEqualTo(20);
    }

    @Test
    void nothingIsFoundAtOnce() throws Exception {
        assertThat(resolver(connection.directory(), BUDGET).resolve(List.of()).get()).isEmpty();
    }

    @Test
    void givesUpWhenTheBudgetIsSpent() {
        connection.answer("a", new IOException("reset"));
        assertThatThrownBy(() -> resolver(connection.directory(), 0).resolve(List.of("a")).get())
                .isInstanceOf(ExecutionException.class)
                .hasMessageContaining("Stream a cannot be looked up: reset");
        assertThat(connection.described).hasSize(2);
    }

    /** It runs in futures whose results nobody reads. */
    @Test
    void failsWithWhateverIsThrown() {
        StreamDirectory directory =
                name -> {
                    throw new NoClassDefFoundError("poison");
                };
        assertThatThrownBy(() -> resolver(directory, BUDGET).resolve(List.of("a")).get())
                .isInstanceOf(ExecutionException.class)
                .hasRootCauseInstanceOf(NoClassDefFoundError.class);
    }

    /** Slow answers for other streams do not cost a stream any tries. */
    @Test
    void theBudgetOfAStreamIsCountedFromItsOwnFirstError() throws Exception {
        connection.answer("a", new IOException("reset"), description("a"));
        connection.answer("b", new IOException("reset"), description("b"));
        StreamResolver resolver = resolver(connection.directory(), 1);
        assertThat(resolver.resolve(List.of("a", "b")).get()).containsOnlyKeys("a", "b");
        assertThat(connection.described).containsExactlyInAnyOrder("a", "b", "a", "b");
    }
}
