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
 * How long a session puts up with errors, and how long it waits after each. All times are of the
 * clock in {@link Holds}. Guarded by the reader lock.
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

    /** Nothing but calls that end at once and bring nothing. */
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

    /** The service does what it should. */
    void restore() {
        failing.end();
        fruitless.end();
        backoff.reset();
        throttledBackoff.reset();
    }

    /** The service answers, be it with a refusal that has its own limit. */
    void restoreAfterAnswer() {
        failing.end();
    }

    /**
     * Notes an error; returns for how long errors have kept the stream from getting on. The time up
     * to a call that only brought nothing does not count, but it does not end the errors either.
     */
    long failingNanos() {
        failing.note();
        return failing.nanos();
    }

    boolean isExhausted(long failingNanos) {
        return failingNanos > settings.retryBudgetNanos;
    }

    /** Whether errors last so long that it is time to warn; true once until things get better. */
    boolean takeFailureWarning() {
        return failing.takeWarning(FAILURE_WARNING_NANOS);
    }

    /**
     * Notes a call that ended at once and brought nothing; returns for how long there were such.
     */
    long fruitlessNanos() {
        failing.interrupt();
        fruitless.note();
        return fruitless.nanos();
    }

    /** The same for such calls as {@link #takeFailureWarning} for errors. */
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

    /** Notes that a connection was to be had; true if none was before. */
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

    /** Something that goes on: the sum of the times between one note of it and the next. */
    private final class Spell {

        private boolean on;
        private boolean warned;
        private long lastNanos;
        private long nanos;

        /** Notes that it is so; true if it was not before. */
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

        /** The time since it was noted last does not count. */
        void interrupt() {
            lastNanos = clock.getAsLong();
        }

        /** Notes that it is not so; true if it was before. */
        boolean end() {
            boolean ended = on;
            on = false;
            return ended;
        }

        /** How long it goes on, when it was noted last. */
        long nanos() {
            return nanos;
        }

        /** Whether it goes on for longer than this; true once. */
        boolean takeWarning(long afterNanos) {
            if (warned || nanos <= afterNanos) {
                return false;
            }
            warned = true;
            return true;
        }
    }
}
