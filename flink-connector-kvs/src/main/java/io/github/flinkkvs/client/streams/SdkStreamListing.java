/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.client.streams;

import io.github.flinkkvs.client.sdk.CallPace;
import io.github.flinkkvs.client.sdk.KvsClients;
import io.github.flinkkvs.client.sdk.ServiceTime;

import org.apache.flink.annotation.Internal;

import software.amazon.awssdk.services.kinesisvideo.model.ComparisonOperator;
import software.amazon.awssdk.services.kinesisvideo.model.ListStreamsRequest;
import software.amazon.awssdk.services.kinesisvideo.model.ListStreamsResponse;
import software.amazon.awssdk.services.kinesisvideo.model.ListTagsForStreamRequest;
import software.amazon.awssdk.services.kinesisvideo.model.Status;
import software.amazon.awssdk.services.kinesisvideo.model.StreamInfo;

import javax.annotation.Nullable;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/** Asks the service, at a given pace for each operation. */
@Internal
public final class SdkStreamListing implements StreamListing {

    /** The most that the service allows. */
    private static final int PAGE_SIZE = 10_000;

    private final KvsClients clients;
    private final CallPace listPace;
    private final CallPace tagsPace;
    private final Executor executor;

    /**
     * @param executor sends requests, and may block while credentials are fetched
     */
    public SdkStreamListing(
            KvsClients clients, CallPace listPace, CallPace tagsPace, Executor executor) {
        this.clients = clients;
        this.listPace = listPace;
        this.tagsPace = tagsPace;
        this.executor = executor;
    }

    @Override
    public CompletableFuture<StreamPage> list(String namePrefix, @Nullable String nextToken) {
        ListStreamsRequest.Builder request =
                ListStreamsRequest.builder().maxResults(PAGE_SIZE).nextToken(nextToken);
        if (!namePrefix.isEmpty()) {
            request.streamNameCondition(
                    name ->
                            name.comparisonOperator(ComparisonOperator.BEGINS_WITH)
                                    .comparisonValue(namePrefix));
        }
        return listPace.turn()
                .thenComposeAsync(
                        turn -> clients.explained(clients.control().listStreams(request.build())),
                        executor)
                .thenApply(
                        response -> Answers.usable("ListStreams", () -> page(response, nextToken)));
    }

    private static StreamPage page(ListStreamsResponse response, @Nullable String asked) {
        long now = ServiceTime.orOwn(response.sdkHttpResponse());
        List<StreamDescription> readable = new ArrayList<>();
        List<StreamArn> others = new ArrayList<>();
        for (StreamInfo stream : response.streamInfoList()) {
            if (stream.status() == Status.ACTIVE || stream.status() == Status.UPDATING) {
                readable.add(SdkStreamDirectory.description(stream, now));
            } else {
                others.add(SdkStreamDirectory.description(stream, now).arn());
            }
        }
        return new StreamPage(
                readable,
                others,
                Answers.nextToken(
                        "ListStreams",
                        response.nextToken(),
                        asked,
                        1,
                        Answers.MAX_PAGES_OF_STREAMS));
    }

    @Override
    public CompletableFuture<Map<String, String>> tags(StreamArn stream) {
        return moreTags(stream, null, 1, new HashMap<>());
    }

    private CompletableFuture<Map<String, String>> moreTags(
            StreamArn stream, @Nullable String nextToken, int page, Map<String, String> tags) {
        ListTagsForStreamRequest request =
                ListTagsForStreamRequest.builder()
                        .streamARN(stream.toString())
                        .nextToken(nextToken)
                        .build();
        return tagsPace.turn()
                .thenComposeAsync(
                        turn -> clients.explained(clients.control().listTagsForStream(request)),
                        executor)
                .thenCompose(
                        response -> {
                            tags.putAll(response.tags());
                            String token =
                                    Answers.nextToken(
                                            "ListTagsForStream",
                                            response.nextToken(),
                                            nextToken,
                                            page,
                                            Answers.MAX_PAGES_OF_TAGS);
                            return token == null
                                    ? CompletableFuture.completedFuture(tags)
                                    : moreTags(stream, token, page + 1, tags);
                        });
    }
}
