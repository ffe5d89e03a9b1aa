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
import io.github.flinkkvs.client.sdk.CallWindow;
import io.github.flinkkvs.client.sdk.KvsClients;
import io.github.flinkkvs.client.sdk.ServiceTime;

import org.apache.flink.annotation.Internal;

import software.amazon.awssdk.services.kinesisvideo.KinesisVideoAsyncClient;
import software.amazon.awssdk.services.kinesisvideo.model.DescribeStreamRequest;
import software.amazon.awssdk.services.kinesisvideo.model.StreamInfo;

import javax.annotation.Nullable;

import java.util.concurrent.CompletableFuture;

/** Asks the service, at a given pace. */
@Internal
public final class SdkStreamDirectory implements StreamDirectory {

    private final KvsClients clients;
    private final CallPace pace;
    private final CallWindow window;

    public SdkStreamDirectory(KvsClients clients, CallPace pace, CallWindow window) {
        this.clients = clients;
        this.pace = pace;
        this.window = window;
    }

    @Override
    public CompletableFuture<StreamDescription> describe(String nameOrArn) {
        DescribeStreamRequest.Builder request = DescribeStreamRequest.builder();
        String region = clients.region().id();
        if (!StreamArn.isArn(nameOrArn)) {
            request.streamName(nameOrArn);
        } else {
            region = StreamArn.region(nameOrArn);
            if (nameOrArn.equals(StreamArn.withoutCreationTime(nameOrArn))) {
                request.streamName(nameOrArn.substring(nameOrArn.indexOf('/') + 1));
            } else {
                request.streamARN(nameOrArn);
            }
        }
        KinesisVideoAsyncClient control = clients.in(region).control();
        return pace.turn()
                .thenCompose(
                        turn ->
                                window.call(
                                        () ->
                                                clients.explained(
                                                        control.describeStream(request.build()))))
                .thenApply(
                        response ->
                                Answers.usable(
                                        "DescribeStream",
                                        () ->
                                                description(
                                                        response.streamInfo(),
                                                        ServiceTime.orOwn(
                                                                response.sdkHttpResponse()))));
    }

    /**
     * @throws IllegalArgumentException if that is no stream
     */
    static StreamDescription description(@Nullable StreamInfo stream, long serviceTimeMillis) {
        if (stream == null || stream.streamARN() == null) {
            throw new IllegalArgumentException("it has no StreamARN");
        }
        return new StreamDescription(
                StreamArn.parse(stream.streamARN()),
                stream.dataRetentionInHours() == null ? 0 : stream.dataRetentionInHours(),
                serviceTimeMillis);
    }
}
