/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.source.enumerator;

import io.github.flinkkvs.client.KvsConnection;
import io.github.flinkkvs.client.media.FragmentArchive;
import io.github.flinkkvs.client.media.MediaService;
import io.github.flinkkvs.client.streams.StreamArn;
import io.github.flinkkvs.client.streams.StreamDescription;
import io.github.flinkkvs.client.streams.StreamDirectory;
import io.github.flinkkvs.source.FakeConnection;
import io.github.flinkkvs.source.KvsSourceOptions;
import io.github.flinkkvs.source.KvsSourceOptions.DeletedStreamPolicy;
import io.github.flinkkvs.source.StartingPosition;
import io.github.flinkkvs.source.StoppingPosition;
import io.github.flinkkvs.source.StreamPositions;
import io.github.flinkkvs.source.StreamSelector;
import io.github.flinkkvs.source.split.KvsSplit;

import org.apache.flink.api.connector.source.ReaderInfo;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.connector.testutils.source.reader.TestingSplitEnumeratorContext;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.services.kinesisvideo.model.KinesisVideoException;
import software.amazon.awssdk.services.kinesisvideo.model.ResourceNotFoundException;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

@Timeout(30)
class KvsSourceEnumeratorTest {

    private static final long NOW = 1_700_000_000_000L;

    private final FakeConnection connection = new FakeConnection();
    private final Configuration config = new Configuration();
    private final Set<Integer> failed = new HashSet<>();
    private final List<Integer> noMoreSplits = new ArrayList<>();
    private TestingSplitEnumeratorContext<KvsSplit> context;
    private StartingPosition start = StartingPosition.now();
    private StoppingPosition stop = StoppingPosition.never();
    private KvsSourceEnumerator enumerator;

    private static KvsSplit split(String name) {
        return KvsSplit.unread(
                FakeConnection.arn(name),
                StartingPosition.now().resolved(NOW),
                StoppingPosition.never());
    }

    private static Object found(String name) {
        return new StreamDescription(FakeConnection.arn(name), 1, NOW);
    }

    private static Object missing() {
        return ResourceNotFoundException.builder()
                .statusCode(404)
                .awsErrorDetails(
                        AwsErrorDetails.builder().errorCode("ResourceNotFoundException").build())
                .build();
    }

    private void create(int readers, KvsEnumeratorState restored, String... streams) {
        context =
                new TestingSplitEnumeratorContext<>(readers) {
                    @Override
                    public Map<Integer, ReaderInfo> registeredReaders() {
                        Map<Integer, ReaderInfo> readers = new TreeMap<>(super.registeredReaders());
                        readers.keySet().removeAll(failed);
                        return readers;
                    }

                    @Override
                    public void signalNoMoreSplits(int subtask) {
                        noMoreSplits.add(subtask);
                        super.signalNoMoreSplits(subtask);
                    }
                };
        for (String stream : streams) {
            String named = StreamArn.isArn(stream) ? StreamArn.parse(stream).name() : stream;
            connection.descriptions.computeIfAbsent(
                    stream, name -> new ArrayDeque<>(List.of(found(named))));
        }
        enumerator =
                new KvsSourceEnumerator(
                        context,
                        new StreamSelector(Arrays.asList(streams)),
                        new StreamPositions(start, Map.of(), stop),
                        config,
                        () -> connection,
                        restored);
    }

    private void start(int readers, String... streams) throws Throwable {
        create(readers, KvsEnumeratorState.EMPTY, streams);
        enumerator.start();
        context.getExecutorService().triggerAll();
    }

    private void register(int... subtasks) {
        for (int subtask : subtasks) {
            if (!failed.remove(subtask)) {
                context.registerReader(subtask, "host");
            }
            enumerator.addReader(subtask);
        }
    }

    private Map<Integer, List<KvsSplit>> assigned() {
        Map<Integer, List<KvsSplit>> assigned = new TreeMap<>();
        context.getSplitAssignments()
                .forEach((reader, state) -> assigned.put(reader, state.getAssignedSplits()));
        return assigned;
    }

    private static List<String> names(Collection<List<KvsSplit>> splits) {
        return splits.stream()
                .flatMap(List::stream)
                .map(split -> split.arn().name())
                .sorted()
                .collect(Collectors.toList());
    }

    @AfterEach
    void close() {
        enumerator.close();
    }

    @Test
    void givesEachStreamOnceAndNoReaderMuchMoreThanAnother() throws Throwable {
        String[] streams = IntStream.range(0, 50).mapToObj(i -> "s" + i).toArray(String[]::new);
        start(4, streams);
        register(0, 1, 2, 3);
        assertThat(names(assigned().values())).containsExactlyInAnyOrder(streams);
        assertThat(assigned().values())
                .allSatisfy(splits -> assertThat(splits).hasSizeBetween(12, 13));
        assertThat(connection.described).hasSize(50);
        assertThat(noMoreSplits).isEmpty();
    }

