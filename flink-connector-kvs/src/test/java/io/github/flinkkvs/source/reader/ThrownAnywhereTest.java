/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.source.reader;

import io.github.flinkkvs.client.KvsConnection;
import io.github.flinkkvs.client.media.ArchivedFragment;
import io.github.flinkkvs.client.media.FragmentArchive;
import io.github.flinkkvs.client.media.FragmentPage;
import io.github.flinkkvs.client.media.MediaCall;
import io.github.flinkkvs.client.media.MediaListener;
import io.github.flinkkvs.client.media.MediaService;
import io.github.flinkkvs.client.media.TimeRange;
import io.github.flinkkvs.client.streams.StreamArn;
import io.github.flinkkvs.client.streams.StreamDescription;
import io.github.flinkkvs.client.streams.StreamDirectory;
import io.github.flinkkvs.client.streams.StreamListing;
import io.github.flinkkvs.mkv.FragmentNumber;
import io.github.flinkkvs.source.GetMediaBytes;
import io.github.flinkkvs.source.KvsSourceOptions;
import io.github.flinkkvs.source.KvsSourceOptions.ExpiredPositionPolicy;
import io.github.flinkkvs.source.KvsSourceOptions.HistoryMode;
import io.github.flinkkvs.source.RecordedMetrics;
import io.github.flinkkvs.source.StartingPosition;
import io.github.flinkkvs.source.StoppingPosition;
import io.github.flinkkvs.source.metrics.KvsReaderMetrics;
import io.github.flinkkvs.source.session.KvsReadException;
import io.github.flinkkvs.source.session.SessionRig;
import io.github.flinkkvs.source.split.FragmentPosition;
import io.github.flinkkvs.source.split.KvsSplit;

import org.apache.flink.configuration.Configuration;
import org.apache.flink.connector.base.source.reader.splitreader.SplitsAddition;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import software.amazon.awssdk.services.kinesisvideomedia.model.StartSelector;

import javax.annotation.Nullable;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.function.Consumer;
import java.util.function.Supplier;

import static io.github.flinkkvs.source.GetMediaBytes.fragment;
import static io.github.flinkkvs.source.session.SessionRig.ARN;
import static io.github.flinkkvs.source.session.SessionRig.T0;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * Whatever is thrown in any thread fails the fetcher, where Flink sees it. The threads themselves
 * report to nobody.
 */
@Timeout(30)
class ThrownAnywhereTest {

    private static final String CONTROL = "control";
    private static final String NETWORK = "network";

    private final RuntimeException poison = new IllegalStateException("poison");
    private final RecordedMetrics metrics = new RecordedMetrics();
    private final Configuration config =
            new Configuration().set(KvsSourceOptions.HISTORY, HistoryMode.LIVE);
    private final ScheduledExecutorService control = executor(CONTROL);
    private final ScheduledExecutorService network = executor(NETWORK);
    private final Connection connection = new Connection();

    /** The thread in which it was thrown. */
    private volatile String thrownIn = "";

    private static ScheduledExecutorService executor(String name) {
        return new ScheduledThreadPoolExecutor(
                1,
                task -> {
                    Thread thread = new Thread(task, name);
                    thread.setDaemon(true);
                    return thread;
                });
    }

    @AfterEach
    void shutDown() {
        control.shutdownNow();
        network.shutdownNow();
    }

    // ---- control threads ----------------------------------------------------------------------

    @Test
    void whereACallIsOpened() {
        connection.onOpen =
                listener -> {
                    throw thrown(new NoClassDefFoundError("poison"));
                };
        assertFails(CONTROL, earliest());
    }

    @Test
    void whereBytesAreAskedFor() {
        connection.onRequest =
                listener -> {
                    throw thrown(poison);
                };
        assertFails(CONTROL, earliest());
    }

    @Test
    void whereTimersRun() {
        config.set(KvsSourceOptions.SILENCE_TIMEOUT, Duration.ofMillis(1));
        connection.onOpen = MediaListener::onTurn;
        letThrow("class.retry.errors");
        assertFails(CONTROL, earliest());
    }

    @Test
    void whereAStreamIsLookedUp() {
        connection.onOpen = answer(MediaListener::onTurn);
        connection.directory =
                nameOrArn -> {
                    throw thrown(new NoClassDefFoundError("poison"));
                };
        assertFails(CONTROL, longAgo());
    }

    // ---- threads of the network ---------------------------------------------------------------

