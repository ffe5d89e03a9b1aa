/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.examples.input;

import io.github.flinkkvs.client.aws.AwsOptions;
import io.github.flinkkvs.examples.errors.ExampleException;

import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.client.builder.AwsClientBuilder;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.kinesisvideo.KinesisVideoAsyncClient;
import software.amazon.awssdk.services.kinesisvideo.KinesisVideoAsyncClientBuilder;
import software.amazon.awssdk.services.kinesisvideo.model.ListTagsForStreamResponse;
import software.amazon.awssdk.services.kinesisvideo.model.ResourceNotFoundException;
import software.amazon.awssdk.services.kinesisvideoarchivedmedia.model.ClientLimitExceededException;

import java.net.URI;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletionException;

/** Clients of the AWS SDK alone, for what an example asks the service without the connector. */
public final class SdkClients {

    /** All consumers of a stream together may list 10 pages a second. */
    private static final int ATTEMPTS = 10;

    private SdkClients() {}

    /** A client of the control plane. */
    public static KinesisVideoAsyncClient control(Input input) {
        KinesisVideoAsyncClientBuilder builder = with(input, KinesisVideoAsyncClient.builder());
        if (input.endpoint() != null) {
            at(URI.create(input.endpoint()), builder);
        }
        return builder.build();
    }

    /** Whatever the environment says about endpoints, this is the one. */
    public static <B extends AwsClientBuilder<B, ?>> B at(URI endpoint, B builder) {
        return builder.endpointOverride(endpoint).fipsEnabled(false).dualstackEnabled(false);
    }

    /** Sets the region and the credentials of an input. */
    public static <B extends AwsClientBuilder<B, ?>> B with(Input input, B builder) {
        builder.region(Region.of(input.region()))
                .overrideConfiguration(
                        client ->
                                client.retryStrategy(
                                        AwsRetryStrategy.standardRetryStrategy().toBuilder()
                                                .maxAttempts(ATTEMPTS)
                                                .retryOnException(
                                                        ClientLimitExceededException.class)
                                                .build()));
        if (input.config().contains(AwsOptions.ACCESS_KEY_ID)) {
            builder.credentialsProvider(
                    StaticCredentialsProvider.create(
                            AwsBasicCredentials.create(
                                    input.config().get(AwsOptions.ACCESS_KEY_ID),
                                    input.config().get(AwsOptions.SECRET_KEY))));
        }
        return builder;
    }

    /**
     * The tags of a stream; none if there is no such stream.
     *
     * @param nameOrArn of the stream
     */
    static Map<String, String> tags(KinesisVideoAsyncClient control, String nameOrArn) {
        Map<String, String> tags = new HashMap<>();
        String token = null;
        try {
            do {
                String next = token;
                ListTagsForStreamResponse page =
                        control.listTagsForStream(
                                        request -> {
                                            request.nextToken(next);
                                            if (StreamChoice.isArn(nameOrArn)) {
                                                request.streamARN(nameOrArn);
                                            } else {
                                                request.streamName(nameOrArn);
                                            }
                                        })
                                .join();
                tags.putAll(page.tags());
                token = page.nextToken();
            } while (token != null);
            return tags;
        } catch (CompletionException e) {
            if (e.getCause() instanceof ResourceNotFoundException) {
                return Map.of();
            }
            if (e.getCause() instanceof SdkException refused) {
                throw new ExampleException(
                        "Cannot list the tags of " + nameOrArn + ": " + refused.getMessage());
            }
            throw e;
        }
    }
}