    @Test
    void readersMayComeBeforeTheStreamsAreKnown() throws Throwable {
        create(2, KvsEnumeratorState.EMPTY, "a", "b", "c");
        enumerator.start();
        register(0, 1);
        assertThat(assigned()).isEmpty();
        context.getExecutorService().triggerAll();
        assertThat(names(assigned().values())).containsExactly("a", "b", "c");
    }

    @Test
    void fixesNowByTheServicesClock() throws Throwable {
        stop = StoppingPosition.now();
        start = StartingPosition.now();
        start(1, "a");
        register(0);
        KvsSplit split = assigned().get(0).get(0);
        assertThat(split.start()).isEqualTo(StartingPosition.now().resolved(NOW));
        assertThat(split.start().timestampMillis()).isEqualTo(NOW);
        assertThat(split.stop()).isEqualTo(StoppingPosition.now().resolved(NOW));
        assertThat(split.stop().kind()).isEqualTo(StoppingPosition.Kind.SERVER_TIMESTAMP);
    }

    @Test
    void tellsEachRegisteredReaderOnceThatThereIsNoMore() throws Throwable {
        start = StartingPosition.earliest();
        stop = StoppingPosition.now();
        create(3, KvsEnumeratorState.EMPTY, "a");
        enumerator.start();
        register(0, 1);
        assertThat(noMoreSplits).isEmpty();
        context.getExecutorService().triggerAll();
        assertThat(noMoreSplits).containsExactlyInAnyOrder(0, 1);
        register(2);
        assertThat(noMoreSplits).containsExactlyInAnyOrder(0, 1, 2);
        // A failed reader registers again.
        failed.add(0);
        enumerator.addSplitsBack(assigned().get(0), 0);
        assertThat(noMoreSplits).hasSize(3);
        register(0);
        assertThat(noMoreSplits).containsExactlyInAnyOrder(0, 0, 1, 2);
    }

    @Test
    void aSplitThatComesBackGoesToTheSameReaderAsOfItsOldNow() throws Throwable {
        start(1, "a");
        register(0);
        assertThat(enumerator.snapshotState(1).assigned()).containsExactly(split("a").splitId());
        failed.add(0);
        context.getSplitAssignments().clear();
        enumerator.addSplitsBack(List.of(split("a")), 0);
        KvsEnumeratorState state = enumerator.snapshotState(2);
        assertThat(state.assigned()).isEmpty();
        assertThat(state.unassigned()).containsExactly(split("a").delayed());
        register(0);
        assertThat(assigned().get(0)).containsExactly(split("a").delayed());
    }

    @Test
    void looksUpOnlyStreamsThatAreNewAfterARestore() throws Throwable {
        KvsEnumeratorState state =
                new KvsEnumeratorState(
                        List.of(split("a").splitId(), split("gone").splitId()),
                        List.of(split("b"), split("gone-too")));
        create(1, state, "a", "b", "c");
        assertThat(enumerator.snapshotState(1))
                .isEqualTo(
                        new KvsEnumeratorState(
                                List.of(split("a").splitId()), List.of(split("b").delayed())));
        enumerator.start();
        context.getExecutorService().triggerAll();
        assertThat(connection.described).containsExactly("c");
        register(0);
        // Only a newly seen stream is known to be complete.
        assertThat(assigned().get(0))
                .containsExactly(
                        split("b").delayed(),
                        KvsSplit.firstSeen(
                                (StreamDescription) found("c"),
                                StartingPosition.now(),
                                StoppingPosition.never()));
        assertThat(assigned().get(0).get(1).caughtUpMillis()).isEqualTo(NOW);
    }

    /** Flink creates an enumerator without state when it restarts a job before a checkpoint. */
    @Test
    void nowMovesOnlyIfTheStateOfTheEnumeratorIsLost() throws Throwable {
        start(1, "a");
        KvsEnumeratorState state = enumerator.snapshotState(1);
        connection.answer("a", new StreamDescription(FakeConnection.arn("a"), 1, NOW + 60_000));

        create(1, state, "a");
        enumerator.start();
        register(0);
        assertThat(assigned().get(0))
                .singleElement()
                .satisfies(s -> assertThat(s.start().timestampMillis()).isEqualTo(NOW));

        start(1, "a");
        register(0);
        assertThat(assigned().get(0))
                .singleElement()
                .satisfies(s -> assertThat(s.start().timestampMillis()).isEqualTo(NOW + 60_000));
    }

    @Test
    void asksNothingWhenAllIsKnown() throws Throwable {
        create(1, new KvsEnumeratorState(List.of(split("a").splitId()), List.of()), "a");
        enumerator.start();
        register(0);
        assertThat(connection.described).isEmpty();
        assertThat(assigned()).isEmpty();
        // A stream given by its ARN is the same.
        create(
                1,
                new KvsEnumeratorState(List.of(split("a").splitId()), List.of()),
                FakeConnection.arn("a").toString());
        enumerator.start();
        assertThat(connection.described).isEmpty();
    }

