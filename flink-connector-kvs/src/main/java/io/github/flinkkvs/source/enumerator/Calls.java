/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.source.enumerator;

import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Function;

/**
 * A call for each of many things, a few at a time. After one has failed no further one begins, and
 * when those under way are over, so is the whole. Guarded by itself.
 */
final class Calls<T> {

    private final Iterator<T> waiting;
    private final Function<T, CompletableFuture<?>> call;
    private final Executor executor;
    private final CompletableFuture<Void> result = new CompletableFuture<>();
    private int open;
    private Throwable failure;

    private Calls(List<T> things, Function<T, CompletableFuture<?>> call, Executor executor) {
        this.waiting = List.copyOf(things).iterator();
        this.call = call;
        this.executor = executor;
    }

    /**
     * @param call runs in the executor; what it throws is a failure
     * @param atATime how many calls may be under way
     * @return fails like the first call that failed
     */
    static <T> CompletableFuture<Void> each(
            List<T> things,
            int atATime,
            Executor executor,
            Function<T, CompletableFuture<?>> call) {
        Calls<T> calls = new Calls<>(things, call, executor);
        int lanes = Math.min(atATime, things.size());
        calls.open = lanes;
        if (lanes == 0) {
            calls.result.complete(null);
        }
        for (int i = 0; i < lanes; i++) {
            executor.execute(calls::next);
        }
        return calls.result;
    }

    private void next() {
        T thing;
        synchronized (this) {
            thing = failure == null && waiting.hasNext() ? waiting.next() : null;
        }
        if (thing == null) {
            end();
            return;
        }
        CompletableFuture<?> answer;
        try {
            answer = call.apply(thing);
        } catch (RuntimeException | Error e) {
            answer = CompletableFuture.failedFuture(e);
        }
        answer.whenCompleteAsync(
                (done, error) -> {
                    if (error != null) {
                        onFailure(error);
                    }
                    next();
                },
                executor);
    }

    private synchronized void onFailure(Throwable error) {
        if (failure == null) {
            failure = error;
        }
    }

    private void end() {
        Throwable error;
        synchronized (this) {
            open--;
            if (open > 0) {
                return;
            }
            error = failure;
        }
        if (error == null) {
            result.complete(null);
        } else {
            result.completeExceptionally(error);
        }
    }
}
