/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.source.enumerator;

import io.github.flinkkvs.client.streams.StreamArn;
import io.github.flinkkvs.client.streams.StreamDescription;
import io.github.flinkkvs.source.StartingPosition;
import io.github.flinkkvs.source.StoppingPosition;
import io.github.flinkkvs.source.StreamPositions;
import io.github.flinkkvs.source.StreamSelector;
import io.github.flinkkvs.source.split.KvsSplit;
import io.github.flinkkvs.source.split.ReaderStreams;
import io.github.flinkkvs.source.split.StreamsOver;

import org.apache.flink.api.connector.source.ReaderInfo;
import org.apache.flink.api.connector.source.SourceEvent;
import org.apache.flink.api.connector.source.SplitsAssignment;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.connector.testutils.source.reader.TestingSplitEnumeratorContext;

import javax.annotation.Nullable;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A job in which everything may happen in any order: streams are created, written, deleted and
 * created again; the enumerator scans, checkpoints are taken, single readers or the whole job fail,
 * and events between them are on the way for as long as they like. Only what Flink guarantees
 * holds: events between two parties keep their order; what the enumerator sent a reader before its
 * part of a checkpoint arrives before the reader's part, and what it sent later arrives after it; a
 * reader that failed gets back what it was given since the checkpoint that it is restored from.
 *
 * <p>A stream is a row of numbered elements. Readers emit them and have their count in their state,
 * as the real ones do with fragments. The sink is transactional: it keeps what was emitted before a
 * complete checkpoint.
 */
final class SimulatedFleet {

    private static final long NOW = 1_700_000_000_000L;

    /** A stream of the account. */
    private static final class Stream {
        final StreamArn arn;
        final int length;
        boolean deleted;

        Stream(StreamArn arn, int length) {
            this.arn = arn;
            this.length = length;
        }
    }

    /** A checkpoint; the parts of the readers arrive one by one. */
    private static final class Checkpoint {
        final long id;
        final byte[] enumerator;
        final Map<Integer, Map<String, Integer>> readers = new TreeMap<>();

        Checkpoint(long id, byte[] enumerator) {
            this.id = id;
            this.enumerator = enumerator;
        }
    }

    /** An attempt of a reader. */
    private static final class Reader {
        /** Splits, barriers (Long) and events, in the order of the enumerator. */
        final Deque<Object> inbox = new ArrayDeque<>();

        /** How many elements of each stream were emitted. */
        final Map<String, Integer> state = new LinkedHashMap<>();

        final List<String> emitted = new ArrayList<>();

        /** How much had been emitted at the barrier of the checkpoint under way. */
        int emittedBeforeBarrier;

        boolean noMoreSplits;
    }

    /** What one reader sent the enumerator. */
    private static final class Message {
        final int reader;

        /** Null: it registers. */
        @Nullable final SourceEvent event;

        Message(int reader, @Nullable SourceEvent event) {
            this.reader = reader;
            this.event = event;
        }
    }

    private final Random random;
    private final boolean bounded;
    private final KvsEnumeratorStateSerializer serializer = new KvsEnumeratorStateSerializer();

    private final Map<String, Stream> streams = new LinkedHashMap<>();
    private final List<String> committed = new ArrayList<>();
    private final Map<Integer, Reader> readers = new TreeMap<>();

    /** What the readers began with when the whole job was started last. */
    private final Map<Integer, Map<String, Integer>> initial = new TreeMap<>();

    /** Streams that were handed to the enumerator. */
    private final Set<String> seen = new HashSet<>();

    /** Streams that a complete checkpoint knows: only these are deleted, as others may be lost. */
    private final Set<String> durable = new HashSet<>();

    /** Whether nothing fails any more. */
    private boolean calm;

    private final Deque<Message> outbox = new ArrayDeque<>();

    private KvsSourceEnumerator enumerator;
    private Context context;
    @Nullable private Checkpoint complete;
    @Nullable private Checkpoint running;
    private long checkpoints;

    /** What the scan under way has still to report; null if there is none. */
    @Nullable private Deque<List<Stream>> pages;

    private final List<StreamDescription> toHandOver = new ArrayList<>();
    private int created;

