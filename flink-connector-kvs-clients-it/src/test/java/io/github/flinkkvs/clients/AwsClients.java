/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.clients;

import io.github.flinkkvs.testing.EmbeddedKvs;

import com.amazonaws.auth.AWSCredentialsProvider;
import com.amazonaws.auth.AWSStaticCredentialsProvider;
import com.amazonaws.auth.BasicAWSCredentials;
import com.amazonaws.client.builder.AwsClientBuilder.EndpointConfiguration;
import com.amazonaws.regions.Regions;
import com.amazonaws.services.kinesisvideo.AmazonKinesisVideo;
import com.amazonaws.services.kinesisvideo.AmazonKinesisVideoClientBuilder;
import com.amazonaws.services.kinesisvideo.AmazonKinesisVideoMedia;
import com.amazonaws.services.kinesisvideo.AmazonKinesisVideoMediaClientBuilder;
import com.amazonaws.services.kinesisvideo.AmazonKinesisVideoPutMedia;
import com.amazonaws.services.kinesisvideo.AmazonKinesisVideoPutMediaClient;
import com.amazonaws.services.kinesisvideo.PutMediaAckResponseHandler;
import com.amazonaws.services.kinesisvideo.model.APIName;
import com.amazonaws.services.kinesisvideo.model.AckEvent;
import com.amazonaws.services.kinesisvideo.model.GetDataEndpointRequest;
import com.amazonaws.services.kinesisvideo.model.GetMediaRequest;
import com.amazonaws.services.kinesisvideo.model.PutMediaRequest;
import com.amazonaws.services.kinesisvideo.model.StartSelector;
import com.amazonaws.services.kinesisvideo.model.StartSelectorType;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

/** Clients of version 1 of the AWS SDK, for an embedded service. */
final class AwsClients implements AutoCloseable {
    static final Regions REGION = Regions.US_EAST_1;
    static final AWSCredentialsProvider CREDENTIALS =
            new AWSStaticCredentialsProvider(new BasicAWSCredentials("AKIDEXAMPLE", "secret"));

    private static final long PATIENCE_SECONDS = 30;

    private final AmazonKinesisVideo control;
    private final AmazonKinesisVideoMedia media;
    private final AmazonKinesisVideoPutMedia putMedia;

    AwsClients(EmbeddedKvs kvs) {
        control =
                AmazonKinesisVideoClientBuilder.standard()
                        .withEndpointConfiguration(endpoint(kvs.endpoint().toString()))
                        .withCredentials(CREDENTIALS)
                        .build();
        kvs.createStream("any");
        media =
                AmazonKinesisVideoMediaClientBuilder.standard()
                        .withEndpointConfiguration(endpoint(dataEndpoint(APIName.GET_MEDIA)))
                        .withCredentials(CREDENTIALS)
                        .build();
        putMedia =
                AmazonKinesisVideoPutMediaClient.builder()
                        .withEndpoint(dataEndpoint(APIName.PUT_MEDIA))
                        .withRegion(REGION)
                        .withCredentials(CREDENTIALS)
                        .build();
        kvs.deleteStream("any");
    }

    private static EndpointConfiguration endpoint(String uri) {
        return new EndpointConfiguration(uri, REGION.getName());
    }

    private String dataEndpoint(APIName api) {
        return control.getDataEndpoint(
                        new GetDataEndpointRequest().withStreamName("any").withAPIName(api))
                .getDataEndpoint();
    }

    AmazonKinesisVideo control() {
        return control;
    }

    /**
     * Pushes Matroska until it ends.
     *
     * @return the acknowledgements
     */
    List<AckEvent> putMedia(PutMediaRequest request, InputStream mkv) throws Exception {
        List<AckEvent> acks = new CopyOnWriteArrayList<>();
        CompletableFuture<Void> done = new CompletableFuture<>();
        putMedia.putMedia(
                request.withPayload(mkv),
                new PutMediaAckResponseHandler() {
                    @Override
                    public void onAckEvent(AckEvent event) {
                        acks.add(event);
                    }

                    @Override
                    public void onFailure(Throwable failure) {
                        done.completeExceptionally(failure);
                    }

                    @Override
                    public void onComplete() {
                        done.complete(null);
                    }
                });
        done.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        return acks;
    }

    /** All media of a stream. */
    byte[] getMedia(String stream) {
        GetMediaRequest request =
                new GetMediaRequest().withStreamName(stream).withStartSelector(earliest());
        try (InputStream body = media.getMedia(request).getPayload()) {
            return body.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static StartSelector earliest() {
        return new StartSelector().withStartSelectorType(StartSelectorType.EARLIEST);
    }

    @Override
    public void close() {
        putMedia.close();
        media.shutdown();
        control.shutdown();
    }
}
