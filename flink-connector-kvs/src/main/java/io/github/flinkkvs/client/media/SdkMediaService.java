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
import io.github.flinkkvs.client.streams.StreamArn;

import org.apache.flink.annotation.Internal;

import software.amazon.awssdk.services.kinesisvideo.model.APIName;
import software.amazon.awssdk.services.kinesisvideomedia.KinesisVideoMediaAsyncClient;
import software.amazon.awssdk.services.kinesisvideomedia.model.GetMediaRequest;
import software.amazon.awssdk.services.kinesisvideomedia.model.GetMediaResponse;
import software.amazon.awssdk.services.kinesisvideomedia.model.StartSelector;

import java.util.function.Function;
import java.util.function.UnaryOperator;

/** Calls GetMedia with the SDK's asynchronous client. Thread-safe. */
@Internal
public final class SdkMediaService implements MediaService {

    private final Function<String, KinesisVideoMediaAsyncClient> clients;
    private final DataEndpoints endpoints;
    private final UnaryOperator<Throwable> explain;
    private final CallWindow window;

    /**
     * @param clients by region
     * @param explain turns an error into one that says what it means
     * @param window in which requests are sent
     */
    public SdkMediaService(
            Function<String, KinesisVideoMediaAsyncClient> clients,
            DataEndpoints endpoints,
            UnaryOperator<Throwable> explain,
            CallWindow window) {
        this.explain = explain;
        this.clients = clients;
        this.endpoints = endpoints;
        this.window = window;
    }

    @Override
    public MediaCall open(StreamArn stream, StartSelector start, MediaListener listener) {
        SdkBodyCall<GetMediaResponse> call = new SdkBodyCall<>(listener, explain);
        endpoints
                .of(stream, APIName.GET_MEDIA)
                .whenComplete(
                        (endpoint, error) -> {
                            if (error != null) {
                                call.fail(error);
                                return;
                            }
                            GetMediaRequest request =
                                    GetMediaRequest.builder()
                                            .streamARN(stream.toString())
                                            .startSelector(start)
                                            .overrideConfiguration(KvsClients.atEndpoint(endpoint))
                                            .build();
                            call.send(
                                    window,
                                    body -> clients.apply(stream.region()).getMedia(request, body));
                        });
        return call;
    }

    @Override
    public void forgetEndpoint(StreamArn stream) {
        endpoints.forget(stream, APIName.GET_MEDIA);
    }
}
