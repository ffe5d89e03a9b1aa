/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.source;

import io.github.flinkkvs.client.KvsConnection;
import io.github.flinkkvs.client.media.FragmentArchive;
import io.github.flinkkvs.client.media.MediaCall;
import io.github.flinkkvs.client.media.MediaListener;
import io.github.flinkkvs.client.media.MediaService;
import io.github.flinkkvs.client.streams.StreamArn;
import io.github.flinkkvs.client.streams.StreamDescription;
import io.github.flinkkvs.client.streams.StreamDirectory;
import io.github.flinkkvs.client.streams.StreamListing;

import software.amazon.awssdk.services.kinesisvideomedia.model.StartSelector;

import javax.annotation.Nullable;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;

/** A service without a network. Every GetMedia call gets the same pieces, then nothing. */
public final class FakeConnection implements KvsConnection {

    private static final ScheduledExecutorService EXECUTOR =
            new ScheduledThreadPoolExecutor(
                    1,
                    task -> {
                        Thread thread = Executors.defaultThreadFactory().newThread(task);
                        thread.setDaemon(true);
                        return thread;
                    });

    /** The answers of describing a stream, in turn; the last one repeats. */
    public final Map<String, Queue<Object>> descriptions = new HashMap<>();

    public final List<String> described = Collections.synchronizedList(new ArrayList<>());

    /** What lists streams; none by default. */
    public volatile StreamListing listing = new FakeListing();

    public final List<byte[]> media = new ArrayList<>();

    /** The streams whose data endpoints were forgotten for good. */
    public final List<StreamArn> forgotten = Collections.synchronizedList(new ArrayList<>());

    public final FakeArchive archive = new FakeArchive(() -> 1_700_000_000_000L, new Random(0));

    /** Whether all that was opened is closed. */
    public volatile boolean closed;

    private int open;
    private int closes;

    /** What cancelling a call throws; null for nothing. */
    public volatile @Nullable RuntimeException poisonOfCancel;

    public FakeConnection answer(String nameOrArn, Object... answers) {
        descriptions.put(nameOrArn, new ArrayDeque<>(List.of(answers)));
        return this;
    }

    public static StreamArn arn(String name) {
        return StreamArn.parse(
                "arn:aws:kinesisvideo:eu-central-1:123456789012:stream/" + name + "/1");
    }

    @Override
    public StreamDirectory directory() {
        return nameOrArn -> {
            described.add(nameOrArn);
            Queue<Object> answers = descriptions.get(nameOrArn);
            Object answer = answers.size() > 1 ? answers.poll() : answers.peek();
            return answer instanceof Throwable
                    ? CompletableFuture.failedFuture((Throwable) answer)
                    : CompletableFuture.completedFuture((StreamDescription) answer);
        };
    }

    @Override
    public StreamListing listing() {
        return listing;
    }

    @Override
    public FragmentArchive archive() {
        return archive;
    }

    @Override
    public MediaService media() {
        return new MediaService() {
            @Override
            public MediaCall open(StreamArn stream, StartSelector start, MediaListener listener) {
                Queue<byte[]> pieces = new ArrayDeque<>(media);
                listener.onTurn();
                listener.onResponse("r-1", 1_700_000_000_000L);
                return new MediaCall() {
                    @Override
                    public void request(int count) {
                        for (int i = 0; i < count && !pieces.isEmpty(); i++) {
                            listener.onBytes(ByteBuffer.wrap(pieces.poll()));
                        }
                    }

                    @Override
                    public void cancel() {
                        if (poisonOfCancel != null) {
                            throw poisonOfCancel;
                        }
                    }
                };
            }

            @Override
            public void forgetEndpoint(StreamArn stream) {}
        };
    }

    @Override
    public void forget(StreamArn stream) {
        forgotten.add(stream);
    }

    @Override
    public ScheduledExecutorService executor() {
        return EXECUTOR;
    }

    /** One more connection to the same service. */
    public synchronized FakeConnection open() {
        open++;
        closed = false;
        return this;
    }

    /** How many connections are open. */
    public synchronized int openCount() {
        return open;
    }

    /** How many connections were closed. */
    public synchronized int closes() {
        return closes;
    }

    @Override
    public synchronized void close() {
        open--;
        closes++;
        closed = open <= 0;
    }
}
