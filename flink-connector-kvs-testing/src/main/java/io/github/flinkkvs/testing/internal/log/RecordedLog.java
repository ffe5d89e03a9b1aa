/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.testing.internal.log;

import io.github.flinkkvs.testing.log.ApiCall;
import io.github.flinkkvs.testing.log.ReceivedMedia;
import io.github.flinkkvs.testing.log.ServedMedia;
import io.github.flinkkvs.testing.log.ServiceLog;
import io.github.flinkkvs.testing.log.StoredFragment;

import javax.annotation.Nullable;

import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * The log of a running service, with what its parts write into it. Thread-safe: guarded by its own
 * lock. Writers must not hold the lock of a stream, because waiters may look at streams.
 */
public final class RecordedLog implements ServiceLog {
    private static final String GET_MEDIA = "GetMedia";
    private static final long NANOS_PER_SECOND = 1_000_000_000;

    /** Guards everything in here and in the sessions. */
    final Object lock = new Object();

    private final int limit;
    private final Collection<ApiCall> calls;
    private final Collection<RecordedBody> sessions;
    private final Collection<RecordedUpload> uploads;

    /** Fragments with their streams. */
    private final Map<StoredFragment, String> pushes;

    /**
     * @param limit how many entries of each kind are kept
     */
    public RecordedLog(int limit) {
        this.limit = limit;
        calls = new Newest<>(limit);
        sessions = new Newest<>(limit);
        uploads = new Newest<>(limit);
        pushes = new LinkedHashMap<>();
    }

    /** How many entries of each kind are kept, and of each session. */
    public int limit() {
        return limit;
    }

    @Override
    public List<ApiCall> calls() {
        synchronized (lock) {
            return List.copyOf(calls);
        }
    }

    @Override
    public List<ApiCall> calls(String operation, @Nullable String stream) {
        synchronized (lock) {
            return calls.stream()
                    .filter(call -> call.operation().equals(operation))
                    .filter(call -> stream == null || stream.equals(call.stream()))
                    .collect(Collectors.toList());
        }
    }

    @Override
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

    @Override
    public List<ServedMedia> sessions(@Nullable String stream) {
        return sessions(GET_MEDIA, stream);
    }

    @Override
    public List<ServedMedia> sessions(String operation, @Nullable String stream) {
        return recorded(stream, session -> session.operation().equals(operation));
    }

    private List<ServedMedia> recorded(@Nullable String stream, Predicate<RecordedBody> wanted) {
        synchronized (lock) {
            return sessions.stream()
                    .filter(session -> stream == null || stream.equals(session.stream()))
                    .filter(wanted)
                    .collect(Collectors.toList());
        }
    }

    @Override
    public List<ReceivedMedia> uploads(@Nullable String stream) {
        synchronized (lock) {
            return uploads.stream()
                    .filter(upload -> stream == null || stream.equals(upload.stream()))
                    .collect(Collectors.toList());
        }
    }

    @Override
    public List<StoredFragment> pushed(@Nullable String stream) {
        synchronized (lock) {
            return pushes.entrySet().stream()
                    .filter(push -> stream == null || stream.equals(push.getValue()))
                    .map(Map.Entry::getKey)
                    .collect(Collectors.toList());
        }
    }

    @Override
    public List<ApiCall> awaitCalls(
            String operation, @Nullable String stream, int count, Duration timeout) {
        return await(
                () -> calls(operation, stream),
                seen -> seen.size() >= count,
                count + " calls of " + operation + " on " + stream,
                timeout);
    }

    @Override
    public List<ServedMedia> awaitSessions(@Nullable String stream, int count, Duration timeout) {
        return await(
                () -> sessions(stream),
                seen -> seen.size() >= count,
                count + " sessions on " + stream,
                timeout);
    }

    @Override
    public List<ServedMedia> awaitEndedSessions(
            @Nullable String stream, int count, Duration timeout) {
        return await(
                () ->
                        recorded(
                                stream,
                                session ->
                                        session.operation().equals(GET_MEDIA)
                                                && session.hasEnded()),
                seen -> seen.size() >= count,
                count + " ended sessions on " + stream,
                timeout);
    }

    @Override
    public ServedMedia awaitSent(String stream, String fragmentNumber, Duration timeout) {
        List<ServedMedia> found =
                await(
                        () -> recorded(stream, session -> session.hasSent(fragmentNumber)),
                        seen -> !seen.isEmpty(),
                        "fragment " + fragmentNumber + " of " + stream + " sent",
                        timeout);
        return found.get(0);
    }

    @Override
    public List<StoredFragment> awaitPushed(@Nullable String stream, int count, Duration timeout) {
        return await(
                () -> pushed(stream),
                seen -> seen.size() >= count,
                count + " fragments pushed to " + stream,
                timeout);
    }

    @Override
    public void await(Predicate<ServiceLog> condition, String what, Duration timeout) {
        await(
                () -> condition.test(this) ? List.of(true) : List.of(),
                seen -> !seen.isEmpty(),
                what,
                timeout);
    }

    @Override
    public void clear() {
        synchronized (lock) {
            calls.clear();
            sessions.clear();
            uploads.clear();
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

    // ------------------------------------------------------------------ writing

    public void call(ApiCall call) {
        synchronized (lock) {
            calls.add(call);
            lock.notifyAll();
        }
    }

    /** A body has begun. */
    public void session(RecordedBody session) {
        synchronized (lock) {
            sessions.add(session);
            lock.notifyAll();
        }
    }

    /** A PutMedia call was accepted. */
    public void upload(RecordedUpload upload) {
        synchronized (lock) {
            uploads.add(upload);
            lock.notifyAll();
        }
    }

    /**
     * A fragment is complete.
     *
     * @param forgotten whether it has expired for good by now
     */
    public void pushed(String stream, StoredFragment fragment, BooleanSupplier forgotten) {
        synchronized (lock) {
            if (!forgotten.getAsBoolean()) {
                pushes.put(fragment, stream);
            }
            if (pushes.size() > limit) {
                pushes.remove(pushes.keySet().iterator().next());
            }
            lock.notifyAll();
        }
    }

    /** A fragment is gone for good: the log must not keep its media. */
    public void forget(StoredFragment fragment) {
        synchronized (lock) {
            pushes.remove(fragment);
        }
    }

    /** Wakes waiters after a change outside the log that they may look at. */
    public void changed() {
        synchronized (lock) {
            lock.notifyAll();
        }
    }
}
