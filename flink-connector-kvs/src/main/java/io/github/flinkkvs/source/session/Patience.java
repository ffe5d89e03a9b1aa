/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.source.session;

import io.github.flinkkvs.client.errors.Backoff;
import io.github.flinkkvs.client.errors.ErrorClass;

import java.util.concurrent.TimeUnit;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;

/**
 * How long a session tolerates errors, and how long it waits after each. All times are by the clock
 * in {@link Holds}. Guarded by the reader lock.
 */
final class Patience {

    private static final long THROTTLED_BACKOFF_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long FAILURE_WARNING_NANOS = TimeUnit.SECONDS.toNanos(30);
    private static final long FRUITLESS_WARNING_NANOS = TimeUnit.MINUTES.toNanos(1);
    private static final long CONNECTION_LIMIT_WARNING_NANOS = TimeUnit.MINUTES.toNanos(1);

    private final SessionSettings settings;
    private final LongSupplier clock;
    private final Backoff backoff;
    private final Backoff throttledBackoff;

    /** Nothing but errors. */
    private final Spell failing = new Spell();

    /** Nothing but calls that end at once without media. */
    private final Spell fruitless = new Spell();

    /** Other consumers hold all connections. */
    private final Spell atConnectionLimit = new Spell();

    /**
     * @param clock stands still while the stream is held
     * @param jitter random numbers from 0 to 1
     */
    Patience(SessionSettings settings, LongSupplier clock, DoubleSupplier jitter) {
        this.settings = settings;
        this.clock = clock;
        this.backoff = new Backoff(settings.initialBackoffNanos, settings.maxBackoffNanos, jitter);
        this.throttledBackoff =
                new Backoff(THROTTLED_BACKOFF_NANOS, settings.maxBackoffNanos, jitter);
    }

    /** The service works as it should. */
    void restore() {
        failing.end();
        fruitless.end();
        backoff.reset();
        throttledBackoff.reset();
    }

    /** The service answers, if only with a refusal that has a limit of its own. */
    void restoreAfterAnswer() {
        failing.end();
    }

    /**
     * Notes an error; returns how long errors have kept the stream from making progress. The time
     * up to a call that ended without media does not count, but such a call does not end the errors
     * either.
     */
    long failingNanos() {
        failing.note();
        return failing.nanos();
    }

    boolean isExhausted(long failingNanos) {
        return failingNanos > settings.retryBudgetNanos;
    }

    /**
     * Whether errors have lasted long enough for a warning; true once until the stream recovers.
     */
    boolean takeFailureWarning() {
        return failing.takeWarning(FAILURE_WARNING_NANOS);
    }

    /**
     * Notes a call that ended at once without media; returns how long there have been such calls.
     */
    long fruitlessNanos() {
        failing.interrupt();
        fruitless.note();
        return fruitless.nanos();
    }

    /** Like {@link #takeFailureWarning}, for such calls. */
    boolean takeFruitlessWarning() {
        return fruitless.takeWarning(FRUITLESS_WARNING_NANOS);
    }

    /** How long to wait after an error. */
    long delayNanos(ErrorClass errorClass) {
        boolean crowded =
                errorClass == ErrorClass.THROTTLED || errorClass == ErrorClass.CONNECTION_LIMIT;
        return (crowded ? throttledBackoff : backoff).nextNanos();
    }

    // ---- connection limit ------------------------------------------------------------------

    /** Notes that other consumers hold all connections; true if they did not before. */
    boolean enterConnectionLimit() {
        return atConnectionLimit.note();
    }

    /** Notes that a connection was available; true if none was before. */
    boolean leaveConnectionLimit() {
        return atConnectionLimit.end();
    }

    boolean isConnectionLimitExhausted() {
        return atConnectionLimit.nanos() > settings.connectionLimitFailAfterNanos;
    }

    /** Whether it is time to warn; true once. */
    boolean takeConnectionLimitWarning() {
        return atConnectionLimit.takeWarning(CONNECTION_LIMIT_WARNING_NANOS);
    }

    /** A lasting condition: the sum of the times between one note of it and the next. */
    private final class Spell {

        private boolean on;
        private boolean warned;
        private long lastNanos;
        private long nanos;

        /** Notes that the condition holds; true if it did not before. */
        boolean note() {
            boolean began = !on;
            long now = clock.getAsLong();
            if (began) {
                on = true;
                warned = false;
                nanos = 0;
            } else {
                nanos += now - lastNanos;
            }
            lastNanos = now;
            return began;
        }

        /** Does not count the time since the last note. */
        void interrupt() {
            lastNanos = clock.getAsLong();
        }

        /** Notes that the condition has ended; true if it held before. */
        boolean end() {
            boolean ended = on;
            on = false;
            return ended;
        }

        /** How long the condition had lasted at the last note. */
        long nanos() {
            return nanos;
        }

        /** Whether the condition has lasted longer than this; true once. */
        boolean takeWarning(long afterNanos) {
            if (warned || nanos <= afterNanos) {
                return false;
            }
            warned = true;
            return true;
        }
    }
}
