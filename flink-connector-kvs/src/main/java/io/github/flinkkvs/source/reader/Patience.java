/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.source.reader;

import io.github.flinkkvs.client.errors.Backoff;
import io.github.flinkkvs.client.errors.ErrorClass;

import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * How long a session puts up with errors, and how long it waits after each. Guarded by the reader
 * lock.
 */
final class Patience {

    /** Why a session does not try to read. */
    enum Reason {
        ALIGNMENT,
        MEMORY
    }

    private static final long THROTTLED_BACKOFF_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long FAILURE_WARNING_NANOS = TimeUnit.SECONDS.toNanos(30);
    private static final long FRUITLESS_WARNING_NANOS = TimeUnit.MINUTES.toNanos(1);
    private static final long CONNECTION_LIMIT_WARNING_NANOS = TimeUnit.MINUTES.toNanos(1);

    private final SessionSettings settings;
    private final Timer timer;
    private final Backoff backoff;
    private final Backoff throttledBackoff;

    private final Set<Reason> suspended = EnumSet.noneOf(Reason.class);
    private long suspendedSinceNanos;

    /** How long it was suspended before. */
    private long suspendedNanos;

    /** Nothing but errors. */
    private final Spell failing = new Spell();

    /** Nothing but calls that end at once and bring nothing. */
    private final Spell fruitless = new Spell();

    /** Other consumers hold all connections. */
    private final Spell atConnectionLimit = new Spell();

    Patience(SessionSettings settings, Timer timer) {
        this.settings = settings;
        this.timer = timer;
        this.backoff = backoff(settings.initialBackoffNanos);
        this.throttledBackoff = backoff(THROTTLED_BACKOFF_NANOS);
    }

    private Backoff backoff(long initialNanos) {
        return new Backoff(initialNanos, settings.maxBackoffNanos, timer::jitter);
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

    /** The session ceases to try, for this reason too. */
    void suspend(Reason reason) {
        if (suspended.isEmpty()) {
            suspendedSinceNanos = timer.nanoTime();
        }
        suspended.add(reason);
    }

    /** A reason is gone. Who did not try did not fail either. */
    void resume(Reason reason) {
        if (suspended.remove(reason) && suspended.isEmpty()) {
            suspendedNanos += timer.nanoTime() - suspendedSinceNanos;
        }
    }

    /** A clock that stands still while the session does not try. */
    private long tryingNanos() {
        long now = suspended.isEmpty() ? timer.nanoTime() : suspendedSinceNanos;
        return now - suspendedNanos;
    }

    /** Notes an error; returns for how long there were only errors. */
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
        failing.end();
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

    /** Something that goes on, by a clock that stands still while the session does not try. */
    private final class Spell {

        private boolean on;
        private boolean warned;
        private long sinceNanos;

        /** Notes that it is so; true if it was not before. */
        boolean note() {
            if (on) {
                return false;
            }
            on = true;
            warned = false;
            sinceNanos = tryingNanos();
            return true;
        }

        /** Notes that it is not so; true if it was before. */
        boolean end() {
            boolean ended = on;
            on = false;
            return ended;
        }

        long nanos() {
            return tryingNanos() - sinceNanos;
        }

        /** Whether it goes on for longer than this; true once. */
        boolean takeWarning(long afterNanos) {
            if (warned || nanos() <= afterNanos) {
                return false;
            }
            warned = true;
            return true;
        }
    }
}