    SimulatedFleet(Random random, boolean bounded) throws Exception {
        this.random = random;
        this.bounded = bounded;
        start(1 + random.nextInt(4), null);
    }

    // ---- Flink -----------------------------------------------------------------------------

    private void start(int parallelism, @Nullable Checkpoint from) throws Exception {
        readers.clear();
        outbox.clear();
        running = null;
        pages = null;
        toHandOver.clear();
        context = new Context(parallelism);
        enumerator =
                new KvsSourceEnumerator(
                        context,
                        StreamSelector.selected("s", null, Map.of()),
                        new StreamPositions(
                                StartingPosition.earliest(),
                                Map.of(),
                                StartingPosition.earliest(),
                                bounded ? StoppingPosition.now() : StoppingPosition.never(),
                                Map.of()),
                        new Configuration(),
                        () -> {
                            throw new AssertionError("not used");
                        },
                        from == null
                                ? KvsEnumeratorState.EMPTY
                                : serializer.deserialize(serializer.getVersion(), from.enumerator));
        enumerator.start();
        List<Map.Entry<String, Integer>> restored = new ArrayList<>();
        if (from != null) {
            from.readers.values().forEach(state -> restored.addAll(state.entrySet()));
            Collections.shuffle(restored, random);
        }
        for (int i = 0; i < parallelism; i++) {
            Map<String, Integer> state = new LinkedHashMap<>();
            for (int j = i; j < restored.size(); j += parallelism) {
                state.put(restored.get(j).getKey(), restored.get(j).getValue());
            }
            initial.put(i, state);
            startReader(i, state);
        }
    }

    private void startReader(int index, Map<String, Integer> state) {
        Reader reader = new Reader();
        reader.state.putAll(state);
        readers.put(index, reader);
        outbox.add(new Message(index, null));
        outbox.add(new Message(index, new ReaderStreams(state.keySet())));
    }

    private void restartJob() throws Exception {
        start(1 + random.nextInt(4), complete);
    }

    private void failReader() {
        int index = random.nextInt(readers.size());
        abortCheckpoint();
        outbox.removeIf(message -> message.reader == index);
        readers.get(index).inbox.clear();
        context.registered.remove(index);
        enumerator.addSplitsBack(
                context.takeBack(index, complete == null ? 0 : complete.id), index);
        boolean sinceStart = complete != null && context.startedFrom < complete.id;
        startReader(index, sinceStart ? complete.readers.get(index) : initial.get(index));
    }

    private void abortCheckpoint() {
        running = null;
        readers.values().forEach(reader -> reader.inbox.removeIf(o -> o instanceof Long));
    }

    private void checkpoint() throws Exception {
        boolean allRunning =
                context.registered.size() == readers.size()
                        && !outbox.stream().anyMatch(m -> m.event == null);
        if (running != null || !allRunning) {
            return;
        }
        checkpoints++;
        running =
                new Checkpoint(
                        checkpoints, serializer.serialize(enumerator.snapshotState(checkpoints)));
        context.onCheckpoint(checkpoints);
        readers.values().forEach(reader -> reader.inbox.add(running.id));
    }

    private void deliverToReader() {
        int index = random.nextInt(readers.size());
        Reader reader = readers.get(index);
        Object next = reader.inbox.poll();
        if (next instanceof KvsSplit) {
            String id = ((KvsSplit) next).splitId();
            assertThat(reader.noMoreSplits).isFalse();
            assertThat(reader.state.put(id, 0)).as("given twice to one reader: " + id).isNull();
        } else if (next instanceof Long) {
            running.readers.put(index, new LinkedHashMap<>(reader.state));
            reader.emittedBeforeBarrier = reader.emitted.size();
            if (running.readers.size() == readers.size()) {
                readers.values().forEach(this::commit);
                complete = running;
                running = null;
                onComplete();
            }
        } else if (next != null) {
            assertThat(reader.noMoreSplits).isFalse();
            reader.noMoreSplits = true;
        }
    }