    @Test
    void whereAnAnswerIsHeard() {
        // Not while the call is being opened, because then the opener would cancel it.
        connection.onRequest = answer(listener -> {});
        connection.onCancel =
                () -> {
                    throw thrown(poison);
                };
        // The answer comes after "now", so the call is cancelled.
        assertFails(
                NETWORK,
                KvsSplit.unread(
                        ARN, StartingPosition.now().resolved(T0 - 1000), StoppingPosition.never()));
    }

    @Test
    void whereBytesAreRead() {
        connection.onRequest = bytes();
        letThrow("fragments");
        assertFails(NETWORK, earliest());
    }

    @Test
    void whereAnEndIsHeard() {
        connection.onRequest =
                listener -> {
                    bytes().accept(listener);
                    network.execute(listener::onEnd);
                };
        letThrow("cause.end.reconnects");
        assertFails(NETWORK, earliest());
    }

    @Test
    void whereAnErrorIsHeard() {
        connection.onOpen =
                listener -> network.execute(() -> listener.onError(new IOException("reset")));
        letThrow("class.retry.errors");
        assertFails(NETWORK, earliest());
    }

    @Test
    void whereADescriptionIsHeard() {
        config.set(KvsSourceOptions.EXPIRED_POSITION, ExpiredPositionPolicy.EARLIEST);
        connection.onOpen = answer(listener -> {});
        connection.directory =
                nameOrArn ->
                        CompletableFuture.supplyAsync(
                                () -> new StreamDescription(ARN, 1, T0), network);
        letThrow("gaps");
        assertFails(null, longAgo());
    }

    // ---- the archive --------------------------------------------------------------------------

    @Test
    void whereAListIsAskedFor() {
        connection.list =
                () -> {
                    throw thrown(new NoClassDefFoundError("poison"));
                };
        assertFails(CONTROL, archived());
    }

    @Test
    void whereTheErrorOfAListIsHeard() {
        connection.list =
                () ->
                        CompletableFuture.supplyAsync(
                                () -> {
                                    throw new IllegalStateException("reset");
                                },
                                network);
        letThrow("class.retry.errors");
        // It may be there before anybody listens.
        assertFails(null, archived());
    }

    @Test
    void whereAListIsHeardAndArchivedMediaAskedFor() {
        connection.onOpen =
                listener -> {
                    throw thrown(new NoClassDefFoundError("poison"));
                };
        // It may be there before anybody listens.
        assertFails(null, archived());
    }

    @Test
    void whereArchivedBytesAreRead() {
        connection.onRequest = archivedBytes(archivedFragment(1), archivedFragment(2));
        letThrow("archivedFragments");
        assertFails(NETWORK, archived());
    }

    @Test
    void whereALostFragmentIsHeard() {
        connection.onRequest = archivedBytes(GetMediaBytes.error(3000, "NOT_FOUND", number(1)));
        letThrow("class.reposition.errors");
        assertFails(NETWORK, archived());
    }

    @Test
    void whereTheEndOfArchivedMediaIsHeard() {
        connection.onOpen = answer(listener -> network.execute(listener::onEnd));
        letThrow("class.retry.errors");
        assertFails(NETWORK, archived());
    }

    @Test
    void whereArchivedMediaIsGivenUp() {
        connection.onRequest = archivedBytes(archivedFragment(1), archivedFragment(2));
        connection.onCancel =
                () -> {
                    throw thrown(poison);
                };
        assertFails(NETWORK, archived());
    }

    @Test
    void whereTimersOfTheArchiveRun() {
        config.set(KvsSourceOptions.SILENCE_TIMEOUT, Duration.ofMillis(1));
        connection.onOpen = MediaListener::onTurn;
        letThrow("class.retry.errors");
        assertFails(CONTROL, archived());
    }

    /** A position that is read from the archive, which lists one more fragment. */
    private KvsSplit archived() {
        config.set(KvsSourceOptions.HISTORY, HistoryMode.ARCHIVE);
        connection.directory =
                nameOrArn -> CompletableFuture.completedFuture(new StreamDescription(ARN, 24, T0));
        return new KvsSplit(
                ARN,
                StartingPosition.earliest(),
                StoppingPosition.never(),
                new FragmentPosition(FragmentNumber.of(number(0)), millis(0)),
                null);
    }

    private static long millis(int index) {
        return T0 - Duration.ofMinutes(10).toMillis() + index;
    }

    private static String number(int index) {
        return GetMediaBytes.number(millis(index), 0);
    }

    private static byte[] archivedFragment(int index) {
        return GetMediaBytes.archived(number(index), millis(index), 1);
    }

