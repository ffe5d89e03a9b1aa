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

import org.apache.flink.configuration.Configuration;

import io.netty.handler.ssl.SslProvider;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.async.SdkAsyncHttpClient;
import software.amazon.awssdk.http.nio.netty.NettyNioAsyncHttpClient;
import software.amazon.awssdk.http.nio.netty.SdkEventLoopGroup;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.kinesisvideo.KinesisVideoAsyncClient;
import software.amazon.awssdk.services.kinesisvideo.model.APIName;
import software.amazon.awssdk.services.kinesisvideomedia.KinesisVideoMediaAsyncClient;
import software.amazon.awssdk.services.kinesisvideomedia.model.GetMediaResponse;
import software.amazon.awssdk.services.kinesisvideomedia.model.StartSelectorType;

import java.net.URI;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * The limit: the asynchronous client of the AWS SDK, with a subscriber that requests everything at
 * once and drops it.
 */
final class BareSdk implements AutoCloseable {

    private final MediaServer.Description service;
    private final KinesisVideoAsyncClient control;
    private final KinesisVideoMediaAsyncClient media;
    private final Runnable closing;

    private BareSdk(
            MediaServer.Description service,
            KinesisVideoAsyncClient control,
            KinesisVideoMediaAsyncClient media,
            Runnable closing) {
        this.service = service;
        this.control = control;
        this.media = media;
        this.closing = closing;
    }

    /** Clients on the SDK's own HTTP client, with as many event loops as the connector has. */
    static BareSdk asShipped(MediaServer.Description service) {
        SdkAsyncHttpClient http =
                NettyNioAsyncHttpClient.builder()
                        .eventLoopGroupBuilder(
                                SdkEventLoopGroup.builder()
                                        .numberOfThreads(
                                                Math.min(
                                                        2,
                                                        Runtime.getRuntime()
                                                                .availableProcessors())))
                        .maxConcurrency(2 * service.streams().size() + 1)
                        .tlsNegotiationTimeout(Duration.ofSeconds(30))
                        // The native library comes with this benchmark, not with the SDK.
                        .sslProvider(SslProvider.JDK)
                        .readTimeout(Duration.ZERO)
                        .build();
        Region region = Region.of(service.region());
        AwsCredentialsProvider credentials =
                StaticCredentialsProvider.create(AwsBasicCredentials.create("any", "thing"));
        KinesisVideoAsyncClient control =
                KinesisVideoAsyncClient.builder()
                        .httpClient(http)
                        .region(region)
                        .credentialsProvider(credentials)
                        .endpointOverride(URI.create(service.endpoint()))
                        .build();
        KinesisVideoMediaAsyncClient media =
                KinesisVideoMediaAsyncClient.builder()
                        .httpClient(http)
                        .region(region)
                        .credentialsProvider(credentials)
                        .build();
        return new BareSdk(
                service,
                control,
                media,
                () -> {
                    media.close();
                    control.close();
                    http.close();
                });
    }

    /**
     * The clients that the connector builds.
     *
     * @param options of the connector
     */
    static BareSdk ofConnector(MediaServer.Description service, Configuration options) {
        ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
        KvsClients clients =
                new KvsClients(
                        AwsConfig.of(options), service.streams().size(), timer, "bare-sdk-io");
        return new BareSdk(
                service,
                clients.control(),
                clients.media(),
                () -> {
                    clients.close();
                    timer.shutdownNow();
                });
    }

    /**
     * Reads all streams from the earliest fragment.
     *
     * @param receiver makes for each body what accepts its buffers, in order, in any thread
     * @param failed accepts the reason if a body ends before it is cancelled
     */
    List<DiscardedBody<GetMediaResponse>> start(
            Supplier<Consumer<ByteBuffer>> receiver, Consumer<Throwable> failed) {
        List<DiscardedBody<GetMediaResponse>> bodies = new ArrayList<>();
        for (String stream : service.streams()) {
            URI endpoint =
                    URI.create(
                            control.getDataEndpoint(
                                            r -> r.streamName(stream).apiName(APIName.GET_MEDIA))
                                    .join()
                                    .dataEndpoint());
            DiscardedBody<GetMediaResponse> body =
                    new DiscardedBody<>(
                            receiver.get(),
                            error ->
                                    failed.accept(
                                            error == null
                                                    ? new IllegalStateException("A body has ended")
                                                    : error));
            media.getMedia(
                    r ->
                            r.streamName(stream)
                                    .startSelector(
                                            s -> s.startSelectorType(StartSelectorType.EARLIEST))
                                    .overrideConfiguration(KvsClients.atEndpoint(endpoint)),
                    body);
            bodies.add(body);
        }
        return bodies;
    }

    @Override
    public void close() {
        closing.run();
    }
}
