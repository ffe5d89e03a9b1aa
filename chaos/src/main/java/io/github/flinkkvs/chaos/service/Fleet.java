/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.chaos.service;

import io.github.flinkkvs.chaos.ledger.Ledger;
import io.github.flinkkvs.chaos.ledger.LedgerWriter;
import io.github.flinkkvs.chaos.ledger.PushedStream;
import io.github.flinkkvs.chaos.ledger.Recordings;
import io.github.flinkkvs.chaos.ledger.StreamKind;
import io.github.flinkkvs.testing.EmbeddedKvs;
import io.github.flinkkvs.testing.EmbeddedStream;
import io.github.flinkkvs.testing.behavior.StreamSettings;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;

/**
 * The streams of the service and what is pushed into them. After a restart it has the streams of
 * the ledger again, with the same ARNs, and all fragments that were complete, with the same
 * numbers. Thread-safe.
 */
final class Fleet implements AutoCloseable {
    /** How long ago the first fragment of the past was recorded. */
    static final Duration PAST = Duration.ofMinutes(20);

    private static final int THREADS = 2;

    private final EmbeddedKvs kvs;
    private final LedgerWriter ledger;
    private final Recordings recordings;
    private final Runnable failed;
    private final Map<String, Producer> producers = new ConcurrentHashMap<>();
    private final ScheduledExecutorService executor =
            Executors.newScheduledThreadPool(
                    THREADS,
                    task -> {
                        Thread thread = new Thread(task, "producers");
                        thread.setDaemon(true);
                        return thread;
                    });

    /**
     * @param folder with the ledger and the recordings
     * @param failed what happens if something cannot be pushed, in the thread of a producer
     */
    Fleet(EmbeddedKvs kvs, Path folder, Runnable failed) throws IOException {
        this.kvs = kvs;
        this.failed = failed;
        ledger = new LedgerWriter(folder.resolve("ledger.csv"));
        recordings = new Recordings(folder.resolve("recordings"));
    }

    /** Begins with new streams. */
    void begin(FleetSize size) throws IOException {
        for (int i = 0; i < size.histories(); i++) {
            history(StreamKind.HISTORY.stream(i), size.historyFragments());
        }
        kvs.clock().shift(PAST);
        for (int i = 0; i < size.cameras(); i++) {
            camera(create(StreamKind.CAMERA.stream(i), StreamKind.CAMERA), 0);
        }
        for (int i = 0; i < size.calls(); i++) {
            addCalls(i);
        }
    }

    /** Creates a stream of phone calls. */
    void addCalls(int number) {
        calls(create(StreamKind.CALLS.stream(number), StreamKind.CALLS), 0);
    }

    /** Goes on with what a process that was killed left behind. */
    void resume(Ledger before) throws IOException {
        for (Map.Entry<String, PushedStream> entry : before.streams().entrySet()) {
            String name = entry.getKey();
            PushedStream pushed = entry.getValue();
            LedgeredStream stream =
                    stream(name, Instant.ofEpochMilli(pushed.creationMillis()), pushed);
            switch (pushed.kind()) {
                case CAMERA -> camera(stream, pushed.fragments().size());
                case CALLS -> calls(stream, pushed.fragments().size());
                default -> {}
            }
        }
    }

    private void history(String name, int fragments) throws IOException {
        LedgeredStream stream = create(name, StreamKind.HISTORY);
        long stepMillis = PAST.toMillis() / (2L * Math.max(1, fragments));
        long startMillis = kvs.clock().millis();
        for (int i = 0; i < fragments; i++) {
            stream.begin(SeededMedia.history(name, i, startMillis + i * stepMillis)).complete();
        }
    }

    private LedgeredStream create(String name, StreamKind kind) {
        Instant now = kvs.clock().now();
        try {
            // Written first, so that there is no stream that a restart does not know.
            ledger.stream(name, kind, now.toEpochMilli());
            return stream(name, now, null);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private LedgeredStream stream(String name, Instant creation, PushedStream before)
            throws IOException {
        recordings.open(name, before == null ? 0 : before.recordedEnd());
        EmbeddedStream stream =
                kvs.createStream(StreamSettings.named(name).creationTime(creation).build());
        if (before != null) {
            if (Files.size(recordings.file(name)) > 0) {
                stream.replay(recordings.file(name));
            }
            // What was pushed last may not be among the recordings: its number is not used again.
            stream.newProducerSession();
        }
        return new LedgeredStream(stream, ledger, recordings);
    }

    private void camera(LedgeredStream stream, long from) {
        push(stream, MediaSources.camera(stream.name(), from));
    }

    private void calls(LedgeredStream stream, long from) {
        push(stream, MediaSources.calls(stream.name(), from));
    }

    private void push(LedgeredStream stream, Producer.Media media) {
        producers.put(stream.name(), new Producer(stream, media, executor, failed).start());
    }

    /**
     * Lets the next fragment of a stream be malformed.
     *
     * @throws IllegalArgumentException if nothing is pushed into such a stream
     */
    void spoilNext(String stream) {
        Producer producer = producers.get(stream);
        if (producer == null) {
            throw new IllegalArgumentException("Nothing is pushed into " + stream);
        }
        producer.spoilNext();
    }

    /** Ends all producers after the fragments that they are pushing, and waits for that. */
    void quiet() {
        List<CompletableFuture<Void>> ends = new ArrayList<>();
        producers.values().forEach(producer -> ends.add(producer.stop()));
        CompletableFuture.allOf(ends.toArray(new CompletableFuture<?>[0])).join();
    }

    @Override
    public void close() throws IOException {
        executor.shutdownNow();
        recordings.close();
        ledger.close();
    }
}
