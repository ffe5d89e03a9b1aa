/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.media.table;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/** Logs a problem that may come with each row, at most once a minute. Guarded by itself. */
final class RareWarning {

    private static final Logger LOG = LoggerFactory.getLogger(RareWarning.class);

    private static final long QUIET_NANOS = Duration.ofMinutes(1).toNanos();

    private final LongSupplier nanoTime;
    private long loggedAtNanos;
    private long unlogged;
    private boolean logged;

    RareWarning(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /** Logs the problem, or counts it for the next time. */
    synchronized void log(Supplier<String> problem) {
        long now = nanoTime.getAsLong();
        if (logged && now - loggedAtNanos < QUIET_NANOS) {
            unlogged++;
            return;
        }
        LOG.warn(
                "{}{}",
                problem.get(),
                unlogged == 0 ? "" : "; and " + unlogged + " times more since this was last said");
        logged = true;
        loggedAtNanos = now;
        unlogged = 0;
    }
}