    private Consumer<MediaListener> archivedBytes(byte[]... documents) {
        byte[] bytes = GetMediaBytes.concat(documents);
        return listener -> network.execute(() -> listener.onBytes(ByteBuffer.wrap(bytes)));
    }

    private CompletableFuture<FragmentPage> oneFragment() {
        FragmentPage page =
                new FragmentPage(
                        List.of(
                                new ArchivedFragment(
                                        FragmentNumber.of(number(1)), millis(1), millis(1), 1)),
                        null,
                        T0);
        return CompletableFuture.supplyAsync(() -> page, network);
    }

    // ---- what happens -------------------------------------------------------------------------

    private static KvsSplit earliest() {
        return KvsSplit.unread(ARN, StartingPosition.earliest(), StoppingPosition.never());
    }

    private static KvsSplit longAgo() {
        return new KvsSplit(
                ARN,
                StartingPosition.earliest(),
                StoppingPosition.never(),
                SessionRig.at(1, T0 - Duration.ofHours(47).toMillis()),
                null);
    }

    private Consumer<MediaListener> answer(Consumer<MediaListener> first) {
        return listener -> {
            first.accept(listener);
            network.execute(() -> listener.onResponse("r-1", T0));
        };
    }

    private Consumer<MediaListener> bytes() {
        return listener ->
                network.execute(() -> listener.onBytes(ByteBuffer.wrap(fragment(1, T0, 1))));
    }

    private <E extends Throwable> E thrown(E error) {
        thrownIn = Thread.currentThread().getName();
        return error;
    }

    private void letThrow(String counter) {
        metrics.letThrow(counter, poison, () -> thrownIn = Thread.currentThread().getName());
    }

    /**
     * @param thread where it is thrown; null if in any
     */
    private void assertFails(String thread, KvsSplit split) {
        KvsSplitReader reader =
                new KvsSplitReader(
                        config,
                        false,
                        true,
                        null,
                        connection,
                        new KvsReaderMetrics(metrics.group(), new Configuration()));
        try {
            reader.handleSplitsChanges(new SplitsAddition<>(List.of(split)));
            assertThatThrownBy(
                            () -> {
                                // A fetcher that is interrupted finds nothing.
                                while (!Thread.currentThread().isInterrupted()) {
                                    reader.fetch();
                                }
                            })
                    .isInstanceOf(KvsReadException.class)
                    .hasMessageContaining("poison")
                    .satisfies(e -> assertThat(e.getCause()).hasMessage("poison"));
            if (thread != null) {
                assertThat(thrownIn).isEqualTo(thread);
            }
        } finally {
            reader.close();
        }
    }

    /** A scripted service with threads of its own. */
    private final class Connection implements KvsConnection {

        private Consumer<MediaListener> onOpen = listener -> {};
        private Consumer<MediaListener> onRequest = listener -> {};
        private Runnable onCancel = () -> {};
        private StreamDirectory directory = nameOrArn -> new CompletableFuture<>();
        private Supplier<CompletableFuture<FragmentPage>> list =
                ThrownAnywhereTest.this::oneFragment;

        @Override
        public StreamDirectory directory() {
            return directory;
        }

        @Override
        public StreamListing listing() {
            throw new UnsupportedOperationException();
        }

        @Override
        public FragmentArchive archive() {
            return new FragmentArchive() {
                @Override
                public CompletableFuture<FragmentPage> list(
                        StreamArn stream, TimeRange range, @Nullable String nextToken) {
                    return list.get();
                }

                @Override
                public MediaCall open(
                        StreamArn stream, List<FragmentNumber> fragments, MediaListener listener) {
                    return call(listener);
                }

                @Override
                public void forgetEndpoint(StreamArn stream) {}
            };
        }

        @Override
        public MediaService media() {
            return new MediaService() {
                @Override
                public MediaCall open(
                        StreamArn stream, StartSelector start, MediaListener listener) {
                    return call(listener);
                }

                @Override
                public void forgetEndpoint(StreamArn stream) {}
            };
        }

        private MediaCall call(MediaListener listener) {
            onOpen.accept(listener);
            return new MediaCall() {
                @Override
                public void request(int pieces) {
                    onRequest.accept(listener);
                }

                @Override
                public void cancel() {
                    onCancel.run();
                }
            };
        }

        @Override
        public void forget(StreamArn stream) {}

        @Override
        public ScheduledExecutorService executor() {
            return control;
        }

        @Override
        public void close() {}
    }
}
