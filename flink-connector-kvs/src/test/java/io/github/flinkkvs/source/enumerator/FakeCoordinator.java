/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.source.enumerator;

import io.github.flinkkvs.source.split.KvsSplit;

import org.apache.flink.api.connector.source.ReaderInfo;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;
import org.apache.flink.api.connector.source.SplitsAssignment;
import org.apache.flink.connector.testutils.source.reader.TestingSplitEnumeratorContext;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.BiConsumer;
import java.util.function.BooleanSupplier;

/**
 * The side of Flink that an enumerator sees. The test's thread is the coordinator thread: it runs
 * what is waiting there in {@link #runUntil}, and what that throws reaches the test.
 */
final class FakeCoordinator extends TestingSplitEnumeratorContext<KvsSplit>
        implements SplitEnumeratorContext<KvsSplit> {

    private final BlockingQueue<Runnable> tasks = new LinkedBlockingQueue<>();
    private final Set<Integer> failed = new HashSet<>();
    private final List<Integer> noMoreSplits = new ArrayList<>();
    private final List<Integer> splitsOfEvents = new ArrayList<>();

    FakeCoordinator(int readers) {
        super(readers);
    }

    /** Runs the tasks of the coordinator thread, and waits for more, until something holds. */
    void runUntil(BooleanSupplier condition) throws InterruptedException {
        while (!condition.getAsBoolean()) {
            tasks.take().run();
        }
    }

    /** Readers that were told that no more splits follow, in turn. */
    List<Integer> noMoreSplits() {
        return noMoreSplits;
    }

    /** How many splits each event had that was sent to a reader, in turn. */
    List<Integer> splitsOfEvents() {
        return splitsOfEvents;
    }

    void fail(int reader) {
        failed.add(reader);
    }

    void register(int reader) {
        if (!failed.remove(reader) && !super.registeredReaders().containsKey(reader)) {
            registerReader(reader, "host");
        }
    }

    @Override
    public Map<Integer, ReaderInfo> registeredReaders() {
        Map<Integer, ReaderInfo> readers = new TreeMap<>(super.registeredReaders());
        readers.keySet().removeAll(failed);
        return readers;
    }

    @Override
    public void assignSplits(SplitsAssignment<KvsSplit> assignment) {
        assignment.assignment().values().forEach(splits -> splitsOfEvents.add(splits.size()));
        super.assignSplits(assignment);
    }

    @Override
    public void signalNoMoreSplits(int subtask) {
        noMoreSplits.add(subtask);
        super.signalNoMoreSplits(subtask);
    }

    /** Runs the callable in the coordinator thread, too: nobody tells the difference. */
    @Override
    public <T> void callAsync(Callable<T> callable, BiConsumer<T, Throwable> handler) {
        tasks.add(
                () -> {
                    T result = null;
                    Throwable error = null;
                    try {
                        result = callable.call();
                    } catch (Throwable e) {
                        error = e;
                    }
                    handler.accept(result, error);
                });
    }

    @Override
    public void runInCoordinatorThread(Runnable runnable) {
        tasks.add(runnable);
    }
}
