/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.benchmarks.job;

import io.github.flinkkvs.client.aws.AwsConfig;
import io.github.flinkkvs.client.sdk.KvsClients;

import software.amazon.awssdk.services.kinesisvideo.model.APIName;
import software.amazon.awssdk.services.kinesisvideomedia.model.GetMediaResponse;
import software.amazon.awssdk.services.kinesisvideomedia.model.StartSelectorType;

import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Consumer;
import java.util.function.IntConsumer;

/**
 * The limit: the asynchronous client of the AWS SDK, built as the connector builds it (event loops,
 * HTTP and TLS settings), with a subscriber that requests everything at once and drops it.
 */
final class BareSdk implements AutoCloseable {

    private final MediaServer.Description service;
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    private final KvsClients clients;

    BareSdk(MediaServer.Description service) {
        this.service = service;
        clients =
                new KvsClients(
                        AwsConfig.of(KvsJobs.options(service)),
                        service.streams().size(),
                        timer,
                        "bare-sdk-io");
    }

    /**
     * Reads all streams from the earliest fragment.
     *
     * @param received accepts the size of each buffer, in any thread
     * @param failed accepts the reason if a body ends before it is cancelled
     */
    List<DiscardedBody<GetMediaResponse>> start(IntConsumer received, Consumer<Throwable> failed) {
        List<DiscardedBody<GetMediaResponse>> bodies = new ArrayList<>();
        for (String stream : service.streams()) {
            URI endpoint =
                    URI.create(
                            clients.control()
                                    .getDataEndpoint(
                                            r -> r.streamName(stream).apiName(APIName.GET_MEDIA))
                                    .join()
                                    .dataEndpoint());
            DiscardedBody<GetMediaResponse> body =
                    new DiscardedBody<>(
                            received,
                            error ->
                                    failed.accept(
                                            error == null
                                                    ? new IllegalStateException("A body has ended")
                                                    : error));
            clients.media()
                    .getMedia(
                            r ->
                                    r.streamName(stream)
                                            .startSelector(
                                                    s ->
                                                            s.startSelectorType(
                                                                    StartSelectorType.EARLIEST))
                                            .overrideConfiguration(KvsClients.atEndpoint(endpoint)),
                            body);
            bodies.add(body);
        }
        return bodies;
    }

    @Override
    public void close() {
        clients.close();
        timer.shutdownNow();
    }
}
