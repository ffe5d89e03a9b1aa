/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.client.media;

import io.github.flinkkvs.client.sdk.CallWindow;
import io.github.flinkkvs.client.sdk.KvsClients;
import io.github.flinkkvs.client.sdk.ServiceTime;
import io.github.flinkkvs.client.streams.StreamArn;
import io.github.flinkkvs.mkv.FragmentNumber;

import org.apache.flink.annotation.Internal;

import software.amazon.awssdk.core.exception.ApiCallTimeoutException;
import software.amazon.awssdk.services.kinesisvideo.model.APIName;
import software.amazon.awssdk.services.kinesisvideoarchivedmedia.KinesisVideoArchivedMediaAsyncClient;
import software.amazon.awssdk.services.kinesisvideoarchivedmedia.model.Fragment;
import software.amazon.awssdk.services.kinesisvideoarchivedmedia.model.FragmentSelectorType;
import software.amazon.awssdk.services.kinesisvideoarchivedmedia.model.GetMediaForFragmentListRequest;
import software.amazon.awssdk.services.kinesisvideoarchivedmedia.model.GetMediaForFragmentListResponse;
import software.amazon.awssdk.services.kinesisvideoarchivedmedia.model.ListFragmentsRequest;
import software.amazon.awssdk.services.kinesisvideoarchivedmedia.model.ListFragmentsResponse;

import javax.annotation.Nullable;

import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/**
 * Calls ListFragments and GetMediaForFragmentList with the SDK's asynchronous client. Thread-safe.
 */
@Internal
public final class SdkFragmentArchive implements FragmentArchive {

    /** Ends a list call that is never answered; nothing else would. */
    private static final Duration LIST_TIMEOUT = Duration.ofSeconds(10);

    /** No clock shows a later time; calculations with it do not overflow. */
    private static final Instant LATEST = Instant.parse("9999-12-31T23:59:59Z");

    private final Function<String, KinesisVideoArchivedMediaAsyncClient> clients;
    private final DataEndpoints endpoints;
    private final UnaryOperator<Throwable> explain;
    private final CallWindow window;
    private final Duration listTimeout;

    /**
     * @param clients by region
     * @param explain turns an error into one that says what it means
     * @param window in which requests are sent
     */
    public SdkFragmentArchive(
            Function<String, KinesisVideoArchivedMediaAsyncClient> clients,
            DataEndpoints endpoints,
            UnaryOperator<Throwable> explain,
            CallWindow window) {
        this(clients, endpoints, explain, window, LIST_TIMEOUT);
    }

    SdkFragmentArchive(
            Function<String, KinesisVideoArchivedMediaAsyncClient> clients,
            DataEndpoints endpoints,
            UnaryOperator<Throwable> explain,
            CallWindow window,
            Duration listTimeout) {
        this.listTimeout = listTimeout;
        this.clients = clients;
        this.endpoints = endpoints;
        this.explain = explain;
        this.window = window;
    }

    @Override
    public CompletableFuture<FragmentPage> list(
            StreamArn stream, TimeRange range, @Nullable String nextToken) {
        CompletableFuture<FragmentPage> page = new CompletableFuture<>();
        endpoints
                .of(stream, APIName.LIST_FRAGMENTS)
                .thenCompose(
                        endpoint ->
                                window.call(
                                        () ->
                                                send(
                                                        clients.apply(stream.region()),
                                                        request(stream, range, nextToken, endpoint),
                                                        page)))
                .whenComplete(
                        (response, error) -> {
                            // Errors, too: nobody reads the future of this action.
                            try {
                                if (error == null) {
                                    page.complete(usable(response, nextToken));
                                } else {
                                    page.completeExceptionally(failure(stream, error));
                                }
                            } catch (Throwable e) {
                                page.completeExceptionally(e);
                            }
                        });
        return page;
    }

    private Throwable failure(StreamArn stream, Throwable error) {
        Throwable cause = error instanceof CompletionException ? error.getCause() : error;
        if (cause instanceof ApiCallTimeoutException) {
            // Nobody answers there, and the connection may not have lasted long enough to tell.
            endpoints.forget(stream, APIName.LIST_FRAGMENTS);
        }
        return explain.apply(error);
    }

    private static FragmentPage usable(ListFragmentsResponse response, @Nullable String nextToken) {
        try {
            return page(response, nextToken);
        } catch (RuntimeException e) {
            throw new IllegalStateException(
                    "The answer of ListFragments cannot be used: " + e.getMessage(), e);
        }
    }

