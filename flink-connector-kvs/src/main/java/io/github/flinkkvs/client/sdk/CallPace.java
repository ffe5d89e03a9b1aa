/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.client.sdk;

import org.apache.flink.annotation.Internal;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Spaces out the calls of one operation of the control plane: the service limits them per second
 * for a whole account, and hundreds of streams may begin at once. Guarded by itself.
 */
@Internal
public final class CallPace {

    private final long intervalNanos;
    private final ScheduledExecutorService executor;
    private long nextNanos = System.nanoTime();

    public CallPace(long intervalNanos, ScheduledExecutorService executor) {
        this.intervalNanos = intervalNanos;
        this.executor = executor;
    }

    /** Completes when one more call may be made: at once, or in a thread of the executor. */
    public CompletableFuture<Void> turn() {
        long wait;
        synchronized (this) {
            long now = System.nanoTime();
            wait = Math.max(nextNanos - now, 0);
            nextNanos = now + wait + intervalNanos;
        }
        CompletableFuture<Void> turn = new CompletableFuture<>();
        if (wait == 0) {
            turn.complete(null);
        } else {
            executor.schedule(() -> turn.complete(null), wait, TimeUnit.NANOSECONDS);
        }
        return turn;
    }
}