    @Test
    void failsWhenAStreamIsMissing() {
        connection.answer("b", missing());
        assertThatThrownBy(() -> start(1, "a", "b"))
                .hasMessageContaining("Stream b cannot be looked up")
                .hasMessageContaining("source.deleted-stream");
    }

    @Test
    void leavesOutAMissingStreamIfToldTo() throws Throwable {
        config.set(KvsSourceOptions.DELETED_STREAM, DeletedStreamPolicy.FINISH);
        connection.answer("b", missing());
        start(1, "a", "b");
        register(0);
        assertThat(names(assigned().values())).containsExactly("a");
    }

    @Test
    void asksAgainAfterErrorsThatPass() throws Throwable {
        connection.answer("a", new IOException("reset"), found("a"));
        start(1, "a");
        register(0);
        assertThat(connection.described).hasSize(2);
        assertThat(names(assigned().values())).containsExactly("a");
    }

    @Test
    void failsAtOnceWhereWaitingMendsNothing() {
        connection.answer("a", KinesisVideoException.builder().statusCode(400).build());
        assertThatThrownBy(() -> start(1, "a")).hasMessageContaining("HTTP status 400");
        assertThat(connection.described).hasSize(1);
    }

    // ---- closing --------------------------------------------------------------------------------

    @Test
    void closesItsConnectionWhenAllStreamsAreFound() throws Throwable {
        start(1, "a");
        assertThat(connection.closed).isTrue();
    }

    @Test
    void closesItsConnectionWhenAStreamIsMissing() {
        connection.answer("a", missing());
        assertThatThrownBy(() -> start(1, "a")).hasMessageContaining("Stream a");
        assertThat(connection.closed).isTrue();
    }

    /** Flink closes an enumerator in a separate thread, which it does not interrupt. */
    @Test
    void closingEndsALookUpThatIsNeverAnswered() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        CompletableFuture<Thread> closedBy = new CompletableFuture<>();
        LookUpContext workers = new LookUpContext();
        enumerator =
                enumerator(
                        workers,
                        () ->
                                new SilentConnection(asked) {
                                    @Override
                                    public void close() {
                                        closedBy.complete(Thread.currentThread());
                                    }
                                });
        enumerator.start();
        Thread worker = workers.lookUpInThread();
        asked.await();
        enumerator.close();
        worker.join();
        assertThat(closedBy).isCompletedWithValue(worker);
        // The job is gone: the result of the look-up must not fail it.
        assertThat(workers.error).isInstanceOf(CancellationException.class);
        workers.handler.accept(null, workers.error);
    }

    @Test
    void opensNoConnectionOnceItIsClosed() throws Exception {
        LookUpContext workers = new LookUpContext();
        enumerator =
                enumerator(
                        workers,
                        () -> {
                            throw new AssertionError("opened");
                        });
        enumerator.close();
        enumerator.start();
        workers.lookUpInThread().join();
        assertThat(workers.error).isInstanceOf(CancellationException.class);
    }

    private KvsSourceEnumerator enumerator(
            LookUpContext workers, Supplier<KvsConnection> connector) {
        return new KvsSourceEnumerator(
                workers,
                new StreamSelector(List.of("a")),
                new StreamPositions(start, Map.of(), stop),
                config,
                connector,
                KvsEnumeratorState.EMPTY);
    }

    /** Runs worker tasks in a separate thread and queues coordinator tasks. */
    private static final class LookUpContext extends TestingSplitEnumeratorContext<KvsSplit> {

        private Callable<?> lookUp;
        private BiConsumer<Object, Throwable> handler;
        private volatile Throwable error;

        LookUpContext() {
            super(1);
        }

        @Override
        @SuppressWarnings("unchecked")
        public <T> void callAsync(Callable<T> callable, BiConsumer<T, Throwable> newHandler) {
            lookUp = callable;
            handler = (BiConsumer<Object, Throwable>) newHandler;
        }

        Thread lookUpInThread() {
            Thread worker =
                    new Thread(
                            () -> {
                                try {
                                    lookUp.call();
                                } catch (Throwable e) {
                                    error = e;
                                }
                            });
            worker.start();
            return worker;
        }
    }

    /** A service that answers nothing. */
    private abstract static class SilentConnection implements KvsConnection {

        private final CountDownLatch asked;

        SilentConnection(CountDownLatch asked) {
            this.asked = asked;
        }

        @Override
        public StreamDirectory directory() {
            return nameOrArn -> {
                asked.countDown();
                return new CompletableFuture<>();
            };
        }

        @Override
        public FragmentArchive archive() {
            throw new UnsupportedOperationException();
        }

        @Override
        public MediaService media() {
            throw new UnsupportedOperationException();
        }

        @Override
        public ScheduledExecutorService executor() {
            return new FakeConnection().executor();
        }
    }
}