    private void onComplete() {
        KvsEnumeratorState state;
        try {
            state = serializer.deserialize(serializer.getVersion(), complete.enumerator);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        durable.addAll(state.given());
        durable.addAll(state.over());
        state.unassigned().forEach(split -> durable.add(split.splitId()));
    }

    private void commit(Reader reader) {
        List<String> before = reader.emitted.subList(0, reader.emittedBeforeBarrier);
        committed.addAll(before);
        before.clear();
    }

    private void deliverToEnumerator() {
        if (outbox.isEmpty()) {
            return;
        }
        // The first message of any reader.
        List<Integer> senders =
                outbox.stream().map(m -> m.reader).distinct().collect(Collectors.toList());
        int sender = senders.get(random.nextInt(senders.size()));
        Message message = outbox.stream().filter(m -> m.reader == sender).findFirst().get();
        outbox.remove(message);
        if (message.event == null) {
            context.registered.add(message.reader);
            enumerator.addReader(message.reader);
        } else {
            enumerator.handleSourceEvent(message.reader, message.event);
        }
    }

    private void read() {
        int index = random.nextInt(readers.size());
        Reader reader = readers.get(index);
        if (reader.state.isEmpty()) {
            return;
        }
        List<String> ids = new ArrayList<>(reader.state.keySet());
        String id = ids.get(random.nextInt(ids.size()));
        Stream stream = streams.get(id);
        int position = reader.state.get(id);
        if (position < stream.length) {
            reader.emitted.add(id + "#" + position);
            reader.state.put(id, position + 1);
        } else if (stream.deleted || bounded) {
            reader.state.remove(id);
            outbox.add(new Message(index, new StreamsOver(List.of(id))));
        }
    }

    // ---- the account -----------------------------------------------------------------------

    private void create() {
        String name = "s" + random.nextInt(8);
        if (streams.values().stream().anyMatch(s -> !s.deleted && s.arn.name().equals(name))) {
            return;
        }
        created++;
        StreamArn arn =
                StreamArn.parse("arn:aws:kinesisvideo:eu-west-1:1:stream/" + name + "/" + created);
        streams.put(arn.toString(), new Stream(arn, random.nextInt(4)));
    }

    private void delete() {
        List<Stream> existing =
                streams.values().stream().filter(s -> !s.deleted).collect(Collectors.toList());
        if (!existing.isEmpty()) {
            Stream stream = existing.get(random.nextInt(existing.size()));
            stream.deleted = durable.contains(stream.arn.toString());
        }
    }

    private void scan() {
        if (pages == null) {
            if (bounded && enumerator.snapshotState(0).scanned() != null) {
                return;
            }
            enumerator.discovered().onScanBegins();
            List<Stream> listed =
                    streams.values().stream().filter(s -> !s.deleted).collect(Collectors.toList());
            Collections.shuffle(listed, random);
            pages = new ArrayDeque<>();
            for (int i = 0; i < listed.size(); i += 3) {
                pages.add(listed.subList(i, Math.min(i + 3, listed.size())));
            }
        } else if (!toHandOver.isEmpty()) {
            List<StreamDescription> found = new ArrayList<>(toHandOver);
            toHandOver.clear();
            found.forEach(stream -> seen.add(stream.arn().toString()));
            enumerator.discovered().onFound(found);
        } else if (!pages.isEmpty()) {
            List<StreamDescription> page =
                    pages.poll().stream()
                            .map(stream -> new StreamDescription(stream.arn, 1, NOW))
                            .collect(Collectors.toList());
            toHandOver.addAll(enumerator.discovered().onListed(page, List.of()));
        } else {
            pages = null;
            if (!calm && random.nextInt(4) == 0) {
                enumerator.discovered().onScanFailed();
            } else {
                enumerator.discovered().onScanned();
            }
        }
    }

    // ---- the run ---------------------------------------------------------------------------

    void run(int steps) throws Exception {
        for (int i = 0; i < steps; i++) {
            step(random.nextInt(1000));
            assertNobodyHasTheSame();
        }
        settle();
        assertEachOnce();
    }

    private void step(int dice) throws Exception {
        if (dice < 60) {
            create();
        } else if (dice < 100) {
            delete();
        } else if (dice < 300) {
            scan();
        } else if (dice < 340) {
            checkpoint();
        } else if (dice < 355) {
            failReader();
        } else if (dice < 365) {
            restartJob();
        } else {
            carryOn(dice);
        }
    }

    private void carryOn(int dice) {
        if (dice % 3 == 0) {
            deliverToReader();
        } else if (dice % 3 == 1) {
            deliverToEnumerator();
        } else {
            read();
        }
    }

    /** Nothing is created any more, all streams end, nothing fails. */
    private void settle() throws Exception {
        calm = true;
        for (int round = 0; round < 6; round++) {
            do {
                scan();
            } while (pages != null);
            carryOnForLong();
            if (round == 1) {
                streams.values().forEach(s -> s.deleted = seen.contains(s.arn.toString()));
            }
        }
        checkpoint();
        carryOnForLong();
    }

    private void carryOnForLong() {
        for (int i = 0; i < 3000; i++) {
            carryOn(i);
        }
    }

    private void assertNobodyHasTheSame() {
        List<String> all = new ArrayList<>();
        readers.values().forEach(reader -> all.addAll(reader.state.keySet()));
        assertThat(all).doesNotHaveDuplicates();
    }

    private void assertEachOnce() {
        assertThat(running).isNull();
        List<String> expected = new ArrayList<>();
        for (String id : seen) {
            for (int i = 0; i < streams.get(id).length; i++) {
                expected.add(id + "#" + i);
            }
        }
        assertThat(committed).containsExactlyInAnyOrderElementsOf(expected);
        assertThat(readers.values()).allSatisfy(reader -> assertThat(reader.state).isEmpty());
        KvsEnumeratorState state = enumerator.snapshotState(0);
        assertThat(state.given()).isEmpty();
        assertThat(state.unassigned()).isEmpty();
        if (bounded) {
            assertThat(readers.values()).allSatisfy(r -> assertThat(r.noMoreSplits).isTrue());
        } else {
            // What does not exist any more is not remembered.
            assertThat(state.over()).isEmpty();
        }
    }

    private final class Context extends TestingSplitEnumeratorContext<KvsSplit> {

        private final int parallelism;
        private final Set<Integer> registered = new HashSet<>();
        private final Map<Long, Map<Integer, List<KvsSplit>>> assignedBefore = new TreeMap<>();
        private Map<Integer, List<KvsSplit>> assigned = new HashMap<>();
        private final long startedFrom;

        Context(int parallelism) {
            super(parallelism);
            this.parallelism = parallelism;
            this.startedFrom = complete == null ? 0 : complete.id;
        }

        void onCheckpoint(long id) {
            assignedBefore.put(id, assigned);
            assigned = new HashMap<>();
        }

        List<KvsSplit> takeBack(int reader, long restored) {
            List<KvsSplit> splits = new ArrayList<>();
            assignedBefore.forEach(
                    (id, each) -> {
                        if (id > restored && each.containsKey(reader)) {
                            splits.addAll(each.remove(reader));
                        }
                    });
            if (assigned.containsKey(reader)) {
                splits.addAll(assigned.remove(reader));
            }
            return splits;
        }

        @Override
        public int currentParallelism() {
            return parallelism;
        }

        @Override
        public Map<Integer, ReaderInfo> registeredReaders() {
            return registered.stream()
                    .collect(Collectors.toMap(i -> i, i -> new ReaderInfo(i, "host")));
        }

        @Override
        public void assignSplits(SplitsAssignment<KvsSplit> assignment) {
            assignment
                    .assignment()
                    .forEach(
                            (reader, splits) -> {
                                assertThat(registered).contains(reader);
                                assigned.computeIfAbsent(reader, r -> new ArrayList<>())
                                        .addAll(splits);
                                readers.get(reader).inbox.addAll(splits);
                            });
        }

        @Override
        public void signalNoMoreSplits(int subtask) {
            assertThat(registered).contains(subtask);
            readers.get(subtask).inbox.add("no more splits");
        }

        @Override
        public void sendEventToSourceReader(int subtask, SourceEvent event) {
            assertThat(registered).contains(subtask);
        }

        @Override
        public <T> void callAsync(Callable<T> callable, BiConsumer<T, Throwable> handler) {
            // The discovery is played by the simulation.
        }
    }
}