    /** Sends the request, unless its page is not wanted any more. */
    private CompletableFuture<ListFragmentsResponse> send(
            KinesisVideoArchivedMediaAsyncClient client,
            ListFragmentsRequest request,
            CompletableFuture<FragmentPage> page) {
        if (page.isCancelled()) {
            return CompletableFuture.failedFuture(new CancellationException());
        }
        CompletableFuture<ListFragmentsResponse> sent = client.listFragments(request);
        page.whenComplete(
                (done, error) -> {
                    if (page.isCancelled()) {
                        sent.cancel(true);
                    }
                });
        return sent;
    }

    private ListFragmentsRequest request(
            StreamArn stream, TimeRange range, @Nullable String nextToken, URI endpoint) {
        return ListFragmentsRequest.builder()
                .streamARN(stream.toString())
                // The quota counts what was asked for, so it must be said.
                .maxResults((long) PAGE_SIZE)
                // With each page: the service only needs it with the first one, but other clients
                // send it always.
                .fragmentSelector(
                        selector ->
                                selector.fragmentSelectorType(
                                                range.clock() == TimeRange.Clock.SERVER
                                                        ? FragmentSelectorType.SERVER_TIMESTAMP
                                                        : FragmentSelectorType.PRODUCER_TIMESTAMP)
                                        .timestampRange(
                                                times ->
                                                        times.startTimestamp(
                                                                        Instant.ofEpochMilli(
                                                                                range.fromMillis()))
                                                                .endTimestamp(
                                                                        Instant.ofEpochMilli(
                                                                                range.toMillis()))))
                .nextToken(nextToken)
                .overrideConfiguration(
                        override -> {
                            KvsClients.atArchiveEndpoint(endpoint).accept(override);
                            override.apiCallTimeout(listTimeout);
                        })
                .build();
    }

    private static FragmentPage page(ListFragmentsResponse response, @Nullable String asked) {
        String next = response.nextToken();
        if (next != null && next.equals(asked)) {
            // It would lead to the same page for ever.
            throw new IllegalArgumentException("it leads to itself as its next page");
        }
        if (response.fragments().size() > PAGE_SIZE) {
            throw new IllegalArgumentException(
                    "it has "
                            + response.fragments().size()
                            + " fragments, and "
                            + PAGE_SIZE
                            + " were asked for at most");
        }
        return new FragmentPage(
                response.fragments().stream()
                        .map(SdkFragmentArchive::fragment)
                        .collect(Collectors.toList()),
                next == null || next.isEmpty() ? null : next,
                ServiceTime.orOwn(response.sdkHttpResponse()));
    }

    /** Nobody would notice that a fragment was left out, so it must be whole. */
    private static ArchivedFragment fragment(Fragment listed) {
        if (listed.fragmentNumber() == null) {
            throw new IllegalArgumentException("a fragment has no number: " + listed);
        }
        return new ArchivedFragment(
                FragmentNumber.of(listed.fragmentNumber()),
                millis(listed.serverTimestamp(), "server", listed),
                millis(listed.producerTimestamp(), "producer", listed),
                sizeBytes(listed.fragmentSizeInBytes()));
    }

    private static long millis(@Nullable Instant time, String whose, Fragment listed) {
        if (time == null || time.isBefore(Instant.EPOCH) || time.isAfter(LATEST)) {
            throw new IllegalArgumentException("a fragment has no " + whose + " time: " + listed);
        }
        return time.toEpochMilli();
    }

    private static int sizeBytes(@Nullable Long listed) {
        // A hint: a size that no fragment can have is as good as none.
        return listed == null || listed < 0 || listed > Integer.MAX_VALUE ? 0 : listed.intValue();
    }

    @Override
    public MediaCall open(
            StreamArn stream, List<FragmentNumber> fragments, MediaListener listener) {
        SdkBodyCall<GetMediaForFragmentListResponse> call = new SdkBodyCall<>(listener, explain);
        List<String> numbers =
                fragments.stream().map(FragmentNumber::toString).collect(Collectors.toList());
        endpoints
                .of(stream, APIName.GET_MEDIA_FOR_FRAGMENT_LIST)
                .whenComplete(
                        (endpoint, error) -> {
                            if (error != null) {
                                call.fail(error);
                                return;
                            }
                            GetMediaForFragmentListRequest request =
                                    GetMediaForFragmentListRequest.builder()
                                            .streamARN(stream.toString())
                                            .fragments(numbers)
                                            .overrideConfiguration(
                                                    KvsClients.atArchiveEndpoint(endpoint))
                                            .build();
                            call.send(
                                    window,
                                    body ->
                                            clients.apply(stream.region())
                                                    .getMediaForFragmentList(request, body));
                        });
        return call;
    }

    @Override
    public void forgetEndpoint(StreamArn stream) {
        endpoints.forget(stream, APIName.LIST_FRAGMENTS);
        endpoints.forget(stream, APIName.GET_MEDIA_FOR_FRAGMENT_LIST);
    }
}
