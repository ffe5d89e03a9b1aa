/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.it;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * The records that reached a sink, and those committed by a checkpoint. Sinks find it by its id,
 * since they are serialized on their way into the cluster. Thread-safe: guarded by itself.
 */
final class Results<T> {

    private static final Map<String, Results<?>> BY_ID = new ConcurrentHashMap<>();

    private final String id = UUID.randomUUID().toString();
    private List<T> committed = List.of();
    private List<T> seen = new ArrayList<>();
    private final List<T> everSeen = new ArrayList<>();
    private int attempts;
    private int commits;

    Results() {
        BY_ID.put(id, this);
    }

    String id() {
        return id;
    }

    @SuppressWarnings("unchecked")
    static <T> Results<T> of(String id) {
        return (Results<T>) BY_ID.get(id);
    }

    void forget() {
        BY_ID.remove(id);
    }

    // ---- for the sink -------------------------------------------------------------------------

    synchronized void attempt(List<T> restored) {
        attempts++;
        seen = new ArrayList<>(restored);
        committed = List.copyOf(restored);
        notifyAll();
    }

    synchronized void see(T record) {
        seen.add(record);
        everSeen.add(record);
        notifyAll();
    }

    synchronized void commit(List<T> all) {
        committed = all;
        commits++;
        notifyAll();
    }

    // ---- for tests ----------------------------------------------------------------------------

    /** All records that the last completed checkpoint covers, over all attempts. */
    synchronized List<T> committed() {
        return committed;
    }

    /** The records of the running attempt, including restored ones. */
    synchronized List<T> seen() {
        return List.copyOf(seen);
    }

    /** All records that ever arrived, in any attempt; some more than once. */
    synchronized List<T> everSeen() {
        return List.copyOf(everSeen);
    }

    /** How often the sink was started. */
    synchronized int attempts() {
        return attempts;
    }

    List<T> awaitCommitted(int count) {
        return await(this::committed, count, "committed");
    }

    /** For more records than there can be within the usual time. */
    synchronized List<T> awaitCommitted(int count, Duration timeout) {
        awaitTrue(
                () -> committed.size() >= count,
                () -> count + " records committed, not " + committed.size(),
                timeout);
        return committed;
    }

    List<T> awaitSeen(int count) {
        return await(this::seen, count, "seen");
    }

    /** Waits until the records of the running attempt meet a condition. */
    synchronized void awaitSeen(Predicate<List<T>> condition, String what) {
        awaitTrue(() -> condition.test(seen), () -> what + ", not " + describe(seen));
    }

    /** Waits for a checkpoint that begins after now: everything seen so far is in it. */
    synchronized void awaitNewCheckpoint() {
        // The next one may be under way already.
        int enough = commits + 2;
        awaitTrue(() -> commits >= enough, () -> "two more checkpoints");
    }

    synchronized void awaitAttempts(int count) {
        awaitTrue(() -> attempts >= count, () -> count + " attempts, not " + attempts);
    }

    private synchronized List<T> await(Supplier<List<T>> list, int count, String what) {
        awaitTrue(
                () -> list.get().size() >= count,
                () -> count + " records " + what + ", not " + describe(list.get()));
        return list.get();
    }

    private void awaitTrue(Supplier<Boolean> condition, Supplier<String> what) {
        awaitTrue(condition, what, KvsTestBase.TIME);
    }

    private void awaitTrue(Supplier<Boolean> condition, Supplier<String> what, Duration timeout) {
        long deadline = System.nanoTime() + timeout.toNanos();
        while (!condition.get()) {
            long left = Duration.ofNanos(deadline - System.nanoTime()).toMillis();
            if (left <= 0) {
                throw new AssertionError("Not within " + timeout + ": " + what.get());
            }
            try {
                wait(left);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new AssertionError("Interrupted", e);
            }
        }
    }

    private static String describe(List<?> records) {
        return records.size() + " " + records;
    }
}
