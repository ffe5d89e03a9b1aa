/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.client.streams;

import io.github.flinkkvs.client.aws.AwsConfig;
import io.github.flinkkvs.client.errors.Backoff;
import io.github.flinkkvs.client.errors.ErrorClass;
import io.github.flinkkvs.client.errors.ErrorTable;
import io.github.flinkkvs.client.sdk.CallPace;
import io.github.flinkkvs.client.sdk.CallWindow;
import io.github.flinkkvs.client.sdk.KvsClients;
import io.github.flinkkvs.client.sdk.OwnThreads;

import org.apache.flink.annotation.Internal;

import software.amazon.awssdk.services.kinesisvideo.model.ListStreamsRequest;
import software.amazon.awssdk.services.kinesisvideo.model.ListStreamsResponse;
import software.amazon.awssdk.services.kinesisvideo.model.Status;
import software.amazon.awssdk.services.kinesisvideo.model.StreamInfo;

import javax.annotation.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * The streams of an account, for a caller that may block, such as a catalog. Calls are repeated for
 * some seconds after transient errors. Thread-safe.
 */
@Internal
public final class AccountStreams implements AutoCloseable {

    private static final int MAX_TRIES = 5;
    private static final long INITIAL_DELAY_NANOS = TimeUnit.MILLISECONDS.toNanos(250);
    private static final long MAX_DELAY_NANOS = TimeUnit.SECONDS.toNanos(2);

    private final OwnThreads threads = new OwnThreads("kvs-catalog");
    private final ScheduledThreadPoolExecutor executor;
    private final KvsClients clients;
    private final StreamDirectory directory;
    private final CountDownLatch closed = new CountDownLatch(1);

    /**
     * @throws IllegalArgumentException if the configuration does not fit this machine
     */
    public AccountStreams(AwsConfig config) {
        executor = new ScheduledThreadPoolExecutor(1, threads);
        executor.setRemoveOnCancelPolicy(true);
        try {
            clients = new KvsClients(config, 1, executor, "kvs-catalog-io");
        } catch (RuntimeException | Error e) {
            executor.shutdownNow();
            throw e;
        }
        // A person waits for the answers: they need not be spaced out.
        directory =
                new SdkStreamDirectory(
                        clients, new CallPace(0, executor), new CallWindow(executor));
    }

    /**
     * The names of all streams but those that are being deleted (ListStreams), in the order of the
     * service.
     *
     * @throws StreamsUnavailableException if the service does not answer
     */
    public List<String> names() {
        List<String> names = new ArrayList<>();
        String nextToken = null;
        int pages = 0;
        do {
            String asked = nextToken;
            ListStreamsRequest request = ListStreamsRequest.builder().nextToken(asked).build();
            ListStreamsResponse page =
                    await(
                            "The streams cannot be listed",
                            () -> clients.explained(clients.control().listStreams(request)));
            page.streamInfoList().stream()
                    .filter(stream -> stream.status() != Status.DELETING)
                    .map(StreamInfo::streamName)
                    .forEach(names::add);
            pages++;
            nextToken = nextToken(page, asked, pages);
        } while (nextToken != null);
        return names;
    }

    @Nullable
    private static String nextToken(ListStreamsResponse page, @Nullable String asked, int pages) {
        try {
            return Answers.nextToken(
                    "ListStreams", page.nextToken(), asked, pages, Answers.MAX_PAGES_OF_STREAMS);
        } catch (IllegalStateException e) {
            throw new StreamsUnavailableException(
                    "The streams cannot be listed: " + e.getMessage(), e);
        }
    }

    /**
     * Whether there is a stream of that name (DescribeStream).
     *
     * @throws StreamsUnavailableException if the service does not answer
     */
    public boolean exists(String name) {
        if (!StreamArn.isName(name)) {
            return false;
        }
        try {
            await("Stream " + name + " cannot be looked up", () -> directory.describe(name));
            return true;
        } catch (StreamsUnavailableException e) {
            if (ErrorTable.classify(e.getCause()) == ErrorClass.STREAM_NOT_FOUND) {
                return false;
            }
            throw e;
        }
    }

    /** The id of the region. */
    public String region() {
        return clients.region().id();
    }

    private <T> T await(String failure, Supplier<CompletableFuture<T>> call) {
        Backoff backoff = new Backoff(INITIAL_DELAY_NANOS, MAX_DELAY_NANOS);
        try {
            while (true) {
                try {
                    return call.get().get();
                } catch (ExecutionException e) {
                    Throwable cause = e.getCause();
                    if (!mayPass(cause) || backoff.failures() == MAX_TRIES - 1) {
                        throw new StreamsUnavailableException(
                                failure + ": " + ErrorTable.describe(cause), cause);
                    }
                }
                closed.await(backoff.nextNanos(), TimeUnit.NANOSECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StreamsUnavailableException(failure + ": interrupted", e);
        }
    }

    private static boolean mayPass(Throwable error) {
        ErrorClass errorClass = ErrorTable.classify(error);
        return errorClass == ErrorClass.RETRY
                || errorClass == ErrorClass.THROTTLED
                || errorClass == ErrorClass.REFRESH_ENDPOINT;
    }

    /** Returns when all threads have ended, after a second at most; calls under way fail. */
    @Override
    public void close() {
        closed.countDown();
        clients.close();
        executor.shutdownNow();
        threads.awaitEnd();
    }

    /** The service did not say which streams there are; the message says why. */
    public static final class StreamsUnavailableException extends RuntimeException {

        private static final long serialVersionUID = 1L;

        StreamsUnavailableException(String message, Throwable cause) {
            super(message, cause);
        }
    }
}
