/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.testing;

import javax.annotation.Nullable;

import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * What was pushed, asked and sent: the truth that tests compare with. Thread-safe; waiting is by
 * notification, and a wait that runs out throws an {@link AssertionError} that says what was seen.
 */
public final class ServiceLog {
    private static final long NANOS_PER_SECOND = 1_000_000_000;

    /** Guards everything in here and in the sessions. */
    final Object lock = new Object();

    private final int limit;
    private final Collection<ApiCall> calls;
    private final Collection<MediaSession> sessions;

    /** Fragments with their streams. */
    private final Map<StoredFragment, String> pushes;

    /**
     * @param limit how many entries of each kind are kept
     */
    ServiceLog(int limit) {
        this.limit = limit;
        calls = new Newest<>(limit);
        sessions = new Newest<>(limit);
        pushes = new LinkedHashMap<>();
    }

    /** How many entries of each kind are kept, and of each session. */
    int limit() {
        return limit;
    }

    /** All calls, in the order of their answers. */
    public List<ApiCall> calls() {
        synchronized (lock) {
            return List.copyOf(calls);
        }
    }

    /** Calls of one operation, such as {@code GetMedia}; a null stream means all. */
    public List<ApiCall> calls(String operation, @Nullable String stream) {
        synchronized (lock) {
            return calls.stream()
                    .filter(call -> call.operation().equals(operation))
                    .filter(call -> stream == null || stream.equals(call.stream()))
                    .collect(Collectors.toList());
        }
    }

    /** The most calls that arrived within any one second; a null stream means all together. */
    public int maxCallsPerSecond(String operation, @Nullable String stream) {
        long[] times =
                calls(operation, stream).stream().mapToLong(ApiCall::nanoTime).sorted().toArray();
        int most = 0;
        int from = 0;
        for (int to = 0; to < times.length; to++) {
            while (times[to] - times[from] >= NANOS_PER_SECOND) {
                from++;
            }
            most = Math.max(most, to - from + 1);
        }
        return most;
    }

    /** GetMedia sessions in the order they were opened; a null stream means all. */
    public List<MediaSession> sessions(@Nullable String stream) {
        synchronized (lock) {
            return sessions.stream()
                    .filter(session -> stream == null || stream.equals(session.stream()))
                    .collect(Collectors.toList());
        }
    }

    /** Fragments completed in a stream (or, with null, in all), in order. */
    public List<StoredFragment> pushed(@Nullable String stream) {
        synchronized (lock) {
            return pushes.entrySet().stream()
                    .filter(push -> stream == null || stream.equals(push.getValue()))
                    .map(Map.Entry::getKey)
                    .collect(Collectors.toList());
        }
    }

    /** Waits until an operation was called this often on a stream (null: on all together). */
    public List<ApiCall> awaitCalls(
            String operation, @Nullable String stream, int count, Duration timeout) {
        return await(
                () -> calls(operation, stream),
                seen -> seen.size() >= count,
                count + " calls of " + operation + " on " + stream,
                timeout);
    }

    /** Waits until this many GetMedia sessions were opened. */
    public List<MediaSession> awaitSessions(@Nullable String stream, int count, Duration timeout) {
        return await(
                () -> sessions(stream),
                seen -> seen.size() >= count,
                count + " sessions on " + stream,
                timeout);
    }

    /** Waits until this many GetMedia sessions were opened and have ended. */
    public List<MediaSession> awaitEndedSessions(
            @Nullable String stream, int count, Duration timeout) {
        return await(
                () -> {
                    List<MediaSession> seen = sessions(stream);
                    seen.removeIf(session -> !session.hasEnded());
                    return seen;
                },
                seen -> seen.size() >= count,
                count + " ended sessions on " + stream,
                timeout);
    }

    /** Waits until a fragment was sent whole, on any connection. */
    public MediaSession awaitSent(String stream, String fragmentNumber, Duration timeout) {
        List<MediaSession> found =
                await(
                        () -> {
                            List<MediaSession> seen = sessions(stream);
                            seen.removeIf(session -> !session.hasSent(fragmentNumber));
                            return seen;
                        },
                        seen -> !seen.isEmpty(),
                        "fragment " + fragmentNumber + " of " + stream + " sent",
                        timeout);
        return found.get(0);
    }

    /** Waits until this many fragments were completed in a stream (null: in all together). */
    public List<StoredFragment> awaitPushed(@Nullable String stream, int count, Duration timeout) {
        return await(
                () -> pushed(stream),
                seen -> seen.size() >= count,
                count + " fragments pushed to " + stream,
                timeout);
    }

    /** Waits until the log fulfils a condition; it is looked at after each new entry. */
    public void await(Predicate<ServiceLog> condition, String what, Duration timeout) {
        await(
                () -> condition.test(this) ? List.of(true) : List.of(),
                seen -> !seen.isEmpty(),
                what,
                timeout);
    }

    /** Forgets all entries; sessions that are open go on to be written but are not listed. */
    public void clear() {
        synchronized (lock) {
            calls.clear();
            sessions.clear();
            pushes.clear();
        }
    }

    private <T extends Collection<?>> T await(
            Supplier<T> look, Predicate<T> enough, String what, Duration timeout) {
        long deadline = System.nanoTime() + timeout.toNanos();
        synchronized (lock) {
            while (true) {
                T seen = look.get();
                if (enough.test(seen)) {
                    return seen;
                }
                long millis = (deadline - System.nanoTime()) / 1_000_000;
                if (millis <= 0) {
                    throw new AssertionError(
                            "Not within "
                                    + timeout
                                    + ": "
                                    + what
                                    + "; seen "
                                    + seen
                                    + "; calls "
                                    + tail(calls)
                                    + "; sessions "
                                    + tail(sessions));
                }
                try {
                    lock.wait(millis);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw new AssertionError("Interrupted while waiting for " + what, e);
                }
            }
        }
    }

    private static List<?> tail(Collection<?> entries) {
        return entries.stream().skip(Math.max(0, entries.size() - 20)).collect(Collectors.toList());
    }

    void call(ApiCall call) {
        synchronized (lock) {
            calls.add(call);
            lock.notifyAll();
        }
    }

    void session(MediaSession session) {
        synchronized (lock) {
            sessions.add(session);
            lock.notifyAll();
        }
    }

    void pushed(String stream, StoredFragment fragment) {
        synchronized (lock) {
            if (!fragment.forgotten()) {
                pushes.put(fragment, stream);
            }
            if (pushes.size() > limit) {
                pushes.remove(pushes.keySet().iterator().next());
            }
            lock.notifyAll();
        }
    }

    /** A fragment is gone for good: the log must not keep its media. */
    void forget(StoredFragment fragment) {
        synchronized (lock) {
            pushes.remove(fragment);
        }
    }

    /** Something outside the log that waiters may look at has changed. */
    void changed() {
        synchronized (lock) {
            lock.notifyAll();
        }
    }
}
